"""How a stored picture is shown: turned, flipped, and with square pixels, as ``<video>`` does.

The rules are those of Chromium and FFmpeg, which agree. Only quarter turns and flips count. The shape of a pixel comes
from ``pasp``, else from a matrix that stretches, else from a size in ``tkhd`` that differs from the stored one, else
from the stream.
"""

from __future__ import annotations

import math
import os
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ...errors import BadFile
from .tracks import IDENTITY, Matrix, Movie, Track, read_movie

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
_STRETCHED = 0.01  # how much more one side must be stretched than the other to count


_FARTHEST = 32_767  # the longest side in pixels that pages show


@dataclass(frozen=True)
class Geometry:
    """How a stored picture is shown.

    Attributes
    ----------
    turn
        What is done to it.
    pixel
        Width and height of one of its pixels.
    """

    turn: Turn = "none"
    pixel: tuple[float, float] = (1, 1)

    def squared(self, width: int, height: int) -> tuple[int, int]:
        """Return the size of a stored picture with square pixels, before it is turned."""
        across, down = self.pixel
        square = round(width * max(1.0, across / down)), round(height * max(1.0, down / across))
        return square if max(square) <= _FARTHEST else (width, height)

    def size(self, width: int, height: int) -> tuple[int, int]:
        """Return the size at which a stored picture is shown."""
        return self.turned(*self.squared(width, height))

    def turned(self, width: int, height: int) -> tuple[int, int]:
        """Convert a size before the turn to one after it, or back."""
        return (height, width) if self.turn in _SIDEWAYS else (width, height)


def geometry(movie: Movie, track: Track) -> Geometry:
    """Return how a track's pictures are shown."""
    matrix = _product(track.matrix, movie.matrix)
    turn = _TURNS.get((matrix[0], matrix[1], matrix[3], matrix[4]), "none")
    return Geometry(turn, _pixel(track, matrix))


def shown_size(movie: Movie, track: Track) -> tuple[int, int]:
    """Return width and height of a track's pictures as they are shown, in pixels; 0 if the file does not say."""
    return geometry(movie, track).size(track.coded_width or track.width, track.coded_height or track.height)


def geometry_of(path: Path) -> Geometry:
    """Return how the pictures of a file are shown; unchanged if its boxes do not say.

    Raises
    ------
    OSError
        If it can't be read.
    """
    with path.open("rb") as file:
        try:
            film = read_movie(file, os.fstat(file.fileno()).st_size)[1]
        except (BadFile, struct.error):
            film = None
    return geometry(film, film.picture) if film and film.picture else Geometry()


def _pixel(track: Track, matrix: Matrix) -> tuple[float, float]:
    """Return width and height of a pixel."""
    if track.pixel:
        return track.pixel
    if matrix != IDENTITY:
        across, down = math.hypot(matrix[0], matrix[3]), math.hypot(matrix[1], matrix[4])
        if across and down and abs(across / down - 1) > _STRETCHED:
            return across, down
    stated, coded = (track.width, track.height), (track.coded_width, track.coded_height)
    if stated != coded and all(stated) and all(coded):
        return stated[0] * coded[1], stated[1] * coded[0]
    return track.coded_pixel or (1, 1)


def _product(one: Matrix, other: Matrix) -> Matrix:
    """Multiply two matrices as far as turns and sizes go."""
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
