"""A filter of takes as conditions on their rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Select, false, func, select

from ..request.states import FINAL
from ..text import flaw, fold
from .schema import cells, takes
from .sorting import cost
from .take_filter import TakeFilter


def narrowed(query: Select[Any], wanted: TakeFilter, dialect: str) -> Select[Any]:
    """Return a query of takes that reads only those that pass a filter, in a database of this dialect."""
    return query.where(*_conditions(wanted, dialect))


def _conditions(wanted: TakeFilter, dialect: str) -> Iterator[ColumnElement[bool]]:
    if wanted.text:
        yield _holds(fold(wanted.text), dialect) if not flaw(wanted.text) else false()
    if wanted.states is not None:
        yield takes.c.state.in_(sorted(wanted.states))
        if not FINAL.intersection(wanted.states):
            yield takes.c.settled.is_(False)  # none is, and few takes are open
    if wanted.rating is not None:
        yield takes.c.rating >= wanted.rating
    for tag in wanted.tags:
        # Tags stand between the prompt and the note, each on a line of its own.
        yield _holds(f"\n{fold(f'#{tag}')}\n", dialect) if not flaw(tag) else false()
    if wanted.models is not None:
        yield takes.c.model.in_(sorted(wanted.models))
    if wanted.since is not None:
        yield takes.c.confirmed_at >= wanted.since
    if wanted.until is not None:
        yield takes.c.confirmed_at < wanted.until
    if wanted.parent is not None:
        yield takes.c.parent == wanted.parent
    if wanted.family is not None:
        yield takes.c.id.in_(_family(wanted.family))
    if wanted.sweep is not None:
        yield takes.c.id.in_(select(cells.c.take).where(cells.c.sweep == wanted.sweep))
    least, most = wanted.cost
    if least is not None:
        yield cost >= least
    if most is not None:
        yield cost <= most


def _holds(folded: str, dialect: str) -> ColumnElement[bool]:
    # Not LIKE: it has wildcards, SQLite bounds its patterns, and the text is folded already.
    place = func.instr if dialect == "sqlite" else func.strpos
    found: ColumnElement[bool] = place(takes.c.folded, folded) > 0
    return found


def _family(take: str) -> Select[Any]:
    """Return a query for the ids of a take, of what it was made from, and of what was made from any of these."""
    up = select(takes.c.id, takes.c.parent).where(takes.c.id == take).cte("ancestors", recursive=True)
    # UNION, not UNION ALL: a damaged row that names itself as its parent ends the walk all the same.
    up = up.union(select(takes.c.id, takes.c.parent).where(takes.c.id == up.c.parent))
    down = select(up.c.id).cte("family", recursive=True)
    down = down.union(select(takes.c.id).where(takes.c.parent == down.c.id))
    return select(down.c.id)
