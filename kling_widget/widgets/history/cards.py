"""Takes as a history shows them: which there are to choose from, and each as a card and as a row of the table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import Any

from ...request.budget import Spend
from ...request.catalog import Model, bundled
from ...request.money import dollars
from ...request.states import UNCERTAIN
from ...store import Record
from ...store.history import COLUMNS
from ..queue.take_row import clock, withdrawn
from .titles import titles

SHOWN = 200
"""How many takes a page of a history holds."""

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

_CARD_TITLE = 160  # characters; a card cuts it at about 25, a row of the table at about 60


def model_name(model: Model) -> str:
    """A model as people name it: ``O3 Pro · text to video``."""
    return model.name.removeprefix("Kling ")


def summary(spend: Spend, found: Spend, page: int) -> str:
    """How many takes there are and what they came to, ``48 takes, $31.92``.

    Parameters
    ----------
    spend
        What all came to.
    found
        What those came to that are not filtered out.
    page
        Which page of them is shown, from 1.
    """
    count = f"{spend.takes:,} take" + ("" if spend.takes == 1 else "s")
    if found.takes > SHOWN:
        first, last = (page - 1) * SHOWN + 1, min(page * SHOWN, found.takes)
        whole = count if found.takes == spend.takes else f"{found.takes:,} found"
        count = f"{first:,}–{last:,} of {whole}"
    elif found.takes != spend.takes:
        count = f"{found.takes:,} of {count}"
    sums = [dollars(found.total)] if found.total else []
    if found.practice_total:
        sums.append(f"{dollars(found.practice_total)} of play money")
    return ", ".join([count, " and ".join(sums)]) if sums else count


class Cards:
    """A history's cards. Those of takes that did not change are kept."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[tuple[object, ...], dict[str, Any]]] = {}

    def update(
        self, records: Sequence[Record], zone: tzinfo | None = None, columns: Sequence[str] = COLUMNS
    ) -> list[dict[str, Any]]:
        """Return the cards of these takes, in their order, each with a title that tells it from the others."""
        kept = self._kept
        fresh: dict[str, tuple[tuple[object, ...], dict[str, Any]]] = {}
        short = titles([" ".join(record.words.split()) for record in records])
        for record, title in zip(records, short, strict=True):
            now = (record.revision, zone, tuple(columns), title)
            old = kept.get(record.id)
            fresh[record.id] = old if old and old[0] == now else (now, card(record, zone, columns, title))
        self._kept = fresh
        return [shown for _, shown in fresh.values()]


def card(
    record: Record, zone: tzinfo | None = None, columns: Sequence[str] = COLUMNS, title: str | None = None
) -> dict[str, Any]:
    """One take for the history, as a card and as a row of the table.

    ``prompt`` is the whole of it, ``title`` the beginning of what tells it from others; ``cells`` are the columns as
    text, of which the page draws the poster and the prompt itself.
    """
    prompt = " ".join(record.words.split()) or "Without words"
    return {
        "id": record.id,
        "title": (title or prompt)[:_CARD_TITLE],
        "prompt": prompt,
        "state": record.state,
        "status": status(record),
        "tone": _tone(record),
        "poster": record.poster or "",
        "rating": record.rating or 0,
        "tags": list(record.tags),
        "facts": f"{record.seconds} s · {dollars(record.estimate if record.state == 'intent' else record.cost)}",
        "cells": ["" if name == "prompt" else text for name, text in cells(record, zone, columns).items()],
    }


def status(record: Record) -> str:
    """A take's state in one or two words."""
    return "stopped" if withdrawn(record) else STATUS.get(record.state, record.state)


def cells(record: Record, zone: tzinfo | None = None, columns: Sequence[str] = COLUMNS) -> dict[str, str]:
    """Columns of the history for one take, as text, by their names; a poster has none."""
    model = bundled().get(record.model)

    def value(name: str) -> Any:
        return record.inputs.get(name, model.default(name) if model else None)

    took = "" if record.saved_at is None else clock((record.saved_at - record.confirmed_at) / 1000)
    sound = value("sound")
    texts = {
        "poster": "",
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
        "practice": "yes" if record.practice else "no",
        "problem": record.trouble,
        "bytes": "" if record.bytes is None else f"{record.bytes:,}",
    }
    return {name: texts[name] if name in texts else str(getattr(record, name) or "") for name in columns}


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
