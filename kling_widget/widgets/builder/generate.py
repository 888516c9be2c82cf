"""The button that costs money."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import traitlets as t

from ...errors import KlingError
from ..base.widget import Answer, Buffers, Command, CommandWidget


class GenerateButton(CommandWidget):
    """The button that costs money.

    A click's command holds every control's value and the price, as the person saw them: what a busy kernel has not
    heard yet counts, and a price that is no longer true is not charged.

    Parameters
    ----------
    generate
        Called with the values, the number of takes, the price that was on the button, whether the person was asked
        about it once more, and the model that the page showed; gives the answer.
    """

    page_name = "generate"
    commands: ClassVar[Mapping[str, str]] = {"generate": "_generate"}

    fields = t.Dict(help="The controls, as references: input -> widget.").tag(sync=True)
    groups = t.List(t.Unicode(), help="Controls of several inputs at once, as references.").tag(sync=True)
    model = t.Unicode(help="The model that the controls are for, by its name on the service.").tag(sync=True)
    code = t.Unicode(help="What shows the request as code, as a reference; empty if nothing does.").tag(sync=True)
    batches: t.List[Any] = t.List(help="What a click can be for, as `evaluation.Batch` has it.").tag(sync=True)
    quote = t.Unicode(help="What the service itself says of the price, where it says something else.").tag(sync=True)
    tariff = t.Dict(help="All prices, as `price_table` has them: what is shown is never older than the controls.").tag(
        sync=True
    )
    shortage = t.Unicode(help="That the account has less than a take costs; empty if it has enough.").tag(sync=True)
    takes = t.Int(1, help="How many takes a click asks for: one of the batches.").tag(sync=True)
    note = t.Unicode(help="Small words beside the button.").tag(sync=True)
    text = t.Unicode(help="What became of the last click, where it became known later.").tag(sync=True)
    tone = t.Unicode("ok", help="`ok` or `bad`.").tag(sync=True)

    def __init__(
        self, generate: Callable[[Mapping[str, Any], int, str, bool, str], Mapping[str, Any]], **traits: Any
    ) -> None:
        self._ask = generate
        super().__init__(**traits)

    def _generate(self, command: Command, _buffers: Buffers) -> Answer:
        values = command.get("values")
        takes, price = command.get("takes"), command.get("price")
        if not isinstance(values, Mapping) or not isinstance(takes, int) or not isinstance(price, str):
            raise KlingError("The page's request can't be read, so nothing was sent. Run the cell again.")
        return self._ask(values, takes, price, command.get("confirmed") is True, str(command.get("model")))
