"""An expansion as JSON, kept with its sweep: what was confirmed is what is sent.

It holds the values of all axes and the combinations that are made, so nothing is expanded again when it is read.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, get_args

from ..errors import BadValue
from ..text import flaw, fold
from .cells import MOST_CELLS, Axis, Duplicate, Expansion, Mode, canonical, rendered

_VERSION = 1


def to_json(expansion: Expansion) -> str:
    """Return an expansion as JSON, which `from_json` reads."""
    return canonical({"version": _VERSION, **asdict(expansion)})


def from_json(text: str) -> Expansion:
    """Return the expansion that `to_json` wrote.

    Raises
    ------
    BadValue
        If it is damaged, or a newer version of this package wrote it.
    """
    try:
        raw = json.loads(text, parse_constant=_no_json)
        wrong = next((name for name, is_right in _checks(raw) if not is_right), None)
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        raise BadValue("The frozen sweep is damaged, so nothing of it was sent.") from error
    if wrong == "version":
        raise BadValue("A newer version of kling_widget wrote this sweep. Nothing of it was sent. Update the package.")
    if wrong:
        raise BadValue(f"The frozen sweep is damaged at {wrong}, so nothing of it was sent.")
    return _expansion(raw)


def _expansion(raw: Any) -> Expansion:
    return Expansion(
        axes=tuple(Axis(one["name"], tuple(one["values"]), one["is_input"]) for one in raw["axes"]),
        combinations=tuple(map(tuple, raw["combinations"])),
        duplicates=tuple(Duplicate(one["axis"], one["value"]) for one in raw["duplicates"]),
        inputs=raw["inputs"],
        texts={field: tuple(skeleton) for field, skeleton in raw["texts"].items()},
        mode=raw["mode"],
        repeats=raw["repeats"],
        limit=raw["limit"],
        seed=raw["seed"],
    )


def _checks(raw: Any) -> Iterator[tuple[str, bool]]:
    """Check entry by entry; each check relies on those before it."""
    yield "version", raw["version"] == _VERSION
    yield "text", not flaw(raw)
    yield "inputs", isinstance(raw["inputs"], dict)
    axes, combinations = raw["axes"], raw["combinations"]
    yield "axes", isinstance(axes, list) and all(map(_is_axis, axes))
    yield "axes", len({fold(axis["name"]) for axis in axes}) == len(axes)
    written = [at for at, axis in enumerate(axes) if not axis["is_input"]]
    for skeleton in raw["texts"].values():
        yield "texts", isinstance(skeleton, list)
        yield "texts", all(isinstance(piece, str) or (type(piece) is int and piece in written) for piece in skeleton)
    yield "mode", raw["mode"] in get_args(Mode)
    yield "repeats", _is_number(raw["repeats"], 1, MOST_CELLS)
    yield "limit", raw["limit"] is None or (type(raw["limit"]) is int and raw["limit"] >= 1)
    yield "seed", type(raw["seed"]) is int
    yield "duplicates", all(one["axis"] is None or isinstance(one["axis"], str) for one in raw["duplicates"])
    yield "duplicates", all("value" in one for one in raw["duplicates"])
    yield "combinations", isinstance(combinations, list) and 1 <= len(combinations) * raw["repeats"] <= MOST_CELLS
    lengths = [len(axis["values"]) for axis in axes]
    for combination in combinations:
        yield "combinations", isinstance(combination, list) and len(combination) == len(lengths)
        yield "combinations", all(_is_number(at, 0, most - 1) for at, most in zip(combination, lengths, strict=True))
    yield "combinations", len(set(map(tuple, combinations))) == len(combinations)
    found = _expansion(raw)
    yield "texts", isinstance(rendered(found.inputs, found.texts, found.axes, found.combinations[0]), dict)


def _no_json(constant: str) -> Any:
    raise ValueError(f"{constant} is no JSON")


def _is_axis(raw: Any) -> bool:
    name, values, is_input = raw["name"], raw["values"], raw["is_input"]
    if not (isinstance(name, str) and isinstance(values, list) and values and isinstance(is_input, bool)):
        return False
    return is_input or all(isinstance(value, str) for value in values)


def _is_number(value: Any, least: int, most: int) -> bool:
    return type(value) is int and least <= value <= most
