"""The request as code, to copy; and a place to paste one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import traitlets as t

from ...errors import KlingError, RequestError
from ...request.code import LONGEST
from ..base.widget import Answer, Buffers, Command, CommandWidget


class Code(CommandWidget):
    """The builder's request in the forms that people pass on, and a box that fills the builder from one of them.

    What is pasted may hold a key: it comes in a command, and stands in no trait.

    Parameters
    ----------
    fill
        Called with what was pasted; gives words for the person, such as ``Filled in: 10 s, sound.`` What it raises
        says why nothing was filled in.
    """

    page_name = "code"
    commands: ClassVar[Mapping[str, str]] = {"fill": "_fill"}

    forms: t.Dict[str, str] = t.Dict(help="The request as text, by the form's name, as `code.forms` says it.").tag(
        sync=True
    )
    # Not `open`: ipywidgets calls a method of that name.
    shown = t.Bool(False, help="Whether the section is on the page.").tag(sync=True)
    longest = t.Int(LONGEST, help="How many characters a pasted text may have.").tag(sync=True)

    def __init__(self, fill: Callable[[str], str], **traits: Any) -> None:
        self._on_fill = fill
        super().__init__(**traits)

    def _fill(self, command: Command, _buffers: Buffers) -> Answer:
        text = command.get("text")
        if not isinstance(text, str):
            raise KlingError("What was pasted did not arrive whole. Nothing was filled in. Paste it again.")
        try:
            return {"text": self._on_fill(text)}
        except RequestError as error:
            # Nobody was about to send anything: what is to be changed is the text.
            reasons = " ".join(problem.message for problem in error.problems)
            raise KlingError(f"{reasons} Nothing was filled in.") from None
