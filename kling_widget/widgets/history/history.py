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
from ...store.history import COLUMNS, MORE
from ...store.take_filter import ALL
from ..base.ids import MOST, Ids
from ..base.live_updates import opened
from ..base.put import put
from ..base.widget import Answer, Buffers, Command, CommandWidget
from ..queue.take_row import title
from .bulk import BulkWork
from .cards import SHOWN, Cards, model_name, summary
from .chips import chips
from .filters import DEFAULTS, STATUSES, FilterTraits

_CHIP = 28
"""The most characters that a chip says of a prompt."""

_SWEEPS = 50
"""How many sweeps are offered, newest first."""


class History(FilterTraits, BulkWork, CommandWidget):
    """All takes of a library, as posters or as a table. It follows its library by itself.

    Every trait works both ways: set it and the page follows, and what a person searches, filters, sorts and selects
    can be observed and linked.

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
    rating, tags, model, cost, since, until, parent, family, sweep
        Which takes, as ``Library.takes`` describes it. They hold texts: moments in ISO 8601, takes by their ids.
    sort : str
        A column of ``Library.history`` that takes are ordered by, such as ``"prompt"``; ``"-cost"``: the greatest
        first. ``"-confirmed"``, newest first, unless another is asked for.
    page : int
        Which page of them is shown, from 1; each holds 200.
    arrangement : str
        ``posters`` or ``table``.
    columns : tuple of str
        The table's columns, of those that ``Library.history`` has, in order.
    selected : tuple of str
        The ids of the takes that are selected, at most 16, in the order of selection. Takes can be assigned.
    marked : tuple of str
        The ids of the takes that are marked to be rated, tagged or compared at once. Takes can be assigned.

    Raises
    ------
    TraitError
        If a value is none that the trait can have, or the library has no such take.
    TypeError
        If a keyword names no trait. The message suggests what was meant.

    Examples
    --------
    >>> history, player = History(text="fox", rating=4, sort="-cost"), Player()  # doctest: +SKIP
    >>> traitlets.link((history, "selected"), (player, "takes"))  # doctest: +SKIP
    """

    page_name = "history"
    commands: ClassVar[Mapping[str, str]] = {
        "find": "_find",
        "offer": "_offer",
        "show": "_show",
        "add": "_add",
        "poster": "_poster",
        **BulkWork.bulk_commands,
    }

    page = t.Int(1, min=1, help="Which page is shown, from 1.").tag(sync=True)
    arrangement = t.Enum(("posters", "table"), "posters", help="How takes are shown.").tag(sync=True)
    columns = t.Any(COLUMNS, help="The table's columns, in order.").tag(sync=True)
    selected = Ids(help="The takes that are selected, by id, in order.").tag(sync=True)

    cards: t.List[Any] = t.List(help="The takes of the page, as `cards.card` returns them.").tag(sync=True)
    chips: t.List[Any] = t.List(help="What it is narrowed to, as `chips.Chip`.").tag(sync=True)
    pages = t.Int(1, help="How many pages there are.").tag(sync=True)
    statuses = t.List(t.Unicode(), help="What `status` can be.").tag(sync=True)
    every_column = t.List(t.Unicode(), help="What `columns` can hold.").tag(sync=True)
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
        self._reads_later = False
        super().__init__(**{"statuses": list(STATUSES), "every_column": [*COLUMNS, *MORE], **traits})
        self._follow_library()

    def follow(self, changed: Mapping[str, Record]) -> None:
        """Show what the library says now, where it changed. Any thread may call it."""
        if changed:
            self._read()

    def _begin(self) -> None:
        self._read()

    def _read(self) -> None:
        with self._lock:
            gateway, narrowed = self.library._gateway, self.take_filter
            spend = gateway.sums()
            found = spend if narrowed == ALL else gateway.tally(narrowed)
            pages = max(1, -(-found.takes // SHOWN))
            page = min(self.page, pages)
            records = gateway.records(narrowed, limit=SHOWN, order=self.take_order, skip=(page - 1) * SHOWN)
            shown = self._cards.update(records, self.library.zone, self.columns)
            values = {name: getattr(self, name) for name in DEFAULTS}
            put(self, cards=shown, pages=pages, page=page, sum=summary(spend, found, page))
            put(self, chips=[dict(chip) for chip in chips(values, self._title)])

    def _title(self, name: str, of: str) -> str:
        """What a person calls a model, a take or a sweep."""
        try:
            if name == "model":
                model = self.library.catalog.get(of)
                return model_name(model) if model else of
            gateway = self.library._gateway
            words = gateway.sweeps.get(of).template if name == "sweep" else title(gateway.record(of).words)
            return words if len(words) <= _CHIP else f"{words[:_CHIP].rstrip()}…"
        except LibraryError:
            return of

    @t.observe(*DEFAULTS, "columns", "page")
    def _narrow(self, change: Any) -> None:
        if self._following is None or self._reads_later:  # else it is read once the library is open
            return
        with self._lock:
            if change["name"] in DEFAULTS and self.page != 1:
                self.page = 1  # which reads
            else:
                self._read()

    @t.validate("selected", "marked")
    def _takes_of_the_library(self, proposal: Any) -> tuple[str, ...]:
        takes: tuple[str, ...] = proposal["value"]
        there = {*self.marked, *(card["id"] for card in self.cards)}
        try:
            for take in takes:
                if take not in there:
                    self.library._gateway.record(take)
        except LibraryError as error:
            raise t.TraitError(str(error)) from None
        return takes

    @t.validate("columns")
    def _columns_of_the_history(self, proposal: Any) -> tuple[str, ...]:
        value = proposal["value"]
        names = tuple(dict.fromkeys([value] if isinstance(value, str) else value)) or COLUMNS
        if unknown := [name for name in names if name not in (*COLUMNS, *MORE)]:
            offered = ", ".join((*COLUMNS, *MORE))
            raise t.TraitError(f"The history has no column {unknown[0]!r:.80}. There are: {offered}.")
        return names

    # What the page asks

    def _find(self, command: Command, _buffers: Buffers) -> None:
        wanted = {name: command[name] for name in DEFAULTS if name in command}
        if wanted.get("status", "all") not in STATUSES:
            raise KlingError(f"Takes can't be narrowed to {wanted['status']!r}. There are: {', '.join(STATUSES)}.")
        with self._lock:
            self._reads_later = True
            try:
                for name, value in wanted.items():
                    setattr(self, name, value)
                self.page = 1
            except t.TraitError as error:
                raise KlingError(str(error)) from None
            finally:
                self._reads_later = False
                self._read()

    def _offer(self, _command: Command, _buffers: Buffers) -> Answer:
        found = self.library._gateway.offered()
        sweeps = self.library._gateway.sweeps.page(limit=_SWEEPS)
        return {
            "tags": list(found.tags),
            "models": [[model, self._title("model", model)] for model in found.models],
            "sweeps": [[sweep.id, self._title("sweep", sweep.id)] for sweep in sweeps],
        }

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
