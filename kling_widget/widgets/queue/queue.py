"""Takes that are under way, and those that ended without a clip."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import traitlets as t

from ..base.widget import Buffers, Command, CommandWidget
from .decisions import named


class Queue(CommandWidget):
    """What is under way, and what ended without a clip.

    Parameters
    ----------
    edit, dismiss, stop
        Called with a take's id.
    decide
        Called with a take's id and that of the task which it is, or None.
    accept, again
        Called with the id of a take whose file could not be vouched for: to use it as it is, to fetch it once more.
    """

    page_name = "queue"
    commands: ClassVar[Mapping[str, str]] = {
        "edit": "_edit",
        "dismiss": "_dismiss",
        "stop": "_stop",
        "decide": "_decide",
        "accept": "_accept",
        "again": "_again",
    }

    rows: t.List[Any] = t.List(help="Takes as `take_row.row` says them.").tag(sync=True)

    def __init__(
        self,
        edit: Callable[[str], None],
        dismiss: Callable[[str], None],
        stop: Callable[[str], None],
        decide: Callable[[str, str | None], None],
        accept: Callable[[str], None] = lambda take: None,
        again: Callable[[str], None] = lambda take: None,
        **traits: Any,
    ) -> None:
        self._on_edit, self._on_dismiss, self._on_stop, self._on_decide = edit, dismiss, stop, decide
        self._on_accept, self._on_again = accept, again
        super().__init__(**traits)

    def _edit(self, command: Command, _buffers: Buffers) -> None:
        self._on_edit(str(command.get("take")))

    def _dismiss(self, command: Command, _buffers: Buffers) -> None:
        self._on_dismiss(str(command.get("take")))

    def _stop(self, command: Command, _buffers: Buffers) -> None:
        self._on_stop(str(command.get("take")))

    def _decide(self, command: Command, _buffers: Buffers) -> None:
        self._on_decide(str(command.get("take")), named(command))

    def _accept(self, command: Command, _buffers: Buffers) -> None:
        self._on_accept(str(command.get("take")))

    def _again(self, command: Command, _buffers: Buffers) -> None:
        self._on_again(str(command.get("take")))
