"""From a plan to an MP4: H.264 and, where there is sound, AAC, with its index at the front."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Literal

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.frame import VideoFrame
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc

from . import sound
from .canvas import Canvas, Glaze
from .caption import Words, caption, mark
from .clip_plan import FPS, ClipPlan, PlannedShot
from .frame_code import CELLS, cell_size, write_frame_number
from .scene import Scene, set_up

VIDEO_CODEC: Literal["libx264"] = "libx264"
AUDIO_CODEC: Literal["aac"] = "aac"
"""The encoders, by FFmpeg's names; a PyAV may be built without them."""

_VIDEO = {
    "preset": "ultrafast",  # 6 ms a frame at 1080p; the next one takes twice as long
    "crf": "23",
    "threads": "1",  # the same bytes on every machine, and one core for its owner
    "x264-params": "keyint=48:scenecut=0",
    "flags": "+bitexact",
}
_FILE = {"movflags": "+faststart", "fflags": "+bitexact"}


class Cancelled(Exception):
    """The rendering was told to stop."""


def render(plan: ClipPlan, path: Path, going: Callable[[], bool] = lambda: True) -> None:
    """Render a plan to an MP4.

    The file is written beside ``path`` and moved there when it is whole.

    Parameters
    ----------
    plan
        What to show.
    path
        Where the MP4 goes.
    going
        Asked before each frame; when it says no, nothing is left behind.

    Raises
    ------
    Cancelled
        If ``going`` said no.
    """
    unfinished = path.with_name(f".{path.stem}.{os.getpid()}-{threading.get_ident()}.part.mp4")
    try:
        with av.open(str(unfinished), "w", options=_FILE) as container:
            _write(plan, container, going)
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def _write(plan: ClipPlan, container: OutputContainer, going: Callable[[], bool]) -> None:
    width, height = plan.size
    video = container.add_stream(VIDEO_CODEC, rate=FPS, options=dict(_VIDEO))
    video.width, video.height, video.pix_fmt = width, height, "yuv420p"
    video.codec_context.colorspace = Colorspace.ITU709
    video.codec_context.color_range = ColorRange.MPEG
    video.codec_context.color_primaries = ColorPrimaries.BT709
    video.codec_context.color_trc = ColorTrc.BT709
    video.codec_context.time_base = Fraction(1, FPS)
    track = _track(container) if plan.sound else None
    canvas, mark_glaze, frame, beds = Canvas(width, height), mark(width, height), 0, []
    for number, shot in enumerate(plan.shots):
        scene = _scene(plan, number, shot)
        words = caption(_words(plan, number, shot), width, height)
        if track:
            beds.append(sound.bed(scene.kind, bool(re.search(r"\brain", shot.words.lower())), shot.seconds, plan.seed))
        for i in range(shot.seconds * FPS):
            if not going():
                raise Cancelled
            _compose(canvas, scene, i / FPS, (words, mark_glaze), frame, plan.frames)
            image = VideoFrame.from_numpy_buffer(canvas.buffer, "yuv420p")
            image.pts, image.time_base = frame, Fraction(1, FPS)
            container.mux(video.encode(image))
            frame += 1
    container.mux(video.encode(None))
    if track:
        _sing(container, track, sound.joined(beds))


def _scene(plan: ClipPlan, number: int, shot: PlannedShot) -> Scene:
    width, height = plan.size
    named = bool(plan.elements)
    return set_up(
        shot.words, width=width, height=height, seconds=shot.seconds, seed=f"{plan.seed}/{number}", named=named
    )


def _words(plan: ClipPlan, number: int, shot: PlannedShot) -> Words:
    facts = [f"shot {number + 1} of {len(plan.shots)}"] if len(plan.shots) > 1 else []
    facts += [plan.given] if plan.given else []
    return Words(shot.words, " · ".join(facts), plan.elements)


def _compose(canvas: Canvas, scene: Scene, second: float, glazes: tuple[Glaze, ...], frame: int, frames: int) -> None:
    """Draw one whole frame: scene, words, the line that shows how far it is, the frame number."""
    scene.draw(canvas, second)
    for glaze in glazes:
        glaze.lay(canvas)
    luma = canvas.planes[0]
    rows = max(2, luma.shape[0] // 216)
    done = luma.shape[1] * (frame + 1) // frames
    bar = luma[-rows:, :done]
    bar[...] = np.maximum(bar, 200)
    write_frame_number(luma, frame)
    wide, high = cell_size(canvas.width, canvas.height)
    for plane in canvas.planes[1:]:
        plane[: round(high) // 2, : round(wide) * CELLS // 2] = 128  # black and white have no colour


def _track(container: OutputContainer) -> AudioStream:
    track = container.add_stream(AUDIO_CODEC, rate=sound.RATE, options={"flags": "+bitexact"})
    track.layout = "stereo"
    track.bit_rate = 128_000
    return track


def _sing(container: OutputContainer, track: AudioStream, samples: sound.Samples) -> None:
    """Write the sound; the muxer puts it between the frames it belongs to."""
    step = 1024
    for start in range(0, samples.shape[1], step):
        piece = np.ascontiguousarray(samples[:, start : start + step])
        block = AudioFrame.from_ndarray(piece, format="fltp", layout="stereo")
        block.sample_rate, block.pts, block.time_base = sound.RATE, start, Fraction(1, sound.RATE)
        container.mux(track.encode(block))
    container.mux(track.encode(None))
