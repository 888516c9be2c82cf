"""What an account was found to take on a service: less than its level says, where the service answered 429.

Kept in the library, so that all its kernels come down together. It climbs again by itself, a step every few minutes in
which nothing was sent back.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from . import library_settings
from .accounts import of_account
from .damage import LAST_MS, is_text, is_whole, parsed
from .learned_limit import MINUTE_MS, Learned
from .record import Limits, Record, now_ms
from .schema import settings, takes

_PREFIX = "limit "
_UNDER_WAY = ("sending", "unknown", "reconciling", "accepted", "created", "processing")
_AHEAD_MS = 24 * 3600 * 1000  # a moment further ahead is from before the clock was set back, or none


def learned(connection: Connection, record: Record) -> Learned | None:
    """Return what was learned of a take's account on its service; None where nothing was."""
    return _read(parsed(library_settings.read(connection, _name(record))))


def all_learned(connection: Connection) -> Mapping[tuple[str, str | None], Learned]:
    """Return what was learned, by service and account."""
    values = connection.scalars(select(settings.c.value).where(settings.c.name.startswith(_PREFIX))).all()
    limits_found = {}
    for value in map(parsed, values):
        if (found := _read(value)) and is_text(value.get("service")) and is_text(value.get("account") or ""):
            limits_found[value["service"], value.get("account")] = found
    return limits_found


def sent_back(connection: Connection, record: Record, limits: Limits, wait: float) -> Learned:
    """Note that the service sent a submit back, and asks to wait for so many seconds; gives what is tried from now on.

    As many as it took in the last minute are what it takes; where it took none, half of what was tried. Where it took
    none and others run, it is not the minute: as many as run are what it takes at once.
    """
    now = now_ms()
    before = learned(connection, record)
    trying = before.within(limits, now) if before else limits
    tried, took, running = trying.a_minute, in_a_minute(connection, record, now), under_way(connection, record)
    most = took or (tried or 2) // 2
    a_minute = max(1, most if tried is None else min(most, tried - 1))
    at_once = trying.at_once if before and before.at_once is not None else None
    if running and not took:
        at_once = running if at_once is None else min(at_once, running)
    found = Learned(a_minute, now, now + round(wait * 1000), at_once)
    value = {**vars(found), "service": record.service, "account": record.account}
    library_settings.write(connection, _name(record), json.dumps(value))
    return found


def in_a_minute(connection: Connection, record: Record, now: int) -> int:
    """Return how many other takes of the account were sent in the last minute, and not sent back."""
    # What was sent in a future that a clock was set back from, or at no moment, is no reason to wait for good.
    lately = takes.c.submitted_at.between(now - MINUTE_MS + 1, now + MINUTE_MS)
    return _others(connection, record, lately, takes.c.state != "intent")


def under_way(connection: Connection, record: Record) -> int:
    """Return how many other takes of the account have a place at the service, or may have one."""
    return _others(connection, record, takes.c.state.in_(_UNDER_WAY))


def _others(connection: Connection, record: Record, *conditions: Any) -> int:
    mine = (takes.c.service == record.service, of_account(connection, record.account), takes.c.id != record.id)
    return connection.scalar(select(func.count()).select_from(takes).where(*mine, *conditions)) or 0


def _name(record: Record) -> str:
    whose = f"{record.service} {record.account or ''}"  # one key may be of two services: what one takes is not told
    return _PREFIX + hashlib.sha256(whose.encode()).hexdigest()[:32]


def _read(value: Any) -> Learned | None:
    """Return what a setting holds; None where it holds what was never written there: it is learned anew."""
    if not isinstance(value, dict):
        return None
    found: list[Any] = [value.get(name) for name in ("a_minute", "at", "until", "at_once")]
    a_minute, at, until, at_once = found
    whole = is_whole(a_minute, 1) and is_whole(at, 0, now_ms() + _AHEAD_MS) and is_whole(until, 0, LAST_MS)
    return Learned(*found) if whole and (at_once is None or is_whole(at_once, 1)) else None
