"""What a click on the button that costs money asks for, held against what holds now. No widget is needed to ask."""

from __future__ import annotations

from dataclasses import dataclass

from ...errors import KlingError
from ...request.catalog import Catalog
from ...request.money import Micros, dollars
from ...request.video_request import VideoRequest
from ..base.messages import PRICE_CHANGED
from .evaluation import BATCHES, Evaluation
from .offer import FIELDS


@dataclass(frozen=True)
class Order:
    """A request that may be sent, and how many takes of it."""

    request: VideoRequest
    takes: int


@dataclass(frozen=True)
class Refusal:
    """Why nothing is sent, for a person, and the field that the keyboard should go to, if it is about one."""

    text: str
    focus: str = ""


def read(
    found: Evaluation,
    takes: int,
    price: str,
    *,
    confirmed: bool = False,
    catalog: Catalog | None = None,
) -> Order | Refusal:
    """Read an order.

    Parameters
    ----------
    found
        What the controls hold comes to.
    takes
        How many takes: one of ``BATCHES``.
    price
        What the button said: a price that is no longer true is not charged.
    confirmed
        Whether the person confirmed the sum once more, where they are asked to.
    catalog
        Where the model is from; the bundled one unless given.
    """
    if found.problems:
        wrong = {problem.field for problem in found.problems}
        fields = [name for name in (*FIELDS, *found.model.fields) if name in wrong]
        return Refusal("Nothing was sent: see what is marked.", (fields or ["prompt"])[0])
    try:
        request = VideoRequest(model=found.model.id, catalog=catalog, **found.inputs)
    except (KlingError, TypeError) as error:  # the catalogue was refreshed meanwhile, and the model takes other inputs
        return Refusal(f"{error} Nothing was sent: choose the model anew.")
    total = Micros(takes * request.estimate_micros)  # what will be written down, and not what the form thinks
    if takes not in BATCHES or dollars(total) != price:
        return Refusal(PRICE_CHANGED)
    if found.terms.policy.asks(takes, total) and not confirmed:
        return Refusal("This sum is asked about once more, and was not. Nothing was sent: click again.")
    if over := found.terms.refusal(request.estimate_micros, takes):
        return Refusal(over)
    return Order(request, takes)
