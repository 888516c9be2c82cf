"""The builder's controls: one for each input, in a row with its problem."""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any

import ipywidgets as w  # type: ignore[import-untyped]  # ships no types

from ...request.catalog import Model
from ..base.widget import UnicodeWidget
from ..elements.elements import Elements
from ..media.media import Media
from ..storyboard.storyboard import Storyboard
from .draft import Draft
from .extras import Extras
from .offer import FIELDS, Offer
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
    """

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
        self.board, self.media, self.extras = board, media, Extras()
        self.draft = Draft(duration=reference(seconds), sound=reference(sound))
        self._count, self.price = w.HTML(), w.HTML()
        self._problems = {name: _text("kw-problem") for name in FIELDS}
        self.rows = {name: _row(name, self.by_name[name], self._problems[name]) for name in FIELDS}
        self.rows["prompt"].children = (prompt, self._count, self._problems["prompt"], *below_prompt)
        self.rows["sound"].children = (sound, self.draft, self._problems["sound"])
        self._count.add_class("kw-character-count").add_class("kw-num")
        self.price.add_class("kw-builder-price").add_class("kw-num")
        self.all = [media, *self.rows.values(), self.extras, self.price]

    def suit(self, model: Model, found: Offer) -> None:
        """Offer what a model takes."""
        shapes, seconds = self.by_name["aspect_ratio"], self.by_name["duration"]
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

    def show_problems(self, problems: Mapping[str, str], found: Offer) -> None:
        """Show problems beside their controls: input -> text."""
        for name, place in self._problems.items():
            if name not in _SHOW_THEIR_OWN:
                show(place, problems.get(name, ""))
        for name in ("multi_prompt", "element_list", "duration"):
            control, text = self.by_name[name], problems.get(name, "")
            if control.problem != text:
                control.problem = text
        extras = {extra.name: problems[extra.name] for extra in found.extras if extra.name in problems}
        if self.extras.problem != extras:
            self.extras.problem = extras
        self.media.show_problems({slot.name: problems[slot.name] for slot in found.slots if slot.name in problems})

    def show_count(self, text: str, too_many: bool) -> None:
        """Show how many characters the prompt has."""
        show(self._count, text, "kw-over" if too_many else "")


def reference(widget: Any) -> str:
    """Return what a page finds a widget by."""
    return f"anywidget:{widget.model_id}"


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
