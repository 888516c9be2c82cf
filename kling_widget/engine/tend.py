"""What is done next for a take: one step at a time, each written down before and after it acts."""

from __future__ import annotations

import logging

from ..errors import DownloadError, KeyRejected, KlingError, LeaseLost, RateLimited
from ..states import UNCERTAIN
from ..store import Lease, Record, TakeId
from .fetching import look
from .sending import conclude, find, send
from .settling import settle
from .step import Hands, Memory, back_off

log = logging.getLogger(__name__)

KEY_WAIT_S = 60.0
"""Seconds until a look that the service refused for its key is tried again."""


class Tender:
    """Carries out the steps of takes.

    Parameters
    ----------
    hands
        What the steps work with.
    """

    def __init__(self, hands: Hands) -> None:
        self._hands = hands
        self._memories: dict[TakeId, Memory] = {}

    def fetched(self, take: TakeId) -> float:
        """The part of a take's file that is here while it is on the way, 0 to 1."""
        memory = self._memories.get(take)
        return memory.fetched if memory else 0.0

    def step(self, lease: Lease) -> float | None:
        """Do the next thing for a take.

        Returns
        -------
        float or None
            Seconds until its next step; None where nothing more is to be done.

        Raises
        ------
        LeaseLost
            If another kernel tends it now.
        """
        memory = self._memories.setdefault(lease.take, Memory())
        try:
            before = memory.failures
            wait = self._next(self._hands.store.get(lease.take), lease, memory)
            if memory.failures == before:
                memory.failures = 0
        except LeaseLost:
            self._memories.pop(lease.take, None)
            raise
        except (KlingError, OSError) as error:
            wait = self._put_off(lease, memory, error)
        if wait is None:
            self._memories.pop(lease.take, None)
        return wait

    def _next(self, record: Record, lease: Lease, memory: Memory) -> float | None:
        if record.state == "intent":
            return send(self._hands, record, lease, memory)
        if record.state == "sending":
            return conclude(self._hands, record, lease, memory)
        if record.state == "needs_you":
            return None
        if record.state in UNCERTAIN:
            return find(self._hands, record, lease, memory)
        if record.final:
            return settle(self._hands, record, lease)
        return look(self._hands, record, lease, memory)

    def _put_off(self, lease: Lease, memory: Memory, error: Exception) -> float:
        """Something failed that may work later. The take goes on at the service; the person is told in words."""
        memory.failures += 1
        memory.fetched = 0.0
        log.warning("take %s: %s", lease.take, error)
        record = self._hands.store.get(lease.take)
        # What is said of a lost answer weighs more than why the list can't be read at the moment.
        if memory.failures > 1 and not record.final and record.state not in UNCERTAIN | {"sending"}:
            words = _in_words(error)
            if record.trouble != words:
                self._hands.store.change(lease, trouble=words)
        if isinstance(error, RateLimited) and error.retry_after is not None:
            return error.retry_after
        if isinstance(error, KeyRejected):
            return KEY_WAIT_S
        wait = back_off(memory.failures)
        return min(wait, 2.0) if isinstance(error, DownloadError) and record.local else wait


def _in_words(error: Exception) -> str:
    if isinstance(error, KlingError):
        return str(error)
    reason = getattr(error, "strerror", None) or error
    return (
        f"The library's folder does not take the clip ({reason}). It is kept at the service for seven days, and "
        "fetched again."
    )
