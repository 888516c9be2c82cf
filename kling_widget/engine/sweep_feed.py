"""Begins the takes of confirmed sweeps, a few at a time, as fast as the account takes them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from ..errors import LibraryError
from ..store.record import TakeId
from ..store.sweep_record import SweepRecord
from .new_take import take_of_cell

if TYPE_CHECKING:  # it brings SQLAlchemy, which whoever asks for a number of here need not wait for
    from ..store import Store

log = logging.getLogger(__name__)

AHEAD = 4
"""Takes of a sweep that wait to be sent at a time: others that a person confirms meanwhile wait behind these only."""

OPEN_HERE, OPEN_ELSEWHERE = 12, 100
"""Takes of a sweep that have not ended, at a time: on this machine's own servers, and elsewhere."""

REFUSED = 3
"""Takes that the service refused one after another, after which a sweep waits for a person."""

_FEED_S, _IDLE_S, _AGAIN_S = 0.25, 2.0, 5.0


class SweepFeed:
    """Feeds the cells of sweeps to the engine. All kernels that share a library feed; each cell is begun once.

    Parameters
    ----------
    store
        The library.
    reachable
        Whether this process may speak to a service for an account.
    begun
        Told of each take that was written down.
    """

    def __init__(
        self, store: Store, reachable: Callable[[str, str | None], bool], begun: Callable[[TakeId], None]
    ) -> None:
        self._store, self._reachable, self._begun = store, reachable, begun
        self._next = float("-inf")
        self._not_before: dict[str, float] = {}

    def soon(self) -> None:
        """Look for cells at the next turn."""
        self._next = float("-inf")
        self._not_before = {}

    def run_due(self, now: float) -> None:
        """Begin what may be begun. ``now`` is on the monotonic clock, in seconds."""
        if now < self._next:
            return
        self._next = now + _IDLE_S  # also where it fails: the takes have their turn in between
        waiting = self._store.sweeps.waiting()
        if waiting:
            self._next = now + _FEED_S
        for sweep in waiting:
            if now >= self._not_before.get(sweep.id, 0.0) and self._reachable(sweep.service, sweep.account):
                try:
                    self._feed(sweep)
                except LibraryError as error:  # over a budget, or a row that can't be read: what was sent goes on
                    self._not_before[sweep.id] = now + _AGAIN_S
                    self._hold(sweep, str(error))
                except Exception:  # whatever it was, it holds up no other sweep
                    self._not_before[sweep.id] = now + _AGAIN_S
                    log.exception("sweep %s stumbled", sweep.id)

    def _feed(self, sweep: SweepRecord) -> None:
        under_way = self._store.sweeps.under_way(sweep)
        if len(under_way.refused) >= REFUSED:
            reason = under_way.refused[0]
            self._hold(
                sweep,
                f"{len(under_way.refused)} takes were refused one after another, so the rest waits. {reason} When that "
                "is mended, sweep.resume() goes on; sweep.redo() makes the refused ones again.",
                stopped=True,
            )
            return
        most = OPEN_HERE if sweep.practice else OPEN_ELSEWHERE
        vacant = min(AHEAD - under_way.unsent, most - under_way.open)
        if vacant <= 0:
            return
        for cell in self._store.sweeps.next_cells(sweep.id, limit=vacant):
            take = take_of_cell(sweep, cell)
            if self._store.sweeps.begin(sweep.id, cell, take):
                self._begun(take.id)

    def _hold(self, sweep: SweepRecord, words: str, *, stopped: bool = False) -> None:
        if (sweep.trouble, sweep.stopped) != (words, stopped):
            log.warning("sweep %s: %s", sweep.id, words)
            self._store.sweeps.hold(sweep.id, words, stopped=stopped)
