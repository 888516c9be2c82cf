"""Make a GIF or an animated WebP from a range of a clip."""

from __future__ import annotations

import io
import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import av
import numpy as np
from av.filter import Graph
from av.video.format import VideoFormat
from av.video.frame import VideoFrame
from PIL import Image

from .frames import EARLY_S, NoFrame, Shown, TooMuch, opened
from .job import ANIMATION_BYTES, ANIMATION_SECONDS

GIF_SIDE, GIF_RATE, GIF_FRAMES = 480, 12, 200
"""Longer side in pixels, frames a second, most frames: a longer range gets a lower rate, since a frame costs 50 KB."""

WEBP_SIDE, WEBP_RATE, WEBP_FRAMES, WEBP_QUALITY = 640, 15, 450, 75
"""The same for WebP, which packs better, and its quality (0 to 100)."""

_SMALLER = 0.75  # the factor on both sides for another try if the file is too large
_TRIES = 4


@dataclass(frozen=True)
class _Reel:
    """Pictures, when each begins, and when the last one ends, in seconds from the first."""

    pictures: Sequence[Image.Image]
    starts: Sequence[float]
    end: float

    def smaller(self) -> _Reel:
        size = tuple(max(2, round(side * _SMALLER / 2) * 2) for side in self.pictures[0].size)
        pictures = [picture.resize((size[0], size[1]), Image.Resampling.BOX) for picture in self.pictures]
        return _Reel(pictures, self.starts, self.end)

    def ticks(self, per_second: int) -> list[int]:
        """Return when each picture begins and the last ends: moments are rounded, not lengths, so nothing drifts."""
        return [round(start * per_second) for start in (*self.starts, self.end)]


def gif(clip_path: str, start: float, end: float | None) -> bytes:
    """Return a GIF with a palette of the range's own colours. Raises ``NoFrame``, ``TooMuch``."""
    return _fitting(_reel(clip_path, start, end, side=GIF_SIDE, rate=GIF_RATE, most=GIF_FRAMES), _gif)


def webp(clip_path: str, start: float, end: float | None) -> bytes:
    """Return an animated WebP. Raises ``NoFrame``, ``TooMuch``."""
    return _fitting(_reel(clip_path, start, end, side=WEBP_SIDE, rate=WEBP_RATE, most=WEBP_FRAMES), _webp)


def _fitting(reel: _Reel, pack: Callable[[_Reel], bytes]) -> bytes:
    for _ in range(_TRIES):
        packed = pack(reel)
        if len(packed) <= ANIMATION_BYTES:
            return packed
        reel = reel.smaller()
    raise TooMuch


def _reel(clip_path: str, start: float, end: float | None, *, side: int, rate: float, most: int) -> _Reel:
    """Return the frames shown at evenly spaced moments of a range."""
    with opened(clip_path) as clip:
        stop = min(clip.seconds, clip.seconds if end is None else end)
        if stop - start <= EARLY_S:
            raise NoFrame
        if stop - start > ANIMATION_SECONDS + EARLY_S:
            raise TooMuch
        rate = min(rate, most / (stop - start))
        moments = [start + n / rate for n in range(max(1, math.ceil((stop - start) * rate - 1e-6)))]
        size = clip.fit(side)
        pictures: list[Image.Image] = []
        last: Shown | None = None
        for shown in clip.frames(start, stop):
            while last and len(pictures) < len(moments) and moments[len(pictures)] < shown.at - EARLY_S:
                pictures.append(last.image(*size))
            last = shown
        if last is None:
            raise NoFrame
        pictures += [last.image(*size)] * (len(moments) - len(pictures))
    return _Reel(pictures, [moment - start for moment in moments], stop - start)


def _gif(reel: _Reel) -> bytes:
    ticks = reel.ticks(100)  # a GIF counts in hundredths
    graph = Graph()
    width, height = reel.pictures[0].size
    source = graph.add_buffer(width=width, height=height, format=VideoFormat("rgb24"), time_base=Fraction(1, 100))
    # One palette for the range: with one for each picture, still areas would shimmer. The "bayer" pattern does not
    # move between pictures, so it compresses far better than scattered dots.
    fork, palette = graph.add("split"), graph.add("palettegen", "max_colors=255:stats_mode=full")
    use = graph.add("paletteuse", "dither=bayer:bayer_scale=3:diff_mode=rectangle")
    sink = graph.add("buffersink")
    source.link_to(fork)
    fork.link_to(palette, 0, 0)
    fork.link_to(use, 1, 0)
    palette.link_to(use, 0, 1)
    use.link_to(sink)
    graph.configure()
    for picture, tick in zip(reel.pictures, ticks, strict=False):
        frame = VideoFrame.from_ndarray(np.asarray(picture), format="rgb24")
        frame.pts, frame.time_base = tick, Fraction(1, 100)
        graph.vpush(frame)
    graph.vpush(None)
    out = io.BytesIO()
    options = {"loop": "0", "final_delay": str(max(1, ticks[-1] - ticks[-2]))}
    with av.open(out, "w", format="gif", options=options) as container:
        stream = container.add_stream("gif", rate=100)
        stream.width, stream.height, stream.pix_fmt = width, height, "pal8"
        stream.codec_context.time_base = Fraction(1, 100)
        for _ in reel.pictures:
            container.mux(stream.encode(graph.vpull()))
        container.mux(stream.encode(None))
    return out.getvalue()


def _webp(reel: _Reel) -> bytes:
    ticks = reel.ticks(1000)
    lasts = [after - before for before, after in itertools.pairwise(ticks)]
    out = io.BytesIO()
    reel.pictures[0].save(
        out,
        "WEBP",
        save_all=True,
        append_images=reel.pictures[1:],
        duration=lasts,
        loop=0,
        quality=WEBP_QUALITY,
        method=3,  # 4 takes half as long again and saves 2 %
    )
    return out.getvalue()
