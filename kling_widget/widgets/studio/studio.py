"""The panel: builder, screen, queue and shelf over one library."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import ipywidgets as w  # type: ignore[import-untyped]  # ships no types

from ...errors import KlingError, LibraryError
from ...library import Library, Take, models
from ...request.catalog import O3_PRO, Model
from ...request.video_request import VideoRequest
from ...service import identity
from ...service.service import choose
from ...settings import library_folder
from ...store import Record
from ..base.widget import close
from ..builder import form
from ..history import cards
from ..history.history import Shelf
from ..player import Kept, Screen, at_cell_end
from ..player.player import MOST
from ..player.still import MOST as KEPT
from ..queue import decisions
from ..queue.queue import Queue
from ..queue.rows import Rows
from . import budget as day_budget
from . import view
from .bar import Bar
from .invite import Invite
from .library_view import Reading, arranged
from .ordering import Counter, limit, maker, put

log = logging.getLogger(__name__)


class Studio(w.VBox):  # type: ignore[misc]  # ipywidgets ships no types
    """The panel: build a request, watch it being made, see the clip, find every take again.

    Parameters
    ----------
    library
        A library, or its folder; ``kling_library`` beside the notebook (or ``KLING_LIBRARY``) unless given.
    model
        The model that the builder is for, by its name (``"O3 Pro"``) or its id on the service; unless given, that of
        the request which was being written in this library last, else O3 Pro.
    practice
        True: simulated takes at no cost. False: the live service. None: live where a key is found, else practice.
    budget
        What may be spent in a day, in dollars, by all kernels that use the library; play money in practice. None: as
        it was set before. ``Library.cap`` has more caps.
    confirm_above
        On the live service a click is asked about once more where it is for several takes, or for more than this, in
        dollars.

    Attributes
    ----------
    library
        The library that it shows.
    prompt, element_list, multi_prompt, aspect_ratio, duration, sound
        The builder's controls; each has a ``value``.

    Raises
    ------
    LibraryNotWritable
        If the folder can't be written to: a take could not be kept, so none is begun.
    SettingsError
        If the live service is wanted and there is no key, or the budget is no amount of money.
    RequestError
        If there is no such model.
    """

    # A panel that was refused is closed too, by Python, before it has any of these.
    _stops: tuple[Callable[[], None], ...] = ()
    _faces: tuple[Any, ...] = ()
    _closed = False

    def __init__(
        self,
        library: Library | str | os.PathLike[str] | None = None,
        *,
        model: str | None = None,
        practice: bool | None = None,
        budget: float | str | None = None,
        confirm_above: float | str = 2.00,
    ) -> None:
        known = library.catalog if isinstance(library, Library) else models.known(library_folder(library))
        found = maker(model or O3_PRO, known)
        asking = form.Asking(above=limit(confirm_above))
        self.library = library if isinstance(library, Library) else Library.page_first(library)
        self._service = choose(practice)
        if budget is not None:
            self.library.cap(day=budget)
        self._lock = threading.RLock()
        self._reading = Reading(self.library)
        self._rows = Rows()
        self._kept = Kept(self.library, empty="Kling Studio: run this cell to open the panel.")

        asking = replace(asking, live=not self._service.practice)
        self._bar = Bar(self._choose, model=found.id, models=view.models(self.library.catalog))
        self._counter = counter = Counter(
            self.library,
            self._service,
            found,
            asking,
            begin=self._begin,
            look=self._look_later,
            chosen=lambda model: put(self._bar, model=model),
        )
        builder, workshop = counter.builder, counter.workshop
        self.prompt, self.aspect_ratio = builder.prompt, builder.aspect_ratio
        self.duration, self.sound = builder.duration, builder.sound
        self.multi_prompt, self.element_list = builder.multi_prompt, builder.element_list
        self._screen = Screen(library=self.library, act=self._act, still=self._kept.name)
        self._invite = Invite(prompt=f"anywidget:{self.prompt.model_id}", examples=list(form.EXAMPLES))
        self._queue = Queue(self._edit, self._dismiss, self._stop, self._decide, self._accept, self._again)
        self._shelf = Shelf(
            self._find, self.show, self._add, self._poster, headings=cards.headings(), statuses=list(cards.FILTERS)
        )
        self._faces = (
            self._bar,
            counter.origin,
            builder,
            counter.go,
            self._invite,
            self._screen,
            self._queue,
            self._shelf,
        )
        self._faces += workshop.faces
        left = w.VBox([counter.origin, builder, counter.go, workshop.code])
        right = w.VBox([self._invite, self._screen, self._queue])
        columns = w.Box([left, right])
        super().__init__([self._bar, columns, self._shelf])
        left.add_class("kw-card").add_class("kw-left")
        right.add_class("kw-right")
        columns.add_class("kw-columns")
        self.add_class("kw").add_class("kw-studio")

        put(self._bar, **view.bar(found, self._service))
        for widget in (self._invite, self._screen):
            put(widget.layout, display="none")  # until it is known whether there are takes
        self.library.when_open(lambda: self._opened(None if model is None else found), self._not_opened)

    def generate(self, takes: int = 1) -> list[Take]:
        """Do what a click on the button does.

        Parameters
        ----------
        takes
            How many takes to make of the request in the builder.

        Returns
        -------
        list of Take
            They are on disk and on their way.

        Raises
        ------
        RequestError
            If the model would not take what the builder holds. Nothing was sent.
        OverBudget
            If a take would pass a cap. Those before it are on their way; ``library.takes()`` has them.
        """
        request = self._counter.request()
        made: list[str] = []
        self._begin(made, request, takes, self._counter.taken())
        return [self.library.take(take) for take in made]

    def fill(self, inputs: Mapping[str, Any]) -> tuple[str, ...]:
        """Put a take's inputs into the builder; gives the names of those that it has no control for."""
        return self._counter.fill(self._counter.model.id, inputs)

    def show(self, take: Take | str, *more: Take | str) -> None:
        """Put a take on the screen, or several: up to 16, compared with the first. Each is a take or a take's id.

        They stay there until the next click on Generate. Raises ``LibraryError`` where the library has no such take,
        and ``TypeError`` for more than 16.
        """
        wanted = dict.fromkeys(one if isinstance(one, str) else one.id for one in (take, *more))
        if len(wanted) > MOST:
            raise TypeError(f"The screen shows at most {MOST} takes; these are {len(wanted)}.")
        for take_id in wanted:
            self.library.record(take_id)  # an unknown one is refused here, in words, to whoever asks
        self._soon(lambda: self._reading.choose(*wanted))

    def close(self) -> None:
        """Take the panel away. What is under way goes on."""
        self._closed = True
        for stop in self._stops:
            stop()
        for widget in self._faces:
            close(widget)
        super().close()

    def _ipython_display_(self) -> None:
        self._kept.show(self, self._reading.stills(KEPT))

    # What the page asks. These run on whichever thread the host chooses, and wait for nothing.

    def _edit(self, take_id: str) -> None:
        self._counter.refill(self.library.record(take_id), parent=False)
        self._dismiss(take_id)

    def _act(self, take_id: str, action: str) -> None:
        record = self.library.record(take_id)
        if action == "compare" and record.parent:
            self.show(record.parent, take_id)
        else:
            self._counter.act(record, action)
            self.library.engine.soon(self._look)

    def _add(self, take_id: str) -> None:
        self.library.record(take_id)
        if not self._reading.room_for(take_id):
            raise LibraryError(f"The screen shows {MOST} takes, and no more at once. Take one off first.")
        self._soon(lambda: self._reading.toggle(take_id))

    def _choose(self, model: str) -> None:
        self._counter.choose(model)

    def _dismiss(self, take_id: str) -> None:
        self._soon(lambda: self._reading.dismiss(take_id))

    def _stop(self, take_id: str) -> None:
        decisions.take_back(self.library, take_id)
        self.library.engine.soon(self._look)

    def _decide(self, take_id: str, prediction: str | None) -> None:
        decisions.decide(self.library, take_id, prediction)
        self.library.engine.soon(self._look)

    def _accept(self, take_id: str) -> None:
        self.library.accept_as_is(take_id)
        self.library.engine.soon(self._look)

    def _again(self, take_id: str) -> None:
        self.library.fetch_again(take_id)
        self.library.engine.soon(self._look)

    def _find(self, search: str, status: str) -> None:
        self._soon(lambda: self._reading.narrow(search, status))

    def _poster(self, take_id: str) -> bytes | None:
        return self.library.poster(self.library.record(take_id))

    def _soon(self, change: Callable[[], None]) -> None:
        """Change what is shown, on the engine's thread."""

        def carry_out() -> None:
            with self._lock:
                change()
            self._look()

        self.library.engine.soon(carry_out)

    def _look_later(self) -> None:
        self.library.engine.soon(self._look)

    # What the thread does that opens the library, which is this one where it is open already.

    def _opened(self, wanted: Model | None) -> None:
        if self._closed:
            return
        self._counter.resume(wanted)
        self._look()
        self._stops = (
            self.library.engine.watch(self._look),
            at_cell_end(self._look),
            self.library.on_adopted(self._adopted),
        )
        if self._service.known:
            self.library.engine.warm(self._service.name)
            self._counter.inquiry.models(self._learned)
        else:
            identity.follow(self._service.name, self._identified)

    def _not_opened(self, error: KlingError) -> None:
        log.warning("the panel's library could not be opened: %s", error)
        self._counter.say(str(error), "bad")

    # What the engine's thread does, and whoever adopts a clip.

    def _identified(self) -> bool:
        """The server was asked what it is; says whether this panel still wants to know."""
        if self._closed:
            return False
        if self._service.known:
            self.library.engine.warm(self._service.name)
            self._counter.inquiry.models(self._learned)
        self._look_later()
        return True

    def _learned(self) -> None:
        """The library knows the service's models: those that were known may take other inputs now, or cost less."""
        put(self._bar, models=view.models(self.library.catalog))
        self._counter.workshop.renew_prices()
        if self.library.catalog.get(self._counter.model.id) != self._counter.model:
            self._counter.choose(self._counter.model.id)

    def _adopted(self, record: Record) -> None:
        """A clip was brought in: its request is in the builder, to go on from it, and it is on the screen."""
        self._counter.refill(record, parent=True)
        self.show(record.id)

    def _begin(self, made: list[str], request: VideoRequest, takes: int, parent: str = "") -> None:
        """Write takes down and name them in ``made``, those before a refused one too."""
        confirm, service = self.library.engine.confirm, self._service.name
        with self._lock:  # no look comes between: a take may end at once
            try:
                for _ in range(takes):
                    meant = self._counter.meant(request)
                    made.append(confirm(request, service=service, parent=parent or None, meant=meant).id)
            finally:
                self._reading.begun(*made)

    def _look(self) -> None:
        """Show what the library says now. Called at most four times a second while anything changes or is under way."""
        with self._lock:
            try:
                self._show(self._reading.read())
            except Exception as error:
                self._counter.say(f"The panel could not read its library: {error}", "bad")
                raise

    def _show(self, fresh: bool) -> None:
        told, progress, screen = self._reading, self.library.engine.progress, self._screen
        shown = told.watched()
        under_way = [*map(self.library.explained, told.under_way)]
        learned = self.library.learned_limits() if any(r.state == "intent" for r in under_way) else None
        put(
            self._queue,
            rows=self._rows.update(under_way, told.ended.values(), progress, lately=told.records, learned=learned),
        )
        put(
            self._shelf,
            takes=told.cards,
            sum=cards.summary(told.spend, told.records, told.narrowed),
            search=told.search,
            status=told.filter,
            shown=[record.id for record in shown],
        )
        put(self._bar, **view.bar(self._counter.model, self._service))
        self._counter.costs(not self._service.practice)
        put(self._bar, spent=day_budget.spent(told.spend, told.budget, self._service.practice))
        put(self._invite.layout, display="none" if shown else "")
        put(screen.layout, display="" if shown else "none")
        if shown:
            put(screen, arrangement=arranged(screen.arrangement, len(screen.takes), len(shown)))
            put(screen, actions=self._counter.offers(shown, told.parent))
            screen.show(*shown)
        self._counter.inquiry.look()
        put(self._bar, balance=self._counter.inquiry.balance)
        self._counter.workshop.look()
        if fresh:
            put(self._bar, notice=view.notice(self.library.folder, self.library.unreadable))
            self._kept.renew(told.stills(KEPT))
