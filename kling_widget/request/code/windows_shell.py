"""Split a command into words as Windows shells do: ``cmd`` with its carets, PowerShell with its backticks."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .json_body import joined
from .parsed import unreadable
from .posix_shell import BLANK, FORM, Word

_JOIN = re.compile(rf"[{BLANK}]*\n")
_SINGLE = re.compile(r'(?<!\\)(?:\\\\)*\\(?![\\"])')  # an odd number of backslashes without a quote after them
_PERCENT = re.compile(r"%[A-Za-z_]\w*%")
_ARGUMENT = re.compile(
    rf"""(?P<blank>[{BLANK}\n]+) | (?P<slashes>\\*)(?P<quote>") | \\+ | [^\\"{BLANK}\n]+""", re.VERBOSE
)
_QUOTES = re.compile(r'(\\*)"')

_PIECE = re.compile(
    rf"""
      (?P<join>`[{BLANK}]*\n)
    | (?P<blank>[{BLANK}]+)
    | (?P<end>[\n;|&]+)
    | (?P<comment>(?<![^\s;&|])\#[^\n]*)
    | @'[ \t]*\n(?P<block>.*?)\n'@
    | @"[ \t]*\n(?P<filled>.*?)\n"@
    | '(?P<single>(?:[^']|'')*)'
    | "(?P<double>(?:[^"`]|`.|"")*)"
    | `(?P<escaped>.)
    | (?P<bare>[^{BLANK}\n'";|&`])
    """,
    re.VERBOSE | re.DOTALL,
)
_CHARACTER = re.compile(r"\$\(\[char\](0x[\da-fA-F]{1,4}|\d{1,5})\)")
_SPELLED = re.compile(r"`u\{([\da-fA-F]{1,6})\}|`(.)|\"(\")", re.DOTALL)
_FILLED = re.compile(r"\$[\w{(:]")
_SLASHES = 64  # the most backslashes before a quote that are counted
_NAMED = {"n": "\n", "r": "\r", "t": "\t", "0": "\0", "a": "\a", "b": "\b", "f": "\f", "v": "\v", "e": "\x1b"}


def cmd_commands(text: str) -> Iterator[list[Word]]:
    """Yield the commands of a text as ``cmd`` and the programs that it starts split them.

    Browsers put a caret before everything, people only at the end of a line. More lenient than ``cmd``: a quote may
    span lines.
    """
    copied = '^"' in text  # by a browser, which escapes percent signs
    for line in _lines(text):
        # Browsers double every backslash, though programs halve only those before a quote.
        words = arguments(line, doubled=copied and _SINGLE.search(line) is None)
        yield [Word(joined(word), not copied and _PERCENT.search(word) is not None) for word in words]


def _lines(text: str) -> Iterator[str]:
    """Yield the lines that ``cmd`` runs: a caret goes, and the character after it counts literally."""
    line: list[str] = []
    quoted, at = False, 0
    while at < len(text):
        character = text[at]
        at += 1
        if character == "^" and not quoted:
            if joined := _JOIN.match(text, at):
                at = joined.end()
            # So does the first character of the next line: browsers write a line break there.
            line.append(text[at : at + 1])
            at += 1
            continue
        before = "".join(line[-_SLASHES:])
        if character == '"' and (len(before) - len(before.rstrip("\\"))) % 2 == 0:
            quoted = not quoted
        if character in "\n&|" and not quoted:
            yield "".join(line)
            line.clear()
        else:
            line.append(character)
    yield "".join(line)


def arguments(line: str, *, doubled: bool = False) -> list[str]:
    r"""Split a line into words as Windows programs do: ``\"`` is a quote, any other backslash is itself.

    With ``doubled``, two of the other backslashes count as one.
    """
    found: list[str] = []
    word: list[str] | None = None
    quoted, at = False, 0
    while at < len(line):
        piece = _ARGUMENT.match(line, at)
        assert piece is not None  # one of the four alternatives matches any character
        at = piece.end()
        if piece["blank"] is not None and not quoted:
            if word is not None:
                found.append("".join(word))
            word = None
            continue
        word = [] if word is None else word
        if piece["quote"] is None:
            word.append(piece[0][: len(piece[0]) // 2] if doubled and piece[0][0] == "\\" else piece[0])
            continue
        word.append("\\" * (len(piece["slashes"]) // 2))
        if len(piece["slashes"]) % 2:
            word.append('"')
        elif quoted and line.startswith('"', at):
            word.append('"')
            at += 1
        else:
            quoted = not quoted
    if quoted:
        raise unreadable(FORM, "A quote is opened in the command and not closed, or it breaks off.")
    return [*found, "".join(word)] if word is not None else found


def unquoted(text: str) -> str:
    """Remove the backslashes that Windows programs need before quotes."""
    return _QUOTES.sub(lambda m: "\\" * (len(m[1]) // 2) + '"', text)


def powershell_commands(text: str) -> Iterator[list[Word]]:
    """Yield the commands of a text as PowerShell splits them, each as its words."""
    words: list[Word] = []
    pieces: list[Word] = []
    at = 0
    while at <= len(text):
        match = _PIECE.match(text, at) if at < len(text) else None
        if match is None and at < len(text):
            raise unreadable(FORM, "A quote is opened in the command and not closed, or it breaks off.")
        kind = str(match.lastgroup) if match else "end"
        if kind in ("blank", "end") and pieces:
            words.append(Word("".join(p.text for p in pieces), any(p.filled for p in pieces)))
            pieces.clear()
        if kind == "end":
            yield list(words)
            words.clear()
        elif match and kind not in ("blank", "join", "comment"):
            pieces.append(powershell_text(kind, match[kind]))
        at = match.end() if match else at + 1


def powershell_text(kind: str, inner: str) -> Word:
    """Resolve one piece: a ``single``, ``double``, ``block`` or ``filled`` (here-) string, or a character."""
    if kind == "single":
        return Word(inner.replace("''", "'"))
    if kind not in ("double", "filled"):
        return Word(inner, inner == "$")
    text = _CHARACTER.sub(lambda m: chr(int(m[1], 0)), inner)
    filled = _FILLED.search(re.sub(r"`.", "", text, flags=re.DOTALL)) is not None
    if kind == "double" or "`" in text:
        text = _SPELLED.sub(lambda m: _spelled(m) if kind == "double" or not m[3] else m[0], text)
    return Word(joined(text), filled)


def _spelled(match: re.Match[str]) -> str:
    if match[1]:
        return chr(int(match[1], 16)) if int(match[1], 16) < 0x110000 else ""
    return match[3] or _NAMED.get(match[2], match[2])
