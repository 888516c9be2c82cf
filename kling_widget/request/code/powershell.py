"""A request as PowerShell's own commands send it: ``Invoke-RestMethod`` and ``Invoke-WebRequest``."""

from __future__ import annotations

import re
from typing import Any

from . import json_body
from .parsed import NESTED, ParsedText, is_key, unreadable
from .posix_shell import BLANK
from .windows_shell import powershell_text

FORM = "PowerShell"

_CALL = re.compile(r"\b(?:Invoke-RestMethod|Invoke-WebRequest|irm|iwr)\b(?=[^\n]*-|[ \t]*`)", re.IGNORECASE)
_TOKEN = re.compile(
    rf"""
      (?P<space>(?:[{BLANK}]|`[{BLANK}]*\n|\#[^\n]*|<\#.*?\#>)+)
    | (?P<end>[\n;]+)
    | @'[ \t]*\n(?P<block>.*?)\n'@
    | @"[ \t]*\n(?P<filled>.*?)\n"@
    | '(?P<single>(?:[^']|'')*)'
    | "(?P<double>(?:[^"`]|`.|"")*)"
    | (?P<number>-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)(?![\w.])
    | \$(?P<variable>[\w:]+)
    | (?P<open>@[\{{(]|\() | (?P<mark>[)\}},=|])
    | (?P<word>[^\s'"`$;,=|(){{}}\#]+)
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
_CONSTANTS = {"true": True, "false": False, "null": None}
_NAMES = frozenset(("invoke-restmethod", "invoke-webrequest", "irm", "iwr"))
_ASSIGNED = re.compile(r"(?:[ \t]*(?:#[^\n]*)?\n)*[ \t]*\$\w+[ \t]*=")
_SHORT = {"url": "uri", "u": "uri", "b": "body"}
_MOST = 200_000  # characters that a variable may stand for

_MOST_TOKENS = 5_000
_TEXTS = ("block", "filled", "single", "double")


class _Unknown:
    """A value that only running the text could give."""


def position(text: str) -> int | None:
    """Return where the first of PowerShell's own commands begins in a text; None where there is none.

    A script that begins with a variable's value is PowerShell from its start: that value may be a prompt of any words.
    """
    match = _CALL.search(text)
    return None if match is None else 0 if _ASSIGNED.match(text) else match.start()


def read(text: str) -> ParsedText:
    """Read the first of PowerShell's own commands that has a body.

    Raises
    ------
    RequestError
        If there is none, it names no model, or the body needs the text to be run.
    """
    reader = _Reader(text)
    reader.script()
    if not reader.calls:
        raise unreadable(
            FORM, "The command has no -Body that can be read. One that is piped to it is not: write it behind -Body."
        )
    given = reader.calls[0]
    address = given.get("uri", "")
    model = json_body.model_at(address) if isinstance(address, str) else ""
    body, more = _plain(given["body"]), len(reader.calls) - 1
    return json_body.posted(body, model, form=FORM, call="command", key=reader.key, more=more)


def _plain(value: Any) -> Any:
    if isinstance(value, _Unknown):
        raise unreadable(FORM, "PowerShell would fill in a part of the body ($…). Paste it with the text itself there.")
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items() if not is_key(name)}
    return [_plain(one) for one in value] if isinstance(value, list) else value


class _Reader:
    """Walks through the tokens of a text and keeps the values of its variables."""

    def __init__(self, text: str) -> None:
        self.tokens: list[tuple[str, str]] = []
        for match in _TOKEN.finditer(text):
            kind = str(match.lastgroup)
            if kind == "other" and match[0] in "'\"":
                raise unreadable(FORM, "A quote is opened in the PowerShell and not closed, or it breaks off.")
            if kind != "space":
                self.tokens.append((kind, match[kind]))
            if len(self.tokens) > _MOST_TOKENS:
                raise unreadable(FORM, "The PowerShell is far longer than a request.")
        self.at = 0
        self.values: dict[str, Any] = {}
        self.calls: list[dict[str, Any]] = []
        self.key = False

    def script(self) -> None:
        """Read all statements."""
        while self.at < len(self.tokens):
            kind, text = self._next()
            if kind == "variable" and self._is("="):
                self.at += 1
                if not self._command():
                    self.key = self.key or is_key(text)
                    self.values[text.lower()] = self._piped()
            elif kind == "word":
                self.at -= 1
                if not self._command():
                    self.at += 1

    def _command(self) -> bool:
        """Read a command that sends a request, and return whether one stands here."""
        kind, text = self._peek()
        if kind != "word" or text.lower() not in _NAMES:
            return False
        self.at += 1
        given: dict[str, Any] = {}
        while self.at < len(self.tokens) and self._peek()[0] != "end" and not self._is("|", ")"):
            kind, text = self._next()
            if kind == "word" and text.startswith("-") and len(text) > 1:
                name = text[1:].rstrip(":").lower()
                bare = self._peek()[0] == "end" or (self._peek()[0] == "word" and self._peek()[1].startswith("-"))
                given[_SHORT.get(name, name)] = True if bare else self._value(NESTED)
            elif kind == "word" or kind in _TEXTS:
                given.setdefault("uri", text)
        if "body" in given:
            self.calls.append(given)
        return True

    def _piped(self, levels: int = NESTED) -> Any:
        """Read a value and skip what it is piped to, such as ``ConvertTo-Json``."""
        value = self._value(levels)
        while self._is("|"):
            while self.at < len(self.tokens) and self._peek()[0] != "end" and not self._is(")"):
                self.at += 1
        return value

    def _value(self, levels: int) -> Any:
        if levels < 1:
            raise unreadable(FORM, "The PowerShell is nested deeper than any request is.")
        items = [self._one(levels)]
        while self._is(","):
            self.at += 1
            self._lines()
            items.append(self._one(levels))
        return items[0] if len(items) == 1 else items

    def _one(self, levels: int) -> Any:
        kind, text = self._next()
        if kind in _TEXTS:
            word = powershell_text(kind, text)
            return self._filled(word.text) if word.filled else word.text
        if kind == "number":
            return json_body.parse(text)
        if kind == "variable":
            return _CONSTANTS.get(text.lower(), self.values.get(text.lower(), _Unknown()))
        if text == "@{":
            return self._table(levels - 1)
        if text in ("@(", "("):
            return self._inside(levels - 1, text == "@(")
        if kind == "word" and text.startswith("["):  # a cast: [int]5, [ordered]@{…}, [Text.Encoding]::UTF8.GetBytes(…)
            return self._one(levels - 1) if self.at < len(self.tokens) else _Unknown()
        return text if kind == "word" else _Unknown()

    def _inside(self, levels: int, many: bool) -> Any:
        items: list[Any] = []
        self._lines()
        while self.at < len(self.tokens) and not self._is(")"):
            before = self.at
            value = self._piped(levels)
            items += value if isinstance(value, list) and many else [value]
            self._lines()
            self.at += self.at == before
        self.at += 1
        return items if many else items[0] if len(items) == 1 else _Unknown()

    def _table(self, levels: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        self._lines()
        while self.at < len(self.tokens) and not self._is("}"):
            kind, name = self._next()
            name = powershell_text(kind, name).text if kind in _TEXTS else name
            if self._is("="):
                self.at += 1
                found[name] = self._piped(levels)
                self.key = self.key or (is_key(name) and isinstance(found[name], str))
            self._lines()
        self.at += 1
        return found

    def _filled(self, text: str) -> Any:
        """Fill variables into a text; unknown if the text needs more than that."""
        names = re.findall(r"\$\{?(\w+)\}?", text)
        if "$(" in text or not all(isinstance(self.values.get(name.lower()), str) for name in names):
            return _Unknown()
        filled = re.sub(r"\$\{?(\w+)\}?", lambda m: str(self.values[m[1].lower()]), text)
        return filled if len(filled) <= _MOST else _Unknown()

    def _lines(self) -> None:
        while self._peek()[0] == "end":
            self.at += 1

    def _peek(self) -> tuple[str, str]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("", "")

    def _next(self) -> tuple[str, str]:
        token = self._peek()
        self.at += 1
        return token

    def _is(self, *marks: str) -> bool:
        kind, text = self._peek()
        return kind == "mark" and text in marks
