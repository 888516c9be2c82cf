"""What a person asks for, turned into a filter of takes: days and moments, models by name, takes or their ids."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any

from ..errors import BadValue, RequestError
from ..request import model_names
from ..request.catalog import Catalog
from ..request.money import micros
from ..request.states import STATES
from ..store.take_filter import TakeFilter
from .annotations import is_stars, tidy_tag

Moment = datetime | date | str
"""A moment, or a whole day: a ``datetime``, a ``date``, or either as ISO 8601 text."""

Words = str | Iterable[str]
"""One word, or several."""

Range = tuple[float | None, float | None]
"""The least and the most of something, both included; None: no such bound."""


_MOST = 2**62  # micro-dollars; what is more, no database compares with


def take_filter(
    catalog: Catalog,
    zone: tzinfo,
    *,
    text: str = "",
    status: Words | None = None,
    rating: int | None = None,
    tags: Words = (),
    model: Words | None = None,
    since: Moment | None = None,
    until: Moment | None = None,
    parent: object = None,
    family: object = None,
    sweep: object = None,
    cost: Range | None = None,
) -> TakeFilter:
    """Return the filter that ``Library.takes`` and ``Library.history`` describe.

    Raises
    ------
    BadValue
        If a value is none that takes can have.
    """
    if rating is not None and not is_stars(rating):
        raise BadValue(f"rating= takes the least number of stars, 1 to 5; this is {rating!r}.")
    return TakeFilter(
        text=_text(text, "text"),
        states=None if status is None else _states(_words(status, "status")),
        rating=rating,
        tags=tuple(filter(None, map(tidy_tag, _words(tags, "tags")))),
        models=None if model is None else frozenset(_model(name, catalog) for name in _words(model, "model")),
        since=None if since is None else _moment(since, zone, "since"),
        until=None if until is None else _moment(until, zone, "until", end_of_day=True),
        parent=None if parent is None else take_id(parent),
        family=None if family is None else take_id(family),
        sweep=None if sweep is None else take_id(sweep),
        cost=(None, None) if cost is None else _cost(cost),
    )


def take_id(one: object) -> str:
    """Return the id of a take, or of what a person has in its place: an id, or a row of a history.

    Raises ``BadValue`` for anything else.
    """
    found = one if isinstance(one, str) else getattr(one, "id", None)
    if not isinstance(found, str):
        raise BadValue(f"A take, its id, or a row of a history with the column id is needed; this is {one!r:.80}.")
    return found


def refuse_narrowing(**filters: Any) -> None:
    """Refuse whatever narrows takes that are named one by one. Raises ``TypeError`` where anything does."""
    if any(value not in (None, "", ()) for value in filters.values()):
        raise TypeError("Takes that are named can't be narrowed as well: filter the table, or ask without it.")


def take_ids(among: Any) -> list[str]:
    """Return the ids of takes that are given as a history (of pandas or polars), a column of ids, or one by one.

    Raises ``BadValue`` for a table without the column ``id``, and for what is no take.
    """
    columns = getattr(among, "columns", None)
    if columns is not None:
        if "id" not in columns:
            raise BadValue("This table has no column id, so its rows name no takes. Ask for it: columns=[…, 'id'].")
        among = among["id"]
    # A row of a table is a series, too, whose values are no takes.
    single = isinstance(among, str) or isinstance(getattr(among, "id", None), str) or not isinstance(among, Iterable)
    return [take_id(one) for one in ([among] if single else among)]


def _text(value: object, name: str) -> str:
    if not isinstance(value, str):
        raise BadValue(f"{name}= takes a text; this is {value!r:.80}.")
    return value


def _words(value: Words, name: str) -> list[str]:
    if isinstance(value, str):
        return [value]
    if not isinstance(value, Iterable):
        raise BadValue(f"{name}= takes one word or several; this is {value!r:.80}.")
    return [_text(one, name) for one in value]


def _states(names: Collection[str]) -> frozenset[str]:
    if unknown := [name for name in names if name not in STATES]:
        raise BadValue(f"No take's status is {unknown[0]!r:.80}. There are: {', '.join(sorted(STATES))}.")
    return frozenset(names)


def _cost(bounds: object) -> tuple[int | None, int | None]:
    """Return the bounds of a cost in micro-dollars."""
    words = "cost= takes the least and the most in dollars, such as (0.5, 2) or (None, 1)"
    if not isinstance(bounds, (tuple, list)) or len(bounds) != 2:
        raise BadValue(f"{words}; this is {bounds!r:.80}.")
    try:
        least, most = (None if bound is None else max(-_MOST, min(_MOST, micros(bound))) for bound in bounds)
    except (ValueError, TypeError, ArithmeticError):
        raise BadValue(f"{words}; this is {bounds!r:.80}.") from None
    if least is not None and most is not None and least > most:
        raise BadValue(f"{words}: the lesser first. This is {bounds!r:.80}.")
    return least, most


def _model(name: str, catalog: Catalog) -> str:
    try:
        return model_names.find(name, catalog).id
    except RequestError as error:
        if "/" in name:  # an id that the catalog had once; takes of it are there still
            return name
        raise BadValue("; ".join(problem.message for problem in error.problems)) from None


def _moment(value: Moment, zone: tzinfo, name: str, *, end_of_day: bool = False) -> int:
    """Return a moment in milliseconds since the epoch; of a day, its beginning, or its end."""
    whole_day = isinstance(value, date) and not isinstance(value, datetime)
    try:
        if isinstance(value, str):
            written = value.strip().upper()
            whole_day = ":" not in written and "T" not in written
            value = datetime.fromisoformat(written.replace("Z", "+00:00"))  # Python 3.10 reads no Z
        moment = value if isinstance(value, datetime) else datetime.combine(value, time())
        moment = moment if moment.tzinfo else moment.replace(tzinfo=zone)
        if whole_day and end_of_day:
            moment += timedelta(days=1)  # on the calendar: some days have 23 hours, some 25
        return round(moment.timestamp() * 1000)
    except (ValueError, OverflowError, TypeError, OSError):
        raise BadValue(
            f"{name}= takes a day or a moment, such as '2026-11-28', '2026-11-28 14:30' or a datetime; "
            f"this is {value!r:.80}."
        ) from None
