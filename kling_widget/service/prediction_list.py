"""The service's list of recent tasks, and whether it was understood. Pure.

Only a list that was understood whole proves that a task was not made: what can't be read may be the very one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import Unreadable
from . import answers
from .answers import Prediction
from .timestamps import moment


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
    """

    tasks: tuple[Prediction, ...] = ()
    unclear: tuple[Entry, ...] = ()
    entries: int = 0
    readable: bool = True
    more: bool = False

    @property
    def ids(self) -> list[str]:
        """The ids of all entries, as far as they have one."""
        return [task.id for task in self.tasks] + [entry.id for entry in self.unclear if entry.id is not None]

    def and_then(self, page: Listing) -> Listing:
        """Add the next page."""
        return Listing(
            self.tasks + page.tasks,
            self.unclear + page.unclear,
            self.entries + page.entries,
            self.readable and page.readable,
            page.more,
        )


def page(data: Mapping[str, Any], *, before: int = 0) -> Listing:
    """Read a page. Only an empty one is the last: a service may give fewer entries at once than it is asked for.

    Parameters
    ----------
    data
        The answer's data.
    before
        How many entries the pages before it held.
    """
    items = data.get("items")
    if not isinstance(items, list):
        return Listing(readable=False)
    tasks, unclear = [], []
    for item in items:
        task = _task(item)
        if isinstance(task, Prediction):
            tasks.append(task)
        else:
            unclear.append(task)
    total = data.get("total")
    told_of_more = isinstance(total, int) and total > before
    return Listing(tuple(tasks), tuple(unclear), len(items), True, bool(items) or told_of_more)


def _task(item: Any) -> Prediction | Entry:
    if not isinstance(item, dict):
        return Entry()
    status, created = item.get("status"), item.get("created_at")
    known = {
        "status": status if isinstance(status, str) and status.strip() else None,
        "model": item["model"] if isinstance(item.get("model"), str) and item["model"].strip() else None,
        "created_at": created if isinstance(created, str) and moment(created) is not None else None,
    }
    try:
        # A status that can't be read says nothing about the id beside it.
        task = answers.prediction({**item, "status": known["status"] or "?"})
    except Unreadable:
        return Entry(None, **known)
    return task if all(known.values()) else Entry(task.id, **known)
