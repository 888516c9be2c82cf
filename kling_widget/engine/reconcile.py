"""What became of a submit whose answer was lost: found again among the service's recent tasks, or declared not made.

The service's list names neither prompt nor inputs, so a task is recognised by its model, by when it was made (by the
service's own clock), by its price, and by belonging to no other take. Pure: lists in, a verdict out.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Literal

from ..store import Record
from .wire import Prediction

LOOKS_S = (0.0, 2.0, 5.0, 15.0, 60.0)
"""When the list is read, in seconds since the answer was lost: it may lag behind by half a minute."""

BEFORE_MS, AFTER_MS = 5_000, 120_000
"""A task was made at the earliest so long before we sent (clocks tick in seconds), at the latest so long after (a
request that hangs), in milliseconds."""

_DAY_MS = 25 * 3600 * 1000  # a clock that is set to another time zone is off by less

_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:?\d\d)?$")


@dataclass(frozen=True)
class Verdict:
    """What is known of a lost submit now.

    Attributes
    ----------
    kind
        ``"found"``: one task fits. ``"several"``: a person must say which, if any. ``"none"``: no task fits.
    tasks
        Those that fit.
    """

    kind: Literal["found", "several", "none"]
    tasks: tuple[Prediction, ...] = ()


@dataclass(frozen=True)
class Clocks:
    """What is known of the service's clock.

    Attributes
    ----------
    skews_ms
        How far it may be ahead of ours, in milliseconds: not at all, as its answers' dates say, as its own times of
        takes that we know say.
    sure
        Whether the last of these is known. Where it is not, times prove little.
    """

    skews_ms: tuple[int, ...] = (0,)
    sure: bool = False


@dataclass(frozen=True)
class Fitting:
    """Tasks that may be a take's: those made at the right time, and those that only an unknown clock could explain."""

    timely: tuple[Prediction, ...] = ()
    doubtful: tuple[Prediction, ...] = ()

    @property
    def all(self) -> tuple[Prediction, ...]:
        """Both."""
        return self.timely + self.doubtful


def fitting(record: Record, listed: Iterable[Prediction], clocks: Clocks, *, taken: Collection[str]) -> Fitting:
    """Pick from the service's recent tasks those that may be this take's, leaving out ids ``taken`` by others."""
    same = [p for p in listed if p.id not in taken and p.model in (None, record.model)]
    timely = [p for p in same if any(_in_time(record, p, skew, AFTER_MS) for skew in clocks.skews_ms)]
    late = [p for p in same if p not in timely and not clocks.sure and _in_time(record, p, 0, _DAY_MS, _DAY_MS)]
    return Fitting(tuple(timely), tuple(late))


def judge(found: Fitting, *, prices: Mapping[str, int], expected: Collection[int], rivals: int) -> Verdict:
    """Say which of the fitting tasks a take is.

    Parameters
    ----------
    found
        The tasks.
    prices
        What billing says of them, in micro-dollars, as far as it says anything.
    expected
        What this take may have been charged (our estimate, the service's own quote, the quote with its discount).
    rivals
        How many other takes, with other inputs, wait for the same answer: then one task alone proves nothing.
    """
    priced = [p for p in found.timely if p.id not in prices or prices[p.id] in expected]
    if len(priced) == 1 and not rivals:
        return Verdict("found", tuple(priced))
    # A price that differs may be a promotion, a time that differs a clock: doubtful, not impossible.
    doubtful = tuple(p for p in found.doubtful if p.id not in prices or prices[p.id] in expected)
    several = tuple(priced) or found.timely or doubtful
    return Verdict("several", several) if several else Verdict("none")


def moment(text: str | None) -> int | None:
    """Read the service's time (ISO, to nanoseconds, UTC unless it says otherwise) in milliseconds since the epoch."""
    found = _MOMENT.match(text or "")
    if not found:
        return None
    day, clock, fraction, zone = found.groups()
    shift = "+00:00" if zone in (None, "Z") else zone if ":" in zone else f"{zone[:3]}:{zone[3:]}"
    try:
        when = datetime.fromisoformat(f"{day}T{clock}{shift}").astimezone(timezone.utc)
    except ValueError:
        return None
    return int(when.timestamp()) * 1000 + int((fraction or "0")[:3].ljust(3, "0"))


def _in_time(record: Record, task: Prediction, skew_ms: int, after: int, before: int = BEFORE_MS) -> bool:
    made = moment(task.created_at)
    if made is None or record.submitted_at is None:
        return True  # it can't be excluded
    return -before <= made - skew_ms - record.submitted_at <= after
