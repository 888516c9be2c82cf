"""What a person decides about a take from its line: to take it back, and which of the service's tasks it is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ...errors import LibraryError
from ...library import Library
from ...service.timestamps import moment
from ...store import Record
from .take_row import Choice, time_of_day, withdrawn


def choices(record: Record) -> list[Choice]:
    """The service's tasks that a take in doubt could be, with what is known of each."""
    if record.state != "needs_you":
        return []
    return [
        Choice(prediction=str(task["id"]), words=_task_words(task)) for task in json.loads(record.candidates or "[]")
    ]


def offered(record: Record, waits: str) -> list[str]:
    """What a line offers for a take that waits to be sent; nothing where it is about to be, or was."""
    return ["stop"] if record.state == "intent" and (waits or record.trouble) else []


def after_the_end(record: Record) -> list[str]:
    """What a line offers for a take that ended without a clip."""
    if record.state != "unverified":
        return ["edit", "dismiss"]
    # Of a page or a picture nothing can be made: the library refuses it too.
    usable = record.kept is not None and not record.kept.endswith((".txt", ".bin"))
    return [*(["accept"] if usable else []), "again", "dismiss"]


def take_back(library: Library, take_id: str) -> Record:
    """Take a take back that waits to be sent.

    Raises
    ------
    LibraryError
        If it was sent in the meantime.
    """
    record = library._gateway.withdraw(take_id)
    if not withdrawn(record):
        raise LibraryError(
            "It was sent a moment before the click was heard, so it can't be taken back: it goes on at the service, "
            "at its cost."
        )
    return record


def decide(library: Library, take_id: str, prediction: str | None) -> Record:
    """Say which task a take in doubt is, or None: none of them.

    Raises
    ------
    LibraryError
        If it waits for no decision, or not for this one.
    """
    candidates = [choice["prediction"] for choice in choices(library._gateway.record(take_id))]
    # Where the list could not be read there are none, and the person gives the id that the service's site shows.
    if prediction is not None and candidates and prediction not in candidates:
        raise LibraryError("This take is not in doubt about that task any more. Nothing was changed.")
    return library._gateway.decide(take_id, prediction)


def named(command: Mapping[str, Any]) -> str | None:
    """The task that a page's command names; None: none of them.

    Raises
    ------
    LibraryError
        If it names nothing that could be one: a decision is never guessed.
    """
    prediction = command.get("prediction", 0)
    if prediction is not None and not isinstance(prediction, str):
        raise LibraryError("The page's decision can't be read, so nothing was changed. Run the cell again.")
    return prediction


def _task_words(task: Mapping[str, Any]) -> str:
    made = moment(task.get("created_at"))
    at = "" if made is None else f"Made {time_of_day(made)}"
    return " · ".join(str(word) for word in (at, task.get("status"), task["id"]) if word)
