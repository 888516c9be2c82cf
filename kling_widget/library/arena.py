"""An arena: takes that are held against each other two by two, blind, until a vote tells which is better."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any, get_args

from ..analysis.axis_votes import AxisVotes, by_value
from ..analysis.bradley_terry import Standings, fit
from ..analysis.pairing import next_pair
from ..analysis.verdict import Verdict, verdict
from ..analysis.votes import Outcome, Vote
from ..display_hook import view
from ..errors import BadValue
from ..store.record import TakeId
from .library import Library
from .readonly import ReadOnly
from .take import Take
from .voter import checked_voter, default_voter

if TYPE_CHECKING:
    import pandas as pd

MOST = 200
"""Candidates of an arena, at most: their 19,900 pairs are weighed after each vote, which takes 0.2 s."""


@dataclass(frozen=True)
class Candidate:
    """A take that is voted on.

    Attributes
    ----------
    take
        Its id.
    label
        What tells it apart from the others, for a person.
    values
        Its value on each axis of the sweep that it was made for, as a label; empty where it was made for none.
    """

    take: str
    label: str
    values: Mapping[str, str]

    def rest(self, axis: str) -> Hashable:
        """Return its values on all other axes."""
        return tuple(sorted((name, value) for name, value in self.values.items() if name != axis))


@dataclass(frozen=True)
class Tally:
    """What the votes say by now.

    Attributes
    ----------
    standings
        How strong each candidate is.
    verdict
        What may be said.
    names
        What to call each candidate.
    axis
        The votes by an axis's value, and how many tell nothing about it; None where clips are compared.
    """

    standings: Standings
    verdict: Verdict
    names: Mapping[str, str]
    axis: AxisVotes | None = None


class Arena(ReadOnly):
    """Takes that are held against each other two by two, blind, until a vote tells which is better.

    In a notebook it shows two clips at a time, without their names, and takes votes by keyboard. It holds no copy of
    anything: votes are in the library, each by the name of who cast it, and any number of people may vote at once.

    Attributes
    ----------
    library
        The library that holds the takes and their votes.
    axis
        The axis whose values are compared: only clips that are alike in all else are held against each other. None
        where any two may be.
    voter
        Whose votes are cast here, by a name that stays the same.

    Examples
    --------
    >>> arena = vote(s)  # doctest: +SKIP
    >>> left, right = arena.next()  # doctest: +SKIP
    >>> arena.vote(left, right, "left")  # doctest: +SKIP
    >>> arena.verdict  # doctest: +SKIP
    'Not known yet: about 30 more votes would tell (1 vote, one voter).'
    """

    library: Library
    axis: str | None
    voter: str

    def __init__(
        self,
        library: Library,
        candidates: Callable[[], list[Candidate]],
        *,
        axis: str | None = None,
        voter: str | None = None,
        seed: int | None = None,
    ) -> None:
        vars(self).update(library=library, axis=axis, voter=checked_voter(default_voter() if voter is None else voter))
        self._find = candidates
        self._random = Random(seed)

    @property
    def takes(self) -> list[Take]:
        """The takes that are compared: those whose clip is here by now."""
        return [self._take(one.take) for one in self._candidates()]

    def next(self, *, voter: str | None = None) -> tuple[Take, Take] | None:
        """Return the two takes whose comparison would tell most now, on sides that are drawn by lot.

        Parameters
        ----------
        voter
            Who looks at them; unless given, ``voter``.

        Returns
        -------
        tuple of Take, or None
            Left and right; None where no two clips can be compared yet.
        """
        pair = self._next_pair(self.voter if voter is None else checked_voter(voter))
        return None if pair is None else (self._take(pair[0]), self._take(pair[1]))

    def vote(self, left: Take | str, right: Take | str, outcome: Outcome, *, voter: str | None = None) -> Arena:
        """Note what a person says of two takes side by side.

        Parameters
        ----------
        left, right
            The takes, or their ids, as they were shown.
        outcome
            ``"left"`` or ``"right"`` for the better one, ``"tie"``, or ``"both bad"``.
        voter
            Who says it; unless given, ``voter``.

        Raises
        ------
        BadValue
            If it is no outcome, one is no take of this arena, or both are the same. Nothing was noted.
        """
        self._add_vote(_id(left), _id(right), outcome, self.voter if voter is None else checked_voter(voter))
        return self

    def undo(self, *, voter: str | None = None) -> bool:
        """Forget the newest vote that a person cast here; unless given, ``voter``'s. Returns whether there was one."""
        who = self.voter if voter is None else checked_voter(voter)
        mine = [vote for vote in self._votes(self._candidates()) if vote.voter == who]
        return bool(mine) and self.library._gateway.votes.take_back(mine[-1].id, who)

    def merge(self, other: Library) -> int:
        """Bring in the votes on these takes from another library, such as a colleague's copy.

        Returns
        -------
        int
            How many are new here. A vote that is here already counts once.
        """
        here = {one.take for one in self._candidates()}
        return self.library._gateway.votes.add(other._gateway.votes.among(here))

    @property
    def verdict(self) -> str:
        """What the votes allow to say by now, and about how many more would tell, in a sentence or a few."""
        return self._tally().verdict.text

    @property
    def best(self) -> Take | str | None:
        """The take (with an axis, the value) that beats all others; None as long as that is not known."""
        best = self._tally().verdict.best
        return best if best is None or self.axis is not None else self._take(best)

    def by(self, axis: str | None) -> Arena:
        """Return the arena of the same takes and votes that compares the values of an axis; None: the takes themselves.

        Raises ``BadValue`` where the takes have no such axis.
        """
        if axis is not None:
            check_axis(axis, {name for one in self._candidates() for name in one.values})
        return Arena(self.library, self._find, axis=axis, voter=self.voter)

    def votes(self) -> pd.DataFrame:
        """Return all votes on these takes as a table, oldest first.

        Returns
        -------
        pandas.DataFrame
            ``left``, ``right`` (ids of takes), ``outcome`` (category), ``voter``, ``at`` (datetime64 in the library's
            zone), ``id``.
        """
        from ..store.history import votes

        return votes(self._votes(self._candidates()), self.library.zone)

    def standings(self) -> pd.DataFrame:
        """Return how strong each take is by the votes, as a table, strongest first.

        Returns
        -------
        pandas.DataFrame
            ``name`` (what tells a take apart from the others; with an axis, its value), ``strength``, ``low`` and
            ``high`` (float64; log-odds against the average and the ends of a 95 % interval, infinite where votes set
            no bound; 1.1 more is 75:25), ``wins``, ``losses``, ``ties``, ``both_bad`` (int64; votes), and ``id`` where
            takes are compared.
        """
        from ..store.history import standings

        tally = self._tally()
        return standings(tally.standings, tally.names, ids=self.axis is None)

    # What the page asks

    def _take(self, take: str) -> Take:
        return Take(TakeId(take), self.library)

    def _candidates(self) -> list[Candidate]:
        return self._find()

    def _votes(self, candidates: Iterable[Candidate]) -> list[Vote]:
        return self.library._gateway.votes.among({one.take for one in candidates})

    def _next_pair(self, voter: str) -> tuple[str, str] | None:
        candidates = self._candidates()
        groups = None if self.axis is None else _opponents(candidates, self.axis)
        standings = fit(self._votes(candidates), [one.take for one in candidates])
        return next_pair(standings, voter=voter, random=self._random, groups=groups)

    def _add_vote(self, left: str, right: str, outcome: Outcome, voter: str, vote_id: str | None = None) -> None:
        here = {one.take for one in self._candidates()}
        if outcome not in get_args(Outcome):
            raise BadValue(f"A vote is {', '.join(map(repr, get_args(Outcome)))}; this is {outcome!r:.80}.")
        if strange := [one for one in (left, right) if one not in here]:
            raise BadValue(f"{strange[0]!r} is none of the takes that are compared here. Nothing was noted.")
        if left == right:
            raise BadValue("A take can't be held against itself. Nothing was noted.")
        self.library._gateway.votes.add([Vote(left, right, outcome, voter, time.time(), vote_id or uuid.uuid4().hex)])

    def _tally(self) -> Tally:
        candidates = self._candidates()
        votes = self._votes(candidates)
        if self.axis is None:
            names = {one.take: one.label for one in candidates}
            standings = fit(votes, names)
            return Tally(standings, verdict(standings, names), names)
        axis = self.axis
        having = [one for one in candidates if axis in one.values]
        found = by_value(
            votes, {one.take: one.values[axis] for one in having}, {one.take: one.rest(axis) for one in having}
        )
        values = {value: value for one in having for value in [one.values[axis]]}
        standings = fit(found.votes, values)
        return Tally(standings, verdict(standings, values), values, found)

    def _repr_mimebundle_(self, **_kwargs: Any) -> dict[str, Any]:
        found: dict[str, Any] = view("arena", self)._repr_mimebundle_()
        return found

    def _ipython_display_(self) -> None:
        view("arena", self)._ipython_display_()

    def __repr__(self) -> str:
        of = f"the values of {self.axis}" if self.axis else f"{len(self._candidates())} takes"
        return f"<Arena of {of}, {self.voter!r} votes: {self.verdict}>"


def check_axis(axis: str, axes: Iterable[str]) -> None:
    """Raise ``BadValue`` where the takes have no such axis."""
    found = sorted(axes)
    if axis not in found:
        there = f"There are: {', '.join(found)}." if found else "They were made for no sweep."
        raise BadValue(f"These takes have no axis {axis!r:.80}. {there}")


def _opponents(candidates: Iterable[Candidate], axis: str) -> dict[str, Hashable]:
    """Return what has to be equal for two to be compared."""
    return {one.take: one.rest(axis) for one in candidates if axis in one.values}


def _id(take: Take | str) -> str:
    return take if isinstance(take, str) else take.id
