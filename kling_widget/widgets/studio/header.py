"""The line above the panel: its model, whether takes cost money, and what was spent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import traitlets as t

from ..base.widget import Buffers, Command, CommandWidget


class Header(CommandWidget):
    """The line above the panel: the model, whether takes cost money, and what was spent.

    Parameters
    ----------
    choose
        Called with the name of the model that a person chose.
    """

    page_name = "header"

    commands: ClassVar[Mapping[str, str]] = {"choose": "_choose"}

    model = t.Unicode(help="The model, by its name on the service.").tag(sync=True)
    models: t.List[Any] = t.List(help="The models to choose from, as `view.models` says them.").tag(sync=True)
    live = t.Bool(False, help="Whether takes cost money.").tag(sync=True)
    unsure = t.Bool(False, help="Whether it is not known, or nothing can be made there.").tag(sync=True)
    mode = t.Unicode(help="Where takes are made: `Practice · no cost`, or `Live` and the service's host.").tag(
        sync=True
    )
    how = t.Unicode(help="What that means and how to change it, in a sentence or two.").tag(sync=True)
    spent = t.Dict(help="Today's money, as `budget.spent` says it.").tag(sync=True)
    balance = t.Unicode(help="What the account has, for a person; empty where nobody knows.").tag(sync=True)
    notice = t.Unicode(help="What is to be known about this library before it is used; empty if nothing is.").tag(
        sync=True
    )

    def __init__(self, choose: Callable[[str], None], **traits: Any) -> None:
        self._on_choose = choose
        super().__init__(**traits)

    def _choose(self, command: Command, _buffers: Buffers) -> None:
        self._on_choose(str(command.get("model")))
