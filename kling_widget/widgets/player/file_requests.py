"""Files that a page asks for: made in the background, and given in pieces once they are there."""

from __future__ import annotations

import mimetypes
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from ...errors import LibraryError
from ...library import Library
from ...library.exports import Export, Kind
from ..base.widget import Answer, Buffers, Command
from . import delivery

_REMEMBERED = 64  # jobs of one screen; a page never has that many under way


class FileRequests:
    """What the pages of one player have asked for.

    Parameters
    ----------
    library
        Where the takes are, and where what is made will lie.
    tell
        Called with ``{"job", "made" | "problem"}`` when a job is done, on the thread that did it.
    """

    def __init__(self, library: Library, tell: Callable[[dict[str, Any]], None]) -> None:
        self._library, self._tell = library, tell
        self._lock = threading.Lock()
        self._jobs: OrderedDict[str, Path | str | None] = OrderedDict()  # its file, what went wrong, or None

    def begin(self, command: Command, _buffers: Buffers) -> Answer:
        """Begin to make what a command names; answers with the job's name at once."""
        record = self._library._gateway.record(str(command.get("take")))
        # Whatever a page sends: an Export is made of nothing that is none.
        export = Export(cast(Kind, command.get("export")), command.get("start"), command.get("end"))
        several = command.get("takes")
        job = secrets.token_hex(8)
        with self._lock:
            self._jobs[job] = None
            while len(self._jobs) > _REMEMBERED:
                self._jobs.popitem(last=False)

        def done(path: Path | None, problem: str) -> None:
            with self._lock:
                self._jobs[job] = path or problem
            self._tell({"job": job, **self._say(path or problem)})

        if export.kind == "sheet" and isinstance(several, list) and len(several) > 1:
            records = [self._library._gateway.record(str(take)) for take in several]
            self._library._gateway.exports.begin_sheet(records, done)
        else:
            self._library._gateway.exports.begin(record, export, done)
        return {"job": job}

    def made(self, command: Command, _buffers: Buffers) -> Answer:
        """How a job stands: ``made`` (and ``problem``) are there once it is done."""
        state = self._state(command)
        return {} if state is None else self._say(state)

    def piece(self, command: Command, _buffers: Buffers) -> Answer:
        """A piece of what was made."""
        path = self._state(command)
        offset, length = command.get("offset"), command.get("length")
        if not isinstance(path, Path) or not isinstance(offset, int) or not isinstance(length, int):
            raise LibraryError("There is no such piece. What was made lies in the library's folder, in exports.")
        return {"offset": offset}, [delivery.read(path, offset, length)]

    def _state(self, command: Command) -> Path | str | None:
        job = str(command.get("job"))
        with self._lock:
            if job not in self._jobs:
                raise LibraryError("This screen makes no such file. Ask for it again.")
            return self._jobs[job]

    @staticmethod
    def _say(state: Path | str) -> dict[str, Any]:
        if isinstance(state, str):
            return {"made": None, "problem": state}
        kind = mimetypes.guess_type(state.name)[0] or "application/octet-stream"
        try:
            size = state.stat().st_size
        except OSError:
            return {"made": None, "problem": f"{state.name} was taken away from the library's exports. Make it again."}
        return {"made": {"name": state.name, "bytes": size, "type": kind}}
