"""Measure motion, cuts and freezes from a clip's frames as small grey pictures. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

GRID = 48
"""Width and height of a grey picture, in cells: each is the mean of some hundred pixels, which averages noise out."""

FREEZE_S = 0.25
"""Seconds without a change that count as a freeze: less may be the frame rate."""

_CUT, _TIMES = 8.0, 2.0  # a cut changes more than _CUT levels plus _TIMES the usual change around it
_AROUND, _AFTER = 6, 3  # frames compared on each side of a cut, and the longest flash
_SAME, _SAME_MEAN = (
    4,
    0.6,
)  # levels by which one cell, and the mean of all, may differ in a freeze: encoders add as much

Grey = NDArray[np.uint8]


@dataclass(frozen=True)
class Motion:
    """The motion in a clip.

    Attributes
    ----------
    times
        When each frame begins, in seconds.
    amount
        How much each frame differs from the one before: the mean over all cells, 0 to 255.
    cuts
        When another shot begins, in seconds.
    freezes
        From when to when nothing changes, in seconds.
    """

    times: NDArray[np.float64]
    amount: NDArray[np.float64]
    cuts: tuple[float, ...]
    freezes: tuple[tuple[float, float], ...]


def measure(greys: Sequence[Grey], times: Sequence[float], end: float) -> Motion:
    """Measure the motion in a clip.

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
    # The second largest: another cut may be near, and animation on threes jumps every third frame.
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
        # Compared with the first frame of the stretch, not the one before: a slow fade is no freeze.
        if n < len(pictures) and _same(pictures[n], pictures[first]):
            continue
        if times[n - 1] - times[first] >= FREEZE_S - 1e-6:
            found.append((times[first], times[n] if n < len(pictures) else end))
        first = n
    return found
