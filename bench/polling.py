"""How often each way of waiting asks the service, and how long a finished take goes unnoticed."""

from __future__ import annotations

import math
import random
import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import chain

from kling_widget.engine.forecast import Observed
from kling_widget.engine.polling import LearnedSchedule
from kling_widget.request.catalog import O3_PRO
from kling_widget.request.money import micros
from kling_widget.settings import ORIGIN
from kling_widget.store import Record, TakeId

from .polling_live import SPEED, TAKES, side_by_side
from .table import Cell, Table

TITLE = "Waiting for a take: polls, and delay till it is noticed"

ROUNDS = 160
SIGMA = 0.25
_TAKE = Record(
    id=TakeId("t"),
    service=ORIGIN,
    model=O3_PRO,
    inputs={},
    words="",
    seconds=5,
    state="processing",
    confirmed_at=0,
    accepted_at=0,
    estimate=micros("0.56"),
)

# The medians (in seconds) of the takes that a library has already, one after another; then of those that are measured.
SCENES: tuple[tuple[str, tuple[float, ...], tuple[float, ...]], ...] = (
    ("120 s, 20 takes known", (120,) * 20, (120,)),
    ("120 s, 3 takes known", (120,) * 3, (120,)),
    ("120 s, nothing known", (), (120,)),
    ("40 s, nothing known", (), (40,)),
    ("600 s, nothing known", (), (600,)),
    ("120 s, 20 takes of 300 s known", (300,) * 20, (120,)),
    ("120 s, 20 takes of 40 s known", (40,) * 20, (120,)),
    ("shifts from 120 to 240 s, the first 8 after it", (120,) * 20, (240,) * 8),
    ("shifts from 240 to 80 s, the first 8 after it", (240,) * 20, (80,) * 8),
)

Wait = Callable[[str, float], float]  # a take's name and the seconds it has taken; seconds until the next poll


def watch(name: str, needs: float, wait: Wait) -> tuple[int, float]:
    """Poll one take in virtual time, at once and after each wait, until it is seen finished: polls, and delay."""
    now, polls = 0.0, 1
    while now < needs:
        now += wait(name, now)
        polls += 1
    return polls, now - needs


def every(seconds: float) -> Wait:
    """Wait always as long."""
    return lambda name, elapsed: seconds


def learned(known: Sequence[Observed], chance: random.Random) -> Wait:
    """Wait as the engine does on a live service, by its own code."""
    schedule = LearnedSchedule(lambda before: known, chance.random)
    return lambda name, elapsed: schedule.next_poll(replace(_TAKE, id=TakeId(name)), round(elapsed * 1000))


def life(seed: int, before: Sequence[float], after: Sequence[float]) -> Iterator[tuple[str, int, float]]:
    """One library's life: way of waiting, polls and delay, for each take that is measured."""
    rng = random.Random(seed)
    known: list[Observed] = []
    for number, median in enumerate(chain(before, after)):
        needs = median * math.exp(rng.gauss(0, SIGMA))
        polls, delay = watch(str(number), needs, learned(tuple(known), rng))
        # The library knows when a take was seen finished, not when it was: it learns with its own delay.
        known.insert(0, Observed(ORIGIN, O3_PRO, 5, False, needs + delay))
        if number >= len(before):
            yield "ours", polls, delay
            yield "every 1 s, as the official client", *watch("", needs, every(1.0))
            yield "every 5 s", *watch("", needs, every(5.0))


def row(scene: str, way: str, polls: Sequence[float], delays: Sequence[float]) -> tuple[Cell, ...]:
    """Sum up."""
    ninth = statistics.quantiles(delays, n=10, method="inclusive")[8]
    figures = (statistics.mean(polls), statistics.mean(delays), statistics.median(delays), ninth)
    return (scene, way, *(round(figure, 1) for figure in figures))


def run(rounds: int = ROUNDS) -> Table:
    """Simulate, then hold against real sockets."""
    rows: list[tuple[Cell, ...]] = []
    for scene, before, after in SCENES:
        found: dict[str, list[tuple[int, float]]] = {}
        for seed in range(max(rounds // len(after), 1)):
            for way, polls, delay in life(seed, before, after):
                found.setdefault(way, []).append((polls, delay))
        rows += [row(scene, way, *zip(*seen, strict=True)) for way, seen in found.items()]
    for way, measured in side_by_side().items():
        rows.append(row(f"real, {TAKES} takes of 120 s, 20 known", way, *zip(*measured, strict=True)))
    return Table(
        ("how long takes need", "who polls", "polls a take", "mean delay (s)", "median delay", "90th percentile"),
        tuple(rows),
        f"Log-normal durations (median as named, sigma {SIGMA}). All but the last rows: {rounds} takes in virtual "
        "time, the same for all, with the engine's own schedule, answers without delay, and a library that "
        "learns from when it saw takes finished. The first poll, right after the submit, counts. The last rows: "
        "engine and official client at the same time against one practice server on loopback, each with takes of "
        f"its own, everything {SPEED:g} times as fast: durations, our waits and the official client's poll_interval "
        f"are divided by {SPEED:g}, the delays multiplied again, and with them what this machine needs to answer.",
    )
