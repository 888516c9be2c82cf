"""Votes made up for tests: counted out, or drawn by Davidson's model."""

from __future__ import annotations

import math
from collections.abc import Sequence
from random import Random

from kling_widget.analysis.votes import Vote


def ballots(
    left: str, right: str, wins: int = 0, losses: int = 0, ties: int = 0, both_bad: int = 0, voter: str = "ann"
) -> list[Vote]:
    """Votes between two, one after the other; wins are the left one's."""
    numbers = (("left", wins), ("right", losses), ("tie", ties), ("both bad", both_bad))
    outcomes = [outcome for outcome, number in numbers for _ in range(number)]
    return [
        Vote(left, right, outcome, voter, float(n), f"{left}/{right}/{voter}/{n}")  # type: ignore[arg-type]  # one of four
        for n, outcome in enumerate(outcomes)
    ]


def drawn(
    random: Random, strengths: Sequence[float], number: int, tie: float = 0.5, voter: str = "ann", start: int = 0
) -> list[Vote]:
    """Votes between candidates "0", "1", … of these strengths, pairs by lot."""
    votes = []
    for n in range(start, start + number):
        one, other = random.sample(range(len(strengths)), 2)
        votes.append(cast(random, strengths, (str(one), str(other)), tie, voter, n))
    return votes


def cast(
    random: Random, strengths: Sequence[float], pair: tuple[str, str], tie: float = 0.5, voter: str = "ann", n: int = 0
) -> Vote:
    """One vote on this pair."""
    half = (strengths[int(pair[0])] - strengths[int(pair[1])]) / 2
    (outcome,) = random.choices(("left", "right", "tie"), (math.exp(half), math.exp(-half), tie))
    return Vote(*pair, outcome, voter, float(n), f"{voter}/{n}")  # type: ignore[arg-type]  # one of three
