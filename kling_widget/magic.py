"""``%%kling``, where the cell is the prompt; ``%kling_history`` and ``%kling_spend``: what was made and what it cost.

::

    %load_ext kling_widget

    %%kling --duration 10 --sound
    A red fox crosses fresh snow, handheld, low sun

    %kling_history fox --rating 4
"""

from __future__ import annotations

import argparse
import re
import shlex
from typing import TYPE_CHECKING, Any, NoReturn

from IPython.core.magic import no_var_expand

from .errors import BadValue
from .library import Library, Take, generate, models
from .request.code import parse
from .request.code.cell import help_for
from .settings import library_folder

if TYPE_CHECKING:
    import pandas as pd

    from .library.budget import Spent

_ROWS = 20
_ALONE = re.compile(r"%%kling(?:\s.*)?$")


def register(shell: Any) -> None:
    """Register the magics with an IPython shell.

    Flags stay as written: IPython would expand ``{…}`` and ``$…``, which are JSON and prompt text here.
    """
    shell.register_magic_function(no_var_expand(kling), "cell", "kling")
    shell.register_magic_function(no_var_expand(kling_line), "line", "kling")
    shell.register_magic_function(no_var_expand(kling_history), "line", "kling_history")
    shell.register_magic_function(no_var_expand(kling_spend), "line", "kling_spend")
    if with_body not in shell.input_transformers_cleanup:
        shell.input_transformers_cleanup.append(with_body)


def kling(line: str, cell: str) -> Take | None:
    """Make a clip from the prompt in the cell. Flags are the model's inputs: ``--duration 10 --sound``.

    ``%%kling --help`` lists them, ``%%kling --model "V3 Pro" --help`` those of another model.

    Parameters
    ----------
    line
        Flags: the model's inputs by their own names, ``--model``, ``--library FOLDER``, ``--practice`` or ``--live``.
        Lists are JSON: ``--multi_prompt '[{"prompt": "Wide", "duration": 5}]'``.
    cell
        The prompt; empty with a storyboard.

    Raises
    ------
    RequestError
        If the flags can't be read, or the model would refuse the request. Nothing was sent.
    KlingError
        As ``generate`` raises them.
    """
    catalog = models.stored_catalog(library_folder())
    if (words := help_for(line, catalog)) is not None:
        print(words)  # noqa: T201  help is for whoever ran the cell
        return None
    parsed = parse(line, cell, catalog)
    return generate(library=Library(parsed.library), practice=parsed.practice, model=parsed.model, **parsed.inputs)


def kling_line(line: str) -> None:
    """Print the help of ``%%kling`` for ``%kling --help``; refuse anything else, which needs a cell."""
    words = help_for(line, models.stored_catalog(library_folder()))
    if words is None:
        raise BadValue(
            "Nothing was sent. A clip is asked for with %%kling (two signs) and the prompt on the lines below."
        )
    print(words)  # noqa: T201


def kling_history(line: str) -> pd.DataFrame | None:
    """Return takes as a table, newest first: ``%kling_history red fox --rating 4 --tags dusk --limit 50``.

    Parameters
    ----------
    line
        Words that the prompt, a tag or the note holds, and flags: ``--status``, ``--rating``, ``--tags``, ``--model``,
        ``--since``, ``--until``, ``--parent``, ``--family``, ``--sweep`` as `Library.history` takes them, ``--columns
        NAME …``, ``--limit`` (default 20 rows, 0 for all), ``--library FOLDER``. ``--help`` lists them.

    Raises
    ------
    BadValue
        If there is no such flag, or a value is none that takes can have.
    """
    parser = _LineParser("kling_history", "Takes as a table, newest first.")
    parser.add_argument("text", nargs="*", help="words that the prompt, a tag or the note holds")
    parser.add_argument("--status", nargs="+", help="finished, running, failed, or states")
    parser.add_argument("--rating", type=int, help="at least so many stars")
    parser.add_argument("--tags", nargs="+", default=(), help="with each of these tags")
    parser.add_argument("--model", nargs="+", help="of one of these models")
    parser.add_argument("--since", help="confirmed on this day or later: 2026-11-01")
    parser.add_argument("--until", help="confirmed before this day")
    parser.add_argument("--parent", help="made from this take")
    parser.add_argument("--family", help="related to this take")
    parser.add_argument("--sweep", help="made for this sweep")
    parser.add_argument("--columns", nargs="+", help="the table's columns, in this order")
    parser.add_argument("--limit", type=int, default=_ROWS, help="at most so many rows; 0 for all (default: 20)")
    flags = parser.read(line)
    if flags is None:
        return None
    folder, text, limit = flags.pop("library"), " ".join(flags.pop("text")), flags.pop("limit")
    return Library(folder).history(text=text, limit=limit or None, **flags)


def kling_spend(line: str) -> pd.DataFrame | Spent | None:
    """Return what was spent, in dollars, today and in all; ``--ledger`` for each charge and refund.

    Parameters
    ----------
    line
        ``--ledger`` for the ledger as a table, ``--library FOLDER`` for another library. ``--help`` says so.

    Raises
    ------
    BadValue
        If there is no such flag.
    """
    parser = _LineParser("kling_spend", "What was spent, in dollars: today and in all, live and practice apart.")
    parser.add_argument("--ledger", action="store_true", help="each quote, charge and refund as a table")
    flags = parser.read(line)
    if flags is None:
        return None
    library = Library(flags["library"])
    return library.spend() if flags["ledger"] else library.spent()


class _LineParser(argparse.ArgumentParser):
    """The flags of a line magic; what can't be read is refused in words and ends no program."""

    def __init__(self, name: str, what: str) -> None:
        super().__init__(prog=f"%{name}", description=what, add_help=False, allow_abbrev=False)
        self.add_argument("--library", metavar="FOLDER", help="another library than the notebook's own")

    def read(self, line: str) -> dict[str, Any] | None:
        """Return the flags of a line; None where it asks for help, which is printed.

        Raises
        ------
        BadValue
            If it has a flag that there is not, or a value that can't be read.
        """
        try:
            words = shlex.split(line)
        except ValueError as error:
            self.error(str(error))
        if {"--help", "-h"} & set(words):
            print(self.format_help())  # noqa: T201  help is for whoever ran the cell
            return None
        return vars(self.parse_args(words))

    def error(self, message: str) -> NoReturn:
        """Refuse a line in words."""
        raise BadValue(f"{message[:1].upper()}{message[1:].rstrip('.')}. {self.prog} --help lists what it takes.")


def with_body(lines: list[str]) -> list[str]:
    """Add an empty body to a lone ``%%kling`` line: without one IPython would not call the magic."""
    alone = bool(lines) and _ALONE.match(lines[0].rstrip("\n")) and not any(line.strip("\n") for line in lines[1:])
    return [lines[0].rstrip("\n") + "\n", "\n"] if alone else lines
