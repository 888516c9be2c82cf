"""Have axe-core, the checker of accessibility, on this disk: browser tests put it into a page from there.

Like TypeScript it only looks: nothing of it reaches the package.
"""

from __future__ import annotations

from pathlib import Path

from tools.node import package

AXE = "4.14.1"


def have_axe() -> Path:
    """Return its script, fetching the version that is pinned here unless it is there."""
    return package("axe-core", AXE) / "axe-core" / "axe.min.js"
