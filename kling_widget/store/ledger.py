"""Money: what was quoted, charged and refunded, what that adds up to, and the caps on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import tzinfo
from typing import Any

from sqlalchemy import ColumnElement, Engine, Select, and_, case, delete, func, insert, not_, or_, select, update
from sqlalchemy.engine import Connection

from ..errors import OverBudget
from ..request.budget import CAPS, Budget, Spend, refusal
from ..request.money import ZERO, Micros
from ..request.states import FINAL
from . import rows
from . import time_zone as days
from .damage import LAST_MS, MOST, is_text, is_whole
from .database import read_only, writing
from .record import PRACTICE, Record, TakeId, now_ms
from .schema import budget, ledger, spend, takes

FREE = FINAL - {"completed", "deleted", "expired", "unverified"}
"""What ends so is not charged, or is refunded."""


_SIGNS = {"charge": 1, "refund": -1}
"""How an entry of a kind counts in what was spent."""


class Ledger:
    """A library's money."""

    def __init__(self, engine: Engine, zone: tzinfo) -> None:
        self._engine, self._zone = engine, zone

    def spent(self, today: str | None = None) -> Spend:
        """Money spent, today and in all. ``today`` is a day, ``YYYY-MM-DD``; the library's own unless given."""
        with read_only(self._engine) as connection:
            return _spent(connection, self._zone, today)

    @property
    def budget(self) -> Budget:
        """The caps in force, for every kernel that uses the library."""
        with read_only(self._engine) as connection:
            return _budget(connection)

    def set_budget(self, caps: Budget) -> None:
        """Put these caps in force; None removes one."""
        with writing(self._engine) as connection:
            connection.execute(delete(budget))
            wanted = [{"cap": cap, "amount": amount} for cap in CAPS if (amount := getattr(caps, cap)) is not None]
            if wanted:
                connection.execute(insert(budget), wanted)

    def entries(self) -> Sequence[Mapping[str, Any]]:
        """The ledger, oldest first, each entry with its take's words; entries that can't be read are left out.

        A take that a rescue did not find has no words.
        """
        words = func.coalesce(takes.c.words, "").label("words")
        query = select(ledger.c.at, ledger.c.kind, ledger.c.amount, ledger.c.service, words, ledger.c.take)
        query = query.select_from(ledger.outerjoin(takes, takes.c.id == ledger.c.take)).order_by(ledger.c.id)
        with read_only(self._engine) as connection:
            return [dict(row) for row in connection.execute(query).mappings() if _is_entry(row)]


def allow(connection: Connection, record: Record, zone: tzinfo) -> None:
    """Refuse a take that would pass a cap. In the transaction that writes it down, so that kernels can't race past one.

    Raises
    ------
    OverBudget
        If it would.
    """
    caps = _budget(connection)
    if caps == Budget():
        return
    so_far = _spent(connection, zone, days.day(record.confirmed_at, zone))
    if over := refusal(caps, so_far, record.estimate, practice=record.practice):
        raise OverBudget(over)


def allow_all(
    connection: Connection, prices: Sequence[Micros], zone: tzinfo, *, waiting: Micros, practice: bool
) -> None:
    """Refuse takes that would pass a cap together, where so much is confirmed besides and not begun.

    Raises
    ------
    OverBudget
        If they would.
    """
    caps = _budget(connection)
    if caps == Budget():
        return
    so_far = _spent(connection, zone, None).plus(waiting, practice=practice)
    if over := refusal(caps, so_far, max(prices), takes=len(prices), total=Micros(sum(prices)), practice=practice):
        raise OverBudget(over)


def quote(connection: Connection, record: Record) -> None:
    """Enter a take's estimate in the ledger."""
    connection.execute(insert(ledger).values(entry(record.id, record.service, "quote", record.estimate)))


