"""How a picture that is stored is shown: turned, flipped, and with its pixels made square, as pages' ``<video>`` does.

The rules are those of Chromium and FFmpeg, which agree: only whole turns and flips count; what makes pixels oblong is
what ``pasp`` says, else a matrix that stretches, else a size in ``tkhd`` that is not the stored one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from .tracks import IDENTITY, Matrix, Movie, Track

Turn = Literal["none", "right", "half", "left", "mirrored", "upside down", "transposed", "transversed"]
"""What is done to a stored picture: turned to the right by 90 degrees, by 180, to the left; left and right swapped; top
and bottom swapped; mirrored along one diagonal or the other."""

_ONE = 1 << 16
_TURNS: dict[tuple[int, int, int, int], Turn] = {
    (_ONE, 0, 0, _ONE): "none",
    (0, _ONE, -_ONE, 0): "right",
    (-_ONE, 0, 0, -_ONE): "half",
    (0, -_ONE, _ONE, 0): "left",
    (-_ONE, 0, 0, _ONE): "mirrored",
    (_ONE, 0, 0, -_ONE): "upside down",
    (0, _ONE, _ONE, 0): "transposed",
    (0, -_ONE, -_ONE, 0): "transversed",
}
_SIDEWAYS = frozenset(("right", "left", "transposed", "transversed"))
_STRETCHED = 0.01  # how much more one side must be stretched than the other, to be meant


@dataclass(frozen=True)
class Geometry:
    """How a picture is shown.

    Attributes
    ----------
    turn
        What is done to the stored picture.
    width, height
        The stored picture's size with square pixels, before it is turned.
    """

    turn: Turn
    width: int
    height: int

    @property
    def size(self) -> tuple[int, int]:
        """Width and height as shown, in pixels."""
        return (self.height, self.width) if self.turn in _SIDEWAYS else (self.width, self.height)


def geometry(movie: Movie, track: Track) -> Geometry:
    """Say how a track's pictures are shown; sizes are 0 where the file does not say them."""
    width, height = track.coded_width or track.width, track.coded_height or track.height
    matrix = _product(track.matrix, movie.matrix)
    turn = _TURNS.get((matrix[0], matrix[1], matrix[3], matrix[4]), "none")
    across, down = _pixel(track, matrix, width, height)
    if across > down:
        width = round(width * across / down)
    elif across < down:
        height = round(height * down / across)
    return Geometry(turn, width, height)


def _pixel(track: Track, matrix: Matrix, width: int, height: int) -> tuple[float, float]:
    """Width and height of a pixel."""
    if track.pixel:
        return track.pixel
    if matrix != IDENTITY:
        across, down = math.hypot(matrix[0], matrix[3]), math.hypot(matrix[1], matrix[4])
        if across and down and abs(across / down - 1) > _STRETCHED:
            return across, down
    if track.width and track.height and width and height and (track.width, track.height) != (width, height):
        return track.width * height, track.height * width
    return 1, 1


def _product(one: Matrix, other: Matrix) -> Matrix:
    """One matrix after the other, as far as turns and sizes go: the columns of a picture's plane."""
    if other == IDENTITY:
        return one
    a, b, c, d = one[0], one[1], one[3], one[4]
    e, f, g, h = other[0], other[1], other[3], other[4]
    return (
        (a * e + b * g) >> 16,
        (a * f + b * h) >> 16,
        0,
        (c * e + d * g) >> 16,
        (c * f + d * h) >> 16,
        0,
        0,
        0,
        1 << 30,
    )
