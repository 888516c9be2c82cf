"""Clips whose pictures are known, for tests of what is made of them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from kling_widget.practice.clip_plan import ClipPlan, PlannedShot
from kling_widget.practice.render import render

from ..made import RATE, frame

Picture = NDArray[np.uint8]


def write(path: Path, pictures: Sequence[Picture], rate: int = RATE) -> Path:
    """Write pictures as an H.264 clip."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=rate, options={"preset": "veryfast"})
        stream.height, stream.width = pictures[0].shape[:2]
        stream.pix_fmt = "yuv420p"
        for picture in pictures:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())
    return path


def moving(frames: int, width: int = 320, height: int = 180) -> list[Picture]:
    """A moon that crosses the dusk."""
    return [frame(n / frames, width, height) for n in range(frames)]


def standing(frames: int, width: int = 320, height: int = 180) -> list[Picture]:
    """The same dusk, and nothing moves."""
    return [frame(0.4, width, height)] * frames


def negative(pictures: Sequence[Picture]) -> list[Picture]:
    """The same pictures with black for white: another shot."""
    return [np.subtract(255, picture).astype(np.uint8) for picture in pictures]


@cache
def practice(folder: Path, shape: str = "16:9", seconds: int = 3, *, sound: bool = False, scale: float = 0.5) -> Path:
    """A practice clip, with the number of each frame in the picture; 960 by 540 unless scaled otherwise."""
    path = folder / f"{shape.replace(':', '-')}-{seconds}-{sound}-{scale}.mp4"
    film = ClipPlan(
        (PlannedShot("A red fox in snow", seconds),), aspect_ratio=shape, sound=sound, seed="a" * 32, scale=scale
    )
    render(film, path)
    return path
