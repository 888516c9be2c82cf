"""What a click on the button that costs money asks for, held against what holds now. No widget is needed to ask."""

from __future__ import annotations

from dataclasses import dataclass

from ...errors import KlingError
from ...request.catalog import Catalog, Model
from ...request.money import Micros, dollars
from ...request.video_request import VideoRequest
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


def read(
    model: Model,
    values: form.Values,
    takes: int,
    price: str,
    *,
    asking: form.Asking = form.Asking(),  # noqa: B008  frozen
    confirmed: bool = False,
    catalog: Catalog | None = None,
) -> Order | Refusal:
    """Read an order.

    Parameters
    ----------
    values
        What the controls hold, by field.
    takes
        How many takes: one of ``form.BATCHES``.
    price
        What the button said: a price that is no longer true is not charged.
    asking, confirmed
        When a person is asked once more, and whether that was done.
    catalog
        Where the model is from; the bundled one unless given.
    """
    checked = form.check(model, values)
    if checked.problems:
        wrong = {p.field for p in checked.problems}
        fields = [name for name in (*form.FIELDS, *model.fields) if name in wrong]
        return Refusal("Nothing was sent: see what is marked.", (fields or ["prompt"])[0])
    try:
        request = VideoRequest(model=model.id, catalog=catalog, **checked.inputs)
    except (KlingError, TypeError) as error:  # the catalogue was refreshed meanwhile, and the model takes other inputs
        return Refusal(f"{error} Nothing was sent: choose the model anew.")
    sum_ = Micros(takes * request.estimate_micros)  # what will be written down, and not what the form thinks
    if takes not in form.BATCHES or dollars(sum_) != price:
        return Refusal("The price changed before the click was heard. Nothing was sent: look at it and click again.")
    if asking.of(takes, sum_) and not confirmed:
        return Refusal("This sum is asked about once more, and was not. Nothing was sent: click again.")
    return Order(request, takes)