def book(connection: Connection, take: TakeId, changes: Mapping[str, Any], zone: tzinfo) -> None:
    """Enter a charge or a refund in the ledger and the running totals: what differs from what was entered before."""
    if changes.get("charge") is None and changes.get("refund") is None:
        return
    record = rows.get(connection, take)
    for kind, sign in _SIGNS.items():
        now, before = changes.get(kind), getattr(record, kind)
        if now is None or now == before:
            continue
        amount = now - (before or 0)
        connection.execute(insert(ledger).values(entry(take, record.service, kind, amount)))
        # Booked on the day it was confirmed, so that a refund lowers the day that it belongs to.
        if not _all_sound(connection):
            recount(connection, zone)
            continue
        kind_of_money = PRACTICE if record.practice else record.service
        _count(connection, kind_of_money, days.day(record.confirmed_at, zone), sign * amount)


def copy_in(
    connection: Connection,
    take: str,
    entries: Iterable[Mapping[str, Any]],
    zone: tzinfo,
    row: Mapping[str, Any] | None = None,
) -> None:
    """Enter what the ledger of another library holds of a take; only what this one lacks, however often it comes.

    Parameters
    ----------
    take
        Its id.
    entries
        The other ledger's rows of it. Amounts that can't be read are left out.
    row
        The take's own row, whose charge and refund count where the ledgers say otherwise; None where it is lost.
    """
    query = select(ledger.c.kind, ledger.c.amount).where(ledger.c.take == take)
    found: list[dict[str, Any]] = [dict(one._mapping) for one in connection.execute(query).all()]
    new: list[dict[str, Any]] = []
    if not found:  # of one that was lost here, what it cost may be known already
        for one in entries:
            if is_whole(one["amount"]) and one["kind"] in ("quote", *_SIGNS) and is_text(one["service"]):
                at = one["at"] if is_whole(one["at"], 0, LAST_MS) else now_ms()
                service = one["service"] if row is None else row["service"]
                new.append({**entry(take, service, one["kind"], one["amount"]), "at": at})
    if row is not None:
        for kind in _SIGNS:
            entered = sum(one["amount"] for one in (*found, *new) if one["kind"] == kind and is_whole(one["amount"]))
            if difference := (row[kind] or 0) - entered:
                new.append(entry(take, row["service"], kind, difference))
    if not new:
        return
    connection.execute(insert(ledger), new)
    if not _all_sound(connection):
        recount(connection, zone)
        return
    for one in new:
        if sign := _SIGNS.get(one["kind"]):
            practice = row is not None and row["simulated"]
            at = one["at"] if row is None else row["confirmed_at"]
            _count(connection, PRACTICE if practice else one["service"], days.day(at, zone), sign * one["amount"])


def _count(connection: Connection, service: str, day: str, amount: int) -> None:
    """Add to the running total of a day, by the service or as play money."""
    here = and_(spend.c.service == service, spend.c.day == day)
    if not connection.execute(update(spend).where(here).values(amount=spend.c.amount + amount)).rowcount:
        connection.execute(insert(spend).values(service=service, day=day, amount=amount))


def recount(connection: Connection, zone: tzinfo) -> None:
    """Make the running totals anew, from the ledger."""
    totals: dict[tuple[str, str], int] = {}
    query = select(_money(ledger.c.service), ledger.c.kind, ledger.c.amount, takes.c.confirmed_at, ledger.c.at)
    query = query.select_from(ledger.outerjoin(takes, takes.c.id == ledger.c.take))
    for service, kind, amount, *moments in connection.execute(query.where(ledger.c.kind.in_(("charge", "refund")))):
        # What was charged counts, also where its take is lost or holds no moment that can be read.
        at = next((at for at in moments if is_whole(at, 0, LAST_MS)), now_ms())
        if is_whole(amount):
            key = (service if is_text(service) else "", days.day(at, zone))
            totals[key] = totals.get(key, 0) + (amount if kind == "charge" else -amount)
    connection.execute(delete(spend))
    for (service, day), amount in totals.items():
        connection.execute(insert(spend).values(service=service, day=day, amount=amount))


def _money(service: ColumnElement[Any]) -> ColumnElement[Any]:
    """Whose money it is: play money, whichever practice server said that it is one, or a service's."""
    return case((takes.c.simulated.is_(True), PRACTICE), else_=service)


