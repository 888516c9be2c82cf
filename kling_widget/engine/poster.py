"""A still of a clip, made by a process of its own: this one decodes no file that came from outside.

``python -m kling_widget.engine.poster CLIP JPEG`` writes a JPEG of at most 40 KB, with limits on memory and time.
"""

from __future__ import annotations

import contextlib
import io
import subprocess
import sys
from pathlib import Path

MAX_BYTES = 40_000
"""The largest poster, in bytes: a notebook keeps it in its text."""

WIDTH = 480
"""The longer side of a poster, in pixels."""

_SECONDS, _MEMORY = 20, 4 << 30  # limits of the process: seconds of CPU, bytes of address space


def make(clip: Path, poster: Path) -> bool:
    """Make a clip's poster. Returns whether there is one now; a clip without a poster is no error."""
    poster.parent.mkdir(parents=True, exist_ok=True)
    part = poster.with_name(f".{poster.name}.part")
    command = [sys.executable, "-m", __name__, str(clip), str(part)]
    try:
        done = subprocess.run(
            command,
            timeout=_SECONDS * 2,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
        )
        if done.returncode == 0 and 0 < part.stat().st_size <= MAX_BYTES:
            part.replace(poster)
            return True
    except (OSError, subprocess.TimeoutExpired):
        return False
    finally:
        part.unlink(missing_ok=True)
    return False


def _limit() -> None:
    try:
        import resource
    except ImportError:  # not on Windows; the time-out of the caller stands
        return
    for what, most in (
        (resource.RLIMIT_CPU, _SECONDS),
        (resource.RLIMIT_AS, _MEMORY),
        (resource.RLIMIT_FSIZE, MAX_BYTES * 4),
    ):
        with contextlib.suppress(ValueError, OSError):  # a stricter limit is in force already
            resource.setrlimit(what, (most, most))


def _draw(clip: str) -> bytes:
    import av
    from PIL import Image

    with av.open(clip) as container:
        stream = container.streams.video[0]
        length = float(stream.duration * stream.time_base) if stream.duration and stream.time_base else 0.0
        wanted = min(1.0, length / 2)  # a second in: past a fade from black, before the first cut
        image: Image.Image | None = None
        for frame in container.decode(stream):
            image = Image.fromarray(frame.to_ndarray(format="rgb24"))
            if frame.time >= wanted:
                break
    if image is None:
        raise ValueError("no picture")
    image.thumbnail((WIDTH, WIDTH))
    for quality in (82, 70, 55, 40, 25):
        out = io.BytesIO()
        image.convert("RGB").save(out, "JPEG", quality=quality, optimize=True, progressive=True)
        if out.tell() <= MAX_BYTES:
            break
    return out.getvalue()


if __name__ == "__main__":
    _limit()
    Path(sys.argv[2]).write_bytes(_draw(sys.argv[1]))
