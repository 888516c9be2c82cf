"""What an account was found to take in a minute: less than its level says, where the service answered 429.

Kept in the library, so that all its kernels come down together. It climbs again by itself, a step every few minutes in
which nothing was sent back.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from . import library_settings
from .accounts import of_account
from .learned_limit import MINUTE_MS, Learned
from .record import Limits, Record, now_ms
from .schema import settings, takes

_PREFIX = "limit "


def learned(connection: Connection, record: Record) -> Learned | None:
    """Return what was learned of a take's account; None where nothing was."""
    return _read(library_settings.read(connection, _name(record)))


def all_learned(connection: Connection) -> Mapping[str, Learned]:
    """Return what was learned, by account."""
    rows = connection.execute(select(settings.c.name, settings.c.value).where(settings.c.name.startswith(_PREFIX)))
    return {name[len(_PREFIX) :]: found for name, value in rows if (found := _read(value))}


def sent_back(connection: Connection, record: Record, limits: Limits, wait: float) -> Learned:
    """Note that the service sent a submit back, and asks to wait for so many seconds; gives what is tried from now on.

    As many as it took in the last minute are what it takes; where it took none, half of what was tried.
    """
    now = now_ms()
    before = learned(connection, record)
    tried = (before.within(limits, now) if before else limits).a_minute
    took = in_a_minute(connection, record, now)
    most = took or (tried or 2) // 2
    found = Learned(max(1, most if tried is None else min(most, tried - 1)), now, now + round(wait * 1000))
    library_settings.write(connection, _name(record), json.dumps(vars(found)))
    return found


def in_a_minute(connection: Connection, record: Record, now: int) -> int:
    """Return how many other takes of the account were sent in the last minute, and not sent back."""
    conditions: tuple[Any, ...] = (
        takes.c.service == record.service,
        of_account(connection, record.account),
        takes.c.submitted_at > now - MINUTE_MS,
        takes.c.state != "intent",
    )
    return connection.scalar(select(func.count()).select_from(takes).where(*conditions, takes.c.id != record.id)) or 0


def _name(record: Record) -> str:
    return f"{_PREFIX}{record.account or ''}"


def _read(value: str | None) -> Learned | None:
    try:
        return Learned(**{name: int(number) for name, number in json.loads(value).items()}) if value else None
    except (ValueError, TypeError, AttributeError):
        return None  # written by hand: learned anew
