"""Read from the boxes of an MP4 when each frame is shown."""

from __future__ import annotations

import itertools
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from ...errors import BadFile
from .boxes import Box, Header
from .edits import shifted, shown
from .fragments import runs, samples
from .samples import Sample, count, timed
from .tracks import Movie, Track, read_movie

MOST_FRAMES = 100_000
"""The most frames of a clip: fifteen seconds at 120 frames a second are 1,800."""


@dataclass(frozen=True)
class FrameTimes:
    """How long each frame is shown, in presentation order. The first is shown from the start of the clip.

    Attributes
    ----------
    scale
        Ticks a second.
    runs
        Consecutive frames of the same length: how many, and the ticks of each.
    """

    scale: int
    runs: tuple[tuple[int, int], ...]

    @property
    def count(self) -> int:
        """The number of frames."""
        return sum(count for count, _ in self.runs)

    def times(self) -> list[float]:
        """Return when each frame begins, in seconds from the start of the clip."""
        lasting = (ticks for count, ticks in self.runs for _ in range(count))
        return [at / self.scale for at in itertools.accumulate(lasting, initial=0)][:-1]

    def plain(self) -> dict[str, Any]:
        """Return it as JSON for a page: ``{"scale": 12288, "runs": [[48, 512]]}``."""
        return {"scale": self.scale, "runs": [[count, ticks] for count, ticks in self.runs]}


def frame_times(path: Path) -> FrameTimes | None:
    """Read when each frame of a file's first picture track is shown, as a page's ``<video>`` shows them.

    The edit list counts as in players: what it cuts off is not shown. If the first frame is due after the clip begins,
    pages show it from the start, and so it is counted here.

    Returns
    -------
    FrameTimes or None
        None if the boxes do not say: the file is no whole MP4, shows two pictures at once, or can't be read.
    """
    try:
        with path.open("rb") as file:
            return _read(file, path.stat().st_size)
    except (BadFile, OSError, struct.error, OverflowError, MemoryError):
        return None


def _read(file: BinaryIO, size: int) -> FrameTimes | None:
    found, film = read_movie(file, size)
    track = film.picture if film else None
    if film is None or track is None or not track.scale:
        return None
    in_header = timed(film.header, track) if count(film.header, track) else []
    if film.fragmented:
        in_fragments = _fragments(file, found, film, track, sum(sample.lasts for sample in in_header))
        pictures = shifted([*in_header, *in_fragments], track.edits, track.scale, film.scale)
    else:
        pictures = shown(in_header, track.edits, track.scale, film.scale) or []
    return None if len(pictures) > MOST_FRAMES else _runs(track.scale, pictures)


def _fragments(file: BinaryIO, found: list[Box], film: Movie, track: Track, begins: int) -> list[Sample]:
    """Return the track's samples in fragments, in decoding order."""
    headers = (Header.read(file, box, film.header.tally) for box in found if box.kind == b"moof")
    return samples([run for header in headers for run in runs(film, header) if run.track == track.id], begins)


def _runs(scale: int, pictures: list[tuple[int, int]]) -> FrameTimes | None:
    """Group pictures in presentation order by how long each is shown."""
    if not pictures:
        return None
    ends = [at for at, _ in pictures[1:]]
    last = pictures[-1][1] or (ends[-1] - pictures[-2][0] if ends else 0)  # some writers give the last one no length
    lasting = [end - at for (at, _), end in zip(pictures, [*ends, pictures[-1][0] + last], strict=True)]
    if min(lasting) <= 0:
        return None
    lasting[0] += max(pictures[0][0], 0)  # a page shows the first one until then, too
    return FrameTimes(scale, tuple((len(list(run)), ticks) for ticks, run in itertools.groupby(lasting)))
