"""What is being written in the builder, kept in the library: running the cell again brings it back."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ... import urls
from ...library import Library
from ...request.catalog import O3_PRO, TOOL, Model
from ...text import mended
from ..builder.evaluation import BOTH
from ..builder.form import defaults, fits
from ..builder.offer import offer

log = logging.getLogger(__name__)

PAUSE_S = 1.0
"""Seconds without a change until what was written is kept."""

LONGEST_S = 5.0
"""Seconds until it is kept although somebody writes on."""

MOST = 100_000
"""Characters of a draft; a longer one is not kept, and what was kept before stays."""


@dataclass(frozen=True)
class Draft:
    """A request as it stands in a builder.

    Attributes
    ----------
    model
        The model's name on the service.
    values
        What the controls hold, by field.
    parent
        The take that it was made from; empty where there is none.
    """

    model: str
    values: Mapping[str, Any] = field(hash=False)
    parent: str = ""

    def text(self) -> str:
        """Write it as JSON. Half a character, which no database takes, is replaced."""
        return json.dumps({"model": self.model, "values": mended(dict(self.values)), "parent": self.parent})


def read(library: Library) -> Draft | None:
    """Read what was being written; None where nothing was, or nothing that a control can hold."""
    try:
        found = json.loads(library._gateway.draft[:MOST] or "null")
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or not isinstance(values := found.get("values"), dict):
        return None
    model = library.catalog.get(str(found.get("model")))
    if model is None or model.kind == TOOL:
        return None
    return Draft(model.id, held(model, values), str(found.get("parent") or ""))


def held(model: Model, found: Mapping[str, Any]) -> dict[str, Any]:
    """What of these values the controls of a model can hold; its defaults for the rest.

    The values are from a database that anybody may have written.
    """
    values, places = defaults(model), {slot.name for slot in offer(model).slots}
    for name, value in found.items():
        has_control = name in values and (name in model.fields or name == BOTH)
        if has_control and (_addresses(value) if name in places else fits(model, name, value)):
            values[name] = value
    return values


def _addresses(value: Any) -> bool:
    given = value if isinstance(value, list) else [value]
    return all(urls.is_input(one) for one in given if one != "")


class SavedDraft:
    """Keeps a builder's draft, some moments after each change. Of two panels of a library, the last written one counts.

    Parameters
    ----------
    library
        Where it is kept.
    now
        Gives the draft as it is now.
    """

    def __init__(self, library: Library, now: Callable[[], Draft]) -> None:
        self._library, self._now = library, now
        self._kept = ""
        self._first = self._last = 0.0  # when the changes that are not kept yet began, and ended
        self._waits = False

    def begin(self) -> None:
        """What stands there now is known: only what a person makes of it is kept."""
        self._kept = self._now().text()

    def changed(self) -> None:
        """Note a change. It costs a handler nothing: the engine's thread writes it down later."""
        self._last = time.monotonic()
        if not self._waits:
            self._waits, self._first = True, self._last
            self._library._gateway.engine.later(PAUSE_S, self._keep)

    def close(self) -> None:
        """Keep what was written last. A library that is closed stays so: no engine is started for it."""
        if self._library._gateway.tends:
            self.changed()

    def _keep(self) -> None:
        at, engine = time.monotonic(), self._library._gateway.engine
        if at - self._last < PAUSE_S / 2 and at - self._first < LONGEST_S and not engine.closed:
            engine.later(PAUSE_S / 2, self._keep)
            return
        self._waits = False
        draft = self._now()
        text = draft.text()
        if text == self._kept or len(text) > MOST:
            return
        model = self._library.catalog.get(draft.model)
        empty = (
            draft.model == O3_PRO and model is not None and dict(draft.values) == defaults(model) and not draft.parent
        )
        self._library._gateway.keep_draft("" if empty else text)
        self._kept = text
