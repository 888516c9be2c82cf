"""The promises, for longer: the fault matrix and the state machine go round and round, with chances drawn anew.

``python -m tools.soak`` goes five rounds (some ten minutes), ``python -m tools.soak 50`` fifty. Then every property is
tried as often, with new examples each time. It ends by itself: at the first promise or property that does not hold, or
when all is done.

What it finds becomes a test: Hypothesis prints the example, which is written above the property as ``@example(…)``.
"""

from __future__ import annotations

import subprocess
import sys

from .check import ROOT, SHARED

ROUNDS = 5
"""Rounds unless told otherwise."""


def commands(rounds: int) -> list[list[str]]:
    """Return what is run, in order: the promises for so many rounds, then all properties so many times."""
    seconds = 300 + 240 * rounds  # a test that hangs ends the soak, too
    pytest = [sys.executable, "-m", "pytest", "-q", "-x", "--tb=short", f"--timeout={seconds}"]
    promises = [*pytest, "tests/promises", f"--rounds={rounds}"]
    properties = [*pytest, *SHARED, "-m", "hypothesis", "--hypothesis-profile=soak"]
    return [promises, *[properties] * rounds]


def main(arguments: list[str]) -> int:
    """Run it and return the first exit code that is not 0; what is no number of rounds ends the program in words."""
    if arguments and not (arguments[0].isdecimal() and int(arguments[0]) > 0):
        sys.exit(f"Rounds are a whole number from 1; {arguments[0]!r} is none.")
    rounds = int(arguments[0]) if arguments else ROUNDS
    for command in commands(rounds):
        if code := subprocess.call(command, cwd=ROOT):
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
