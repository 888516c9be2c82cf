"""Why a take that a person confirmed has not been sent yet: what an account takes at once, and what is under way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from ..engine.service import limits_of
from ..errors import SettingsError
from ..states import AT_SERVICE, UNCERTAIN
from ..store import Record

_PLACES = (AT_SERVICE | UNCERTAIN | {"sending"}) - {"downloading", "needs_you"}  # as the store counts them
_MINUTE_MS = 60_000
_AT_ONCE_MS = 1_500  # sending takes a moment; only what waits longer is worth words


class Traffic:
    """What is under way on each service.

    Parameters
    ----------
    records
        Takes that are under way, and those that were lately; a take may be named twice.
    now
        Milliseconds since the epoch.
    """

    def __init__(self, records: Iterable[Record], now: int) -> None:
        known = {record.id: record for record in records}.values()
        self._now = now
        self._running = Counter(r.service for r in known if r.state in _PLACES)
        self._sending = Counter(r.service for r in known if r.state == "sending")
        self._lately = Counter(r.service for r in known if (r.submitted_at or 0) > now - _MINUTE_MS)

    def why(self, record: Record) -> str:
        """Why a take waits to be sent, in a sentence; empty where it does not wait, or only for a moment."""
        if record.state != "intent":
            return ""
        try:
            limits = limits_of(record.service)
        except SettingsError as error:
            return str(error)
        if limits.at_once is not None and self._running[record.service] >= limits.at_once:
            return f"Waiting for a place: your account runs {limits.at_once:,} at once."
        if self._now - record.confirmed_at < _AT_ONCE_MS:
            return ""
        if limits.a_minute is not None and self._lately[record.service] >= limits.a_minute:
            return f"Waiting for its turn: your account takes {limits.a_minute:,} a minute."
        if self._sending[record.service]:
            return "Waiting for its turn: they are sent one after the other."
        return "Waiting to be sent."
