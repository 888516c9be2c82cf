"""Takes that are under way, and those that ended without a clip."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import traitlets as t

from ...library import Library
from ...store import Record
from ...store.learned_limit import MINUTE_MS
from ...store.record import now_ms
from ...store.take_filter import OPEN
from ..base.live_updates import LibraryFollower, opened
from ..base.widget import Buffers, Command, CommandWidget
from . import decisions
from .rows import Rows, stays


class Queue(LibraryFollower, CommandWidget):
    """What is under way, and what ended without a clip. It follows its library by itself.

    A take is in it from the click until its clip is there. From its line a person stops what was not sent, says which
    task of the service a take in doubt is, and dismisses what ended.

    Parameters
    ----------
    library
        A library, or its folder; ``Library()`` unless given.
    edit
        Called with a take's id where a person wants its request back in a form. Without it no line offers that.
    **traits
        ``layout``, as of any widget.

    Attributes
    ----------
    rows : tuple of dict
        The lines as they are shown, what is under way first, oldest first. The queue sets them: observe it to hear of
        changes, at most four times a second.

    Raises
    ------
    TypeError
        If a keyword names no trait. The message suggests what was meant.
    TraitError
        If ``rows`` is set.

    Examples
    --------
    >>> queue = Queue(Library("kling_library"))  # doctest: +SKIP
    >>> queue.observe(lambda change: print(len(change.new), "takes"), "rows")  # doctest: +SKIP
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

    rows: t.List[Any] = t.List(t.Dict(), read_only=True, help="The lines, as `take_row.row` returns them.").tag(
        sync=True
    )

    def __init__(
        self,
        library: Library | str | os.PathLike[str] | None = None,
        *,
        edit: Callable[[str], None] | None = None,
        **traits: Any,
    ) -> None:
        super().__init__(**traits)
        self._library = opened(library)
        self._on_edit = edit
        self._lines, self._lock = Rows(), threading.RLock()
        self._since = now_ms()
        self._open: dict[str, Record] = {}
        self._ended: dict[str, Record] = {}
        self._sent: dict[str, Record] = {}  # within the last minute: why others wait
        self._follow_library()

    def follow(self, changed: Mapping[str, Record]) -> None:
        """Show what changed, and how those go that are under way. Any thread may call it."""
        with self._lock:
            for record in changed.values():
                self._sort(record)
            now = now_ms()
            self._ended = {take: record for take, record in self._ended.items() if stays(record)}
            self._sent = {take: r for take, r in self._sent.items() if (r.submitted_at or 0) > now - MINUTE_MS}
            under_way = [*map(self.library._gateway.explained, self._open.values())]
            learned = self.library._gateway.learned_limits() if any(r.state == "intent" for r in under_way) else None
            lines = self._lines.update(
                under_way,
                self._ended.values(),
                self.library._gateway.engine.progress,
                lately=self._sent.values(),
                learned=learned,
                now=now,
            )
            if self._on_edit is None:
                lines = [{**line, "actions": [name for name in line["actions"] if name != "edit"]} for line in lines]
            if lines != self.rows:
                self.set_trait("rows", lines)

    def _begin(self) -> None:
        with self._lock:
            self._open = {record.id: record for record in self.library._gateway.records(OPEN, limit=None)}
            self._sent = {record.id: record for record in self.library._gateway.records()}
        self.follow({})

    def _sort(self, record: Record) -> None:
        was_open = self._open.pop(record.id, None)
        if record.kind != "clip":
            return
        self._sent[record.id] = record
        if not record.final:
            self._open[record.id] = record
        # A refund may be known later; and a take may begin and end between two updates.
        elif was_open or record.id in self._ended or (record.confirmed_at >= self._since and not record.file):
            self._ended[record.id] = record

    # What the page asks

    def _edit(self, command: Command, buffers: Buffers) -> None:
        if self._on_edit is not None:
            self._on_edit(str(command.get("take")))
            self._dismiss(command, buffers)

    def _dismiss(self, command: Command, _buffers: Buffers) -> None:
        with self._lock:
            self._ended.pop(str(command.get("take")), None)
        self.follow({})

    def _stop(self, command: Command, _buffers: Buffers) -> None:
        self._show(decisions.take_back(self.library, str(command.get("take"))))

    def _decide(self, command: Command, _buffers: Buffers) -> None:
        self._show(decisions.decide(self.library, str(command.get("take")), decisions.named(command)))

    def _accept(self, command: Command, _buffers: Buffers) -> None:
        self._show(self.library._gateway.accept_as_is(str(command.get("take"))))

    def _again(self, command: Command, _buffers: Buffers) -> None:
        self._show(self.library._gateway.fetch_again(str(command.get("take"))))

    def _show(self, record: Record) -> None:
        self.follow({record.id: record})
