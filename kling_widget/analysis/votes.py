"""Votes between two candidates: what one is, how those of several voters come together, and which of them count.

A candidate is whatever is voted on, by its id: a take, or a value of a sweep's axis (see `axis_votes`). A vote never
changes and is never lost on the way, but it may arrive twice and in any order: from a page that sends a click again,
from two kernels, from thirty voters. So votes carry an id of their own, and merging them is a union by it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from typing import Literal, get_args

from ..errors import BadValue

Outcome = Literal["left", "right", "tie", "both bad"]
"""What a voter says of two clips side by side. Both bad is a tie in strength, and is counted by itself as well."""

OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)

Pair = tuple[str, str]
"""Two candidates. Where sides don't matter, the one that sorts first comes first."""


@dataclass(frozen=True)
class Vote:
    """One voter's answer about two candidates.

    Parameters
    ----------
    left, right
        The candidates, by id, on the sides where the voter saw them.
    outcome
        ``"left"`` or ``"right"`` for the better one, ``"tie"``, or ``"both bad"``.
    voter
        Who votes, by any name that stays the same.
    at
        When, in seconds since 1970.
    id
        The vote's own id, made where the vote is cast, once: a vote that arrives twice is one vote.

    Raises
    ------
    BadValue
        If the outcome is none of these, or the time is no finite number.

    Examples
    --------
    >>> Vote("take-1", "take-2", "left", "ann", 1_790_000_000.0, "click-1").winner
    'take-1'
    """

    left: str
    right: str
    outcome: Outcome
    voter: str
    at: float
    id: str

    def __post_init__(self) -> None:
        if self.outcome not in OUTCOMES:
            raise BadValue(f"{self.outcome!r} is no vote: say {', '.join(OUTCOMES[:-1])} or {OUTCOMES[-1]}")
        if not math.isfinite(self.at):
            raise BadValue(f"A vote has a time in seconds since 1970, and {self.at!r} is none")

    @property
    def winner(self) -> str | None:
        """The better candidate; None for a tie and for both bad."""
        return self.left if self.outcome == "left" else self.right if self.outcome == "right" else None

    @property
    def pair(self) -> Pair:
        """The two candidates whichever side they were on, in the order of their ids."""
        return (self.left, self.right) if self.left <= self.right else (self.right, self.left)


def merge(*several: Iterable[Vote]) -> tuple[Vote, ...]:
    """Return the votes of several sources as one: each id once, in order of time.

    The order of sources and of votes in them does not matter, nor does how often one comes. If two votes differ and
    bear the same id, which no page or kernel of ours does, the earlier one counts, whoever merges them.

    Examples
    --------
    >>> vote = Vote("a", "b", "tie", "ann", 5.0, "1")
    >>> merge([vote], [vote]) == (vote,)
    True
    """
    kept: dict[str, Vote] = {}
    for vote in sorted(chain(*several), key=_order):
        kept.setdefault(vote.id, vote)
    return tuple(kept.values())


def _order(vote: Vote) -> tuple[float, str, str, str, str, str]:
    return vote.at, vote.id, vote.left, vote.right, vote.outcome, vote.voter


@dataclass(frozen=True)
class Counted:
    """The votes that tell something about a set of candidates, and how many don't.

    Attributes
    ----------
    votes
        Those between two different candidates of the set, each once, in order of time.
    unknown
        How many name something outside the set: a deleted take, or one that is not voted on here. To go on using what
        a deleted take's votes say about those it met, leave it among the candidates, and out of the next pairs.
    against_itself
        How many set a candidate against itself: whatever the outcome, that says nothing.
    """

    votes: tuple[Vote, ...]
    unknown: int
    against_itself: int

    @property
    def voters(self) -> int:
        """How many people the votes that count come from."""
        return len({vote.voter for vote in self.votes})


def counted(votes: Iterable[Vote], candidates: Iterable[str]) -> Counted:
    """Merge votes and keep those between two different ones of the candidates.

    Examples
    --------
    >>> counted([Vote("a", "gone", "left", "ann", 5.0, "1")], ["a", "b"])
    Counted(votes=(), unknown=1, against_itself=0)
    """
    present = frozenset(candidates)
    inside, unknown, against_itself = [], 0, 0
    for vote in merge(votes):
        if vote.left not in present or vote.right not in present:
            unknown += 1
        elif vote.left == vote.right:
            against_itself += 1
        else:
            inside.append(vote)
    return Counted(tuple(inside), unknown, against_itself)


@dataclass(frozen=True)
class VoteCount:
    """How votes came out, seen from one candidate: against one other, or against all."""

    wins: int = 0
    losses: int = 0
    ties: int = 0
    both_bad: int = 0

    @property
    def votes(self) -> int:
        """All of them."""
        return self.wins + self.losses + self.ties + self.both_bad

    @property
    def decided(self) -> int:
        """Those that name a better one."""
        return self.wins + self.losses

    def reversed(self) -> VoteCount:
        """The same votes, seen from the other side."""
        return VoteCount(self.losses, self.wins, self.ties, self.both_bad)

    def __add__(self, other: VoteCount) -> VoteCount:
        return VoteCount(
            self.wins + other.wins, self.losses + other.losses, self.ties + other.ties, self.both_bad + other.both_bad
        )


def count_by_pair(votes: Iterable[Vote]) -> dict[Pair, VoteCount]:
    """Count votes by pair. What they are counted from is taken as it is: merge first, or begin with `counted`.

    Returns
    -------
    dict
        For each pair with a vote, in the order of `Vote.pair`, what its first candidate has.
    """
    outcomes: dict[Pair, list[int]] = {}
    for vote in votes:
        row = outcomes.setdefault(vote.pair, [0, 0, 0, 0])
        if vote.winner is not None:
            row[0 if vote.winner == vote.pair[0] else 1] += 1
        else:
            row[2 if vote.outcome == "tie" else 3] += 1
    return {pair: VoteCount(*row) for pair, row in outcomes.items()}
