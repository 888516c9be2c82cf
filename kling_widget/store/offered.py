"""What there is to ask for among the takes of a library, and what those come to that pass a filter."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.engine import Connection

from ..request.budget import Spend
from ..request.money import Micros
from .conditions import narrowed
from .schema import takes
from .search_index import Candidates
from .sorting import cost, is_practice
from .take_filter import ALL, TakeFilter


@dataclass(frozen=True)
class Offered:
    """What occurs among takes, the most frequent first.

    Attributes
    ----------
    tags
        Their tags.
    models
        The ids of their models.
    """

    tags: tuple[str, ...] = ()
    models: tuple[str, ...] = ()


def offered(connection: Connection, kind: ColumnElement[bool], dialect: str) -> Offered:
    """Return what can be asked for among takes of this kind."""
    count = func.count()
    models = narrowed(select(takes.c.model).where(kind), ALL, dialect).group_by(takes.c.model)
    tagged = narrowed(select(takes.c.tags, count).where(kind, takes.c.tags != "[]"), ALL, dialect).group_by(
        takes.c.tags
    )
    tags: Counter[str] = Counter()
    for text, number in connection.execute(tagged):
        try:
            found = json.loads(text)
        except (TypeError, ValueError):
            continue  # a damaged row, of which others say more
        tags.update({tag: number for tag in found if isinstance(tag, str)} if isinstance(found, list) else {})
    return Offered(
        tags=tuple(sorted(tags, key=lambda tag: (-tags[tag], tag.casefold()))),
        models=tuple(connection.scalars(models.order_by(count.desc(), takes.c.model))),
    )


def tally(
    connection: Connection,
    wanted: TakeFilter,
    kind: ColumnElement[bool],
    dialect: str,
    candidates: Candidates | None = None,
) -> Spend:
    """Return how many takes pass a filter, and what they came to; what was spent today is not said."""
    query: Any = select(is_practice, func.count(), func.sum(cost)).where(kind).group_by(is_practice)
    found = connection.execute(narrowed(query, wanted, dialect, candidates)).all()
    sums = {bool(play): (number, Micros(int(amount or 0))) for play, number, amount in found}
    nothing = (0, Micros(0))
    (live, total), (play, practice_total) = sums.get(False, nothing), sums.get(True, nothing)
    return Spend(takes=live + play, total=total, practice_total=practice_total)
