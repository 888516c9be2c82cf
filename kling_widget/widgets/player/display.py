"""What a cell shows of takes: how one goes, then its clip, and what the notebook keeps; several beside each other."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from ...library import Take
from ..base.ids import MOST
from .player import Player
from .saved_output import SavedOutput, at_cell_end


def show(take: Take) -> None:
    """Display a take in the running cell: a line while it is under way, then its clip.

    The display follows the take to its end, whichever cell runs by then.
    """
    _Showing(take)


def mimebundle(take: Take) -> dict[str, Any]:
    """Return all that a take can be shown as, by MIME type: a player, its poster, HTML and text."""
    return Player(take, compact=True)._repr_mimebundle_()


def compare(take: Take, other: Take, *more: Take, **traits: Any) -> Player:
    """Show takes side by side, locked to the same frame.

    Parameters
    ----------
    take
        The one that others are compared with.
    other
        What it is compared with.
    *more
        Further takes, up to 16 in all: a grid.
    **traits
        Further traits of the screen, such as ``arrangement="wipe"``: ``one``, ``side``, ``wipe``, ``onion``,
        ``difference`` or ``grid``.

    Returns
    -------
    Player
        As a cell's last line it is shown.

    Raises
    ------
    TypeError
        If something is no take, or there are more than 16.

    Examples
    --------
    >>> first, second = Library().takes()[:2]  # doctest: +SKIP
    >>> compare(first, second)  # doctest: +SKIP
    """
    takes: tuple[object, ...] = (take, other, *more)
    given = [one for one in takes if isinstance(one, Take)]
    if len(given) < len(takes):
        raise TypeError(f"compare takes takes, such as library.takes()[:2]; these are {takes!r}")
    if len(takes) > MOST:
        raise TypeError(f"compare shows at most {MOST} takes; these are {len(takes)}")
    arrangement = "grid" if more else "side"
    return Player(given, **{"arrangement": arrangement, **traits})


class _Showing:
    """Follows one take until it has ended, and then leaves its still in the notebook."""

    def __init__(self, take: Take) -> None:
        self._library, self._take = take.library, take.id
        self._lock = threading.Lock()
        self._stops: list[Callable[[], None]] = []
        self._kept = SavedOutput(take.library)
        self._record = take.record
        self.screen = Player(library=take.library, compact=True, still=self._kept.name)
        self.screen.show(self._record)
        self._kept.show(self.screen, [self._record])
        if self._record.final:
            self.screen.keep_up(self._kept)
            return
        self.screen.followed_by = self  # the engine holds a watcher weakly, and nobody else knows this one
        self._stops = [take.library._gateway.engine.watch(self._refresh), at_cell_end(self._refresh)]

    def _refresh(self) -> None:
        with self._lock:  # the engine's thread and the end of a cell may come together
            if not self._stops:
                return
            self._record = self._library._gateway.record(self._take)
            self.screen.show(self._record)
            if not self._record.final:
                return
            self._kept.renew([self._record])
            for stop in self._stops:
                stop()
            self._stops = []
            self.screen.keep_up(self._kept)
