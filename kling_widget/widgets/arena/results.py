"""What votes say, as a page draws it: a line for each candidate, with its interval, and what may be said."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TypedDict

from ...library.arena import Tally

_MARGIN = 0.06  # of the width, at each end: what is open there runs on
_LEAST = 1.0  # log-odds that the width shows at least: 73:27


class Line(TypedDict):
    """One candidate: its name, its strength and the ends of its 95 % interval in percent of the width, its votes.

    ``open`` says where votes set no bound: ``low``, ``high``, both or neither.
    """

    name: str
    at: float
    low: float
    high: float
    open: list[str]
    votes: str


class Results(TypedDict):
    """What the votes say: its title, whose votes they are, a line a candidate, and the sentence."""

    title: str
    source: str
    lines: list[Line]
    average: float
    sentence: str
    left_out: str


def results(tally: Tally, title: str) -> Results:
    """Return what a page draws of a tally."""
    rated = [one for one in tally.standings if one.count.votes]
    scale = _Scale(end for one in rated for end in (one.strength, one.low, one.high))
    lines = [
        Line(
            name=tally.names[one.candidate],
            at=scale(one.strength),
            low=scale(one.low),
            high=scale(one.high),
            open=[name for name, end in (("low", one.low), ("high", one.high)) if math.isinf(end)],
            votes=_votes(one.count.votes),
        )
        for one in tally.standings
    ]
    counted = tally.standings.counted
    return Results(
        title=title,
        source=f"{_votes(len(counted.votes))}, {_voters(counted.voters)}",
        lines=lines,
        average=scale(0.0),
        sentence=tally.verdict.text,
        left_out=_left_out(tally, title),
    )


class _Scale:
    """From log-odds to percent of the width."""

    def __init__(self, ends: Iterable[float]) -> None:
        finite = [0.0, *(end for end in ends if math.isfinite(end))]
        low, high = min(finite), max(finite)
        missing = max(0.0, _LEAST - (high - low)) / 2
        self._low, self._high = low - missing, high + missing

    def __call__(self, value: float) -> float:
        if math.isinf(value):
            return 0.0 if value < 0 else 100.0
        share = (value - self._low) / (self._high - self._low)
        return round(100 * (_MARGIN + (1 - 2 * _MARGIN) * share), 2)


def _left_out(tally: Tally, title: str) -> str:
    """Say how many votes tell nothing about an axis; empty where all do."""
    axis = tally.axis
    others = 0 if axis is None else axis.confounded + axis.equal
    if not others:
        return ""
    which = f"{_votes(others)} between clips that are alike in it, or differ in more than it, say nothing here."
    return f"{which} vote(sweep, axis={title!r}) asks about it alone."


def _votes(number: int) -> str:
    return f"{number:,} vote{'' if number == 1 else 's'}"


def _voters(number: int) -> str:
    return f"{number:,} voter{'' if number == 1 else 's'}"
