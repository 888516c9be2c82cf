"""The boxes of an MP4 (ISO/IEC 14496-12): each has a length, a kind of four letters, and something inside."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from ..errors import BadFile

MOST = 100_000
"""Boxes in a row, one after the other, that are believed: a clip has some ten."""


@dataclass(frozen=True)
class Box:
    """Where a box lies in its file, in bytes from the file's beginning.

    Attributes
    ----------
    kind
        Its four letters, such as ``b"moov"``.
    at
        Where it begins.
    start, end
        Where what is inside begins and ends.
    """

    kind: bytes
    at: int
    start: int
    end: int


def boxes(file: BinaryIO, start: int, end: int) -> Iterator[Box]:
    """Walk the boxes between two places of a file.

    Raises
    ------
    BadFile
        If they do not tile it to the last byte.
    """
    at, count = start, 0
    while at < end:
        file.seek(at)
        head = file.read(16)
        if len(head) < 8 or at + 8 > end:
            raise BadFile("The MP4 ends in the middle of a box.")
        length, kind = struct.unpack(">I4s", head[:8])
        inside = at + 8
        if length == 1:
            if len(head) < 16:
                raise BadFile("The MP4 ends in the middle of a box.")
            length, inside = struct.unpack(">Q", head[8:16])[0], at + 16
        elif length == 0 and kind == b"mdat":  # to the end of the file: only the media may, and only as the last
            length = end - at
        if not all(32 <= byte < 127 or byte == 0xA9 for byte in kind):  # 0xA9 is the © of a player's own words
            raise BadFile("The MP4 holds something that is no box.")
        if length < inside - at or at + length > end:
            raise BadFile("The MP4 is cut off: a box reaches beyond the end.")
        if (count := count + 1) > MOST:
            raise BadFile("The MP4 has more boxes than any real one.")
        yield Box(kind, at, inside, at + length)
        at += length


def within(file: BinaryIO, box: Box, *path: bytes) -> Box | None:
    """The first box that lies so deep in another, by the kinds on the way; None where there is none."""
    found: Box | None = box
    for kind in path:
        if found is None:
            return None
        found = next((inner for inner in boxes(file, found.start, found.end) if inner.kind == kind), None)
    return found


def inside(file: BinaryIO, box: Box, most: int) -> bytes:
    """What is inside a box. Raises ``BadFile`` where that is more than ``most`` bytes."""
    if box.end - box.start > most:
        raise BadFile(f"The MP4's {box.kind.decode('latin-1')} box is larger than any real one.")
    file.seek(box.start)
    body = file.read(box.end - box.start)
    if len(body) < box.end - box.start:
        raise BadFile("The MP4 ends in the middle of a box.")
    return body
