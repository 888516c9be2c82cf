"""``%%kling``: the cell is the prompt.

::

    %load_ext kling_widget

    %%kling --duration 10 --sound
    A red fox crosses fresh snow, handheld, low sun
"""

from __future__ import annotations

import argparse
import shlex
from typing import Any, NoReturn

from .catalog import O3_PRO, Model, bundled
from .errors import Problem, RequestError
from .take import Library, Take, generate

_FLAGS = {"integer": int, "number": float, "string": str}


class _Parser(argparse.ArgumentParser):
    """A parser whose complaints are errors of ours: the cell says them, and nothing was sent."""

    def error(self, message: str) -> NoReturn:
        raise RequestError([Problem("%%kling", f"{message}. Try: {self.usage}")])


def register(shell: Any) -> None:
    """Make the magic known to an IPython shell."""
    shell.register_magic_function(kling, "cell", "kling")


def kling(line: str, cell: str) -> Take:
    """Make a clip of the words in the cell. Flags are the model's inputs: ``--duration 10 --sound``.

    Parameters
    ----------
    line
        Flags: the model's inputs by their own names, ``--model``, ``--library FOLDER``, ``--practice`` or ``--live``.
    cell
        The prompt.
    """
    try:
        words = shlex.split(line)
    except ValueError as error:
        raise RequestError([Problem("%%kling", f"{error} in the flags.")]) from error
    flags = vars(_parser(_model(words)).parse_args(words))
    library, practice = flags.pop("library"), flags.pop("practice")
    inputs = {name: value for name, value in flags.items() if value is not None}
    return generate(cell.strip(), library=Library(library), practice=practice, **inputs)


def _model(words: list[str]) -> Model:
    first = _Parser(add_help=False, usage="%%kling --model MODEL")
    first.add_argument("--model", default=O3_PRO)
    named = first.parse_known_args(words)[0].model
    return bundled().get(named) or bundled()[O3_PRO]


def _parser(model: Model) -> argparse.ArgumentParser:
    parser = _Parser(prog="%%kling", add_help=False, usage="%%kling [--duration 5] [--sound] [--aspect_ratio 16:9] …")
    parser.add_argument("--model", default=None)
    parser.add_argument("--library", default=None)
    parser.add_argument("--practice", action="store_true", default=None)
    parser.add_argument("--live", action="store_false", dest="practice", default=None)
    for name, schema in model.fields.items():
        if name == "prompt":
            continue
        both = (f"--{name}", f"--{name.replace('_', '-')}") if "_" in name else (f"--{name}",)
        if schema.get("type") == "boolean":
            parser.add_argument(*both, action=argparse.BooleanOptionalAction, dest=name, default=None)
        elif schema.get("type") in _FLAGS:
            parser.add_argument(*both, type=_FLAGS[schema["type"]], dest=name, default=None)
    return parser
