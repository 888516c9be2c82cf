"""Pictures and remade files of clips, made one by one in the background, by processes that are only watched here."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from pathlib import Path

from ..errors import KlingError
from ..media.extraction.process import SAFE, Going

log = logging.getLogger(__name__)

Job = Callable[[Going], Path]
"""Makes a file and says where it is; ends early, by raising, when it is told that it may not go on."""

Done = Callable[[Path | None, str], None]
"""Told where the file is and no words, or no place and what went wrong."""


class Extractor:
    """Makes files of clips on one thread, which starts with the first job."""

    def __init__(self) -> None:
        self._lock = threading.RLock()  # in C: an interrupt leaves it whole
        self._waiting: dict[str, list[Done]] = {}
        self._jobs: queue.SimpleQueue[tuple[str, Job] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._closed = threading.Event()

    def begin(self, about: str, job: Job, done: Done) -> None:
        """Make a file; returns at once.

        Parameters
        ----------
        about
            What it makes. Who asks for what waits already, or is under way, is told when that is done.
        job
            Makes it, on the extractor's thread.
        done
            Told how it ended, on the extractor's thread; never told where the library is closed before.
        """
        with self._lock:
            if self._closed.is_set():
                return
            if about in self._waiting:
                self._waiting[about].append(done)
                return
            self._waiting[about] = [done]
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="kling-extractor", daemon=True)
                self._thread.start()
        self._jobs.put((about, job))

    def close(self) -> None:
        """Forget what waits, and end the process that is under way; nothing half made is left. Safe twice."""
        with self._lock:
            self._closed.set()
            thread = self._thread
        self._jobs.put(None)
        if thread and thread is not threading.current_thread():
            thread.join(2.0)

    def _going(self) -> bool:
        return not self._closed.is_set()

    def _run(self) -> None:
        while (next_one := self._jobs.get()) is not None and self._going():
            about, job = next_one
            path, words = self._carry_out(job)
            with self._lock:
                told = self._waiting.pop(about, [])
            if not self._going():
                return
            for done in told:
                try:
                    done(path, words)
                except Exception:  # a face of somebody else: the others are told all the same
                    log.exception("who waited for %s could not be told", about)

    def _carry_out(self, job: Job) -> tuple[Path | None, str]:
        try:
            return job(self._going), ""
        except KlingError as error:
            return None, str(error)
        except Exception as error:
            if self._going():  # else the library may be gone already
                log.exception("a job failed")
            return None, f"The file was not made ({type(error).__name__}). {SAFE} Try again."
