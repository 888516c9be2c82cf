"""Read a PowerShell script's tables, texts and variables, and what its commands that send a request are given.

A script is never run. A value that is no literal, nor a variable that surely stands for one, is unknown.
"""

from __future__ import annotations

import re
from typing import Any

from . import json_body
from .parsed import NESTED, is_key, unreadable
from .powershell_tokens import FORM, SENDS, TEXTS, Variables, tokens
from .windows_shell import powershell_text

_CONSTANTS = {"true": True, "false": False, "null": None}
_SHORT = {"url": "uri", "u": "uri", "b": "body", "bo": "body", "bod": "body", "in": "infile", "inf": "infile"}
_SWITCHES = frozenset(
    ("usebasicparsing", "usedefaultcredentials", "skipcertificatecheck", "skipheadervalidation", "skiphttperrorcheck",
     "disablekeepalive", "allowunencryptedauthentication", "noproxy", "passthru", "verbose", "debug", "compress")
)  # fmt: skip
_ENCODED = re.compile(r"\[(?:System\.)?Text\.Encoding\]::\w+\.GetBytes", re.IGNORECASE)
_CASTS: dict[str, type | tuple[type, ...]] = {  # casts that leave a value of such a kind as it is
    "string": str, "int": int, "int32": int, "int64": int, "long": int, "double": float, "decimal": (int, float),
    "bool": bool, "boolean": bool, "object": object, "array": list, "object[]": list, "hashtable": dict,
    "ordered": dict, "pscustomobject": dict, "psobject": dict,
}  # fmt: skip
_SHUT = ("\ue000", "\ue001")  # around a variable's place in a text, while its escapes are resolved
_MOST = 200_000  # characters that a variable may stand for


class Unknown:
    """A value that only running the text could give; an address keeps the text that is known of it."""

    def __init__(self, text: str = "") -> None:
        self.text = text


class Json:
    """What ``ConvertTo-Json`` makes of a value."""

    def __init__(self, value: Any) -> None:
        self.value = value


