"""What two takes differ in: their words, and what else was asked for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import combinations
from typing import Any, TypedDict

from ...request.catalog import bundled
from ...request.prompt_help.diff import diff
from ...store import Record

_MOST = 120  # characters of a value; the whole is in the request
_WORDS = ("prompt", "multi_prompt")  # shown as a diff, word by word


class Differences(TypedDict):
    """What two takes differ in.

    ``prompt`` holds stretches of text, each with whether it stayed (``same``), went (``del``) or came (``ins``);
    ``inputs`` the other inputs that differ: a name, its value in the one, and in the other.
    """

    prompt: list[tuple[str, str]]
    inputs: list[tuple[str, str, str]]


def differences(one: Record, other: Record) -> Differences:
    """Say what another take has otherwise than one. Where one left an input out, its model's default counts."""
    inputs = []
    if one.model != other.model:
        inputs.append(("model", _model(one.model), _model(other.model)))
    mine, theirs = _effective(one), _effective(other)
    for name in dict.fromkeys((*mine, *theirs)):
        if name not in _WORDS and mine.get(name) != theirs.get(name):
            inputs.append((name, _words(mine.get(name)), _words(theirs.get(name))))
    return Differences(prompt=[*diff(one.words, other.words)], inputs=inputs)


def all_differences(records: list[Record]) -> dict[str, Differences]:
    """Of each two of these takes, in both directions: ``"ID OTHER"`` -> what they differ in."""
    pairs = [pair for two in combinations(records, 2) for pair in (two, two[::-1])]
    return {f"{one.id} {other.id}": differences(one, other) for one, other in pairs}


def _effective(record: Record) -> Mapping[str, Any]:
    model = bundled().get(record.model)
    defaults = {name: model.default(name) for name in model.fields} if model else {}
    return {**{name: value for name, value in defaults.items() if value is not None}, **record.inputs}


def _words(value: Any) -> str:
    if value is None or value == "":
        return "none"
    if isinstance(value, bool):
        return "on" if value else "off"
    words = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return words if len(words) <= _MOST else words[: _MOST - 1] + "…"


def _model(name: str) -> str:
    known = bundled().get(name)
    return known.name if known else name
