"""Read from a movie's tables where the samples of a track are, and when each is due."""

from __future__ import annotations

import itertools
import struct
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ...errors import BadFile
from .boxes import Box, Header
from .tracks import Track

_FEW = "The MP4's tables do not say where each sample lies."
_SHORT = "A table of the MP4 is shorter than it says."


@dataclass(frozen=True)
class Sample:
    """One sample, in the ticks of its track.

    Attributes
    ----------
    decoded
        When it is decoded.
    lasts
        How long until the next one.
    later
        How long after decoding it is shown.
    key
        Whether it can be decoded by itself.
    """

    decoded: int
    lasts: int
    later: int
    key: bool

    @property
    def shown(self) -> int:
        """When it is shown."""
        return self.decoded + self.later


def count(header: Header, track: Track) -> int:
    """Return how many samples a track has by its size table; 0 without one."""
    body = header.inside(track.tables.get(b"stsz") or track.tables.get(b"stz2"))
    return int.from_bytes(body[8:12], "big") if len(body) >= 12 else 0


def chunks(header: Header, track: Track) -> Iterator[tuple[int, int]]:
    """Yield where each chunk of a track begins and ends, in bytes from the file's start.

    Raises
    ------
    BadFile
        If the tables are damaged or incomplete.
    """
    total = count(header, track)
    if total == 0:
        return
    size_before = _sizes(header, track, total)
    first = 0
    for place, holds in zip(_places(header, track), _holding(header, track), strict=False):
        if first >= total:
            break
        last = min(first + holds, total)
        yield place, place + size_before(last) - size_before(first)
        first = last
    if first < total:
        raise BadFile(_FEW)


def timed(header: Header, track: Track) -> list[Sample]:
    """Return the samples of a track in decoding order; empty if the tables do not say when each is due.

    Raises
    ------
    BadFile
        If the tables are damaged, or there are more samples than any real clip has.
    """
    total = count(header, track)
    header.tally.samples(total)
    lasting = _spread(header, track.tables.get(b"stts"), ">II", total + 1)
    later = [0] * total
    if b"ctts" in track.tables:  # signed in either version, as in all players
        later = _spread(header, track.tables[b"ctts"], ">Ii", total)
    if len(lasting) != total or len(later) < total:
        return []
    keys = _keys(header, track)
    begins = itertools.accumulate(lasting, initial=0)
    return [
        Sample(at, lasts, offset, keys is None or number in keys)
        for number, (at, lasts, offset) in enumerate(zip(begins, lasting, later, strict=False))
    ]


def _sizes(header: Header, track: Track, total: int) -> Callable[[int], int]:
    """Return a function that gives the total size in bytes of a track's first samples."""
    body = header.inside(track.tables.get(b"stsz") or track.tables.get(b"stz2"))
    if b"stsz" in track.tables and (each := int.from_bytes(body[4:8], "big")):
        return lambda number: number * each
    header.tally.samples(total)
    bits = 32 if b"stsz" in track.tables else body[7] if total else 8
    if bits not in (4, 8, 16, 32) or len(body) < 12 + (total * bits + 7) // 8:
        raise BadFile(_SHORT)
    table = body[12 : 12 + (total * bits + 7) // 8]
    if bits == 4:
        sizes: list[int] = [half for byte in table for half in (byte >> 4, byte & 15)][:total]
    else:
        sizes = [size for (size,) in struct.iter_unpack({8: ">B", 16: ">H", 32: ">I"}[bits], table)]
    return array("Q", itertools.accumulate(sizes, initial=0)).__getitem__


def _places(header: Header, track: Track) -> Iterator[int]:
    """Yield where each chunk of a track begins."""
    far = b"stco" not in track.tables
    shape, size = (">Q", 8) if far else (">I", 4)
    body = header.inside(track.tables.get(b"co64" if far else b"stco"))
    number = int.from_bytes(body[4:8], "big")
    if len(body) < 8 + number * size:
        raise BadFile(_SHORT)
    header.tally.samples(number)
    return (place for (place,) in struct.iter_unpack(shape, body[8 : 8 + number * size]))


def _holding(header: Header, track: Track) -> Iterator[int]:
    """Yield how many samples each chunk of a track holds, without end."""
    body = header.inside(track.tables.get(b"stsc"))
    number = int.from_bytes(body[4:8], "big")
    if len(body) < 8 + number * 12:
        raise BadFile(_SHORT)
    header.tally.samples(number)
    chunk, holds = 1, 0
    for first, per_chunk, _ in struct.iter_unpack(">III", body[8 : 8 + number * 12]):
        if first < chunk:
            raise BadFile(_FEW)
        yield from itertools.repeat(holds, first - chunk)
        chunk, holds = first, per_chunk
    if holds:
        yield from itertools.repeat(holds)


def _spread(header: Header, box: Box | None, shape: str, most: int) -> list[int]:
    """Expand a run-length table to one value a sample, for at most ``most`` samples."""
    body = header.inside(box)
    number = int.from_bytes(body[4:8], "big")
    if len(body) < 8 + 8 * number:
        raise BadFile(_SHORT)
    header.tally.samples(number)  # runs of no samples cost time too
    values: list[int] = []
    for times, value in struct.iter_unpack(shape, body[8 : 8 + 8 * number]):
        values += [value] * min(times, most - len(values))
    return values


def _keys(header: Header, track: Track) -> frozenset[int] | None:
    """Return the indices of the key frames; None: all samples are."""
    if b"stss" not in track.tables:
        return None
    body = header.inside(track.tables[b"stss"])
    number = int.from_bytes(body[4:8], "big")
    if len(body) < 8 + 4 * number:
        raise BadFile(_SHORT)
    header.tally.samples(number)
    return frozenset(one - 1 for (one,) in struct.iter_unpack(">I", body[8 : 8 + 4 * number]))
