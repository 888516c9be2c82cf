"""Pictures and remade files of clips, made one by one in the background, each by a process of its own."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path

from ..errors import KlingError
from ..media.extraction.process import SAFE, Going
from .background import BackgroundThread

log = logging.getLogger(__name__)

Job = Callable[[Going], Path]
"""Makes a file and returns where it is; raises early once it is told that it may not go on."""

Done = Callable[[Path | None, str], None]
"""Called with where the file is and no message, or with None and what went wrong."""


class Extractor:
    """Makes files of clips on one thread, which starts with the first job."""

    def __init__(self) -> None:
        self._lock = threading.RLock()  # in C: an interrupt leaves it whole
        self._waiting: dict[str, list[Done]] = {}
        self._thread = BackgroundThread("kling-extractor")

    def begin(self, about: str, job: Job, done: Done) -> None:
        """Make a file; return at once.

        Parameters
        ----------
        about
            What it makes. A second request for what waits or is being made joins the first.
        job
            Makes it, on the extractor's thread.
        done
            Called when it has ended, on the extractor's thread; never where the library is closed before.
        """
        with self._lock:
            if about in self._waiting:
                self._waiting[about].append(done)
                return
            self._waiting[about] = [done]
        self._thread.run(lambda: self._make(about, job))

    def close(self) -> None:
        """Drop the jobs that wait, and end the process that runs; no half-made file is left. Safe twice."""
        self._thread.close()

    def _going(self) -> bool:
        return not self._thread.closed

    def _make(self, about: str, job: Job) -> None:
        path, message = self._carry_out(job)
        with self._lock:
            waiting = self._waiting.pop(about, [])
        if not self._going():
            return
        for done in waiting:
            try:
                done(path, message)
            except Exception:  # one widget's error; the others are called all the same
                log.exception("a request for %s could not be answered", about)

    def _carry_out(self, job: Job) -> tuple[Path | None, str]:
        try:
            return job(self._going), ""
        except KlingError as error:
            return None, str(error)
        except Exception as error:
            if self._going():  # else the library may be gone already
                log.exception("a job failed")
            return None, f"The file was not made ({type(error).__name__}). {SAFE} Try again."
