"""A request as a command: written for curl and a POSIX shell; read from curl, wget and HTTPie in any shell."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

from ...errors import RequestError
from ...settings import KEY_NAME, ORIGIN
from . import json_body, powershell
from .command_options import BODIES, FILES, FILLED, FORMS, FROM_FILE, PROGRAM, items, options_of
from .command_options import FORM as FORM
from .parsed import ParsedText, is_key, unreadable
from .posix_shell import BLANK, Word
from .posix_variables import commands
from .windows_shell import cmd_commands, powershell_commands, unquoted

HOW = "In a browser's network panel, take Copy, then “Copy as cURL (bash)”; or paste the body alone."
"""What to do if a command can't be read."""

_WIDE = 100  # characters; a longer body is written over several lines
_PROMPT = (
    r"(?:(?:\([\w.-]+\)[ \t]*)?(?:(?:PS[ \t]+)?[A-Za-z]:\\[^>\n]*>[ \t]*|PS[ \t]+[/~][^>\n]*>[ \t]*|PS>[ \t]*"
    r"|\[?[\w.-]+@[\w.-]+[^\n$#%]*[$#%][ \t]+)|[$%>#❯➜][ \t]+)?"
)
_RUNS = (
    r"(?:(?:sudo|time|command|exec|call|if|while|until|then|do|else|!|nohup|env(?:[ \t]+\w+=\S*)*|timeout[ \t]+\S+)"
    r"[ \t]+)*"
)
_BEFORE = (  # words that run the command behind them
    rf"{_RUNS}(?:(?:docker|podman)[ \t]+(?:run|exec)(?:[ \t]+[^\s'\"|;&]+){{0,12}}?[ \t]+)?"
)
_VALUE = r"(?:'[^'\n]*'|\"[^\"\n]*\"|[^\s'\"]\S*|(?=[ \t]))"
_COMMAND = re.compile(
    rf"(?:^|(?<=[|;&(`{{]))[{BLANK}]*{_PROMPT}!?(?:\w+={_VALUE}[ \t]+)*{_BEFORE}&?[ \t]*"
    rf"(?P<command>[\"']?(?:[\w.:~/\\-]*[/\\])?(?:(?:curl|wget)(?:\.exe)?[\"']?(?=[{BLANK}\\^`])"
    r"|(?:https?|xhs?)[ \t]+(?=[^\n]*(?:POST|/api/v3/))))",
    re.MULTILINE,
)
_ASSIGNED = re.compile(r"(?:[ \t]*(?:#[^\n]*)?\n)*[ \t]*(?:export[ \t]+)?[A-Za-z_]\w*=")
_VISIBLE = re.compile(
    r"(?:^|\s)(?:[-\u2010-\u2015\u2212\ufe58\ufe63\uff0d]{1,2}(?:d|data\S*|json|post-data|body-data|Body))\b"
)
_DOUBLED = re.compile(
    r"[ \t]\"\s*[{\[]\s*\"\"+\w"
)  # a body in quotes whose quotes are doubled, as cmd's programs take them
_FISH = re.compile(r"\w\\'\w")
_SIGN = re.compile(  # the first match decides which shell it is
    rf"""(?P<cmd>\^[{BLANK}]*\n|(?<=\s)\^") | (?P<powershell>`[{BLANK}]*\n|`"|@['"][ \t]*\n)
       | (?P<posix>\\[{BLANK}]*\n|\$'|'\\''|<<) | (?P<single>')
       | "(?:[^"\\`]|\\.|`(?!"))*(?:"|(?=`")|\\?\Z) """,
    re.VERBOSE | re.DOTALL,
)


def to_curl(model: str, inputs: Mapping[str, Any], *, origin: str = ORIGIN) -> str:
    """Write a request as a curl command that takes the key from the environment.

    Parameters
    ----------
    origin
        The service, without ``/api/v3``.
    """
    address = f"{origin.rstrip('/')}{json_body.ROOT}{quote(model, safe='/')}"
    sent = json_body.dump(dict(inputs))
    if len(sent) > _WIDE:
        sent = json_body.dump(dict(inputs), indent=2).replace("\n", "\n  ")
    return " \\\n  ".join(
        [
            f"curl {shlex.quote(address)}",
            f'-H "Authorization: Bearer ${KEY_NAME}"',
            "-H 'Content-Type: application/json'",
            "-d '" + sent.replace("'", r"'\''") + "'",
        ]
    )


def position(text: str) -> int | None:
    """Return where the first command that sends a request begins in a text; None where there is none.

    A script that begins with a variable's value is a shell's from its start: that value may be a prompt of any words.
    """
    match = _COMMAND.search(text)
    return None if match is None else 0 if _ASSIGNED.match(text) else match.start("command")


