"""The panel: builder, screen, queue and shelf over one library."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import ipywidgets as w  # type: ignore[import-untyped]  # ships no types
import traitlets as t

from ...errors import KlingError, LibraryError
from ...library import Library, Take, models
from ...request.catalog import O3_PRO
from ...service.service import choose
from ...settings import library_folder
from ...store import Record
from ..base.composed_view import ComposedBox
from ..base.put import put
from ..base.unknown_names import refuse_unknown
from ..base.widget import close
from ..builder import form
from ..builder.builder import Builder
from ..builder.evaluation import ConfirmPolicy
from ..builder.request_traits import INPUTS, RequestTraits
from ..history import cards
from ..history.history import History
from ..player import Player, SavedOutput, at_cell_end
from ..player.still import MOST as KEPT
from ..queue.queue import Queue
from . import budget as day_budget
from . import view
from .examples import Examples
from .header import Header
from .library_view import LibraryView, arranged, take_ids
from .ordering import Ordering
from .settings import confirm_limit
from .take_actions import TakeActions

log = logging.getLogger(__name__)


class Studio(RequestTraits, ComposedBox):
    """The panel: build a request, watch it being made, see the clip, find every take again.

    Its inputs are traits by the API's own names: set them, observe them, link them.

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
    **inputs
        What the builder begins with, by the API's own names: ``Studio(prompt="A fox", duration=10)``.

    Attributes
    ----------
    model, prompt, duration, aspect_ratio, sound, multi_prompt, element_list, ...
        The model and its inputs. Setting one changes the builder; `traitlets.TraitError` says what is wrong and
        allowed.
    problems : dict
        What has to change before a take can be made: input -> text.
    price : Decimal or None
        The estimate for one take, in dollars.
    selected : tuple of Take
        The takes on the screen, at most 16: those to come are shown until one is chosen. Take's ids may be set too.
    arrangement : str
        How the screen shows several: ``"one"``, ``"side"``, ``"wipe"``, ``"onion"``, ``"difference"``, ``"grid"``.

    Raises
    ------
    LibraryNotWritable
        If the folder can't be written to: a take could not be kept, so none is begun.
    SettingsError
        If the live service is wanted and there is no key, or the budget is no amount of money.
    RequestError
        If there is no such model.
    TypeError
        If no model takes an input of that name. The message suggests what was meant.

    Examples
    --------
    >>> studio = Studio(prompt="A red fox in snow")  # doctest: +SKIP
    >>> studio.observe(lambda change: print(change.new), "price")  # doctest: +SKIP
    >>> studio.duration = 10  # doctest: +SKIP
    1.12
    """

    selected: Any = t.Tuple(help="The takes on the screen; in the page their ids.").tag(
        sync=True,
        to_json=lambda takes, _studio: [take.id for take in takes],
        from_json=lambda takes, _studio: tuple(takes),
    )
    arrangement = t.Unicode("grid", help="How several takes are shown, as `Player.arrangement`.").tag(sync=True)

    # A panel that was refused is closed too, by Python, before it has any of these.
    _stops: tuple[Callable[[], None], ...] = ()
    _widgets: tuple[Any, ...] = ()
    _closed = _ready = False
    _shown: tuple[str, ...] = ()  # takes that were on the screen when it was shown last

    def __init__(
        self,
        library: Library | str | os.PathLike[str] | None = None,
        *,
        model: str | None = None,
        practice: bool | None = None,
        budget: float | str | None = None,
        confirm_above: float | str = 2.00,
        **inputs: Any,
    ) -> None:
        refuse_unknown(type(self), inputs, INPUTS)
        catalog = library.catalog if isinstance(library, Library) else models.stored_catalog(library_folder(library))
        chosen = form.clip_model(model or O3_PRO, catalog)
        above = confirm_limit(confirm_above)
        self._library = library if isinstance(library, Library) else Library._page_first(library)
        self._service = choose(practice)
        if budget is not None:
            self.library.cap(day=budget)
        self._snapshot = LibraryView(self.library)
        self._kept = SavedOutput(self.library, empty="Kling Studio: run this cell to open the panel.")

        policy = ConfirmPolicy(live=not self._service.practice, above=above)
        self._header = Header(self._choose, model=chosen.id, models=view.models(self.library.catalog))
        self._builder = builder = Builder(self.library, model=chosen.id, practice=practice)
        self._ordering = ordering = Ordering(
            self.library, self._service, builder, policy, self._snapshot, refresh=self._refresh_later
        )
        self._actions = TakeActions(ordering)
        self._screen = Player(library=self.library, act=self._act, still=self._kept.name)
        prompt = builder.references()["prompt"]
        self._examples = Examples(prompt=prompt, examples=list(form.EXAMPLES))
        self._queue = Queue(self.library, edit=self._edit)
        self._shelf = History(self.library, choose=self._choose_takes, chosen=lambda: self._snapshot.on_screen)
        self._widgets = (self._header, ordering.origin.line, builder, ordering.button, ordering.code)
        self._widgets += (self._examples, self._screen, self._queue, self._shelf)
        left = w.VBox([ordering.origin.line, builder, ordering.button, ordering.code])
        right = w.VBox([self._examples, self._screen, self._queue])
        columns = w.Box([left, right])
        super().__init__([self._header, columns, self._shelf])
        left.add_class("kw-card").add_class("kw-left")
        right.add_class("kw-right")
        columns.add_class("kw-columns")
        self.add_class("kw").add_class("kw-studio")

        put(self._header, **view.bar(chosen, self._service))
        for widget in (self._examples, self._screen):
            put(widget.layout, display="none")  # until it is known whether there are takes
        self._connect_traits()
        for name, value in inputs.items():
            setattr(self, name, value)
        self._ordering.origin.saved.begin()
        resumed = None if model is None else chosen.id
        self.library._gateway.when_open(lambda: self._opened(resumed), self._not_opened)

    @property
    def library(self) -> Library:
        """The library that it shows."""
        return self._library

    def __repr__(self) -> str:
        under_way, takes = len(self._snapshot.under_way), self._snapshot.spend.takes
        mode = "practice, no cost" if self._service.practice else f"live on {self._service.host}"
        counts = f"{takes:,} take{'' if takes == 1 else 's'}, {under_way:,} under way"
        name = cards.model_name(self._builder.evaluation.model)
        return f"<Studio: a panel to make clips · {name} · {mode} · {counts} · {self.library.folder.name}>"

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
        request = self._builder.request
        made: list[str] = []
        self._ordering.begin(made, request, takes, self._ordering.origin.take_parent())
        return [self.library.take(take) for take in made]

    def fill(self, inputs: Mapping[str, Any]) -> tuple[str, ...]:
        """Put a take's inputs into the builder; gives the names of those that it has no control for."""
        return self._ordering.origin.fill(self._builder.model, inputs)

    def show(self, take: Take | str, *more: Take | str) -> None:
        """Put a take on the screen, or several: up to 16, compared with the first. Each is a take or a take's id.

        They stay there until the next click on Generate. Raises ``LibraryError`` where the library has no such take,
        and ``TypeError`` for more than 16.
        """
        self._choose_takes(take_ids(self.library, take, *more))

    def close(self) -> None:
        """Take the panel away. What is under way goes on."""
        self._closed = True
        for stop in self._stops:
            stop()
        for widget in self._widgets:
            close(widget)
        super().close()

    def _repr_mimebundle_(self, **_kwargs: Any) -> dict[str, Any]:
        """Return the panel, its newest poster, HTML and text: hosts other than IPython choose what they can show."""
        return self._kept.mimebundle(self, self._snapshot.stills(KEPT))

    def _ipython_display_(self) -> None:
        # The live view, and for those who come after it what was made: that follows the takes to their ends.
        self._kept.show(self, self._snapshot.stills(KEPT))

    # What the page asks. These run on whichever thread the host chooses, and wait for nothing.

    def _edit(self, take_id: str) -> None:
        self._ordering.refill(self.library._gateway.record(take_id), parent=False)

    def _act(self, take_id: str, action: str) -> None:
        record = self.library._gateway.record(take_id)
        if action == "compare" and record.parent:
            self.show(record.parent, take_id)
            return
        try:
            self._actions.carry_out(record, action)
        finally:  # a refused click shows what holds now
            self.library._gateway.engine.soon(self._refresh)

    def _choose(self, model: str) -> None:
        self._ordering.choose(model)

    def _refresh_later(self) -> None:
        self.library._gateway.engine.soon(self._refresh)

    # What the thread does that opens the library, which is this one where it is open already.

    def _opened(self, model: str | None) -> None:
        if self._closed:
            return
        self._ordering.open(model)
        self._refresh()
        self._stops = (
            self._ordering.origin.saved.close,
            self.library._gateway.engine.watch(self._refresh),
            at_cell_end(self._refresh),
            self.library._gateway.on_adopted(self._adopted),
        )
        self._ordering.queries.begin(self._learned, lambda: not self._closed)

    def _not_opened(self, error: KlingError) -> None:
        log.warning("the panel's library could not be opened: %s", error)
        self._ordering.show_text(str(error), "bad")

    # What the engine's thread does, and whoever adopts a clip.

    def _learned(self) -> None:
        """The library knows the service's models: those that were known may take other inputs now, or cost less."""
        put(self._header, models=view.models(self.library.catalog))
        self._builder.renew_catalog()

    def _adopted(self, record: Record) -> None:
        """A clip was brought in: its request is in the builder, to go on from it, and it is on the screen."""
        self._ordering.refill(record, parent=True)
        self.show(record.id)

    def _refresh(self) -> None:
        """Show what the library says now. Called at most four times a second while anything changes or is under way."""
        with self._snapshot.lock:
            try:
                self._show(self._snapshot.read())
            except Exception as error:
                self._ordering.show_text(f"The panel could not read its library: {error}", "bad")
                raise

    def _show(self, fresh: bool) -> None:
        snapshot, screen, ordering = self._snapshot, self._screen, self._ordering
        shown = snapshot.watched()
        put(self._shelf, selected=tuple(record.id for record in shown))
        ordering.set_terms()
        put(self._header, **view.bar(self._builder.evaluation.model, self._service))
        put(self._header, spent=day_budget.spent(snapshot.spend, snapshot.budget, self._service.practice))
        put(self._examples.layout, display="none" if shown else "")
        put(screen.layout, display="" if shown else "none")
        if shown:
            put(screen, arrangement=arranged(screen.arrangement, len(screen.takes), len(shown)))
            put(screen, actions=self._actions.of(shown, snapshot.parent))
            screen.show(*shown)
        if (ids := tuple(record.id for record in shown)) != self._shown:  # else a person may have just set others
            self._shown = ids
            self.selected = tuple(map(self.library.take, ids))
        ordering.queries.refresh()
        put(self._header, balance=ordering.queries.balance)
        self._builder.refresh()
        if fresh:
            put(self._header, notice=view.notice(self.library.folder, self.library.unreadable))
            self._kept.renew(snapshot.stills(KEPT))

    # The traits: those of the request are the builder's own, the arrangement is the screen's

    def _connect_traits(self) -> None:
        names = ["model", *INPUTS, "problems", "price"]
        for name in names:
            self.set_trait(name, getattr(self._builder, name))
        self.arrangement = self._screen.arrangement
        self._builder.observe(self._take_over, names)
        self._screen.observe(self._take_over, "arrangement")
        self._ready = True
        self.observe(self._pass_on, [*names[:-2], "arrangement"])

    def _take_over(self, change: Mapping[str, Any]) -> None:
        owner, name = change["owner"], change["name"]
        self._mirror(lambda: {name: getattr(owner, name)})
        if name == "model":
            put(self._header, model=self.model)

    def _pass_on(self, change: Mapping[str, Any]) -> None:
        name, value = change["name"], change["new"]
        if not self._is_mirrored(name, value):
            setattr(self._screen if name == "arrangement" else self._builder, name, value)

    @t.validate("model", *INPUTS)
    def _validate_input(self, proposal: Mapping[str, Any]) -> Any:
        name, value = proposal["trait"].name, proposal["value"]
        return self._builder.accept(name, value) if self._ready and not self._is_mirrored(name, value) else value

    @t.validate("arrangement")
    def _validate_arrangement(self, proposal: Mapping[str, Any]) -> Any:
        offered, value = type(self._screen).arrangement.values or (), proposal["value"]
        if value not in offered:
            raise t.TraitError(f"There is no arrangement {value!r}. Choose {', '.join(map(repr, offered))}.")
        return value

    @t.validate("selected")
    def _validate_selected(self, proposal: Mapping[str, Any]) -> Any:
        try:
            return tuple(map(self.library.take, take_ids(self.library, *proposal["value"])))
        except (LibraryError, TypeError) as error:
            raise t.TraitError(str(error)) from None

    @t.observe("selected")
    def _select(self, change: Mapping[str, Any]) -> None:
        ids = [take.id for take in change["new"]]
        if ids and tuple(ids) != self._snapshot.on_screen:
            self._choose_takes(ids)

    def _choose_takes(self, ids: Sequence[str]) -> None:
        with self._snapshot.lock:
            self._snapshot.choose(*ids)
        self._refresh_later()
