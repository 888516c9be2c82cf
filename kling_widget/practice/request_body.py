"""A request's body as it comes in: counted, hashed, and kept in memory or in a file up to a limit."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import BinaryIO

JSON_LIMIT = 32_000_000
"""Bytes of JSON that one call may send: pictures may stand in it as ``data:`` URLs."""


class Body:
    """What a client sends after the headers.

    Parameters
    ----------
    limit
        How many bytes are kept; what comes after them is only counted.
    path
        A new file to keep them in; None keeps them in memory.

    Attributes
    ----------
    length
        How many bytes have come.
    """

    def __init__(self, limit: int, path: Path | None = None) -> None:
        self._limit, self.length, self._hash = limit, 0, hashlib.sha256()
        self._path, self._pieces = path, bytearray()
        self._file: BinaryIO | None = path.open("xb") if path else None

    def add(self, piece: bytes) -> None:
        """Take the next bytes."""
        self.length += len(piece)
        if self.too_long:
            self.drop()
        elif self._file:
            self._hash.update(piece)
            self._file.write(piece)
        else:
            self._hash.update(piece)
            self._pieces += piece

    @property
    def too_long(self) -> bool:
        """Whether more came than may be kept; nothing is kept then."""
        return self.length > self._limit

    @property
    def sha256(self) -> str | None:
        """The hash of all bytes; None where not all were kept."""
        return None if self.too_long else self._hash.hexdigest()

    @property
    def content(self) -> bytes:
        """The bytes that are kept in memory."""
        return bytes(self._pieces)

    def close(self) -> Path:
        """Close the file. Gives its path."""
        if self._path is None or self._file is None:
            raise ValueError("this body is kept in memory")
        self._file.close()
        return self._path

    def drop(self) -> None:
        """Forget what was kept; a file that has been moved elsewhere stays there."""
        self._pieces.clear()
        if self._file and self._path:
            self._file.close()
            self._path.unlink(missing_ok=True)
