"""Paces for measuring: the live service's on this machine, in fast motion; and a fixed one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from kling_widget.engine.forecast import Observed
from kling_widget.engine.polling import LearnedSchedule, Progress
from kling_widget.settings import ORIGIN
from kling_widget.store import Record


class LiveSchedule:
    """The engine's schedule as it is on the live service, although the server is on this machine.

    Parameters
    ----------
    speed
        How many times as fast as there.
    seen
        The library's earlier takes, in the live service's own time, newest first.
    """

    def __init__(self, speed: float = 1.0, seen: Sequence[Observed] = ()) -> None:
        self._schedule, self._speed = LearnedSchedule(lambda before: seen), speed

    def next_poll(self, record: Record, now: int) -> float:
        """Seconds until the next poll."""
        began = record.accepted_at if record.accepted_at is not None else record.confirmed_at
        slow = began + round((now - began) * self._speed)
        return self._schedule.next_poll(replace(record, service=ORIGIN), slow) / self._speed

    def progress(self, record: Record, now: int, fetched: float) -> Progress:
        """How far it is, as the engine tells it."""
        return self._schedule.progress(replace(record, service=ORIGIN), now, fetched)


class FixedSchedule:
    """Looks every so many seconds; tells progress as the engine does.

    Parameters
    ----------
    seconds
        Between two polls.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds, self._schedule = seconds, LearnedSchedule(lambda before: ())

    def next_poll(self, record: Record, now: int) -> float:
        """Seconds until the next poll."""
        return self._seconds

    def progress(self, record: Record, now: int, fetched: float) -> Progress:
        """How far it is, as the engine tells it."""
        return self._schedule.progress(record, now, fetched)
