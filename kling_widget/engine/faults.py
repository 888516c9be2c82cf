"""Keeps a part of the engine's loop that fails from stopping the others, and says what failed."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from ..errors import KlingError

log = logging.getLogger(__name__)

_AGAIN_S = 60.0  # how soon the same words are said again: a fault that stays comes by every few seconds


class Faults:
    """Runs the parts of a loop, each by itself: the takes go on whatever one of them meets."""

    def __init__(self) -> None:
        self._logged: dict[tuple[str, str], float] = {}

    def kept(self, job_name: str, job: Callable[[], object]) -> bool:
        """Run a job; return whether it went well. A fault is logged: in words where it has some, else with its trace.

        Parameters
        ----------
        job_name
            What it does, for the log.
        job
            The job.
        """
        try:
            job()
        except Exception as error:  # noqa: BLE001  whatever it was: a log that fills is noticed, a dead thread is not
            self._say(job_name, error)
            return False
        return True

    def _say(self, job_name: str, error: Exception) -> None:
        now, words = time.monotonic(), (job_name, f"{type(error).__name__} {error}")
        if now - self._logged.get(words, float("-inf")) < _AGAIN_S:
            return
        self._logged = {earlier: at for earlier, at in self._logged.items() if now - at < _AGAIN_S} | {words: now}
        if isinstance(error, KlingError):
            log.error("%s failed; the engine goes on. %s", job_name, error)
        else:
            log.error("%s failed; the engine goes on", job_name, exc_info=error)
