"""Compare settled takes with the service's billing once more: a bill may change, and the ledger follows."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..service.bills import Bill
from ..store import Record, Store
from ..store.record import PRACTICE, now_ms
from .queries import BackgroundQueries
from .settlement import GIVE_UP_S, booked

_HERE, _ELSEWHERE = (2.0, 60.0), (900.0, GIVE_UP_S)
"""Seconds between two questions, and how long ago a take may have ended: services on this machine, and elsewhere."""

_BATCH = 50  # takes in one question


class BillingAudit:
    """Compares the ledger with billing, for takes that ended in the last day.

    Parameters
    ----------
    store
        The library.
    queries
        Asks in the background.
    reachable
        Whether this process may speak to a service for an account.
    """

    def __init__(self, store: Store, queries: BackgroundQueries, reachable: Callable[[str, str | None], bool]) -> None:
        self._store, self._queries, self._reachable = store, queries, reachable
        self._last = {_HERE: float("-inf"), _ELSEWHERE: float("-inf")}

    def run_due(self, now: float) -> None:
        """Ask the services whose turn it is; return at once. ``now`` is on the monotonic clock, in seconds."""
        for local, period in ((True, _HERE), (False, _ELSEWHERE)):
            every, lately = period
            if now - self._last[period] < every:
                continue
            self._last[period] = now
            since = now_ms() - round(lately * 1000)
            # Practice bills once and for all, and its server need not be started for it.
            found = [r for r in self._store.settled(since) if r.local is local and r.service != PRACTICE]
            for owner in {(record.service, record.account) for record in found}:
                if self._reachable(*owner):
                    self._ask(*owner, [record for record in found if (record.service, record.account) == owner])

    def _ask(self, service: str, account: str | None, records: list[Record]) -> None:
        for start in range(0, len(records), _BATCH):
            batch = records[start : start + _BATCH]
            self._queries.ask(
                service,
                lambda client, batch=batch: client.bills([r.prediction for r in batch]),  # type: ignore[misc]
                lambda bills, batch=batch: self._compare(batch, bills),  # type: ignore[misc]
                about=f"billing of {service} {account} {start}",
                account=account,
            )

    def _compare(self, records: list[Record], bills: Mapping[str, Bill]) -> None:
        for record in records:
            bill = bills.get(record.prediction or "")
            if bill is not None and not bill.currency and booked(record, bill):
                self._store.correct(record.id, lambda now, bill=bill: booked(now, bill))  # type: ignore[misc]
