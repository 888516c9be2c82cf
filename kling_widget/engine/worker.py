"""The background thread of a library: it runs each take's steps when they are due, and calls the watchers."""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import secrets
import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from ..errors import LeaseLost, LibraryError
from ..request.video_request import VideoRequest
from ..service import identity
from ..service.connections import Connections
from ..service.service import limits_of
from ..settings import state_folder
from ..store import Lease, Record, Store, TakeId
from ..store.claims import Claims
from ..store.record import now_ms
from ..store.sweep_record import CellOrder
from .accounts import TakeAccounts
from .at_exit import Leaving, at_exit
from .billing_audit import BillingAudit
from .extractor import Extractor
from .faults import Faults
from .forecast import Observed
from .held_takes import HeldTakes
from .jobs import Jobs
from .new_take import new_take
from .polling import LearnedSchedule, PollSchedule, Progress
from .queries import BackgroundQueries
from .step_context import StepContext
from .steps import StepRunner
from .sweep_feed import SweepFeed
from .uploader import Uploader
from .watchers import Callback, Watchers

log = logging.getLogger(__name__)

LEASE_MS = 15_000
"""How long a lease lasts unless its kernel renews it, in milliseconds."""

_RENEW_S, _CLAIM_S = 4.0, 2.0
_SHOW_S = 0.25  # watchers are called at most four times a second
_FAULT_S = 0.25  # what fails at each turn must not keep the processor busy
_LEAVE_S = 2.0  # how long closing waits for steps that are under way
_SENDERS = 4  # threads for HTTP, however many takes there are


