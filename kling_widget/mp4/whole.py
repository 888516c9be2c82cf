"""Is this file a whole MP4? Walks its boxes; decodes nothing."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from ..errors import BadFile
from .boxes import Box, boxes

MOST_HEADER = 64 << 20
"""Bytes of a ``moov`` that are believed; the header of fifteen seconds is some tens of kilobytes."""

_CONTAINERS = frozenset((b"moov", b"trak"))


@dataclass(frozen=True)
class Mp4:
    """What a whole file's header says: the picture's size in pixels, and the length in seconds."""

    width: int
    height: int
    seconds: float


def check(path: Path) -> Mp4:
    """Read a file's header.

    Raises
    ------
    BadFile
        If the boxes do not tile the file to its last byte, ``ftyp`` is not first, or ``moov`` or ``mdat`` is missing.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        found = list(boxes(file, 0, size))
        kinds = [box.kind for box in found]
        if not kinds or kinds[0] != b"ftyp":
            raise BadFile("What came does not begin as an MP4 does.")
        for needed in (b"moov", b"mdat"):
            if needed not in kinds:
                raise BadFile(f"The MP4 has no {needed.decode()} box: it is not whole.")
        moov = found[kinds.index(b"moov")]
        if moov.end - moov.start > MOST_HEADER:
            raise BadFile("The MP4's header is larger than any real one.")
        return _header(file, moov)


def _header(file: BinaryIO, moov: Box) -> Mp4:
    width = height = 0
    seconds = 0.0
    todo = [moov]
    while todo:
        for box in boxes(file, todo[0].start, todo[0].end):
            if box.kind in _CONTAINERS:
                todo.append(box)
            elif box.kind == b"mvhd":
                seconds = _length(_read(file, box))
            elif box.kind == b"tkhd":
                body = _read(file, box)
                # Sizes are 16.16 fixed point at the box's end; a sound track has zeros there.
                w, h = struct.unpack(">II", body[-8:]) if len(body) >= 84 else (0, 0)
                width, height = max(width, w >> 16), max(height, h >> 16)
        todo.pop(0)
    if not (width and height and seconds):
        raise BadFile("The MP4's header does not say its size or length.")
    return Mp4(width, height, seconds)


def _read(file: BinaryIO, box: Box) -> bytes:
    file.seek(box.start)
    return file.read(min(box.end - box.start, 4096))


def _length(body: bytes) -> float:
    if len(body) >= 32 and body[0] == 1:
        scale, length = struct.unpack(">IQ", body[20:32])
    elif len(body) >= 20:
        scale, length = struct.unpack(">II", body[12:20])
    else:
        return 0.0
    return float(length / scale) if scale else 0.0
