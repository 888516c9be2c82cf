"""Draw a strip: a clip's frames side by side, and below them a band that shows motion, cuts and freezes.

The whole width is the whole clip, whatever its length and shape, so that a strip fits under a time line as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .motion import Motion

WIDTH, HEIGHT = 1920, 112
"""Size of a strip in pixels: twice 960 by 56."""

BAND = 16
"""Height of the band, in pixels."""

FRAMES_HEIGHT = HEIGHT - BAND - 4
"""Height of the frames, in pixels; a line of background separates them from the band."""

_GROUND = (11, 12, 15)  # the background, --kw-film in the widgets' CSS
_GAP = 2  # between frames
_DIM, _BRIGHT = np.array((74, 84, 104)), np.array((190, 205, 232))
_CUT, _CUT_WIDTH = np.array((255, 255, 255)), 4
_FROZEN, _EDGE = np.array((98, 28, 36)), np.array((214, 84, 84))
_LEAST, _MOST = 0.08, 16.0  # levels of change at the bottom and the top of the band: a slow pan is in the middle


def places(width: int, height: int) -> int:
    """Return how many frames a clip's strip has: as many as fit whole, 12 to 36 (12 at 16:9)."""
    return max(12, min(36, round(WIDTH / (FRAMES_HEIGHT * width / height))))


def draw(pictures: Sequence[Image.Image], motion: Motion, end: float) -> Image.Image:
    """Draw a strip.

    Parameters
    ----------
    pictures
        Frames of the clip, evenly spread over it.
    motion
        The clip's motion.
    end
        The clip's length, in seconds.
    """
    strip = Image.new("RGB", (WIDTH, HEIGHT), _GROUND)
    edges = [round(n * WIDTH / len(pictures)) for n in range(len(pictures) + 1)]
    for picture, left, right in zip(pictures, edges, edges[1:], strict=False):
        size = (right - left - _GAP, FRAMES_HEIGHT)
        strip.paste(_fill(picture, size), (left + _GAP // 2, 0))
    strip.paste(Image.fromarray(band(motion, end)), (0, HEIGHT - BAND))
    return strip


def band(motion: Motion, end: float) -> NDArray[np.uint8]:
    """Draw the band below the frames, ``BAND`` by ``WIDTH`` by RGB: higher and brighter with more motion.

    A cut is a white line, a freeze a red stretch.
    """
    columns = (np.arange(WIDTH) + 0.5) / WIDTH * end
    calm = ~np.isin(motion.times, motion.cuts)  # a cut is no motion
    calm[:1] = len(calm) == 1  # nothing comes before the first frame
    amount = np.interp(columns, motion.times[calm], motion.amount[calm]) if calm.any() else np.zeros(WIDTH)
    level = np.clip(np.log(np.maximum(amount, _LEAST) / _LEAST) / np.log(_MOST / _LEAST), 0, 1)
    high = 1 + level * (BAND - 1)
    cover = np.clip(high[None] - np.arange(BAND - 1, -1, -1)[:, None], 0, 1)[..., None]
    ink = _DIM + (_BRIGHT - _DIM) * level[:, None]
    drawn = np.array(_GROUND) * (1 - cover) + ink[None] * cover
    for start, stop in motion.freezes:
        left, right = _column(start, end), _column(stop, end)
        drawn[:, left:right] = _FROZEN
        drawn[:2, left:right] = _EDGE
    for cut in motion.cuts:
        left = _column(cut, end) - _CUT_WIDTH // 2
        drawn[:, max(0, left - 2) : left + _CUT_WIDTH + 2] = _GROUND
        drawn[:, max(0, left) : left + _CUT_WIDTH] = _CUT
    return cast("NDArray[np.uint8]", drawn.round().astype(np.uint8))


def _column(moment: float, end: float) -> int:
    return min(WIDTH, max(0, round(moment / end * WIDTH))) if end > 0 else 0


def _fill(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Scale and crop a picture to fill a size."""
    scale = max(size[0] / picture.width, size[1] / picture.height)
    width, height = (max(need, round(have * scale)) for need, have in zip(size, picture.size, strict=True))
    scaled = picture.resize((width, height), Image.Resampling.LANCZOS)
    left, top = (width - size[0]) // 2, (height - size[1]) // 2
    return scaled.crop((left, top, left + size[0], top + size[1]))
