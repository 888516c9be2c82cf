"""A file that has come in part: continued after the connection broke, by this kernel or the next."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from .. import permissions


class PartialFile:
    """A file that is being downloaded, beside its final path.

    Its bytes lie in ``.NAME.ATTEMPT.part``; the strong ETag of their file lies in ``….part.json``.
    Create it by ``begin``.

    Attributes
    ----------
    path
        Where the bytes lie.
    size
        How many there are.
    came
        How many bytes came in this try.
    etag
        The strong ETag of their file; None where there is none, and then they can't be continued.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = self.came = 0
        self.etag: str | None = None
        self._digest = hashlib.sha256()
        self._file: BinaryIO | None = None

    @classmethod
    def begin(cls, path: Path, attempt: int) -> PartialFile:
        """Begin with a copy of what an earlier attempt left for ``path``, or with nothing."""
        partial = cls(path.with_name(f".{path.name}.{attempt}.part"))
        left = _left_over(path, partial.path)
        partial._file = os.fdopen(permissions.create(partial.path), "w+b")
        if left:
            partial._take_up(left[-1])
            partial.came = 0
        for gone in left:
            _remove(gone)
        return partial

    def write(self, piece: bytes) -> None:
        """Add bytes at the end."""
        assert self._file is not None
        self._file.write(piece)
        self._digest.update(piece)
        self.size += len(piece)
        self.came += len(piece)

    def start_over(self) -> None:
        """Drop all bytes: the next ones are the file's first."""
        assert self._file is not None
        self._file.seek(0)
        self._file.truncate()
        self._digest, self.size, self.etag = hashlib.sha256(), 0, None

    def write_etag(self, etag: str | None) -> None:
        """Write down the ETag of the bytes from here on, for whoever continues them."""
        self.etag = etag
        beside = _beside(self.path)
        beside.unlink(missing_ok=True)  # never written through a link
        with os.fdopen(permissions.create(beside), "w", encoding="utf-8") as file:
            json.dump({"etag": etag}, file)

    @property
    def sha256(self) -> str:
        """The SHA-256 of the bytes so far, in hex."""
        return self._digest.hexdigest()

    def settle(self, path: Path) -> None:
        """Move the complete file to its final path."""
        _beside(self.path).unlink(missing_ok=True)  # first: killed between, what is left is found by its .part file
        os.replace(self.path, path)

    def set_aside(self, path: Path) -> None:
        """Move the bytes to another path as they are, readable by their owner alone."""
        self._close()
        self.path.chmod(0o600)
        self.settle(path)

    def keep(self) -> None:
        """Keep the bytes for a later try where one can continue them; else remove them."""
        if self.size == 0 or self.etag is None:
            self.discard()

    def discard(self) -> None:
        """Remove it."""
        self._close()
        _remove(self.path)

    def __enter__(self) -> PartialFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def _close(self) -> None:
        if self._file is not None and not self._file.closed:
            with self._file:
                self._file.flush()
                os.fsync(self._file.fileno())

    def _take_up(self, left: Path) -> None:
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            etag = json.loads(_beside(left).read_text("utf-8"))["etag"]
            if isinstance(etag, str):
                with left.open("rb") as file:
                    while piece := file.read(1 << 20):
                        self.write(piece)
                self.etag = etag


def _left_over(path: Path, mine: Path) -> list[Path]:
    """Return what earlier attempts left for a path, the latest last; rename one that has our own name."""
    left = sorted(path.parent.glob(f".{_literal(path.name)}.*.part"), key=lambda p: p.lstat().st_mtime)
    for link in [one for one in left if one.is_symlink() or _beside(one).is_symlink()]:
        left.remove(link)  # no attempt of ours leaves one
        _remove(link)
    for number, one in enumerate(left):
        if one == mine:
            left[number] = one.replace(one.with_name(f".{path.name}.before.part"))
            with contextlib.suppress(FileNotFoundError):
                _beside(one).replace(_beside(left[number]))
    return left


def _beside(partial: Path) -> Path:
    return partial.with_name(partial.name + ".json")


def _remove(partial: Path) -> None:
    _beside(partial).unlink(missing_ok=True)  # first: what is left by a kill here is found by its .part file
    partial.unlink(missing_ok=True)


def _literal(name: str) -> str:
    """Return a name as a glob pattern that matches only itself."""
    return "".join(f"[{c}]" if c in "*?[" else c for c in name)
