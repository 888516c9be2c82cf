"""Split a command into words as a POSIX shell does. Nothing is run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .parsed import unreadable

FORM = "the command"

BLANK = " \t\r\u00a0\u1680\u2000-\u200b\u202f\u205f\u2060\u3000\ufeff"
"""Characters that separate words; web pages and word processors use more than a shell knows."""

_PIECE = re.compile(
    rf"""
      (?P<join>\\[{BLANK}]*\n)
    | (?P<blank>[{BLANK}]+)
    | (?P<end>[\n;&|()]+)
    | (?P<comment>(?<![^\s;&|])\#[^\n]*)
    | '(?P<single>[^']*)'
    | \$'(?P<ansi>(?:[^'\\]|\\.)*)'
    | \$?"(?P<double>(?:[^"\\]|\\.)*)"
    | \\(?P<escaped>.)
    | (?P<bare>[^{BLANK}\n\\'";&|()])
    """,
    re.VERBOSE | re.DOTALL,
)
FILLED = re.compile(r"\$[\w{(@*#?!$-]|`")
"""What a shell expands."""

DOLLAR, TICK = "\ufdd0", "\ufdd1"  # no characters of any text
_HERE = re.compile(r"""(?P<cat>"?\$\([ \t]*cat[ \t]+)?<<-?[ \t]*(?P<quote>['"\\]?)(?P<word>\w+)['"]?""")
_CLOSES = re.compile(r"\s*\)\"?")
_DOCUMENTS = 20  # here-documents that are parsed; a command has one
_ANSI = re.compile(
    r"""\\(?:
      u(?P<high>[dD][89abAB][\da-fA-F]{2})\\u(?P<low>[dD][c-fC-F][\da-fA-F]{2})  # a character in two halves
    | u(?P<short>[\da-fA-F]{1,4}) | U(?P<long>[\da-fA-F]{1,8})
    | x(?P<byte>[\da-fA-F]{1,2}) | (?P<octal>[0-7]{1,3})
    | c(?P<control>.) | (?P<name>.)
    )""",
    re.VERBOSE | re.DOTALL,
)
_NAMED = {"a": 7, "b": 8, "e": 27, "E": 27, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11}


@dataclass(frozen=True)
class Word:
    """A word of a command; ``filled`` if a shell would expand something in it."""

    text: str
    filled: bool = False


@dataclass(frozen=True)
class Command:
    """The words of a command, and the marks before it: a line end, ``;``, ``&&``, brackets."""

    marks: str
    words: list[Word]


def split(text: str) -> list[Command]:
    """Split a text into commands.

    A here-document becomes the word ``<<`` and its text. A dollar sign that a shell takes as it is is ``DOLLAR``, and a
    backtick ``TICK``; ``plain`` turns them back.

    Raises
    ------
    RequestError
        If a quote stays open.
    """
    return list(_split(_here(text)))


def plain(text: str) -> str:
    """Return a word's text with the signs that a shell takes as they are."""
    return text.replace(DOLLAR, "$").replace(TICK, "`")


def _here(text: str) -> str:
    """Move here-documents into the line of their command, quoted."""
    pieces: list[str] = []
    at = 0
    for _ in range(_DOCUMENTS):
        begin = _HERE.search(text, at)
        first = text.find("\n", begin.end()) if begin else -1
        if begin is None or first < 0:
            break
        end = re.compile(rf"\n[ \t]*{begin['word']}[ \t]*(?=[\n)]|$)").search(text, first)
        if end is None:
            pieces.append(text[at : begin.end()])
            at = begin.end()
            continue
        document = _quoted(text[first + 1 : end.start()], plain=bool(begin["quote"]))
        rest, at_end = text[begin.end() : first], end.end()
        if begin["cat"] and (closes := _CLOSES.match(text, at_end)):
            document, at_end = f"{document}{rest}", closes.end()
        else:
            document = f"<< {document}{rest}"
        pieces += [text[at : begin.start()], document]
        at = at_end
    return "".join([*pieces, text[at:]])


def _quoted(text: str, *, plain: bool) -> str:
    if plain or not FILLED.search(text):
        return "'" + text.replace("'", "'\\''") + "'"
    return '"' + text.replace('"', '\\"') + '"'


def _split(text: str) -> Iterator[Command]:
    words: list[Word] = []
    pieces: list[Word] = []
    marks, at = "", 0

    def close() -> None:
        if pieces:
            words.append(Word("".join(p.text for p in pieces), any(p.filled for p in pieces)))
            pieces.clear()

    while at < len(text):
        match = _PIECE.match(text, at)
        if match is None:
            raise unreadable(FORM, "A quote is opened in the command and not closed, or it breaks off.")
        kind, at = str(match.lastgroup), match.end()
        if kind in ("blank", "end"):
            close()
            if kind == "end":
                yield Command(marks, list(words))
                words.clear()
                marks = match[kind]
        elif kind not in ("join", "comment"):
            pieces.append(_word(kind, match[kind], text[match.start() : at + 1]))
    close()
    yield Command(marks, words)


def _word(kind: str, inner: str, seen: str) -> Word:
    if kind == "bare":
        return Word(inner, FILLED.match(seen) is not None)
    if kind == "double":
        filled = FILLED.search(re.sub(r"\\.", "", inner, flags=re.DOTALL)) is not None
        return Word(re.sub(r'\\([$`"\\\n])', lambda m: _kept(m[1].strip("\n")), inner), filled)
    return Word(_kept(_ansi(inner) if kind == "ansi" else inner))


def _kept(text: str) -> str:
    return text.replace("$", DOLLAR).replace("`", TICK)


def _ansi(text: str) -> str:
    """Resolve the escapes of ``$'text'``: characters, bytes, and surrogate halves."""
    pieces: list[bytes] = []
    at = 0
    for match in _ANSI.finditer(text):
        pieces += [text[at : match.start()].encode("utf-8", "replace"), _escape(match)]
        at = match.end()
    return b"".join([*pieces, text[at:].encode("utf-8", "replace")]).decode("utf-8", "replace")


def _escape(match: re.Match[str]) -> bytes:
    if match["high"]:
        return bytes.fromhex(match["high"] + match["low"]).decode("utf-16-be").encode()
    if point := match["short"] or match["long"]:
        number = int(point, 16)
        return chr(number).encode("utf-8", "replace") if number < 0x110000 else b""
    if match["byte"] or match["octal"]:
        return bytes([int(match["byte"] or match["octal"], 16 if match["byte"] else 8) & 0xFF])
    if match["control"]:
        return bytes([ord(match["control"]) & 0x1F])
    name = match["name"]
    control = bytes([_NAMED[name]]) if name in _NAMED else None
    return control or (name if name in "\\'\"?" else f"\\{name}").encode("utf-8", "replace")
