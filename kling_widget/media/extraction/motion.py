"""How a clip moves, where it is cut and where it stands still: told from its frames as small grey pictures. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

GRID = 48
"""Width and height of a grey picture, in cells: each is the mean of some hundred pixels, so that noise falls out."""

FREEZE_S = 0.25
"""Seconds without a change from which on a clip stands still: less is a matter of its frame rate."""

_CUT, _TIMES = 8.0, 2.0  # a cut changes so many levels more than this many times what happens around it
_AROUND, _AFTER = 6, 3  # frames on each side of a cut that are looked at, and how long a flash may be
_SAME, _SAME_MEAN = (
    4,
    0.6,
)  # levels by which one cell, and all in the mean, may differ: what encoders do to a standstill

Grey = NDArray[np.uint8]


@dataclass(frozen=True)
class Motion:
    """What happens in a clip.

    Attributes
    ----------
    times
        When each frame begins, in seconds.
    amount
        How much each differs from the one before: the mean over all cells, 0 to 255.
    cuts
        The moments at which another shot begins.
    freezes
        Stretches, from and to, in which nothing changes.
    """

    times: NDArray[np.float64]
    amount: NDArray[np.float64]
    cuts: tuple[float, ...]
    freezes: tuple[tuple[float, float], ...]


def measure(greys: Sequence[Grey], times: Sequence[float], end: float) -> Motion:
    """Tell how a clip moves.

    Parameters
    ----------
    greys
        Its frames, each ``GRID`` by ``GRID``.
    times
        When each begins, in seconds, ascending.
    end
        When the last one ends.
    """
    pictures = [grey.astype(np.int16) for grey in greys]
    amount = np.array([0.0, *(_change(a, b) for a, b in itertools.pairwise(pictures))])
    cuts = [n for n in range(1, len(pictures)) if _is_cut(pictures, amount, n)]
    return Motion(np.array(times), amount, tuple(times[n] for n in cuts), tuple(_freezes(pictures, times, end)))


def _change(one: NDArray[np.int16], other: NDArray[np.int16]) -> float:
    return float(np.abs(one - other).mean())


def _is_cut(pictures: Sequence[NDArray[np.int16]], amount: NDArray[np.float64], n: int) -> bool:
    around = np.sort(np.concatenate((amount[max(1, n - _AROUND) : n], amount[n + 1 : n + 1 + _AROUND])))
    # The second largest: another cut may be near, and what was drawn on threes jumps every third frame.
    usual = float(around[-2]) if around.size >= 2 else 0.0
    if amount[n] <= _CUT + _TIMES * usual:
        return False
    # Before and after a flash the shot is the same; around a cut it is not.
    before, after = pictures[max(0, n - 1 - _AFTER)], pictures[min(n + _AFTER, len(pictures) - 1)]
    stays = min(_change(pictures[n - 1], after), _change(before, pictures[n]))
    return stays > float(amount[n]) / 2


def _same(one: NDArray[np.int16], other: NDArray[np.int16]) -> bool:
    apart = np.abs(one - other)
    return int(apart.max()) <= _SAME and float(apart.mean()) <= _SAME_MEAN


def _freezes(
    pictures: Sequence[NDArray[np.int16]], times: Sequence[float], end: float
) -> Sequence[tuple[float, float]]:
    found: list[tuple[float, float]] = []
    first = 0
    for n in range(1, len(pictures) + 1):
        # Held against the stretch's first frame, not the one before: a slow fade is no standstill.
        if n < len(pictures) and _same(pictures[n], pictures[first]):
            continue
        if times[n - 1] - times[first] >= FREEZE_S - 1e-6:
            found.append((times[first], times[n] if n < len(pictures) else end))
        first = n
    return found
