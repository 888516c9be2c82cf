"""What a cell shows of a take: how it goes, then its clip, and what the notebook keeps."""

from __future__ import annotations

import threading
from collections.abc import Callable

from ..take import Take
from .keeping import Kept, at_cell_end
from .screen import Screen


def show(take: Take) -> None:
    """Display a take in the running cell: a line while it is under way, then its clip.

    The display follows the take to its end, whichever cell runs by then.
    """
    _Showing(take)


class _Showing:
    """Follows one take until it has ended, and then leaves its still in the notebook."""

    def __init__(self, take: Take) -> None:
        self._library, self._take = take.library, take.id
        self._lock = threading.Lock()
        self._stops: list[Callable[[], None]] = []
        self._kept = Kept(take.library)
        self._record = take.record
        self.screen = Screen(library=take.library, compact=True, still=self._kept.name)
        self.screen.show(self._record)
        self._kept.show(self.screen, [self._record])
        if self._record.final:
            return
        self.screen.followed_by = self  # the engine holds a watcher weakly, and nobody else knows this one
        self._stops = [take.library.engine.watch(self._look), at_cell_end(self._look)]

    def _look(self) -> None:
        with self._lock:  # the engine's thread and the end of a cell may come together
            if not self._stops:
                return
            self._record = self._library.record(self._take)
            self.screen.show(self._record)
            if not self._record.final:
                return
            self._kept.renew([self._record])
            for stop in self._stops:
                stop()
            self._stops = []