class Reader:
    """Walks through the tokens of a text and keeps the values of its variables."""

    def __init__(self, text: str) -> None:
        self.tokens = tokens(text)
        self.variables = Variables(self.tokens)
        self.at = 0
        self.values: dict[str, Any] = {}
        self.calls: list[dict[str, Any]] = []
        self.key = False

    def script(self) -> None:
        """Read all statements."""
        while self.at < len(self.tokens):
            at = self.at
            kind, text = self._next()
            if kind == "variable" and self._is("="):
                self.at += 1
                if not self._command():
                    self.key = self.key or is_key(text)
                    value = self._piped()
                    if self.variables.assigned.get(text) == at:
                        self.values[text] = value
            elif kind == "word":
                self.at -= 1
                if not self._command():
                    self.at += 1

    def _command(self) -> bool:
        """Read a command that sends a request, and return whether one stands here."""
        kind, text = self._peek()
        if kind != "word" or text.lower() not in SENDS:
            return False
        self.at += 1
        given = self._parameters("uri")
        if given.keys() & {"body", "infile", "form"}:
            self.calls.append(given)
        return True

    def _parameters(self, first: str) -> dict[str, Any]:
        """Return what a command is given, by the parameters' names; ``first`` is what needs no name."""
        given: dict[str, Any] = {}
        while self.at < len(self.tokens) and self._peek()[0] != "end" and not self._is("|", ")", "}"):
            kind, text = self._peek()
            if kind == "word" and text.startswith("-") and len(text) > 1:
                self.at += 1
                name = text[1:].rstrip(":").lower()
                bare = self._peek()[0] in ("end", "") or (self._peek()[0] == "word" and self._peek()[1][0] == "-")
                flag = bare or name in _SWITCHES or self._is("|", ")", "}")
                given[_SHORT.get(name, name)] = True if flag else self._value(NESTED, argument=True)
            elif kind == "word" and text.startswith("@") and len(text) > 1:
                self.at += 1
                table = self._variable(text[1:].lower())
                rows = table.items() if isinstance(table, dict) else [("body", Unknown())]
                given |= {_SHORT.get(name.lower(), name.lower()): value for name, value in rows}
            else:
                before = self.at
                given.setdefault(first, self._value(NESTED, argument=True))
                self.at += self.at == before
        return given

    def _piped(self, levels: int = NESTED) -> Any:
        """Read a value, and what it is piped to."""
        value = self._value(levels)
        while self._is("|"):
            self.at += 1
            value = Json(value) if self._peek()[1].lower() == "convertto-json" else Unknown()
            while self.at < len(self.tokens) and self._peek()[0] != "end" and not self._is(")", "}", "|"):
                self.at += 1
        return value

    def _value(self, levels: int, *, argument: bool = False) -> Any:
        if levels < 1:
            raise unreadable(FORM, "The PowerShell is nested deeper than any request is.")
        if not argument and self._peek()[1].lower() == "convertto-json":
            self.at += 1
            given = self._parameters("inputobject")
            return Json(given.get("inputobject", Unknown()))
        items = [self._one(levels, argument)]
        while self._is(","):
            self.at += 1
            self._lines()
            items.append(self._one(levels, argument))
        if self.at >= len(self.tokens) or self._peek()[0] == "end" or self._is(")", "}", "|"):
            return items[0] if len(items) == 1 else items
        if argument and self.tokens[self.at].spaced:
            return items[0] if len(items) == 1 else items
        self._skip(argument)
        return Unknown()

    def _skip(self, argument: bool) -> None:
        """Pass over the rest of an expression: what its value is only running it could say."""
        depth = 0
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            if depth == 0 and (token.kind == "end" or self._is(")", "}", "|") or (argument and token.spaced)):
                return
            depth += (token.kind == "open") - (token.kind == "mark" and token.text in ")}")
            self.at += 1

    def _one(self, levels: int, argument: bool) -> Any:
        kind, text = self._next()
        if kind in TEXTS:
            return self._filled(kind, text)
        if kind == "number":
            return json_body.parse(text)
        if kind == "variable":
            return _CONSTANTS.get(text, self._variable(text))
        if text == "@{":
            return self._table(levels - 1)
        if text in ("@(", "("):
            return self._inside(levels - 1, text == "@(")
        if kind == "word" and _ENCODED.fullmatch(text) and self._peek()[1] == "(":
            return self._one(levels - 1, argument)
        if kind == "word" and text.startswith("[") and self.at < len(self.tokens):
            value = self._one(levels - 1, argument)
            fits = _CASTS.get(text.strip("[]").lower() if "[]" not in text else "array")
            same = fits is not None and isinstance(value, fits) and not (fits is int and isinstance(value, bool))
            return value if same else Unknown()
        return text if kind == "word" and argument else Unknown()

    def _inside(self, levels: int, many: bool) -> Any:
        items: list[Any] = []
        self._lines()
        while self.at < len(self.tokens) and not self._is(")"):
            before = self.at
            value = Unknown() if self._command() else self._piped(levels)
            items += value if isinstance(value, list) and many else [value]
            self._lines()
            self.at += self.at == before
        self.at += 1
        return items if many else items[0] if len(items) == 1 else Unknown()

    def _table(self, levels: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        self._lines()
        while self.at < len(self.tokens) and not self._is("}"):
            kind, text = self._next()
            name: Any = self._filled(kind, text) if kind in TEXTS else text
            if self._is("=") and isinstance(name, str) and kind in ("word", "number", *TEXTS):
                self.at += 1
                self._lines()
                found[name] = self._piped(levels)
                self.key = self.key or (is_key(name) and isinstance(found[name], str))
            elif not (kind == "word" and text == ">>"):  # PowerShell's prompt before a continued line
                found["…"] = Unknown()
            self._lines()
        self.at += 1
        return found

    def _variable(self, name: str) -> Any:
        """Return what a variable stands for at this place."""
        at, value = self.variables.assigned.get(name), self.values.get(name)
        if at is None or name not in self.values:
            return Unknown()
        blocks = self.tokens[at].blocks
        here = self.tokens[min(self.at, len(self.tokens)) - 1].blocks
        held = isinstance(value, (list, dict)) and name in self.variables.changed
        return Unknown() if held or here[: len(blocks)] != blocks else value

    def _filled(self, kind: str, inner: str) -> Any:
        """Resolve a text and fill variables into it; unknown if it needs more than that."""
        if kind in ("block", "single"):
            return powershell_text(kind, inner).text
        values: list[str] = []

        def place(match: re.Match[str]) -> str:
            name = match[1] or match[2]
            value = self._variable(name.lower()) if name else None
            if type(value) not in (str, int):
                return match[0]
            values.append(str(value))
            return f"{_SHUT[0]}{len(values) - 1}{_SHUT[1]}"

        if any(sign in inner for sign in _SHUT):
            return Unknown() if powershell_text(kind, inner).filled else powershell_text(kind, inner).text
        word = powershell_text(kind, re.sub(r"`.|\$(?:\{(\w+)\}|(\w+)(?!:\w))", place, inner, flags=re.DOTALL))
        text = re.sub(f"{_SHUT[0]}(\\d+){_SHUT[1]}", lambda m: values[int(m[1])], word.text)
        return text if not word.filled and len(text) <= _MOST else Unknown(text[:_MOST])

    def _lines(self) -> None:
        while self._peek()[0] == "end":
            self.at += 1

    def _peek(self) -> tuple[str, str]:
        return (self.tokens[self.at].kind, self.tokens[self.at].text) if self.at < len(self.tokens) else ("", "")

    def _next(self) -> tuple[str, str]:
        token = self._peek()
        self.at += 1
        return token

    def _is(self, *marks: str) -> bool:
        kind, text = self._peek()
        return kind == "mark" and text in marks
