"""Build the page's code with esbuild: minified modules, a style sheet, and their source maps, into ``widgets/built/``.

esbuild is one program without dependencies of its own; it bundles JavaScript and CSS alike. The folder is no part of
the repository. Source distributions and wheels carry it, so that whoever installs them needs no Node; a clone builds it
when it is installed, and again when a source has changed.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:  # run by its path, or by hatchling
    sys.path.insert(0, str(ROOT))

from tools.node import package  # noqa: E402  # after the path is set

ESBUILD = "0.28.2"
WIDGETS = ROOT / "kling_widget" / "widgets"
BUILT = WIDGETS / "built"
ENTRIES = (
    WIDGETS / "page.js",
    WIDGETS / "page.css",
    WIDGETS / "base" / "loader.js",
    WIDGETS / "player" / "export_page.js",
    WIDGETS / "player" / "export_page.css",
    WIDGETS / "player" / "theme.js",
)
STAMP = "sources.sha256"
"""The file that says which sources were built."""


def digest() -> str:
    """Return a hash of all sources and of what builds them."""
    found = hashlib.sha256()
    for path in sorted((*WIDGETS.rglob("*.js"), *WIDGETS.rglob("*.css"))):
        if BUILT not in path.parents:
            found.update(path.relative_to(WIDGETS).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    found.update(Path(__file__).read_bytes())
    return found.hexdigest()


def is_built() -> bool:
    """Tell whether what lies in ``built/`` comes from the sources as they are."""
    stamp = BUILT / STAMP
    return stamp.is_file() and stamp.read_text() == digest()


def build() -> None:
    """Build what pages load. Another process sees the files of one build, or those of the next one."""
    now = digest()
    with tempfile.TemporaryDirectory(dir=WIDGETS, prefix=".built-") as folder:
        _esbuild([*ENTRIES, "--minify", "--sourcemap=external", "--entry-names=[name]", f"--outdir={folder}"])
        BUILT.mkdir(exist_ok=True)
        for path in Path(folder).iterdir():
            path.replace(BUILT / path.name)
    stamp = BUILT / f".{STAMP}"
    stamp.write_text(now)
    stamp.replace(BUILT / STAMP)


def module(entry: Path, *more: Path) -> str:
    """Return a module that imports nothing, for tests that call what it exports; with more, what all of them export."""
    if not more:
        return _esbuild([entry])
    return _esbuild([], "".join(f"export * from {json.dumps(str(path))};\n" for path in (entry, *more)))


def _esbuild(arguments: Sequence[str | Path], source: str | None = None) -> str:
    modules = package("esbuild", ESBUILD)
    (program,) = [
        path
        for path in (modules / "@esbuild").glob("*/**/*")
        if path.name in ("esbuild", "esbuild.exe") and path.is_file()
    ]
    shared = ("--bundle", "--format=esm", "--target=es2022", "--charset=utf8", "--log-level=warning")
    command = [str(program), *map(str, arguments), *shared]
    ran = subprocess.run(command, cwd=WIDGETS, input=source, capture_output=True, encoding="utf-8", check=False)
    if ran.returncode != 0:
        sys.exit(f"esbuild could not build the page's code:\n{ran.stderr}")
    return ran.stdout


def main() -> int:
    """Build, unless that is done; returns 0."""
    if is_built():
        (BUILT / STAMP).touch()  # younger than all sources: the package looks no further
    else:
        build()
    return 0


if __name__ == "__main__":
    sys.exit(main())
