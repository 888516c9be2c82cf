"""Small jobs for the engine's own thread, at once or later."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable

log = logging.getLogger(__name__)

Job = Callable[[], None]


class Jobs:
    """Jobs that any thread adds and the engine's thread runs."""

    def __init__(self) -> None:
        self._lock = threading.RLock()  # in C: an interrupt leaves it whole
        self._now: queue.SimpleQueue[Job] = queue.SimpleQueue()
        self._later: list[tuple[float, Job]] = []

    def soon(self, job: Job) -> None:
        """Add a job for the next run."""
        self._now.put(job)

    def later(self, seconds: float, job: Job) -> None:
        """Add a job for the first run after so many seconds."""
        with self._lock:
            self._later.append((time.monotonic() + seconds, job))

    def run(self, *, all_now: bool = False) -> None:
        """Run the jobs that are due, or all of them; one that fails stops no other."""
        with self._lock:
            now = time.monotonic()
            due = [job for at, job in self._later if all_now or at <= now]
            self._later = [] if all_now else [(at, job) for at, job in self._later if at > now]
        for job in due:
            self._now.put(job)
        while not self._now.empty():
            job = self._now.get()
            try:
                job()
            except Exception:  # the other jobs, and the takes, go on
                log.exception("a job failed")
