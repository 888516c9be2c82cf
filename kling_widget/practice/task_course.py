"""How a task goes on: how long it takes, and what its status is at a moment."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from .seeded import seeded

Status = Literal["created", "processing", "completed", "failed", "deleted"]

QUEUED = 0.12
"""The part of its time that a task is ``created`` before it is ``processing``."""

FLAGGED = 0.35
"""The part of its time after which moderation has a task fail."""

TOOL = 0.3
"""The part of a clip's time that a tool (elements, prompt enhancer) takes."""


@dataclass(frozen=True)
class Course:
    """When a task begins and ends, in seconds of the server's clock."""

    starts: float
    ends: float


def plan(task: str, now: float, median: float, sigma: float, share: float = 1.0) -> Course:
    """Draw a task's course from its id alone: log-normal around ``median`` seconds, ``share`` of it."""
    length = median * math.exp(sigma * seeded("course", task).gauss(0, 1)) * share
    return Course(now, now + length)


def queue(course: Course, others: Iterable[float], slots: int | None) -> Course:
    """Let a task wait for a place.

    Parameters
    ----------
    course
        Its course if there were room at once.
    others
        When the tasks before it end (those still open).
    slots
        How many may run at once; None: any number.
    """
    if slots is None:
        return course
    ends = sorted(others, reverse=True)
    if len(ends) < slots:
        return course
    wait = max(0.0, ends[slots - 1] - course.starts)
    return Course(course.starts + wait, course.ends + wait)


def status_at(course: Course, now: float) -> Status:
    """The status of a task that has not been settled."""
    begin = course.starts + QUEUED * (course.ends - course.starts)
    return "created" if now < begin else "processing"