class Engine:
    """Advances a library's open takes until the process ends.

    Every method returns at once but ``confirm``, which returns when the take is on disk (some milliseconds), and
    ``delete``, which waits for the service.

    Parameters
    ----------
    store, folder
        The library.
    schedule
        When to poll and how far a take is; learned from the library's own takes unless given.

    Attributes
    ----------
    queries
        Asks services what costs nothing and nobody waits for.
    extractor
        Makes pictures and copies of clips.
    accounts
        Says which account each take belongs to.
    uploader
        Uploads pictures and videos to a service.
    """

    def __init__(self, store: Store, folder: Path, *, schedule: PollSchedule | None = None) -> None:
        self._store, self._folder = store, folder
        self._connections = Connections(folder, store.accounts)
        claims = Claims(state_folder(), folder)
        self.accounts = TakeAccounts(store, self._connections, claims)
        self._schedule = schedule or LearnedSchedule(self._seen)
        self._runner = StepRunner(
            StepContext(store, folder, self._connections.client_of, self._schedule, limits_of, claims)
        )
        self.queries = BackgroundQueries(self._connections.client)
        self._faults = Faults()
        self._audit = BillingAudit(store, self.queries, self._reachable)
        self._sweeps = SweepFeed(store, self._reachable, self._take_on)
        self.extractor = Extractor()
        self.uploader = Uploader(store.media(folder), self._connections.client)
        self.owner = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"[-120:]
        self._bell: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._held = HeldTakes()
        self._closing = threading.Lock()
        self._jobs = Jobs()
        self._steps: queue.SimpleQueue[Lease | None] = queue.SimpleQueue()
        self._watchers = Watchers()
        self._changed, self._revision, self._shown = False, -1, 0.0
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="kling-engine", daemon=True)
        self._senders = [
            # Daemons of our own: those of concurrent.futures are waited for at exit, a hanging request with them.
            threading.Thread(target=self._send, name=f"kling-http-{n}", daemon=True)
            for n in range(_SENDERS)
        ]
        for thread in (self._thread, *self._senders):
            thread.start()
        self._leaving = Leaving(store, folder)
        self._stay = at_exit(self._leave)

    # For the library and its widgets

    def confirm(
        self,
        request: VideoRequest,
        *,
        service: str,
        parent: str | None = None,
        meant: Mapping[str, Any] | None = None,
    ) -> Record:
        """Write down a take that a person confirmed, and start it. It is on disk when this returns.

        ``meant`` holds the inputs of the final take where this one is its draft.
        """
        record = new_take(
            service=service,
            account=self.account(service),
            simulated=identity.simulated(service),  # as the panel showed it; the step that sends it asks again
            model=request.model,
            inputs=request.inputs,
            seconds=request.seconds,
            estimate=request.estimate_micros,
            parent=TakeId(parent) if parent else None,
            kind="tool" if request.kind == "tool" else "clip",
            meant=meant,
        )
        record = self._store.add(record)
        self._leaving.confirmed(record.id)
        # Not on this thread: an interrupt between lease and plan would leave a leased take that nothing advances.
        self.soon(lambda: self._take_on(record.id))
        return record

    def account(self, service: str) -> str | None:
        """Return the account that takes of a service are made for now, as a fingerprint of its key."""
        return self._connections.account(service)

    def order(self, sweep: str, cells: Sequence[CellOrder]) -> int:
        """Write down the cells of a sweep that a person confirmed, and begin them; returns how many are new.

        Raises ``OverBudget`` where they would pass a cap.
        """
        new = self._store.sweeps.order(sweep, cells)
        self._leaving.ordered(sweep)
        self.feed_sweeps()
        return new

    def feed_sweeps(self) -> None:
        """Look for cells of sweeps to begin now: something was ordered, or may go on."""
        self._sweeps.soon()
        self._changed_now()

    def soon(self, job: Callable[[], None]) -> None:
        """Run a small job on the engine's own thread."""
        self._jobs.soon(job)
        self._ring()

    def later(self, seconds: float, job: Callable[[], None]) -> None:
        """Run a small job on the engine's own thread after about so many seconds, or when the engine closes."""
        self._jobs.later(seconds, job)

    def warm(self, service: str) -> None:
        """Connect to a service (start the practice server) in the background."""
        threading.Thread(target=self._warm, args=(service,), name="kling-warm", daemon=True).start()

    @property
    def closed(self) -> bool:
        """Whether it closes or has closed: a job that runs now is not run again."""
        return self._closed.is_set()

    def progress(self, record: Record) -> Progress:
        """Return how far a take is now."""
        return self._schedule.progress(record, now_ms(), self._runner.fetched(record.id))

    def delete(self, record: Record) -> None:
        """Delete a take at the service. It waits for the answer: not for a handler.

        Raises
        ------
        LibraryError
            If the service does not have it yet.
        KlingError
            If the service could not be asked, or refused.
        """
        if record.prediction is None:
            raise LibraryError(
                f"Take {record.id} is not at the service ({record.state}), so there is nothing to delete there. "
                "While it waits to be sent, take.stop() takes it back."
            )
        self._connections.client_of(record).delete([record.prediction])

    def watch(self, callback: Callback) -> Callable[[], None]:
        """Call ``callback`` on the engine's thread, at most four times a second, while anything changes.

        A bound method is held weakly. Returns what stops it.
        """
        stop = self._watchers.add(callback)
        self._changed_now()
        return stop

    def close(self) -> None:
        """Stop; whoever opens the library next continues its takes. Safe at any time, and twice.

        A script that leaves takes unsent is told so on stderr.
        """
        self._close()
        self._leaving.say(unsent_only=True)

    def _leave(self) -> None:
        """End with the process: send what it confirmed, or say what becomes of it."""
        if self._leaving.elsewhere:
            return  # the threads and the leases are another process's
        self._leaving.wait()
        with contextlib.suppress(KeyboardInterrupt):  # after a second interrupt the words still come
            self._close()
        self._leaving.say()

    def _close(self) -> None:
        with self._closing:
            if self._closed.is_set():
                return
            self._closed.set()
        self._ring()
        self._stay()
        self.queries.close()
        self.uploader.close()
        self.extractor.close()
        for _ in self._senders:
            self._steps.put(None)
        end = time.monotonic() + _LEAVE_S
        for thread in (self._thread, *self._senders):
            if thread is not threading.current_thread():
                thread.join(max(0.0, end - time.monotonic()))
        try:
            self._store.leases.release(self.owner)
        except Exception:  # noqa: BLE001  a library that is gone or locked must not keep a process from ending
            log.warning("the leases could not be given back; they run out in %d s", LEASE_MS // 1000)
        self._connections.close()

    # The thread

    def _run(self) -> None:
        renewed = claimed = 0.0
        while not self._closed.is_set():
            now = time.monotonic()
            duties: list[tuple[str, Callable[[], None]]] = [("running its jobs", self._jobs.run)]
            if now - renewed >= _RENEW_S and self._held:
                renewed = now
                duties.append(("renewing its leases", self._renew))
            if now - claimed >= _CLAIM_S:
                claimed = now
                duties.append(("taking takes over", self._claim))
            duties.append(("handing out the next steps", partial(self._hand_out, now)))
            duties.append(("looking at billing again", partial(self._audit.run_due, now)))
            duties.append(("feeding sweeps", partial(self._sweeps.run_due, now)))
            if self._watchers and now - self._shown >= _SHOW_S:
                duties.append(("telling what changed", partial(self._show, now)))
            # Each by itself: a take is not to wait for what has nothing to do with it.
            failed = [duty for duty, job in duties if not self._faults.kept(duty, job)]
            if failed:
                self._closed.wait(_FAULT_S)
            self._rest()
        self._jobs.run(all_now=True)

    def _hand_out(self, now: float) -> None:
        for lease in self._held.take_due(now):
            self._steps.put(lease)

    def _show(self, now: float) -> None:
        newest = self._store.revision
        if newest != self._revision or self._held or self._changed:
            self._changed = False
            self._revision, self._shown = newest, now
            self._watchers.call()

    def _rest(self) -> None:
        now = time.monotonic()
        until = min(now + 1.0, self._held.next_due or now + 1.0)
        if self._watchers and (self._held or self._changed):
            until = min(until, self._shown + _SHOW_S)
        if until > now:
            with contextlib.suppress(queue.Empty):
                self._bell.get(timeout=until - now)
        while not self._bell.empty():  # one wake-up is enough
            self._bell.get()

    def _reachable(self, service: str, account: str | None = None) -> bool:
        """Whether takes of an account can be advanced here; one of which nobody can say so holds up no other."""
        found: list[bool] = []
        self._faults.kept(
            f"finding whose takes of {service} are whose",
            lambda: found.append(self._connections.reachable(service, account)),
        )
        return any(found)

    def _take_on(self, take: TakeId) -> None:
        if lease := self._store.leases.claim_one(take, self.owner, for_ms=LEASE_MS):
            self._plan(lease, 0.0)

    def _claim(self) -> None:
        leases, unreadable = self._store.leases, self._store.unreadable
        for lease in leases.claim(self.owner, for_ms=LEASE_MS, reachable=self._reachable, but=unreadable):
            self._plan(lease, 0.0)

    def _renew(self) -> None:
        held = self._held.all()
        kept = {lease.take for lease in self._store.leases.renew(self.owner, held, for_ms=LEASE_MS)}
        for lease in held:
            if lease.take not in kept:
                self._held.drop(lease)

    # The senders

    def _send(self) -> None:
        while (lease := self._steps.get()) is not None and not self._closed.is_set():
            try:
                wait = self._runner.run_step(lease)
                if wait is None:
                    self._finish(lease)
                else:
                    self._plan(lease, wait)
            except LeaseLost:
                self._held.drop(lease)
            except Exception:
                if self._closed.is_set():  # the library may be gone already
                    log.debug("take %s stumbled while the engine closed", lease.take, exc_info=True)
                    return
                log.exception("take %s stumbled", lease.take)
                self._plan(lease, 5.0)  # also where only its lease could not be given back: it is tried once more
            self._changed_now()

    def _plan(self, lease: Lease, wait: float) -> None:
        if self._held.plan(lease, wait):  # else the thread wakes early enough by itself
            self._ring()

    def _finish(self, lease: Lease) -> None:
        self._held.drop(lease)
        self._store.leases.release(self.owner, [lease])

    def _changed_now(self) -> None:
        self._changed = True
        self._ring()

    def _ring(self) -> None:
        self._bell.put(None)

    def _warm(self, service: str) -> None:
        try:
            self._connections.client(service)
        except Exception as error:  # noqa: BLE001  it is tried again, and told, when a take needs it
            log.warning("%s is not ready: %s", service, error)

    def _seen(self, before: int) -> list[Observed]:
        """Return how long takes that had ended before a moment needed, newest first."""
        return [
            Observed(r.service, r.model, r.seconds, bool(r.inputs.get("sound")), took / 1000, r.state != "completed")
            for r in self._store.ended(before)
            if r.finished_at is not None and r.accepted_at is not None and (took := r.finished_at - r.accepted_at) > 0
        ]
