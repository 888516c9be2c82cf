"""The page's code: what is built of all JavaScript and CSS here, and how it reaches a page.

A host saves a widget's ``_esm`` and ``_css`` once for every widget. So these hold a small loader only. The code itself,
one module and one sheet for all widgets, travels as buffers of a message, which no host saves, and a page keeps it for
all widgets of the same version.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from base64 import b64encode
from dataclasses import dataclass
from functools import cache
from pathlib import Path

WIDGETS = Path(__file__).resolve().parents[1]
BUILT = WIDGETS / "built"
_STAMP = BUILT / "sources.sha256"
_BUNDLER = WIDGETS.parents[1] / "tools" / "bundle.py"

HIDDEN = ".kw-studio{display:var(--kw-studio-display,none)!important}"
"""The only sheet that is there before the code: the panel's ipywidgets are not seen without theirs."""


@dataclass(frozen=True)
class PageCode:
    """The code of all widgets.

    Attributes
    ----------
    module
        An ES module, minified, as UTF-8.
    sheet
        Its style sheet.
    version
        A hash of both, by which a page knows them again.
    """

    module: bytes
    sheet: bytes
    version: str


@cache
def page_code() -> PageCode:
    """Return the code of all widgets."""
    module, sheet = built("page.js").encode(), built("page.css").encode()
    version = hashlib.sha256(module + b"\0" + sheet).hexdigest()[:16]
    if os.environ.get("KLING_SOURCE_MAPS"):  # a page can't fetch the map, so the module brings it along
        source_map = b64encode((BUILT / "page.js.map").read_bytes())
        module += b"//# sourceMappingURL=data:application/json;base64," + source_map + b"\n"
    return PageCode(module, sheet, version)


@cache
def built(name: str) -> str:
    """Return a built file, such as ``loader.js``; in a clone whose sources have changed it is built first.

    Raises
    ------
    RuntimeError
        If it can't be built, with what the bundler says.
    """
    _build_anew()
    return (BUILT / name).read_text("utf-8")


@cache
def _build_anew() -> None:
    """Build in a clone, unless the build is younger than all sources. An installed package has no sources."""
    sources = [path for kind in ("*.js", "*.css") for path in WIDGETS.rglob(kind) if BUILT not in path.parents]
    if not sources:
        return
    youngest = max(path.stat().st_mtime for path in (*sources, _BUNDLER))
    if _STAMP.is_file() and _STAMP.stat().st_mtime >= youngest:
        return
    ran = subprocess.run([sys.executable, str(_BUNDLER)], capture_output=True, text=True, check=False)
    if ran.returncode != 0:
        output = f"{ran.stdout}{ran.stderr}".strip()
        raise RuntimeError(f"The page's code is not built yet, and python -m tools.bundle failed.\n{output}")
