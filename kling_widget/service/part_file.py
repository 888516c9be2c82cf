"""The part of a file that is here already: gone on with after a cut, by this kernel or the next."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from .. import permissions


class Part:
    """A file on its way, beside the place where it goes.

    Its bytes lie in ``.NAME.ATTEMPT.part``; what they are the beginning of (a strong ETag) lies in ``….part.json``.
    Made by ``begin``.

    Attributes
    ----------
    path
        Where the bytes lie.
    size
        How many there are.
    came
        How many of them came in this try.
    etag
        The strong ETag of what they belong to; None where there is none, and then they can't be gone on with.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = self.came = 0
        self.etag: str | None = None
        self._digest = hashlib.sha256()
        self._file: BinaryIO | None = None

    @classmethod
    def begin(cls, path: Path, attempt: int) -> Part:
        """Take up what an earlier attempt left for ``path``, as a copy of our own, or begin with nothing."""
        part = cls(path.with_name(f".{path.name}.{attempt}.part"))
        left = _set_aside(path, part.path)
        part._file = os.fdopen(permissions.create(part.path), "w+b")
        if left:
            part._take_up(left[-1])
            part.came = 0
        for gone in left:
            _remove(gone)
        return part

    def write(self, piece: bytes) -> None:
        """Add bytes at the end."""
        assert self._file is not None
        self._file.write(piece)
        self._digest.update(piece)
        self.size += len(piece)
        self.came += len(piece)

    def start_over(self) -> None:
        """Forget what there is: the next bytes are the file's first."""
        assert self._file is not None
        self._file.seek(0)
        self._file.truncate()
        self._digest, self.size, self.etag = hashlib.sha256(), 0, None

    def from_now_on(self, etag: str | None) -> None:
        """Note what the bytes belong to, for whoever goes on after a cut."""
        self.etag = etag
        beside = _beside(self.path)
        beside.unlink(missing_ok=True)  # never written through a link
        with os.fdopen(permissions.create(beside), "w", encoding="utf-8") as file:
            json.dump({"etag": etag}, file)

    @property
    def sha256(self) -> str:
        """The hash of what there is, in hex."""
        return self._digest.hexdigest()

    def settle(self, path: Path) -> None:
        """Give the whole file its name."""
        _beside(self.path).unlink(missing_ok=True)  # first: killed between, what is left is found by its part
        os.replace(self.path, path)

    def set_aside(self, path: Path) -> None:
        """Keep what came as it is, for its owner alone, in another place."""
        self._close()
        self.path.chmod(0o600)
        self.settle(path)

    def keep(self) -> None:
        """Leave it for a later try, if one can go on with it."""
        if self.size == 0 or self.etag is None:
            self.discard()

    def discard(self) -> None:
        """Remove it."""
        self._close()
        _remove(self.path)

    def __enter__(self) -> Part:
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


def _set_aside(path: Path, mine: Path) -> list[Path]:
    """What earlier attempts left for a place, the latest last; one of our own name makes room for a new file."""
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


def _beside(part: Path) -> Path:
    return part.with_name(part.name + ".json")


def _remove(part: Path) -> None:
    _beside(part).unlink(missing_ok=True)  # first: what is left by a kill here is found by its part
    part.unlink(missing_ok=True)


def _literal(name: str) -> str:
    """A name as a glob pattern that matches only itself."""
    return "".join(f"[{c}]" if c in "*?[" else c for c in name)
