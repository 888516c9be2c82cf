"""What is done next for a take: one step at a time, each written down before and after it acts."""

from __future__ import annotations

import contextlib
import logging

from ..errors import BadFile, DamagedRow, DownloadError, KeyRejected, KlingError, LeaseLost, NoAnswer, RateLimited
from ..request.states import UNCERTAIN
from ..store import Lease, Record, TakeId
from .fetching import poll
from .finding import find
from .sending import conclude, identified, send
from .settlement import settle
from .step_context import StepContext, StepMemory, back_off, patience

log = logging.getLogger(__name__)

KEY_WAIT_S = 60.0
"""Seconds until a poll that the service refused for its key is tried again."""


class StepRunner:
    """Carries out the steps of takes.

    Parameters
    ----------
    context
        What the steps work with.
    """

    def __init__(self, context: StepContext) -> None:
        self._context = context
        self._memories: dict[TakeId, StepMemory] = {}

    def fetched(self, take: TakeId) -> float:
        """The part of a take's file that is here while it is on the way, 0 to 1."""
        memory = self._memories.get(take)
        return memory.fetched if memory else 0.0

    def run_step(self, lease: Lease) -> float | None:
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
        memory = self._memories.setdefault(lease.take, StepMemory())
        try:
            before, memory.waited = memory.failures, False
            record = self._context.store.get(lease.take)
            memory.local = record.local
            wait = self._next(record, lease, memory)
            if memory.failures == before and not memory.waited:
                memory.failures = 0
        except LeaseLost:
            self._memories.pop(lease.take, None)
            raise
        except DamagedRow:  # nothing can be done for it, and no other take is to wait for it
            self._memories.pop(lease.take, None)
            return None
        except Exception as error:  # noqa: BLE001  whatever a step did not expect, the take goes on at the service
            wait = self._put_off(lease, memory, error)
        if wait is None:
            self._memories.pop(lease.take, None)
        return wait

    def _next(self, record: Record, lease: Lease, memory: StepMemory) -> float | None:
        if record.simulated is None and record.prediction is not None:  # before its money is booked
            with contextlib.suppress(NoAnswer):
                record = identified(self._context, record, lease)
        if record.state == "intent":
            return send(self._context, record, lease, memory)
        if record.state == "sending":
            return conclude(self._context, record, lease, memory)
        if record.state == "needs_you":
            return None
        if record.state in UNCERTAIN:
            return find(self._context, record, lease, memory)
        if record.final:
            return settle(self._context, record, lease)
        return poll(self._context, record, lease, memory)

    def _put_off(self, lease: Lease, memory: StepMemory, error: Exception) -> float:
        """Something failed that may work later. The take goes on at the service; the person is told in words."""
        memory.failures += 1
        memory.fetched = 0.0
        memory.address = None  # the service is asked again, and may give a better one
        expected = isinstance(error, (KlingError, OSError))
        log.warning("take %s: %s", lease.take, error if expected else type(error).__name__, exc_info=not expected)
        try:
            record = self._context.store.get(lease.take)
            # What is said of a lost answer weighs more than why the list can't be read at the moment.
            explained = record.final or record.state in UNCERTAIN | {"sending"}
            worth_words = not explained and (memory.failures > 1 or not expected)
            if worth_words and record.trouble != (words := _in_words(error)):
                self._context.store.change(lease, trouble=words)
        except LeaseLost:
            raise
        except Exception as unwritten:  # noqa: BLE001  the words must not keep the take from being tried again
            log.warning("take %s: its trouble could not be written down (%s)", lease.take, type(unwritten).__name__)
        if isinstance(error, RateLimited) and error.retry_after is not None:
            return patience(memory.failures, local=memory.local, wanted=error.retry_after)
        if isinstance(error, KeyRejected):
            return KEY_WAIT_S
        wait = back_off(memory.failures) if memory.local else patience(memory.failures, local=False)
        # The same file may be fetched from this machine soon and often, but not one that is no clip.
        soon = memory.local and isinstance(error, DownloadError) and not isinstance(error, BadFile)
        return min(wait, 2.0) if soon else wait


def _in_words(error: Exception) -> str:
    if isinstance(error, KlingError):
        return str(error)
    if not isinstance(error, OSError):
        return (
            f"Something went wrong here that was not foreseen ({type(error).__name__}). What is paid for is kept at "
            "the service; the take is tried again, less and less often."
        )
    reason = getattr(error, "strerror", None) or error
    return (
        f"The library's folder does not take the clip ({reason}). It is kept at the service for seven days, and "
        "fetched again."
    )
