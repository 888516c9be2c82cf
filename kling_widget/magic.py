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
    """Make the magic known to an IPython shell.

    The flags are left as they are written: IPython would put values for ``{…}`` and ``$…``, which are JSON and words.
    """
    shell.register_magic_function(no_var_expand(kling), "cell", "kling")
    shell.register_magic_function(no_var_expand(kling_line), "line", "kling")
    if with_body not in shell.input_transformers_cleanup:
        shell.input_transformers_cleanup.append(with_body)


def kling(line: str, cell: str) -> Take | None:
    """Make a clip of the words in the cell. Flags are the model's inputs: ``--duration 10 --sound``.

    ``%%kling --help`` lists them, ``%%kling --model "V3 Pro" --help`` those of another model.

    Parameters
    ----------
    line
        Flags: the model's inputs by their own names, ``--model``, ``--library FOLDER``, ``--practice`` or ``--live``.
        Lists are JSON: ``--multi_prompt '[{"prompt": "Wide", "duration": 5}]'``.
    cell
        The prompt; empty where a storyboard is flagged.

    Raises
    ------
    RequestError
        If the flags can't be read, or the model would not take the request. Nothing was sent.
    KlingError
        As ``generate`` raises them.
    """
    catalog = models.known(library_folder())
    if (words := help_for(line, catalog)) is not None:
        print(words)  # noqa: T201  help is for whoever ran the cell
        return None
    asked = parse(line, cell, catalog)
    return generate(library=Library(asked.library), practice=asked.practice, model=asked.model, **asked.inputs)


def kling_line(line: str) -> None:
    """Say how ``%%kling`` is used: ``%kling --help``. A clip is asked for with ``%%kling``, the prompt below it."""
    words = help_for(line, models.known(library_folder()))
    if words is None:
        raise BadValue(
            "Nothing was sent. A clip is asked for with %%kling (two signs) and the prompt on the lines below."
        )
    print(words)  # noqa: T201


def with_body(lines: list[str]) -> list[str]:
    """Give a ``%%kling`` line that stands alone an empty body: without one IPython would not ask this magic at all."""
    alone = bool(lines) and _ALONE.match(lines[0].rstrip("\n")) and not any(line.strip("\n") for line in lines[1:])
    return [lines[0].rstrip("\n") + "\n", "\n"] if alone else lines
