"""The builder's controls: one for each input, in a row with its problem, and what they hold together."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping
from typing import Any

import ipywidgets as w  # type: ignore[import-untyped]  # ships no types

from ...errors import Problem
from ...request.catalog import Model
from ...request.storyboard import fit
from ..base.mixins import UnicodeWidget
from ..base.widget import reference
from ..elements.elements import Elements
from ..media.media import Media
from ..storyboard.storyboard import Storyboard
from . import form
from .draft import Draft
from .evaluation import BOTH, Evaluation, Values, character_count, standing
from .extras import Extras
from .offer import FIELDS, Offer, offer
from .seconds import Seconds

_SHOW_THEIR_OWN = frozenset({"multi_prompt", "element_list"})  # these show what is wrong with them


class Prompt(UnicodeWidget, w.Textarea):  # type: ignore[misc]  # ipywidgets ships no types
    """Where the prompt is written."""


class Controls:
    """The controls of a builder, and the rows that they stand in.

    Parameters
    ----------
    elements, media
        The controls of ``element_list``, and of pictures and videos.
    below_prompt
        What stands under the prompt, to help with it.

    Attributes
    ----------
    by_name
        Input -> its control, for those of ``FIELDS``.
    rows
        Input -> its row.
    media, extras, draft
        The controls of several inputs at once: pictures and videos, the model's other inputs, length and sound.
    offer
        What the model that they suit lets a person choose.
    """

    offer: Offer

    def __init__(self, elements: Elements, media: Media, below_prompt: tuple[Any, ...]) -> None:
        prompt = Prompt(
            description="Prompt",
            placeholder="What happens, where, how the camera moves, the light …",
            continuous_update=True,
            rows=4,
        )
        seconds, sound = Seconds(), w.Checkbox(description="Sound", indent=False)
        board = Storyboard(duration=reference(seconds), prompt=reference(prompt), sound=reference(sound))
        elements.prompt, elements.board = reference(prompt), reference(board)
        self.by_name: dict[str, Any] = {
            "prompt": prompt,
            "element_list": elements,
            "multi_prompt": board,
            "aspect_ratio": w.ToggleButtons(description="Shape"),
            "duration": seconds,
            "sound": sound,
        }
        self._names = {control: name for name, control in self.by_name.items()}
        self.board, self.media, self.extras = board, media, Extras()
        self.draft = Draft(duration=reference(seconds), sound=reference(sound))
        self._count, self.price = w.HTML(), w.HTML()
        self._problems = {name: _text("kw-problem") for name in FIELDS}
        self._shown: Mapping[str, str] = {}  # the problems that are shown, by field
        self._touched: set[str] = set()  # inputs that a person changed
        self._filling = 0  # more than 0 while several values are put there: whoever does it evaluates them once
        self._quiet = 0  # more than 0 while they are nobody's own
        self.rows = {name: _row(name, self.by_name[name], self._problems[name]) for name in FIELDS}
        self.rows["prompt"].children = (prompt, self._count, self._problems["prompt"], *below_prompt)
        self.rows["sound"].children = (sound, self.draft, self._problems["sound"])
        self._count.add_class("kw-character-count").add_class("kw-num")
        self.price.add_class("kw-builder-price").add_class("kw-num")
        self.all = [media, *self.rows.values(), self.extras, self.price]

    def on_change(self, changed: Callable[[], None]) -> None:
        """Call ``changed`` where a value changes, unless `suit` or `fill` put it there."""
        self._changed = changed
        for control in self._names:
            control.observe(self._notice, "value")
        for several in (self.media, self.extras):
            several.observe(self._notice_several, "value")
        self.board.observe(self._notice_several, BOTH)

    @property
    def values(self) -> dict[str, Any]:
        """What they hold, by field."""
        held = {name: control.value for name, control in self.by_name.items()}
        held["multi_prompt"] = self.shots
        return {**held, BOTH: self.board.both, **self.extras.value, **self.media.ready}

    @property
    def shots(self) -> list[dict[str, Any]]:
        """The shots as long as the clip: the page fits them to another length, and its answer comes a moment later."""
        shots: list[dict[str, Any]] = self.board.value
        seconds = self.by_name["duration"].value
        low, high = self.offer.seconds
        if not shots or not self.offer.board or not isinstance(seconds, int) or not low <= seconds <= high:
            return shots
        if sum(shot["duration"] for shot in shots) == seconds:
            return shots
        return fit(shots, seconds, shortest=self.offer.board.shortest)

    def suit(self, model: Model, values: Values) -> None:
        """Offer what a model takes, and hold these values, none of which is a person's own yet."""
        self._filling, self._quiet = self._filling + 1, self._quiet + 1
        try:
            self.offer = offer(model)
            self._offer_choices(model)
            for name in FIELDS:
                if name not in self.offer.fields:
                    self.by_name[name].value = values[name]
            self.draft.draft = {}  # while lengths change, none of them is what a person means
            slots = self._slots
            self._put({name: value for name, value in values.items() if name not in slots})
            self.draft.draft = form.draft(model)
        finally:
            self._filling, self._quiet = self._filling - 1, self._quiet - 1
        self._touched.clear()

    def fill(self, values: Values, *, touch: bool = False) -> None:
        """Put values into the controls, by field; ``touch`` counts them as a person's own."""
        self._filling, self._quiet = self._filling + 1, self._quiet + (not touch)
        try:
            self._put(values)
        finally:
            self._filling, self._quiet = self._filling - 1, self._quiet - (not touch)

    def touch_all(self) -> None:
        """Show every problem from now on, also of what nobody changed."""
        self._touched.update(self.offer.fields)

    def show_problems(self, found: tuple[Problem, ...]) -> str:
        """Show problems beside the controls that a person changed. Returns those that have no control, as text."""
        shown = standing(found, self._touched, self.offer.fields)
        if shown != self._shown:
            self._shown = shown
            self._place_problems(shown)
        return shown.get("", "")

    def show_count(self, prompt: str) -> None:
        """Show how many characters the prompt has."""
        text, too_many = character_count(prompt, self.offer.letters)
        show(self._count, text, "kw-over" if too_many else "")

    def show_price(self, now: Evaluation) -> None:
        """Show what a take comes to, and what has no control, where no button says it."""
        other = standing(now.problems, set(), self.offer.fields).get("", "")
        show(self.price, f"{other} {now.batches[0].price} a take. {now.shortage}".strip())

    def _offer_choices(self, model: Model) -> None:
        found, shapes, seconds = self.offer, self.by_name["aspect_ratio"], self.by_name["duration"]
        if shapes.options != found.shapes:
            shapes.options = found.shapes
        seconds.low, seconds.high = found.seconds
        seconds.quick = list(found.quick)
        self.by_name["element_list"].most = found.elements or self.by_name["element_list"].most
        self.board.suit(model.schema)
        slots = [vars(slot) for slot in found.slots]
        if self.media.slots != slots:
            self.media.fit(slots)
        self.media.layout.display = "" if slots else "none"
        self.extras.offer(found.extras)
        for name, row in self.rows.items():
            row.layout.display = "" if name in found.fields else "none"

    def _put(self, values: Values) -> None:
        # The length first: shots are fitted to it, and then given as they are meant.
        for name in sorted(FIELDS, key="duration".__ne__):
            control = self.by_name[name]
            if name in values and name in self.offer.fields and control.value != values[name]:
                control.value = values[name]
                if name == "duration" and self.board.value != self.shots:
                    self.board.value = self.shots
        if BOTH in values:
            self.board.both = bool(values[BOTH])
        extras = {extra.name: values.get(extra.name, extra.default) for extra in self.offer.extras}
        if self.extras.value != extras:
            self.extras.value = extras
        if given := {name: values[name] for name in self._slots if name in values}:
            self.media.hold(given)

    @property
    def _slots(self) -> list[str]:
        return [slot.name for slot in self.offer.slots]

    def _notice(self, change: Mapping[str, Any]) -> None:
        if not self._quiet:
            self._touched.add(self._names[change["owner"]])
        if not self._filling:
            self._changed()

    def _notice_several(self, change: Mapping[str, Any]) -> None:
        old, new = change["old"], change["new"]
        if not self._quiet and isinstance(old, Mapping) and isinstance(new, Mapping):
            self._touched.update(name for name in self.offer.fields if old.get(name) != new.get(name))
        if not self._filling:
            self._changed()

    def _place_problems(self, problems: Mapping[str, str]) -> None:
        for name, place in self._problems.items():
            if name not in _SHOW_THEIR_OWN:
                show(place, problems.get(name, ""))
        for name in ("multi_prompt", "element_list", "duration"):
            control, text = self.by_name[name], problems.get(name, "")
            if control.problem != text:
                control.problem = text
        extras = {extra.name: problems[extra.name] for extra in self.offer.extras if extra.name in problems}
        if self.extras.problem != extras:
            self.extras.problem = extras
        self.media.show_problems({slot.name: problems[slot.name] for slot in self.offer.slots if slot.name in problems})


def show(place: w.HTML, text: str, name: str = "") -> None:
    """Show text as text: an HTML widget is the only one that leaves dollar signs alone."""
    shown = f'<span class="{name}">{html.escape(text)}</span>' if text else ""
    if place.value != shown:
        place.value = shown


def _row(name: str, *children: Any) -> Any:
    row = w.VBox(children)
    row.add_class("kw-field").add_class(f"kw-field-{name}")
    return row


def _text(name: str) -> w.HTML:
    place = w.HTML()
    place.add_class(name)
    return place
