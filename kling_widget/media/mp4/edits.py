"""Which samples an edit list shows, and when, by the rules of Chromium and FFmpeg: our frames are the page's."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from .samples import Sample
from .tracks import Edit

_MOST_PLAYED = 100_000  # samples that all edits together may play: a list may repeat them
_MOST_VISITED = 2_000_000  # each edit visits all samples


def shown(samples: Sequence[Sample], edits: Sequence[Edit], scale: int, movie: int) -> list[tuple[int, int]] | None:
    """Return when each picture is shown and for how long, in presentation order; both in the track's ticks.

    The first picture of an edit is shown from the edit's start, even if that lies between two pictures.

    Parameters
    ----------
    samples
        The track's samples, in decoding order.
    edits
        Its edit list, which may be empty.
    scale, movie
        Ticks a second of the track, and of the movie.

    Returns
    -------
    list or None
        None if the list shows nothing, or too much.
    """
    if not edits or not samples:
        return sorted((sample.shown, sample.lasts) for sample in samples)
    if len(edits) * len(samples) > _MOST_VISITED:
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
    early = min(at for at, _ in played) - delay  # moved forward as a whole, so that it begins without a gap
    moved = [(at - max(early, 0), lasts) for at, lasts in played]
    # If one edit ends in the picture that the next begins with, a page shows it once.
    return sorted(dict(moved).items() if len(edits) > len(empty) + 1 else moved)


def shifted(samples: Sequence[Sample], edits: Sequence[Edit], scale: int, movie: int) -> list[tuple[int, int]]:
    """Return the same for samples in fragments, where an edit list moves all samples and cuts nothing off.

    If some are shown before they are decoded, all are shown later by as much.
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
    """Yield the pictures that one edit shows. Decoding starts at a key frame before it; hidden ones take no time."""
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
            # Pictures that are decoded after this key frame may be shown before it.
            keys += 1
            if keys == 2 or not reordered:
                return


def _key_before(samples: Sequence[Sample], start: int) -> int:
    """Return the index of the last key frame shown at or before a moment; 0 if there is none."""
    found = 0
    for number, sample in enumerate(samples):
        if sample.key and sample.shown <= start:
            found = number
    return found


def _ticks(length: int, scale: int, movie: int) -> int:
    """Convert a length from the movie's ticks to the track's, rounded to the nearest as in FFmpeg."""
    return (2 * length * scale + movie) // (2 * movie) if movie else 0
