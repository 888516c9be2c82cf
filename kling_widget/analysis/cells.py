"""An expanded sweep: its axes and its cells, frozen."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from .choices import Skeleton

Mode = Literal["full", "random", "paired"]

MOST_CELLS = 20_000
"""The most cells of a sweep."""

_LONGEST_LABEL = 40


@dataclass(frozen=True)
class Axis:
    """What varies: a choice of a template, or an input with several values.

    Attributes
    ----------
    name
        The choice's name, or the input's.
    values
        Texts of a choice; JSON values of an input, None for leaving it out.
    is_input
        Whether it is an input.
    """

    name: str
    values: tuple[Any, ...]
    is_input: bool

    @property
    def labels(self) -> tuple[str, ...]:
        """A short text for each value, no two alike: ``dolly in``, ``duration 5``, ``sound on``."""
        labels: dict[str, None] = {}
        for number, value in enumerate(self.values, 1):
            label = _shortened(f"{self.name} {_in_words(value)}" if self.is_input else value or "nothing")
            while label in labels:
                label += f" · {number}"
            labels[label] = None
        return tuple(labels)


@dataclass(frozen=True)
class Cell:
    """One take of a sweep.

    Attributes
    ----------
    index
        Its position in the sweep, from 0.
    coordinates
        For each axis the position of its value.
    repeat
        Which repeat of these values it is, from 0.
    inputs
        What is sent, by the API's names. Not to be changed.
    """

    index: int
    coordinates: tuple[int, ...]
    repeat: int
    inputs: Mapping[str, Any]

    @cached_property
    def key(self) -> str:
        """The SHA-256 of its inputs and repeat: equal in every sweep that has this cell."""
        return hashlib.sha256(canonical({"inputs": self.inputs, "repeat": self.repeat}).encode()).hexdigest()


@dataclass(frozen=True)
class Duplicate:
    """What was dropped because it equals something earlier.

    Attributes
    ----------
    axis
        The axis of a value; None for values of all axes that give the same inputs as others do.
    value
        The value; else the values by the names of their axes.
    """

    axis: str | None
    value: Any


@dataclass(frozen=True)
class Mark:
    """Where in a text of a cell the value of an axis stands; ``end`` is past its last character."""

    start: int
    end: int
    axis: str


@dataclass(frozen=True)
class Expansion:
    """All cells of a sweep, and what they are made of.

    Attributes
    ----------
    axes
        The axes: of the templates in their order, then of the inputs.
    combinations
        For each combination that is made, the positions of its values on the axes. Each gives ``repeats`` cells.
    duplicates
        What was dropped.
    inputs
        What all cells share, by the API's names.
    texts
        The input -> its text, with positions of axes in place of their values.
    mode, repeats, limit, seed
        As `expand` has them.
    """

    axes: tuple[Axis, ...]
    combinations: tuple[tuple[int, ...], ...]
    duplicates: tuple[Duplicate, ...]
    inputs: Mapping[str, Any]
    texts: Mapping[str, Skeleton]
    mode: Mode
    repeats: int
    limit: int | None
    seed: int

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        """The cells in order; repeats of the same values follow each other."""
        return tuple(
            Cell(number * self.repeats + repeat, combination, repeat, inputs)
            for number, combination in enumerate(self.combinations)
            for inputs in [rendered(self.inputs, self.texts, self.axes, combination)]
            for repeat in range(self.repeats)
        )

    @property
    def total(self) -> int:
        """How many cells the axes have, repeats included, before a limit and before duplicates are dropped."""
        return combined(self.axes, self.mode) * self.repeats

    def values(self, cell: Cell) -> dict[str, Any]:
        """Return a cell's values by the names of their axes."""
        return named(self.axes, cell.coordinates)

    def marks(self, cell: Cell) -> dict[str, tuple[Mark, ...]]:
        """Return where the values of axes stand in a cell's texts, by the input."""
        return {field: tuple(self._marks(skeleton, cell)) for field, skeleton in self.texts.items()}

    def _marks(self, skeleton: Skeleton, cell: Cell) -> Iterator[Mark]:
        end = 0
        for piece in skeleton:
            start, end = end, end + len(_written(piece, self.axes, cell.coordinates))
            if isinstance(piece, int):
                yield Mark(start, end, self.axes[piece].name)


def combined(axes: Sequence[Axis], mode: Mode) -> int:
    """Return how many combinations of their values the axes have."""
    lengths = [len(axis.values) for axis in axes]
    return min(lengths, default=1) if mode == "paired" else math.prod(lengths)


def named(axes: Sequence[Axis], combination: Sequence[int]) -> dict[str, Any]:
    """Return the values of a combination by the names of their axes."""
    return {axis.name: axis.values[at] for axis, at in zip(axes, combination, strict=True)}


def rendered(
    inputs: Mapping[str, Any], texts: Mapping[str, Skeleton], axes: Sequence[Axis], combination: Sequence[int]
) -> dict[str, Any]:
    """Return the inputs of a combination; those that are None are left out."""
    whole: Any = inputs
    for axis, at in zip(axes, combination, strict=True):
        if axis.is_input:
            whole = placed(whole, axis.name.split("."), axis.values[at])
    for field, skeleton in texts.items():
        text = "".join(_written(piece, axes, combination) for piece in skeleton)
        whole = placed(whole, field.split("."), text)
    return {name: value for name, value in whole.items() if value is not None}


def placed(whole: Any, path: Sequence[str], value: Any) -> Any:
    """Return a JSON value with another one at a path in it: ``["multi_prompt", "0", "prompt"]``.

    Raises
    ------
    TypeError, ValueError
        If the path leads nowhere.
    """
    if not path:
        return value
    step, *rest = path
    if isinstance(whole, list):
        at = [str(number) for number in range(len(whole))].index(step)
        return [*whole[:at], placed(whole[at], rest, value), *whole[at + 1 :]]
    return {**whole, step: placed(whole.get(step), rest, value)}


def canonical(value: Any) -> str:
    """Return the one JSON text that equal values have."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _written(piece: str | int, axes: Sequence[Axis], combination: Sequence[int]) -> str:
    return piece if isinstance(piece, str) else str(axes[piece].values[combination[piece]])


def _in_words(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return {None: "not set", True: "on", False: "off"}[value]
    return value if isinstance(value, str) else canonical(value)


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_LABEL else f"{text[: _LONGEST_LABEL - 1].rstrip()}…"
