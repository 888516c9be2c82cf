"""The builder: ipywidgets for what a request is made of, each with its problem beside it."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping
from typing import Any

import ipywidgets as w  # type: ignore[import-untyped]  # ships no types

from ..catalog import Model
from ..errors import Problem
from .faces import Seconds
from .form import FIELDS, Limits, counter, defaults, limits, standing


class Builder(w.VBox):  # type: ignore[misc]  # ipywidgets ships no types
    """The controls of a request.

    Parameters
    ----------
    model
        Says which controls there are and what they offer.
    changed
        Called after any control's value changed.

    Attributes
    ----------
    prompt, aspect_ratio, duration, sound
        The controls, by the API's own names; each has a ``value``.
    """

    def __init__(self, model: Model, changed: Callable[[], None]) -> None:
        self._limits: Limits = limits(model)
        start = defaults(model)
        self._changed = changed
        self._touched: set[str] = set()
        self._filling = False
        self.prompt = w.Textarea(
            value=start["prompt"],
            description="Prompt",
            placeholder="What happens, where, how the camera moves, the light …",
            continuous_update=True,
            rows=4,
        )
        self._counter = w.HTML()
        self.aspect_ratio = w.ToggleButtons(
            options=self._limits.shapes, value=start["aspect_ratio"], description="Shape"
        )
        low, high = self._limits.seconds
        self.duration = Seconds(value=start["duration"], low=low, high=high, quick=list(self._limits.quick))
        self.sound = w.Checkbox(value=start["sound"], description="Sound", indent=False)
        self._problems = {name: _words("kw-problem") for name in FIELDS}
        rows = []
        for name in FIELDS:
            parts = [self.control(name), self._problems[name]]
            if name == "prompt":
                parts.insert(1, self._counter)
            row = w.VBox(parts)
            row.add_class("kw-field").add_class(f"kw-field-{name}")
            if name not in self._limits.fields:
                row.layout.display = "none"
            rows.append(row)
        self._counter.add_class("kw-counter").add_class("kw-num")
        super().__init__(rows)
        self.add_class("kw-builder")
        for name in FIELDS:
            self.control(name).observe(self._notice, "value")
        self._count()

    def control(self, name: str) -> Any:
        """The control of an input."""
        return {
            "prompt": self.prompt,
            "aspect_ratio": self.aspect_ratio,
            "duration": self.duration,
            "sound": self.sound,
        }[name]

    @property
    def values(self) -> dict[str, Any]:
        """What the controls hold, by field."""
        return {name: self.control(name).value for name in FIELDS}

    def references(self) -> dict[str, str]:
        """The controls as a page finds them."""
        return {name: f"anywidget:{self.control(name).model_id}" for name in self._limits.fields}

    def fill(self, values: Mapping[str, Any], *, touch: bool = False) -> None:
        """Put values into the controls; ``touch`` counts them as a person's own."""
        self._filling = not touch
        try:
            for name, value in values.items():
                if name in self._limits.fields and self.control(name).value != value:
                    self.control(name).value = value
        finally:
            self._filling = False

    def touch_all(self) -> None:
        """From now on every problem is shown, as after a click on Generate."""
        self._touched.update(FIELDS)

    def say(self, problems: tuple[Problem, ...]) -> str:
        """Show problems beside their controls; gives the words for those that have none."""
        said = standing(problems, self._touched, self._limits.fields)
        for name, place in self._problems.items():
            _show(place, said.get(name, ""))
        self.duration.problem = said.get("duration", "")
        return said.get("", "")

    def _notice(self, change: Mapping[str, Any]) -> None:
        if change["owner"] is self.prompt:
            self._count()
        if not self._filling:
            self._touched.update(name for name in FIELDS if self.control(name) is change["owner"])
        self._changed()

    def _count(self) -> None:
        text, over = counter(self.prompt.value, self._limits.letters)
        _show(self._counter, text, "kw-over" if over else "")


def _words(name: str) -> w.HTML:
    place = w.HTML()
    place.add_class(name)
    return place


def _show(place: w.HTML, text: str, name: str = "") -> None:
    """Text stays text: an HTML widget is the only one that leaves dollar signs alone."""
    shown = f'<span class="{name}">{html.escape(text)}</span>' if text else ""
    if place.value != shown:
        place.value = shown
