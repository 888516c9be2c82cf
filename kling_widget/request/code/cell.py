"""The ``%%kling`` cell: flags on its first line, the prompt below.

A flag's value is quoted as in a shell; lists and objects are JSON. A text that begins with a double quote is JSON too,
since one line holds line breaks in no other way; a prompt that a notebook would change is written as such a flag.
"""

from __future__ import annotations

import argparse
import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from ...errors import RequestError
from ..catalog import O3_PRO, Catalog, Model, bundled
from ..model_names import nearest
from .json_body import dump, shows
from .json_body import parse as parse_json
from .parsed import ParsedText, find, unreadable
from .usage import usage

FORM = "%%kling"

_USAGE = "%%kling [--duration 5] [--sound] [--aspect_ratio 16:9] …"
_DASHES = re.compile(r"--[\w-]+=--")  # a value that argparse loses before Python 3.13
_LOADING = re.compile(r"\s*(?:%(?:load|reload)_ext\s.*\n\s*)*(?=%%kling(?:\s|$))")

# What an interpreter's own prompts look like: IPython takes them out of what is pasted, wherever they begin a line.
_PROMPTED = re.compile(r"^\s*(?:>>>|\.{3,}:|(?:\[(?:nav|ins)\] )?In \[\d+\]:)", re.MULTILINE)


@dataclass(frozen=True)
class Cell:
    """The request in a ``%%kling`` cell.

    Attributes
    ----------
    model
        A model of the catalog; O3 Pro text-to-video unless named.
    inputs
        Its inputs as JSON values.
    library
        The folder of another library, or None.
    practice
        True for ``--practice``, False for ``--live``, else None.
    """

    model: str
    inputs: Mapping[str, Any]
    library: str | None = None
    practice: bool | None = None


def to_magic(model: str, inputs: Mapping[str, Any], *, practice: bool = False) -> str:
    """Write a request as a ``%%kling`` cell, which ends with a line break; ``practice`` adds the flag."""
    prompt = inputs.get("prompt")
    below = isinstance(prompt, str) and _stays(prompt)
    flags = [] if model == O3_PRO else [_flag("model", model)]
    flags += [_flag(name, value) for name, value in inputs.items() if not (below and name == "prompt")]
    flags += ["--practice"] if practice else []
    # IPython refuses a cell without a body: without a prompt the body is an empty line.
    return f"{' '.join((FORM, *flags))}\n{prompt if below else ''}\n"


def parse(line: str, body: str, catalog: Catalog | None = None) -> Cell:
    """Read a ``%%kling`` cell.

    Parameters
    ----------
    line
        The flags after ``%%kling``: the model's inputs by name, ``--model``, ``--library FOLDER``, ``--practice`` or
        ``--live``.
    body
        The lines below: the prompt; surrounding whitespace is dropped.
    catalog
        The models and what each takes; the bundled one unless given.

    Raises
    ------
    RequestError
        If there is no such model, it takes no such flag, or a flag's value can't be read.
    """
    words = _flags(line)
    model = _model(words, catalog or bundled())
    given, unknown = _parser(model).parse_known_args(words)
    if unknown:
        raise unreadable(FORM, _complaint(unknown, model))
    flags = vars(given)
    library, practice, _ = flags.pop("library"), flags.pop("practice"), flags.pop("model")
    inputs = {name: value for name, value in flags.items() if value is not None}
    if prompt := body.strip():
        if "prompt" in inputs:
            raise unreadable(FORM, "The prompt stands twice: as --prompt and below the first line. Take one away.")
        inputs = {"prompt": prompt, **inputs}
    return Cell(model.id, inputs, library, practice)


def help_for(line: str, catalog: Catalog | None = None) -> str | None:
    """Return the help for the model that a line names; None if the line has no ``--help``."""
    words = _flags(line)
    if not {"--help", "-h"} & set(words):
        return None
    return usage(_model([word for word in words if word not in ("--help", "-h")], catalog or bundled()))


def _flags(line: str) -> list[str]:
    try:
        words = shlex.split(line)
    except ValueError as error:
        raise unreadable(FORM, f"{str(error).rstrip('.')} in the flags.") from None
    return [word[:-2] + '"--"' if _DASHES.fullmatch(word) else word for word in words]


