"""Have axe-core, the checker of accessibility, on this disk: browser tests put it into a page from there.

Like TypeScript it only looks: nothing of it reaches the package.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from tools.typescript import ROOT, have_node

AXE = "4.14.1"

# Below .venv, so that `make clean` takes it away too; a folder of its own, as npm clears away what it was not told of.
HOME = ROOT / ".venv" / "axe"
PACKAGE = HOME / "node_modules" / "axe-core"


def installed() -> str:
    """Tell which axe-core lies below ``.venv``, the empty string if none."""
    manifest = PACKAGE / "package.json"
    return str(json.loads(manifest.read_text())["version"]) if manifest.exists() else ""


def have_axe() -> Path:
    """Find its script, fetching the version that is pinned here unless it is there."""
    if installed() != AXE:
        _, npm = have_node()
        HOME.mkdir(parents=True, exist_ok=True)
        quiet = ("--no-save", "--no-package-lock", "--no-fund", "--no-audit", "--loglevel=error")
        fetch = [str(npm), "install", *quiet, "--prefix", str(HOME), f"axe-core@{AXE}"]
        if subprocess.call(fetch, cwd=HOME) != 0:
            raise RuntimeError(f"npm could not fetch axe-core {AXE}; its own words are above. Is the network there?")
    return PACKAGE / "axe.min.js"