def read(text: str) -> ParsedText:
    """Read the first command of a text that has a body.

    Raises
    ------
    RequestError
        If there is none, it names no model, or takes its body from elsewhere.
    """
    match = _COMMAND.search(text)
    start = match.start("command") if match else 0
    if text[:start].rstrip().endswith("|"):
        start = text.rfind("\n", 0, start) + 1  # include what is piped into it
    if text[:start].rstrip().endswith("`") and (ends := text.rfind("`")) > start:
        text = text[:ends]  # what stands in backticks
    split = _shell(text[start:], text[:start])
    asking: list[Mapping[str, list[Word]]] = []
    piped: list[Word] = []
    if _FISH.search(text):
        split = _refusing_fish(split)
    for words in _whole(split(_unprompted(text[start:]))):
        if (options := options_of(words)) is not None:
            if piped:
                options.setdefault("<<", piped)
                options |= {} if _sends(options) else {"raw": piped}
            if _sends(options):
                asking.append(options)
        pipes = len(words) > 1 and (words[0].text in ("echo", "printf") or [w.text for w in words[:2]] == ["cat", "<<"])
        piped = words[-1:] if pipes else []
    if not asking:
        raise unreadable(FORM, _why_none(text))
    parsed, key = _parsed(asking[0])
    return ParsedText(parsed.model, parsed.inputs, key, len(asking) - 1)


def _refusing_fish(split: Callable[[str], Iterator[list[Word]]]) -> Callable[[str], Iterator[list[Word]]]:
    r"""Return a splitter that says what ``\'`` within single quotes means where the text can't be split."""

    def refusing(text: str) -> Iterator[list[Word]]:
        try:
            yield from split(text)
        except RequestError:
            words = "A quote stands in single quotes as \\', which only fish understands. Write it as '\\'' there."
            raise unreadable(FORM, words) from None

    return refusing


def _sends(options: Mapping[str, list[Word]]) -> bool:
    return any(name in options for name in (*BODIES, *FORMS, *FILES, "items"))


def _why_none(text: str) -> str:
    if _VISIBLE.search(text):
        return f"The command has a body, but not as a shell would find it: look at its quotes and line ends. {HOW}"
    return "The command has no body. A request's is given with -d or --json."


def _parsed(options: Mapping[str, list[Word]]) -> tuple[ParsedText, bool]:
    """Return the request of a command, and whether a key stands in it."""
    if any(name in options for name in FORMS):
        raise unreadable(FORM, "The command sends a form. The service takes JSON, given with -d or --json.")
    if any(name in options for name in FILES):
        raise unreadable(FORM, FROM_FILE)
    key = any(_holds_key(name, word) for name, words in options.items() for word in words)
    if "items" in options and not any(name in options for name in BODIES):
        parsed = json_body.request_in(items(options["items"]))
        return ParsedText(parsed.model or _model(options), parsed.inputs), key or parsed.key
    here = options.get("<<", [])
    given = options.get("json") or [word for name in BODIES for word in options.get(name, ())]
    given = [here[0] if word.text == "@-" and here else word for word in given]
    if any(word.text.startswith("@") for word in given):
        raise unreadable(FORM, FROM_FILE)
    if any(word.filled for word in given):
        raise unreadable(FORM, FILLED)
    joint = "" if "json" in options else "&"  # as curl joins several
    parsed = json_body.request_in(_json(joint.join(word.text for word in given)))
    return ParsedText(parsed.model or _model(options), parsed.inputs), key or parsed.key


def _json(text: str) -> Any:
    try:
        return json_body.parse(text)
    except RequestError:
        if '\\"' not in text:
            raise
        try:
            return json_body.parse(unquoted(text))  # as PowerShell passes it to a program
        except RequestError:
            pass
        raise


def _model(options: Mapping[str, list[Word]]) -> str:
    for word in (*options.get("url", ()), *options.get("", ())):
        if name := json_body.model_at(word.text):
            return name
    raise unreadable(FORM, f"The command's address names no model. It would stand behind {json_body.ROOT}.")


def _holds_key(name: str, word: Word) -> bool:
    header = name == "header" and is_key(word.text.partition(":")[0].strip().lower().removeprefix("x-"))
    return (header or name in ("user", "oauth2-bearer", "auth")) and not word.filled


def _whole(split: Iterator[list[Word]]) -> Iterator[list[Word]]:
    """Yield commands, each joined with lines of options below it: a continuation mark may have been lost."""
    held: list[Word] = []
    for words in split:
        if held and words and re.match("-+[A-Za-z]", words[0].text):
            held = [*held, *words]
        elif words:
            if held:
                yield held
            held = words
    yield held


def _unprompted(text: str) -> str:
    """Remove the prompts that a shell shows before continued lines."""
    return re.sub(r"(?<=[\\^`\n])\n(?:>>?|\.\.\.)[ \t]+(?=\S)", "\n", text)


def _shell(text: str, before: str) -> Callable[[str], Iterator[list[Word]]]:
    """Return the splitter for the shell that a command was written for."""
    sign = next((m for m in _SIGN.finditer(text) if m.lastgroup), None)
    kind = sign.lastgroup if sign else ""
    program = PROGRAM.match(text.split(None, 1)[0]) if text.split() else None
    windows = ".exe" in (program[0] if program else "")
    if kind == "single" and (windows or re.search(rf"`[{BLANK}]*\n", text)):
        kind = "powershell"
    if windows and not kind and re.search(r"^[^\n\"']*\$\w+[ \t]*=", before, re.MULTILINE):
        kind = "powershell"
    if kind == "cmd" or (not kind and (windows or _DOUBLED.search(text))):
        return cmd_commands
    if kind == "powershell":
        return lambda given: ([powershell.filled(before + text, w) for w in ws] for ws in powershell_commands(given))
    return lambda given: commands(given, before)
