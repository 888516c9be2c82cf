"""``%%kling``: the cell is the prompt.

::

    %load_ext kling_widget

    %%kling --duration 10 --sound
    A red fox crosses fresh snow, handheld, low sun
"""

from __future__ import annotations

from typing import Any

from IPython.core.magic import no_var_expand

from .code import parse
from .settings import library_folder
from .take import Library, Take, generate, models


def register(shell: Any) -> None:
    """Make the magic known to an IPython shell.

    The flags are left as they are written: IPython would put values for ``{…}`` and ``$…``, which are JSON and words.
    """
    shell.register_magic_function(no_var_expand(kling), "cell", "kling")


def kling(line: str, cell: str) -> Take:
    """Make a clip of the words in the cell. Flags are the model's inputs: ``--duration 10 --sound``.

    Parameters
    ----------
    line
        Flags: the model's inputs by their own names, ``--model``, ``--library FOLDER``, ``--practice`` or ``--live``.
        Lists are JSON: ``--multi_prompt '[{"prompt": "Wide", "duration": 5}]'``.
    cell
        The prompt; empty where a storyboard is flagged.
    """
    asked = parse(line, cell, models.known(library_folder()))
    return generate(library=Library(asked.library), practice=asked.practice, model=asked.model, **asked.inputs)
