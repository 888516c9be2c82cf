"""Which values of a take's row can't be what was written there."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Boolean, Integer

from .. import urls
from ..request.states import STATES
from .schema import takes

LAST_MS = 7_258_118_400_000
"""A moment past which no clock was ever set, in milliseconds since the epoch: the year 2200."""

MOST = 1 << 53
"""An amount, a size or a revision beyond it was never counted."""

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")  # part of the names of its files


def odd(values: Mapping[str, Any]) -> str:
    """Return the name of a column whose value was never written there; empty where all may have been.

    Parameters
    ----------
    values
        Values of some of the table's columns, as the database holds them.
    """
    for name, value in values.items():
        if not _CHECKS[name](value):
            return name
    return ""


def words(take: object, column: str) -> str:
    """Say of a take that its row can't be read."""
    named = take if isinstance(take, str) and _ID.fullmatch(take) else repr(take)[:80]
    return (
        f"The library's row of take {named} can't be read: its {column} holds what was never written there. The row is "
        "left as it is, and nothing is sent or fetched for it. Library.rescue copies what can be read."
    )


def is_text(value: object) -> bool:
    """Whether a value is a text: not bytes, and without halves of pairs, which bytes that are none come through as."""
    if not isinstance(value, str):
        return False
    if value.isascii():
        return True
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def is_whole(value: object, least: int = -MOST, most: int = MOST) -> bool:
    """Whether a value is a whole number within bounds."""
    return type(value) is int and least <= value <= most


def parsed(text: object) -> Any:
    """Return what a JSON text holds; None where it is none."""
    if not is_text(text):
        return None
    try:
        return json.loads(str(text))
    except (ValueError, RecursionError):
        return None


def _is_list(text: object, *, of: type, empty: bool) -> bool:
    if text == "" and empty:
        return True
    found = parsed(text)
    return isinstance(found, list) and all(isinstance(one, of) for one in found)


def is_service(value: object) -> bool:
    """Whether a value can be a service's name: many ask for the host in it."""
    return isinstance(value, str) and is_text(value) and bool(value) and urls.split(value) is not None


def _is_meant(found: object) -> bool:
    kinds = {"duration": int, "sound": bool}
    return isinstance(found, dict) and all(type(value) is kinds.get(name) for name, value in found.items())


def _check_of(name: str, kind: object) -> Callable[[Any], bool]:
    if name == "id":
        return lambda value: isinstance(value, str) and _ID.fullmatch(value) is not None
    if name == "inputs":
        return lambda value: isinstance(parsed(value), dict)
    if name == "meant":
        return lambda value: value is None or _is_meant(parsed(value))
    if name == "tags":
        return lambda value: _is_list(value, of=str, empty=False)
    if name == "candidates":
        return lambda value: _is_list(value, of=dict, empty=True)
    if name == "outputs":
        return lambda value: _is_list(value, of=object, empty=True)
    if name == "state":
        return lambda value: isinstance(value, str) and value in STATES
    if name == "kind":
        return lambda value: value in ("clip", "tool")
    if name == "service":
        return is_service
    if name == "model":
        return lambda value: is_text(value) and bool(value)
    if name == "rating":
        return lambda value: is_whole(value, 1, 5)
    if name.endswith("_at"):
        return lambda value: is_whole(value, 0, LAST_MS)
    if name in ("seconds", "width", "height"):
        return lambda value: is_whole(value, 0, 1_000_000)
    if name in ("estimate", "revision", "bytes", "inference_ms"):
        return lambda value: is_whole(value, 0)
    if isinstance(kind, Boolean):
        return lambda value: value in (True, False)
    return is_whole if isinstance(kind, Integer) else is_text


def _optional(check: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: value is None or check(value)


_CHECKS: Mapping[str, Callable[[Any], bool]] = {
    column.name: (_optional if column.nullable else lambda check: check)(_check_of(column.name, column.type))
    for column in takes.columns
}
