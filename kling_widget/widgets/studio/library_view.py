"""What a panel knows of its library, and which takes it shows; read again where something changed, without a widget."""

from __future__ import annotations

from typing import Any

from ...errors import LibraryError
from ...library import Library
from ...request.states import AT_SERVICE, FINAL, STATES
from ...store import Budget, Record, Spend
from ...store.record import now_ms
from ...store.time_zone import day
from ...text import mended
from ..history import cards
from ..player.player import MOST
from ..queue.rows import stays

_OPEN = STATES - FINAL


class LibraryView:
    """The library as one panel reads it. It caches nothing that the library would not say again.

    Parameters
    ----------
    library
        The library.

    Attributes
    ----------
    records
        The newest takes that fit the shelf's search and filter.
    cards
        The same, for the shelf.
    under_way, ended
        The queue: takes that are not final; those that became so while this panel was there and still have a place.
    spend, budget
        What the takes came to, and the caps on it.
    made
        Takes that were begun in this panel, newest first.
    shown
        The takes that were put on the screen, the first being the one that others are compared with; none while there
        is no clip.
    search, filter
        What the shelf is narrowed to.
    """

    def __init__(self, library: Library) -> None:
        self._library = library
        self._revision: int | None = None  # up to which the library was read
        self._stale = True
        self._day = ""  # of which the money was read
        self._seen_open: set[str] = set()
        self._chosen = False  # whether a person put on the screen what is there
        self._shows_due = 0  # clicks whose first clip is still to be shown
        self.records: list[Record] = []
        self.cards: list[dict[str, Any]] = []
        self._cards = cards.Cards()
        self.under_way: list[Record] = []
        self.ended: dict[str, Record] = {}
        self.spend, self.budget = Spend(), Budget()
        self.made: list[str] = []
        self.shown: tuple[str, ...] = ()
        self.search, self.filter = "", "all"

    @property
    def narrowed(self) -> bool:
        """Whether the shelf shows only some takes."""
        return bool(self.search) or self.filter != "all"

    @property
    def on_screen(self) -> tuple[str, ...]:
        """The takes that the screen is for: those shown, else the next to be done; none in an empty library."""
        if self.shown or not self.under_way:
            return self.shown
        return (min(self.under_way, key=lambda r: (r.state not in AT_SERVICE, r.confirmed_at, r.id)).id,)

    def narrow(self, search: str, status: str) -> None:
        """Narrow the shelf to takes that hold these words and fit this one of ``cards.FILTERS``."""
        self.search, self.filter, self._stale = mended(search.strip()), status, True

    def begun(self, *takes: str) -> None:
        """Take note of takes that one click began: the first of their clips goes on the screen."""
        self._seen_open.update(takes)
        self.made[:0] = reversed(takes)
        self._shows_due, self._chosen = self._shows_due + bool(takes), False

    def choose(self, *takes: str) -> None:
        """Put these takes on the screen, in this order; they stay there until the next click on Generate."""
        self.shown, self._shows_due, self._chosen = tuple(dict.fromkeys(takes))[:MOST], 0, True

    def toggle(self, take: str) -> None:
        """Put a take beside those on the screen, or take it off. The last one stays, and so do sixteen."""
        now = self.on_screen
        if now != (take,):
            self.choose(*([one for one in now if one != take] if take in now else (*now, take)))

    def has_place_for(self, take: str) -> bool:
        """Whether the screen shows this take, or one more."""
        return take in self.on_screen or len(self.on_screen) < MOST

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

    def dismiss(self, take: str) -> None:
        """Take a take that ended out of the queue."""
        self.ended.pop(take, None)

    def read(self) -> bool:
        """Read the library again where it changed; tells whether it did."""
        changed = [] if self._revision is None else self._library.changed_since(self._revision)
        self.ended = {take: record for take, record in self.ended.items() if stays(record)}
        self.budget = self._library.caps()  # a cap moves no revision
        today = day(now_ms(), self._library.zone)
        if not changed and not self._stale and today == self._day:
            return False
        states = cards.FILTERS[self.filter]
        self.records = self._library.records(limit=cards.SHOWN, search=self.search, states=states)
        self.under_way = self._library.records(limit=None, states=_OPEN)
        self.spend, self._day = self._library.sums(), today
        self.cards = self._cards.update(self.records, self._library.zone)
        self._seen_open.update(record.id for record in self.under_way)
        for record in changed:
            if record.final:
                self._end(record)
        if not self.shown and (newest := cards.newest_finished(self.records)):
            self.shown = (newest.id,)
        seen = (record.revision for record in (*changed, *self.records, *self.under_way))
        self._revision, self._stale = max(self._revision or 0, *seen, 0), False
        return True

    def stills(self, most: int) -> list[Record]:
        """What the notebook keeps: takes of this panel that have ended, newest first; else the first on the screen.

        A panel that is opened again, as after a restart, does not empty what the notebook kept.
        """
        known = map(self._found, self.made[: 2 * most] or self.shown[:1])
        return [record for record in known if record and record.final][:most]

    def _found(self, take: str) -> Record | None:
        try:
            return self._library.record(take)
        except LibraryError:
            return None

    def _end(self, record: Record) -> None:
        """Take note of a take that ended: in the queue, and its clip on the screen where nobody chose what is there."""
        if record.id not in self._seen_open:
            if record.id in self.ended:  # a refund may be known by now
                self.ended[record.id] = record
            return
        self._seen_open.discard(record.id)
        self.ended[record.id] = record
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
