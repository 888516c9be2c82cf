"""A request as JavaScript: ``fetch``, ``axios`` and their like, as browsers copy them and people write them.

The text is taken apart and looked at, and never run. What is no literal is refused in words where it is needed.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from . import json_body
from .parsed import NESTED, Said, is_key, unread

FORM = "JavaScript"

_CALL = re.compile(r"\b(?:fetch|axios|ajax)\s*\(|\.(?:post|request|run|send|subscribe)\s*\(|\$fetch\s*\(")
_TOKEN = re.compile(
    r"""(?P<space>\s+|//[^\n]*|/\*.*?\*/)
      | (?P<string>'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")
      | (?P<template>`(?:[^`\\]|\\.)*`)
      | (?P<number>(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
      | (?P<name>[^\W\d][\w$]*|\$[\w$]*)
      | (?P<mark>\.\.\.|=>|.)""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:u\{([\da-fA-F]{1,6})\}|u([\da-fA-F]{4})|x([\da-fA-F]{2})|(\n)|(.))", re.DOTALL)
_NAMED = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "v": "\v", "0": "\0"}
_WORDS = {"true": True, "false": False, "null": None, "undefined": None}
_STARTS = frozenset(
    ("async", "await", "axios", "const", "export", "fetch", "for", "function", "if", "import", "let", "return", "var")
)
_MOST_TOKENS = 5_000  # a request has some hundred; what is no literal is gone through more than once
_MOST_WORK = 50_000  # tokens in all
_MOST = 200_000  # characters that a name may stand for


@dataclass(frozen=True)
class _Unknown:
    """What can't be told without running the text, by what it is."""

    what: str


@dataclass(frozen=True)
class _Text:
    """What ``JSON.stringify`` makes of a value."""

    value: Any


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    begins: bool  # a line


def found(text: str) -> bool:
    """Whether a call that sends a request may stand in a text."""
    return _CALL.search(text) is not None


def value_of(text: str) -> Any:
    """The JSON value that an object of JavaScript stands for. Raises ``RequestError`` where it is none."""
    reader = _Reader(text)
    value = _plain(reader.value(), "")
    if reader.at < len(reader.tokens):
        raise unread(FORM, "The JavaScript goes on after the object.")
    return value


def read(text: str) -> Said:
    """Read the first call of a text that sends a request with a body.

    Raises
    ------
    RequestError
        If there is none, it names no model, or a part of it can't be told without running the text.
    """
    reader = _Reader(text)
    calls = list(reader.calls())
    if not calls:
        raise unread(FORM, "No call in the JavaScript sends a body: fetch(url, {body: …}) or axios.post(url, {…}).")
    model, given = calls[0]
    value = given.value if isinstance(given, _Text) else given
    value = _plain(value, "the body")
    told = json_body.said(json_body.parse(value) if isinstance(value, str) else value)
    if not (name := told.model or model):
        raise unread(FORM, f"The call's address names no model. It would stand behind {json_body.ROOT}.")
    return Said(name, told.inputs, told.key or reader.key, len(calls) - 1)


def _plain(value: Any, where: str) -> Any:
    """A value without a part that is unknown."""
    if isinstance(value, _Unknown):
        place = f"{where} is" if where else "There is"
        raise unread(FORM, f"{place} {value.what}, and the text is only read, never run. Put the value itself there.")
    if isinstance(value, _Text):
        return json.dumps(_plain(value.value, where), ensure_ascii=False)
    if isinstance(value, dict):
        return {name: _plain(one, name) for name, one in value.items() if not is_key(name)}
    return [_plain(one, where) for one in value] if isinstance(value, list) else value


class _Reader:
    """Goes through a text, and remembers what names stand for."""

    def __init__(self, text: str) -> None:
        self.tokens = _tokens(text)
        self.at = 0
        self.known: dict[str, Any] = {}
        self.key = False
        self.left = _MOST_WORK
        self.opened = ""  # the address of an XMLHttpRequest

    def calls(self) -> Iterator[tuple[str, Any]]:
        """The model and the body of each call, as far as they can be told."""
        while self.at < len(self.tokens):
            if self._is("const", "let", "var") and self._text(2) == "=":
                name, start = self._text(1), self.at + 3
                self.at = start
                value = self.value()
                self._know(name, value)
                if isinstance(value, _Unknown):
                    self.at = start  # the call may stand there
            elif self._text(1) == "(" and self._kind(0) == "name":
                callee, of = self._text(0), self._text(-2) if self._text(-1) in (".", "?.") else ""
                start = self.at + 2
                found = self._of_call(callee, of, self._arguments())
                if found is None:
                    self.at = start
                else:
                    yield found
            else:
                self.at += 1

    def _of_call(self, callee: str, of: str, given: list[Any]) -> tuple[str, Any] | None:
        first, second = [*given, None, None][:2]
        options = second if isinstance(second, dict) else {}
        if callee in ("fetch", "$fetch") and not of:
            return _sent(first, options.get("body"))
        if callee in ("axios", "request", "ajax") and isinstance(first, dict):
            return _sent(first.get("url"), first.get("data", first.get("body", first.get("json"))))
        if callee == "axios":
            return _sent(first, options.get("data"))
        if callee == "post":
            wrapped = [options[name] for name in ("json", "body") if name in options and "prompt" not in options]
            return _sent(first, wrapped[0] if wrapped else second)
        if callee in ("run", "subscribe") and isinstance(first, str) and second is not None:
            return first, options.get("input", second)
        if callee == "open" and isinstance(second, str):
            self.opened = second
        if callee == "send" and first is not None and self.opened:
            return _sent(self.opened, first)
        return None

    def value(self, levels: int = NESTED) -> Any:
        """The value that stands here; what is none is passed over, to where it ends."""
        if levels < 1:
            raise unread(FORM, "The JavaScript is nested deeper than any request is.")
        self._work(1)
        start = self.at
        value = self._one(levels)
        while self._is("+") and isinstance(value, str):
            self.at += 1
            more = self._one(levels - 1)
            fits = isinstance(more, str) and len(value) + len(more) <= _MOST
            value = value + more if fits else _Unknown("an expression")
        if self.at < len(self.tokens) and not self._is(",", ";", ")", "]", "}", ":") and not self._starts():
            self.at = start
            return self._skip()
        return value

    def _one(self, levels: int) -> Any:
        kind, text = self._kind(0), self._text(0)
        if text == "{":
            return self._object(levels)
        if text in ("[", "("):
            self.at += 1
            items = self._list("]" if text == "[" else ")", levels)
            return items if text == "[" else items[0] if len(items) == 1 else _Unknown("an expression")
        self.at += 1
        if kind == "string":
            return _unescaped(text[1:-1])
        if kind == "template":
            return self._template(text[1:-1])
        if kind == "number" or (text == "-" and self._kind(0) == "number"):
            if text == "-":
                text += self._text(0)
                self.at += 1
            number = float(text.replace("_", ""))
            if not math.isfinite(number):
                raise unread(FORM, "A number in the JavaScript is none that a request can hold.")
            return int(number) if number.is_integer() and abs(number) < 2**53 and "." not in text else number
        if text == "JSON" and self._text(0) == "." and self._text(1) == "stringify" and self._text(2) == "(":
            self.at += 3
            items = self._list(")", levels)
            return _Text(items[0]) if items else _Unknown("an expression")
        if text in _WORDS:
            return _WORDS[text]
        if kind == "name":
            return self._named(text)
        return _Unknown("an expression")

    def _arguments(self) -> list[Any]:
        self.at += 2
        return self._list(")", NESTED)

    def _list(self, end: str, levels: int) -> list[Any]:
        items: list[Any] = []
        while self.at < len(self.tokens) and not self._is(end):
            before = self.at
            items.append(self.value(levels - 1))
            if self._is(",") or (not self._is(end) and self.at == before):
                self.at += 1
        self._close()
        return items

    def _object(self, levels: int) -> Any:
        self.at += 1
        found: dict[str, Any] = {}
        while self.at < len(self.tokens) and not self._is("}"):
            kind, name = self._kind(0), self._text(0)
            self.at += 1
            if name == "...":
                spread = self.value(levels - 1)
                if not isinstance(spread, dict):
                    found["..."] = _Unknown("a spread")
                else:
                    found.update(spread)
            elif kind in ("name", "string", "number"):
                name = _unescaped(name[1:-1]) if kind == "string" else name
                if self._is(":"):
                    self.at += 1
                    value = self.value(levels - 1)
                else:
                    value = self._named(name) if self._is(",", "}") else self._skip()
                self.key = self.key or (is_key(name) and isinstance(value, str) and value != "")
                found[name] = value
            if self._is(","):
                self.at += 1
        self._close()
        return found

    def _close(self) -> None:
        if self.at >= len(self.tokens):
            raise unread(FORM, "The JavaScript breaks off.")
        self.at += 1

    def _template(self, text: str) -> Any:
        pieces = re.split(r"(?<!\\)\$\{\s*([\w$]+)\s*\}", text)
        values = [self.known.get(piece) if n % 2 else _unescaped(piece) for n, piece in enumerate(pieces)]
        known = all(isinstance(one, (str, int)) for one in values) and not any("${" in p for p in pieces[::2])
        joined = "".join(map(str, values)) if known else ""
        return joined if known and len(joined) <= _MOST else _Unknown("a text with a part to fill in")

    def _skip(self) -> _Unknown:
        depth, first = 0, self.at
        while self.at < len(self.tokens):
            if depth == 0 and (self._is(",", ";", ")", "]", "}") or (self.at > first and self._starts())):
                break
            depth += self._is("(", "[", "{") - self._is(")", "]", "}")
            self.at += 1
        self._work(self.at - first)
        return _Unknown("an expression")

    def _work(self, tokens: int) -> None:
        self.left -= tokens
        if self.left < 0:
            raise unread(FORM, "The JavaScript is far more than a request.")

    def _know(self, name: str, value: Any) -> None:
        self.key = self.key or (is_key(name) and isinstance(value, str) and value != "")
        again = name in self.known  # what it stands for depends on the way there
        long = len(json.dumps(value, default=lambda one: getattr(one, "value", ""))) > _MOST
        self.known[name] = _Unknown(f"the name {name[:40]}") if again or long else value

    def _named(self, name: str) -> Any:
        value = self.known.get(name)
        unknown = name not in self.known or isinstance(value, _Unknown)
        return _Unknown(f"the name {name[:40]}") if unknown else value

    def _kind(self, ahead: int) -> str:
        return self.tokens[self.at + ahead].kind if 0 <= self.at + ahead < len(self.tokens) else ""

    def _text(self, ahead: int) -> str:
        return self.tokens[self.at + ahead].text if 0 <= self.at + ahead < len(self.tokens) else ""

    def _is(self, *texts: str) -> bool:
        return self._kind(0) in ("mark", "name") and self._text(0) in texts

    def _starts(self) -> bool:
        """Whether a statement begins here, where the one before has no semicolon."""
        return self.at < len(self.tokens) and self.tokens[self.at].begins and self._text(0) in _STARTS


def _sent(address: Any, given: Any) -> tuple[str, Any] | None:
    """A call that has a body, with the model that its address names."""
    return None if given is None else (json_body.model_at(address) if isinstance(address, str) else "", given)


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    begins = True
    for match in _TOKEN.finditer(text):
        if match.lastgroup == "space":
            begins = begins or "\n" in match[0]
            continue
        if match[0] in ("'", '"', "`"):
            raise unread(FORM, "A quote is opened in the JavaScript and not closed, or it breaks off.")
        found.append(_Token(str(match.lastgroup), match[0], begins))
        begins = False
        if len(found) > _MOST_TOKENS:
            raise unread(FORM, "The JavaScript is far longer than a request.")
    return found


def _unescaped(text: str) -> str:
    """What stands between the quotes of a text. A character may be spelled by its two halves."""
    if "\\" not in text:
        return text

    def one(match: re.Match[str]) -> str:
        if point := match[1] or match[2] or match[3]:
            return chr(int(point, 16)) if int(point, 16) < 0x110000 else ""
        return "" if match[4] else _NAMED.get(match[5], match[5])

    return json_body.joined(_ESCAPE.sub(one, text))
