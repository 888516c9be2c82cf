"""Make a clip's poster and strip in one pass over its frames."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from . import strip
from .frames import Shown, Unreadable, opened, small_jpeg
from .job import SMALL_BYTES
from .motion import GRID, Grey, measure

POSTER = 480
"""The longer side of a poster, in pixels."""

_POSTER_S = 1.0  # past a fade from black, before the first cut
_MOST_FRAMES = 20_000  # a bound for endless files


def make(clip_path: str, poster: Path, strip_path: Path) -> None:
    """Write both as JPEG. The poster is written once its frame is decoded: a clip that breaks off later keeps it.

    Raises
    ------
    Unreadable
        If the clip has no picture.
    """
    greys: list[Grey] = []
    times: list[float] = []
    pictures: list[Image.Image] = []
    posted = False
    with opened(clip_path) as clip:
        wanted = strip.places(clip.width, clip.height)
        high = strip.FRAMES_HEIGHT
        size = max(2, round(clip.width * high / clip.height)), high
        shown: Shown | None = None
        for shown in clip.frames():
            if not posted and shown.at >= min(_POSTER_S, clip.seconds / 2):
                poster.write_bytes(small_jpeg(shown.image(*clip.fit(POSTER)), SMALL_BYTES))
                posted = True
            small = shown.frame.reformat(GRID, GRID, "gray", interpolation="AREA", threads=1)
            greys.append(small.to_ndarray().astype(np.uint8))
            times.append(shown.at)
            while len(pictures) < wanted and shown.at >= (len(pictures) + 0.5) / wanted * clip.seconds - 1e-6:
                pictures.append(shown.image(*size))
            if len(times) == _MOST_FRAMES:
                break
        if shown is None:
            raise Unreadable
        if not posted:
            poster.write_bytes(small_jpeg(shown.image(*clip.fit(POSTER)), SMALL_BYTES))
        pictures += [shown.image(*size)] * (wanted - len(pictures))
        end = max(clip.seconds, times[-1])
    drawn = strip.draw(pictures, measure(greys, times, end), end)
    strip_path.write_bytes(small_jpeg(drawn, SMALL_BYTES, sharp=True))
