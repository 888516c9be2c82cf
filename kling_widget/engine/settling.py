"""Writing down what billing says of a take, until nothing more is expected of it."""

from __future__ import annotations

from ..store import Lease, Record
from ..store.record import now_ms
from .step import Hands

_WAIT_S = (0.5, 10.0, 1800.0)  # between two questions, at least: on this machine, elsewhere; and at most
_MADE = ("completed", "expired", "deleted")  # charged; what ends otherwise is refunded

GIVE_UP_S = 24 * 3600.0
"""Seconds after which no more is expected of billing: failed takes are refunded within three hours, says the vendor."""

NOT_BILLED = "The service's billing does not name this take; its estimate is booked as what it cost."


def settle(hands: Hands, record: Record, lease: Lease) -> float | None:
    """Ask billing for the charge and, where there was no clip, for the refund."""
    if record.settled:
        return None
    if record.prediction is None:
        hands.store.change(lease, settled=True)
        return None
    bill = hands.client(record.service).bills([record.prediction]).get(record.prediction)
    changes: dict[str, object] = {}
    age = (now_ms() - (record.finished_at or record.confirmed_at)) / 1000
    late = age > GIVE_UP_S
    if bill is not None:
        if record.charge is None and (bill.settled or late):  # a reservation may still change
            changes["charge"] = bill.charge
        if bill.refund and record.refund is None:
            changes["refund"] = bill.refund
    elif late and record.state in _MADE:
        changes |= {"charge": record.estimate, "trouble": NOT_BILLED}
    if late or (bill is not None and (bill.settled if record.state in _MADE else bool(bill.refund))):
        changes["settled"] = True
    if changes:
        hands.store.change(lease, **changes)
    if changes.get("settled"):
        return None
    here, elsewhere, most = _WAIT_S
    return min(max(age / 2, here if record.local else elsewhere), most)
