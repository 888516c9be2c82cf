"""Open JupyterLab on the quickstart notebook; what else is given goes to JupyterLab."""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# By its address, not as a file to open: so the address that is printed for --no-browser leads to it too.
START = "/lab/tree/quickstart.ipynb"


def command(extra: list[str], *, root: bool) -> list[str]:
    """Write the command; ``root`` tells whether it will run as the superuser, as in most containers."""
    # Jupyter refuses the superuser unless told; it listens on this machine only and asks for a token anyway.
    allow = ["--allow-root"] if root else []
    place = [f"--ServerApp.root_dir={ROOT / 'notebooks'}", f"--LabApp.default_url={START}"]
    return [sys.executable, "-m", "jupyterlab", *place, *allow, *extra]


def main(extra: list[str]) -> None:
    """Become JupyterLab, so that Ctrl-C and the exit code are its own."""
    os.chdir(ROOT)
    os.execv(sys.executable, command(extra, root=os.geteuid() == 0))


if __name__ == "__main__":
    main(sys.argv[1:])
