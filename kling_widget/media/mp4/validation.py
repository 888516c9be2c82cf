"""Check that a file is a whole MP4: walk its boxes as players do and see that each sample is there; decode nothing."""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from ...errors import BadFile
from . import samples
from .boxes import TOP_LEVEL, Box, Header
from .file_kinds import recognise
from .fragments import runs
from .geometry import shown_size
from .tracks import Movie, Track, read_movie

_SHORTER_S = 0.2  # seconds that a fragmented file may be shorter than it states: writers round
_SAMPLES_CUT_OFF = "The MP4 is cut off: some of its pictures or sound lie beyond the end."


@dataclass(frozen=True)
class Mp4:
    """A whole file: its picture size in pixels as shown, and its length in seconds."""

    width: int
    height: int
    seconds: float


def check(path: Path) -> Mp4:
    """Read a file's headers and check that everything they refer to is there.

    The order of the boxes does not matter, nor do trailing bytes; the samples may be in fragments.

    Raises
    ------
    BadFile
        If it is no MP4, is cut off, has no picture, or its headers are damaged.
    """
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        try:
            return _checked(file, size)
        except (struct.error, OverflowError, MemoryError) as error:
            raise BadFile("The MP4's header is damaged.") from error


def _checked(file: BinaryIO, size: int) -> Mp4:
    found, film = read_movie(file, size)
    if not found or found[0].kind not in TOP_LEVEL:
        file.seek(0)
        foreign = recognise(file.read(4096))
        raise BadFile("What came does not begin as an MP4 does" + (f": it is {foreign.what}." if foreign else "."))
    if film is None:
        raise BadFile("The MP4 has no moov box: it is not whole.")
    track = film.picture
    if track is None:
        only = any(one.handler == b"soun" for one in film.tracks)
        raise BadFile("The MP4 has sound and no picture." if only else "The MP4 has no picture.")
    pictures = samples.count(film.header, track)
    for one in film.tracks:
        for start, end in samples.chunks(film.header, one):
            _lies_within(start, end, size)
    lasts = 0.0
    if film.fragmented:
        more, lasts = _fragments(file, found, film, track, size)
        pictures += more
        _see_that_none_is_missing(file, found, film, lasts, size)
    if not pictures:
        raise BadFile("The MP4 has no picture.")
    width, height = shown_size(film, track)
    seconds = _seconds(film, track, lasts)
    if not (width and height and seconds):
        raise BadFile("The MP4's header does not say its size or length.")
    return Mp4(width, height, seconds)


def _fragments(file: BinaryIO, found: list[Box], film: Movie, track: Track, size: int) -> tuple[int, float]:
    """Check the samples of all fragments; return how many pictures they hold, and when the last sample ends."""
    pictures = 0
    ends: dict[int, int] = {}
    for box in found:
        if box.kind != b"moof":
            continue
        for run in runs(film, Header.read(file, box, film.header.tally)):
            _lies_within(run.start, run.end, size)
            pictures += len(run.samples) * (run.track == track.id)
            begins = ends.get(run.track, 0) if run.begins is None else run.begins
            ends[run.track] = begins + sum(lasts for lasts, _, _ in run.samples)
    scales = {one.id: one.scale for one in film.tracks}
    return pictures, max((end / scales[one] for one, end in ends.items() if scales.get(one)), default=0.0)


def _see_that_none_is_missing(file: BinaryIO, found: list[Box], film: Movie, lasts: float, size: int) -> None:
    """Detect a file that was cut between two fragments, by its length or its index."""
    if film.scale and lasts < film.fragments_length / film.scale - _SHORTER_S:
        raise BadFile("The MP4 is cut off: it says that it is longer than what is there.")
    for box in found:
        if box.kind == b"sidx" and _indexed(Header.read(file, box, film.header.tally).body, box.end) > size:
            raise BadFile("The MP4 is cut off: its index names fragments that are not there.")


def _indexed(body: bytes, after: int) -> int:
    """Return where the last fragment of an index (``sidx``) ends, in bytes from the file's start."""
    at = 28 if body[:1] == b"\1" else 20
    if len(body) < at + 4:
        return 0
    first = int.from_bytes(body[20:28] if at == 28 else body[16:20], "big")
    number = int.from_bytes(body[at + 2 : at + 4], "big")
    if len(body) < at + 4 + 12 * number:
        return 0
    sizes: list[int] = [
        entry & 0x7FFFFFFF for entry, _, _ in struct.iter_unpack(">III", body[at + 4 : at + 4 + 12 * number])
    ]
    return after + first + sum(sizes)


def _lies_within(start: int, end: int, size: int) -> None:
    if end > size:
        raise BadFile(_SAMPLES_CUT_OFF)
    if start < 8:
        raise BadFile("The MP4's header is damaged: it says that its pictures lie where they can't.")


def _seconds(film: Movie, track: Track, lasts: float) -> float:
    """Return the length in seconds: the header's, else that of the fragments, else that of the pictures."""
    stated = film.length / film.scale if film.scale else 0.0
    if stated or lasts:
        return float(max(stated, lasts))  # a fragmented file's header may cover the first fragment only
    timed = samples.timed(film.header, track) if track.scale else []
    return (timed[-1].decoded + timed[-1].lasts) / track.scale if timed else 0.0
