"""Why a take that a person confirmed has not been sent yet: what an account takes at once, and what is under way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from ...errors import SettingsError
from ...request.states import AT_SERVICE, UNCERTAIN
from ...service.service import limits_of
from ...store import Record
from ...store.learned_limit import MINUTE_MS, Learned
from .take_row import clock

_PLACES = (AT_SERVICE | UNCERTAIN | {"sending"}) - {"downloading", "needs_you"}  # as the store counts them
_AT_ONCE_MS = 1_500  # sending takes a moment; only what waits longer is worth words


class Traffic:
    """What is under way on each service.

    Parameters
    ----------
    records
        Takes that are under way, and those that were lately; a take may be named twice.
    now
        Milliseconds since the epoch.
    learned
        What accounts were found to take, by their service and their fingerprint.
    """

    def __init__(
        self,
        records: Iterable[Record],
        now: int,
        learned: Mapping[tuple[str, str | None], Learned] | None = None,
    ) -> None:
        open_records = {record.id: record for record in records}.values()
        self._now, self._learned = now, learned or {}
        self._running = Counter(_account(r) for r in open_records if r.state in _PLACES)
        self._sending = Counter(_account(r) for r in open_records if r.state == "sending")
        self._lately = Counter(
            _account(r) for r in open_records if (r.submitted_at or 0) > now - MINUTE_MS and r.state != "intent"
        )

    def why(self, record: Record) -> str:
        """Why a take waits to be sent, in a sentence; empty where it does not wait, or only for a moment."""
        if record.state != "intent":
            return ""
        try:
            limits = limits_of(record.service)
        except SettingsError as error:
            return str(error)
        found = self._learned.get(_account(record))
        if found and (patience := found.patience(self._now)):
            return f"Waiting: the service takes no more for {clock(patience + 1)}. Not charged."
        if limits.at_once is not None and self._running[_account(record)] >= limits.at_once:
            return f"Waiting for a place: your account runs {limits.at_once:,} at once."
        held = found.within(limits, self._now) if found else limits
        if held.at_once is not None and self._running[_account(record)] >= held.at_once:
            return (
                f"Waiting for a place: the service sent some back, so {held.at_once:,} run at once, and slowly more "
                "again."
            )
        if self._now - record.confirmed_at < _AT_ONCE_MS:
            return ""
        if held.a_minute is not None and held != limits and self._lately[_account(record)] >= held.a_minute:
            return (
                f"Waiting for its turn: the service sent some back, so {held.a_minute:,} a minute are sent, and slowly "
                "more again."
            )
        if limits.a_minute is not None and self._lately[_account(record)] >= limits.a_minute:
            return f"Waiting for its turn: your account takes {limits.a_minute:,} a minute."
        if self._sending[_account(record)]:
            return "Waiting for its turn: they are sent one after the other."
        return "Waiting to be sent."


def _account(record: Record) -> tuple[str, str | None]:
    return record.service, record.account
