"""The clips of a ledger: rendered one by one in the background, kept while there is room, made anew when asked."""

from __future__ import annotations

import hashlib
import logging
import os
import re
import sys
import threading
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

from .clip_plan import Film

_log = logging.getLogger(__name__)

KEPT = 40
"""How many clips are kept at most."""

KEPT_BYTES = 500_000_000
"""How many bytes of clips are kept at most."""

_ABANDONED = 3600.0
"""Seconds after which a half-written clip is one that a killed server left behind."""


_PIECE = 256 * 1024

_INSTALL = "python -m pip install --upgrade 'av>=17' pillow numpy, then restart."


class Clips:
    """A folder of clips with one thread that renders what is wished.

    Parameters
    ----------
    folder
        Where they lie. Several servers may share it: a clip is the same whoever renders it.
    film
        Gives the film of a task's id, or None where there is none.
    rendered
        Called with the id when a clip is there.
    failed
        Called with the id and a sentence when it can't be rendered.
    """

    def __init__(
        self,
        folder: Path,
        film: Callable[[str], Film | None],
        rendered: Callable[[str], None],
        failed: Callable[[str, str], None],
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._film, self._rendered, self._failed = folder, film, rendered, failed
        self._wished: OrderedDict[str, None] = OrderedDict()
        self._change = threading.Condition()
        self._going = True
        self._tags: dict[tuple[str, int, int], str] = {}
        self._thread: threading.Thread | None = None

    def path(self, task: str) -> Path:
        """Where a task's clip lies, if it does."""
        if not re.fullmatch(r"[0-9a-f]{32}", task):
            raise ValueError(f"not the id of a task: {task!r}")
        path = self._folder / f"{task}.mp4"
        if path.is_symlink():  # none of ours: what lies elsewhere is not shown, and is not written over
            path.unlink(missing_ok=True)
        return path

    def wish(self, task: str, first: bool = False) -> None:
        """Have a clip rendered; ``first`` because somebody waits for it."""
        with self._change:
            if task not in self._wished:
                self._wished[task] = None
            if first and task in self._wished:
                self._wished.move_to_end(task, last=False)
            if self._thread is None and self._going:
                self._thread = threading.Thread(target=self._work, name="practice-clips", daemon=True)
                self._thread.start()
            self._change.notify_all()

    def etag(self, path: Path) -> str:
        """The strong ETag of a file: the SHA-256 of its bytes, in quotes."""
        about = path.stat()
        key = (path.name, about.st_size, about.st_mtime_ns)
        if key not in self._tags:
            self._tags[key] = f'"{_sha256(path)}"'
        return self._tags[key]

    def close(self) -> None:
        """Stop rendering; what was wished is rendered when it is asked for again."""
        with self._change:
            self._going = False
            self._change.notify_all()
        if self._thread:
            self._thread.join()

    def _work(self) -> None:
        _step_back()
        while True:
            with self._change:
                self._change.wait_for(lambda: self._wished or not self._going)
                if not self._going:
                    return
                task = next(iter(self._wished))
            self._render(task)
            with self._change:
                self._wished.pop(task, None)

    def _render(self, task: str) -> None:
        path = self.path(task)
        try:
            film = self._film(task)
            if film is None:
                return
            if not path.exists() and not self._drawn(film, path):
                return
            self._rendered(task)
            self._tidy(path)
        except Exception as error:  # noqa: BLE001 - whatever it is, the task must learn of it and the thread go on
            _log.exception("the clip of %s could not be rendered", task)
            self._failed(task, why_not(error))

    def _drawn(self, film: Film, path: Path) -> bool:
        """Render it; False if it was told to stop."""
        drawing = renderer()
        try:
            drawing.render(film, path, lambda: self._going)
        except drawing.Cancelled:
            return False
        return True

    def _tidy(self, newest: Path) -> None:
        """Remove the oldest clips when there are too many."""
        found = []
        for path in self._folder.glob("*.mp4"):
            try:
                about = path.stat()
            except FileNotFoundError:
                continue  # another server tidied it away
            if not path.name.startswith("."):
                found.append((about.st_mtime_ns, about.st_size, path))
            elif about.st_mtime < newest.stat().st_mtime - _ABANDONED:
                path.unlink(missing_ok=True)
        total = 0
        for count, (_, size, path) in enumerate(sorted(found, reverse=True), 1):
            total += size
            if path != newest and (count > KEPT or total > KEPT_BYTES):
                path.unlink(missing_ok=True)


_importing = threading.Lock()  # a thread that waits for another's import does not learn why that one failed


def renderer() -> ModuleType:
    """Import what draws: PyAV is only loaded where a clip is made. Raises ``ImportError``, whatever went wrong."""
    with _importing:
        try:
            from . import render
        except ImportError:
            raise
        except Exception as error:
            raise ImportError(f"{type(error).__name__}: {error}") from error
        return render


def why_not(error: Exception) -> str:
    """Say why a clip can't be made on this machine, and what helps."""
    said = f"{type(error).__name__}: {error}"
    if isinstance(error, (ImportError, AttributeError, TypeError)):
        return f"{said}. A package that draws clips is missing or too old: {_INSTALL}"
    if type(error).__name__ == "UnknownCodecError":
        return f"{said}. This PyAV was built without it: {_INSTALL}"
    if isinstance(error, OSError):
        return f"{said}. Look whether the disk is full, and who may write to the ledger's folder."
    return said


def _sha256(path: Path) -> str:
    found = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            found.update(piece)
    return found.hexdigest()


def _step_back() -> None:
    """Give this thread the lowest priority where a thread can have its own."""
    if sys.platform == "linux":
        try:
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 15)
        except OSError as error:  # a sandbox may forbid it; the clips are only rendered a little more eagerly
            _log.debug("rendering at normal priority: %s", error)
