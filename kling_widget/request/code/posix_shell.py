"""Split a command into words as a POSIX shell does. Nothing is run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
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
_FILLED = re.compile(r"\$[\w{(@*#?!$-]|`")  # what a shell expands
_VARIABLE = re.compile(r"\$(?:(\w+)|\{(\w+)\})")
_ASSIGNED = re.compile(r"([A-Za-z_]\w*)=(.*)", re.DOTALL)
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


def commands(text: str, variables: Mapping[str, str] | None = None) -> Iterator[list[Word]]:
    """Yield the commands of a text, each as its words.

    A here-document becomes the word ``<<`` and its text. Variables that the text itself assigns are expanded.

    Raises
    ------
    RequestError
        If a quote stays open.
    """
    values = dict(variables or {})
    for words in _split(_here(text)):
        words = [_resolved(word, values) for word in words]
        for word in words:
            if (given := _ASSIGNED.fullmatch(word.text)) is None:
                break
            if not word.filled:
                values[given[1]] = given[2]
        yield words


def assigned(text: str) -> dict[str, str]:
    """Return the variables that a text assigns on lines of their own."""
    found: dict[str, str] = {}
    for match in re.finditer(
        r"^[ \t]*(?:export[ \t]+)?([A-Za-z_]\w*)=('[^']*'|\"[^\"$`]*\"|[^\s'\"$`]*)[ \t]*$", text, re.MULTILINE
    ):
        value = match[2]
        found[match[1]] = value[1:-1] if value[:1] in ("'", '"') else value
    return found


def _resolved(word: Word, values: Mapping[str, str]) -> Word:
    if not word.filled:
        return word
    text = _VARIABLE.sub(lambda m: values.get(m[1] or m[2], m[0]), word.text)
    missing = any((m[1] or m[2]) not in values for m in _VARIABLE.finditer(word.text))
    others = _FILLED.search(_VARIABLE.sub("", word.text)) is not None
    return Word(text, missing or others or text == word.text)


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
    if plain or not _FILLED.search(text):
        return "'" + text.replace("'", "'\\''") + "'"
    return '"' + text.replace('"', '\\"') + '"'


def _split(text: str) -> Iterator[list[Word]]:
    words: list[Word] = []
    pieces: list[Word] = []
    at = 0

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
                yield list(words)
                words.clear()
        elif kind not in ("join", "comment"):
            pieces.append(_word(kind, match[kind], text[match.start() : at + 1]))
    close()
    yield words


def _word(kind: str, inner: str, seen: str) -> Word:
    if kind == "bare":
        return Word(inner, _FILLED.match(seen) is not None)
    if kind == "double":
        filled = _FILLED.search(re.sub(r"\\.", "", inner, flags=re.DOTALL)) is not None
        return Word(re.sub(r'\\([$`"\\\n])', lambda m: m[1].strip("\n"), inner), filled)
    return Word(_ansi(inner) if kind == "ansi" else inner)


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
