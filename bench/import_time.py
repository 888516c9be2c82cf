"""What ``import kling_widget`` adds to what every widget costs anyway."""

from __future__ import annotations

import subprocess
import sys

from .table import Table, spread

TITLE = "Import"

N = 25
WIDGETS = "import anywidget, ipywidgets"
PACKAGE = "import kling_widget"
# What is measured, what was imported before it, and what it is called.
CASES = (
    (WIDGETS, "pass", "anywidget and ipywidgets"),
    (PACKAGE, "pass", "kling_widget"),
    (f"{WIDGETS}, kling_widget", "pass", "all three"),
    (PACKAGE, WIDGETS, "kling_widget, when the two are there already"),
    ("from kling_widget import Studio", f"{WIDGETS}, kling_widget", "Studio, when all three are there already"),
)

# The clock is read in the fresh process itself: how long Python takes to start is no concern of ours.
_PROGRAM = "import time; {}; t = time.perf_counter(); {}; print(time.perf_counter() - t)"


def seconds(statement: str, before: str) -> float:
    """The time (in seconds) that a statement takes in a fresh process, after another one."""
    command = [sys.executable, "-c", _PROGRAM.format(before, statement)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def run(n: int = N) -> Table:
    """Measure every case ``n`` times, in turn, so that what else the machine does falls on all alike."""
    for statement, before, _ in CASES:  # once for the disk cache and the compiled files
        seconds(statement, before)
    measured: dict[str, list[float]] = {name: [] for _, _, name in CASES}
    for _ in range(n):
        for statement, before, name in CASES:
            measured[name].append(seconds(statement, before) * 1000)
    return Table(
        ("what is imported", "median (ms)", "lower quartile", "upper quartile"),
        tuple((name, *spread(times)) for name, times in measured.items()),
        f"{n} rounds of fresh processes, the cases in turn. The aim, under 20 ms, is for the fourth row: "
        "what the package adds where there are widgets anyway.",
    )
