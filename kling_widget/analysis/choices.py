"""The values of a template's axes: all that each choice can stand for, in order and within bounds."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import Any

from ..errors import TemplateError
from ..text import flaw, is_blank
from .template import Choice, Option, Piece, Template, Wildcard, axis_names, parse, refusal

MOST_AXES = 100
"""The most axes of a sweep."""

MOST_VALUES = 20_000
"""The most values of an axis."""

MOST_CHARACTERS = 5_000_000
"""The most characters that are written out for all values of all axes: some seconds, some 100 MB."""

Skeleton = tuple[str | int, ...]
"""A text with its axes left open: texts, and positions of axes."""


def resolve(
    templates: Mapping[str, str], wildcards: Mapping[str, Sequence[str]]
) -> tuple[dict[str, Skeleton], dict[str, tuple[str, ...]]]:
    """Write out the values of all axes of some templates.

    Parameters
    ----------
    templates
        The input that each template fills -> the template.
    wildcards
        The name of each wildcard -> its lines.

    Returns
    -------
    skeletons
        The input -> its text, with the position of an axis in place of each choice.
    axes
        The axis's name -> its values, equal ones included, in the order of the templates.

    Raises
    ------
    TemplateError
        As `parse` does; if a wildcard is missing, empty or has a line without text; if a choice picks more options than
        it has; if axes of one name have other values; if there are too many axes or values.

    Examples
    --------
    >>> resolve({"prompt": "A {red|blue} fox"}, {})
    ({'prompt': ('A ', 0, ' fox')}, {'choice 1': ('red', 'blue')})
    """
    parsed = [parse(text, field) for field, text in templates.items()]
    skeletons: dict[str, Skeleton] = {}
    axes: dict[str, tuple[str, ...]] = {}
    positions: dict[str, int] = {}
    left = MOST_CHARACTERS
    for template, names in zip(parsed, axis_names(parsed), strict=True):
        skeleton: list[str | int] = []
        for piece, name in zip(template.pieces, names, strict=True):
            if isinstance(piece, str) or name is None:
                skeleton.append(str(piece))
                continue
            writer = _Writer(template, wildcards, left)
            values = tuple(writer.values(piece))
            left = writer.left
            if axes.setdefault(name, values) != values:
                reason = f"The axis {name} has other values here than before. Give one of the two another name."
                raise writer.refusal(reason, piece)
            if len(axes) > MOST_AXES:
                raise writer.refusal(f"A sweep has at most {MOST_AXES} axes; here is one more.", piece)
            skeleton.append(positions.setdefault(name, len(positions)))
        skeletons[template.field] = tuple(skeleton)
    return skeletons, axes


@dataclass
class _Writer:
    """Writes out the values of a template's choices, as long as characters are left."""

    template: Template
    wildcards: Mapping[str, Sequence[str]]
    left: int

    def values(self, piece: Piece) -> list[str]:
        if isinstance(piece, str):
            return [piece]
        if isinstance(piece, Wildcard):
            return self.lines(piece)
        pool = [values for option in piece.options for values in self.items(option)]
        if not piece.least <= piece.most <= len(pool) or not piece.most:
            wanted = f"{piece.least}-{piece.most}" if piece.least != piece.most else f"{piece.most}"
            raise self.refusal(f"{wanted} can't be picked from {len(pool)}.", piece)
        picked = (
            chosen
            for number in range(piece.least, piece.most + 1)
            for items in combinations(pool, number)
            for chosen in product(*items)
        )
        return self.joined(picked, piece.joiner, piece)

    def items(self, option: Option) -> list[list[str]]:
        """Return what a choice can pick of an option, each with its values: the option, or a wildcard's lines."""
        if len(option.pieces) == 1 and isinstance(wildcard := option.pieces[0], Wildcard):
            return [[line] for line in self.lines(wildcard)]
        return [self.joined(product(*map(self.values, option.pieces)), "", option)]

    def lines(self, wildcard: Wildcard) -> list[str]:
        lines = self.wildcards.get(wildcard.name)
        if lines is None:
            near = difflib.get_close_matches(wildcard.name, self.wildcards, n=1)
            hint = f"It is the lines of a file, {wildcard.name}.txt. For the characters themselves write \\_\\_."
            hint = f"Is {near[0]} meant?" if near else hint
            raise self.refusal(f"There is no wildcard {wildcard.name}. {hint}", wildcard)
        if not lines or isinstance(lines, str):
            raise self.refusal(f"The wildcard {wildcard.name} has no lines.", wildcard)
        return self.joined(self.checked(lines, wildcard), "", wildcard)

    def checked(self, lines: Iterable[Any], wildcard: Wildcard) -> Iterator[tuple[str]]:
        for number, line in enumerate(lines, 1):
            if not isinstance(line, str) or is_blank(line) or flaw(line):
                raise self.refusal(f"Line {number} of the wildcard {wildcard.name} is no text.", wildcard)
            yield (line,)

    def joined(self, picked: Iterable[tuple[str, ...]], joiner: str, place: Wildcard | Option | Choice) -> list[str]:
        values = []
        for texts in picked:
            values.append(joiner.join(texts))
            self.left -= len(texts) + len(values[-1])
            if len(values) > MOST_VALUES:
                raise self.refusal(f"An axis has at most {MOST_VALUES:,} values; here are more.", place)
            if self.left < 0:
                raise self.refusal(f"The values would be longer than {MOST_CHARACTERS:,} characters.", place)
        return values

    def refusal(self, reason: str, place: Wildcard | Option | Choice) -> TemplateError:
        return refusal(reason, self.template.text, self.template.field, place.start)
