"""When each frame is shown, held against what the decoder says."""

from __future__ import annotations

import itertools
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kling_widget.media.mp4 import edits
from kling_widget.media.mp4.frame_times import FrameTimes, frame_times
from kling_widget.media.mp4.samples import Sample
from kling_widget.media.mp4.tracks import Edit

from .. import mp4s
from ..clips import mp4

EVEN = list(range(30))
UNEVEN = [0, 1, 2, 5, 6, 9, 15, 16, 18, 30, 31]
LATE = [7, 8, 10]


def write(
    path: Path, due: list[int], *, b_frames: int = 3, sound: bool = False, movflags: str = "", edits: bool = True
) -> None:
    """Write a clip whose frames are due at these 24ths of a second."""
    beat = Fraction(1, 24)
    options = {"use_editlist": str(int(edits)), **({"movflags": movflags} if movflags else {})}
    with av.open(str(path), "w", format="mp4", options=options) as container:
        video = container.add_stream("libx264", rate=24, options={"preset": "veryfast", "bf": str(b_frames)})
        video.width, video.height, video.pix_fmt = 64, 64, "yuv420p"
        video.codec_context.time_base = beat
        audio = container.add_stream("aac", rate=48_000) if sound else None
        for number, at in enumerate(due):
            noise = np.random.default_rng(number).integers(0, 255, (64, 64, 3), np.uint8)
            frame = av.VideoFrame.from_ndarray(noise, format="rgb24")
            frame.pts, frame.time_base = at, beat
            container.mux(video.encode(frame))
        container.mux(video.encode())
        if audio is not None:
            silence = av.AudioFrame.from_ndarray(np.zeros((1, 96_000), np.float32), format="fltp", layout="mono")
            silence.sample_rate = 48_000
            container.mux(audio.encode(silence))
            container.mux(audio.encode())


def decoded(path: Path) -> list[float]:
    with av.open(str(path)) as container:
        return [frame.time for frame in container.decode(video=0)]


def read(path: Path) -> FrameTimes:
    found = frame_times(path)
    assert found is not None
    return found


@pytest.mark.parametrize("faststart", [True, False])
@pytest.mark.parametrize("b_frames", [0, 3])
@pytest.mark.parametrize("due", [EVEN, UNEVEN, LATE, [0]], ids=["even", "uneven", "late", "one"])
@pytest.mark.parametrize("edits", [True, False], ids=["an edit list", "none"])
def test_frames_begin_when_the_decoder_says_and_the_first_is_there_at_once(
    tmp_path: Path, due: list[int], b_frames: int, faststart: bool, edits: bool
) -> None:
    path = tmp_path / "clip.mp4"
    write(path, due, b_frames=b_frames, edits=edits, movflags="faststart" if faststart else "")
    shown = decoded(path)
    assert len(shown) == len(due)
    # The edit list counts a picture that begins late in thousandths.
    assert read(path).times() == pytest.approx([0.0, *shown[1:]], abs=0.001 if due is LATE else 1e-9)


