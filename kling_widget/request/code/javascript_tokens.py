"""JavaScript cut into tokens: strings, templates, numbers, names and marks, without comments."""

from __future__ import annotations

import re
from dataclasses import dataclass

from . import json_body
from .parsed import unreadable

FORM = "JavaScript"

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
_MOST_TOKENS = 5_000  # a request has some hundred; what is no literal is gone through more than once


@dataclass(frozen=True)
class Token:
    """A token: its kind (a group of ``_TOKEN``), its text, and whether it is the first of a line."""

    kind: str
    text: str
    begins: bool


def tokens(text: str) -> list[Token]:
    """Cut a text into tokens. Raises ``RequestError`` if a quote stays open or the text is too long."""
    found: list[Token] = []
    begins = True
    for match in _TOKEN.finditer(text):
        if match.lastgroup == "space":
            begins = begins or "\n" in match[0]
            continue
        if match[0] in ("'", '"', "`"):
            raise unreadable(FORM, "A quote is opened in the JavaScript and not closed, or it breaks off.")
        found.append(Token(str(match.lastgroup), match[0], begins))
        begins = False
        if len(found) > _MOST_TOKENS:
            raise unreadable(FORM, "The JavaScript is far longer than a request.")
    return found


def unescaped(text: str) -> str:
    """Resolve the escapes of a string. A character may be escaped as its two surrogate halves."""
    if "\\" not in text:
        return text

    def one(match: re.Match[str]) -> str:
        if point := match[1] or match[2] or match[3]:
            return chr(int(point, 16)) if int(point, 16) < 0x110000 else ""
        return "" if match[4] else _NAMED.get(match[5], match[5])

    return json_body.joined(_ESCAPE.sub(one, text))
