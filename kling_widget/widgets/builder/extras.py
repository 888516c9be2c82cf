"""The inputs that a plain control is enough for, whatever the model: switches, choices, numbers, words, JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import traitlets as t

from ..base.widget import CommandWidget
from .offer import Extra


class Extras(CommandWidget):
    """What else a model takes, one control an input, as its schema says.

    Attributes
    ----------
    extras
        The inputs, as ``offer.Extra`` says them.
    value
        Input -> value.
    problem
        Input -> what is wrong with its value.
    """

    page_name = "extras"

    extras: t.List[Any] = t.List(help="The inputs, as `offer.Extra` says them.").tag(sync=True)
    value = t.Dict(help="Input -> value.").tag(sync=True)
    problem = t.Dict(help="Input -> what is wrong with its value.").tag(sync=True)

    def offer(self, extras: Sequence[Extra]) -> None:
        """Show these inputs, and no others."""
        self.extras = [asdict(extra) for extra in extras]
