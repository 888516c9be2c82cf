"""Where the builder's request comes from, and the way back to what stood there before."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import traitlets as t

from ..base.widget import Answer, Buffers, Command, CommandWidget


class Origin(CommandWidget):
    """A line above the builder: which take its request is a remix of, and what it replaced.

    Parameters
    ----------
    let_go
        Called when the next take is not to be a child of that one any more.
    put_back
        Called to exchange what stands in the builder with what stood there before.
    """

    page_name = "origin"
    commands: ClassVar[Mapping[str, str]] = {"let_go": "_let_go", "put_back": "_put_back"}

    of = t.Unicode(help="The words of the take that the next one will be a child of; empty where it is of none.").tag(
        sync=True
    )
    word = t.Unicode("Remix", help="What the next take is of it: `Remix` or `Final`.").tag(sync=True)
    before = t.Unicode(help="The words that stood in the builder before; empty where there were none.").tag(sync=True)
    replaced = t.Bool(False, help="Whether what stood there before can be put back.").tag(sync=True)

    def __init__(self, let_go: Callable[[], None], put_back: Callable[[], None], **traits: Any) -> None:
        self._on_let_go, self._on_put_back = let_go, put_back
        super().__init__(**traits)

    def _let_go(self, _command: Command, _buffers: Buffers) -> Answer:
        self._on_let_go()
        return {}

    def _put_back(self, _command: Command, _buffers: Buffers) -> Answer:
        self._on_put_back()
        return {}
