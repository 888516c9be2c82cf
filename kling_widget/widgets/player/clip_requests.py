"""What a page asks for to play a clip: where it is, its bytes, its poster and its strip."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ...errors import LibraryError
from ...library import Library
from ...media.mp4.frame_times import frame_times
from ...store import Record
from ...store.record import now_ms
from ..base.widget import Answer, Buffers, Command
from . import delivery


class ClipRequests:
    """Answers the pages of one player. A command names a take by its id, never by a path.

    Parameters
    ----------
    library
        Where the takes are.
    tell
        Called with ``{"take", "picture": "strip"}`` when a strip is drawn, on the thread that drew it.
    """

    def __init__(self, library: Library, tell: Callable[[dict[str, Any]], None]) -> None:
        self._library, self._tell = library, tell

    def where(self, command: Command, _buffers: Buffers) -> Answer:
        """Say where a clip is, and when its frames are shown."""
        return self.place(self._record(command))

    def place(self, record: Record) -> dict[str, Any]:
        """Return where a take's clip is, and when its frames are shown. Raises ``LibraryError`` where it has none."""
        path = self._file(record)
        place, times = delivery.whereabouts(record, path, now_ms()), frame_times(path)
        return {"place": place, "frames": times.plain() if times else None}

    def chunk(self, command: Command, _buffers: Buffers) -> Answer:
        """Give a piece of a clip."""
        offset, length = command.get("offset"), command.get("length")
        if not isinstance(offset, int) or not isinstance(length, int):
            raise LibraryError("A piece of a clip needs an offset and a length in bytes.")
        path = self._file(self._record(command))
        return {"offset": offset}, [delivery.read(path, offset, length)]

    def poster(self, command: Command, _buffers: Buffers) -> Answer:
        """Give a take's poster, where there is one."""
        image = self._library._gateway.poster(self._record(command))
        return {}, [image] if image else []

    def strip(self, command: Command, _buffers: Buffers) -> Answer:
        """Give a clip's strip. Where there is none yet it is drawn, and the page is told."""
        record = self._record(command)
        image = self._library._gateway.strip(record)
        if image is None and record.state == "completed":
            self._library._gateway.exports.draw_strip(
                record, lambda: self._tell({"take": record.id, "picture": "strip"})
            )
        return {}, [image] if image else []

    def _record(self, command: Command) -> Record:
        return self._library._gateway.record(str(command.get("take")))

    def _file(self, record: Record) -> Path:
        path = self._library._gateway.path(record)
        if path is None:
            lost = f"Its file {record.file!r} is not in the library's folder." if record.file else "It has no clip yet."
            raise LibraryError(f"There is nothing to play. {lost}")
        return path