def _sound(amount: ColumnElement[Any]) -> ColumnElement[bool]:
    """The condition that an amount is one: SQLite keeps whatever is written into a column, and sorts texts last."""
    return amount.between(-MOST, MOST)


def _all_sound(connection: Connection) -> bool:
    # A column that may not be null SQLite does not ask whether it is: it would say no, whatever a damaged row holds.
    amount, day = func.coalesce(spend.c.amount, MOST + 1), func.coalesce(spend.c.day, "")
    odd = or_(not_(_sound(amount)), not_(day.like("____-__-__")))  # an amount of no day would be none of today's
    return not connection.scalar(select(func.count()).select_from(spend).where(odd))


def _booked(day: str, since: int, until: int, *, sound: bool) -> Select[Any]:
    """What was charged less what was refunded, in all and on a day, by service."""
    if sound:
        today = case((spend.c.day == day, spend.c.amount), else_=0)
        return select(spend.c.service, func.sum(spend.c.amount), func.sum(today)).group_by(spend.c.service)
    signed = case((ledger.c.kind == "charge", ledger.c.amount), (ledger.c.kind == "refund", -ledger.c.amount), else_=0)
    at = func.coalesce(takes.c.confirmed_at, ledger.c.at)  # of a take that a rescue did not find, its entry's
    when = and_(at >= since, at < until)
    money = _money(ledger.c.service)
    query = select(money, func.sum(signed), func.sum(case((when, signed), else_=0)))
    query = query.select_from(ledger.outerjoin(takes, takes.c.id == ledger.c.take)).where(_sound(ledger.c.amount))
    return query.group_by(money)


def _spent(connection: Connection, zone: tzinfo, day: str | None) -> Spend:
    day = day or days.day(now_ms(), zone)
    # What was confirmed and not billed yet is as good as spent, sent or not: a budget must hold for it too.
    unbilled = and_(takes.c.charge.is_(None), takes.c.settled.is_(False), takes.c.state.not_in(sorted(FREE)))
    since, until = days.bounds(day, zone)
    today = and_(takes.c.confirmed_at >= since, takes.c.confirmed_at < until)
    money = _money(takes.c.service)
    pending = select(money, func.sum(takes.c.estimate), func.sum(case((today, takes.c.estimate), else_=0)))
    pending = pending.where(unbilled, _sound(takes.c.estimate)).group_by(money)
    booked = _booked(day, since, until, sound=_all_sound(connection))
    totals = {True: [0, 0], False: [0, 0]}
    for query in (booked, pending):
        for service, amount, amount_today in connection.execute(query):
            mine = totals[service == PRACTICE]
            mine[0], mine[1] = mine[0] + int(amount), mine[1] + int(amount_today)
    count = rows.count(connection)
    (live, live_today), (play, play_today) = totals[False], totals[True]
    return Spend(Micros(live_today), Micros(live), Micros(play_today), Micros(play), count)


def _budget(connection: Connection) -> Budget:
    found = connection.execute(select(budget.c.cap, budget.c.amount)).all()
    # A cap that can't be read lets nothing through, until it is set anew: nor does one of which nobody knows what for.
    caps = {row.cap: Micros(row.amount if is_whole(row.amount, 0) else 0) for row in found if row.cap in CAPS}
    return Budget(**(caps if all(row.cap in CAPS for row in found) else {**caps, "call": ZERO}))


def _is_entry(row: Mapping[Any, Any]) -> bool:
    """Whether a row of the ledger, with its take's words, can be read."""
    texts = (row["kind"], row["service"], row["words"], row["take"])
    return is_whole(row["at"], 0, LAST_MS) and is_whole(row["amount"]) and all(map(is_text, texts))


def entry(take: str, service: str, kind: str, amount: int) -> dict[str, Any]:
    """Return an entry of the ledger as the table holds it, of now."""
    return {"take": take, "service": service, "at": now_ms(), "kind": kind, "amount": amount}
