"""Templates: prompts, or pieces of prompts, with blanks to fill.

``{subject}`` is a blank to write into, ``{shot: wide | close-up | medium}`` one with choices. A blank that appears
twice is filled twice with the same words. Braces around anything else are plain text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

from ...errors import LibraryError
from ...text import flaw, is_blank

KINDS = ("camera", "lens", "light", "era", "motion", "mood", "sound", "prompt")
"""What a template is for; ``prompt`` is a whole prompt."""

NAME_LETTERS = 60
"""The most characters in a template's name: a line of the list."""

TEXT_LETTERS = 2_500
"""The most characters in a template: as many as the models take in a prompt."""

_BLANK = re.compile(r"\{\s*([^\W\d_][\w '’-]{0,39}?)\s*(?::([^{}]*))?\}")


@dataclass(frozen=True)
class Blank:
    """A blank in a template.

    Attributes
    ----------
    name
        What belongs there, for a person.
    choices
        The values to choose from; empty if any text fits.
    """

    name: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Template:
    """A piece of a prompt, or a whole one.

    Attributes
    ----------
    name
        What a person calls it, at most ``NAME_LETTERS`` characters.
    kind
        One of ``KINDS``.
    text
        The words, with blanks, at most ``TEXT_LETTERS`` characters.

    Raises
    ------
    LibraryError
        If it is none of these.
    """

    name: str
    kind: str
    text: str

    def __post_init__(self) -> None:
        if problem := self._problem():
            raise LibraryError(f"{problem} Nothing was saved and nothing was charged.")

    @classmethod
    def read(cls, entry: object) -> Template:
        """Read an entry of a file; ignore unknown fields."""
        if not isinstance(entry, Mapping):
            raise LibraryError("A template has a name, a kind and a text. Nothing was saved and nothing was charged.")
        return cls(entry.get("name", ""), entry.get("kind", ""), entry.get("text", ""))

    def _problem(self) -> str:
        # They come from a page or from a file that a person wrote, so they may be anything.
        values: tuple[Any, ...] = (self.name, self.kind, self.text)
        if not all(isinstance(value, str) for value in values):
            return "A template's name, kind and text have to be text."
        if message := flaw(values):
            return f"A template's name, kind and text have to be text. {message}"
        if is_blank(self.name) or is_blank(self.text):
            return "A template needs a name and a text."
        if len(self.name) > NAME_LETTERS or "\n" in self.name:
            return f"A template's name has one line of at most {NAME_LETTERS} characters."
        if len(self.text) > TEXT_LETTERS:
            return f"A template has at most {TEXT_LETTERS:,} characters; this has {len(self.text):,}."
        return "" if self.kind in KINDS else f"There is no kind {self.kind!r}; there are {', '.join(KINDS)}."


def pieces(text: str) -> tuple[str | Blank, ...]:
    """Split a template into text and blanks, in order.

    If a blank appears twice, both get the choices of the first that has any.
    """
    found: list[str | Blank] = []
    offered: dict[str, tuple[str, ...]] = {}
    for blank in map(_blank, _BLANK.finditer(text)):
        offered[blank.name] = offered.get(blank.name) or blank.choices
    end = 0
    for match in _BLANK.finditer(text):
        if match.start() > end:
            found.append(text[end : match.start()])
        name = _blank(match).name
        found.append(Blank(name, offered[name]))
        end = match.end()
    return (*found, text[end:]) if text[end:] else tuple(found)


def blanks(text: str) -> tuple[Blank, ...]:
    """Return the blanks of a template, each once, in the order of first appearance."""
    return tuple(dict.fromkeys(piece for piece in pieces(text) if isinstance(piece, Blank)))


def fill(text: str, values: Mapping[str, str]) -> str:
    """Fill the blanks that have a value; others stay visible.

    Braces in a value are plain text.
    """
    return _BLANK.sub(lambda match: values.get(_blank(match).name, match[0]), text)


@lru_cache(maxsize=1)
def builtin() -> tuple[Template, ...]:
    """Return the templates that come with the package.

    Their file has the same format as a person's own, so that entries can be copied between them. It is JSON because
    Python 3.10 reads no other format that a person can edit (``tomllib`` came with 3.11), and because its rules for
    quotes and line ends are known to every editor.
    """
    text = resources.files(__package__).joinpath("templates.json").read_text("utf-8")
    return tuple(Template.read(entry) for entry in json.loads(text))


def _blank(match: re.Match[str]) -> Blank:
    choices = [choice.strip() for choice in (match[2] or "").split("|")]
    return Blank(match[1].strip(), tuple(dict.fromkeys(choice for choice in choices if choice)))
