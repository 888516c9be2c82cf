"""All takes of a library, as posters or as a table."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import traitlets as t

from ...errors import KlingError, LibraryError
from ...library import Library
from ...store import Record
from ...store.take_filter import TakeFilter
from ...text import mended
from ..base.ids import MOST, Ids
from ..base.live_updates import LibraryFollower, opened
from ..base.widget import Answer, Buffers, Command, CommandWidget
from .cards import FILTERS, SHOWN, Cards, headings, summary


class History(LibraryFollower, CommandWidget):
    """All takes of a library, as posters or as a table. It follows its library by itself.

    Every trait works both ways: set it and the page follows, and what a person searches, filters and selects can be
    observed and linked.

    Parameters
    ----------
    library
        A library, or its folder; ``Library()`` unless given.
    choose
        Called with the ids of what is selected whenever a person selects in the page, also what was selected before.
    chosen
        Returns what is selected now, where ``choose`` decides it; ``selected`` may follow a moment later.
    **traits
        The traits below, by name.

    Attributes
    ----------
    text : str
        Words that a take's prompt, tags or note must hold. Empty: all takes.
    status : str
        ``all``, ``finished``, ``running`` or ``failed``.
    arrangement : str
        ``posters`` or ``table``.
    selected : tuple of str
        The ids of the takes that are selected, at most 16, in the order of selection. Takes can be assigned.

    Raises
    ------
    TraitError
        If a value is none that the trait can have, or the library has no such take.
    TypeError
        If a keyword names no trait. The message suggests what was meant.

    Examples
    --------
    >>> history, player = History(text="fox"), Player()  # doctest: +SKIP
    >>> traitlets.link((history, "selected"), (player, "takes"))  # doctest: +SKIP
    """

    page_name = "history"
    commands: ClassVar[Mapping[str, str]] = {
        "find": "_find",
        "show": "_show",
        "add": "_add",
        "poster": "_poster",
    }

    text = t.Unicode(help="Words that a take's prompt, tags or note must hold.").tag(sync=True)
    status = t.Enum(tuple(FILTERS), "all", help="Which takes are shown.").tag(sync=True)
    arrangement = t.Enum(("posters", "table"), "posters", help="How takes are shown.").tag(sync=True)
    selected = Ids(help="The takes that are selected, by id, in order.").tag(sync=True)

    cards: t.List[Any] = t.List(help="The newest takes that fit, as `cards.card` returns them.").tag(sync=True)
    headings = t.List(t.Unicode(), help="The table's columns, those of `Library.history`.").tag(sync=True)
    statuses = t.List(t.Unicode(), help="What `status` can be.").tag(sync=True)
    sum = t.Unicode(help="How many takes there are, and what they came to.").tag(sync=True)

    def __init__(
        self,
        library: Library | str | os.PathLike[str] | None = None,
        *,
        choose: Callable[[tuple[str, ...]], None] | None = None,
        chosen: Callable[[], tuple[str, ...]] | None = None,
        **traits: Any,
    ) -> None:
        self._library = opened(library)
        self._on_choose, self._chosen = choose, chosen
        self._cards, self._lock = Cards(), threading.RLock()
        super().__init__(**{"headings": headings(), "statuses": list(FILTERS), **traits})
        self._follow_library()

    def follow(self, changed: Mapping[str, Record]) -> None:
        """Show what the library says now, where it changed. Any thread may call it."""
        if changed:
            self._read()

    def _begin(self) -> None:
        self._read()

    def _read(self) -> None:
        with self._lock:
            states = FILTERS[self.status]
            records = self.library._gateway.records(TakeFilter(text=self.text, states=states), limit=SHOWN)
            shown = self._cards.update(records, self.library.zone)
            total = summary(self.library._gateway.sums(), records, bool(self.text) or self.status != "all")
            if shown != self.cards:
                self.cards = shown
            self.sum = total

    @t.observe("text", "status")
    def _narrow(self, _change: object) -> None:
        if self._following is not None:  # else it is read once the library is open
            self._read()

    @t.validate("text")
    def _tidy_text(self, proposal: Any) -> str:
        text: str = mended(proposal["value"].strip())
        return text

    @t.validate("selected")
    def _takes_of_the_library(self, proposal: Any) -> tuple[str, ...]:
        takes: tuple[str, ...] = proposal["value"]
        try:
            for take in takes:
                self.library._gateway.record(take)
        except LibraryError as error:
            raise t.TraitError(str(error)) from None
        return takes

    # What the page asks

    def _find(self, command: Command, _buffers: Buffers) -> None:
        status = str(command.get("status"))
        if status not in FILTERS:
            raise KlingError(f"Takes can't be narrowed to {status!r}. There are: {', '.join(FILTERS)}.")
        self.text, self.status = str(command.get("search", "")), status

    def _show(self, command: Command, _buffers: Buffers) -> None:
        self._select((self._take(command),))

    def _add(self, command: Command, _buffers: Buffers) -> None:
        now = self.selected if self._chosen is None else self._chosen()
        self._select(toggled(now, self._take(command)))

    def _select(self, takes: tuple[str, ...]) -> None:
        self.selected = takes
        if self._on_choose is not None:
            self._on_choose(takes)

    def _take(self, command: Command) -> str:
        return self.library._gateway.record(str(command.get("take"))).id

    def _poster(self, command: Command, _buffers: Buffers) -> Answer:
        found = self.library._gateway.poster(self.library._gateway.record(str(command.get("take"))))
        return {}, [found] if found else []


def toggled(selected: tuple[str, ...], take: str) -> tuple[str, ...]:
    """Return what is selected once a take was added, or taken off. The last one stays.

    Raises
    ------
    LibraryError
        If as many are selected as can be.
    """
    if take in selected:
        return tuple(one for one in selected if one != take) or selected
    if len(selected) == MOST:
        raise LibraryError(f"{MOST} takes are selected, and no more can be at once. Take one off first.")
    return (*selected, take)
