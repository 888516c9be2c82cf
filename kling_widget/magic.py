"""``%%kling``: the cell is the prompt.

::

    %load_ext kling_widget

    %%kling --duration 10 --sound
    A red fox crosses fresh snow, handheld, low sun
"""

from __future__ import annotations

import re
from typing import Any

from IPython.core.magic import no_var_expand

from .errors import BadValue
from .library import Library, Take, generate, models
from .request.code import parse
from .request.code.cell import help_for
from .settings import library_folder

_ALONE = re.compile(r"%%kling(?:\s.*)?$")


def register(shell: Any) -> None:
    """Register the magics with an IPython shell.

    Flags stay as written: IPython would expand ``{…}`` and ``$…``, which are JSON and prompt text here.
    """
    shell.register_magic_function(no_var_expand(kling), "cell", "kling")
    shell.register_magic_function(no_var_expand(kling_line), "line", "kling")
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


def with_body(lines: list[str]) -> list[str]:
    """Add an empty body to a lone ``%%kling`` line: without one IPython would not call the magic."""
    alone = bool(lines) and _ALONE.match(lines[0].rstrip("\n")) and not any(line.strip("\n") for line in lines[1:])
    return [lines[0].rstrip("\n") + "\n", "\n"] if alone else lines
