"""Which samples an edit list shows, and when: as Chromium and FFmpeg do it, so that a page's frames are ours."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from .samples import Sample
from .tracks import Edit

_MOST_PLAYED = 100_000  # samples that all edits together may play: a list may play the same ones again and again
_MOST_LOOKED_AT = 2_000_000  # each edit looks at all samples


def shown(samples: Sequence[Sample], edits: Sequence[Edit], scale: int, movie: int) -> list[tuple[int, int]] | None:
    """When each picture is shown, in the order of showing, and how long it lasts; both in the track's ticks.

    The first picture of an edit is shown where the edit begins, also where the list starts between two pictures.

    Parameters
    ----------
    samples
        The track's samples, in the order of decoding.
    edits
        Its edit list; empty where there is none.
    scale, movie
        Ticks a second of the track, and of the movie.

    Returns
    -------
    list or None
        None where the list shows nothing, or more than is worth reading.
    """
    if not edits or not samples:
        return sorted((sample.shown, sample.lasts) for sample in samples)
    if len(edits) * len(samples) > _MOST_LOOKED_AT:
        return None
    empty = list(itertools.takewhile(lambda edit: edit.start == -1, edits))
    delay = sum(_ticks(edit.length, scale, movie) for edit in empty)
    played: list[tuple[int, int]] = []
    begins = delay
    for edit in edits[len(empty) :]:
        length = _ticks(edit.length, scale, movie)
        if edit.start != -1:
            played += _played(samples, edit.start, length, begins)
        if len(played) > _MOST_PLAYED:
            return None
        begins += length
    if not played:
        return None
    early = min(at for at, _ in played) - delay  # the whole list is drawn forward, so that it begins without a gap
    moved = [(at - max(early, 0), lasts) for at, lasts in played]
    # Where one part ends in the picture with which the next begins, a page shows one of the two.
    return sorted(dict(moved).items() if len(edits) > len(empty) + 1 else moved)


def shifted(samples: Sequence[Sample], edits: Sequence[Edit], scale: int, movie: int) -> list[tuple[int, int]]:
    """The same for samples that lie in fragments, where an edit list moves all of them and cuts nothing off.

    Where some are shown earlier than they are decoded, all are shown so much later.
    """
    delay, start = max((-sample.later for sample in samples if sample.later < 0), default=0), 0
    for number, edit in enumerate(edits[:2]):
        if number == 0 and edit.start == -1:
            delay += _ticks(edit.length, scale, movie)
        elif edit.start >= 0:
            start = edit.start
            break
    return sorted((sample.shown - start + delay, sample.lasts) for sample in samples)


def _played(samples: Sequence[Sample], start: int, length: int, begins: int) -> Iterator[tuple[int, int]]:
    """The pictures that one edit shows. Decoding begins at a key frame before it; what is not shown takes no time."""
    first, reordered = _key_before(samples, start), any(sample.later for sample in samples)
    clock, within, keys = begins, False, 0
    for number in range(first, len(samples)):
        sample = samples[number]
        lasts = sample.lasts if number + 1 < len(samples) else length
        if start <= sample.shown < start + length:
            within = True
            yield clock + sample.later, sample.lasts
        if within:
            clock += lasts
        if sample.shown + lasts >= start + length and sample.key:
            # Pictures that are decoded behind this key frame may be shown before it.
            keys += 1
            if keys == 2 or not reordered:
                return


def _key_before(samples: Sequence[Sample], start: int) -> int:
    """The last key frame that is shown at a moment or before it; the first sample where there is none."""
    found = 0
    for number, sample in enumerate(samples):
        if sample.key and sample.shown <= start:
            found = number
    return found


def _ticks(length: int, scale: int, movie: int) -> int:
    """A length in the movie's ticks, in the track's: rounded to the nearest, as FFmpeg does."""
    return (2 * length * scale + movie) // (2 * movie) if movie else 0
