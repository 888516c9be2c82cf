"""What a history shows of takes as expressions on their rows: to order by, to compare with, to add up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, get_args

from sqlalchemy import JSON, ColumnElement, Select, Text, case, cast, func, literal, or_

from ..request.catalog import bundled
from ..request.states import State
from .record import MAY_COST, PRACTICE
from .schema import takes
from .take_order import TakeOrder

cost: ColumnElement[int] = case(
    (takes.c.charge.is_not(None), takes.c.charge - func.coalesce(takes.c.refund, 0)),
    (takes.c.state.in_(sorted(MAY_COST)), takes.c.estimate),
    else_=0,
)
"""What a take costs, in micro-dollars, as `record.cost` has it."""

is_practice: ColumnElement[bool] = or_(takes.c.service == PRACTICE, takes.c.simulated.is_(True))
"""Whether a take cost play money, as `Record.practice` has it."""


def ordered(query: Select[Any], order: TakeOrder, dialect: str) -> Select[Any]:
    """Return a query of takes in an order, in a database of this dialect."""
    newest = takes.c.id.desc()  # ids sort by the time at which takes were confirmed
    if order.column in ("confirmed", "id"):
        return query.order_by(newest if order.descending else takes.c.id)
    value = _values(order.column, dialect)
    return query.order_by((value.desc() if order.descending else value.asc()).nulls_last(), newest)


def _values(column: str, dialect: str) -> ColumnElement[Any]:
    if column in ("aspect_ratio", "sound"):
        return _input(column, dialect)
    made = _MADE.get(column)
    return made() if made else takes.c[{"problem": "trouble"}.get(column, column)]


def _model() -> ColumnElement[Any]:
    return case({model.id: model.name for model in bundled()}, value=takes.c.model, else_=takes.c.model)


def _state() -> ColumnElement[Any]:
    """How far a take has come: not by the alphabet, since people read other words than these."""
    return case({name: at for at, name in enumerate(get_args(State))}, value=takes.c.state)


def _input(name: str, dialect: str) -> ColumnElement[Any]:
    """An input of each request, as text; where a request left it out, its model's default."""
    given: ColumnElement[Any]
    if dialect == "sqlite":
        # A row that is damaged may hold anything: it is no reason for the others not to be found.
        valid = case((func.json_valid(takes.c.inputs) == 1, takes.c.inputs))
        given = cast(func.json_extract(valid, f"$.{name}"), Text)
        yes, no = "1", "0"
    else:
        given = cast(takes.c.inputs, JSON)[name].as_string()
        yes, no = "true", "false"
    defaults: dict[str, str] = {}
    for model in bundled():
        if (value := model.default(name)) is not None:
            defaults[model.id] = {True: yes, False: no}.get(value, str(value))
    return func.coalesce(given, case(defaults, value=takes.c.model)) if defaults else given


_MADE: Mapping[str, Callable[[], ColumnElement[Any]]] = {
    "prompt": lambda: takes.c.folded,  # begins with the prompt, without a difference of case
    "model": _model,
    "status": _state,
    "cost": lambda: cost,
    "tags": lambda: func.nullif(func.lower(takes.c.tags), "[]"),
    "note": lambda: func.nullif(func.lower(takes.c.note), ""),
    "took": lambda: takes.c.saved_at - takes.c.confirmed_at,
    "practice": lambda: case((is_practice, literal(1)), else_=literal(0)),
}
"""Columns of the history that are no column of the database as they are."""
