"""Votes on disk: which of two takes somebody found better."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any, cast

from sqlalchemy import Engine, Row, and_, delete, func, insert, select

from ..analysis.votes import OUTCOMES, Outcome, Vote
from . import damage, rows
from .database import everything, read_only, writing
from .schema import votes

_COLUMNS = (
    votes.c.shown_left,
    votes.c.shown_right,
    votes.c.outcome,
    votes.c.voter,
    votes.c.cast_at,
    votes.c.id,
)


class VoteStore:
    """A library's votes. One never changes, and none is counted twice, however often it arrives."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def among(self, takes: Collection[str] | None = None) -> list[Vote]:
        """Return the votes between these takes, or all, in order of time; those that can't be read are left out."""
        query = select(*_COLUMNS).order_by(votes.c.cast_at, votes.c.id)
        if takes is not None:
            ids = sorted(takes)
            query = query.where(votes.c.shown_left.in_(ids), votes.c.shown_right.in_(ids))
        with read_only(self._engine) as connection:
            found = everything(connection, query)
        return [vote for row in found if (vote := _to_vote(row)) is not None]

    def add(self, given: Iterable[Vote]) -> int:
        """Write votes down, each id once. Returns how many are new."""
        by_id = {vote.id: vote for vote in given}
        if not by_id:
            return 0
        with writing(self._engine) as connection:
            there: set[str] = set()
            for some in _batches(sorted(by_id)):
                there.update(connection.scalars(select(votes.c.id).where(votes.c.id.in_(some))))
            new = [_to_row(vote) for vote in by_id.values() if vote.id not in there]
            if new:
                connection.execute(insert(votes), new)
                rows.next_revision(connection)
        return len(new)

    def take_back(self, vote: str, voter: str) -> bool:
        """Forget a vote of a voter. Returns whether it was there."""
        here = and_(votes.c.id == vote, votes.c.voter == voter)
        with writing(self._engine) as connection:
            gone = connection.execute(delete(votes).where(here)).rowcount > 0
            if gone:
                rows.next_revision(connection)
        return gone

    def count(self) -> int:
        """How many votes there are."""
        with read_only(self._engine) as connection:
            return connection.scalar(select(func.count()).select_from(votes)) or 0


_AT_ONCE = 500  # ids in one question


def _batches(ids: Sequence[str]) -> Iterable[Sequence[str]]:
    return (ids[at : at + _AT_ONCE] for at in range(0, len(ids), _AT_ONCE))


def _to_row(vote: Vote) -> dict[str, Any]:
    return {
        "id": vote.id,
        "shown_left": vote.left,
        "shown_right": vote.right,
        "outcome": vote.outcome,
        "voter": vote.voter,
        "cast_at": round(vote.at * 1000),
    }


def _to_vote(row: Row[Any]) -> Vote | None:
    """Return a row as a vote; None where it holds what was never written there."""
    texts = (row.shown_left, row.shown_right, row.voter, row.id)
    if not (all(map(damage.is_text, texts)) and damage.is_whole(row.cast_at, 0, damage.LAST_MS)):
        return None
    if row.outcome not in OUTCOMES:
        return None
    return Vote(row.shown_left, row.shown_right, cast(Outcome, row.outcome), row.voter, row.cast_at / 1000, row.id)
