"""What the panel shows of the library: plain rows from records. No widget is needed to ask."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

from ...engine.polling import Progress
from ...errors import SettingsError
from ...request.catalog import TOOL, Catalog, Model, bundled
from ...request.money import Micros, dollars
from ...request.states import FINAL, STATES, UNCERTAIN
from ...service.service import Service, limits_of
from ...settings import ADDRESS_NAME, KEY_NAME, TIER_NAME
from ...store import Record, Spend
from ...store.file_system import network_kind
from ...store.history import COLUMNS
from ...store.limits import Learned
from ...store.record import now_ms
from ..queue.decisions import after_the_end, choices, offered
from ..queue.take_row import Row, clock, row, title, withdrawn
from ..queue.waiting import Traffic

SHOWN = 200
"""How many takes the shelf holds at once, newest first; search finds the others."""

LINGER = 4_000
"""How long a take stays in the queue that was finished or taken back, in milliseconds: to be seen ending."""

FILTERS: dict[str, frozenset[str] | None] = {
    "all": None,
    "finished": frozenset({"completed"}),
    "running": STATES - FINAL,
    "failed": FINAL - {"completed"},
}
"""What the shelf can be narrowed to: a word for people -> states."""

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
    """A model as the bar names it: ``O3 Pro · text to video``."""
    return model.name.removeprefix("Kling ")


def bar(model: Model, service: Service) -> dict[str, Any]:
    """What the bar says of the model and of the service: ``model``, ``live``, ``unsure``, ``mode`` and ``how``."""
    if service.practice and service.host:
        mode = f"Practice · no cost · {service.host}"
        how = (
            f"Clips are simulated by the practice server at {service.host} and cost nothing; sums are play money. "
            f"{ADDRESS_NAME} names that server."
        )
    elif service.practice:
        mode = "Practice · no cost"
        how = (
            "Clips are simulated on this machine and cost nothing; sums are play money. For real ones set "
            f"{KEY_NAME} before Jupyter starts, or use Studio(practice=False), which asks for the key."
        )
    elif service.refusal and service.known:
        mode, how = f"No practice server · {service.host}", service.refusal
    elif not service.known:
        mode = f"Not known yet · {service.host}"
        how = (
            f"{service.host}, which {ADDRESS_NAME} names, has not said yet what it is. Until then takes count as ones "
            "that cost real money."
        )
    elif not service.vendor:
        mode = f"May cost money · {service.host}"
        how = (
            f"Clips are made by {service.host}, which {ADDRESS_NAME} names. It is not the vendor's own service and no "
            f"practice server, so takes count as real money. Studio(practice=True) simulates them instead. "
            f"{_account(service)}"
        )
    else:
        mode = f"Live · {service.host}"
        how = (
            f"Clips are made by {service.host} and cost real money. Studio(practice=True) simulates them instead. "
            f"{_account(service)}"
        )
    return {
        "model": model.id,
        "live": service.known and not service.practice and not service.refusal,
        "unsure": not service.practice and (not service.known or bool(service.refusal)),
        "mode": mode,
        "how": how,
    }


def models(catalog: Catalog) -> list[dict[str, str]]:
    """The models that the panel can be for: ``id``, ``name``, ``kind`` and ``price``."""
    return [
        {
            "id": model.id,
            "name": model_name(model),
            "kind": model.kind.replace("-", " "),
            "price": f"from {dollars(model.estimate({}))}",
        }
        for model in catalog
        if model.kind != TOOL
    ]


def balance(amount: Micros) -> str:
    """The account's balance, for the bar."""
    return f"balance {dollars(amount)}"


def quoted(ours: Micros, theirs: Micros) -> str:
    """What the service itself says of a price; empty where it says the same, and no dearer than by a rounding."""
    if abs(ours - theirs) < _ROUNDING:
        return ""
    than = "less" if theirs < ours else "more"
    return f"The service's own quote is {dollars(theirs)} a take, {than} than the list price."


_ROUNDING = 500  # micro-dollars: prices have three places


def _account(service: Service) -> str:
    try:
        limits = limits_of(service.name)
    except SettingsError as error:
        return str(error)
    return f"Your account is taken to run {limits.at_once:,} takes at once; {TIER_NAME} names another tier."


def notice(folder: Path, unreadable: Mapping[str, str] | None = None) -> str:
    """What is to be known of a library before it is used; empty if nothing is.

    Parameters
    ----------
    folder
        The library's folder.
    unreadable
        What is wrong with takes that can't be read, by their ids.
    """
    said = []
    if kind := network_kind(folder):
        said.append(
            f"This library lies on a network file system ({kind}), where locks are not to be relied on: use it from "
            "one kernel at a time, or choose a folder on this machine."
        )
    if unreadable:
        more = f" The same goes for {len(unreadable) - 1:,} more." if len(unreadable) > 1 else ""
        said.append(next(iter(unreadable.values())) + more)
    return " ".join(said)


def note(service: Service) -> str:
    """Small words beside the button that costs money."""
    return "play money" if service.practice else ""


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


def queue(
    under_way: Collection[Record],
    ended: Collection[Record],
    progress: Callable[[Record], Progress],
    *,
    lately: Iterable[Record] = (),
    learned: Mapping[str, Learned] | None = None,
    now: int | None = None,
) -> list[Row]:
    """The queue's rows: what is under way, oldest first, then what ended without a clip; finished ones leave.

    Parameters
    ----------
    under_way
        Takes that are not final.
    ended
        Takes that became final while this panel was there, and that nobody dismissed.
    progress
        How far a take is.
    lately
        Other takes that may have been sent within the last minute.
    learned
        What accounts were found to take, by their fingerprint.
    now
        Milliseconds since the epoch.
    """
    at = now_ms() if now is None else now
    traffic = Traffic([*under_way, *ended, *lately], at, learned)
    rows = []
    for record in sorted(under_way, key=lambda r: (r.confirmed_at, r.id)):
        waits = traffic.why(record)
        rows.append(row(record, progress(record), offered(record, waits), waits=waits, choices=choices(record)))
    for record in sorted(ended, key=lambda r: (-r.confirmed_at, r.id)):
        if not _leaves(record):
            rows.append(row(record, progress(record), after_the_end(record)))
        elif stays(record, at):
            rows.append(row(record, progress(record)))
    return rows


def stays(record: Record, now: int | None = None) -> bool:
    """Whether a take that ended still has a place in the queue: some for a moment, others until dismissed."""
    at = now_ms() if now is None else now
    return not _leaves(record) or at - (record.saved_at or record.finished_at or 0) < LINGER


def _leaves(record: Record) -> bool:
    return record.state == "completed" or withdrawn(record)


def card(record: Record, zone: tzinfo | None = None) -> dict[str, Any]:
    """One take for the shelf, as a card and as a row of the table.

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


def newest_finished(records: Sequence[Record]) -> Record | None:
    """The take to show when nobody chose one: the newest that has a clip."""
    return next((r for r in records if r.state == "completed" and r.file), None)


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
