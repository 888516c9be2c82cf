"""The money of a rescued library: each take's own charge and refund and the ledger are held against each other.

Either may be damaged. What was spent must not become less by it, since the caps would let as much through again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.engine import Connection

from ..request.states import FINAL
from . import damage
from .ledger import FREE, entry
from .record import PRACTICE, now_ms
from .schema import budget, ledger, takes

_BOOKED = ("charge", "refund")
_UNKNOWN = "unknown"  # a service that is not practice: its money counts as real
_CLOSED = (
    "The caps can't be read in full, so this copy lets nothing through that costs. Set them anew, with None for those "
    "that you don't want: library.cap(call=None, day=5, library=None)."
)


def of_takes(
    entries: Sequence[Mapping[str, Any]], kept: Mapping[str, str], lost: list[str]
) -> Iterator[dict[str, Any]]:
    """Yield the ledger's entries as they come over.

    An entry is of the service that its take says. What a take was charged counts also where the take is lost.

    Parameters
    ----------
    entries
        The ledger as it could be read.
    kept
        The takes that came over: their services by their ids.
    lost
        Takes what is not as it was, in words.
    """
    counted = set()
    for found in entries:
        take = found.get("take")
        values = {name: value for name, value in found.items() if name != "id"}
        if not damage.is_whole(values.get("at"), 0, damage.LAST_MS):
            values["at"] = now_ms()  # its amount counts, whenever it was entered
        if not isinstance(take, str) or take in kept:
            yield values | ({"service": kept[take]} if isinstance(take, str) else {})
        elif found.get("kind") in _BOOKED:
            if take not in counted:
                counted.add(take)
                lost.append(f"The take {take!r} is not here; what it was charged, less its refund, counts.")
            yield values | ({} if damage.is_service(found.get("service")) else {"service": _UNKNOWN})
        else:
            lost.append(f"An entry of the ledger was left out: its take, {take!r}, is not here.")


def square(
    connection: Connection,
    found: Sequence[Mapping[str, Any]],
    kept: Collection[str],
    entries: Sequence[Mapping[str, Any]],
) -> None:
    """Enter in the ledger what it lacks of what takes say, and write to takes what only the ledger says.

    Parameters
    ----------
    connection
        The new library, with its takes and its ledger.
    found
        The rows of the old library's takes, as they could be read.
    kept
        The ids of those that came over.
    entries
        The old library's ledger, as it could be read.
    """
    booked = _booked(connection)
    quotes = {one.get("take"): one.get("amount") for one in entries if one.get("kind") == "quote"}
    odd = {row["id"]: [name for name in _BOOKED if damage.odd({name: row.get(name)})] for row in found if _named(row)}
    for take in connection.execute(select(takes)).all():
        _square_take(connection, take, booked.get(take.id, {}), odd.get(take.id, []))
    for row in found:
        if _named(row) and row["id"] not in kept:
            _square_lost(connection, row, booked.get(row["id"], {}), quotes.get(row["id"]))
            booked[row["id"]] = {"charge": 0}  # once, however often it is there


def close_budget(connection: Connection, lost: list[str]) -> None:
    """Let nothing through where a cap could not be read."""
    connection.execute(delete(budget).where(budget.c.cap == "call"))
    connection.execute(insert(budget).values(cap="call", amount=0))
    lost.append(_CLOSED)


def _square_take(connection: Connection, take: Row[Any], booked: Mapping[str, int], odd: Collection[str]) -> None:
    changes: dict[str, Any] = {}
    for kind in _BOOKED:
        in_row, entered = getattr(take, kind), booked.get(kind)
        if in_row is not None and in_row != (entered or 0):
            _enter(connection, take.id, take.service, kind, in_row - (entered or 0))
        elif in_row is None and entered is not None:
            changes[kind] = entered
        elif in_row is None and kind in odd:
            changes["settled"] = False  # billing is asked once more, and what it says otherwise is entered
            if kind == "charge":
                changes[kind] = max(take.estimate, take.refund or 0, booked.get("refund", 0))
                _enter(connection, take.id, take.service, kind, changes[kind])
    if take.state not in FINAL and "quote" not in booked:
        _enter(connection, take.id, take.service, "quote", take.estimate)
    if changes:
        connection.execute(update(takes).where(takes.c.id == take.id).values(changes))


def _square_lost(connection: Connection, row: Mapping[str, Any], booked: Mapping[str, int], quote: object) -> None:
    """Enter what a take cost that could not come over: its charge less its refund, else its estimate if it may cost."""
    amounts: dict[str, Any] = {kind: row.get(kind) for kind in _BOOKED}
    unbilled = not damage.is_whole(amounts["charge"]) and "charge" not in booked
    if unbilled and row.get("state") not in (*FREE, "intent"):
        amounts["charge"] = row.get("estimate") if damage.is_whole(row.get("estimate"), 0) else quote
    service = row.get("service") if damage.is_service(row.get("service")) else _UNKNOWN
    at = row.get("confirmed_at")
    for kind, in_row in amounts.items():
        if damage.is_whole(in_row) and in_row != booked.get(kind, 0):
            whose = PRACTICE if row.get("simulated") == 1 else str(service)
            _enter(connection, row["id"], whose, kind, in_row - booked.get(kind, 0), at)


def _enter(connection: Connection, take: str, service: str, kind: str, amount: int, at: object = None) -> None:
    when = {"at": at} if damage.is_whole(at, 0, damage.LAST_MS) else {}
    connection.execute(insert(ledger).values({**entry(take, service, kind, amount), **when}))


def _booked(connection: Connection) -> dict[str, dict[str, int]]:
    """What is entered for each take, in all, by kind."""
    sums: dict[str, dict[str, int]] = {}
    for take, kind, amount in connection.execute(select(ledger.c.take, ledger.c.kind, ledger.c.amount)):
        mine = sums.setdefault(take, {})
        mine[kind] = mine.get(kind, 0) + amount
    return sums


def _named(row: Mapping[str, Any]) -> bool:
    return not damage.odd({"id": row.get("id")})
