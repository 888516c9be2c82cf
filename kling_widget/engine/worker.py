"""The one background thread of a process and a library: it knows when each take is due, and tells whoever watches."""

from __future__ import annotations

import atexit
import contextlib
import heapq
import itertools
import logging
import os
import queue
import secrets
import socket
import threading
import time
import weakref
from collections.abc import Callable, Mapping
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
from ..store.record import PRACTICE, fresh_id, now_ms
from .accounts import TakeAccounts
from .at_exit import Leaving
from .billing_audit import BillingAudit
from .extractor import Extractor
from .forecast import Observed
from .polling import LearnedSchedule, PollSchedule, Progress
from .queries import BackgroundQueries
from .step_context import StepContext
from .steps import StepRunner
from .uploader import Uploader

log = logging.getLogger(__name__)

LEASE_MS = 15_000
"""How long a take stays a kernel's without word from it, in milliseconds."""

_RENEW_S, _CLAIM_S = 4.0, 2.0
_TELL_S = 0.25  # watchers hear at most four times a second
_LEAVE_S = 2.0  # how long an end waits for steps that are under way
_SENDERS = 4  # threads for HTTP, however many takes there are

Look = Callable[[], None]


class Engine:
    """Tends a library's open takes until the process ends.

    Everything here returns at once but ``confirm``, which returns when the take is on disk (some milliseconds).

    Parameters
    ----------
    store, folder
        The library.
    schedule
        When to look and what to show; learned from the library's own takes unless given.

    Attributes
    ----------
    queries
        Asks services what costs nothing and nobody waits for.
    extractor
        Makes pictures and remade files of clips.
    accounts
        Knows whose takes are whose.
    uploader
        Brings pictures and videos to a service.
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
        self._audit = BillingAudit(store, self.queries, self._connections.reachable)
        self.extractor = Extractor()
        self.uploader = Uploader(store.media(folder), self._connections.client)
        self.owner = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"[-120:]
        # The thread of cells comes here too, and may be interrupted anywhere. Only primitives in C are whole or not at
        # all then: a Condition's, written in Python, would be left locked, and the engine standing for good.
        self._lock = threading.RLock()
        self._bell: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._due: list[tuple[float, int, Lease]] = []
        self._order = itertools.count()
        self._held: dict[TakeId, Lease] = {}
        self._jobs: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._later: list[tuple[float, Callable[[], None]]] = []
        self._steps: queue.SimpleQueue[Lease | None] = queue.SimpleQueue()
        self._watchers: list[Callable[[], Look | None]] = []
        self._changed = False
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
        atexit.register(self._leave)

    # What faces and people ask

    def confirm(
        self,
        request: VideoRequest,
        *,
        service: str,
        parent: str | None = None,
        meant: Mapping[str, Any] | None = None,
    ) -> Record:
        """Write down that a person asked for this, and see to it. It is on disk when this returns.

        ``meant`` are the inputs of the final, where this is a draft of it.
        """
        at = now_ms()
        record = Record(
            id=fresh_id(at),
            service=service,
            model=request.model,
            inputs=request.inputs,
            words=request.words,
            seconds=request.seconds,
            state="intent",
            confirmed_at=at,
            estimate=request.estimate_micros,
            parent=TakeId(parent) if parent else None,
            kind="tool" if request.kind == "tool" else "clip",
            meant=meant,
            account=self._connections.account(service),
            # As the person was shown it; whoever sends it asks again.
            simulated=True if service != PRACTICE and identity.kind_of(service) == "practice" else None,
        )
        record = self._store.add(record)
        self._leaving.confirmed(record.id)
        # Not here: an interrupt between the lease and the plan would leave a take that is ours and that nobody tends.
        self.soon(lambda: self._take_on(record.id))
        return record

    def soon(self, job: Callable[[], None]) -> None:
        """Run a small job on the engine's own thread."""
        self._jobs.put(job)
        self._ring()

    def later(self, seconds: float, job: Callable[[], None]) -> None:
        """Run a small job on the engine's own thread after so many seconds (give or take one), or when it ends."""
        with self._lock:
            self._later.append((time.monotonic() + seconds, job))

    def warm(self, service: str) -> None:
        """Make ready to speak to a service (start the practice server) without anyone waiting for it."""
        threading.Thread(target=self._warm, args=(service,), name="kling-warm", daemon=True).start()

    def progress(self, record: Record) -> Progress:
        """How far a take is, by the clock of now."""
        return self._schedule.progress(record, now_ms(), self._runner.fetched(record.id))

    def delete(self, record: Record) -> None:
        """Delete a take at the service. Waits for the answer, so not for a handler.

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

    def watch(self, look: Look) -> Callable[[], None]:
        """Call ``look`` on the engine's thread, at most four times a second, while anything changes or is under way.

        A bound method is held weakly. Returns what stops it.
        """
        method = weakref.WeakMethod(look) if hasattr(look, "__self__") else None
        entry: Callable[[], Look | None] = method if method is not None else lambda: look
        with self._lock:
            self._watchers.append(entry)
        self._tell()

        def stop() -> None:
            with self._lock:
                if entry in self._watchers:
                    self._watchers.remove(entry)

        return stop

    def close(self) -> None:
        """Stop tending: whoever opens the library next goes on. Always safe, and safe twice.

        A script that leaves takes unsent so is told of them.
        """
        self._close()
        self._leaving.say(unsent_only=True)

    def _leave(self) -> None:
        """End with the process: what it confirmed is sent before, or told of."""
        if self._leaving.elsewhere:
            return  # the threads and the leases are another process's
        self._leaving.wait()
        with contextlib.suppress(KeyboardInterrupt):  # whoever is in a hurry is still told
            self._close()
        self._leaving.say()

    def _close(self) -> None:
        with self._lock:
            if self._closed.is_set():
                return
            self._closed.set()
        self._ring()
        atexit.unregister(self._leave)
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
        renewed = claimed = told = 0.0
        revision = -1
        while not self._closed.is_set():
            now = time.monotonic()
            try:
                self._do_jobs()
                if now - claimed >= _CLAIM_S:
                    claimed = now
                    self._claim()
                if now - renewed >= _RENEW_S and self._held:
                    renewed = now
                    self._renew()
                self._start_due(now)
                self._audit.run_due(now)
                if self._watchers and now - told >= _TELL_S:
                    seen = self._store.revision
                    if seen != revision or self._held or self._changed:
                        self._changed = False
                        revision, told = seen, now
                        self._show()
            except Exception:
                # Whatever it was, the takes must go on being tended; a log that fills is seen, a dead thread is not.
                log.exception("the engine stumbled")
                time.sleep(0.5)
            self._rest(told)
        self._do_jobs(all_now=True)

    def _rest(self, told: float) -> None:
        with self._lock:
            now = time.monotonic()
            until = now + 1.0
            if self._due:
                until = min(until, self._due[0][0])
            if self._watchers and (self._held or self._changed):
                until = min(until, told + _TELL_S)
        if until > now:
            with contextlib.suppress(queue.Empty):
                self._bell.get(timeout=until - now)
        while not self._bell.empty():  # once is enough, however often it rang
            self._bell.get()

    def _do_jobs(self, *, all_now: bool = False) -> None:
        with self._lock:
            now = time.monotonic()
            due = [job for at, job in self._later if all_now or at <= now]
            self._later = [] if all_now else [(at, job) for at, job in self._later if at > now]
        for job in due:
            self._jobs.put(job)
        while not self._jobs.empty():
            job = self._jobs.get()
            try:
                job()
            except Exception:  # the other jobs, and the takes, go on
                log.exception("a job failed")

    def _take_on(self, take: TakeId) -> None:
        if lease := self._store.leases.claim_one(take, self.owner, for_ms=LEASE_MS):
            self._plan(lease, 0.0)

    def _claim(self) -> None:
        claim, reachable = self._store.leases.claim, self._connections.reachable
        for lease in claim(self.owner, for_ms=LEASE_MS, reachable=reachable, but=self._store.unreadable):
            self._plan(lease, 0.0)

    def _renew(self) -> None:
        with self._lock:
            held = list(self._held.values())
        kept = {lease.take for lease in self._store.leases.renew(self.owner, held, for_ms=LEASE_MS)}
        for lease in held:
            if lease.take not in kept:
                self._drop(lease)

    def _start_due(self, now: float) -> None:
        with self._lock:
            while self._due and self._due[0][0] <= now:
                lease = heapq.heappop(self._due)[2]
                if self._held.get(lease.take) == lease:
                    self._steps.put(lease)

    def _show(self) -> None:
        with self._lock:
            entries = list(self._watchers)
        for entry in entries:
            look = entry()
            if look is None:  # whoever watched is gone
                with self._lock:
                    if entry in self._watchers:
                        self._watchers.remove(entry)
                continue
            try:
                look()
            except Exception:  # whoever looks on stops no take
                log.exception("a watcher failed")

    # The senders

    def _send(self) -> None:
        while (lease := self._steps.get()) is not None and not self._closed.is_set():
            try:
                wait = self._runner.run_step(lease)
            except LeaseLost:
                self._drop(lease)
            except Exception:
                if self._closed.is_set():  # the library may be gone already
                    log.debug("take %s stumbled while the engine closed", lease.take, exc_info=True)
                    return
                log.exception("take %s stumbled", lease.take)
                self._plan(lease, 5.0)
            else:
                if wait is None:
                    self._finish(lease)
                else:
                    self._plan(lease, wait)
            self._tell()

    def _plan(self, lease: Lease, wait: float) -> None:
        with self._lock:
            self._held[lease.take] = lease
            due = time.monotonic() + wait
            first = not self._due or due < self._due[0][0]
            heapq.heappush(self._due, (due, next(self._order), lease))
        if first:  # else the thread wakes early enough by itself
            self._ring()

    def _finish(self, lease: Lease) -> None:
        self._drop(lease)
        self._store.leases.release(self.owner, [lease])

    def _drop(self, lease: Lease) -> None:
        with self._lock:
            if self._held.get(lease.take) == lease:
                del self._held[lease.take]

    def _tell(self) -> None:
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
        """What this library's takes that had ended before a moment showed, newest first."""
        return [
            Observed(r.service, r.model, r.seconds, bool(r.inputs.get("sound")), took / 1000, r.state != "completed")
            for r in self._store.ended(before)
            if r.finished_at is not None and r.accepted_at is not None and (took := r.finished_at - r.accepted_at) > 0
        ]
