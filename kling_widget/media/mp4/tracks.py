"""The tracks of an MP4 as its header describes them: their kind, shape, edit list and sample tables."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO

from ...errors import BadFile
from . import h264
from .boxes import Box, Header, Tally, top_level

MOST_TRACKS, MOST_EDITS = 100, 1000
"""The most tracks, and entries of an edit list: a clip has one or two of each."""

_VISUAL_ENTRY = 78  # bytes of a visual sample entry before the boxes in it (ISO/IEC 14496-12, 12.1.3)
_LARGEST_RATIO = 1 << 31  # players read an aspect ratio as signed numbers

Matrix = tuple[int, int, int, int, int, int, int, int, int]

IDENTITY: Matrix = (1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30)
"""The identity matrix; columns are 16.16, 16.16 and 2.30 fixed point."""


@dataclass(frozen=True)
class Edit:
    """An entry of an edit list: its length in the movie's ticks, its start in the track's (-1: nothing is shown).

    Attributes
    ----------
    rate
        16.16 fixed point; players ignore it.
    """

    length: int
    start: int
    rate: int = 1 << 16


@dataclass(frozen=True)
class Defaults:
    """The defaults for samples of fragments (``trex``): ticks, bytes, flags."""

    lasts: int = 0
    size: int = 0
    flags: int = 0


@dataclass(frozen=True)
class Track:
    """One track of a movie.

    Attributes
    ----------
    id
        Its number, which fragments refer to.
    handler
        ``b"vide"`` for pictures, ``b"soun"`` for sound.
    scale
        Its ticks a second.
    width, height
        By ``tkhd``, in whole pixels.
    coded_width, coded_height
        By its sample entry, in pixels.
    pixel
        Width and height of a pixel by ``pasp``; None without one.
    coded_pixel
        The same by the stream itself.
    matrix
        How ``tkhd`` transforms the picture.
    edits
        Its edit list.
    tables
        Its sample tables, by kind.
    """

    id: int
    handler: bytes
    scale: int
    width: int
    height: int
    coded_width: int
    coded_height: int
    pixel: tuple[int, int] | None
    coded_pixel: tuple[int, int] | None
    matrix: Matrix
    edits: tuple[Edit, ...]
    tables: Mapping[bytes, Box] = field(hash=False)


@dataclass(frozen=True)
class Movie:
    """The content of a ``moov``.

    Attributes
    ----------
    header
        Its boxes.
    scale, length
        Ticks a second, and the length in them; 0 if unknown.
    fragmented
        Whether its samples may be in fragments.
    fragments_length
        The length of all fragments in ``scale``, by ``mehd``; 0 if unknown.
    matrix
        How ``mvhd`` transforms all pictures.
    defaults
        The defaults for samples of fragments, by track number.
    """

    header: Header
    scale: int
    length: int
    fragmented: bool
    fragments_length: int
    matrix: Matrix
    tracks: tuple[Track, ...]
    defaults: Mapping[int, Defaults] = field(hash=False)

    @property
    def picture(self) -> Track | None:
        """The first video track, which players show."""
        return next((track for track in self.tracks if track.handler == b"vide"), None)


def read_movie(file: BinaryIO, size: int) -> tuple[list[Box], Movie | None]:
    """Return the boxes of a file and its ``moov``, or None without one.

    Raises
    ------
    BadFile
        If its boxes or its header are damaged.
    """
    found = top_level(file, size)
    head = next((box for box in found if box.kind == b"moov"), None)
    return found, None if head is None else movie(Header.read(file, head, Tally()))


def movie(header: Header) -> Movie:
    """Read a ``moov``. Raises ``BadFile`` if it is damaged."""
    scale = length = 0
    matrix = IDENTITY
    fragments: Box | None = None
    tracks: list[Track] = []
    for box in header.children(header.root):
        if box.kind == b"mvhd":
            body = header.inside(box)
            scale, length = _clock(body)
            matrix = _matrix(body, 48 if body[:1] == b"\1" else 36) or matrix
        elif box.kind == b"mvex":
            fragments = box
        elif box.kind == b"trak":
            if len(tracks) == MOST_TRACKS:
                raise BadFile("The MP4 has more tracks than any real one.")
            tracks.append(_track(header, box))
    in_all, defaults = _extends(header, fragments)
    return Movie(header, scale, length, fragments is not None, in_all, matrix, tuple(tracks), defaults)


def _track(header: Header, box: Box) -> Track:
    inner = header.named(box)
    media = header.named(inner.get(b"mdia"))
    tables = header.named(header.named(media.get(b"minf")).get(b"stbl"))
    head = header.inside(inner.get(b"tkhd"))
    long = head[:1] == b"\1"
    number = int.from_bytes(head[20:24] if long else head[12:16], "big")
    at = 52 if long else 40  # after times, number and length: 8 reserved, layer, group, volume, 2 reserved
    size = head[at + 36 : at + 44]
    width, height = (side >> 16 for side in struct.unpack(">II", size)) if len(size) == 8 else (0, 0)
    handler = header.inside(media.get(b"hdlr"))[8:12]
    shape = _entry(header, tables.get(b"stsd")) if handler == b"vide" else (0, 0, None, None)
    edits = header.named(inner.get(b"edts")).get(b"elst")
    return Track(
        id=number,
        handler=handler,
        scale=_clock(header.inside(media.get(b"mdhd")))[0],
        width=width,
        height=height,
        coded_width=shape[0],
        coded_height=shape[1],
        pixel=shape[2],
        coded_pixel=shape[3],
        matrix=_matrix(head, at) or IDENTITY,
        edits=tuple(_edits(header.inside(edits))),
        tables=tables,
    )


def _entry(header: Header, box: Box | None) -> tuple[int, int, tuple[int, int] | None, tuple[int, int] | None]:
    """Return width, height and pixel shape of the first visual sample entry, and the pixel shape by its stream."""
    entry = None if box is None else next(header.children(box, 8), None)
    body = header.inside(entry)
    if entry is None or len(body) < _VISUAL_ENTRY:
        return 0, 0, None, None
    width, height = struct.unpack_from(">HH", body, 24)
    inner = header.named(entry, _VISUAL_ENTRY)
    shape = header.inside(inner.get(b"pasp"))
    across, down = struct.unpack(">II", shape[:8]) if len(shape) >= 8 else (0, 0)
    good = 0 < across < _LARGEST_RATIO and 0 < down < _LARGEST_RATIO
    return width, height, (across, down) if good else None, h264.pixel(header.inside(inner.get(b"avcC")))


def _extends(header: Header, box: Box | None) -> tuple[int, Mapping[int, Defaults]]:
    """Read ``mvex``: the length of all fragments, and the defaults for their samples."""
    length, defaults = 0, dict[int, Defaults]()
    for inner in () if box is None else header.children(box):
        body = header.inside(inner)
        if inner.kind == b"mehd":
            length = int.from_bytes(body[4:12] if body[:1] == b"\1" else body[4:8], "big")
        elif inner.kind == b"trex" and len(body) >= 24:
            number, _, lasts, size, flags = struct.unpack_from(">5I", body, 4)
            defaults[number] = Defaults(lasts, size, flags)
    return length, defaults


def _clock(body: bytes) -> tuple[int, int]:
    """Return the ticks a second and the length in them by ``mvhd`` or ``mdhd``; zeros if unknown."""
    shape, at = (">IQ", 20) if body[:1] == b"\1" else (">II", 12)
    if len(body) < at + struct.calcsize(shape):
        return 0, 0
    scale, length = struct.unpack_from(shape, body, at)
    unknown = (1 << (64 if shape == ">IQ" else 32)) - 1  # all ones
    return scale, 0 if length == unknown else length


def _matrix(body: bytes, at: int) -> Matrix | None:
    if len(body) < at + 36:
        return None
    a, b, u, c, d, v, x, y, w = struct.unpack_from(">9i", body, at)
    return a, b, u, c, d, v, x, y, w


def _edits(body: bytes) -> Iterator[Edit]:
    shape = ">Qqi" if body[:1] == b"\1" else ">Iii"
    size = struct.calcsize(shape)
    count = int.from_bytes(body[4:8], "big")
    if not body:
        return
    if count > MOST_EDITS or len(body) < 8 + count * size:
        raise BadFile("The MP4's edit list is damaged.")
    for at in range(8, 8 + count * size, size):
        yield Edit(*struct.unpack_from(shape, body, at))
