"""Asking billing once more for takes that are settled: it may change its mind, and the ledger follows."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..service.bills import Bill
from ..store import Record, Store
from ..store.record import PRACTICE, now_ms
from .background import Asker
from .settlement import GIVE_UP_S, booked

_HERE, _ELSEWHERE = (2.0, 60.0), (900.0, GIVE_UP_S)
"""Seconds between two questions, and how long ago a take may have ended: services on this machine, and elsewhere."""

_AT_ONCE = 50  # takes in one question


class Audit:
    """Compares the ledger with billing, for takes that ended in the last day.

    Parameters
    ----------
    store
        The library.
    asker
        Asks in the background.
    reachable
        Whether this process may speak to a service for an account.
    """

    def __init__(self, store: Store, asker: Asker, reachable: Callable[[str, str | None], bool]) -> None:
        self._store, self._asker, self._reachable = store, asker, reachable
        self._asked = {_HERE: float("-inf"), _ELSEWHERE: float("-inf")}

    def look(self, now: float) -> None:
        """Ask where it is time to; returns at once. ``now`` is on the monotonic clock, in seconds."""
        for local, when in ((True, _HERE), (False, _ELSEWHERE)):
            every, lately = when
            if now - self._asked[when] < every:
                continue
            self._asked[when] = now
            since = now_ms() - round(lately * 1000)
            # Practice bills once and for all, and its server need not be started for it.
            found = [r for r in self._store.settled(since) if r.local is local and r.service != PRACTICE]
            for whose in {(record.service, record.account) for record in found}:
                if self._reachable(*whose):
                    self._ask(*whose, [record for record in found if (record.service, record.account) == whose])

    def _ask(self, service: str, account: str | None, records: list[Record]) -> None:
        for start in range(0, len(records), _AT_ONCE):
            asked = records[start : start + _AT_ONCE]
            self._asker.ask(
                service,
                lambda client, asked=asked: client.bills([r.prediction for r in asked]),  # type: ignore[misc]
                lambda bills, asked=asked: self._compare(asked, bills),  # type: ignore[misc]
                about=f"billing of {service} {account} {start}",
                account=account,
            )

    def _compare(self, records: list[Record], bills: Mapping[str, Bill]) -> None:
        for record in records:
            bill = bills.get(record.prediction or "")
            if bill is not None and not bill.currency and booked(record, bill):
                self._store.correct(record.id, lambda now, bill=bill: booked(now, bill))  # type: ignore[misc]
