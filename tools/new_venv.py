"""Make ``.venv``, or say in words why this Python can't.

Runs on whatever Python the machine calls ``python3``, so it keeps to what an old one understands.
"""

import subprocess
import sys
from pathlib import Path

MINIMUM = (3, 10)
PYTHON = Path(".venv/bin/python")


def usable() -> bool:
    """Tell whether an environment with pip is there already."""
    if not PYTHON.exists():
        return False
    return subprocess.call([str(PYTHON), "-m", "pip", "--version"], stdout=subprocess.DEVNULL) == 0


def main() -> str:
    """Create the environment beside the Makefile; an empty answer means it is there."""
    if sys.version_info < MINIMUM:
        found = ".".join(str(part) for part in sys.version_info[:3])
        return (
            f"kling-widget needs Python 3.10 or later; {sys.executable} is {found}. "
            "Name another one: make PYTHON=python3.12 lab"
        )
    if usable():
        return ""
    if subprocess.call([sys.executable, "-m", "venv", "--clear", ".venv"]) != 0:
        return "Python could not make .venv. On Debian and Ubuntu: apt-get install python3-venv, then try again."
    return ""


if __name__ == "__main__":
    sys.exit(main() or 0)
