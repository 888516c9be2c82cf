"""The frame number, written into the picture so that a machine can read which frame is shown.

Along the upper edge, from the left corner, run 16 cells of black or white, like the edge code of a plan. They survive
the encoder and a picture scaled down to 640 pixels of width.

=========  ======================================================
cells      meaning
=========  ======================================================
0, 1       white, black: the start; they also give the two levels
2 to 13    the frame number, 12 bits, the highest first
14         makes the white cells among 2, 4, … 14 an even number
15         makes the white cells among 3, 5, … 15 an even number
=========  ======================================================
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

CELLS = 16
"""How many cells there are."""

CELLS_PER_SIDE = 45
"""A cell is as wide as the picture's short side divided by this (24 pixels at 1080)."""

ROWS_PER_CELL = 2 / 3
"""How high a cell is, in widths (16 pixels at 1080)."""


def cell_size(width: int, height: int) -> tuple[float, float]:
    """Width and height of one cell, in pixels, in a picture of that size."""
    wide = min(width, height) / CELLS_PER_SIDE
    return wide, wide * ROWS_PER_CELL


def encoded(frame: int) -> list[bool]:
    """Return a frame number (0 to 4095) as cells, True for white: two marks, twelve bits, two for their parity.

    Raises
    ------
    ValueError
        If the number does not fit 12 bits.
    """
    if not 0 <= frame < 4096:
        raise ValueError(f"a frame number lies between 0 and 4095, not {frame}")
    bits = [bool(frame >> (11 - i) & 1) for i in range(12)]
    return [True, False, *bits, sum(bits[0::2]) % 2 == 1, sum(bits[1::2]) % 2 == 1]


def write_frame_number(luma: npt.NDArray[np.uint8], frame: int) -> None:
    """Write a frame number into a limited-range luma plane (height by width)."""
    wide, high = cell_size(luma.shape[1], luma.shape[0])
    row = np.repeat(np.where(encoded(frame), 235, 16).astype(np.uint8), round(wide))
    luma[: round(high), : row.size] = row


def read_frame_number(picture: npt.NDArray[np.uint8]) -> int:
    """Read the frame number from a picture.

    Parameters
    ----------
    picture
        An RGB (or RGBA) array, height by width by channels, 0 to 255: a whole frame, at any scale down to 640
        pixels of width.

    Returns
    -------
    int
        The number of the frame, 0 for the first.

    Raises
    ------
    ValueError
        If there is no pattern, or it does not add up.
    """
    wide, high = cell_size(picture.shape[1], picture.shape[0])
    top = int(high * 0.25)
    middle = picture[top : max(top + 1, round(high * 0.75)), : int(wide * CELLS) + 1, :3].mean(axis=(0, 2))
    starts = [int(wide * (i + 0.3)) for i in range(CELLS)]
    levels = [float(middle[start : start + max(1, round(wide * 0.4))].mean()) for start in starts]
    white, black = levels[0], levels[1]
    if white - black < 80:
        raise ValueError(f"no frame pattern: its first two cells should be white and black, they are {levels[:2]}")
    read = [level > (white + black) / 2 for level in levels]
    frame = sum(bit << (11 - i) for i, bit in enumerate(read[2:14]))
    if read != encoded(frame):
        raise ValueError(f"the frame pattern does not add up: {''.join('#' if bit else '.' for bit in read)}")
    return frame
