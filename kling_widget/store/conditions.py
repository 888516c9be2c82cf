"""A filter of takes as conditions on their rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Select, false, func, select

from ..request.states import FINAL
from ..text import flaw, fold
from .schema import cells, takes
from .search_index import Candidates
from .sorting import cost
from .take_filter import TakeFilter


def narrowed(query: Select[Any], wanted: TakeFilter, dialect: str, candidates: Candidates | None = None) -> Select[Any]:
    """Return a query of takes that reads only those that pass a filter, in a database of this dialect.

    ``candidates`` are the takes that may hold the texts that are `sought`, where that is known.
    """
    query = query.where(*_conditions(wanted, dialect))
    if candidates is None:
        return query
    indexed = select(func.json_each(candidates.ids).table_valued("value").c.value)
    return query.where(takes.c.id.in_(indexed.union(select(takes.c.id).where(takes.c.revision > candidates.revision))))


def sought(wanted: TakeFilter) -> list[str]:
    """Return the texts that a take's folded text holds if it passes a filter; none where no take passes."""
    found = [fold(wanted.text), *(_tag(tag) for tag in wanted.tags)]
    return [] if any(map(flaw, (wanted.text, *wanted.tags))) else found


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
        yield _holds(_tag(tag), dialect) if not flaw(tag) else false()
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


def _tag(tag: str) -> str:
    # Tags stand between the prompt and the note, each on a line of its own.
    return f"\n{fold(f'#{tag}')}\n"


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
