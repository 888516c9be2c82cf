"""Hatchling's hook: source distributions and wheels carry the page's code as it is built."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tools import bundle, node


class PageCode(BuildHookInterface):  # type: ignore[type-arg]  # which builder it is makes no difference
    """Builds the page's code, unless that is done: what a source distribution carries is done."""

    def dependencies(self) -> list[str]:
        """Ask for Node from PyPI where something is to be built and the machine has none."""
        return [] if bundle.is_built() or shutil.which("npm") else [node.WHEEL]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build before hatchling collects files."""
        if bundle.is_built():
            return
        try:
            bundle.build()
        except SystemExit as failed:
            if version != "editable":
                raise
            # A clone builds when a widget is first shown, too; what needs no widget works without.
            self.app.display_warning(f"{failed.code}\nThe page's code is not built: python -m tools.bundle builds it.")
