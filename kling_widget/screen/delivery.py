"""The kernel's half of bringing a clip to a page: where its file is, and its bytes piece by piece."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TypedDict

from ..errors import LibraryError

HEAD = 65_536
"""Bytes at a file's beginning whose hash tells it from another of the same size."""

CHUNK_MOST = 4 * 1024 * 1024
"""The most bytes of one answer. Hosts pass far larger messages; small ones keep the kernel free for others."""


class Place(TypedDict):
    """Where a clip is.

    An absolute path, the size in bytes, SHA-256 of its head in hex, and the service's own address (empty where the
    service no longer keeps it).
    """

    path: str
    bytes: int
    head: str
    url: str


def place(path: Path, url: str = "") -> Place:
    """Say where a clip is, so that a page can tell whether the server shows the same file.

    Raises
    ------
    LibraryError
        If the file is not there.
    """
    head = read(path, 0, HEAD)
    return Place(path=path.as_posix(), bytes=path.stat().st_size, head=hashlib.sha256(head).hexdigest(), url=url)


def read(path: Path, offset: int, length: int) -> bytes:
    """Read a piece of a clip: at most ``CHUNK_MOST`` bytes, so that no command keeps the kernel for long.

    Raises
    ------
    LibraryError
        If the file is not there, or the piece begins past its end.
    """
    if offset < 0 or length < 1:
        raise LibraryError(f"A clip has no {length} bytes at {offset}.")
    try:
        with path.open("rb") as file:
            file.seek(offset)
            piece = file.read(min(length, CHUNK_MOST))
    except OSError as error:
        raise LibraryError(
            f"The clip's file can't be read: {path} ({error.strerror}). It may have been moved or deleted; the "
            "history keeps what it cost. Put the file back there, and show the take again."
        ) from error
    if not piece:
        raise LibraryError(f"The clip's file ends before byte {offset:,}: {path}. It was changed after it was saved.")
    return piece


def inside(path: Path, folder: Path) -> Path:
    """The path, if it lies in the library's folder.

    Raises
    ------
    LibraryError
        If it does not: a page is given nothing but clips.
    """
    if not path.resolve().is_relative_to(folder.resolve()):
        raise LibraryError(f"The clip's file is not in the library's folder: {path}.")
    return path
