"""Takes as a history shows them: which there are to choose from, and each as a card and as a row of the table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import Any

from ...request.budget import Spend
from ...request.catalog import Model, bundled
from ...request.money import Micros, dollars
from ...request.states import FINAL, STATES, UNCERTAIN
from ...store import Record
from ...store.history import COLUMNS
from ..queue.take_row import clock, title, withdrawn

SHOWN = 200
"""How many takes a history holds at once, newest first; search finds the others."""

FILTERS: dict[str, frozenset[str] | None] = {
    "all": None,
    "finished": frozenset({"completed"}),
    "running": STATES - FINAL,
    "failed": FINAL - {"completed"},
}
"""What a history can be narrowed to: a word for people -> states."""

STATUS: dict[str, str] = {
    "intent": "waiting",
    "sending": "sending",
    "unknown": "unknown",
    "reconciling": "unknown",
    "needs_you": "needs you",
    "accepted": "waiting",
    "created": "waiting",
    "processing": "rendering",
    "downloading": "downloading",
    "completed": "finished",
    "rejected": "refused",
    "not_created": "not made",
    "unverified": "not a whole clip",
}
"""States in words, where the state's own name is not one already."""

_CARD_TITLE = 80  # characters; a card cuts it at about 25


def model_name(model: Model) -> str:
    """A model as people name it: ``O3 Pro · text to video``."""
    return model.name.removeprefix("Kling ")


def summary(spend: Spend, shown: Sequence[Record], narrowed: bool) -> str:
    """How many takes there are and what they came to, ``48 takes, $31.92``: of those shown, where it is narrowed."""
    count = f"{spend.takes:,} take" + ("" if spend.takes == 1 else "s")
    live, play = spend.total, spend.practice_total
    if narrowed:
        count = f"{len(shown):,}{'+' if len(shown) >= SHOWN else ''} of {count}"
        live = Micros(sum(r.cost for r in shown if not r.practice))
        play = Micros(sum(r.cost for r in shown if r.practice))
    elif spend.takes > len(shown):
        count = f"{count}, the newest {len(shown):,} here"
    sums = [dollars(live)] if live else []
    if play:
        sums.append(f"{dollars(play)} of play money")
    return ", ".join([count, " and ".join(sums)]) if sums else count


class Cards:
    """A history's cards. Those of takes that did not change are kept."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[int, tzinfo | None, dict[str, Any]]] = {}

    def update(self, records: Sequence[Record], zone: tzinfo | None = None) -> list[dict[str, Any]]:
        """Return the cards of these takes, in their order."""
        kept = self._kept
        self._kept = {
            record.id: old
            if (old := kept.get(record.id)) and old[:2] == (record.revision, zone)
            else (record.revision, zone, card(record, zone))
            for record in records
        }
        return [shown for _, _, shown in self._kept.values()]


def card(record: Record, zone: tzinfo | None = None) -> dict[str, Any]:
    """One take for the history, as a card and as a row of the table.

    ``cells`` are the columns of `Library.history`, in its order and without its first, the poster, as text.
    """
    return {
        "id": record.id,
        "title": title(record.words)[:_CARD_TITLE] or "Without words",
        "state": record.state,
        "status": status(record),
        "tone": _tone(record),
        "poster": record.poster or "",
        "rating": record.rating or 0,
        "facts": f"{record.seconds} s · {dollars(record.estimate if record.state == 'intent' else record.cost)}",
        "cells": cells(record, zone),
    }


def status(record: Record) -> str:
    """A take's state in one or two words."""
    return "stopped" if withdrawn(record) else STATUS.get(record.state, record.state)


def cells(record: Record, zone: tzinfo | None = None) -> list[str]:
    """The history's columns for one take, as text, in the history's own order and without the poster."""
    model = bundled().get(record.model)

    def value(name: str) -> Any:
        return record.inputs.get(name, model.default(name) if model else None)

    took = "" if record.saved_at is None else clock((record.saved_at - record.confirmed_at) / 1000)
    sound = value("sound")
    texts = {
        "prompt": " ".join(record.words.split()),
        "model": model_name(model) if model else record.model,
        "seconds": str(record.seconds),
        "aspect_ratio": str(value("aspect_ratio") or ""),
        "sound": "" if sound is None else "on" if sound else "off",
        "status": status(record),
        "cost": dollars(record.cost),
        "rating": "★" * (record.rating or 0),
        "tags": " ".join(f"#{tag}" for tag in record.tags),
        "note": record.note,
        "confirmed": _when(record.confirmed_at, zone),
        "took": took,
        "file": record.file or "",
        "id": record.id,
    }
    return [texts[name] for name in COLUMNS if name != "poster"]


def headings() -> list[str]:
    """The table's headings: the history's columns, the poster first."""
    return [name.replace("_", " ") for name in COLUMNS]


def _tone(record: Record) -> str:
    if record.state == "completed":
        return "done"
    if record.state in UNCERTAIN or record.state == "unverified":
        return "ask"
    if withdrawn(record):
        return "off"
    return "bad" if record.final else "run"


def _when(at: int, zone: tzinfo | None) -> str:
    return datetime.fromtimestamp(at / 1000, zone).astimezone(zone).strftime("%Y-%m-%d %H:%M")
