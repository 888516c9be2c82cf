"""The promises, for longer: the fault matrix and the state machine go round and round, with chances drawn anew.

``python tools/soak.py`` goes five rounds (some ten minutes), ``python tools/soak.py 50`` fifty. It ends by itself: at
the first promise that does not hold, or when all rounds are done.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

ROUNDS = 5
"""Rounds unless told otherwise."""


def main(arguments: list[str]) -> int:
    """Run the rounds and return pytest's exit code; what is no number of rounds ends the program in words."""
    if arguments and not (arguments[0].isdecimal() and int(arguments[0]) > 0):
        sys.exit(f"Rounds are a whole number from 1; {arguments[0]!r} is none.")
    rounds = int(arguments[0]) if arguments else ROUNDS
    seconds = 300 + 240 * rounds  # a test that hangs ends the soak, too
    command = [sys.executable, "-m", "pytest", "tests/promises", "-q", "-x", "--tb=short", f"--rounds={rounds}"]
    return subprocess.call([*command, f"--timeout={seconds}"], cwd=ROOT)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
