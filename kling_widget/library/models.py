"""The models that a library knows: the bundled catalogue, and what the service said of it since."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from .. import atomic_write, paths
from ..errors import LibraryError
from ..request.catalog import Catalog, bundled, refreshed

FILE = "catalog.json"
"""Where a library keeps what the service said: a take of a model that is new can be read without a network."""

_MOST = 4_000_000  # bytes


def stored_catalog(folder: Path) -> Catalog:
    """The catalogue of a library; the bundled one where the service was never asked, or its answer can't be read."""
    try:
        at = paths.own(folder, FILE).stat()
    except (OSError, ValueError, LibraryError):  # ValueError: no folder can have that name; said when it is opened
        return bundled()
    return _read(folder, at.st_mtime_ns) if at.st_size <= _MOST else bundled()


@lru_cache(maxsize=8)
def _read(folder: Path, _written: int) -> Catalog:
    try:
        entries = json.loads(paths.own(folder, FILE).read_text("utf-8"))
    except (OSError, LibraryError, ValueError, RecursionError):
        return bundled()
    if not isinstance(entries, list):
        return bundled()
    return refreshed(bundled(), [entry for entry in entries if isinstance(entry, dict)])


def learn(folder: Path, entries: Sequence[Mapping[str, Any]]) -> Catalog:
    """Keep what the service says of its models; gives the catalogue that follows. A full disk keeps nothing."""
    fresh = refreshed(stored_catalog(folder), entries)
    if fresh.entries != stored_catalog(folder).entries:
        with contextlib.suppress(OSError, LibraryError):  # it is asked again with the next panel
            atomic_write.write(paths.own(folder, FILE), json.dumps(fresh.entries).encode())
    return fresh
