"""What stands in the places for pictures and videos, and what becomes of it. No widget is needed to ask."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from ... import urls
from ...errors import KlingError
from ...store.media_types import Medium, plain

State = Literal["uploading", "ready", "failed", "url"]

READY: tuple[State, ...] = ("ready", "url")
"""The states in which a request can name it."""

Entry = dict[str, Any]
"""One picture or video as the page shows it; see ``entry``."""


def entry(medium: str, name: str, state: State, **more: Any) -> Entry:
    """One picture or video as the page shows it.

    ``id`` is its hash or its address, ``url`` what a request names, ``problem`` why it failed; by ``upload`` the page
    that sent it knows it.
    """
    bare = {"id": medium, "name": name, "bytes": 0, "type": "", "state": state, "url": "", "problem": "", "upload": ""}
    return {**bare, **more}


def of_medium(medium: Medium, **more: str) -> Entry:
    """A medium that is here and on its way to the service."""
    return entry(medium.sha256, medium.name, "uploading", bytes=medium.bytes, type=medium.type, **more)


def of_address(url: str) -> Entry:
    """An address that is taken as it is, called by its last part or its host."""
    pieces = urls.split(url)
    path = pieces.path if pieces else ""
    return entry(url, plain(path) if path.strip("/") else urls.host(url), "url", url=url)


def checked(text: str) -> str:
    """Return an address that a person gave. Raises ``KlingError`` if a service could not be given it."""
    if not urls.is_input(text):
        raise KlingError(urls.INPUT_REFUSED)
    return text


def is_there(entries: Sequence[Entry], medium: object) -> bool:
    """Whether one of that id is there."""
    return any(one["id"] == medium for one in entries)


def put(entries: Sequence[Entry], new: Entry, most: int) -> list[Entry]:
    """Add one, or renew it where it is there; where only one goes, it takes the other's place."""
    if most == 1:
        return [new]
    if is_there(entries, new["id"]):
        return [new if one["id"] == new["id"] else one for one in entries]
    return [*entries, new]


def without(entries: Sequence[Entry], medium: object) -> list[Entry]:
    """All but the one of that id."""
    return [one for one in entries if one["id"] != medium]


def amended(entries: Sequence[Entry], medium: object, /, **changes: Any) -> list[Entry]:
    """The same, with the one of that id changed."""
    return [{**one, **changes} if one["id"] == medium else one for one in entries]


def moved(entries: Sequence[Entry], medium: object, to: int) -> list[Entry]:
    """The same, with the one of that id at another place, counted from 0."""
    rest = without(entries, medium)
    at = min(max(to, 0), len(rest))
    return rest[:at] + [one for one in entries if one["id"] == medium] + rest[at:]
