"""A request as a curl command, quoted for a POSIX shell and read the way that a shell reads."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

from ..settings import KEY_NAME, ORIGIN
from . import body
from .asked import Said, unread

FORM = "curl"

_ROOT = "/api/v3/"
_WIDE = 100  # characters; a longer body is written over several lines
_CALLS = frozenset({"predictions", "balance", "billings", "media", "models", "model"})  # what stands there, no model
_BODIES = frozenset({"data", "data-raw", "data-binary", "data-ascii", "json"})
_SHORT = {"d": "data", "H": "header", "F": "form", "u": "user"}
_SHORT_WITH_VALUE = frozenset("AbcCdDeEFHKmoPQrtTuUwxXyYz")
_LONG_WITH_VALUE = (
    _BODIES
    | frozenset(
        [
            "connect-timeout",
            "cookie",
            "data-urlencode",
            "form",
            "header",
            "max-time",
            "oauth2-bearer",
            "output",
            "proxy",
        ]
    )
    | frozenset(["referer", "request", "retry", "retry-delay", "url", "user", "user-agent", "write-out"])
)

_COMMAND = re.compile(r"^[ \t]*(?:[$%>][ \t]+)?!?(?:\w+=\S*[ \t]+)*curl(?=[ \t\\])", re.MULTILINE)
_PIECE = re.compile(
    r"""
      (?P<join>\\\r?\n)
    | (?P<blank>[ \t\r]+)
    | (?P<end>[\n;&|]+)
    | (?P<comment>(?<![^\s;&|])\#[^\n]*)
    | '(?P<single>[^']*)'
    | \$'(?P<ansi>(?:[^'\\]|\\.)*)'
    | \$?"(?P<double>(?:[^"\\]|\\.)*)"
    | \\(?P<escaped>.)
    | (?P<bare>[^ \t\r\n\\'";&|])
    """,
    re.VERBOSE | re.DOTALL,
)
_FILLED = re.compile(r"\$[\w{(@*#?!$-]|`")  # where a shell would put something else
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
class _Word:
    text: str
    filled: bool = False  # a shell would put something else for a part of it


def to_curl(model: str, inputs: Mapping[str, Any], *, origin: str = ORIGIN) -> str:
    """Write a request as a curl command that takes the key from the environment.

    Parameters
    ----------
    origin
        The service, without ``/api/v3``.
    """
    address = f"{origin.rstrip('/')}{_ROOT}{quote(model, safe='/')}"
    sent = body.dump(dict(inputs))
    if len(sent) > _WIDE:
        sent = body.dump(dict(inputs), indent=2).replace("\n", "\n  ")
    return " \\\n  ".join(
        [
            f"curl {shlex.quote(address)}",
            f'-H "Authorization: Bearer ${KEY_NAME}"',
            "-H 'Content-Type: application/json'",
            "-d '" + sent.replace("'", r"'\''") + "'",
        ]
    )


def found(text: str) -> bool:
    """Whether a curl command stands in a text."""
    return _COMMAND.search(text) is not None


def read(text: str) -> Said:
    """Read the first curl command of a text that has a body.

    Raises
    ------
    RequestError
        If it has none, names no model, or takes its body from elsewhere.
    """
    start = _COMMAND.search(text)
    commands = [_options(words) for words in _commands(text[start.start() if start else 0 :]) if words]
    asking = [options for options in commands if _BODIES & options.keys() or "form" in options]
    if not asking:
        raise unread(FORM, "The command has no body. A request's is given with -d or --json.")
    options = asking[0]
    if "form" in options:
        raise unread(FORM, "The command sends a form. The service takes JSON, given with -d or --json.")
    given = options.get("json") or [word for name in _BODIES for word in options.get(name, ())]
    if any(word.text.startswith("@") for word in given):
        raise unread(FORM, "The command takes its body from a file. Paste the body itself.")
    if any(word.filled for word in given):
        raise unread(FORM, "A shell would fill in a part of the body ($…). Paste it with the text itself there.")
    joint = "" if "json" in options else "&"  # as curl puts several together
    told = body.said(body.parse(joint.join(word.text for word in given)))
    key = any(_is_key(name, word) for name, words in options.items() for word in words)
    return Said(told.model or _model(options), told.inputs, key or told.key, len(asking) - 1)


def _model(options: Mapping[str, list[_Word]]) -> str:
    for word in (*options.get("url", ()), *options.get("", ())):
        _, root, path = word.text.partition(_ROOT)
        name = unquote(re.split(r"[?#]", path)[0]).strip("/")
        if root and name and name.split("/")[0] not in _CALLS:
            return name
    raise unread(FORM, f"The command's address names no model. It would stand behind {_ROOT}.")


def _is_key(name: str, word: _Word) -> bool:
    header = name == "header" and word.text.lower().startswith(("authorization:", "x-api-key:", "api-key:"))
    return (header or name in ("user", "oauth2-bearer")) and not word.filled


def _options(words: list[_Word]) -> dict[str, list[_Word]]:
    """What each option was given, by its long name; what belongs to none, under ``""``."""
    found: dict[str, list[_Word]] = {}
    rest = iter(words)
    for word in rest:
        if word.text.lstrip("!") == "curl":
            break
    for word in rest:
        name, value = "", word
        if word.text.startswith("--"):
            name = word.text[2:]
            if name not in _LONG_WITH_VALUE:
                continue
            value = next(rest, _Word(""))
        elif word.text.startswith("-") and len(word.text) > 1:
            at = next((n for n, letter in enumerate(word.text) if letter in _SHORT_WITH_VALUE), None)
            if at is None:
                continue
            name = _SHORT.get(word.text[at], word.text[at])
            behind = word.text[at + 1 :]
            value = _Word(behind, word.filled) if behind else next(rest, _Word(""))
        found.setdefault(name, []).append(value)
    return found


def _commands(text: str) -> Iterator[list[_Word]]:
    """The commands of a text, each as its words."""
    words: list[_Word] = []
    pieces: list[_Word] = []
    at = 0

    def close() -> None:
        if pieces:
            words.append(_Word("".join(p.text for p in pieces), any(p.filled for p in pieces)))
            pieces.clear()

    while at < len(text):
        match = _PIECE.match(text, at)
        if match is None:
            raise unread(FORM, "A quote is opened in the command and not closed, or it breaks off.")
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


def _word(kind: str, inner: str, seen: str) -> _Word:
    if kind == "bare":
        return _Word(inner, _FILLED.match(seen) is not None)
    if kind == "double":
        filled = _FILLED.search(re.sub(r"\\.", "", inner, flags=re.DOTALL)) is not None
        return _Word(re.sub(r'\\([$`"\\\n])', lambda m: m[1].strip("\n"), inner), filled)
    return _Word(_ansi(inner) if kind == "ansi" else inner)


def _ansi(text: str) -> str:
    """What ``$'text'`` stands for; characters may be spelled byte by byte, or in two halves."""
    said: list[bytes] = []
    at = 0
    for match in _ANSI.finditer(text):
        said += [text[at : match.start()].encode("utf-8", "replace"), _escape(match)]
        at = match.end()
    return b"".join([*said, text[at:].encode("utf-8", "replace")]).decode("utf-8", "replace")


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
    known = bytes([_NAMED[name]]) if name in _NAMED else None
    return known or (name if name in "\\'\"?" else f"\\{name}").encode("utf-8", "replace")
