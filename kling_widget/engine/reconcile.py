"""What became of a submit whose answer was lost: found again among the service's recent tasks, or declared not made.

The service's list names neither prompt nor inputs, so a task is recognised by its model, by when it was made (by the
service's own clock), by its price, and by belonging to no other take. Pure: lists in, a verdict out.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from ..service.answers import Prediction
from ..service.prediction_list import Entry, Listing
from ..service.timestamps import moment, zoned
from ..store import Record

LOOKS_S = (0.0, 2.0, 5.0, 15.0, 60.0)
"""When the list is read, in seconds since the answer was lost: it may lag behind by half a minute."""

BEFORE_MS, AFTER_MS = 5_000, 120_000
"""A task was made at the earliest so long before we sent (clocks tick in seconds), at the latest so long after (a
request that hangs), in milliseconds."""

_DAY_MS = 25 * 3600 * 1000  # a clock that is set to another time zone is off by less

_COVERED_MS = 6 * 24 * 3600 * 1000
"""How old a submit may be, in milliseconds, for the list's end to say that it made nothing: the list covers seven days,
and neither clock is right to the hour."""

_PATH = re.compile(r"[a-z0-9][a-z0-9._-]+(?:/[a-z0-9][a-z0-9._-]+)+")
_NO_NAME = frozenset(("unknown", "undefined", "none", "null", "nil", "na"))  # what stands where a name is missing


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
    """What is known of the service's clock and of ours.

    Attributes
    ----------
    now_ms
        Our clock, in milliseconds since the epoch, when the list was read.
    skews_ms
        How far the service's may be ahead of ours, in milliseconds: not at all, as its answers' dates say, as its own
        times of takes that we know say.
    sure
        Whether the last of these is known, and our own clock ran on since the submit. Where not, times prove little.
    set_by_ms
        How far our clock was set since the submit, in milliseconds, as far as that is known.
    """

    now_ms: int
    skews_ms: tuple[int, ...] = (0,)
    sure: bool = False
    set_by_ms: int = 0


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
        Entries that can't be read whole, and that nothing in them excludes: also those whose model's name is none that
        can be recognised, and those whose time is no sure one (without a zone, or still to come).
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
    tasks = {p.id: p for p in listed.tasks if p.id not in taken and _may_be(p, record, clocks)}.values()
    timely = [p for p in tasks if _is_named(p.model, record.model) and _timely(record, p.created_at, clocks)]
    late = [
        p
        for p in tasks
        if p not in timely and not clocks.sure and _is_named(p.model, record.model) and zoned(p.created_at)
    ]
    unclear = [entry for entry in listed.unclear if entry.id not in taken and _may_be(entry, record, clocks)]
    unclear += [Entry(p.id, p.status, p.model, p.created_at) for p in tasks if p not in timely and p not in late]
    return Fitting(tuple(timely), tuple(late), tuple(unclear))


def _may_be(task: Prediction | Entry, record: Record, clocks: Clocks) -> bool:
    return not _is_another(task.model, record.model) and (
        _timely(record, task.created_at, clocks) or _explained(record, task.created_at, clocks)
    )


def reaches(record: Record, listed: Listing, clocks: Clocks) -> bool:
    """Whether the list, newest first, goes back to before the take was sent."""
    if not listed.readable:
        return False
    if not listed.more:
        # What the list no longer covers it does not show. A time that is still to come is a wrong clock's.
        at = record.submitted_at or record.confirmed_at
        return clocks.now_ms - _COVERED_MS < at < clocks.now_ms + _DAY_MS
    sent = _sent(record, clocks)
    if sent is None or not _newest_first(listed):  # what is asked for on the next page may be younger
        return False
    shifts = (*clocks.skews_ms, clocks.set_by_ms)

    def earlier(task: Prediction) -> bool:
        made = moment(task.created_at)
        margin = BEFORE_MS if clocks.sure and zoned(task.created_at) else _DAY_MS
        return made is not None and all(made - shift < sent - margin for shift in shifts)

    return any(map(earlier, listed.tasks))


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


def _is_named(model: str | None, ours: str) -> bool:
    """Whether a name is our model's. The vendor's own pages leave out the beginning of a model's name at times."""
    one, other = _tidy(model or ""), _tidy(ours)
    return bool(one) and (one == other or other.endswith("/" + one) or one.endswith("/" + other))


def _is_another(model: str | None, ours: str) -> bool:
    """Whether a name can only be another model's: it reads as the path of a model, and is no piece of ours.

    All else (a title, a dash, "unknown") may stand for any model.
    """
    one = _tidy(model or "")
    if not _PATH.fullmatch(one) or _is_named(model, ours) or _NO_NAME.intersection(one.split("/")):
        return False
    letters, others = _letters(one), _letters(ours)
    return not (
        others.startswith(letters) or others.endswith(letters) or letters.startswith(others) or letters.endswith(others)
    )


def _tidy(model: str) -> str:
    return model.strip().strip("/.").lower()


def _letters(model: str) -> str:
    """A name without what people write otherwise in it: dashes, dots, slashes."""
    return re.sub(r"[^a-z0-9]", "", model.lower())


def _sent(record: Record, clocks: Clocks) -> int | None:
    """When the take was sent; None where that is not known, as where our clock was years ahead then."""
    at = record.submitted_at
    return None if at is None or at > clocks.now_ms + _DAY_MS else at


def _timely(record: Record, created_at: str | None, clocks: Clocks) -> bool:
    made, sent = moment(created_at), _sent(record, clocks)
    if made is None or sent is None:
        return False
    return any(-BEFORE_MS <= made - skew - sent <= AFTER_MS for skew in clocks.skews_ms)


def _explained(record: Record, created_at: str | None, clocks: Clocks) -> bool:
    """Whether a clock or a zone that is not known could explain a task's time."""
    made, sent = moment(created_at), _sent(record, clocks)
    if made is None or sent is None:
        return True  # it can't be excluded
    # No task is made after it is listed: a time that says so is read wrongly, whatever is known of the clocks.
    ahead = all(made - skew > clocks.now_ms + BEFORE_MS for skew in clocks.skews_ms)
    if clocks.sure and zoned(created_at) and not ahead:
        return False
    return any(abs(made - shift - sent) <= _DAY_MS for shift in (0, clocks.set_by_ms))
