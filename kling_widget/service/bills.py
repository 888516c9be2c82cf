"""What the service's billing says of predictions, read without trusting it. Pure: values in, bills out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..errors import Unreadable
from ..request.money import ZERO, Micros
from . import answers

_RESERVED = ("pre", "pend", "reserv", "hold", "auth")
"""How words begin that say that an amount is only held back: ``pre``, ``pre_deduct``, ``PENDING``, ``authorized``."""


@dataclass(frozen=True)
class Bill:
    """What the service charged for a prediction so far.

    Attributes
    ----------
    prediction
        Its id.
    charge, refund
        In micro-dollars.
    settled
        Whether it is more than a reservation.
    currency
        Empty for dollars; else what the amounts are in, and then they are no micro-dollars.
    """

    prediction: str
    charge: Micros
    refund: Micros = ZERO
    settled: bool = False
    currency: str = ""


def records(data: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Read a page of billing records. Raises ``Unreadable`` where it is no list of them."""
    items = data.get("items")
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise Unreadable("The service's billing can't be read.")
    of_all = answers.currency({name: value for name, value in data.items() if name != "items"})
    return [{**item, "currency of all": of_all} for item in items]


def bills(items: Iterable[Mapping[str, Any]]) -> dict[str, Bill]:
    """Read billing records into one bill a prediction. What can't be read, or makes no sense yet, is left out.

    The prediction's id and the record's state stand in nested objects by the vendor's page, flat by other accounts. A
    record that comes twice, as when pages shift, counts once, as it stood last.
    """
    by_task: dict[str, dict[str, Mapping[str, Any]]] = {}
    for number, item in enumerate(items):
        task = _text(_mapping(item.get("prediction")).get("uuid")) or _text(item.get("prediction_uuid"))
        if task is not None:
            mine, name = by_task.setdefault(task, {}), _text(item.get("uuid")) or f"number {number}"
            if name not in mine or _updated(item) >= _updated(mine[name]):
                mine[name] = item
    found = {}
    for task, entries in by_task.items():
        bill = _bill(task, list(entries.values()))
        if bill is not None:
            found[task] = bill
    return found


def _bill(prediction: str, records: Sequence[Mapping[str, Any]]) -> Bill | None:
    other = next(filter(None, map(answers.currency, records)), "")
    charge = refund = 0
    settled = False
    refunds: list[tuple[Mapping[str, Any], Micros]] = []
    for record in records:
        try:
            amount = answers.read_money(record.get("price"), "price")
        except Unreadable:
            return Bill(prediction, ZERO, currency=other) if other else None
        if amount < 0 or any("refund" in word for word in _words(record)):
            refunds.append((record, Micros(abs(amount))))
        else:
            charge += amount
            settled = settled or not next(iter(_words(record)), "").startswith(_RESERVED)
    for record, amount in refunds:
        # A charge's own record that turned to "refunded" names what was charged and given back; an entry of its own,
        # such as one below zero, only what was given back.
        kind = str(record.get("billing_type")).lower()
        if next(iter(_words(record)), "") == "refunded" and ("deduct" in kind or ("refund" not in kind and not charge)):
            charge += amount
        refund += amount
        settled = True
    # More given back than was charged: the charge's record, or what its amount means, is not known yet.
    sensible = refund <= charge <= answers.MOST_MONEY or other
    return Bill(prediction, Micros(charge), Micros(refund), settled, other) if sensible else None


def _words(record: Mapping[str, Any]) -> list[str]:
    """What a record says that it is, the order's own state first."""
    states = (_mapping(record.get("order")).get("state"), record.get("state"), record.get("billing_type"))
    return [str(word).lower() for word in states if word]


def _updated(record: Mapping[str, Any]) -> str:
    """When a record changed last, as the service writes it: its moments are sorted by their text."""
    return _text(record.get("updated_at")) or ""


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
