"""What a history is narrowed to, in words: a chip for each, which can be taken off."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypedDict

from ...request.money import dollars, micros
from ...store.take_order import take_order
from .filters import DEFAULTS


class Chip(TypedDict):
    """A filter that is on: the trait's ``name``, its ``words``, and the ``rest``: what the trait is without it."""

    name: str
    words: str
    rest: Any


def chips(values: Mapping[str, Any], title: Callable[[str, str], str]) -> list[Chip]:
    """Return the chips of a history.

    Parameters
    ----------
    values
        The filters' traits by their names; what is searched for stands in its own field, and is no chip.
    title
        Gives the name of a model, take or sweep by the trait's name and its id.
    """
    found: list[Chip] = []
    for name, value in values.items():
        if name == "text" or value == DEFAULTS[name]:
            continue
        if name in ("tags", "model"):
            found += [
                Chip(name=name, words=_one(name, one, title), rest=[o for o in value if o != one]) for one in value
            ]
        else:
            found.append(Chip(name=name, words=_one(name, value, title), rest=DEFAULTS[name]))
    return found


def _one(name: str, value: Any, title: Callable[[str, str], str]) -> str:
    if name == "rating":
        return f"★ {value}" if value == 5 else f"★ {value} and more"
    if name == "tags":
        return f"#{value}"
    if name == "status":
        return str(value)
    if name == "cost":
        low, high = (None if bound is None else dollars(micros(bound)) for bound in value)
        return f"{low} to {high}" if low and high else f"from {low}" if low else f"up to {high}"
    if name in ("since", "until"):
        return f"{name} {value}"
    if name == "sort":
        order = take_order(value)
        return f"sorted by {order.column.replace('_', ' ')}{', descending' if order.descending else ''}"
    words = {"family": "family: ", "parent": "made from: ", "sweep": "sweep: "}.get(name, "")
    return words + title(name, value)
