"""Posters and strips."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from kling_widget.media.extraction import stills
from kling_widget.media.extraction.job import SMALL_BYTES
from kling_widget.media.extraction.strip import BAND, HEIGHT, WIDTH, places

from ..clips import mp4
from .clips import moving, negative, practice, standing, write


def strip(clip: Path) -> NDArray[np.int16]:
    """The strip of a clip, as light from 0 to 255."""
    target = clip.parent / "strips" / "s.jpg"
    assert stills(clip, clip.parent / "posters" / "p.jpg", target)
    assert target.stat().st_size <= SMALL_BYTES
    with Image.open(target) as image:
        assert (image.format, image.size) == ("JPEG", (WIDTH, HEIGHT))
        return np.asarray(image.convert("RGB")).astype(np.int16)


def white(band: NDArray[np.int16]) -> list[float]:
    """Where cuts are marked, as parts of the whole width."""
    columns = np.flatnonzero((band[2:-2] > 200).all(axis=(0, 2)))
    groups = np.split(columns, np.flatnonzero(np.diff(columns) > 8) + 1) if columns.size else []
    return [float(group.mean()) / WIDTH for group in groups]


def red(band: NDArray[np.int16]) -> tuple[float, float] | None:
    """From where to where a standstill is marked, as parts of the whole width."""
    body = band[4:-2]
    columns = np.flatnonzero((body[..., 0] > body[..., 2] + 30).all(axis=0))
    return (float(columns[0]) / WIDTH, float(columns[-1]) / WIDTH) if columns.size else None


def test_a_poster_is_a_small_jpeg_of_the_clip(tmp_path: Path) -> None:
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(mp4(2.0, 640, 360))
    still = tmp_path / "posters" / "p.jpg"
    assert stills(clip, still, tmp_path / "strips" / "p.jpg")
    assert still.stat().st_size <= SMALL_BYTES
    with Image.open(still) as image:
        assert (image.format, image.size) == ("JPEG", (480, 270))


def test_a_clip_that_can_not_be_read_has_no_poster_and_no_rest(tmp_path: Path) -> None:
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(b"nothing of the kind")
    assert not stills(clip, tmp_path / "posters" / "p.jpg", tmp_path / "strips" / "p.jpg")
    assert list((tmp_path / "posters").iterdir()) == list((tmp_path / "strips").iterdir()) == []


def test_a_clip_that_breaks_off_keeps_its_poster(tmp_path: Path) -> None:
    clip = write(tmp_path / "clip.mp4", moving(72))
    whole = bytearray(clip.read_bytes())
    start = whole.index(b"mdat")
    damaged = slice(start + (len(whole) - start) // 2, start + (len(whole) - start) * 3 // 4)
    whole[damaged] = bytes(len(whole[damaged]))
    clip.write_bytes(whole)
    assert stills(clip, tmp_path / "p.jpg", tmp_path / "s.jpg")


def test_a_cut_and_a_standstill_are_marked_where_they_are(tmp_path: Path) -> None:
    # Two seconds of one shot; then one second of another, which stands still for the second after.
    after = negative(moving(24))
    band = strip(write(tmp_path / "clip.mp4", [*moving(48), *after, *[after[-1]] * 24]))[-BAND:]
    assert white(band) == [pytest.approx(0.5, abs=0.01)]
    assert red(band) == pytest.approx((71 / 96, 1.0), abs=0.01)


def test_a_clip_in_which_nothing_moves_is_marked_from_end_to_end(tmp_path: Path) -> None:
    band = strip(write(tmp_path / "clip.mp4", standing(72)))[-BAND:]
    assert red(band) == pytest.approx((0.0, 1.0), abs=0.01)
    assert white(band) == []


def test_more_motion_stands_higher(tmp_path: Path) -> None:
    slow = moving(480)[:48]
    quick = moving(48)
    band = strip(write(tmp_path / "clip.mp4", [*slow, *quick]))[-BAND:]
    lit = (band.mean(axis=2) > 50).sum(axis=0)
    assert lit[100 : WIDTH // 2 - 100].mean() + 2 < lit[WIDTH // 2 + 100 : -100].mean()


@pytest.mark.parametrize(("shape", "seconds", "frames"), [("16:9", 3, 12), ("9:16", 3, 36), ("1:1", 15, 21)])
def test_whatever_its_length_and_shape_the_whole_width_is_the_whole_clip(
    tmp_path: Path, shape: str, seconds: int, frames: int
) -> None:
    clip = practice(tmp_path, shape, seconds, scale=0.25)
    drawn = strip(clip)
    sizes = {"16:9": (16, 9), "9:16": (9, 16), "1:1": (1, 1)}
    assert places(*sizes[shape]) == frames
    gaps = [round(n * WIDTH / frames) for n in range(1, frames)]
    assert all(drawn[20:70, gap - 1 : gap + 1].mean() < 60 for gap in gaps)  # ground between the frames
    assert white(drawn[-BAND:]) == []
    assert red(drawn[-BAND:]) is None
