"""What all ``Library`` objects of one folder share in a process."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from ..engine.worker import Engine
from ..store import Record, Store

log = logging.getLogger(__name__)

Hear = Callable[[Record], None]


@dataclass
class Room:
    """A library's database, what tends its takes, and who hears of clips that are brought in."""

    folder: Path
    store: Store
    lock: threading.Lock = field(default_factory=threading.Lock)
    engine: Engine | None = None
    _hearers: list[Hear] = field(default_factory=list)

    def hear(self, hear: Hear) -> Callable[[], None]:
        """Call ``hear`` with each take that is adopted from now on. Returns what stops it."""
        self._hearers = [*self._hearers, hear]

        def stop() -> None:
            self._hearers = [one for one in self._hearers if one is not hear]

        return stop

    def tell(self, record: Record) -> None:
        """Tell of a take that was adopted, whoever hears."""
        for hear in self._hearers:
            try:
                hear(record)
            except Exception:  # the take is in the library; one panel's trouble is not another's
                log.exception("a panel could not show the adopted take %s", record.id)
