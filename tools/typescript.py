"""Check the JavaScript with ``tsc``. It only reads: nothing it writes reaches the package."""

from __future__ import annotations

import subprocess
import sys

from tools.node import ROOT, have_node, package

TYPESCRIPT = "7.0.2"


def main() -> int:
    """Run ``tsc`` over what tsconfig.json names; the exit code is its own."""
    tsc = package("typescript", TYPESCRIPT) / "typescript" / "bin" / "tsc"
    return subprocess.call([str(have_node()[0]), str(tsc), "--project", str(ROOT / "tsconfig.json")])


if __name__ == "__main__":
    sys.exit(main())
