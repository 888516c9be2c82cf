"""The clips of a ledger: rendered one by one in the background, kept up to a limit, rendered again on demand."""

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

from .clip_plan import ClipPlan

_log = logging.getLogger(__name__)

KEPT = 40
"""The most clips that are kept."""

KEPT_BYTES = 500_000_000
"""The most bytes of clips that are kept."""

_ABANDONED = 3600.0
"""Seconds after which a half-written clip counts as left behind by a killed server."""

_PIECE = 256 * 1024

_NICE = 5
"""How far the rendering steps back behind other work (``nice``): on a busy core it still gets a quarter of the time."""

_INSTALL = "python -m pip install --upgrade 'av>=17' pillow numpy, then restart."


class Clips:
    """A folder of clips and one thread that renders the queue.

    Parameters
    ----------
    folder
        Holds the clips. Several servers may share it: they render the same bytes.
    plan
        Gives the plan of a task's id, or None where there is none.
    rendered
        Called with the id when a clip is rendered.
    failed
        Called with the id and a sentence when it can't be rendered.
    """

    def __init__(
        self,
        folder: Path,
        plan: Callable[[str], ClipPlan | None],
        rendered: Callable[[str], None],
        failed: Callable[[str, str], None],
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._plan, self._rendered, self._failed = folder, plan, rendered, failed
        self._queue: OrderedDict[str, None] = OrderedDict()
        self._change = threading.Condition()
        self._going = True
        self._tags: dict[tuple[str, int, int], str] = {}
        self._thread: threading.Thread | None = None

    def path(self, task: str) -> Path:
        """Return the path of a task's clip, rendered or not."""
        if not re.fullmatch(r"[0-9a-f]{32}", task):
            raise ValueError(f"not the id of a task: {task!r}")
        path = self._folder / f"{task}.mp4"
        if path.is_symlink():  # not written here: never serve or overwrite a file that lies elsewhere
            path.unlink(missing_ok=True)
        return path

    def enqueue(self, task: str, first: bool = False) -> None:
        """Queue a clip for rendering; ``first`` puts it at the head because a client waits for it."""
        with self._change:
            if task not in self._queue:
                self._queue[task] = None
            if first and task in self._queue:
                self._queue.move_to_end(task, last=False)
            if self._thread is None and self._going:
                self._thread = threading.Thread(target=self._work, name="practice-clips", daemon=True)
                self._thread.start()
            self._change.notify_all()

    def etag(self, path: Path) -> str:
        """Return the strong ETag of a file: the SHA-256 of its bytes, in quotes."""
        about = path.stat()
        key = (path.name, about.st_size, about.st_mtime_ns)
        if key not in self._tags:
            self._tags[key] = f'"{_sha256(path)}"'
        return self._tags[key]

    def close(self) -> None:
        """Stop rendering; what is still queued is rendered on demand later."""
        with self._change:
            self._going = False
            self._change.notify_all()
        if self._thread:
            self._thread.join()

    def _work(self) -> None:
        _step_back()
        while True:
            with self._change:
                self._change.wait_for(lambda: self._queue or not self._going)
                if not self._going:
                    return
                task = next(iter(self._queue))
            self._render(task)
            with self._change:
                self._queue.pop(task, None)

    def _render(self, task: str) -> None:
        path = self.path(task)
        try:
            plan = self._plan(task)
            if plan is None:
                return
            if not path.exists() and not self._drawn(plan, path):
                return
            self._rendered(task)
            self._tidy(path)
        except Exception as error:  # noqa: BLE001 - whatever it is, the task must fail with it and the thread go on
            _log.exception("the clip of %s could not be rendered", task)
            self._failed(task, why_not(error))

    def _drawn(self, plan: ClipPlan, path: Path) -> bool:
        """Render a clip and return whether it was finished; False if this store was closed meanwhile."""
        drawing = renderer()
        try:
            drawing.render(plan, path, lambda: self._going)
        except drawing.Cancelled:
            return False
        return True

    def _tidy(self, newest: Path) -> None:
        """Remove the oldest clips beyond the limits."""
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
    """Import the renderer, and with it PyAV, on first use. Raises ``ImportError``, whatever went wrong."""
    with _importing:
        try:
            from . import render
        except ImportError:
            raise
        except Exception as error:
            raise ImportError(f"{type(error).__name__}: {error}") from error
        return render


def why_not(error: Exception) -> str:
    """Explain why a clip can't be made on this machine, and what helps."""
    reason = f"{type(error).__name__}: {error}"
    if isinstance(error, (ImportError, AttributeError, TypeError)):
        return f"{reason}. A package that draws clips is missing or too old: {_INSTALL}"
    if type(error).__name__ == "UnknownCodecError":
        return f"{reason}. This PyAV was built without it: {_INSTALL}"
    if isinstance(error, OSError):
        return f"{reason}. Look whether the disk is full, and who may write to the ledger's folder."
    return reason


def _sha256(path: Path) -> str:
    found = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            found.update(piece)
    return found.hexdigest()


def _step_back() -> None:
    """Lower this thread's priority where a thread can have its own."""
    if sys.platform == "linux":
        try:
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
        except OSError as error:  # a sandbox may forbid it; the clips are only rendered a little more eagerly
            _log.debug("rendering at normal priority: %s", error)
