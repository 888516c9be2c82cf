"""A clip is a real MP4, and what it shows can be read by a machine."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from kling_widget.practice.camera import Camera
from kling_widget.practice.clip_plan import ClipPlan, PlannedShot, plan_clip
from kling_widget.practice.frame_code import encoded, read_frame_number
from kling_widget.practice.render import Cancelled, render
from kling_widget.practice.scene import SETTINGS, kind_of
from kling_widget.practice.sound import PEAK

SIZES = {"16:9": (1920, 1080), "9:16": (1080, 1920), "1:1": (1440, 1440)}


def boxes(path: Path) -> list[str]:
    """The names of an MP4's outermost boxes, in order; they must tile the file."""
    data, at, names = path.read_bytes(), 0, []
    while at < len(data):
        size, name = struct.unpack(">I4s", data[at : at + 8])
        assert size >= 8
        names.append(name.decode())
        at += size
    assert at == len(data)
    return names


def pictures(path: Path) -> Iterator[Any]:
    """All frames as RGB arrays."""
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            yield frame.to_ndarray(format="rgb24")


@pytest.mark.parametrize("ratio", list(SIZES))
def test_a_clip_has_its_size_its_frames_and_its_index_at_the_front(tmp_path: Path, ratio: str) -> None:
    path = tmp_path / "clip.mp4"
    sound = ratio == "9:16"
    render(plan_clip({"prompt": "a fox", "aspect_ratio": ratio, "sound": sound}, seconds=3, seed="a"), path)
    names = boxes(path)
    assert names[0] == "ftyp"
    assert names.index("moov") < names.index("mdat")
    with av.open(str(path)) as container:
        video = container.streams.video[0]
        assert (video.width, video.height) == SIZES[ratio]
        assert (video.codec_context.name, video.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert video.average_rate == 24
        assert container.duration is not None
        assert container.duration / 1_000_000 == pytest.approx(3, abs=0.05)
        assert [track.codec_context.name for track in container.streams.audio] == (["aac"] if sound else [])
    shown = [read_frame_number(picture) for picture in pictures(path)]
    assert shown == list(range(72))
    assert path.stat().st_size < 4_000_000


def test_the_same_request_and_id_give_the_same_bytes_and_another_id_others(tmp_path: Path) -> None:
    def bytes_of(seed: str, name: str) -> bytes:
        plan = plan_clip({"prompt": "Neon rain in the city", "sound": True}, seconds=3, seed=seed, scale=0.2)
        render(plan, tmp_path / name)
        return (tmp_path / name).read_bytes()

    assert bytes_of("one", "a.mp4") == bytes_of("one", "b.mp4")
    assert bytes_of("two", "c.mp4") != bytes_of("one", "a.mp4")


def test_the_frame_number_survives_a_picture_of_640_pixels_and_jpeg(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    render(ClipPlan((PlannedShot("a fox in the snow", 1),), seed="x"), path)
    for number, picture in enumerate(pictures(path)):
        small = Image.fromarray(picture).resize((640, 360))
        small.save(tmp_path / "small.jpg", quality=70)
        assert read_frame_number(np.asarray(Image.open(tmp_path / "small.jpg"))) == number


@pytest.mark.parametrize("frame", [0, 1, 71, 359, 4095])
def test_a_pattern_that_does_not_add_up_is_refused(frame: int) -> None:
    picture = np.zeros((1080, 1920, 3), np.uint8)
    for i, white in enumerate(encoded(frame)):
        picture[:16, i * 24 : i * 24 + 24] = 255 * white
    assert read_frame_number(picture) == frame
    picture[:16, 24 * 5 : 24 * 6] = 255 - picture[:16, 24 * 5 : 24 * 6]
    with pytest.raises(ValueError, match="does not add up"):
        read_frame_number(picture)
    with pytest.raises(ValueError, match="no frame pattern"):
        read_frame_number(np.full((360, 640, 3), 127, np.uint8))


def test_every_place_moves_as_a_whole_and_every_shot_cuts(tmp_path: Path) -> None:
    shots = tuple(PlannedShot(f"{kind}, {word}", 1) for kind, word in zip(SETTINGS, ["", "dolly in", "orbit"] * 3))  # noqa: B905 - fewer moves than places would be an error of the test
    path = tmp_path / "clip.mp4"
    render(ClipPlan(shots, seed="m", scale=0.25), path)
    shown = list(pictures(path))
    assert len(shown) == 24 * len(SETTINGS)
    for number, kind in enumerate(SETTINGS):
        assert kind_of(kind) == kind
        first, last = (shown[number * 24 + i].astype(int)[20:200] for i in (0, 23))
        moved = np.abs(first - last).max(axis=2) > 12
        assert moved.mean() > 0.03, kind
        assert moved.any(axis=0).mean() > 0.6, kind  # all across the frame
        if number:
            cut = np.abs(shown[number * 24].astype(int)[20:] - shown[number * 24 - 1].astype(int)[20:])
            assert cut.mean() > 12, kind


def test_sound_is_there_soft_and_with_a_tick_at_the_cut(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    render(ClipPlan((PlannedShot("the sea", 2), PlannedShot("the desert", 1)), sound=True, seed="s", scale=0.2), path)
    with av.open(str(path)) as container:
        track = container.streams.audio[0]
        assert (track.rate, track.channels) == (48_000, 2)
        samples = np.concatenate([frame.to_ndarray() for frame in container.decode(audio=0)], axis=1)
    assert samples.shape[1] / 48_000 == pytest.approx(3, abs=0.05)
    assert 0.7 * PEAK < np.abs(samples).max() < 1.25 * PEAK

    def loud(start: float) -> float:
        part = samples[0, int(start * 48_000) : int(start * 48_000) + 2400]
        spectrum = np.abs(np.fft.rfft(part))
        return float(spectrum[70:80].sum() / spectrum.sum())  # around 1,480 Hz

    assert loud(2.0) > 3 * loud(1.5)


def test_a_rendering_that_is_stopped_leaves_nothing(tmp_path: Path) -> None:
    asked = iter([True] * 5)
    with pytest.raises(Cancelled):
        render(
            plan_clip({"prompt": "a fox"}, seconds=3, seed="a", scale=0.2),
            tmp_path / "a.mp4",
            lambda: next(asked, False),
        )
    assert list(tmp_path.iterdir()) == []


def test_words_of_the_camera_are_heard() -> None:
    def move(words: str) -> tuple[str, int]:
        camera = Camera.of(words, 1, 5, 1)
        return camera.move, camera.side

    assert move("slow dolly in at shoulder height")[0] == "in"
    assert move("the camera pulls back")[0] == "out"
    assert move("orbit left around her") == ("orbit", -1)
    assert move("pan right over the bay") == ("truck", 1)
    assert move("a drone shot, aerial")[0] == "up"
    assert move("locked off, tripod")[0] == "still"


def test_inputs_besides_words_are_named(tmp_path: Path) -> None:
    inputs = {"prompt": "", "image": "https://x/files/beach.png?token=1", "end_image": "data:image/png;base64,AAAA"}
    inputs |= {"element_list": [{"element_id": "123456789"}, {"element_id": "7"}]}  # type: ignore[dict-item]  # a mixed dict
    plan = plan_clip(inputs, seconds=5, seed="s", names={"7": "Mara"})
    assert plan.given == "from beach.png to a picture"
    assert plan.elements == ("element …6789", "Mara")
