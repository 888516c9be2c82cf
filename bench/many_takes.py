"""What it takes to tend many open takes in one process, and what a panel needs to show them.

``python -m bench.many_takes`` measures the panel alone, in some seconds.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from kling_widget import Library, Studio
from kling_widget.engine.polling import POLLS_A_SECOND
from kling_widget.request.catalog import O3_PRO
from kling_widget.request.money import micros
from kling_widget.store import Record, Store
from kling_widget.store.record import fresh_id, now_ms
from tests.made import put_take

from . import stage
from .crowd import Needed
from .table import Cell, Table

TITLE = "Many open takes in one process"

COUNT = 500
SECONDS = 30.0
ROUNDS = 3
MEDIAN_S = 6000.0  # so that all stay open; a flagged task ends after a third of its time
WAYS = {
    "engine": "ours",
    "engine-5": "ours, made to look every 5 s",
    "loops-1": "a thread each, requests, every 1 s",
    "loops-5": "a thread each, requests, every 5 s",
}


SHOWN = 200
"""Open takes that a panel shows."""

UPDATES = 20
_APART_S = 0.25
_PRICE = micros("0.56")


def panel_update(count: int = SHOWN) -> float:
    """Return the milliseconds of CPU of an update of a panel with so many open takes; there are four a second.

    The library holds as many finished takes, from which the forecast of the open ones is learned. The first update,
    which learns, does not count.
    """
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        _fill(Path(folder), count)
        library = Library(folder, tend=False)
        studio = Studio(library, practice=True)
        try:
            spent = []
            for _ in range(UPDATES + 1):
                began = time.thread_time()
                studio._look()
                spent.append(1e3 * (time.thread_time() - began))
                time.sleep(_APART_S)
        finally:
            studio.close()
            library.close()
    return statistics.mean(spent[1:])


def _fill(folder: Path, count: int) -> None:
    now = now_ms()
    store = Store.in_folder(folder)
    try:
        for number in range(2 * count):
            is_open, seconds = number < count, (5, 10)[number % 2]
            began = now - 1000 * (number % 120 if is_open else 600 + number)
            put_take(
                store,
                Record(
                    id=fresh_id(began),
                    service="practice",
                    model=O3_PRO,
                    inputs={"prompt": f"A fox, {number}", "duration": seconds},
                    words=f"A fox, {number}",
                    seconds=seconds,
                    state=("processing", "created")[number % 2] if is_open else "completed",
                    confirmed_at=began,
                    submitted_at=began,
                    accepted_at=began,
                    finished_at=None if is_open else began + 90_000 + 200 * number,
                    saved_at=None if is_open else began + 95_000 + 200 * number,
                    estimate=_PRICE,
                    charge=None if is_open else _PRICE,
                    prediction=f"p{number}",
                ),
            )
    finally:
        store.close()


def needed(way: str, count: int, seconds: float) -> tuple[Needed, float]:
    """What one fresh process needed, and how many looks a second the server saw from its first submit on."""
    with stage.practice(MEDIAN_S) as server:
        command = [sys.executable, "-m", "bench.crowd", way, server.url, str(count), str(seconds)]
        environment = stage.bare(**stage.account(server.url))
        done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=600)
        if done.returncode:
            raise RuntimeError(f"{way} did not come through:\n{done.stderr[-2000:]}")
        found = Needed(**json.loads(done.stdout))
        looks = sum(stage.ledger(server)["looks"].values())
    return found, looks / (found.opening + seconds)


def run(rounds: int = ROUNDS, count: int = COUNT, seconds: float = SECONDS) -> Table:
    """Measure every way ``rounds`` times, in turn, each against a fresh server."""
    measured: dict[str, list[tuple[Needed, float]]] = {way: [] for way in WAYS}
    for _ in range(rounds):
        for way, found in measured.items():
            found.append(needed(way, count, seconds))
    return Table(
        (
            "who tends them",
            "CPU (% of a core)",
            "range",
            "threads",
            "memory (MB)",
            "looks a second",
            "all open after (s)",
        ),
        tuple(_row(WAYS[way], found) for way, found in measured.items()),
        f"{count} takes that stay open, {seconds:g} s, medians of {rounds} rounds in turn, each a fresh process "
        "against a fresh practice server in another one. CPU and memory are the tending process's own. Ours looks "
        f"as it does on the live service when it knows nothing, but without the cap of {POLLS_A_SECOND:g} looks a "
        "second that all takes share there; the second row takes away what its schedule gains. A panel that shows "
        f"{SHOWN} open takes needs {panel_update():.1f} ms of CPU for each update, "
        f"mean of {UPDATES} that are {_APART_S} s apart.",
    )


def _row(name: str, found: list[tuple[Needed, float]]) -> tuple[Cell, ...]:
    def middle(of: Callable[[Needed], float]) -> float:
        return statistics.median(of(one) for one, _ in found)

    cpu = [100 * one.cpu for one, _ in found]
    return (
        name,
        round(statistics.median(cpu), 1),
        f"{min(cpu):.1f} to {max(cpu):.1f}",
        round(middle(lambda one: one.threads)),
        round(middle(lambda one: one.memory)),
        round(statistics.median(looks for _, looks in found), 1),
        round(middle(lambda one: one.opening), 1),
    )


if __name__ == "__main__":
    print(f"{SHOWN} open takes: {panel_update():.1f} ms of CPU an update of the panel")
