"""Which files are whole: all that are by the standard and in players, and none that is cut off."""

from __future__ import annotations

import contextlib
import struct
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from kling_widget.errors import BadFile
from kling_widget.media.mp4 import boxes, h264
from kling_widget.media.mp4.frame_times import frame_times
from kling_widget.media.mp4.validation import Mp4, check

from .. import mp4s
from ..clips import mp4

WHOLE, BROKEN = mp4s.whole(), mp4s.broken()


def checked(tmp_path: Path, body: bytes) -> Mp4:
    path = tmp_path / "clip.mp4"
    path.write_bytes(body)
    return check(path)


@pytest.mark.parametrize("faststart", [True, False])
def test_a_whole_file_says_its_size_and_length(tmp_path: Path, faststart: bool) -> None:
    found = checked(tmp_path, mp4(2.0, 320, 180, faststart=faststart))
    assert (found.width, found.height) == (320, 180)
    assert found.seconds == pytest.approx(2.0, abs=0.05)


@pytest.mark.parametrize("name", WHOLE)
def test_what_is_whole_by_the_standard_is_taken_with_its_size_and_length(tmp_path: Path, name: str) -> None:
    found = checked(tmp_path, WHOLE[name])
    assert (found.width, found.height) == (96, 64)
    assert found.seconds == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize(
    "body",
    [
        *(pytest.param(body, id=name) for name, body in BROKEN.items()),
        pytest.param(struct.pack(">I4s", 8, b"ftyp"), id="ftyp alone"),
        pytest.param(struct.pack(">I4sI4s", 8, b"ftyp", 8, b"moov"), id="no mdat"),
        pytest.param(struct.pack(">I4sI4sI4s", 8, b"ftyp", 8, b"moov", 8, b"mdat"), id="an empty header"),
        pytest.param(struct.pack(">I4sI4s", 8, b"ftyp", 7, b"moov"), id="a box shorter than its own head"),
        pytest.param(struct.pack(">I4sI4sQ", 8, b"ftyp", 1, b"moov", 2**63), id="a box of exabytes"),
    ],
)
def test_what_is_no_whole_mp4_is_refused(tmp_path: Path, body: bytes) -> None:
    with pytest.raises(BadFile):
        checked(tmp_path, body)


@pytest.mark.parametrize(
    ("ratio", "size"),
    [(Fraction(4, 3), (128, 64)), (Fraction(7, 5), (134, 64)), (Fraction(1, 2), (96, 128)), (None, (96, 64))],
)
def test_a_stream_says_the_shape_of_its_pixels_where_the_boxes_do_not(
    tmp_path: Path, ratio: Fraction | None, size: tuple[int, int]
) -> None:
    found = checked(tmp_path, mp4s.without_pixel(mp4s.film(pixel=ratio)))
    assert (found.width, found.height) == size


@settings(max_examples=200)
@given(st.binary(max_size=60))
def test_a_stream_that_says_nonsense_of_its_pixels_says_nothing(unit: bytes) -> None:
    found = h264.pixel(b"\x01\x64\x00\x1f\xff\xe1" + len(unit).to_bytes(2, "big") + unit)
    assert found is None or min(found) > 0


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("a WebM", "it is a WebM or Matroska video"),
        ("HTML", r"it is a web page \(HTML\)"),
        ("JSON", "it is JSON"),
        ("nothing", "it is empty"),
        ("sound only", "sound and no picture"),
        ("half", "cut off"),
        ("a fragment too few for its index", "cut off"),
    ],
)
def test_what_is_refused_is_called_what_it_is(tmp_path: Path, kind: str, words: str) -> None:
    body = BROKEN[kind]  # its bytes differ from process to process: no name of a test
    with pytest.raises(BadFile, match=words):
        checked(tmp_path, body)


def _many(kind: bytes, count: int, inner: bytes = b"") -> bytes:
    return mp4s.changed(mp4(), (b"moov",), lambda header: header + mp4s.box(kind, inner) * count)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(_many(b"trak", 120), id="tracks"),
        pytest.param(_many(b"trak", 120, mp4s.box(b"trak") * 4000), id="boxes in tracks"),
        pytest.param(_many(b"XYZ!", 100_001), id="boxes in the header"),
        pytest.param(mp4() + mp4s.box(b"free") * 100_001, id="boxes behind"),
        pytest.param(mp4s.whole()["fragments"] + mp4s.box(b"moof", mp4s.box(b"XYZ!") * 50) * 2100, id="fragments"),
    ],
)
def test_more_than_any_real_file_has_is_refused_and_not_counted_to_the_end(tmp_path: Path, body: bytes) -> None:
    """The bounds are over all boxes of a file: else each takes seconds to minutes."""
    with pytest.raises(BadFile, match=r"more (boxes|tracks) than any real one"):
        checked(tmp_path, body)
    assert frame_times(tmp_path / "clip.mp4") is None


