"""What a click on the button that costs money asks for, held against what holds now. No widget is needed to ask."""

from __future__ import annotations

from dataclasses import dataclass

from ..catalog import Model
from ..money import dollars
from ..request import VideoRequest
from . import form


@dataclass(frozen=True)
class Order:
    """A request that may be sent, and how many takes of it."""

    request: VideoRequest
    takes: int


@dataclass(frozen=True)
class Refusal:
    """Why nothing is sent, for a person, and the field that the keyboard should go to, if it is about one."""

    said: str
    focus: str = ""


def read(model: Model, values: form.Values, takes: int, price: str) -> Order | Refusal:
    """Read an order.

    Parameters
    ----------
    values
        What the controls hold, by field.
    takes
        How many takes: one of ``form.BATCHES``.
    price
        What the button said: a price that is no longer true is not charged.
    """
    checked = form.check(model, values)
    if checked.problems:
        fields = [name for name in form.FIELDS if name in {p.field for p in checked.problems}]
        return Refusal("Nothing was sent: see what is marked.", (fields or ["prompt"])[0])
    if takes not in checked.prices or dollars(checked.prices[takes]) != price:
        return Refusal("The price changed before the click was heard. Nothing was sent: look at it and click again.")
    return Order(VideoRequest(model=model.id, **checked.inputs), takes)
