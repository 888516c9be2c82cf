"""What a sweep costs on this side: freezing and confirming it, and showing it while its cells wait.

The service is left out: nothing is begun.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from kling_widget import Library, SweepGrid, sweep
from kling_widget.engine.sweep_feed import SweepFeed

from .table import Cell, Table, spread

TITLE = "Sweeps of 20 and of 2,000 cells"

SIZES = ((5, 4), (50, 40))
ROUNDS = 7
LOOKS = 20

_MEASURED = ("freeze and price it, ms", "confirm it, ms", "show it first, ms of CPU", "show it again, ms of CPU")


def run() -> Table:
    """Measure, the sizes taking turns."""
    found: dict[tuple[int, str], list[float]] = {}
    with _nothing_begun():
        for number in range(ROUNDS):
            for size in SIZES:
                for name, value in zip(_MEASURED, _measured(*size, number), strict=True):
                    found.setdefault((size[0] * size[1], name), []).append(value)
    rows: list[tuple[Cell, ...]] = []
    for (cells, name), values in found.items():
        middle, low, high = spread(values)
        rows.append((f"{cells:,} cells", name, middle, low, high))
    how = (
        f"Medians and quartiles of {ROUNDS} sweeps of each size, each in a library of its own, the sizes taking turns. "
        f"Shown again: the mean of {LOOKS} times that the card is brought up to date, as after each change in the "
        "library, at most four times a second."
    )
    return Table(("sweep", "what", "median", "quarter below", "quarter above"), tuple(rows), how)


def _measured(rows: int, columns: int, number: int) -> tuple[float, float, float, float]:
    template = f"A {_choice('fox', rows)} in {_choice('light', columns)}, {number}"
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        library = Library(folder)
        try:
            frozen, made = _took(
                lambda: sweep(template, duration=3, practice=True, confirm=False, library=library), time.perf_counter
            )
            confirmed, _ = _took(made.confirm, time.perf_counter)
            first, grid = _took(lambda: SweepGrid(made), time.thread_time)
            again, _ = _took(lambda: [grid.read() for _ in range(LOOKS)], time.thread_time)
            grid.close()
            made.stop()
        finally:
            library.close()
    return frozen, confirmed, first, again / LOOKS


def _took(act: Callable[[], Any], clock: Callable[[], float]) -> tuple[float, Any]:
    began = clock()
    found = act()
    return 1e3 * (clock() - began), found


def _choice(word: str, count: int) -> str:
    return "{" + "|".join(f"{word} {number}" for number in range(count)) + "}"


@contextmanager
def _nothing_begun() -> Iterator[None]:
    begin = SweepFeed.run_due
    SweepFeed.run_due = lambda *_given: None  # type: ignore[method-assign]
    try:
        yield
    finally:
        SweepFeed.run_due = begin  # type: ignore[method-assign]
