"""What a history is narrowed to and ordered by, as traits: the same words as those of `Library.takes`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timezone
from typing import Any

import traitlets as t

from ...errors import KlingError
from ...library import wanted
from ...library.annotations import tidy_tag
from ...request.catalog import Catalog
from ...request.states import FINAL, STATES
from ...store.take_filter import TakeFilter
from ...store.take_order import NEWEST, TakeOrder, take_order
from ...text import mended
from ..base.live_updates import LibraryFollower

STATUSES: dict[str, frozenset[str] | None] = {
    "all": None,
    "finished": frozenset({"completed"}),
    "running": STATES - FINAL,
    "failed": FINAL - {"completed"},
}
"""What a history can be narrowed to: a word for people -> states."""

DEFAULTS: Mapping[str, Any] = {
    "text": "", "status": "all", "rating": None, "tags": (), "model": (), "cost": None, "since": "", "until": "",
    "parent": "", "family": "", "sweep": "", "sort": str(NEWEST),
}  # fmt: skip
"""The traits that a history is narrowed and ordered by -> what each is where nobody asks for less."""


class FilterTraits(LibraryFollower):
    """The part of a history that is asked for less than all, and for another order."""

    text = t.Unicode(help="Words that a take's prompt, tags or note must hold.").tag(sync=True)
    status = t.Enum(tuple(STATUSES), "all", help="Which takes are shown.").tag(sync=True)
    rating = t.Any(None, help="The least number of stars, 1 to 5; None: with or without.").tag(sync=True)
    tags = t.Any((), help="Tags that a take must have, each of them.").tag(sync=True)
    model = t.Any((), help="The models, one of which must have made it, by their ids.").tag(sync=True)
    cost = t.Any(None, help="The least and the most that it cost, in dollars; None: no bound.").tag(sync=True)
    since = t.Any("", help="The day or moment from which on it was confirmed.").tag(sync=True)
    until = t.Any("", help="The day until whose end, or moment before which, it was confirmed.").tag(sync=True)
    parent = t.Any("", help="The take that it was made from, by its id.").tag(sync=True)
    family = t.Any("", help="A take of its family, by its id.").tag(sync=True)
    sweep = t.Any("", help="The sweep that it was made for, by its id.").tag(sync=True)
    sort = t.Unicode(str(NEWEST), help="What takes are ordered by; with a minus the greatest comes first.").tag(
        sync=True
    )

    @property
    def take_filter(self) -> TakeFilter:
        """Which takes it is narrowed to."""
        narrower = {
            name: getattr(self, name) or None for name in DEFAULTS if name not in ("text", "status", "sort", "tags")
        }
        chosen = wanted.take_filter(self.library.catalog, self.library.zone, text=self.text, tags=self.tags, **narrower)
        return replace(chosen, states=STATUSES[self.status])

    @property
    def take_order(self) -> TakeOrder:
        """How they are ordered."""
        return take_order(self.sort)

    @t.validate(*(name for name in DEFAULTS if name != "status"))
    def _as_kept(self, proposal: Any) -> Any:
        name, value = proposal["trait"].name, proposal["value"]
        try:
            kept = tidied(name, value, self.library.catalog)
            if name in ("parent", "family") and kept:
                self.library._gateway.record(kept)  # an unknown one is refused here, in words
        except KlingError as error:
            raise t.TraitError(str(error)) from None
        return kept


def tidied(name: str, value: Any, catalog: Catalog) -> Any:
    """Return what a person asks of takes in the one form in which the trait of this name keeps it.

    Raises ``BadValue`` for what no take can have.
    """
    default = DEFAULTS[name]
    if name == "text":
        return mended(value.strip())
    if name == "sort":
        return str(take_order(value.strip())) if value.strip() else default
    if value is None or (isinstance(value, (str, tuple, list)) and not value) or value == default:
        return default
    if name in ("since", "until"):
        value = value.isoformat() if isinstance(value, date) else value.strip() if isinstance(value, str) else value
    elif name in ("parent", "family", "sweep"):
        return wanted.take_id(value)
    elif name in ("tags", "model") and not isinstance(value, str) and isinstance(value, Iterable):
        value = tuple(value)
    chosen = wanted.take_filter(catalog, timezone.utc, **{name: value})
    if name == "model":
        return tuple(sorted(chosen.models or ()))
    if name == "tags":
        return tuple(dict.fromkeys(filter(None, map(tidy_tag, [value] if isinstance(value, str) else value))))
    if name == "cost":
        return (
            None if chosen.cost == (None, None) else tuple(None if bound is None else float(bound) for bound in value)
        )
    return int(value) if name == "rating" else value
