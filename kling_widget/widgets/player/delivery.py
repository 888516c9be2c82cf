"""The kernel's half of bringing a clip to a page: where its file is, and its bytes piece by piece."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from pathlib import Path
from typing import TypedDict

from ... import urls
from ...errors import LibraryError
from ...library.file_copies import sha256
from ...store import Record
from ...store.record import KEPT_MS

HEAD = 65_536
"""Bytes at a file's beginning whose hash tells it from another of the same size."""

CHUNK_MOST = 4 * 1024 * 1024
"""The most bytes of one answer. Hosts pass far larger messages; small ones keep the kernel free for others."""


_TOUCHED_MS = 2_000
"""How much younger than the take's last word of it a file may be: some file systems keep times in steps of 2 s."""


class _Place(TypedDict):
    path: str
    bytes: int
    head: str
    url: str


class Place(_Place, total=False):
    """Where a clip is.

    An absolute path, the size in bytes, SHA-256 of its head in hex, and the service's own address (empty where the
    service no longer keeps it). Where the file is not shown, ``bytes`` is 0 and ``problem`` says why, for a person.
    """

    problem: str


def whereabouts(record: Record, path: Path, now: int) -> Place:
    """Say where a take's clip is: its file, where it is as it was saved, and the service's address while that is good.

    Parameters
    ----------
    record
        The take.
    path
        Where its file lies.
    now
        The wall clock, in milliseconds since the epoch.

    Raises
    ------
    LibraryError
        If the file is gone or was changed, and the service no longer keeps the clip either.
    """
    url = at_service(record, now)
    try:
        _unchanged(record, path)
        return place(path, url)
    except LibraryError as error:
        if not url:
            raise
        return Place(path=path.as_posix(), bytes=0, head="", url=url, problem=str(error))


def place(path: Path, url: str = "") -> Place:
    """Say where a clip is, so that a page can tell whether the server shows the same file.

    Raises
    ------
    LibraryError
        If the file is not there.
    """
    head = hashlib.sha256(read(path, 0, HEAD)).hexdigest()
    return Place(path=path.as_posix(), bytes=path.stat().st_size, head=head, url=url)


def at_service(record: Record, now: int) -> str:
    """The address of a take's clip at the service, for a page to play; empty where there is none any more.

    It must be https on a public host, or the service's own origin; a practice server's is on this machine, and its port
    is another each time that it starts, so that such an address may lead nowhere.
    """
    if record.kind != "clip" or record.finished_at is None or now - record.finished_at > KEPT_MS:
        return ""
    try:
        found = json.loads(record.outputs or "[]")
    except ValueError:
        return ""
    address = found[0] if isinstance(found, list) and found else ""
    if not isinstance(address, str):
        return ""
    played = record.practice and urls.is_web(address) and urls.is_local(address)
    return address if played or urls.may_be_fetched(address, record.service) else ""


def _unchanged(record: Record, path: Path) -> None:
    """Raise where a clip's file is not as it was saved."""
    try:
        at = path.stat()
    except OSError:
        return  # whoever reads it says so
    changed = f"The clip's file was changed after it was saved: {path}"
    cure = "Put the file back there, and show the take again."
    if record.bytes is not None and at.st_size != record.bytes:
        raise LibraryError(f"{changed} has {at.st_size:,} bytes, not {record.bytes:,}. {cure}")
    # All of it is read only where somebody wrote to it since, which a copied library's files look like too.
    touched = record.saved_at is None or at.st_mtime_ns // 1_000_000 > record.saved_at + _TOUCHED_MS
    if record.sha256 and touched and _sha256(path, at.st_mtime_ns, at.st_size) != record.sha256:
        raise LibraryError(f"{changed} holds something else now. {cure}")


@lru_cache(maxsize=1024)
def _sha256(path: Path, _written: int, _bytes: int) -> str:
    """A file's SHA-256 in hex, read once for each time that it was written."""
    try:
        return sha256(path)
    except OSError:
        return ""


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
