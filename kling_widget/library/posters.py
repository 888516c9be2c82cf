"""A poster that a person chose: the frame that a page showed."""

from __future__ import annotations

import hashlib

from .. import atomic_write, paths
from ..errors import LibraryError
from ..media.extraction.job import SMALL_BYTES
from ..store import Record
from .records import Records

_NEEDED = (b"\xff\xd8\xff", b"\xff\xd9")  # how a JPEG begins and ends; it is decoded by pages only


def choose_poster(library: Records, take_id: str, image: bytes) -> Record:
    """Make a picture the poster of a take.

    Parameters
    ----------
    library
        Where the take is.
    take_id
        The take.
    image
        A JPEG of at most ``SMALL_BYTES`` bytes.

    Raises
    ------
    LibraryError
        If it is no such picture. The poster stays as it was.
    """
    record = library.record(take_id)
    begins, ends = _NEEDED
    if len(image) > SMALL_BYTES or not (image.startswith(begins) and image.endswith(ends)):
        raise LibraryError(f"A poster is a JPEG of at most {SMALL_BYTES:,} bytes. It stays as it was.")
    # Another name for another picture: whoever shows the old one sees that it changed.
    path = paths.new(library.folder, "posters", f"{record.id}-{hashlib.sha256(image).hexdigest()[:8]}.jpg")
    atomic_write.write(path, image)
    changed = library.annotate(record.id, poster=paths.named(library.folder, path))
    before = paths.existing(library.folder, record.poster, "posters")
    if before and before != path:
        before.unlink(missing_ok=True)
    return changed
