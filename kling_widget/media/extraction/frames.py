"""Read a clip's frames, in the process with limits."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import av
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.reformatter import Colorspace
from av.video.stream import VideoStream
from PIL import Image

from ...errors import BadFile
from ..mp4.geometry import Geometry, Turn, geometry_of
from ..mp4.validation import check

MOST_PIXELS = 8192 * 4320
"""The largest picture that is decoded: what the largest decoders of H.264 level 6.2 take."""

EARLY_S = 0.001
"""A frame that begins at most this many seconds after a moment counts as shown then: pages count in floats."""

_OPTIONS = {
    "protocol_whitelist": "file",  # nothing is fetched, whatever the file names
    "codec_whitelist": "h264,hevc,av1,libdav1d,libaom-av1,vp9,libvpx-vp9,mpeg4,aac,mp3,mp3float,opus,flac",
    "max_pixels": str(MOST_PIXELS),
}
_TURNS: Mapping[Turn, Image.Transpose] = {
    "right": Image.Transpose.ROTATE_270,  # Pillow turns to the left
    "half": Image.Transpose.ROTATE_180,
    "left": Image.Transpose.ROTATE_90,
    "mirrored": Image.Transpose.FLIP_LEFT_RIGHT,
    "upside down": Image.Transpose.FLIP_TOP_BOTTOM,
    "transposed": Image.Transpose.TRANSPOSE,
    "transversed": Image.Transpose.TRANSVERSE,
}
_UNSPECIFIED = 2  # ISO/IEC 23091-2, matrix coefficients


class Unreadable(Exception):
    """The file can't be read as a clip."""


class NoFrame(Exception):
    """The range holds no frame."""


class NoSound(Exception):
    """The clip has no sound track."""


class TooMuch(Exception):
    """The result would be larger than it may be."""


@dataclass(frozen=True)
class Shown:
    """A frame and the moment at which it begins to be shown, in seconds."""

    at: float
    frame: VideoFrame
    geometry: Geometry

    def image(self, width: int | None = None, height: int | None = None) -> Image.Image:
        """Return the frame as pages show it: RGB, turned as the file says, scaled to a size in pixels."""
        if width is None or height is None:
            width, height = self.geometry.size(self.frame.width, self.frame.height)
        width, height = self.geometry.turned(width, height)
        # Browsers assume BT.709 if a file does not name its colours; the scaler would assume BT.601.
        source = Colorspace.ITU709 if self.frame.colorspace == _UNSPECIFIED else None
        small = width < self.frame.width
        how = "AREA" if small else "BICUBIC"
        scaled = self.frame.reformat(width, height, "rgb24", src_colorspace=source, interpolation=how, threads=1)
        stored = Image.fromarray(scaled.to_ndarray())
        turn = _TURNS.get(self.geometry.turn)
        return stored if turn is None else stored.transpose(turn)


@dataclass(frozen=True)
class Clip:
    """An open clip: its size in pixels as it is shown, and its length in seconds (0 where the file does not say)."""

    container: InputContainer
    stream: VideoStream
    width: int
    height: int
    seconds: float
    geometry: Geometry

    def frames(self, start: float = 0.0, end: float | None = None) -> Iterator[Shown]:
        """Yield the frames from the one shown at ``start`` to the last that begins before ``end``, in order."""
        if start > 1.0 and self.stream.time_base:
            self.container.seek(int((start - 0.5) / self.stream.time_base), stream=self.stream)  # to a key frame
        before: Shown | None = None
        for frame in self.container.decode(self.stream):
            if frame.pts is None:
                continue
            shown = Shown(float(frame.time), frame, self.geometry)
            if end is not None and shown.at >= end - EARLY_S:
                break
            if shown.at > start + EARLY_S:
                if before is not None:
                    yield before
                    before = None
                yield shown
            else:
                before = shown
        if before is not None:
            yield before

    def fit(self, longer: int) -> tuple[int, int]:
        """Return its size scaled down to at most ``longer`` pixels on the longer side; both sides even, at least 2."""
        scale = min(1.0, longer / max(self.width, self.height))
        return max(2, round(self.width * scale / 2) * 2), max(2, round(self.height * scale / 2) * 2)


@contextmanager
def opened(path: str) -> Iterator[Clip]:
    """Open a clip. Raises ``Unreadable`` if it has no picture, or one that is too large."""
    # Naming the demuxer keeps FFmpeg from taking the content for a playlist.
    with av.open(f"file:{path}", format="mp4", options=_OPTIONS) as container:
        stream = next(iter(container.streams.video), None)
        if stream is None:
            raise Unreadable
        stream.thread_type = "NONE"
        width, height = stream.codec_context.width, stream.codec_context.height
        if not 0 < width * height <= MOST_PIXELS:
            raise Unreadable
        seconds = float(stream.duration * stream.time_base) if stream.duration and stream.time_base else 0.0
        if not seconds and container.duration:
            seconds = container.duration / av.time_base
        if not seconds:
            with contextlib.suppress(BadFile):
                seconds = check(Path(path)).seconds
        geometry = geometry_of(Path(path))
        yield Clip(container, stream, *geometry.size(width, height), seconds, geometry)


def still(path: str, at: float) -> Image.Image:
    """Return the frame shown at a moment (in seconds) in full size; the last one beyond the clip's end."""
    with opened(path) as clip:
        shown = next(clip.frames(at), None)
        if shown is None:  # a key frame that the seek could not reach
            raise NoFrame
        return shown.image()


def png(image: Image.Image) -> bytes:
    """Encode a picture as PNG."""
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=6)
    return out.getvalue()


def small_jpeg(image: Image.Image, most: int, *, sharp: bool = False) -> bytes:
    """Encode a picture as the best JPEG of at most ``most`` bytes; ``sharp`` keeps the full colour resolution."""
    for quality in (82, 74, 66, 55, 45, 35, 25):
        out = io.BytesIO()
        sampling = 0 if sharp else 2
        image.save(out, "JPEG", quality=quality, optimize=True, progressive=True, subsampling=sampling)
        if out.tell() <= most:
            return out.getvalue()
    raise TooMuch
