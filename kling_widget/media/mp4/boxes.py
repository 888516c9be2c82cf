"""The boxes of an MP4 (ISO/IEC 14496-12): each has a length, a kind of four letters, and a body."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from ...errors import BadFile

MOST = 100_000
"""The most boxes read from one file, over all passes: a clip has some fifty, a fragmented one thousands."""

MOST_SAMPLES = 1_000_000
"""The most sample table entries read from one file: an hour at 60 frames a second, with sound, has 400,000."""

MOST_HEADER = 64 << 20
"""The most header bytes read from one file; fifteen seconds have some tens of kilobytes."""

TOP_LEVEL = frozenset(
    b"ftyp styp moov moof mdat imda free skip wide udta uuid meta meco mfra sidx ssix prft emsg pdin pnot junk".split()
)
"""Box kinds that appear at a file's top level."""

CUT_OFF = "The MP4 is cut off: a box reaches beyond the end."
_MIDDLE = "The MP4 ends in the middle of a box."
_TOO_MANY = "The MP4 has more boxes than any real one."


@dataclass(frozen=True)
class Box:
    """The place of a box in its file, in bytes from the file's start.

    Attributes
    ----------
    kind
        Its four letters, such as ``b"moov"``.
    at
        Where the box begins.
    start, end
        Where its body begins and ends.
    """

    kind: bytes
    at: int
    start: int
    end: int


def boxes(file: BinaryIO, start: int, end: int) -> Iterator[Box]:
    """Yield the boxes between two offsets of a file.

    Raises
    ------
    BadFile
        If they do not fill the range to the last byte.
    """
    at, count = start, 0
    while at < end:
        box = _read(file, at, end)
        if not _is_kind(box.kind):
            raise BadFile("The MP4 holds something that is no box.")
        if box.end < box.start or box.end > end:
            raise BadFile(CUT_OFF)
        if (count := count + 1) > MOST:
            raise BadFile(_TOO_MANY)
        yield box
        at = box.end


def top_level(file: BinaryIO, size: int) -> list[Box]:
    """Return the boxes of a file. Like players, ignore trailing bytes that are no box.

    Raises
    ------
    BadFile
        If a top-level box reaches beyond the end, or there are more boxes than any real file has.
    """
    found: list[Box] = []
    at = 0
    while at + 8 <= size:
        box = _read(file, at, size)
        if not _is_kind(box.kind) or box.end < box.start:
            break
        if box.end > size:
            if box.kind in TOP_LEVEL:
                raise BadFile(CUT_OFF)
            break
        if len(found) == MOST:
            raise BadFile(_TOO_MANY)
        found.append(box)
        at = box.end
    return found


def inside(file: BinaryIO, box: Box, most: int) -> bytes:
    """Return the body of a box. Raises ``BadFile`` if it has more than ``most`` bytes."""
    if box.end - box.start > most:
        raise BadFile(f"The MP4's {box.kind.decode('latin-1')} box is larger than any real one.")
    file.seek(box.start)
    body = file.read(box.end - box.start)
    if len(body) < box.end - box.start:
        raise BadFile(_MIDDLE)
    return body


class Tally:
    """Counts what is read from one file over all passes, which bounds the time too."""

    def __init__(self) -> None:
        self._boxes, self._samples, self._bytes = MOST, MOST_SAMPLES, MOST_HEADER

    def box(self) -> None:
        """Count a box. Raises ``BadFile`` if the file has more than any real one."""
        self._boxes -= 1
        if self._boxes < 0:
            raise BadFile(_TOO_MANY)

    def samples(self, count: int) -> None:
        """Count samples. Raises ``BadFile`` if the file has more than any real one."""
        self._samples -= count
        if self._samples < 0:
            raise BadFile("The MP4 has more samples than any real clip.")

    def header(self, count: int) -> None:
        """Count header bytes. Raises ``BadFile`` if the file has more than any real one."""
        self._bytes -= count
        if self._bytes < 0:
            raise BadFile("The MP4's header is larger than any real one.")


class Header:
    """A box that was read whole, with the boxes in it: a file's ``moov``, or the ``moof`` of a fragment.

    Like players, it lets a box without a length reach to its container's end, and ignores what is too short for a box.

    Parameters
    ----------
    body
        The body of the box.
    tally
        Counts its boxes.
    at
        Where the box begins in its file.
    """

    def __init__(self, body: bytes, tally: Tally, at: int = 0) -> None:
        self.body, self.tally, self.at = body, tally, at
        self.root = Box(b"", 0, 0, len(body))

    @classmethod
    def read(cls, file: BinaryIO, box: Box, tally: Tally) -> Header:
        """Read a box of a file. Raises ``BadFile`` if the file's headers are larger than any real one's."""
        tally.header(box.end - box.start)
        return cls(inside(file, box, MOST_HEADER), tally, box.at)

    def children(self, box: Box, skip: int = 0) -> Iterator[Box]:
        """Yield the boxes in a box, after its first ``skip`` bytes.

        Raises
        ------
        BadFile
            If one reaches beyond its container, or the file has more boxes than any real one.
        """
        at, end = box.start + skip, box.end
        while at + 8 <= end:
            length, kind = struct.unpack_from(">I4s", self.body, at)
            start = at + 8
            if length == 1 and at + 16 <= end:
                length, start = struct.unpack_from(">Q", self.body, start)[0], at + 16
            elif length == 0:
                length = end - at
            if length < start - at:  # padding, or the zero that ends a QuickTime list
                return
            if at + length > end:
                raise BadFile("The MP4's header is damaged: a box reaches beyond the one that holds it.")
            self.tally.box()
            yield Box(kind, at, start, at + length)
            at += length

    def named(self, box: Box | None, skip: int = 0) -> dict[bytes, Box]:
        """Return the boxes in a box by kind, the first of each."""
        found: dict[bytes, Box] = {}
        for inner in () if box is None else self.children(box, skip):
            found.setdefault(inner.kind, inner)
        return found

    def inside(self, box: Box | None) -> bytes:
        """Return the body of a box; empty if there is no box."""
        return b"" if box is None else self.body[box.start : box.end]


def _read(file: BinaryIO, at: int, end: int) -> Box:
    """Return the box that begins at an offset; its end is not checked."""
    file.seek(at)
    head = file.read(min(16, end - at))
    if len(head) < 8:
        raise BadFile(_MIDDLE)
    length, kind = struct.unpack(">I4s", head[:8])
    start = at + 8
    if length == 1:
        if len(head) < 16:
            raise BadFile(_MIDDLE)
        length, start = struct.unpack(">Q", head[8:16])[0], at + 16
    elif length == 0:  # to the end of the file
        length = end - at
    return Box(kind, at, start, at + length)


def _is_kind(kind: bytes) -> bool:
    return all(32 <= byte < 127 or byte == 0xA9 for byte in kind)  # 0xA9 is the © of iTunes labels
