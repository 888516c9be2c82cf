"""The panel: builder, screen, queue and shelf over one library."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Mapping
from typing import Any

import ipywidgets as w  # type: ignore[import-untyped]  # ships no types

from ..catalog import O3_PRO, bundled
from ..engine.service import choose
from ..errors import Problem, RequestError
from ..request import VideoRequest
from ..screen import Kept, Screen, at_cell_end, deciding
from ..screen.still import MOST
from ..take import Library, Take
from . import budget as day_budget
from . import form, order, view
from .builder import Builder
from .faces import Bar, Go, Invite, Queue, Shelf
from .reading import Reading

log = logging.getLogger(__name__)


class Studio(w.VBox):  # type: ignore[misc]  # ipywidgets ships no types
    """The panel: build a request, watch it being made, see the clip, find every take again.

    Parameters
    ----------
    library
        A library, or its folder; ``kling_library`` beside the notebook (or ``KLING_LIBRARY``) unless given.
    model
        The model that the builder is for, by its name on the service.
    practice
        True: simulated takes at no cost. False: the live service. None: live where a key is found, else practice.
    budget
        What may be spent in a day, in dollars, by all kernels that use the library; play money in practice. None: as
        it was set before. ``Library.cap`` has more caps.

    Attributes
    ----------
    library
        The library that it shows.
    prompt, aspect_ratio, duration, sound
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

    def __init__(
        self,
        library: Library | str | os.PathLike[str] | None = None,
        *,
        model: str = O3_PRO,
        practice: bool | None = None,
        budget: float | str | None = None,
    ) -> None:
        found = bundled().get(model)
        if found is None:
            raise RequestError([Problem("model", f"There is no model {model!r} in the catalogue.")])
        self.library = library if isinstance(library, Library) else Library(library)
        self._model, self._service = found, choose(practice)
        if budget is not None:
            self.library.cap(day=budget)
        self._lock = threading.RLock()
        self._reading = Reading(self.library)
        self._parent = ""
        self._kept = Kept(self.library, empty="Kling Studio: run this cell to open the panel.")

        self._bar = Bar()
        self._builder = builder = Builder(found, self._tell_form)
        self.prompt, self.aspect_ratio = builder.prompt, builder.aspect_ratio
        self.duration, self.sound = builder.duration, builder.sound
        self._go = Go(self._clicked, fields=self._builder.references(), tariff=form.tariff(found))
        self._screen = Screen(library=self.library, act=self._act, actions=[["remix", "Remix"]], still=self._kept.name)
        self._invite = Invite(prompt=f"anywidget:{self.prompt.model_id}", examples=list(form.EXAMPLES))
        self._queue = Queue(self._edit, self._dismiss, self._stop, self._decide)
        self._shelf = Shelf(
            self._find,
            self.show,
            self._poster,
            headings=view.headings(),
            statuses=list(view.FILTERS),
        )
        self._faces = (self._bar, self._builder, self._go, self._invite, self._screen, self._queue, self._shelf)
        left = w.VBox([self._builder, self._go])
        right = w.VBox([self._invite, self._screen, self._queue])
        columns = w.Box([left, right])
        super().__init__([self._bar, columns, self._shelf])
        left.add_class("kw-card").add_class("kw-left")
        right.add_class("kw-right")
        columns.add_class("kw-columns")
        self.add_class("kw").add_class("kw-studio")

        _put(self._bar, **view.bar(found, self._service), notice=view.notice(self.library.folder))
        self._go.note = view.note(self._service)
        self._tell_form()
        self._look()
        self._stops = (self.library.engine.watch(self._look), at_cell_end(self._look))
        self.library.engine.warm(self._service.name)

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
        self._builder.touch_all()
        self._tell_form()
        request = VideoRequest(model=self._model.id, **form.check(self._model, self._builder.values).inputs)
        made: list[str] = []
        self._begin(made, request, takes)
        return [self.library.take(take) for take in made]

    def fill(self, inputs: Mapping[str, Any]) -> tuple[str, ...]:
        """Put a take's inputs into the builder; gives the names of those that it has no control for."""
        values, left_out = form.from_inputs(self._model, inputs)
        self._builder.fill(values)
        return left_out

    def show(self, take_id: str) -> None:
        """Put a take on the screen."""
        self.library.record(take_id)  # an unknown one is refused here, in words, to whoever asks
        self._soon(lambda: self._reading.choose(take_id))

    def close(self) -> None:
        """Take the panel away. What is under way goes on."""
        for stop in self._stops:
            stop()
        for widget in self._faces:
            widget.close()
        super().close()

    def _ipython_display_(self) -> None:
        self._kept.show(self, self._reading.stills(MOST))

    # What the page asks. These run on whichever thread the host chooses, and wait for nothing.

    def _clicked(self, values: Mapping[str, Any], takes: int, price: str) -> Mapping[str, Any]:
        self._say("", "ok")
        self._builder.fill(values, touch=True)
        asked = order.read(self._model, self._builder.values, takes, price)
        if isinstance(asked, order.Refusal):
            if asked.focus:
                self._builder.touch_all()
            self._tell_form()
            return {"said": asked.said, "focus": asked.focus, "refused": True}
        spend, budget, practice = self.library.spent(), self.library.budget, self._service.practice
        if over := day_budget.refusal(spend, budget, practice, asked.request.estimate, asked.takes):
            return {"said": over, "refused": True}
        parent, self._parent = self._parent, ""
        self.library.engine.soon(lambda: self._carry_out(asked, parent))
        return {"said": f"Confirmed: {takes} take{'' if takes == 1 else 's'} for about {price}."}

    def _edit(self, take_id: str) -> None:
        self._refill(take_id)
        self._dismiss(take_id)

    def _act(self, take_id: str, _action: str) -> None:
        self._refill(take_id)
        self._parent = take_id

    def _refill(self, take_id: str) -> None:
        left_out = self.fill(self.library.record(take_id).inputs)
        self._say(f"Left out, as there is no control for it here: {', '.join(left_out)}." if left_out else "", "ok")

    def _dismiss(self, take_id: str) -> None:
        self._soon(lambda: self._reading.dismiss(take_id))

    def _stop(self, take_id: str) -> None:
        deciding.take_back(self.library, take_id)
        self.library.engine.soon(self._look)

    def _decide(self, take_id: str, prediction: str | None) -> None:
        deciding.decide(self.library, take_id, prediction)
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

    # What the engine's thread does.

    def _carry_out(self, asked: order.Order, parent: str) -> None:
        made: list[str] = []
        try:
            self._begin(made, asked.request, asked.takes, parent)
        except Exception as error:
            self._say(f"{f'{len(made)} of {asked.takes} takes were begun. ' if made else ''}{error}", "bad")
            log.exception("a take could not be begun")
        self._look()

    def _begin(self, made: list[str], request: VideoRequest, takes: int, parent: str = "") -> None:
        """Write takes down and name them in ``made``, those before a refused one too."""
        confirm, service = self.library.engine.confirm, self._service.name
        with self._lock:  # no look comes between: a take may end at once
            try:
                for _ in range(takes):
                    made.append(confirm(request, service=service, parent=parent or None).id)
            finally:
                self._reading.begun(*made)

    def _look(self) -> None:
        """Show what the library says now. Called at most four times a second while anything changes or is under way."""
        with self._lock:
            try:
                self._show(self._reading.read())
            except Exception as error:
                self._say(f"The panel could not read its library: {error}", "bad")
                raise

    def _show(self, fresh: bool) -> None:
        told, progress = self._reading, self.library.engine.progress
        _put(self._queue, rows=view.queue(told.under_way, told.ended.values(), progress, lately=told.records))
        _put(
            self._shelf,
            takes=told.cards,
            sum=view.summary(told.spend, told.records, told.narrowed),
            search=told.search,
            status=told.filter,
            shown=told.shown,
        )
        _put(self._bar, spent=day_budget.spent(told.spend, told.budget, self._service.practice))
        _put(self._invite.layout, display="none" if told.on_screen else "")
        _put(self._screen.layout, display="" if told.on_screen else "none")
        if told.on_screen:
            self._screen.show(self.library.record(told.on_screen))
        if fresh:
            self._kept.renew(told.stills(MOST))

    def _tell_form(self) -> None:
        """Show prices and problems of what the builder holds."""
        _put(self._go, batches=form.price_tags(self._model, self._builder.values))
        if homeless := self._builder.say(form.check(self._model, self._builder.values).problems):
            self._say(homeless, "bad")

    def _say(self, words: str, tone: str) -> None:
        _put(self._go, tone=tone, said=words)


def _put(widget: Any, **values: Any) -> None:
    """Assign traits whose value changed, one plain assignment at a time."""
    for name, value in values.items():
        if getattr(widget, name) != value:
            setattr(widget, name, value)