def _model(words: Sequence[str], catalog: Catalog) -> Model:
    first = _Parser(add_help=False, allow_abbrev=False)
    first.add_argument("--model", default=O3_PRO)
    return find(str(first.parse_known_args(words)[0].model), catalog)


def found(text: str) -> bool:
    """Return whether a text is a ``%%kling`` cell, also behind the lines that load the extension."""
    return _LOADING.match(text) is not None


def read(text: str, catalog: Catalog) -> ParsedText:
    """Read a text for which ``found`` is true."""
    start = _LOADING.match(text)
    line, _, body = text[start.end() if start else 0 :].partition("\n")
    cell = parse(line.removeprefix(FORM), body, catalog)
    return ParsedText(cell.model, cell.inputs)


def _stays(prompt: str) -> bool:
    """Return whether a prompt survives a notebook and IPython unchanged as a cell's body."""
    plain = all(shows(one) or one in "\n\t" for one in prompt)
    blank = any(line.isspace() for line in prompt.split("\n"))  # these come out empty
    return plain and not blank and prompt == prompt.strip() != "" and not _PROMPTED.search(prompt)


def _flag(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return f"--{name}" if value else f"--no-{name}"
    plain = isinstance(value, str) and not value.startswith(('"', "-")) and all(map(shows, value))
    return f"--{name} {shlex.quote(value if plain else dump(value))}"


class _Parser(argparse.ArgumentParser):
    """A parser that raises ``RequestError`` instead of ending the program."""

    def error(self, message: str) -> NoReturn:
        flag, explicit, _ = message.partition(": ignored explicit argument")
        message = f"{flag}: it takes no value" if explicit else message
        raise unreadable(FORM, f"{message[:1].upper()}{message[1:].rstrip('.')}. Try: {_USAGE}") from None


def _parser(model: Model) -> argparse.ArgumentParser:
    parser = _Parser(prog=FORM, add_help=False, allow_abbrev=False)
    parser.add_argument("--model", default=None)
    parser.add_argument("--library", default=None)
    parser.add_argument("--practice", action="store_true", default=None)
    parser.add_argument("--live", action="store_false", dest="practice", default=None)
    for name, schema in model.fields.items():
        both = (f"--{name}", f"--{name.replace('_', '-')}") if "_" in name else (f"--{name}",)
        if schema.get("type") == "boolean":
            parser.add_argument(*both, action=argparse.BooleanOptionalAction, dest=name, default=None)
        else:
            parser.add_argument(*both, type=_KINDS.get(str(schema.get("type")), _json), dest=name, default=None)
    return parser


def _complaint(unknown: Sequence[str], model: Model) -> str:
    flag = next((word.partition("=")[0][:40] for word in unknown if word.startswith("--")), None)
    if flag is None:
        return "There are words on the first line that belong to no flag. The prompt stands below it."
    offered = [*(f"--{name}" for name in model.fields), "--model", "--library", "--practice", "--live"]
    near = nearest(flag[2:], [name.removeprefix("--") for name in offered])
    hint = f"Did you mean --{near}? " if near else ""
    return f"{model.name} takes no {flag}. {hint}It takes {', '.join(offered)}; %%kling --help says more."


def _text(word: str) -> str:
    value = _json(word, "text, or text in quotes as JSON") if word.startswith('"') else word
    if not isinstance(value, str):
        raise argparse.ArgumentTypeError("it takes text")
    return value


def _integer(word: str) -> int:
    number = _number(word)
    if number != int(number):
        raise argparse.ArgumentTypeError("it takes a whole number")
    return int(number)


def _number(word: str) -> int | float:
    value = _json(word, wants := "a number")
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise argparse.ArgumentTypeError(f"it takes {wants}")
    return value


def _list(word: str) -> list[Any]:
    value = _json(word, wants := "a list, as JSON")
    if not isinstance(value, list):
        raise argparse.ArgumentTypeError(f"it takes {wants}")
    return value


def _json(word: str, wants: str = "JSON") -> Any:
    try:
        return parse_json(word)
    except RequestError:
        raise argparse.ArgumentTypeError(f"it takes {wants}") from None


_KINDS: Mapping[str, Callable[[str], Any]] = {"integer": _integer, "number": _number, "string": _text, "array": _list}
