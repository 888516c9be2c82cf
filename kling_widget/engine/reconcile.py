"""What became of a submit whose answer was lost: found again among the service's recent tasks, or declared not made.

The service's list names neither prompt nor inputs, so a task is recognised by its model, by when it was made (by the
service's own clock), by its price, and by belonging to no other take. Pure: lists in, a verdict out.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from ..service.answers import Prediction
from ..service.prediction_list import Entry, Listing
from ..service.timestamps import moment
from ..store import Record

LOOKS_S = (0.0, 2.0, 5.0, 15.0, 60.0)
"""When the list is read, in seconds since the answer was lost: it may lag behind by half a minute."""

BEFORE_MS, AFTER_MS = 5_000, 120_000
"""A task was made at the earliest so long before we sent (clocks tick in seconds), at the latest so long after (a
request that hangs), in milliseconds."""

_DAY_MS = 25 * 3600 * 1000  # a clock that is set to another time zone is off by less


@dataclass(frozen=True)
class Verdict:
    """What is known of a lost submit now.

    Attributes
    ----------
    kind
        ``"found"``: one task fits. ``"several"``: a person must say which, if any. ``"none"``: the list was understood
        whole, and no task in it fits. ``"unread"``: none that can be named fits, and the list was not understood whole.
    tasks
        Those that fit, or might.
    """

    kind: Literal["found", "several", "none", "unread"]
    tasks: tuple[Prediction | Entry, ...] = ()


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
    """Tasks that may be a take's.

    Attributes
    ----------
    timely
        Those made at the right time.
    doubtful
        Those that only an unknown clock could explain.
    unclear
        Entries that can't be read whole, and that nothing in them excludes.
    """

    timely: tuple[Prediction, ...] = ()
    doubtful: tuple[Prediction, ...] = ()
    unclear: tuple[Entry, ...] = ()

    @property
    def ids(self) -> list[str]:
        """The ids of all of them, as far as they have one."""
        tasks = [task.id for task in self.timely + self.doubtful]
        return tasks + [entry.id for entry in self.unclear if entry.id is not None]


def fitting(record: Record, listed: Listing, clocks: Clocks, *, taken: Collection[str]) -> Fitting:
    """Pick from the service's recent tasks those that may be this take's, leaving out ids ``taken`` by others."""
    tasks = {p.id: p for p in listed.tasks if p.id not in taken and _same(p.model, record.model)}.values()
    timely = [p for p in tasks if _timely(record, p.created_at, clocks)]
    late = [p for p in tasks if p not in timely and _explained(record, p.created_at, clocks)]
    unclear = [
        entry
        for entry in listed.unclear
        if entry.id not in taken
        and _same(entry.model, record.model)
        and (_timely(record, entry.created_at, clocks) or _explained(record, entry.created_at, clocks))
    ]
    return Fitting(tuple(timely), tuple(late), tuple(unclear))


def reaches(record: Record, listed: Listing, clocks: Clocks) -> bool:
    """Whether the list, newest first, goes back to before the take was sent."""
    if not listed.readable or not listed.more:
        return listed.readable
    if not _newest_first(listed):  # what is asked for on the next page may be younger
        return False
    margin = BEFORE_MS if clocks.sure else _DAY_MS
    return any(
        record.submitted_at is not None
        and (made := moment(task.created_at)) is not None
        and all(made - skew < record.submitted_at - margin for skew in clocks.skews_ms)
        for task in listed.tasks
    )


def _newest_first(listed: Listing) -> bool:
    made = [at for task in listed.tasks if (at := moment(task.created_at)) is not None]
    return all(later >= earlier - BEFORE_MS for later, earlier in pairwise(made))


def judge(
    found: Fitting, *, prices: Mapping[str, int], expected: Collection[int], rivals: int, whole: bool = True
) -> Verdict:
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
    whole
        Whether the list goes back far enough, and billing could be read.
    """

    def affordable(task: Prediction | Entry) -> bool:
        return task.id is None or task.id not in prices or prices[task.id] in expected

    whole = whole and not found.unclear
    priced = tuple(p for p in found.timely if affordable(p))
    if len(priced) == 1 and not rivals and whole:
        return Verdict("found", priced)
    # A price that differs may be a promotion, a time that differs a clock: doubtful, not impossible.
    doubtful = tuple(p for p in found.doubtful if affordable(p))
    named = tuple(e for e in found.unclear if e.id is not None and affordable(e))
    several: tuple[Prediction | Entry, ...] = (*(priced or found.timely or doubtful), *named)
    if several:
        return Verdict("several", several)
    return Verdict("none" if whole else "unread")


def _same(model: str | None, ours: str) -> bool:
    """Whether a task may be of our model. The vendor's own pages leave out the beginning of a model's name at times."""
    if model is None:
        return True  # it can't be excluded
    one, other = model.strip().strip("/").lower(), ours.lower()
    return one == other or other.endswith("/" + one) or one.endswith("/" + other)


def _timely(record: Record, created_at: str | None, clocks: Clocks) -> bool:
    return any(_in_time(record, created_at, skew, AFTER_MS) for skew in clocks.skews_ms)


def _explained(record: Record, created_at: str | None, clocks: Clocks) -> bool:
    """Whether an unknown clock could explain a task's time."""
    return not clocks.sure and _in_time(record, created_at, 0, _DAY_MS, _DAY_MS)


def _in_time(record: Record, created_at: str | None, skew_ms: int, after: int, before: int = BEFORE_MS) -> bool:
    made = moment(created_at)
    if made is None or record.submitted_at is None:
        return True  # it can't be excluded
    return -before <= made - skew_ms - record.submitted_at <= after
