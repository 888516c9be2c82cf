"""The service's list of recent tasks, and whether it was understood. Pure.

Only a list that was understood whole proves that a task was not made: what can't be read may be the very one.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import Unreadable
from . import answers
from .answers import Prediction
from .timestamps import moment

_OLDEST_MS = 8 * 24 * 3600 * 1000  # the list covers seven days, and clocks of other zones differ by up to one
_NEWEST_MS = 25 * 3600 * 1000
_DEEP = 3  # objects inside of each other that are looked through for what stands beside a page
_TOTALS = frozenset(("total", "totalcount", "totalitems", "totalresults", "totalentries", "count", "itemcount"))
_FOLLOWS = ("next", "hasmore", "hasnext", "more", "istruncated", "truncated")
_FAILED = ("error",)
_WENT_WELL = frozenset(("success", "ok"))


@dataclass(frozen=True)
class Entry:
    """What could be read of an entry that could not be read whole; None for what could not.

    Attributes
    ----------
    id, status, model, created_at
        As in ``Prediction``.
    """

    id: str | None = None
    status: str | None = None
    model: str | None = None
    created_at: str | None = None


@dataclass(frozen=True)
class Listing:
    """Some pages of the list.

    Attributes
    ----------
    tasks
        The entries that say all that a task is known by: id, status, model and time.
    unclear
        The others.
    entries
        How many entries there are.
    readable
        Whether each page was a list at all.
    more
        Whether there may be another page.
    total
        How many entries there are in all, by what the pages say; 0 where they say nothing.
    """

    tasks: tuple[Prediction, ...] = ()
    unclear: tuple[Entry, ...] = ()
    entries: int = 0
    readable: bool = True
    more: bool = False
    total: int = 0

    @property
    def ids(self) -> list[str]:
        """The ids of all entries, as far as they have one."""
        return [task.id for task in self.tasks] + [entry.id for entry in self.unclear if entry.id is not None]

    def and_then(self, page: Listing) -> Listing:
        """Add the next page."""
        tasks, unclear = self.tasks + page.tasks, self.unclear + page.unclear
        total = max(self.total, page.total)
        # An entry that two pages show, as where a new one moves all others on, counts once.
        nameless = sum(entry.id is None for entry in unclear)
        different = len({task.id for task in tasks} | {entry.id for entry in unclear if entry.id}) + nameless
        return Listing(
            tasks,
            unclear,
            self.entries + page.entries,
            self.readable and page.readable,
            page.more or total > different,
            total,
        )


def page(
    data: Mapping[str, Any], *, before: int = 0, beside: Mapping[str, Any] | None = None, now_ms: int | None = None
) -> Listing:
    """Read a page. Only an empty one is the last: a service may give fewer entries at once than it is asked for.

    An empty page says that there is nothing more. It is not believed where anything beside it says otherwise, or can't
    be read.

    Parameters
    ----------
    data
        The answer's data.
    before
        How many entries the pages before it held.
    beside
        What the answer says beside its data.
    now_ms
        The time by this machine's clock, in milliseconds since the epoch; None: now.
    """
    items = data.get("items")
    if not isinstance(items, list):
        return Listing(readable=False)
    now = time.time_ns() // 1_000_000 if now_ms is None else now_ms
    tasks, unclear = [], []
    for item in items:
        task = _task(item, now)
        if isinstance(task, Prediction):
            tasks.append(task)
        else:
            unclear.append(task)
    beside_items = [*_beside({name: value for name, value in data.items() if name != "items"}), *_beside(beside or {})]
    totals = [_whole(value) for name, value in beside_items if name in _TOTALS and value is not None]
    total = max((number for number in totals if number is not None), default=0)
    readable = not any(_fails(name, value) for name, value in beside_items)
    if not items:
        readable = readable and None not in totals and not any(_goes_on(name, value) for name, value in beside_items)
    return Listing(tuple(tasks), tuple(unclear), len(items), readable, bool(items) or total > before, total)


def _beside(value: Mapping[str, Any], deep: int = _DEEP) -> Iterator[tuple[str, Any]]:
    """The names and values beside a page's entries, also those in objects such as ``pagination``."""
    for name, inner in value.items():
        yield name.lower().replace("_", "").replace("-", ""), inner
        if isinstance(inner, dict) and deep:
            yield from _beside(inner, deep - 1)


def _goes_on(name: str, value: Any) -> bool:
    """Whether a value beside an empty page says that there is more, by a name or by holding entries itself."""
    if isinstance(value, list) and value:
        return True
    return bool(value) and name.startswith(_FOLLOWS)


def _fails(name: str, value: Any) -> bool:
    return (name.startswith(_FAILED) and bool(value)) or (name in _WENT_WELL and value is not None and not value)


def _whole(value: Any) -> int | None:
    """Read how many entries there are; None where that can't be read."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return math.ceil(number) if 0 <= number < 2**53 else None


def _task(item: Any, now_ms: int) -> Prediction | Entry:
    if not isinstance(item, dict):
        return Entry()
    status, created = item.get("status"), item.get("created_at")
    found = {
        "status": status if isinstance(status, str) and status.strip() else None,
        "model": item["model"] if isinstance(item.get("model"), str) and item["model"].strip() else None,
        "created_at": created if isinstance(created, str) and _possible(created, now_ms) else None,
    }
    try:
        # A status that can't be read says nothing about the id beside it.
        task = answers.prediction({**item, "status": found["status"] or "?"})
    except Unreadable:
        return Entry(None, **found)
    return task if all(found.values()) else Entry(task.id, **found)


def _possible(created_at: str, now_ms: int) -> bool:
    """Whether a task of this list can have been made then: a time of no task (year 1, 1970, 2062) says nothing."""
    made = moment(created_at)
    return made is not None and now_ms - _OLDEST_MS <= made <= now_ms + _NEWEST_MS
