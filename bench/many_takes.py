"""What it takes to tend many open takes in one process."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from collections.abc import Callable

from kling_widget.engine.polling import LOOKS_A_SECOND

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
        f"as it does on the live service when it knows nothing, but without the cap of {LOOKS_A_SECOND:g} looks a "
        "second that all takes share there; the second row takes the advantage of its pace away.",
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
