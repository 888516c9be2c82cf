"""Widgets show what the library says now, whoever wrote it: this kernel's code, another view, another kernel."""

from __future__ import annotations

import logging
import os
import threading
import weakref
from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

import ipywidgets as w  # type: ignore[import-untyped]  # ships no types

from ...library import Library
from ...store import Record

if TYPE_CHECKING:
    from ...engine.worker import Engine

log = logging.getLogger(__name__)


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
        self._revision = library._gateway.revision
        self._stop = library._gateway.engine.watch(self._refresh)

    def add(self, follower: Follower) -> None:
        """Tell a follower of all that changes from now on."""
        with self._lock:
            self._followers.add(follower)

    def leave(self, follower: Follower) -> None:
        """Tell a follower nothing any more."""
        with self._lock:
            self._followers.discard(follower)

    def _refresh(self) -> None:
        changed: dict[str, Record] = {
            record.id: record for record in self._library._gateway.changed_since(self._revision)
        }
        with self._lock:
            followers = list(self._followers)
        all_follow = True
        for follower in followers:
            try:
                follower.follow(changed)
            except Exception:  # one keeps nothing from the others, and is told again
                all_follow = False
                log.exception("a widget could not show what changed")
        if all_follow:
            self._revision = max([self._revision, *(record.revision for record in changed.values())])


_kept: weakref.WeakKeyDictionary[Engine, weakref.ref[Following]] = weakref.WeakKeyDictionary()
_lock = threading.Lock()


def following(library: Library) -> Following:
    """The one of a library."""
    with _lock:
        kept = _kept.get(library._gateway.engine)
        found = kept() if kept else None
        if found is None:
            found = Following(library)
            _kept[library._gateway.engine] = weakref.ref(found)
        return found


def opened(library: Library | str | os.PathLike[str] | None) -> Library:
    """Return a library that was given as itself, as its folder, or not at all."""
    return library if isinstance(library, Library) else Library(library)


class LibraryFollower(w.Widget):  # type: ignore[misc]  # ipywidgets ships no types
    """A widget that follows its library from the moment it is open until the widget is closed.

    A subclass sets ``_library``, calls ``_follow_library`` once it is whole, and shows in ``_begin`` what there is.
    """

    _library: Library
    _following: Following | None = None
    _closed = False

    @property
    def library(self) -> Library:
        """The library that it follows."""
        return self._library

    def follow(self, changed: Mapping[str, Record]) -> None:
        """Show takes anew of which the library has another record. Any thread may call it."""
        raise NotImplementedError

    def close(self) -> None:
        """Take the widget away. What is under way goes on."""
        self._closed = True
        if self._following is not None:
            self._following.leave(self)
        super().close()

    def _follow_library(self) -> None:
        # Whoever opens it says why it can't be.
        self._library._gateway.when_open(self._library_opened, lambda _error: None)

    def _library_opened(self) -> None:
        if not self._closed:
            self._following = following(self._library)
            self._following.add(self)
            self._begin()

    def _begin(self) -> None:
        raise NotImplementedError
