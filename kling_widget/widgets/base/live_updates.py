"""Screens show what the library says now, whoever wrote it: this kernel's code, another view, another kernel."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

from ...library import Library
from ...store import Record

if TYPE_CHECKING:
    from ...engine.worker import Engine


class Follower(Protocol):
    """Whoever shows takes."""

    def follow(self, changed: Mapping[str, Record]) -> None:
        """Show takes anew of which the library has another record; called on the engine's thread."""


class Following:
    """Asks a library once for all that show its takes; use ``following``.

    It lives as long as somebody that was added holds it.
    """

    def __init__(self, library: Library) -> None:
        self._library = library
        self._lock = threading.Lock()
        self._followers: weakref.WeakSet[Follower] = weakref.WeakSet()
        self._revision = library.revision
        self._stop = library.engine.watch(self._look)

    def add(self, follower: Follower) -> None:
        """Tell a follower of all that changes from now on."""
        with self._lock:
            self._followers.add(follower)

    def leave(self, follower: Follower) -> None:
        """Tell a follower nothing any more."""
        with self._lock:
            self._followers.discard(follower)

    def _look(self) -> None:
        changed: dict[str, Record] = {record.id: record for record in self._library.changed_since(self._revision)}
        self._revision = max([self._revision, *(record.revision for record in changed.values())])
        with self._lock:
            followers = list(self._followers)
        for follower in followers:
            follower.follow(changed)


_known: weakref.WeakKeyDictionary[Engine, weakref.ref[Following]] = weakref.WeakKeyDictionary()
_lock = threading.Lock()


def following(library: Library) -> Following:
    """The one of a library."""
    with _lock:
        known = _known.get(library.engine)
        found = known() if known else None
        if found is None:
            found = Following(library)
            _known[library.engine] = weakref.ref(found)
        return found
