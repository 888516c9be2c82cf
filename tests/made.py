"""Takes as they lie in a library, made by hand: for tests of what shows them."""

from __future__ import annotations

import hashlib
import io
import tempfile
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from sqlalchemy import update

from kling_widget.request.catalog import O3_PRO
from kling_widget.request.money import micros
from kling_widget.request.states import FIRST
from kling_widget.store import Record, Store
from kling_widget.store.database import writing
from kling_widget.store.record import PRACTICE, fresh_id
from kling_widget.store.schema import takes

RATE = 24
SIZES = {"16:9": (640, 360), "9:16": (360, 640), "1:1": (480, 480)}


def frame(at: float, width: int, height: int) -> NDArray[np.uint8]:
    """A picture of dusk with a moon that has gone ``at`` (0 to 1) of its way from left to right."""
    rows, columns, sky = _dusk(width, height)
    image = sky.copy()
    moon = np.hypot(columns - width * (0.15 + 0.7 * at), rows - height * 0.35) < min(width, height) * 0.09
    image[moon] = (255, 232, 163)
    image[rows > height * (0.8 + 0.03 * np.sin(columns / width * 9 + at * 6))] = (11, 37, 48)
    return image


@cache
def _dusk(width: int, height: int) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.uint8]]:
    """The numbers of the rows, as a column, those of the columns, as a row, and the sky."""
    rows = np.arange(height, dtype=np.float32)[:, None]
    columns = np.arange(width, dtype=np.float32)[None, :]
    high = np.broadcast_to(rows / height, (height, width))
    return rows, columns, np.stack([24 + 190 * high**2, 32 + 60 * high, 70 + 50 * high], axis=-1).astype(np.uint8)


def write_clip(path: Path, width: int, height: int, seconds: int, *, sound: bool = False) -> None:
    """Write an H.264 clip (sizes in pixels), with a soft tone where it has sound."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_clip(width, height, seconds, sound))


@cache
def _clip(width: int, height: int, seconds: int, sound: bool) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "clip.mp4")  # a file: faststart reads it again to move the header
        _render(path, width, height, seconds, sound=sound)
        return path.read_bytes()


def _render(path: Path, width: int, height: int, seconds: int, *, sound: bool) -> None:
    with av.open(str(path), "w", options={"movflags": "faststart"}) as container:
        video = container.add_stream("libx264", rate=RATE, options={"preset": "ultrafast"})
        video.width, video.height, video.pix_fmt = width, height, "yuv420p"
        audio = container.add_stream("aac", rate=48_000) if sound else None
        count = seconds * RATE
        for number in range(count):
            picture = av.VideoFrame.from_ndarray(frame(number / count, width, height), format="rgb24")
            container.mux(video.encode(picture))
        container.mux(video.encode())
        if audio is not None:
            tone = 0.1 * np.sin(np.arange(48_000 * seconds, dtype=np.float32) * (2 * np.pi * 220 / 48_000))
            block = av.AudioFrame.from_ndarray(tone[None].astype(np.float32), format="fltp", layout="mono")
            block.sample_rate = 48_000
            container.mux(audio.encode(block))
            container.mux(audio.encode())


@cache
def jpeg(width: int, height: int) -> bytes:
    """A poster: the clip's middle."""
    file = io.BytesIO()
    Image.fromarray(frame(0.5, width, height)).save(file, "JPEG", quality=80)
    return file.getvalue()


def a_record(prompt: str = "A moon crosses the dusk", *, at: int = 1_790_000_000_000, **given: Any) -> Record:
    """A finished practice take that lies nowhere; ``given`` are a record's fields."""
    inputs = {"prompt": prompt, **given.pop("inputs", {})}
    known: dict[str, Any] = {
        "id": fresh_id(at),
        "service": PRACTICE,
        "model": O3_PRO,
        "inputs": inputs,
        "words": prompt,
        "seconds": int(inputs.get("duration", 2)),
        "state": "completed",
        "confirmed_at": at,
        "saved_at": at + 4000,
        "estimate": micros("0.56"),
        "charge": micros("0.56"),
    }
    return Record(**{**known, **given})


def put_take(store: Store, record: Record) -> Record:
    """Put a take into a library as it stands, in whatever state: as if it had come that far in it."""
    if record.state in FIRST:
        return store.add(record)
    added = store.add(replace(record, state="intent"))
    with writing(store._engine) as connection:
        connection.execute(update(takes).where(takes.c.id == added.id).values(state=record.state))
    return store.get(added.id)


def a_take(folder: Path, prompt: str = "A moon crosses the dusk", **given: Any) -> Record:
    """Put a take into the library in a folder, with its clip where it is finished; ``given`` are a record's fields."""
    record = a_record(prompt, **given)
    if record.state == "completed":
        record = replace(record, **_files(folder, record))
    folder.mkdir(parents=True, exist_ok=True)
    store = Store.in_folder(folder)
    try:
        return put_take(store, record)
    finally:
        store.close()


def complete(folder: Path, take: str) -> None:
    """Let a take that is under way end with its clip."""
    store = Store.in_folder(folder)
    try:
        record = store.get(take)
        lease = store.leases.claim_one(record.id, "a test", for_ms=60_000)
        assert lease is not None, "another kernel tends it"
        if record.state != "downloading":
            store.change(lease, state="downloading")
        store.change(lease, state="completed", **_files(folder, record))
        store.leases.release("a test")
    finally:
        store.close()


def _files(folder: Path, record: Record) -> dict[str, Any]:
    """Write a take's clip and poster, and say what the library knows of them."""
    width, height = SIZES[record.inputs.get("aspect_ratio", "16:9")]
    clip, poster = folder / "takes" / f"{record.id}.mp4", folder / "posters" / f"{record.id}.jpg"
    write_clip(clip, width, height, record.seconds, sound=record.inputs.get("sound") is True)
    poster.parent.mkdir(exist_ok=True)
    poster.write_bytes(jpeg(width, height))
    whole = clip.read_bytes()
    return {
        "file": f"takes/{clip.name}",
        "poster": f"posters/{poster.name}",
        "bytes": len(whole),
        "sha256": hashlib.sha256(whole).hexdigest(),
        "width": width,
        "height": height,
    }
