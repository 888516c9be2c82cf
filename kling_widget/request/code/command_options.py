"""What a command hands to curl, wget or HTTPie, by the names of its options."""

from __future__ import annotations

import re
from typing import Any

from . import json_body
from .parsed import unreadable
from .posix_shell import Word

FORM = "curl"
FILLED = "A shell would fill in a part of the body ($…). Paste it with the text itself there."
FROM_FILE = "The command takes its body from a file. Paste the body itself."
BODIES = ("data", "data-raw", "data-binary", "data-ascii", "json", "post-data", "body-data", "raw")
FORMS = ("form", "form-string", "data-urlencode")
FILES = ("upload-file", "post-file", "body-file")
_SHORT = {"d": "data", "H": "header", "F": "form", "u": "user", "T": "upload-file"}
_SHORT_WITH_VALUE = frozenset("AbcCdDeEFHKmoPQrtTuUwxXyYz")
_LONG_WITH_VALUE = frozenset(
    (*BODIES, *FORMS, *FILES, "auth", "auth-type", "cacert", "cert", "connect-timeout", "cookie", "cookie-jar",
     "header", "key", "max-time", "method", "oauth2-bearer", "output", "output-document", "password", "proxy",
     "proxy-header", "referer", "request", "retry", "retry-delay", "timeout", "tries", "url", "user", "user-agent",
     "write-out")
)  # fmt: skip
_HTTPIE_FLAGS = frozenset(("json", "form", "multipart", "verbose", "offline", "check-status", "follow", "download"))
_HTTPIE_SHORT_WITH_VALUE = frozenset("aAops")
_ITEM = re.compile(
    r"(?P<name>[^\s:=@\[\]]+)(?P<inner>(?:\[[^\]]*\])+)?(?P<kind>:=@|=@|:=|==|=|@|:)(?P<value>.*)", re.DOTALL
)
PROGRAM = re.compile(r"!?(?:.*[/\\])?(curl|wget|https?|xhs?)(?:\.exe)?")


def options_of(words: list[Word]) -> dict[str, list[Word]] | None:
    """Return what each option was given, by its long name, and the rest under ``""``; None if it is another program."""
    at = next((n for n, word in enumerate(words) if PROGRAM.fullmatch(word.text)), None)
    program = PROGRAM.fullmatch(words[at].text) if at is not None else None
    if at is None or program is None:
        return None
    httpie = program[1][0] in "hx"
    with_value = _LONG_WITH_VALUE - _HTTPIE_FLAGS if httpie else _LONG_WITH_VALUE
    short = _HTTPIE_SHORT_WITH_VALUE if httpie else _SHORT_WITH_VALUE
    found: dict[str, list[Word]] = {}
    rest = iter(words[at + 1 :])
    for word in rest:
        name, value = "", word
        if word.text.startswith("--"):
            name, equals, behind = word.text[2:].partition("=")
            if httpie and name in ("form", "multipart"):
                value = Word("")
            elif name not in with_value:
                continue
            else:
                value = Word(behind, word.filled) if equals else next(rest, Word(""))
        elif word.text.startswith("-") and len(word.text) > 1:
            letter = next((n for n, one in enumerate(word.text) if one in short), None)
            if httpie and "f" in word.text[:letter]:
                found.setdefault("form", []).append(Word(""))
            if letter is None:
                continue
            name = word.text[letter] if httpie else _SHORT.get(word.text[letter], word.text[letter])
            behind = word.text[letter + 1 :].removeprefix("=")
            value = Word(behind, word.filled) if behind else next(rest, Word(""))
        elif word.text.startswith("<<"):  # a here-document, or a string behind <<<
            behind = word.text.removeprefix("<<").removeprefix("<")
            name, value = "<<", Word(behind, word.filled) if behind else next(rest, Word(""))
        elif (
            httpie and (item := _ITEM.fullmatch(word.text)) and not re.match(r"https?:/|:|[^=]*:\d+(?:/|$)", word.text)
        ):
            name = {"==": "query", ":": "header"}.get(item["kind"], "items")
        found.setdefault(name, []).append(value)
    if httpie and len(found.get("", ())) > 2:
        raise unreadable(FORM, "HTTPie would not take all of these words: a field is name=text or name:=JSON.")
    return found


def items(words: list[Word]) -> dict[str, Any]:
    """Return the body that HTTPie makes of ``name=text`` and ``name:=JSON``."""
    value: dict[str, Any] = {}
    for word in words:
        item = _ITEM.fullmatch(word.text)
        assert item is not None  # so it became one of the items
        if "@" in item["kind"]:
            raise unreadable(FORM, FROM_FILE)
        if item["inner"]:
            raise unreadable(
                FORM, "A field in brackets (name[0][part]=…) is not read. Give the whole list: name:='[{…}]'."
            )
        if word.filled:
            raise unreadable(FORM, FILLED)
        value[item["name"]] = item["value"] if item["kind"] == "=" else json_body.parse(item["value"])
    return value
