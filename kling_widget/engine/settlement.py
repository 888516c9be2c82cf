"""Writing down what billing says of a take, until nothing more is expected of it."""

from __future__ import annotations

from ..errors import InputRefused, KlingError, NotAllowed, NotFound, Unreadable
from ..request.money import dollars
from ..service.bills import Bill
from ..store import Lease, Record
from ..store.record import now_ms
from .step_context import StepContext

_WAIT_S = (0.5, 10.0, 1800.0)  # between two questions, at least: on this machine, elsewhere; and at most
_MADE = ("completed", "expired", "deleted", "unverified")  # charged; what ends otherwise is refunded
_NO_BILLING = (Unreadable, InputRefused, NotAllowed, NotFound)  # asked again soon, they are no other

GIVE_UP_S = 24 * 3600.0
"""Seconds after which no more is expected of billing: failed takes are refunded within three hours, says the vendor."""

NOT_BILLED = "The service's billing does not say what this take cost; its estimate is booked as what it cost."
OTHER_CURRENCY = "The service bills this take in {0}. What is not in dollars is not added to what was spent"


def settle(context: StepContext, record: Record, lease: Lease) -> float | None:
    """Ask billing for the charge and, where there was no clip, for the refund."""
    if record.settled:
        return None
    if record.prediction is None:
        context.store.change(lease, settled=True)
        return None
    age = (now_ms() - (record.finished_at or record.confirmed_at)) / 1000
    late = age > GIVE_UP_S
    try:
        bill = context.client(record).bills([record.prediction]).get(record.prediction)
    except KlingError as error:
        # Billing that can't be asked may answer tomorrow; after a day, whatever keeps it from answering, it is late.
        if not late and not isinstance(error, _NO_BILLING):
            raise
        bill = None
    changes = booked(record, bill, late=late)
    if changes:
        context.store.change(lease, **changes)
    if changes.get("settled"):
        return None
    here, elsewhere, most = _WAIT_S
    return min(max(age / 2, here if record.local else elsewhere), most)


def booked(record: Record, bill: Bill | None, *, late: bool = False) -> dict[str, object]:
    """Return what a bill changes in what the library knows of a take that has ended.

    Nothing is booked that may still mean something else: a reservation, a price of nothing for a clip that costs, a
    refund of more than was charged, an amount that is not in dollars.

    Parameters
    ----------
    record
        The take.
    bill
        What billing says; None where it says nothing that can be read.
    late
        Whether nothing better is expected any more.
    """
    made = record.state in _MADE
    if bill is None or bill.currency:
        words = NOT_BILLED if bill is None else OTHER_CURRENCY.format(bill.currency)
        counted = f"; its estimate, {dollars(record.estimate)}, is." if bill else ""
        if late and made and record.charge is None:
            return {"charge": record.estimate, "trouble": words + counted, "settled": True}
        noted: dict[str, object] = {"trouble": words + counted} if bill and record.trouble != words + counted else {}
        return noted | ({"settled": True} if late else {})
    if not late and not (bill.settled and bill.charge > 0):
        return {}
    changes: dict[str, object] = {}
    if bill.charge != record.charge:
        changes["charge"] = bill.charge
    if bill.refund != (record.refund or 0):
        changes["refund"] = bill.refund
    if record.trouble.startswith((NOT_BILLED, OTHER_CURRENCY.partition("{")[0])):
        changes["trouble"] = ""
    if not record.settled and (late or made or bill.refund >= bill.charge):
        changes["settled"] = True
    return changes
