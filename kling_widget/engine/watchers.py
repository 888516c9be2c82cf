"""Callbacks for whoever shows takes: called while anything changes."""

from __future__ import annotations

import logging
import threading
import weakref
from collections.abc import Callable

log = logging.getLogger(__name__)

Callback = Callable[[], None]


class Watchers:
    """The callbacks of a library's widgets. True while there are any."""

    def __init__(self) -> None:
        self._lock = threading.RLock()  # in C: an interrupt leaves it whole
        self._entries: list[Callable[[], Callback | None]] = []

    def __bool__(self) -> bool:
        return bool(self._entries)

    def add(self, callback: Callback) -> Callable[[], None]:
        """Add a callback, a bound method held weakly; return what removes it."""
        method = weakref.WeakMethod(callback) if hasattr(callback, "__self__") else None
        entry: Callable[[], Callback | None] = method if method is not None else lambda: callback
        with self._lock:
            self._entries.append(entry)
        return lambda: self._remove(entry)

    def call(self) -> None:
        """Call every callback; one that fails stops no other."""
        with self._lock:
            entries = list(self._entries)
        for entry in entries:
            callback = entry()
            if callback is None:  # its widget is gone
                self._remove(entry)
                continue
            try:
                callback()
            except Exception:  # a widget's error must stop no take
                log.exception("a watcher failed")

    def _remove(self, entry: Callable[[], Callback | None]) -> None:
        with self._lock:
            if entry in self._entries:
                self._entries.remove(entry)
