r"""The syntax of a sweep's template: a text with choices and wildcards, parsed into a tree.

===========================  ===========================================================================================
``{red|blue}``               a choice: one of its options; an option may hold choices and wildcards
``{camera=dolly in|orbit}``  a choice with a name
``{2$$a|b|c}``               two of three, in their order, joined by ``", "``
``{2$$ and $$a|b|c}``        two of three, joined by ``" and "``
``{1-2$$a|b|c}``             one or two of three
``{0-1$$ wet}``              an option that may be left out; this is how nothing is meant, for an empty one is refused
``__colour__``               one line of the wildcard ``colour``; lines are literal
``\{ \} \| \\ \_ \$ \=``     the characters themselves
===========================  ===========================================================================================

All else is literal, spaces too. A choice or wildcard at the top is an axis of the sweep; what is inside a choice makes
up that axis's values. Axes of one name are one axis, and have one value in all their places. A wildcard's axis has its
own name, so ``{a=__colour__} {b=__colour__}`` varies two colours independently. A choice without a name gets one:
``choice 1``, ``choice 2`` in order.

In a choice that picks, an option that is a wildcard alone stands for all its lines: ``{2$$__colour__}`` is two colours.
Offsets count characters (code points) from the start of the template.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from ..errors import TemplateError
from ..text import flaw, fold, is_blank

MOST_NESTED = 20
"""How deep choices may be nested."""

MOST_OPTIONS = 20_000
"""The most options, choices and wildcards of a template, counted together."""

_EXCERPT = 30  # characters shown on each side of a refused place

# Letters of any script: Python's \w lacks the vowel signs of Devanagari and others.
_WORD = r"[0-9A-Za-z\x80-\U0010ffff]+"
_NAME = rf"{_WORD}(?:[ ._/-]{_WORD}){{0,9}}"
_ESCAPE = re.compile(r"\\([{}|\\_$=])")
_TOKEN = re.compile(rf"{_ESCAPE.pattern}|__({_NAME})__|[{{}}|]|\$\$")
_HEAD = re.compile(
    rf"(?: *(?P<name>{_NAME}) *=)?"
    r"(?: *(?P<least>[0-9]{1,9})(?: *- *(?P<most>[0-9]{1,9}))? *\$\$"
    r"(?:(?P<joiner>[^{}|\\$]*(?:(?:\\.|\$(?!\$))[^{}|\\$]*)*)\$\$)?)?",
    re.DOTALL,
)
_NO_TEXT = re.compile("[\0\ud800-\udfff]")


@dataclass(frozen=True)
class Wildcard:
    """One line of a file, by the file's name."""

    start: int
    end: int
    name: str


@dataclass(frozen=True)
class Option:
    """One option of a choice."""

    start: int
    end: int
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Choice:
    """Some of its options: from ``least`` to ``most`` of them, in their order, joined by ``joiner``."""

    start: int
    end: int
    options: tuple[Option, ...]
    name: str | None = None
    least: int = 1
    most: int = 1
    joiner: str = ", "


Piece = str | Wildcard | Choice


@dataclass(frozen=True)
class Template:
    """A parsed template, and the input that it fills."""

    field: str
    text: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Span:
    """The place of an axis in a template, for a page to mark.

    Attributes
    ----------
    start, end
        Offsets in the template; ``end`` is past the last character.
    axis
        The axis's name.
    options
        The options as they are written; none for a wildcard.
    """

    start: int
    end: int
    axis: str
    options: tuple[str, ...]


def escape(text: str) -> str:
    r"""Return a template that stands for the text itself, wherever in a template it is put.

    Examples
    --------
    >>> print(escape("{a|b}"))
    \{a\|b\}
    """
    return re.sub(r"[{}|\\_$=]", r"\\\g<0>", text)


def parse(text: str, field: str = "prompt") -> Template:
    """Parse a template, in time linear to its length.

    Parameters
    ----------
    text
        The template.
    field
        The input that it fills, for messages.

    Raises
    ------
    TemplateError
        If a brace has no partner, an option is empty, ``$$`` follows no count, choices are nested more than
        ``MOST_NESTED`` deep or have more than ``MOST_OPTIONS`` options, or the text holds what is no text (a NUL, half
        of an emoji).

    Examples
    --------
    >>> parse("A {red|blue} fox").pieces[1].options[0].pieces
    ('red',)
    """
    if broken := _NO_TEXT.search(text):
        raise refusal(flaw(broken[0]), text, field, broken.start())
    stack = [_Open(0, 0)]
    at = count = 0
    while token := _TOKEN.search(text, at):
        top = stack[-1]
        top.pieces.append(text[at : token.start()])
        start, at = token.span()
        escaped, wildcard = token.groups()
        if escaped or (len(stack) == 1 and token[0] in ("|", "$$")):
            top.pieces.append(escaped or token[0])
            continue
        count += 1
        if count > MOST_OPTIONS:
            raise refusal(f"A template has at most {MOST_OPTIONS:,} options; here are more.", text, field, start)
        if wildcard:
            top.pieces.append(Wildcard(start, at, unicodedata.normalize("NFC", wildcard)))
        elif token[0] == "{":
            head = _head(text, at)
            if len(stack) > MOST_NESTED:
                raise refusal(f"Choices are nested more than {MOST_NESTED} deep here.", text, field, start)
            if head["name"] and len(stack) > 1:
                raise refusal(_INNER_NAME, text, field, start)
            at = head.end()
            stack.append(_Open(start, at, head.groupdict()))
        elif token[0] == "$$":
            raise refusal(_NO_COUNT, text, field, start)
        elif len(stack) == 1:
            raise refusal("This } closes no choice. For the character itself write \\}.", text, field, start)
        else:
            option = top.option(start)
            if all(isinstance(piece, str) and is_blank(piece) for piece in option.pieces):
                raise refusal(_EMPTY, text, field, option.start)
            if token[0] == "}":
                stack.pop()
                stack[-1].pieces.append(top.choice(at))
            elif top.head["name"] is not None and top.head["name"] == _head(text, at)["name"]:
                raise refusal(_NAMED_AGAIN, text, field, at)
    if len(stack) > 1:
        raise refusal("This { is never closed. For the character itself write \\{.", text, field, stack[-1].start)
    stack[0].pieces.append(text[at:])
    return Template(field, text, stack[0].option(len(text)).pieces)


