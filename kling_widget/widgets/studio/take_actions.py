"""What can be done with a take on the screen: make it again with changes, or make a draft final."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ...errors import KlingError
from ...request.money import dollars
from ...request.video_request import VideoRequest
from ...store import Record
from ...store.media_types import input_kind
from ..base.messages import PRICE_CHANGED
from ..builder.form import promoted
from ..builder.order import Order
from .ordering import Ordering


class TakeActions:
    """The buttons under a clip.

    Parameters
    ----------
    ordering
        The builder, its button, and what a click does.
    """

    def __init__(self, ordering: Ordering) -> None:
        self._ordering = ordering

    def of(self, shown: Sequence[Record], parent: Callable[[Record], Record | None]) -> dict[str, list[list[str]]]:
        """Return what can be done with each take; one that stands alone can be compared with its parent.

        Take's id -> pairs of an action's name and what its button says.
        """
        offered = {str(record.id): self._of_one(record) for record in shown}
        if len(shown) == 1 and parent(shown[0]):
            offered[shown[0].id].append(["compare", "Compare with its parent"])
        return offered

    def carry_out(self, record: Record, action: str) -> None:
        """Do what a button under the clip says."""
        if action not in [name for name, _ in self._of_one(record)]:
            raise KlingError(PRICE_CHANGED)
        ordering = self._ordering
        request = self._final_of(record) if action.startswith("final ") else None
        if request is None:
            ordering.refill(record, parent=True)
            return
        asks = ordering.policy.asks(1, request.estimate_micros)
        if not record.meant or asks or any(map(input_kind, request.inputs)):
            ordering.origin.fill(request.model, request.inputs, parent=record.id, word="Final")
            price = dollars(request.estimate_micros)
            ordering.show_text(f"The final is in the builder: Generate makes it, for about {price}.", "ok")
        else:
            ordering.promoted.add(record.id)
            ordering.begin_later(Order(request, 1), record.id)

    def _of_one(self, record: Record) -> list[list[str]]:
        offered = [["remix", "Remix"]]
        request = self._final_of(record)
        if request is not None:
            sound = ", sound" if request.value("sound") else ""
            more = dollars(request.estimate_micros - record.estimate)
            price = dollars(request.estimate_micros)
            # A draft that does not say what it is for goes into the builder first: it is seen before it is sent.
            what = "Final" if record.meant else "Final…"
            text = f"{what}: {request.seconds} s{sound} · {price}"
            # The price is part of the name: a click on one that is no longer true is refused.
            offered.append([f"final {request.seconds}{sound} {price}", f"{text} ({more} more)"])
        return offered

    def _final_of(self, record: Record) -> VideoRequest | None:
        """Return the final of a draft, as it was meant, else as the builder has it; None where there is none."""
        ordering = self._ordering
        if record.state != "completed" or record.id in ordering.promoted:
            return None
        model = ordering.catalog.get(record.model)
        if model is None:
            return None
        return promoted(model, record.inputs, record.meant or ordering.builder.final, ordering.catalog)
