"""When a task starts and ends, and its status at a moment."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from .seeded import seeded

Status = Literal["created", "processing", "completed", "failed", "deleted"]

QUEUED = 0.12
"""The fraction of its time that a task is ``created`` before it is ``processing``."""

FLAGGED = 0.35
"""The fraction of its time after which moderation fails a task."""

TOOL = 0.3
"""The fraction of a clip's time that a tool (elements, prompt enhancer) takes."""


@dataclass(frozen=True)
class Schedule:
    """When a task starts and ends, in seconds since 1970."""

    starts: float
    ends: float


def draw(task: str, now: float, median: float, sigma: float, share: float = 1.0) -> Schedule:
    """Draw a schedule from the task's id alone: log-normal around ``median`` seconds, times ``share``."""
    length = median * math.exp(sigma * seeded("course", task).gauss(0, 1)) * share
    return Schedule(now, now + length)


def queue(schedule: Schedule, others: Iterable[float], slots: int | None) -> Schedule:
    """Delay a task until a slot is free.

    Parameters
    ----------
    schedule
        Its schedule if it could start at once.
    others
        When each open task before it ends.
    slots
        How many tasks may run at once; None: any number.
    """
    if slots is None:
        return schedule
    ends = sorted(others, reverse=True)
    if len(ends) < slots:
        return schedule
    wait = max(0.0, ends[slots - 1] - schedule.starts)
    return Schedule(schedule.starts + wait, schedule.ends + wait)


def status_at(schedule: Schedule, now: float) -> Status:
    """Return the status of a task that has not been settled."""
    begin = schedule.starts + QUEUED * (schedule.ends - schedule.starts)
    return "created" if now < begin else "processing"
