"""A library's folder: whether it will do, and what went missing in it."""

from __future__ import annotations

import tempfile
import warnings
from pathlib import Path

from .. import paths, permissions
from ..errors import LibraryNotWritable
from ..store import Store
from ..store.file_system import network_kind
from ..store.record import KEPT_MS, now_ms


def reopen_missing(store: Store, folder: Path) -> None:
    """What was made, is still kept by the service, and whose file is not here any more is fetched again."""
    now = now_ms()
    for record in store.ended(now, since=now - KEPT_MS, limit=None):
        if record.state == "completed" and record.file and not paths.existing(folder, record.file, "takes"):
            store.reopen(record.id)


def warn_of_networks(folder: Path) -> None:
    """Warn where the folder lies on a network file system."""
    if kind := network_kind(folder):
        warnings.warn(
            f"The library's folder {str(folder)!r} lies on a network file system ({kind}), where locks are not to be "
            "relied on: use it from one kernel at a time, or choose a folder on this machine.",
            stacklevel=4,
        )


def make_writable(folder: Path) -> None:
    """Make the folder where it is missing, for its owner only.

    Raises
    ------
    LibraryNotWritable
        If it can't be made or written to.
    """
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
