"""Files that are copied whole: a clip saved where a person wants it, or brought in from there."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..atomic_write import READABLE, replacing
from ..errors import BadFile, KlingError, LibraryError
from ..filenames import as_path
from ..media.mp4 import story as carried
from ..store import Record
from .exported_names import file_name
from .foreign_story import read_story
from .records import Records
from .story import adopted_story, write_to

_PIECE = 1 << 20  # bytes that are read at a time


def save(library: Records, record: Record, path: str | os.PathLike[str], *, story: bool) -> Path:
    """Save a take's clip; see ``Take.save_as``."""
    source = library.path(record)
    if source is None or not source.is_file():
        raise LibraryError(f"The clip of take {record.id} is not here ({record.state}). Nothing was written.")
    target = as_path(path)
    try:
        if str(path).endswith(("/", os.sep)):
            target.mkdir(parents=True, exist_ok=True)
        if target.is_dir():
            target /= file_name(record)
        if target.exists() and not _same(library, record, target):
            raise LibraryError(
                f"{str(target)!r} is there already, and is another file. Nothing was written. Name another."
            )
        if target.suffix.lower() not in (".mp4", ".m4v"):
            raise LibraryError(f"A clip is an MP4: {target.name!r} is no name for one. Nothing was written.")
        if story:
            return write_to(library, record, target)
        if not (target.exists() and target.samefile(source)):
            with copied(source, target):
                pass
    except (BadFile, OSError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise LibraryError(
            f"The clip can't be saved as {str(target)!r} ({reason}). The library keeps it as it is."
        ) from error
    return target


@contextmanager
def copied(source: Path, target: Path) -> Iterator[tuple[Path, str]]:
    """Copy a file beside the place where it goes; gives the copy and its SHA-256 in hex. It gets its name at the end.

    Where the block raises, nothing stays.
    """
    digest = hashlib.sha256()
    with replacing(target, mode=READABLE) as unfinished:
        with unfinished.open("wb") as file, source.open("rb") as given:
            while piece := given.read(_PIECE):
                file.write(piece)
                digest.update(piece)
        yield unfinished, digest.hexdigest()


def sha256(path: Path) -> str:
    """The hash of a file, in hex."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()


def _same(library: Records, record: Record, target: Path) -> bool:
    """Whether a file is this take's clip already, as it came or with a story."""
    earlier = adopted_story(library, record)
    mine = (record.id, record.sha256) if earlier is None else (earlier.id, earlier.sha256)
    try:
        if (held := carried.read(target)) is not None:
            found = read_story(held)
            return (found.id, found.sha256) == mine
    except (KlingError, OSError):
        pass
    return target.is_file() and target.stat().st_size == record.bytes and sha256(target) == record.sha256
