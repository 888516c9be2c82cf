"""What is made of a clip: animations, pictures, sheets, another sound."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageSequence

from kling_widget.errors import NotExtracted
from kling_widget.media.extraction import Job, Kind, Words, animation, extract
from kling_widget.media.extraction.frames import TooMuch
from kling_widget.media.mp4.validation import check
from kling_widget.practice import read_frame_number

from .clips import moving, negative, practice, write


def made(kind: Kind, clip: Path, target: Path, start: float = 0.0, end: float | None = None) -> Path:
    return extract(Job(kind, (str(clip),), start, end), target)


def pictures(path: Path) -> Iterator[tuple[NDArray[np.uint8], int]]:
    """The pictures of an animation, and how long each is shown, in milliseconds."""
    with Image.open(path) as image:
        for picture in ImageSequence.Iterator(image):
            picture.load()
            yield np.asarray(picture.convert("RGB")), round(picture.info["duration"])


@pytest.mark.parametrize(("kind", "rate", "width"), [("gif", 12, 480), ("webp", 15, 640)])
@pytest.mark.parametrize(("start", "end", "first"), [(0.0, None, 0), (0.5, 1.5, 12), (1.01, 1.98, 24)])
def test_an_animation_shows_the_range_from_its_first_frame_on_for_as_long(
    reel: Path, tmp_path: Path, kind: Kind, rate: int, width: int, start: float, end: float | None, first: int
) -> None:
    found = list(pictures(made(kind, reel, tmp_path / f"x.{kind}", start, end)))
    length = (3.0 if end is None else end) - start
    numbers = [read_frame_number(picture) for picture, _ in found]
    assert numbers[0] == first
    # Each shows the frame that the clip shows at its moment; the last is no later than the range's end.
    assert numbers == [int((start + n / rate) * 24 + 0.03) for n in range(len(numbers))]
    assert numbers[-1] == int((start + (len(numbers) - 1) / rate) * 24 + 0.03) < (start + length) * 24
    assert len(numbers) == pytest.approx(length * rate, abs=1)
    assert sum(lasts for _, lasts in found) == pytest.approx(length * 1000, abs=10)
    assert found[0][0].shape[1] == width


def test_a_long_gif_has_at_most_200_pictures_and_its_whole_length(tmp_path: Path) -> None:
    clip = write(tmp_path / "clip.mp4", moving(24 * 25, 64, 36))
    found = list(pictures(made("gif", clip, tmp_path / "x.gif")))
    assert len(found) <= 200
    assert sum(lasts for _, lasts in found) == pytest.approx(25_000, abs=20)


def test_an_animation_that_is_too_large_is_made_smaller_until_it_fits(
    reel: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = animation.gif(str(reel), 0.0, 1.0)
    monkeypatch.setattr(animation, "ANIMATION_BYTES", len(whole) // 2)
    smaller = animation.gif(str(reel), 0.0, 1.0)
    assert len(smaller) <= len(whole) // 2
    with Image.open(io.BytesIO(smaller)) as image:
        assert image.width < 480
    monkeypatch.setattr(animation, "ANIMATION_BYTES", 1000)
    with pytest.raises(TooMuch):
        animation.gif(str(reel), 0.0, 1.0)


def test_a_range_in_which_nothing_is_shown_is_said_in_words(reel: Path, tmp_path: Path) -> None:
    with pytest.raises(NotExtracted, match="no frame of the clip begins in that range"):
        made("gif", reel, tmp_path / "x.gif", 7.0)


@pytest.mark.parametrize(
    ("at", "number"), [(0.0, 0), (1.0, 24), (24.5 / 24, 24), (25 / 24 - 1e-7, 25), (2.9, 69), (71 / 24, 71), (99.0, 71)]
)
def test_a_picture_is_the_frame_that_is_shown_then(reel: Path, tmp_path: Path, at: float, number: int) -> None:
    with Image.open(made("frame", reel, tmp_path / "x.png", at)) as image:
        assert (image.format, image.size) == ("PNG", (960, 540))
        assert read_frame_number(np.asarray(image.convert("RGB"))) == number


def test_a_picture_has_the_colours_that_browsers_show(tmp_path: Path) -> None:
    # Pure green in BT.709 limited range is Y 173, U 42, V 26; read as BT.601 it would come out some 15 levels off.
    clip = tmp_path / "clip.mp4"
    with av.open(str(clip), "w") as container:
        stream = container.add_stream("libx264", rate=24)
        stream.width, stream.height, stream.pix_fmt = 640, 360, "yuv420p"
        frame = av.VideoFrame(640, 360, "yuv420p")
        for plane, level in zip(frame.planes, (173, 42, 26), strict=True):
            plane.update(bytes([level]) * plane.buffer_size)
        container.mux(stream.encode(frame))
        container.mux(stream.encode())
    with Image.open(made("frame", clip, tmp_path / "x.png")) as image:
        red, green, blue = np.asarray(image.convert("RGB"))[100, 100].tolist()
    assert (red, blue) == (pytest.approx(0, abs=4), pytest.approx(0, abs=4))
    assert green == pytest.approx(255, abs=4)


def test_a_sheet_holds_sixteen_frames_below_the_words(tmp_path: Path) -> None:
    clip = write(tmp_path / "clip.mp4", [*moving(36), *negative(moving(36))])
    words = (Words("", "A moon crosses the dusk", "3 s · 16:9"),)
    with_words, bare = tmp_path / "a.png", tmp_path / "b.png"
    extract(Job("sheet", (str(clip),), words=words), with_words)
    extract(Job("sheet", (str(clip),)), bare)
    with Image.open(with_words) as told, Image.open(bare) as plain:
        assert told.format == "PNG"
        assert told.width == plain.width
        assert told.height > plain.height
        lower = np.asarray(told.convert("L"))[-plain.height + 60 :]
    middle = lower.shape[0] // 2
    assert (
        lower[middle + 40 :].mean() > lower[: middle - 40].mean() + 40
    )  # the second half's frames are the bright ones


def test_a_sheet_of_several_shows_them_at_the_same_moments_and_who_has_ended(tmp_path: Path) -> None:
    long, short = write(tmp_path / "long.mp4", moving(72)), write(tmp_path / "short.mp4", negative(moving(24)))
    job = Job("rows", (str(long), str(short)), words=(Words("A", "One"), Words("B", "Two")))
    with Image.open(extract(job, tmp_path / "x.png")) as image:
        row = np.asarray(image.convert("L"))[-140]
    sixth = len(row) // 6
    lit = [row[n * sixth + 60 : (n + 1) * sixth - 40].mean() > 100 for n in range(6)]
    assert lit == [True, True, False, False, False, False]  # at 1.25 s and later the second has ended


@pytest.mark.parametrize(
    "prompt", ["", "word " * 400, "x" * 3000, "赤い狐が雪の中を走る。" * 60, "\x00\n‮\U0001f98a <b>"]
)
def test_any_prompt_can_stand_on_a_sheet(tmp_path: Path, prompt: str) -> None:
    clip = write(tmp_path / "clip.mp4", moving(16, 64, 36))
    with Image.open(extract(Job("sheet", (str(clip),), words=(Words("", prompt, prompt),)), tmp_path / "x.png")) as it:
        assert it.height < 700


def test_a_copy_with_mp3_has_the_same_pictures_packet_by_packet(reel: Path, tmp_path: Path) -> None:
    copy = made("mp3", reel, tmp_path / "x.mp4")
    about = check(copy)
    assert (about.width, about.height) == (960, 540)
    assert about.seconds == pytest.approx(3.0, abs=0.1)

    def packets(path: Path) -> list[tuple[bytes, float]]:
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            return [(bytes(p), float(p.pts * p.time_base)) for p in container.demux(stream) if p.pts is not None]

    assert packets(copy) == packets(reel)
    with av.open(str(copy)) as container:
        sound = container.streams.audio[0]
        assert sound.codec_context.name.startswith("mp3")
        blocks = [block.to_ndarray() for block in container.decode(sound)]
    assert sum(block.shape[1] for block in blocks) / sound.rate == pytest.approx(3.0, abs=0.1)
    assert max(float(np.abs(block).max()) for block in blocks) > 0.01


def test_a_copy_with_mp3_sounds_when_the_clip_does(tmp_path: Path) -> None:
    clip = tmp_path / "clip.mp4"
    with av.open(str(clip), "w") as container:
        video, audio = container.add_stream("libx264", rate=24), container.add_stream("aac", rate=48_000)
        video.width, video.height, video.pix_fmt = 64, 36, "yuv420p"
        for picture in moving(48, 64, 36):
            container.mux(video.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(video.encode())
        beep = np.zeros((1, 96_000), np.float32)
        beep[:, 48_000:48_480] = 0.8 * np.sin(np.arange(480) * 2 * np.pi * 2000 / 48_000)
        block = av.AudioFrame.from_ndarray(beep, format="fltp", layout="mono")
        block.sample_rate = 48_000
        container.mux(audio.encode(block))
        container.mux(audio.encode())

    def heard(path: Path) -> float:
        with av.open(str(path)) as container:
            for block in container.decode(container.streams.audio[0]):
                loud = np.flatnonzero(np.abs(block.to_ndarray()[0]) > 0.2)
                if loud.size:
                    return float(block.time or 0.0) + float(loud[0]) / block.sample_rate
        raise AssertionError("nothing is heard")

    assert heard(made("mp3", clip, tmp_path / "x.mp4")) == pytest.approx(heard(clip), abs=0.005)


def test_a_silent_clip_needs_no_other_sound(tmp_path: Path) -> None:
    with pytest.raises(NotExtracted, match=r"has no sound.* plays everywhere"):
        made("mp3", practice(tmp_path, scale=0.25), tmp_path / "x.mp4")
