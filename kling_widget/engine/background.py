"""A thread for jobs that nobody waits for."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable

log = logging.getLogger(__name__)

Job = Callable[[], None]


class BackgroundThread:
    """Runs jobs in order on one daemon thread, which starts with the first job.

    Parameters
    ----------
    name
        The thread's name.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._lock = threading.RLock()  # in C: an interrupt leaves it whole
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._closed = threading.Event()

    @property
    def closed(self) -> bool:
        """Whether ``close`` was called. A long job asks from time to time and ends early."""
        return self._closed.is_set()

    def wait_closed(self, seconds: float) -> bool:
        """Wait so long, or until ``close`` is called; return whether it was."""
        return self._closed.wait(seconds)

    def run(self, job: Job) -> None:
        """Run a job after those before it; return at once. After ``close`` nothing is run."""
        with self._lock:
            if self._closed.is_set():
                return
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                self._thread.start()
        self._jobs.put(job)

    def close(self, *, wait_s: float = 2.0) -> None:
        """Start no further job, and wait some seconds for the one that runs. Safe twice."""
        with self._lock:
            self._closed.set()
            thread = self._thread
        self._jobs.put(None)
        if thread and thread is not threading.current_thread():
            thread.join(wait_s)

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None and not self._closed.is_set():
            try:
                job()
            except Exception:  # the next job runs all the same
                log.exception("a job of %s failed", self._name)
