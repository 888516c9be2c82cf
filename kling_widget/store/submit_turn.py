"""Whose turn it is to send: one take at a time for an account, in the order of confirming, within its limits."""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, exists, func, select
from sqlalchemy.engine import Connection

from .accounts import of_account
from .limits import in_a_minute, learned, under_way
from .record import Limits, Record, Wait, now_ms
from .schema import leases, takes

_PLACE_S, _TURN_S = 1.0, 0.1  # how soon to ask again: for a place at the service, for the turn to send
_LONGEST_MS = 180_000  # longer than any submit takes


def turn(connection: Connection, record: Record, limits: Limits) -> Wait | None:
    """How long a take should wait before it asks again to be sent; None: now."""
    if record.state != "intent":
        return Wait(0.0)  # it was withdrawn meanwhile
    tended = exists().where(and_(leases.c.take == takes.c.id, leases.c.until >= now_ms()))
    # First come, first served; but nobody waits for one that has trouble of its own, or whose kernel is gone.
    before = (takes.c.state == "intent", takes.c.id < record.id, takes.c.trouble == "", tended)
    ahead = _count(connection, record, *before)
    now = now_ms()
    if found := learned(connection, record):
        if patience := found.patience(now):
            return Wait(patience)
        limits = found.within(limits, now)
    if limits.at_once is not None and under_way(connection, record) >= limits.at_once:
        return Wait(_PLACE_S * (1 + ahead))
    if limits.a_minute is not None and in_a_minute(connection, record, now) >= limits.a_minute:
        return Wait(_PLACE_S * (1 + ahead))
    # A submit has an end; one whose outcome can't be written down for so long holds up nobody else.
    sent_lately = and_(takes.c.submitted_at > now - _LONGEST_MS, takes.c.submitted_at < now + _LONGEST_MS)
    if ahead or _count(connection, record, takes.c.state == "sending", tended, sent_lately):
        return Wait(_TURN_S * min(1 + ahead, 20))
    return None


def _count(connection: Connection, record: Record, *conditions: Any) -> int:
    query = select(func.count()).select_from(takes).where(*conditions)
    query = query.where(takes.c.service == record.service, of_account(connection, record.account))
    return connection.scalar(query) or 0
