"""What the promises are called, and what their tests have counted so far."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

PROMISES = {
    "G1": "one confirmation sends at most one submit that could have been received",
    "G2": "no paid task is forgotten, whatever dies",
    "G3": "an unknown outcome is shown as unknown: never silently failed, never sent again by itself",
    "G4": "a local time-out, interrupt or restart never marks a live task failed",
    "G5": "a file at its final path is whole, checked and hashed",
    "G6": "however many kernels share a library, one writes a take at a time and no update is lost",
    "G7": "the key is nowhere but on requests to the service",
    "G8": "at most one look per 5 s per take on the live service",
    "G9": "progress never runs backwards and never says done before the file is on disk",
    "G10": "recorded spend equals the service's billing",
    "G11": "any answer ends in words on its own take, and holds up no other",
    "G12": "a take belongs to one account, and a prediction to one take on a machine",
}
"""The promises of the package, in short."""


@dataclass(frozen=True)
class Zeros:
    """What must be nought: submits received more often than confirmed, paid tasks that no take has, bad files."""

    twice: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    bad_files: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.twice or self.lost or self.bad_files)


@dataclass
class Tally:
    """What was tried and counted over a test run."""

    rows: int = 0
    kills: int = 0
    takes: int = 0
    tasks: int = 0
    twice: int = 0
    lost: int = 0
    bad_files: int = 0
    held: dict[str, int] = field(default_factory=dict)
    broken: dict[str, int] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, zeros: Zeros, *, takes: int, tasks: int) -> None:
        """Count what a server's ledger told."""
        with self._lock:
            self.takes += takes
            self.tasks += tasks
            self.twice += len(zeros.twice)
            self.lost += len(zeros.lost)
            self.bad_files += len(zeros.bad_files)

    def tried(self, *, rows: int = 0, kills: int = 0) -> None:
        """Count rows of the fault matrix, and processes killed."""
        with self._lock:
            self.rows += rows
            self.kills += kills

    def tested(self, promise: str, *, held: bool) -> None:
        """Count a test of a promise."""
        of = self.held if held else self.broken
        of[promise] = of.get(promise, 0) + 1

    def counted(self) -> dict[str, Any]:
        """Return all counts as plain values, for another process."""
        return {name: value for name, value in vars(self).items() if not name.startswith("_")}

    def merge(self, other: Mapping[str, Any]) -> None:
        """Add what another process counted."""
        for name, value in other.items():
            mine = getattr(self, name)
            if isinstance(value, int):
                setattr(self, name, mine + value)
            else:
                mine.update({key: mine.get(key, 0) + count for key, count in value.items()})


TALLY = Tally()
"""The tally of this run."""


def tell(reporter: pytest.TerminalReporter, tally: Tally = TALLY) -> None:
    """Write the tally; nothing where no promise was tried."""
    if not tally.held and not tally.broken:
        return
    write = reporter.write_line
    reporter.section("promises")
    for name, words in PROMISES.items():
        held, broken = tally.held.get(name, 0), tally.broken.get(name, 0)
        write(f"{name:>4}  {held:>3} hold{f', {broken} BROKEN' if broken else ''}  {words}")
    write("")
    write(
        f"fault matrix: {tally.rows} rows tried; {tally.kills} kernels killed; {tally.takes} takes, {tally.tasks} tasks"
    )
    write(f"submits received twice: {tally.twice}   takes lost: {tally.lost}   bad files accepted: {tally.bad_files}")
