"""The builder: a control for each input of a model, each with its problem beside it."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

import ipywidgets as w  # type: ignore[import-untyped]  # ships no types

from ...errors import Problem
from ...request.catalog import Model
from ...request.storyboard import fit
from ..base.widget import UnicodeWidget
from ..elements.elements import Elements
from ..media.media import Media
from ..storyboard.storyboard import Storyboard
from .carry_over import carried
from .draft import Draft
from .extras import Extras
from .form import BOTH, FIELDS, counter, defaults, draft, standing
from .offer import Offer, offer
from .seconds import Seconds

_SPOKEN = {"multi_prompt", "element_list"}  # these say themselves what is wrong with them


class Prompt(UnicodeWidget, w.Textarea):  # type: ignore[misc]  # ipywidgets ships no types
    """Where the prompt is written."""


class Builder(w.VBox):  # type: ignore[misc]  # ipywidgets ships no types
    """The controls of a request.

    Parameters
    ----------
    model
        Says which controls there are and what they offer; see ``choose``.
    changed
        Called after any control's value changed.
    elements, media
        The controls of ``element_list``, and of pictures and videos: they need what only a library has.
    beside_prompt
        What stands under the prompt, to help with it.

    Attributes
    ----------
    prompt, element_list, multi_prompt, aspect_ratio, duration, sound
        The controls, by the API's own names; each has a ``value``.
    """

    def __init__(
        self,
        model: Model,
        changed: Callable[[], None],
        *,
        elements: Elements,
        media: Media,
        beside_prompt: tuple[Any, ...] = (),
    ) -> None:
        self._model: Model | None = None
        self._changed = changed
        self._touched: set[str] = set()
        self._quiet = 0
        self.prompt = Prompt(
            description="Prompt",
            placeholder="What happens, where, how the camera moves, the light …",
            continuous_update=True,
            rows=4,
        )
        self._counter = w.HTML()
        self.aspect_ratio = w.ToggleButtons(description="Shape")
        self.duration = Seconds()
        self.sound = w.Checkbox(description="Sound", indent=False)
        here, seconds = (f"anywidget:{control.model_id}" for control in (self.prompt, self.duration))
        heard = f"anywidget:{self.sound.model_id}"
        self.multi_prompt = Storyboard(duration=seconds, prompt=here, sound=heard)
        board = f"anywidget:{self.multi_prompt.model_id}"
        self.element_list = elements
        self.element_list.prompt, self.element_list.board = here, board
        self.media = media
        self.extras = Extras()
        self._draft = Draft(duration=seconds, sound=heard)
        self._problems = {name: _words("kw-problem") for name in FIELDS}
        self._rows = {name: _row(name, self.control(name), self._problems[name]) for name in FIELDS}
        self._rows["prompt"].children = (self.prompt, self._counter, self._problems["prompt"], *beside_prompt)
        self._rows["sound"].children = (self.sound, self._draft, self._problems["sound"])
        self._counter.add_class("kw-counter").add_class("kw-num")
        self.choose(model)
        super().__init__([self.media, *self._rows.values(), self.extras])
        self.add_class("kw-builder")
        for name in FIELDS:
            self.control(name).observe(self._notice, "value")
        for several in (self.media, self.extras):
            several.observe(self._notice_several, "value")
        self.multi_prompt.observe(self._notice_several, BOTH)

    def control(self, name: str) -> Any:
        """The control of an input that has one of its own."""
        return getattr(self, name)

    def choose(self, model: Model) -> tuple[str, ...]:
        """Be for this model: show its inputs, and keep what carries over. Gives the names of what was dropped."""
        dropped: tuple[str, ...] = ()
        values = defaults(model)
        if self._model is not None:
            values, dropped = carried(self._model, model, self.values)
        self._model, self._offer = model, offer(model)
        found: Offer = self._offer
        self._quiet += 1
        try:
            if self.aspect_ratio.options != found.shapes:
                self.aspect_ratio.options = found.shapes
            self.duration.low, self.duration.high = found.seconds
            self.duration.quick = list(found.quick)
            self.element_list.most = found.elements or self.element_list.most
            self.multi_prompt.suit(model.schema)
            self._place(found)
            self.extras.offer(found.extras)
            for name, row in self._rows.items():
                row.layout.display = "" if name in found.fields else "none"
                if name not in found.fields:
                    self.control(name).value = values[name]
            self._draft.draft = {}  # while lengths change, none of them is what a person means
            self._fill({name: value for name, value in values.items() if name not in self._slots})
            self._draft.draft = draft(model)
        finally:
            self._quiet -= 1
        self._touched.clear()
        self._count()
        return dropped

    @property
    def model(self) -> Model:
        """The model that the controls are for."""
        assert self._model is not None
        return self._model

    @property
    def final(self) -> Mapping[str, Any]:
        """The length and the sound that are meant, where the builder holds those of a draft."""
        found: Mapping[str, Any] = self._draft.final
        return found

    def watch_final(self, changed: Callable[[], None]) -> None:
        """Call ``changed`` whenever ``final`` changed."""
        self._draft.observe(lambda _change: changed(), "final")

    @property
    def values(self) -> dict[str, Any]:
        """What the controls hold, by field."""
        mine = {name: self.control(name).value for name in FIELDS}
        return {**mine, BOTH: self.multi_prompt.both, **self.extras.value, **self.media.urls()}

    def references(self) -> dict[str, str]:
        """The controls as a page finds them: input -> the one whose ``value`` it is."""
        return {name: f"anywidget:{self.control(name).model_id}" for name in FIELDS}

    def groups(self) -> list[str]:
        """The controls as a page finds them whose ``value`` is several inputs at once."""
        return [f"anywidget:{self.extras.model_id}"]

    def fill(self, values: Mapping[str, Any], *, touch: bool = False) -> None:
        """Put values into the controls; ``touch`` counts them as a person's own."""
        self._quiet += not touch
        try:
            self._fill(values)
        finally:
            self._quiet -= not touch
        self._changed()

    def _fill(self, values: Mapping[str, Any]) -> None:
        # The length first: shots are fitted to it, and then given as they are meant.
        for name in sorted(FIELDS, key=lambda name: name != "duration"):
            control = self.control(name)
            if name in values and name in self._offer.fields and control.value != values[name]:
                control.value = values[name]
        if BOTH in values:
            self.multi_prompt.both = bool(values[BOTH])
        extras = {extra.name: values.get(extra.name, extra.default) for extra in self._offer.extras}
        if self.extras.value != extras:
            self.extras.value = extras
        if given := {name: values[name] for name in self._slots if name in values}:
            self.media.hold(given)

    def _place(self, found: Offer) -> None:
        """Show these places for pictures and videos; what is in those that stay, stays."""
        slots = [asdict(slot) for slot in found.slots]
        if self.media.slots != slots:
            self.media.fit(slots)
        self.media.layout.display = "" if slots else "none"

    @property
    def _slots(self) -> list[str]:
        return [slot.name for slot in self._offer.slots]

    def touch_all(self) -> None:
        """From now on every problem is shown, as after a click on Generate."""
        self._touched.update(self._offer.fields)

    def say(self, problems: tuple[Problem, ...]) -> str:
        """Show problems beside their controls; gives the words for those that have none."""
        said = standing(problems, self._touched, self._offer.fields)
        for name, place in self._problems.items():
            if name not in _SPOKEN:
                _show(place, said.get(name, ""))
        for name in _SPOKEN | {"duration"}:
            if self.control(name).problem != said.get(name, ""):
                self.control(name).problem = said.get(name, "")
        extras = {extra.name: said[extra.name] for extra in self._offer.extras if extra.name in said}
        if self.extras.problem != extras:
            self.extras.problem = extras
        self.media.say({name: said[name] for name in self._slots if name in said})
        return said.get("", "")

    def _notice(self, change: Mapping[str, Any]) -> None:
        if change["owner"] is self.prompt:
            self._count()
        if change["owner"] is self.duration:
            self._fit()
        self._noticed(name for name in FIELDS if self.control(name) is change["owner"])

    def _notice_several(self, change: Mapping[str, Any]) -> None:
        old, new = change["old"], change["new"]
        both = isinstance(old, Mapping) and isinstance(new, Mapping)
        self._noticed(name for name in self._offer.fields if both and old.get(name) != new.get(name))

    def _noticed(self, names: Any) -> None:
        if self._quiet:
            return
        self._touched.update(names)
        self._changed()

    def _fit(self) -> None:
        """Fit the shots to another length, as the page does: what was asked for in code is coupled too."""
        shots, seconds = self.multi_prompt.value, self.duration.value
        low, high = self._offer.seconds
        if not shots or not self._offer.board or not isinstance(seconds, int) or not low <= seconds <= high:
            return
        if sum(shot["duration"] for shot in shots) != seconds:
            self.multi_prompt.value = fit(shots, seconds, shortest=self._offer.board.shortest)

    def _count(self) -> None:
        text, over = counter(self.prompt.value, self._offer.letters)
        _show(self._counter, text, "kw-over" if over else "")


def _row(name: str, *parts: Any) -> Any:
    row = w.VBox(parts)
    row.add_class("kw-field").add_class(f"kw-field-{name}")
    return row


def _words(name: str) -> w.HTML:
    place = w.HTML()
    place.add_class(name)
    return place


def _show(place: w.HTML, text: str, name: str = "") -> None:
    """Text stays text: an HTML widget is the only one that leaves dollar signs alone."""
    shown = f'<span class="{name}">{html.escape(text)}</span>' if text else ""
    if place.value != shown:
        place.value = shown
