"""Templates: pieces of prompts, and whole ones, with blanks to fill.

``{subject}`` is a blank to write into, ``{shot: wide | close-up | medium}`` one to choose for. A blank that stands
twice is filled twice with the same words. Braces that hold anything else are text like all other.
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
"""What a template is a piece of; ``prompt`` is a whole one."""

NAME_LETTERS = 60
"""How long a template's name may be, in characters: a line of the list."""

TEXT_LETTERS = 2_500
"""How long a template may be, in characters: as much as the models read of a prompt."""

_BLANK = re.compile(r"\{\s*([^\W\d_][\w '’-]{0,39}?)\s*(?::([^{}]*))?\}")


@dataclass(frozen=True)
class Blank:
    """A place in a template that is to be filled.

    Attributes
    ----------
    name
        What belongs there, for a person.
    choices
        What may be chosen; empty where anything may be written.
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
        """Read an entry of a file; fields that are not known are passed over."""
        if not isinstance(entry, Mapping):
            raise LibraryError("A template has a name, a kind and a text. Nothing was saved and nothing was charged.")
        return cls(entry.get("name", ""), entry.get("kind", ""), entry.get("text", ""))

    def _problem(self) -> str:
        # Any of them comes from a page or from a file that a person wrote.
        values: tuple[Any, ...] = (self.name, self.kind, self.text)
        if not all(isinstance(value, str) for value in values):
            return "A template's name, kind and text have to be text."
        if said := flaw(values):
            return f"A template's name, kind and text have to be text. {said}"
        if is_blank(self.name) or is_blank(self.text):
            return "A template needs a name and a text."
        if len(self.name) > NAME_LETTERS or "\n" in self.name:
            return f"A template's name has one line of at most {NAME_LETTERS} characters."
        if len(self.text) > TEXT_LETTERS:
            return f"A template has at most {TEXT_LETTERS:,} characters; this has {len(self.text):,}."
        return "" if self.kind in KINDS else f"There is no kind {self.kind!r}; there are {', '.join(KINDS)}."


def pieces(text: str) -> tuple[str | Blank, ...]:
    """Take a template apart into text and blanks, in its own order.

    Of a blank that stands twice, each has the choices of the first that has any.
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
    """The blanks of a template, each once, in the order in which they come first."""
    return tuple(dict.fromkeys(piece for piece in pieces(text) if isinstance(piece, Blank)))


def fill(text: str, values: Mapping[str, str]) -> str:
    """Fill the blanks whose name is among the values; others stay as they are, to be seen.

    What is filled in is text: braces in it are no blanks.
    """
    return _BLANK.sub(lambda match: values.get(_blank(match).name, match[0]), text)


@lru_cache(maxsize=1)
def builtin() -> tuple[Template, ...]:
    """The templates that come with the package.

    They lie in the format in which a person's own are kept: what is in one file can be copied into the other. It is
    JSON because Python 3.10 reads nothing else that a person can edit (``tomllib`` came with 3.11), and because quotes
    and line ends in a prompt need rules that every editor knows, which a format of our own would have to invent.
    """
    text = resources.files(__package__).joinpath("templates.json").read_text("utf-8")
    return tuple(Template.read(entry) for entry in json.loads(text))


def _blank(match: re.Match[str]) -> Blank:
    choices = [choice.strip() for choice in (match[2] or "").split("|")]
    return Blank(match[1].strip(), tuple(dict.fromkeys(choice for choice in choices if choice)))
