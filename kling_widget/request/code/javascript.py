"""A request as JavaScript: ``fetch``, ``axios`` and their like, as browsers copy them and people write them.

The text is parsed and never run. A value that is no literal is refused in words if the request needs it.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from . import json_body
from .javascript_names import DECLARES, Names, opens_at, value_at
from .javascript_tokens import FORM as FORM
from .javascript_tokens import tokens, unescaped
from .parsed import NESTED, ParsedText, is_key, unreadable

_CALL = re.compile(
    r"\b(?:fetch|axios|ajax|got|ky|new\s+Request)\s*(?:<[^()]{0,200}>)?\("
    r"|\.(?:post|request|run|send|subscribe)\s*(?:<[^()]{0,200}>)?\(|\$fetch\s*\("
)
_BEGINS = re.compile(
    r"(?:\s|//[^\n]*\n|/\*.*?\*/)*(?:(?:const|let|var|await|async|import)\s|(?:fetch|axios|got|window\.fetch|globalThis\.fetch|\$\.ajax)\b)",
    re.DOTALL,
)
_WORDS = {"true": True, "false": False, "null": None, "undefined": None}
_STARTS = frozenset(
    ("async", "await", "axios", "const", "export", "fetch", "for", "function", "if", "import", "let", "return", "var")
)
_MOST_WORK = 50_000  # tokens in all
_MOST = 200_000  # characters that a name may stand for


@dataclass(frozen=True)
class _Unknown:
    """A value that only running the text could give, by what it is."""

    what: str


@dataclass(frozen=True)
class _Text:
    """The result of ``JSON.stringify``."""

    value: Any


def found(text: str) -> bool:
    """Return whether a text may hold a call that sends a request."""
    return _CALL.search(text) is not None


def begins(text: str) -> bool:
    """Return whether a text begins as only JavaScript does: a command further on is words of a prompt then."""
    return _BEGINS.match(text) is not None


def value_of(text: str) -> Any:
    """Return a JavaScript object as a JSON value. Raises ``RequestError`` if it is none."""
    reader = _Reader(text)
    value = _plain(reader.value(), "")
    if reader.at < len(reader.tokens):
        raise unreadable(FORM, "The JavaScript goes on after the object.")
    return value


def read(text: str) -> ParsedText:
    """Read the first call of a text that sends a request with a body.

    Raises
    ------
    RequestError
        If there is none, it names no model, or the body needs the text to be run.
    """
    reader = _Reader(text)
    calls = list(reader.calls())
    if not calls:
        raise unreadable(FORM, "No call in the JavaScript sends a body: fetch(url, {body: …}) or axios.post(url, {…}).")
    model, given = calls[0]
    body = _plain(given.value if isinstance(given, _Text) else given, "the body")
    return json_body.posted(body, model, form=FORM, key=reader.key, more=len(calls) - 1)


def _plain(value: Any, where: str) -> Any:
    """Return a value as JSON. Raises ``RequestError`` if anything in it is unknown."""
    if isinstance(value, _Unknown):
        place = f"{where} is" if where else "There is"
        raise unreadable(
            FORM, f"{place} {value.what}, and the text is only read, never run. Put the value itself there."
        )
    if isinstance(value, _Text):
        return json.dumps(_plain(value.value, where), ensure_ascii=False)
    if isinstance(value, dict):
        return {name: _plain(one, name) for name, one in value.items() if not is_key(name)}
    return [_plain(one, where) for one in value] if isinstance(value, list) else value


class _Reader:
    """Walks through the tokens of a text and keeps the values of its names."""

    def __init__(self, text: str) -> None:
        self.tokens = tokens(text)
        self.at = 0
        self.names = Names(self.tokens)
        self.values: dict[str, Any] = {}
        self.key = False
        self.left = _MOST_WORK
        self.opened = ""  # the address of an XMLHttpRequest

    def calls(self) -> Iterator[tuple[str, Any]]:
        """Yield the model and the body of each call; either may be unknown."""
        while self.at < len(self.tokens):
            start = value_at(self.tokens, self.at + 1) if self._is(*DECLARES) else None
            if start is not None:
                at, self.at = self.at + 1, start
                value = self.value()
                self._declare(at, value)
                if isinstance(value, _Unknown):
                    self.at = start  # the call may stand there
            elif self._kind(0) == "name" and (opens := opens_at(self.tokens, self.at)):
                callee, of = self._text(0), self._text(-2) if self._text(-1) == "." else ""
                self.at = opens - 1
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
        if callee in ("fetch", "$fetch", "Request") and of in ("", "window", "globalThis", "self"):
            return _sent(first, options.get("body"))
        if callee in ("got", "ky") and not of:
            return _sent(first, options.get("json", options.get("body")))
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
        """Return the value at this place; skip an expression, which is unknown."""
        if levels < 1:
            raise unreadable(FORM, "The JavaScript is nested deeper than any request is.")
        self._work(1)
        start = self.at
        value = self._one(levels)
        while self._is("+") and isinstance(value, str):
            self.at += 1
            more = self._one(levels - 1)
            fits = isinstance(more, str) and len(value) + len(more) <= _MOST
            value = value + more if fits else _Unknown("an expression")
        if self._is("as", "satisfies"):
            self._skip()  # a type
        ends = self._is(",", ";", ")", "]", "}", ":") or self._starts() or self._breaks()
        if self.at < len(self.tokens) and not ends:
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
            return unescaped(text[1:-1])
        if kind == "template":
            return self._template(text[1:-1])
        if kind == "number" or (text == "-" and self._kind(0) == "number"):
            if text == "-":
                text += self._text(0)
                self.at += 1
            number = float(text.replace("_", ""))
            if not math.isfinite(number):
                raise unreadable(FORM, "A number in the JavaScript is none that a request can hold.")
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
                name = unescaped(name[1:-1]) if kind == "string" else name
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
            raise unreadable(FORM, "The JavaScript breaks off.")
        self.at += 1

    def _template(self, text: str) -> Any:
        pieces = re.split(r"(?<!\\)\$\{\s*([\w$]+)\s*\}", text)
        values = [self._named(piece) if n % 2 else unescaped(piece) for n, piece in enumerate(pieces)]
        plain = all(isinstance(one, (str, int)) for one in values) and not any("${" in p for p in pieces[::2])
        joined = "".join(map(str, values)) if plain else ""
        return joined if plain and len(joined) <= _MOST else _Unknown("a text with a part to fill in")

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
            raise unreadable(FORM, "The JavaScript is far more than a request.")

    def _declare(self, at: int, value: Any) -> None:
        name = self.tokens[at].text
        self.key = self.key or (is_key(name) and isinstance(value, str) and value != "")
        long = len(json.dumps(value, default=lambda one: getattr(one, "value", ""))) > _MOST
        if self.names.declared.get(name) == at and not long:
            self.values[name] = value

    def _named(self, name: str) -> Any:
        value = self.values.get(name, _Unknown(""))
        changed = isinstance(value, (dict, list)) and name in self.names.changed
        if changed or isinstance(value, _Unknown) or not self.names.seen(name, self.at):
            unsure = ", which the text may change" if self.names.unsure(name) else ""
            return _Unknown(f"the name {name[:40]}{unsure}")
        return value

    def _kind(self, ahead: int) -> str:
        return self.tokens[self.at + ahead].kind if 0 <= self.at + ahead < len(self.tokens) else ""

    def _text(self, ahead: int) -> str:
        return self.tokens[self.at + ahead].text if 0 <= self.at + ahead < len(self.tokens) else ""

    def _is(self, *texts: str) -> bool:
        return self._kind(0) in ("mark", "name") and self._text(0) in texts

    def _breaks(self) -> bool:
        """Return whether a line begins here, behind a whole value, that doesn't go on with it."""
        return self._kind(0) == "name" and self.tokens[self.at].begins and not self._is("in", "instanceof")

    def _starts(self) -> bool:
        """Return whether a statement begins here although the one before it has no semicolon."""
        return self.at < len(self.tokens) and self.tokens[self.at].begins and self._text(0) in _STARTS


def _sent(address: Any, given: Any) -> tuple[str, Any] | None:
    """Return the model that a call's address names, and its body; None if it has no body."""
    return None if given is None else (json_body.model_at(address) if isinstance(address, str) else "", given)