def test_sound_beside_the_picture_moves_no_frame(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    write(path, UNEVEN, sound=True)
    assert read(path).times() == pytest.approx(decoded(path), abs=1e-9)


def test_what_the_edit_list_cuts_off_is_not_shown(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    write(path, EVEN, b_frames=0)
    body = path.read_bytes()
    edit = body.index(b"elst") + 12  # after its kind, its version, its count
    length = int.from_bytes(body[edit : edit + 4], "big")
    cut = body[:edit] + (length - 500).to_bytes(4, "big") + (5 * 512).to_bytes(4, "big") + body[edit + 8 :]
    path.write_bytes(cut)
    shown = decoded(path)
    assert len(shown) < len(EVEN)
    assert read(path).times() == pytest.approx(shown, abs=1e-9)


def test_an_edit_list_without_end_is_not_played_to_its_end() -> None:
    samples = [Sample(number, 1, 0, key=True) for number in range(50_000)]
    assert edits.shown(samples, [Edit(10, 0)] * 1000, 24, 24) is None
    assert edits.shown(samples, [Edit(50_000, 0)], 24, 24) == [(number, 1) for number in range(50_000)]


def test_a_page_is_told_in_runs(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(mp4(2.0))
    found = read(path)
    assert found.plain() == {"scale": 12288, "runs": [[48, 512]]}
    assert found.count == 48


def test_frames_of_unlike_length_are_counted_one_after_the_other() -> None:
    found = FrameTimes(10, ((2, 5), (1, 10), (1, 5)))
    assert found.count == 4
    assert found.times() == [0.0, 0.5, 1.0, 2.0]


@pytest.mark.parametrize("b_frames", [0, 3])
@pytest.mark.parametrize("signed", ["", "+negative_cts_offsets"])
@pytest.mark.parametrize("flags", ["frag_keyframe+empty_moov", "frag_every_frame+empty_moov+default_base_moof"])
def test_frames_in_fragments_begin_when_the_decoder_says(
    tmp_path: Path, flags: str, signed: str, b_frames: int
) -> None:
    path = tmp_path / "clip.mp4"
    write(path, UNEVEN, b_frames=b_frames, movflags=flags + signed)
    assert read(path).times() == pytest.approx([0.0, *decoded(path)[1:]], abs=1e-9)


TICKS = 512
"""Ticks of the track that a frame lasts, in ``mp4s.film``; the movie has 1,000 a second."""

EDITS: dict[str, list[tuple[int, int]]] = {
    "between two frames": [(700, TICKS * 27 // 5)],
    "on a frame": [(500, TICKS * 6)],
    "a tick before a frame": [(500, TICKS * 6 - 1)],
    "a tick after a frame": [(500, TICKS * 6 + 1)],
    "on the last frame": [(40, TICKS * 23)],
    "nothing first": [(250, -1), (750, 0)],
    "nothing twice, then between two frames": [(100, -1), (150, -1), (500, TICKS * 7 // 2)],
    "two parts": [(250, 0), (250, TICKS * 12)],
    "two parts, the later one first": [(250, TICKS * 12), (250, 0)],
    "two parts, between frames": [(230, TICKS * 5 // 2), (250, TICKS * 123 // 10)],
    "a part twice": [(250, 0), (250, 0)],
    "before the first frame": [(500, -TICKS)],
    "longer than the clip": [(5000, 0)],
}
"""Edit lists: each entry's length in the movie's ticks, and where it starts in the track's."""


@pytest.mark.parametrize("b_frames", [0, 3])
@pytest.mark.parametrize("name", EDITS)
def test_an_edit_list_shows_what_the_decoder_shows_when_it_does(tmp_path: Path, name: str, b_frames: int) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(mp4s.edited(mp4s.film(b_frames=b_frames, gop=8), *EDITS[name]))
    shown = sorted(set(decoded(path)))  # of two at the same time a page shows one
    assert read(path).times() == pytest.approx([0.0, *shown[1:]], abs=1e-4)


@pytest.mark.parametrize("rate", [0, 1 << 15, 2 << 16], ids=["a standstill", "half", "twice"])
def test_an_edit_is_played_at_its_own_speed_whatever_it_says(tmp_path: Path, rate: int) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(mp4s.edited(mp4s.film(), (500, TICKS * 3), rate=rate))
    assert read(path).times() == pytest.approx(decoded(path), abs=1e-9)


@pytest.mark.parametrize("edits", [[(500, TICKS * 100)], [(250, -1)]], ids=["beyond the end", "nothing only"])
def test_an_edit_list_that_shows_nothing_has_no_times(tmp_path: Path, edits: list[tuple[int, int]]) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(mp4s.edited(mp4s.film(), *edits))
    assert frame_times(path) is None


@pytest.mark.parametrize("count", [100_001, 2**32 - 1])
def test_absurd_counts_are_not_believed(tmp_path: Path, count: int) -> None:
    body = bytearray(mp4(1.0))
    at = body.index(b"stts") + 12
    body[at : at + 4] = count.to_bytes(4, "big")
    path = tmp_path / "clip.mp4"
    path.write_bytes(body)
    assert frame_times(path) is None


@pytest.mark.parametrize("body", [b"", b"<html>" * 50, mp4()[:200]], ids=["nothing", "HTML", "a piece"])
def test_what_is_no_clip_has_no_times(tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(body)
    assert frame_times(path) is None
    assert frame_times(tmp_path / "nowhere.mp4") is None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=400)
@given(st.integers(0, 1500), st.binary(min_size=1, max_size=24))
def test_damage_anywhere_gives_times_that_make_sense_or_none(tmp_path: Path, at: int, junk: bytes) -> None:
    body = bytearray(mp4())
    body[at : at + len(junk)] = junk
    path = tmp_path / "clip.mp4"
    path.write_bytes(body)
    found = frame_times(path)
    times = [0.0] if found is None else found.times()
    assert len(times) <= 100_000
    assert times[0] == 0
    assert all(a < b for a, b in itertools.pairwise(times))
