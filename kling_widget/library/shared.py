"""What all ``Library`` objects of one folder share in a process: the folder, its database, and what tends its takes."""

from __future__ import annotations

import logging
import sys
import tempfile
import threading
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from .. import paths, permissions
from ..errors import KlingError, LibraryNotWritable
from ..store import Record
from ..store.file_system import network_kind
from ..store.integrity import is_plain
from ..store.layout import DATABASE
from ..store.record import KEPT_MS, now_ms
from . import emptying

if TYPE_CHECKING:  # these bring SQLAlchemy and requests, which a page need not wait for
    from ..engine.worker import Engine
    from ..store import Store

log = logging.getLogger(__name__)

Adopted = Callable[[Record], None]

_PAGE_FIRST_S = 0.1  # a panel is on its way to its page by then


class SharedLibrary:
    """A library's folder in this process. Its database is opened when it is first needed.

    Parameters
    ----------
    folder
        Its folder, an absolute path; made where it is missing.
    page_first
        Whether a database in which nothing is amiss may be opened later. Only where that would take long: SQLAlchemy
        is not imported yet.

    Raises
    ------
    LibraryNotWritable, LibraryTooNew, LibraryDamaged
        As ``Library`` does.
    """

    def __init__(self, folder: Path, *, page_first: bool = False) -> None:
        _make_writable(folder)
        _warn_of_networks(folder)
        self.folder = folder
        self._lock = threading.RLock()
        self._store: Store | None = None
        self._engine: Engine | None = None
        self._adopted: list[Adopted] = []
        if not (page_first and "sqlalchemy" not in sys.modules and is_plain(paths.own(folder, DATABASE))):
            self._open()

    @property
    def is_open(self) -> bool:
        """Whether its database is open already."""
        return self._store is not None

    @property
    def store(self) -> Store:
        """Its database."""
        return self._store or self._open()

    @property
    def engine(self) -> Engine:
        """What tends its takes in this process; started when first asked for."""
        if (engine := self._engine) is not None:  # without the lock: `close` holds it while the engine's last jobs run
            return engine
        store = self.store
        with self._lock:
            if self._engine is None:
                from ..engine.worker import Engine

                self._engine = Engine(store, self.folder)
            return self._engine

    @property
    def tends(self) -> bool:
        """Whether its engine runs: it was asked for, and the library was not closed since."""
        engine = self._engine
        return engine is not None and not engine.closed

    def when_open(self, go_on: Callable[[], None], failed: Callable[[KlingError], None]) -> None:
        """Call ``go_on`` at once where the database is open, else in a moment, on another thread.

        ``failed`` is called instead where the database can't be opened.
        """
        if self.is_open:
            go_on()
            return

        def run() -> None:
            try:
                _ = self.engine
            except KlingError as error:
                failed(error)
            else:
                go_on()

        timer = threading.Timer(_PAGE_FIRST_S, run)
        timer.daemon, timer.name = True, "kling-opening"
        timer.start()

    def close(self) -> None:
        """Stop tending and close the database."""
        with self._lock:
            if self._engine is not None:
                self._engine.close()
                self._engine = None
            if self._store is not None:
                self._store.close()

    def on_adopted(self, call: Adopted) -> Callable[[], None]:
        """Call ``call`` with each take that is adopted from now on. Returns what stops it."""
        self._adopted = [*self._adopted, call]

        def stop() -> None:
            self._adopted = [one for one in self._adopted if one is not call]

        return stop

    def adopted(self, record: Record) -> None:
        """Tell of a take that was adopted."""
        for call in self._adopted:
            try:
                call(record)
            except Exception:  # the take is in the library; one panel's failure is not another's
                log.exception("a panel could not show the adopted take %s", record.id)

    def _open(self) -> Store:
        with self._lock:
            if self._store is None:
                from ..store import Store

                store = Store.in_folder(self.folder)
                emptying.go_on(store, self.folder)
                _reopen_missing(store, self.folder)
                self._store = store
            return self._store


def _reopen_missing(store: Store, folder: Path) -> None:
    """Have clips fetched again that the service still keeps and whose files are gone."""
    now = now_ms()
    for record in store.ended(now, since=now - KEPT_MS, limit=None):
        if record.state != "completed" or not record.file or record.binned_at is not None:
            continue
        if not paths.existing(folder, record.file, "takes"):
            store.reopen(record.id)


def _warn_of_networks(folder: Path) -> None:
    if kind := network_kind(folder):
        warnings.warn(
            f"The library's folder {str(folder)!r} lies on a network file system ({kind}), where locks are not to be "
            "relied on: use it from one kernel at a time, or choose a folder on this machine.",
            stacklevel=5,
        )


def _make_writable(folder: Path) -> None:
    """Make the folder where it is missing, for its owner only. Raises ``LibraryNotWritable``."""
    try:
        permissions.make_library(folder)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"kling")
    except (OSError, ValueError) as error:  # ValueError: half of a character or a NUL in its name
        reason = error.strerror or error if isinstance(error, OSError) else "no folder can have that name"
        raise LibraryNotWritable(
            f"The library's folder {str(folder)!r} can't be written to ({reason}). Nothing was sent, "
            "since a paid clip could not be kept. Name another: Library('a/folder'), or set KLING_LIBRARY."
        ) from error
