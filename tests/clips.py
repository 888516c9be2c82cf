"""Small real MP4s for tests, made with PyAV: H.264, one moving bar."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

import av
import numpy as np


@cache
def mp4(seconds: float = 1.0, width: int = 320, height: int = 180, *, faststart: bool = True) -> bytes:
    """An MP4 of this length and size, at 24 frames a second."""
    options = {"movflags": "faststart"} if faststart else {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clip.mp4"  # a file: faststart reads it again to move the header
        _write(path, options, seconds, width, height)
        return path.read_bytes()


def _write(path: Path, options: dict[str, str], seconds: float, width: int, height: int) -> None:
    with av.open(str(path), "w", format="mp4", options=options) as container:
        stream = container.add_stream("libx264", rate=24, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for number in range(round(seconds * 24)):
            picture = np.full((height, width, 3), 40, np.uint8)
            picture[:, (number * 8) % width :][:, :16] = 220
            for packet in stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)
