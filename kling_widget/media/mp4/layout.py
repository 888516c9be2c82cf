"""Lay out a copied MP4 whose header has grown, and move the offsets in the header with the media."""

from __future__ import annotations

import bisect
import math
import struct
from collections.abc import Callable, Sequence

from ...errors import BadFile
from .boxes import Box, Header, Tally
from .labels import box as boxed
from .tracks import movie

Layout = list["bytes | tuple[int, int]"]
"""A file's pieces in order: bytes, or a range of the source as its start and end."""

_FARTHEST = {b"stco": (">I", 4, 2**32 - 1), b"co64": (">Q", 8, 2**64 - 1)}  # format, size and limit of an offset


def lay_out(kept: Sequence[Box], header: bytes, grown: bytes) -> Layout:
    """Lay out a copy of a file with another header.

    Parameters
    ----------
    kept
        The source's boxes to copy, in order; one of them is ``moov``.
    header
        The body of that ``moov``.
    grown
        The new body; offsets in it are moved with the media.

    Raises
    ------
    BadFile
        If the source's media is too large for its own header.
    """
    try:
        return _in_order(kept, header, grown)
    except OverflowError:
        # The tables reach 4 GiB. A header behind the media moves nothing.
        moov = next(one for one in kept if one.kind == b"moov")
        return _in_order([*(one for one in kept if one is not moov), moov], header, grown)


def _in_order(order: Sequence[Box], header: bytes, grown: bytes) -> Layout:
    moov = next(one for one in order if one.kind == b"moov")
    last = max(order, key=lambda one: one.end)
    at, moves = 0, list[tuple[int, int, int]]()  # from where to where in the source, and by how much it moved
    for one in order:
        if one is not moov:
            moves.append((one.at, one.end, at - one.at))
        at += 8 + len(grown) if one is moov else one.end - one.at
    moves.sort()

    def moved(place: int) -> int:
        start, end, by = moves[max(bisect.bisect_right(moves, (place, math.inf)) - 1, 0)]
        return place + by if start <= place < end else place

    if any(by for _, _, by in moves):
        grown = with_places(grown, moved)
    pieces: Layout = []
    for one in order:
        if one is moov:
            pieces.append(boxed(b"moov", grown))
        elif one is last and one.start - one.at == 8:
            # Its length may be "to the end of the file", which a story behind it makes wrong.
            if one.end - one.at >= 2**32:
                raise BadFile("The MP4's media is too large to be followed by a story. Save it without: story=False.")
            pieces += [struct.pack(">I4s", one.end - one.at, one.kind), (one.start, one.end)]
        else:
            pieces.append((one.at, one.end))
    return pieces


def with_places(header: bytes, moved: Callable[[int], int]) -> bytes:
    """Return a header whose chunk tables have moved offsets.

    Raises
    ------
    OverflowError
        If an offset does not fit into its table.
    """
    changed = bytearray(header)
    for track in movie(Header(header, Tally())).tracks:
        for table in track.tables.values():
            if table.kind not in _FARTHEST:
                continue
            shape, size, farthest = _FARTHEST[table.kind]
            count = int.from_bytes(header[table.start + 4 : table.start + 8], "big")
            if table.start + 8 + count * size > table.end:
                raise BadFile("The MP4's table of chunks is shorter than it says.")
            for at in range(table.start + 8, table.start + 8 + count * size, size):
                place = moved(struct.unpack_from(shape, header, at)[0])
                if place > farthest:
                    raise OverflowError(place)
                struct.pack_into(shape, changed, at, place)
    return bytes(changed)
