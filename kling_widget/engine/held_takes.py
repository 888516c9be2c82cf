"""The takes that a kernel tends, and when the next step of each is due."""

from __future__ import annotations

import heapq
import itertools
import threading
import time

from ..store.record import Lease, TakeId


class HeldTakes:
    """Leases that are held, with a heap of due times. Any thread may call it."""

    def __init__(self) -> None:
        # A cell's thread takes this lock too, and an interrupt may hit it anywhere. Primitives in C are taken or not; a
        # Condition is written in Python: it would stay locked, and the engine would stop for good.
        self._lock = threading.RLock()
        self._due: list[tuple[float, int, Lease]] = []
        self._order = itertools.count()
        self._held: dict[TakeId, Lease] = {}

    def plan(self, lease: Lease, wait: float) -> bool:
        """Hold a lease, its next step due after so many seconds; return whether nothing is due sooner."""
        with self._lock:
            self._held[lease.take] = lease
            due = time.monotonic() + wait
            first = not self._due or due < self._due[0][0]
            heapq.heappush(self._due, (due, next(self._order), lease))
        return first

    def drop(self, lease: Lease) -> None:
        """Hold a lease no more; one with another token stays."""
        with self._lock:
            if self._held.get(lease.take) == lease:
                del self._held[lease.take]

    def all(self) -> list[Lease]:
        """Return all leases that are held."""
        with self._lock:
            return list(self._held.values())

    def take_due(self, now: float) -> list[Lease]:
        """Return the leases whose step is due at a moment of the monotonic clock, each once."""
        found = []
        with self._lock:
            while self._due and self._due[0][0] <= now:
                lease = heapq.heappop(self._due)[2]
                if self._held.get(lease.take) == lease:
                    found.append(lease)
        return found

    @property
    def next_due(self) -> float | None:
        """When the next step is due, on the monotonic clock; None while none is."""
        with self._lock:
            return self._due[0][0] if self._due else None

    def __bool__(self) -> bool:
        return bool(self._held)