@pytest.mark.parametrize("kind", [b"stsz", b"stts", b"stco", b"stsc", b"ctts"])
def test_tables_that_count_more_than_they_hold_are_refused_at_once(tmp_path: Path, kind: bytes) -> None:
    path = (b"moov", b"trak", b"mdia", b"minf", b"stbl", kind)
    at = 8 if kind == b"stsz" else 4
    body = mp4s.changed(mp4s.film(b_frames=3), path, lambda table: mp4s.put(table, at, (2**32 - 1).to_bytes(4, "big")))
    if kind in (b"stts", b"ctts"):  # when frames are due says nothing of whether all are here
        assert checked(tmp_path, body).width == 96
    else:
        with pytest.raises(BadFile):
            checked(tmp_path, body)
    if kind not in (b"stco", b"stsc"):  # where samples lie says nothing of when they are due
        assert frame_times(tmp_path / "clip.mp4") is None


@pytest.mark.parametrize(
    ("kind", "entry"),
    [(b"stss", (1).to_bytes(4, "big")), (b"stts", bytes(7) + b"\1"), (b"ctts", bytes(8))],
)
def test_tables_of_when_frames_are_due_are_counted_as_those_of_where_they_lie(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: bytes, entry: bytes
) -> None:
    """A header of 64 MB has room for 16 million of them, which take gigabytes."""
    monkeypatch.setattr(boxes, "MOST_SAMPLES", 5_000)

    def longer(table: bytes) -> bytes:
        number = int.from_bytes(table[4:8], "big") + 5_000
        return table[:4] + number.to_bytes(4, "big") + table[8:] + entry * 5_000

    path = tmp_path / "clip.mp4"
    path.write_bytes(mp4s.film(b_frames=3))
    assert frame_times(path) is not None
    path.write_bytes(mp4s.changed(mp4s.film(b_frames=3), (b"moov", b"trak", b"mdia", b"minf", b"stbl", kind), longer))
    assert frame_times(path) is None


def _media(body: bytes) -> list[range]:
    """Where the samples of a file lie."""
    found, at = [], 0
    for kind, one in mp4s.parts(body):
        if kind == b"mdat":
            found.append(range(at + 8, at + len(one)))
        at += len(one)
    return found


CUT = [
    *("header last", "header first", "media to the end", "with sound", "a MOV"),
    *("fragments", "fragments, with sound", "fragments, CMAF", "fragments, an index", "fragments, B-frames"),
]
"""Files that are cut within their samples."""


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(name=st.sampled_from(CUT), where=st.floats(0, 1, exclude_max=True))
@example(name="media to the end", where=0.9999999)
@example(name="fragments, CMAF", where=0.9999999)
def test_a_file_that_is_cut_anywhere_in_its_samples_is_refused(tmp_path: Path, name: str, where: float) -> None:
    places = [place for media in _media(WHOLE[name]) for place in media]
    with pytest.raises(BadFile):
        checked(tmp_path, WHOLE[name][: places[int(where * len(places))]])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100)
@given(
    name=st.sampled_from(sorted(WHOLE)),
    behind=st.lists(
        st.tuples(st.sampled_from([b"free", b"skip", b"uuid", b"XYZ!"]), st.binary(max_size=40)), max_size=5
    ),
    zeros=st.integers(0, 100),
)
def test_a_whole_file_stays_whole_whatever_boxes_stand_behind_it(
    tmp_path: Path, name: str, behind: list[tuple[bytes, bytes]], zeros: int
) -> None:
    if name in ("media to the end", "free without a length"):  # nothing is behind those: it is inside
        behind = []
    body = WHOLE[name] + b"".join(mp4s.box(kind, inner) for kind, inner in behind) + bytes(zeros)
    assert checked(tmp_path, body).width == 96


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A whole file with bytes overwritten, boxes doubled, put into each other or left out, and its end cut off."""
    body = bytearray(WHOLE[draw(st.sampled_from(sorted(WHOLE)))][:6000])
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(0, len(body) - 1)))
        what = draw(st.sampled_from(["write", "flip", "double", "nest", "drop", "cut"]))
        length = draw(st.integers(1, 64))
        if what == "write":
            body[at : at + length] = draw(st.binary(min_size=1, max_size=24))
        elif what == "flip" and body:
            body[at] ^= 1 << draw(st.integers(0, 7))
        elif what == "double":
            body[at:at] = body[at : at + length] * draw(st.integers(1, 20))
        elif what == "nest":
            kind = draw(st.sampled_from([b"moov", b"trak", b"mdia", b"stbl", b"moof", b"traf", b"trun", b"edts"]))
            body[at:] = mp4s.box(kind, bytes(body[at:]))
        elif what == "drop":
            del body[at : at + length]
        else:
            del body[at:]
    return bytes(body)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=500)
@given(body=damaged())
def test_damage_of_any_kind_ends_in_a_size_or_is_refused_and_is_never_worse(tmp_path: Path, body: bytes) -> None:
    with contextlib.suppress(BadFile):
        found = checked(tmp_path, body)
        assert found.width > 0
        assert found.seconds > 0
    frame_times(tmp_path / "clip.mp4")  # raises nothing


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(st.integers(0, len(mp4()) - 1), st.binary(min_size=1, max_size=40))
def test_damage_anywhere_never_raises_anything_else(tmp_path: Path, at: int, junk: bytes) -> None:
    body = bytearray(mp4())
    body[at : at + len(junk)] = junk
    with contextlib.suppress(BadFile):
        assert checked(tmp_path, bytes(body)).width > 0
