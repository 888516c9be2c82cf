"""What a panel knows of its library, and which takes it shows; read again where something changed, without a widget."""

from __future__ import annotations

import threading

from ...errors import LibraryError
from ...library import Library, Take
from ...request.budget import Budget, Spend
from ...request.states import AT_SERVICE
from ...store import Record
from ...store.record import now_ms
from ...store.take_filter import OPEN, TakeFilter
from ...store.time_zone import day
from ..base.ids import MOST


class LibraryView:
    """The library as one panel reads it. It caches nothing that the library would not say again.

    Parameters
    ----------
    library
        The library.

    Attributes
    ----------
    lock
        Held while it is read and shown, and while takes are begun or chosen.
    under_way
        Takes that are not final.
    spend, budget
        What the takes came to, and the caps on it.
    made
        Takes that were begun in this panel, newest first.
    shown
        The takes that were put on the screen, the first being the one that others are compared with; none while there
        is no clip.
    """

    def __init__(self, library: Library) -> None:
        self._library = library
        self.lock = threading.RLock()
        self._revision: int | None = None  # up to which the library was read
        self._stale = True
        self._day = ""  # of which the money was read
        self._seen_open: set[str] = set()
        self._chosen = False  # whether a person put on the screen what is there
        self._shows_due = 0  # clicks whose first clip is still to be shown
        self.under_way: list[Record] = []
        self.spend, self.budget = Spend(), Budget()
        self.made: list[str] = []
        self.shown: tuple[str, ...] = ()

    @property
    def on_screen(self) -> tuple[str, ...]:
        """The takes that the screen is for: those shown, else the next to be done; none in an empty library."""
        if self.shown or not self.under_way:
            return self.shown
        return (min(self.under_way, key=lambda r: (r.state not in AT_SERVICE, r.confirmed_at, r.id)).id,)

    def begun(self, *takes: str) -> None:
        """Take note of takes that one click began: the first of their clips goes on the screen."""
        self._seen_open.update(takes)
        self.made[:0] = reversed(takes)
        self._shows_due, self._chosen = self._shows_due + bool(takes), False

    def choose(self, *takes: str) -> None:
        """Put these takes on the screen, in this order; they stay there until the next click on Generate."""
        self.shown, self._shows_due, self._chosen = tuple(dict.fromkeys(takes))[:MOST], 0, True

    def watched(self) -> list[Record]:
        """The takes on the screen, as the library has them now. What it no longer has is taken off."""
        takes = self.on_screen
        found = [record for record in map(self._found, takes) if record]
        if len(found) < len(takes):
            self.shown, self._stale = tuple(record.id for record in found), True
        return found

    def parent(self, record: Record) -> Record | None:
        """The take that this one was made from, where both have a clip."""
        parent = self._found(record.parent) if record.parent and record.file else None
        return parent if parent and parent.file else None

    def read(self) -> bool:
        """Read the library again where it changed; tells whether it did."""
        read_to = self._library._gateway.revision if self._revision is None else self._revision
        changed = [] if self._revision is None else self._library._gateway.changed_since(read_to)
        self.budget = self._library._gateway.caps()  # a cap moves no revision
        today = day(now_ms(), self._library.zone)
        if not changed and not self._stale and today == self._day:
            return False
        self.under_way = self._library._gateway.records(OPEN, limit=None)
        self.spend, self._day = self._library._gateway.sums(), today
        self._seen_open.update(record.id for record in self.under_way)
        for record in changed:
            if record.final:
                self._end(record)
        if not self.shown:
            finished = self._library._gateway.records(TakeFilter(states={"completed"}))
            newest = next((record for record in finished if record.file), None)
            self.shown = (newest.id,) if newest else ()
        self._revision, self._stale = max([read_to, *(record.revision for record in changed)]), False
        return True

    def stills(self, most: int) -> list[Record]:
        """What the notebook keeps: takes of this panel that have ended, newest first; else the first on the screen.

        A panel that is opened again, as after a restart, does not empty what the notebook kept.
        """
        takes = map(self._found, self.made[: 2 * most] or self.shown[:1])
        return [record for record in takes if record and record.final][:most]

    def _found(self, take: str) -> Record | None:
        try:
            return self._library._gateway.record(take)
        except LibraryError:
            return None

    def _end(self, record: Record) -> None:
        """Take note of a take that ended: its clip goes on the screen where nobody chose what is there."""
        if record.id not in self._seen_open:
            return
        self._seen_open.discard(record.id)
        if record.state != "completed":
            return
        if self._shows_due and record.id in self.made:
            self.shown, self._shows_due = (record.id,), self._shows_due - 1
        elif record.id not in self.made and not self._chosen:
            self.shown = (record.id,)


def arranged(now: str, before: int, after: int) -> str:
    """How a screen shows its takes where their number changes: two side by side, more in a grid.

    What only a person can have chosen, such as a wipe, stays: it fits any number of takes.

    Parameters
    ----------
    now
        Its arrangement, one of `Player.arrangement`.
    before, after
        How many takes it shows, and is to show.
    """
    if before < 2 == after and now in ("one", "grid"):
        return "side"
    if before < 3 <= after and now in ("one", "side"):
        return "grid"
    return now


def take_ids(library: Library, *takes: Take | str) -> list[str]:
    """Return the ids of takes that the screen can show, each once.

    Raises
    ------
    LibraryError
        If the library has no such take.
    TypeError
        If there are more than 16.
    """
    wanted = list(dict.fromkeys(one if isinstance(one, str) else one.id for one in takes))
    if len(wanted) > MOST:
        raise TypeError(f"The screen shows at most {MOST} takes; these are {len(wanted)}.")
    for take_id in wanted:
        library._gateway.record(take_id)  # an unknown one is refused here, in words, to whoever asks
    return wanted
