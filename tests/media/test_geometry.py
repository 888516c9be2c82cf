"""What is made of a clip shows it as players do: turned, flipped, with square pixels."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import av
import pytest
from PIL import Image

from kling_widget.media.extraction import Job, Kind, extract, stills
from kling_widget.media.mp4.validation import check

from .. import mp4s
from ..mp4s import CORNERS

SEEN: Mapping[str, str] = {
    "none": "red green blue yellow",
    "right": "blue red yellow green",
    "half": "yellow blue green red",
    "left": "green yellow red blue",
    "mirrored": "green red yellow blue",
    "upside down": "blue yellow red green",
    "transposed": "red blue green yellow",
    "transversed": "yellow green blue red",
}
"""Which colour each turn brings into the corners: as Chromium shows them (``tests/browser/test_clips.py``)."""

SIDEWAYS = ("right", "left", "transposed", "transversed")


def corners(picture: Image.Image) -> str:
    """The colours in the middle of a picture's four quarters."""
    width, height = picture.size
    places = [(x * width // 4, y * height // 4) for y in (1, 3) for x in (1, 3)]
    rgb = picture.convert("RGB")

    def nearest(place: tuple[int, int]) -> str:
        found = rgb.getpixel(place)
        assert isinstance(found, tuple)
        return min(CORNERS, key=lambda name: sum(abs(a - b) for a, b in zip(CORNERS[name], found, strict=True)))

    return " ".join(map(nearest, places))


@pytest.fixture(params=[("none", 1, 1), ("none", 4, 3), ("right", 1, 1), ("right", 4, 3), ("mirrored", 3, 4)], ids=str)
def turned(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, tuple[int, int], str]:
    """A clip of 96 by 48 that is turned and has oblong pixels; the size at which it is shown; its corners."""
    turn, across, down = request.param
    body = mp4s.oblong(mp4s.film(corners=True, size=(96, 48)), across, down)
    path = tmp_path / "clip.mp4"
    path.write_bytes(mp4s.turned(body, mp4s.TURNS[turn]))
    size = (96 * across // down, 48) if across >= down else (96, 48 * down // across)
    return path, size[::-1] if turn in SIDEWAYS else size, SEEN[turn]


@pytest.mark.parametrize("kind", ["frame", "gif", "webp"])
def test_pictures_and_animations_are_turned_and_have_square_pixels(
    turned: tuple[Path, tuple[int, int], str], tmp_path: Path, kind: Kind
) -> None:
    clip, size, seen = turned
    with Image.open(extract(Job(kind, (str(clip),)), tmp_path / "made")) as made:
        assert (made.size, corners(made)) == (size, seen)


def test_poster_and_strip_are_turned_and_have_square_pixels(
    turned: tuple[Path, tuple[int, int], str], tmp_path: Path
) -> None:
    clip, size, seen = turned
    poster, strip = tmp_path / "poster.jpg", tmp_path / "strip.jpg"
    assert stills(clip, poster, strip)
    with Image.open(poster) as made:
        assert (made.size, corners(made)) == (size, seen)
    with Image.open(strip) as made:  # its frames are cut to fit: the middle of the first one shows both sides
        first = made.crop((2, 2, made.width // 36, 90))
        assert corners(first.crop((0, 0, first.width // 2 * 2, 88))).split()[0] == seen.split()[0]


@pytest.mark.parametrize("kind", ["sheet", "rows"])
def test_contact_sheets_are_turned_and_have_square_pixels(
    turned: tuple[Path, tuple[int, int], str], tmp_path: Path, kind: Kind
) -> None:
    clip, size, seen = turned
    with Image.open(extract(Job(kind, (str(clip),)), tmp_path / "made")) as made:
        box = _first_frame(made.convert("RGB"))
        frame = made.crop(box)
        assert corners(frame) == seen
        assert frame.width / frame.height == pytest.approx(size[0] / size[1], rel=0.06)


def _first_frame(page: Image.Image) -> tuple[int, int, int, int]:
    """Where the first frame lies on a sheet's dark ground."""
    bright = page.point(lambda level: 255 if level > 60 else 0).convert("L")
    top = bright.getbbox()[1]  # type: ignore[index]  # there is one: no words stand above it
    left = next(x for x in range(page.width) if bright.getpixel((x, top + 3)))
    right = next(x for x in range(left, page.width) if not bright.getpixel((x, top + 3)))
    bottom = next(y for y in range(top, page.height) if not bright.getpixel((left + 3, y)))
    return left, top, right, bottom


def test_a_copy_with_other_sound_is_turned_as_the_clip_is(tmp_path: Path) -> None:
    body = mp4s.oblong(mp4s.film(corners=True, size=(96, 48), sound=True), 4, 3)
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(mp4s.turned(body, mp4s.TURNS["right"]))
    copy = extract(Job("mp3", (str(clip),)), tmp_path / "copy.mp4")
    assert (check(copy).width, check(copy).height) == (48, 128)
    with av.open(str(copy)) as container:
        assert container.streams.audio[0].codec_context.name.startswith("mp3")
    with Image.open(extract(Job("frame", (str(copy),)), tmp_path / "frame.png")) as made:
        assert corners(made) == SEEN["right"]


@pytest.mark.parametrize("name", ["fragments", "fragments, with sound", "no length anywhere", "free first", "a MOV"])
def test_pictures_are_made_of_whatever_is_whole(tmp_path: Path, name: str) -> None:
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(mp4s.whole()[name])
    assert stills(clip, tmp_path / "poster.jpg", tmp_path / "strip.jpg")
    for kind in ("gif", "sheet", "frame"):
        assert extract(Job(kind, (str(clip),)), tmp_path / kind).stat().st_size > 0
