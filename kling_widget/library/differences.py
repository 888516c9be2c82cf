"""What two takes differ in: their words, and what else was asked for."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import combinations
from typing import Any, TypedDict

from ..request.catalog import bundled
from ..request.prompt_help.diff import Change, diff
from ..store import Record

_MOST = 120  # characters of a value; the whole is in the request


class Differences(TypedDict):
    """What two takes differ in.

    ``prompt`` holds stretches of text, each with whether it stayed (``same``), went (``del``) or came (``ins``);
    ``inputs`` the other inputs that differ: a name, its value in the one, and in the other.
    """

    prompt: list[tuple[str, str]]
    inputs: list[tuple[str, str, str]]


@dataclass(frozen=True)
class TakeDiff:
    """What a second take has otherwise than a first one. A notebook shows it with what went struck out.

    Attributes
    ----------
    first, second
        Their ids.
    prompt
        The two prompts in stretches, in reading order, each with whether it is in both (``same``), in the first only
        (``del``), or in the second only (``ins``).
    inputs
        The other inputs that differ, and ``model``: by name, the first's value and the second's. Where a request left
        an input out, its model's default counts; None where there is none. Of ``multi_prompt`` the shots' seconds.
    """

    first: str
    second: str
    prompt: tuple[Change, ...]
    inputs: Mapping[str, tuple[Any, Any]]

    @classmethod
    def of(cls, first: Record, second: Record) -> TakeDiff:
        """Compare two takes."""
        return cls(first.id, second.id, tuple(diff(first.words, second.words)), _inputs(first, second))

    def __bool__(self) -> bool:
        """Whether they differ in anything that was asked for."""
        return bool(self._rows())

    def __repr__(self) -> str:
        signs = {"same": "{}", "del": "[-{}-]", "ins": "{{+{}+}}"}

        def written(changes: Iterable[Change]) -> str:
            return "".join(signs[kind].format(text) for kind, text in changes)

        rows = [f"{name}: {written(changes)}" for name, changes in self._rows()]
        return "\n".join([written(self._sides()), *(rows or ["the same request"])])

    def _repr_html_(self) -> str:
        tags = {"same": "{}", "del": "<del>{}</del>", "ins": "<ins>{}</ins>"}

        def written(changes: Iterable[Change]) -> str:
            page = "".join(tags[kind].format(escape(text)) for kind, text in changes)
            return page.replace("</del><ins>", "</del> <ins>")  # "redblue" is hard to read without colours

        rows = "".join(
            f'<tr><th scope="row">{escape(name)}</th>'
            f'<td dir="auto" style="text-align: start">{written(changes)}</td></tr>'
            for name, changes in self._rows()
        )
        return (
            f"<table><caption>{written(self._sides())}</caption>"
            f"<tbody>{rows or '<tr><td>the same request</td></tr>'}</tbody></table>"
        )

    def _sides(self) -> list[Change]:
        return [("del", f"first: {self.first}"), ("same", " "), ("ins", f"second: {self.second}")]

    def _rows(self) -> list[tuple[str, Sequence[Change]]]:
        """Return what differs, by name: the prompt word by word, other inputs as the one value and the other."""
        rows: list[tuple[str, Sequence[Change]]] = []
        if any(kind != "same" for kind, _text in self.prompt):
            rows.append(("prompt", self.prompt))
        for name, (one, other) in self.inputs.items():
            rows.append((name, [("del", _value(name, one)), ("same", " "), ("ins", _value(name, other))]))
        return rows


def differences(one: Record, other: Record) -> Differences:
    """Say what another take has otherwise than one. Where one left an input out, its model's default counts."""
    inputs = [(name, _value(name, mine), _value(name, theirs)) for name, (mine, theirs) in _inputs(one, other).items()]
    return Differences(prompt=[*diff(one.words, other.words)], inputs=inputs)


def all_differences(records: list[Record]) -> dict[str, Differences]:
    """Of each two of these takes, in both directions: ``"ID OTHER"`` -> what they differ in."""
    pairs = [pair for two in combinations(records, 2) for pair in (two, two[::-1])]
    return {f"{one.id} {other.id}": differences(one, other) for one, other in pairs}


def _inputs(one: Record, other: Record) -> dict[str, tuple[Any, Any]]:
    """Return what was asked for otherwise, the model first; of words only what a diff of them does not show."""
    mine, theirs = _effective(one), _effective(other)
    pairs = {name: (mine.get(name), theirs.get(name)) for name in dict.fromkeys((*mine, *theirs))}
    if "multi_prompt" in pairs:
        pairs["multi_prompt"] = (_seconds(pairs["multi_prompt"][0]), _seconds(pairs["multi_prompt"][1]))
    if one.words != other.words:
        pairs.pop("prompt", None)
    found = {"model": (one.model, other.model), **pairs}
    return {name: (before, after) for name, (before, after) in found.items() if before != after}


def _seconds(shots: Any) -> list[Any] | None:
    """Return how long each shot of a storyboard is: its words are compared as words."""
    return [shot.get("duration") for shot in shots] if shots else None


def _effective(record: Record) -> Mapping[str, Any]:
    model = bundled().get(record.model)
    defaults = {name: model.default(name) for name in model.fields} if model else {}
    return {**{name: value for name, value in defaults.items() if value is not None}, **record.inputs}


def _value(name: str, value: Any) -> str:
    """Return an input's value as a person reads it."""
    return _model(value) if name == "model" else _words(value)


def _words(value: Any) -> str:
    if value is None or value == "":
        return "none"
    if isinstance(value, bool):
        return "on" if value else "off"
    words = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return words if len(words) <= _MOST else words[: _MOST - 1] + "…"


def _model(name: str) -> str:
    of_catalog = bundled().get(name)
    return of_catalog.name if of_catalog else name
