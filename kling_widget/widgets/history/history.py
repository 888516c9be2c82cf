"""All takes of the library, as posters or as a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import traitlets as t

from ...errors import KlingError
from ..base.widget import Answer, Buffers, Command, CommandWidget


class History(CommandWidget):
    """All takes of the library, as posters or as a table.

    Parameters
    ----------
    find
        Called with what was typed and the filter's word.
    show
        Called with the id of the take to put on the screen.
    add
        Called with the id of the take to put beside what is there, or to take off.
    poster
        Gives a take's poster as JPEG, or None where there is none.
    """

    page_name = "history"
    commands: ClassVar[Mapping[str, str]] = {
        "find": "_find",
        "show": "_show",
        "add": "_add",
        "poster": "_poster",
    }

    takes: t.List[Any] = t.List(help="The newest takes that fit, as `cards.card` returns them.").tag(sync=True)
    headings = t.List(t.Unicode(), help="The table's columns, those of `Library.history`.").tag(sync=True)
    sum = t.Unicode(help="How many takes there are, and what they came to.").tag(sync=True)
    search = t.Unicode(help="Words that a take's prompt, tags or note must hold.").tag(sync=True)
    status = t.Unicode("all", help="One of `statuses`.").tag(sync=True)
    statuses = t.List(t.Unicode(), help="What the shelf can be narrowed to.").tag(sync=True)
    arrangement = t.Unicode("posters", help="`posters` or `table`.").tag(sync=True)
    shown = t.List(t.Unicode(), help="The takes on the screen, by their ids, in the screen's order.").tag(sync=True)

    def __init__(
        self,
        find: Callable[[str, str], None],
        show: Callable[[str], None],
        add: Callable[[str], None],
        poster: Callable[[str], bytes | None],
        **traits: Any,
    ) -> None:
        self._on_find, self._on_show, self._on_add, self._on_poster = find, show, add, poster
        super().__init__(**traits)

    def _find(self, command: Command, _buffers: Buffers) -> None:
        status = str(command.get("status"))
        if status not in self.statuses:
            raise KlingError(f"Takes can't be narrowed to {status!r}. There are: {', '.join(self.statuses)}.")
        self._on_find(str(command.get("search", "")), status)

    def _show(self, command: Command, _buffers: Buffers) -> None:
        self._on_show(str(command.get("take")))

    def _add(self, command: Command, _buffers: Buffers) -> None:
        self._on_add(str(command.get("take")))

    def _poster(self, command: Command, _buffers: Buffers) -> Answer:
        found = self._on_poster(str(command.get("take")))
        return {}, [found] if found else []
