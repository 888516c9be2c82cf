"""The tracks of an MP4 as its header describes them: what kind, which shape, which tables of samples."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO

from ...errors import BadFile
from . import h264
from .boxes import Box, Header, Tally, top_level

MOST_TRACKS, MOST_EDITS = 100, 1000
"""Tracks, and entries of an edit list, that are believed: a clip has one or two of each."""

_VISUAL_ENTRY = 78  # bytes of a visual sample entry before the boxes in it (ISO/IEC 14496-12, 12.1.3)
_LARGEST_RATIO = 1 << 31  # players read the numbers of an aspect ratio with a sign

Matrix = tuple[int, int, int, int, int, int, int, int, int]

IDENTITY: Matrix = (1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30)
"""The matrix that leaves a picture as it is; columns are 16.16, 16.16 and 2.30 fixed point."""


@dataclass(frozen=True)
class Edit:
    """An entry of an edit list: its length in the movie's ticks, where it starts in the track's (-1: nothing is shown).

    Attributes
    ----------
    rate
        16.16 fixed point; players play every edit at its speed of 1.
    """

    length: int
    start: int
    rate: int = 1 << 16


@dataclass(frozen=True)
class Defaults:
    """What a sample of a fragment is where the fragment does not say (``trex``): ticks, bytes, flags."""

    lasts: int = 0
    size: int = 0
    flags: int = 0


@dataclass(frozen=True)
class Track:
    """One track of a movie.

    Attributes
    ----------
    id
        Its number, which fragments name.
    handler
        ``b"vide"`` for pictures, ``b"soun"`` for sound.
    scale
        Its ticks a second.
    width, height
        As ``tkhd`` says, in whole pixels.
    coded_width, coded_height
        As its sample entry says, in pixels.
    pixel
        Width and height of a pixel, as ``pasp`` says; None where it does not.
    coded_pixel
        The same as the stream itself says.
    matrix
        How ``tkhd`` transforms the picture.
    edits
        Its edit list.
    tables
        Its tables of samples, by their kinds.
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
    """What a ``moov`` says.

    Attributes
    ----------
    header
        Its boxes.
    scale, length
        Ticks a second, and the length in them; 0 where it does not say.
    fragmented
        Whether its samples may lie in fragments.
    fragments_length
        The length of all fragments in ``scale``, as ``mehd`` says; 0 where it does not.
    matrix
        How ``mvhd`` transforms all pictures.
    defaults
        What samples of fragments are unless they say, by the number of their track.
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
        """Its first track of pictures, which is the one that players show."""
        return next((track for track in self.tracks if track.handler == b"vide"), None)


def read_movie(file: BinaryIO, size: int) -> tuple[list[Box], Movie | None]:
    """The boxes of a file, and what its ``moov`` says; None where it has none.

    Raises
    ------
    BadFile
        If its boxes or its header are damaged.
    """
    found = top_level(file, size)
    head = next((box for box in found if box.kind == b"moov"), None)
    return found, None if head is None else movie(Header.read(file, head, Tally()))


def movie(header: Header) -> Movie:
    """Read a ``moov``. Raises ``BadFile`` where it is damaged."""
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
    parts = header.named(box)
    media = header.named(parts.get(b"mdia"))
    tables = header.named(header.named(media.get(b"minf")).get(b"stbl"))
    head = header.inside(parts.get(b"tkhd"))
    long = head[:1] == b"\1"
    number = int.from_bytes(head[20:24] if long else head[12:16], "big")
    at = 52 if long else 40  # behind times, number and length: 8 reserved, layer, group, volume, 2 reserved
    size = head[at + 36 : at + 44]
    width, height = (side >> 16 for side in struct.unpack(">II", size)) if len(size) == 8 else (0, 0)
    handler = header.inside(media.get(b"hdlr"))[8:12]
    shape = _entry(header, tables.get(b"stsd")) if handler == b"vide" else (0, 0, None, None)
    edits = header.named(parts.get(b"edts")).get(b"elst")
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
    """Size and shape of a pixel of the first visual sample entry, and that shape as its stream says it."""
    entry = None if box is None else next(header.children(box, 8), None)
    body = header.inside(entry)
    if entry is None or len(body) < _VISUAL_ENTRY:
        return 0, 0, None, None
    width, height = struct.unpack_from(">HH", body, 24)
    inner = header.named(entry, _VISUAL_ENTRY)
    said = header.inside(inner.get(b"pasp"))
    across, down = struct.unpack(">II", said[:8]) if len(said) >= 8 else (0, 0)
    good = 0 < across < _LARGEST_RATIO and 0 < down < _LARGEST_RATIO
    return width, height, (across, down) if good else None, h264.pixel(header.inside(inner.get(b"avcC")))


def _extends(header: Header, box: Box | None) -> tuple[int, Mapping[int, Defaults]]:
    """What ``mvex`` says: the length of all fragments, and what their samples are unless they say."""
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
    """Ticks a second and length in them, as ``mvhd`` and ``mdhd`` say; zeros where they do not."""
    shape, at = (">IQ", 20) if body[:1] == b"\1" else (">II", 12)
    if len(body) < at + struct.calcsize(shape):
        return 0, 0
    scale, length = struct.unpack_from(shape, body, at)
    unknown = (1 << (64 if shape == ">IQ" else 32)) - 1  # all ones: the length is not known
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
