"""A request as PowerShell's own commands send it: ``Invoke-RestMethod`` and ``Invoke-WebRequest``."""

from __future__ import annotations

import json
import re
from typing import Any

from ...errors import RequestError
from . import json_body
from .parsed import ParsedText, is_key, unreadable
from .posix_shell import BLANK, Word
from .posix_variables import commands
from .powershell_reader import Json, Reader, Unknown
from .powershell_tokens import FORM as FORM
from .windows_shell import cmd_commands, powershell_commands

_CALL = re.compile(r"\b(?:Invoke-RestMethod|Invoke-WebRequest|irm|iwr)\b(?=[^\n]*-|[ \t]*`|[ \t]+@\w)", re.IGNORECASE)
_ALIAS = re.compile(rf"(?:^|(?<=[|;&(={{]))[{BLANK}]*(?:PS[^\n>]*>[ \t]*)?(?P<name>curl|wget)(?=[{BLANK}])", re.M)
_PARAMETER = re.compile(r"-(?:Body|Method|Uri|Headers|ContentType|UseBasicParsing|InFile)", re.IGNORECASE)
_ASSIGNED = re.compile(r"(?:[ \t]*(?:#[^\n]*)?\n)*[ \t]*(?:PS[^\n>]*>[ \t]*)?(?:\[[\w.]+\][ \t]*)?\$\w+[ \t]*=")


def position(text: str) -> int | None:
    """Return where the first of PowerShell's own commands begins in a text; None where there is none.

    A script that begins with a variable's value is PowerShell from its start: that value may be a prompt of any words.
    """
    places = [match.start() for match in [_CALL.search(text)] if match]
    places += [match.start("name") for match in [_ALIAS.search(text)] if match and _is_alias(text[match.start() :])]
    return None if not places else 0 if _ASSIGNED.match(text) else min(places)


def _is_alias(text: str) -> bool:
    """Return whether curl or wget is PowerShell's name for ``Invoke-WebRequest``: its parameters stand there.

    They stand there in the eyes of any shell that can split the text, else they are words of a body.
    """
    seen = 0
    for split in (powershell_commands, commands, cmd_commands):
        try:
            words = [word.text for command in split(text) for word in command]
        except RequestError:
            continue
        if not any(map(_PARAMETER.fullmatch, words)):
            return False
        seen += 1
    return seen > 0


def read(text: str) -> ParsedText:
    """Read the first of PowerShell's own commands that has a body.

    Raises
    ------
    RequestError
        If there is none, it names no model, or the body needs the text to be run.
    """
    reader = Reader(text)
    reader.script()
    if not reader.calls:
        raise unreadable(
            FORM, "The command has no -Body that can be read. One that is piped to it is not: write it behind -Body."
        )
    given = reader.calls[0]
    if "body" not in given:
        raise unreadable(FORM, "The command takes its body from a file. Paste the body itself.")
    address = given.get("uri", "")
    address = address.text if isinstance(address, Unknown) else address
    model = json_body.model_at(address) if isinstance(address, str) else ""
    body = given["body"].value if isinstance(given["body"], Json) else given["body"]
    return json_body.posted(_plain(body), model, form=FORM, call="command", key=reader.key, more=len(reader.calls) - 1)


def filled(text: str, word: Word) -> Word:
    """Return a word of another program's command, with the variable that it is filled in if the script has its text."""
    name = re.fullmatch(r"\$\{?(\w+)\}?", word.text)
    if not word.filled or name is None:
        return word
    reader = Reader(text)
    reader.script()
    value = reader.values.get(name[1].lower())
    if isinstance(value, Json):
        value = json.dumps(_plain(value.value), ensure_ascii=False)
    return Word(value) if isinstance(value, str) else word


def _plain(value: Any) -> Any:
    if isinstance(value, Unknown):
        raise unreadable(
            FORM,
            "PowerShell would fill in a part of the body ($…), or works it out. Paste it with the value itself there.",
        )
    if isinstance(value, Json):
        return json.dumps(_plain(value.value), ensure_ascii=False)
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items() if not is_key(name)}
    return [_plain(one) for one in value] if isinstance(value, list) else value
