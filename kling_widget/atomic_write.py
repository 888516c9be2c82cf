"""Files that are written whole or not at all: beside their place first, and moved there when they are complete."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from . import permissions

READABLE = 0o644
"""The mode of a file that a person asked for in a folder of theirs, before the umask."""


@contextmanager
def replacing(target: Path, *, mode: int | None = None) -> Iterator[Path]:
    """Give an empty file beside a place; it is synced and takes that place when the block ends.

    Where the block raises, or the file can't be moved, nothing stays and the place is as it was.

    Parameters
    ----------
    target
        The place. A file that is there is replaced.
    mode
        The new file's mode, before the umask; unless given, it is as open as the folder that it lies in.

    Examples
    --------
    >>> with replacing(Path("notes.txt")) as part:  # doctest: +SKIP
    ...     part.write_text("All of it.")
    """
    unfinished = target.with_name(f".{secrets.token_hex(8)}.part")  # a suffix could make a long name too long
    if mode is None:
        os.close(permissions.create(unfinished))
    else:
        os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode))
    try:
        yield unfinished
        with unfinished.open("rb+") as file:
            os.fsync(file.fileno())
        os.replace(unfinished, target)
        with contextlib.suppress(OSError):  # a folder that may be written to and not read, or can't be synced
            sync_folder(target.parent)
    finally:
        unfinished.unlink(missing_ok=True)


def write(target: Path, content: bytes) -> None:
    """Write a file whole, as open as the folder that it lies in. Raises ``OSError``; the place is then as it was."""
    with replacing(target) as unfinished:
        unfinished.write_bytes(content)


def sync_folder(folder: Path) -> None:
    """See to it that names given in a folder survive a power cut. Only POSIX can open a folder to sync it."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
