"""The fragments of an MP4 (``moof``): which samples each holds, where they are, and when they are due."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from ...errors import BadFile
from .boxes import Box, Header
from .samples import Sample
from .tracks import Defaults, Movie

_DAMAGED = "A fragment of the MP4 is damaged."
_NO_KEY = 0x10000  # sample_is_non_sync_sample

# The flags of `tfhd` and `trun`: which optional fields are present (ISO/IEC 14496-12, 8.8.7 and 8.8.8)
_BASE, _DESCRIPTION, _LASTS, _SIZE, _FLAGS, _BASE_IS_MOOF = 0x1, 0x2, 0x8, 0x10, 0x20, 0x20000
_PLACE, _FIRST_FLAGS, _EACH_LASTS, _EACH_SIZE, _EACH_FLAGS, _EACH_LATER = 0x1, 0x4, 0x100, 0x200, 0x400, 0x800


@dataclass(frozen=True)
class Run:
    """Consecutive samples of one track in the file.

    Attributes
    ----------
    track
        The track's number.
    begins
        When the first is decoded, in the track's ticks; None: when the previous run ends.
    start, end
        Where they are, in bytes from the file's start.
    samples
        For each: its ticks, its composition offset, and whether it is a key frame.
    """

    track: int
    begins: int | None
    start: int
    end: int
    samples: tuple[tuple[int, int, bool], ...]


def runs(movie: Movie, fragment: Header) -> Iterator[Run]:
    """Yield the runs of a fragment. Raises ``BadFile`` if it is damaged."""
    after: int | None = None  # where the data of the previous track ended
    for box in fragment.children(fragment.root):
        if box.kind == b"traf":
            for run in _track_runs(movie, fragment, box, after):
                after = run.end
                yield run


def samples(found: list[Run], begins: int = 0) -> list[Sample]:
    """Return the samples of one track's runs in decoding order; ``begins`` is for a first run without a time."""
    at, decoded = begins, list[Sample]()
    for run in found:
        at = at if run.begins is None else run.begins
        for lasts, later, key in run.samples:
            decoded.append(Sample(at, lasts, later, key))
            at += lasts
    return decoded


def _track_runs(movie: Movie, fragment: Header, box: Box, after: int | None) -> Iterator[Run]:
    head = begins = None
    inner = list(fragment.children(box))
    for one in inner:
        if one.kind == b"tfhd" and head is None:
            head = fragment.inside(one)
        elif one.kind == b"tfdt":
            body = fragment.inside(one)
            begins = int.from_bytes(body[4:12] if body[:1] == b"\1" else body[4:8], "big")
    if head is None or len(head) < 8:
        raise BadFile(_DAMAGED)
    fields = _Fields(head)
    track = fields.take(">I")
    base = fields.take(">Q") if fields.flags & _BASE else None
    if base is None:
        base = fragment.at if fields.flags & _BASE_IS_MOOF or after is None else after
    if fields.flags & _DESCRIPTION:
        fields.take(">I")
    usual = movie.defaults.get(track, Defaults())
    usual = Defaults(
        lasts=fields.take(">I") if fields.flags & _LASTS else usual.lasts,
        size=fields.take(">I") if fields.flags & _SIZE else usual.size,
        flags=fields.take(">I") if fields.flags & _FLAGS else usual.flags,
    )
    place = base
    for one in inner:
        if one.kind == b"trun":
            run = _run(fragment, fragment.inside(one), track, usual, base, place, begins)
            place, begins = run.end, None
            yield run


def _run(fragment: Header, body: bytes, track: int, usual: Defaults, base: int, place: int, begins: int | None) -> Run:
    fields = _Fields(body)
    flags = fields.flags
    count = fields.take(">I")
    fragment.tally.samples(count)
    start = base + fields.take(">i") if flags & _PLACE else place
    first = fields.take(">I") if flags & _FIRST_FLAGS else None
    size = 0
    found: list[tuple[int, int, bool]] = []
    for number in range(count):
        lasts = fields.take(">I") if flags & _EACH_LASTS else usual.lasts
        size += fields.take(">I") if flags & _EACH_SIZE else usual.size
        mine = fields.take(">I") if flags & _EACH_FLAGS else usual.flags
        if number == 0 and first is not None:
            mine = first
        later = fields.take(">i") if flags & _EACH_LATER else 0
        found.append((lasts, later, not mine & _NO_KEY))
    if start < 0:
        raise BadFile(_DAMAGED)
    return Run(track, begins, start, start + size, tuple(found))


class _Fields:
    """Reads the fields of a box with version and flags one after the other."""

    def __init__(self, body: bytes) -> None:
        if len(body) < 8:
            raise BadFile(_DAMAGED)
        self._body, self._at = body, 4
        self.flags = int.from_bytes(body[1:4], "big")

    def take(self, shape: str) -> int:
        size = 8 if shape == ">Q" else 4
        if self._at + size > len(self._body):
            raise BadFile(_DAMAGED)
        value: int = struct.unpack_from(shape, self._body, self._at)[0]
        self._at += size
        return value
