"""Everything that must hold, in order, cheap things first; stops at the first that does not.

``python -m tools.check`` runs all parts but ``lowest``, ``python -m tools.check ruff mypy`` those that are named, and
``python -m tools.check quick`` what can be known in a minute: every part, with some of the tests.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from .leftovers import none_left

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent


PYTEST = (sys.executable, "-m", "pytest")
SHARED = (f"--numprocesses={min((os.cpu_count() or 1) + 1, 6)}", "--dist=loadfile", "--no-loadscope-reorder")
"""Share the tests out to processes, a file to one of them; one more than there are cores, as many tests wait."""

QUICK = (
    "tests/test_text.py",
    "tests/test_settings.py",
    "tests/test_tools.py",
    "tests/request/test_request.py",
    "tests/request/test_elements.py",
    "tests/request/test_catalog.py",
    "tests/request/test_prompting.py",
    "tests/store/test_store.py",
    "tests/service/test_never_sent.py",
    "tests/service/test_submit.py",
    "tests/service/test_wire.py",
    "tests/service/test_download.py",
    "tests/engine/test_forecast.py",
    "tests/engine/test_polling.py",
    "tests/engine/test_reconcile.py",
    "tests/engine/test_unexpected.py",
    "tests/library/test_members.py",
    "tests/practice/test_bodies.py",
    "tests/media/test_motion.py",
    "tests/promises/test_judge.py",
    "tests/widgets/test_delivery.py",
    "tests/widgets/test_screen.py",
    "tests/widgets/test_board.py",
    "tests/widgets/test_view.py",
    "tests/widgets/test_waiting.py",
    "tests/browser/test_ground.py::test_a_widget_is_drawn_and_moves[lab]",
)
"""Tests of every kind that are quick: a first word, not a proof."""


@dataclass(frozen=True)
class Part:
    """One thing to check: its name, what it is for, and the command that does it."""

    name: str
    promise: str
    command: tuple[str, ...]


PARTS = (
    Part("ruff", "no known mistakes", (str(BIN / "ruff"), "check", ".")),
    Part("format", "one way to write it", (str(BIN / "ruff"), "format", "--check", ".")),
    Part("mypy", "types say what can be", (sys.executable, "-m", "mypy")),
    Part("imports", "imports point down only", (str(BIN / "lint-imports"),)),
    Part("tsc", "the same for JavaScript", (sys.executable, "-m", "tools.typescript")),
    Part("pytest", "the promises, in Python, in notebooks and in a browser", (*PYTEST, *SHARED)),
)

LOWEST = Part("lowest", "the same on the lowest versions that are allowed", (sys.executable, "-m", "tools.lowest"))
"""Run only when it is named: it needs an environment of its own."""

FEW = Part("few", "some of the promises, of every kind", (*PYTEST, *SHARED, "-q", *QUICK))
"""Run where "quick" is named, in place of all tests."""


def chosen(names: list[str]) -> tuple[Part, ...]:
    """Pick the named parts, all of them if none is named; an unknown name ends the program in words."""
    if names == ["quick"]:
        return (*PARTS[:-1], FEW)
    known = {part.name: part for part in (*PARTS, FEW, LOWEST)}
    if unknown := [name for name in names if name not in known]:
        sys.exit(f"No part is called {', '.join(unknown)}. There are: {', '.join(known)}, and quick alone.")
    return tuple(known[name] for name in names) if names else PARTS


def main(names: list[str]) -> int:
    """Run the parts and return the exit code of the first that fails, 0 if none does."""
    started = time.monotonic()
    parts = chosen(names)
    for number, part in enumerate(parts, 1):
        print(f"\n=== {number}/{len(parts)} {part.name}: {part.promise} ===", flush=True)
        part_started = time.monotonic()
        with none_left():
            code = subprocess.call(part.command, cwd=ROOT)
        seconds = time.monotonic() - part_started
        if code != 0:
            print(f"\n=== {part.name} is broken ({seconds:.0f} s): make test ARGS={part.name} runs it alone ===")
            return code
        print(f"--- {part.name} holds ({seconds:.0f} s)", flush=True)
    print(f"\n=== all {len(parts)} hold ({time.monotonic() - started:.0f} s) ===")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