def axis_names(templates: Iterable[Template]) -> list[tuple[str | None, ...]]:
    """Return the axis of each piece of each template; None for text.

    Names that read the same (in capitals or not, composed or not) are one, spelled as the first of them is. Choices
    without a name are counted through all templates.
    """
    found = list(templates)
    given: dict[str, str] = {}
    for template in found:
        for piece in template.pieces:
            if not isinstance(piece, str) and piece.name is not None:
                given.setdefault(fold(piece.name), piece.name)
    made = (name for number in itertools.count(1) if (name := f"choice {number}") not in given)

    def axis(piece: Piece) -> str | None:
        if isinstance(piece, str):
            return None
        return next(made) if piece.name is None else given[fold(piece.name)]

    return [tuple(map(axis, template.pieces)) for template in found]


def spans(templates: Mapping[str, str]) -> dict[str, tuple[Span, ...]]:
    """Return the places of the axes in each template, by the input that it fills.

    Raises
    ------
    TemplateError
        As `parse` does.

    Examples
    --------
    >>> spans({"prompt": "A {red|blue} fox"})["prompt"]
    (Span(start=2, end=12, axis='choice 1', options=('red', 'blue')),)
    """
    parsed = [parse(text, field) for field, text in templates.items()]
    return {
        template.field: tuple(
            Span(piece.start, piece.end, name, _written(piece, template.text))
            for piece, name in zip(template.pieces, names, strict=True)
            if not isinstance(piece, str) and name is not None
        )
        for template, names in zip(parsed, axis_names(parsed), strict=True)
    }


def refusal(reason: str, text: str, field: str, offset: int) -> TemplateError:
    """Return the error that shows the place in a template, with a caret below it."""
    start, end = max(0, offset - _EXCERPT), offset + _EXCERPT
    before, after = ("".join(c if c.isprintable() else "·" for c in s) for s in (text[start:offset], text[offset:end]))
    before, after = "…" * (start > 0) + before, after + "…" * (end < len(text))
    message = f"{field}: {reason} Nothing was sent.\n    {before}{after}\n    {' ' * _columns(before)}^"
    return TemplateError(message, field=field, offset=offset)


_EMPTY = "This option is empty. Write something, or {0-1$$…} for what may be left out."
_NO_COUNT = (
    "Before $$ stands how many to pick, as in {2$$a|b|c} or {1-2$$a|b|c}, at the start of a choice. "
    "For two dollar signs write \\$\\$."
)
_INNER_NAME = "Only a choice at the top has a name; this one is inside another. For the character itself write \\=."
_NAMED_AGAIN = (
    "The name of a choice stands before its first option only. If it is no name, write \\= in place of = everywhere."
)


@dataclass
class _Open:
    """A choice that is not closed yet, or the whole template."""

    start: int
    option_start: int
    head: dict[str, str | None] = field(default_factory=dict)
    options: list[Option] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)

    def option(self, end: int) -> Option:
        """End the current option there, and start the next one."""
        self.options.append(Option(self.option_start, end, tuple(_merged(self.pieces))))
        self.option_start, self.pieces = end + 1, []
        return self.options[-1]

    def choice(self, end: int) -> Choice:
        name, least, most, joiner = (self.head[one] for one in ("name", "least", "most", "joiner"))
        return Choice(
            self.start,
            end,
            tuple(self.options),
            None if name is None else unicodedata.normalize("NFC", name),
            int(least or 1),
            int(most or least or 1),
            ", " if joiner is None else _ESCAPE.sub(r"\1", joiner),
        )


def _head(text: str, at: int) -> re.Match[str]:
    match = _HEAD.match(text, at)
    assert match is not None  # all of it is optional
    return match


def _merged(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Join texts that follow each other; drop empty ones."""
    for is_text, run in itertools.groupby(pieces, lambda piece: isinstance(piece, str)):
        if not is_text:
            yield from run
        elif text := "".join(map(str, run)):
            yield text


def _written(piece: Wildcard | Choice, text: str) -> tuple[str, ...]:
    return tuple(text[one.start : one.end] for one in piece.options) if isinstance(piece, Choice) else ()


def _columns(text: str) -> int:
    """Return how many columns a text takes in a terminal."""
    marks = sum(unicodedata.category(c) in ("Mn", "Me") for c in text)
    return len(text) - marks + sum(unicodedata.east_asian_width(c) in "WF" for c in text)
