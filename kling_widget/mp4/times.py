"""When each frame of an MP4 is shown, by its boxes."""

from __future__ import annotations

import itertools
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from ..errors import BadFile
from .boxes import Box, boxes, inside, within
from .whole import MOST_HEADER

MOST_FRAMES = 100_000
"""Frames that are believed: fifteen seconds at 120 frames a second are 1,800."""

_TABLE = 16 + 12 * MOST_FRAMES  # bytes of the largest table that says something of so many frames
_FOREVER = 1 << 62


@dataclass(frozen=True)
class FrameTimes:
    """How long each frame is shown, in the order of showing. The first is shown from the clip's beginning.

    Attributes
    ----------
    scale
        Ticks a second.
    runs
        Frames that last equally long, one after the other: how many, and the ticks that each lasts.
    """

    scale: int
    runs: tuple[tuple[int, int], ...]

    @property
    def count(self) -> int:
        """How many frames there are."""
        return sum(count for count, _ in self.runs)

    def times(self) -> list[float]:
        """When each frame begins, in seconds from the clip's beginning."""
        lasting = (ticks for count, ticks in self.runs for _ in range(count))
        return [at / self.scale for at in itertools.accumulate(lasting, initial=0)][:-1]

    def plain(self) -> dict[str, Any]:
        """The same for a page: ``{"scale": 12288, "runs": [[48, 512]]}``."""
        return {"scale": self.scale, "runs": [[count, ticks] for count, ticks in self.runs]}


def frame_times(path: Path) -> FrameTimes | None:
    """Read when each frame of a file's first picture track is shown, as a page's ``<video>`` shows them.

    The edit list is honoured as players do: what it cuts off at the beginning or the end is not shown. Where the first
    frame is due later than the clip begins, pages show it from the beginning on, and so it is counted here.

    Returns
    -------
    FrameTimes or None
        None where the boxes do not say it: a file that is fragmented, plays parts twice or at another speed, is no
        whole MP4, or can't be read.
    """
    try:
        with path.open("rb") as file:
            return _read(file, path.stat().st_size)
    except (BadFile, OSError):
        return None


def _read(file: BinaryIO, size: int) -> FrameTimes | None:
    moov = next((box for box in boxes(file, 0, size) if box.kind == b"moov"), None)
    if moov is None or moov.end - moov.start > MOST_HEADER or within(file, moov, b"mvex"):
        return None
    track = next((box for box in boxes(file, moov.start, moov.end) if box.kind == b"trak" and _shows(file, box)), None)
    if track is None:
        return None
    scale, movie = _scale(file, within(file, track, b"mdia", b"mdhd")), _scale(file, within(file, moov, b"mvhd"))
    samples = _samples(file, within(file, track, b"mdia", b"minf", b"stbl"))
    edit = _edit(file, within(file, track, b"edts", b"elst"))
    if not scale or not movie or not samples or edit is None:
        return None
    delay, since, length = edit
    until = since + round(length * scale / movie) if length else _FOREVER
    shown = sorted((at, lasts) for at, lasts in samples if since <= at < until)
    if not shown:
        return None
    ends = [at for at, _ in shown[1:]]
    last = shown[-1][1] or (ends[-1] - shown[-2][0] if ends else 0)  # some writers give the last one no length
    lasting = [end - at for (at, _), end in zip(shown, [*ends, shown[-1][0] + last], strict=True)]
    if min(lasting) <= 0:
        return None
    lasting[0] += round(delay * scale / movie) + shown[0][0] - since  # a page shows the first one until then, too
    return FrameTimes(scale, tuple((len(list(run)), ticks) for ticks, run in itertools.groupby(lasting)))


def _shows(file: BinaryIO, track: Box) -> bool:
    """Whether a track is one of pictures."""
    handler = within(file, track, b"mdia", b"hdlr")
    return handler is not None and inside(file, handler, 4096)[8:12] == b"vide"


def _scale(file: BinaryIO, header: Box | None) -> int:
    """Ticks a second, as a movie's or a track's header (``mvhd``, ``mdhd``) says; 0 where it does not."""
    body = b"" if header is None else inside(file, header, 4096)
    at = 20 if body[:1] == b"\1" else 12
    return int.from_bytes(body[at : at + 4], "big") if len(body) >= at + 4 else 0


def _edit(file: BinaryIO, table: Box | None) -> tuple[int, int, int] | None:
    """What an edit list says: the delay and the length in the movie's ticks (0: to the end), the start in the track's.

    None where it says more than that one part is played once, at its speed.
    """
    if table is None:
        return 0, 0, 0
    body = inside(file, table, 4096)
    entry = ">Qqi" if body[:1] == b"\1" else ">Iii"
    count = int.from_bytes(body[4:8], "big")
    if len(body) < 8 + count * struct.calcsize(entry):
        return None
    edits = [struct.unpack_from(entry, body, 8 + n * struct.calcsize(entry)) for n in range(count)]
    delays = list(itertools.takewhile(lambda edit: edit[1] == -1, edits))
    played = edits[len(delays) :]
    if not played and not delays:
        return 0, 0, 0
    if len(played) != 1 or played[0][1] < 0 or played[0][2] != 1 << 16:
        return None
    return sum(edit[0] for edit in delays), played[0][1], played[0][0]


def _samples(file: BinaryIO, tables: Box | None) -> list[tuple[int, int]]:
    """When each sample is due and how long it lasts, in ticks, in the order of decoding; empty where it is not said."""
    named = {} if tables is None else {box.kind: box for box in boxes(file, tables.start, tables.end)}
    if b"stts" not in named:
        return []
    lasting = _spread(_pairs(inside(file, named[b"stts"], _TABLE), ">II"))
    later = [0] * len(lasting)
    if b"ctts" in named:  # read with a sign in either version, as all players do
        later = _spread(_pairs(inside(file, named[b"ctts"], _TABLE), ">Ii"))
    if len(later) < len(lasting) or len(lasting) != _counted(file, named):
        return []
    begins = itertools.accumulate(lasting, initial=0)
    return [(at + offset, lasts) for at, offset, lasts in zip(begins, later, lasting, strict=False)]


def _counted(file: BinaryIO, named: dict[bytes, Box]) -> int:
    """How many samples the table of their sizes has; -1 where there is none."""
    for kind in (b"stsz", b"stz2"):
        if kind in named:
            file.seek(named[kind].start + 8)
            return int.from_bytes(file.read(4), "big")
    return -1


def _pairs(body: bytes, shape: str) -> Iterable[tuple[int, int]]:
    count = int.from_bytes(body[4:8], "big")
    if len(body) < 8 + 8 * count:
        raise BadFile("A table of the MP4 is shorter than it says.")
    return (struct.unpack_from(shape, body, 8 + 8 * n) for n in range(count))


def _spread(runs: Iterable[tuple[int, int]]) -> list[int]:
    """One value a sample, from how often each comes in a row."""
    values: list[int] = []
    for count, value in runs:
        if len(values) + count > MOST_FRAMES:
            raise BadFile("The MP4 has more frames than any real clip.")
        values += [value] * count
    return values
