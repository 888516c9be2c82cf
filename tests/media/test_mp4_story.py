"""The story in a clip: the clip is the same but for it, and nothing of what it says is believed blindly."""

from __future__ import annotations

import contextlib
import io
import json
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kling_widget.errors import BadFile, LibraryError
from kling_widget.media.mp4 import story, validation
from kling_widget.media.mp4.boxes import boxes
from kling_widget.media.mp4.frame_times import frame_times
from kling_widget.media.mp4.labels import box
from kling_widget.media.mp4.layout import lay_out

from .. import mp4s
from ..clips import mp4
from ..made import write_clip

STORY: dict[str, Any] = {
    "take": {"inputs": {"prompt": "Ein Fuchs im Schnee, 狐 🦊"}},
    "shown": {"title": "Fuchs 🦊", "comment": "what it is", "tool": "kling-widget", "date": "2026-11-25T10:00:00Z"},
}


@pytest.mark.parametrize("name", sorted(mp4s.whole()))
def test_every_whole_file_takes_a_story_and_is_the_same_clip(tmp_path: Path, name: str) -> None:
    path, target, again = (tmp_path / f"{one}.mp4" for one in ("clip", "told", "again"))
    path.write_bytes(mp4s.whole()[name])
    story.write(path, target, STORY)
    story.write(target, again, STORY)
    for one in (target, again):
        assert packets(one) == packets(path)
        assert list(frames(one)) == list(frames(path))
        assert frame_times(one) == frame_times(path)
        assert validation.check(one) == validation.check(path)
        assert story.read(one) == STORY


@pytest.fixture(params=["header first", "header last", "sound", "media to the end"])
def clip(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / "clip.mp4"
    if request.param == "sound":
        write_clip(path, 160, 96, 1, sound=True)
        return path
    body = bytearray(mp4(2.0, faststart=request.param != "header last"))
    if request.param == "media to the end":
        at = body.index(b"mdat") - 4
        body[at : at + 4] = bytes(4)
    path.write_bytes(body)
    return path


def packets(path: Path) -> list[tuple[int, int | None, int | None, bytes]]:
    with av.open(str(path)) as container:
        return [(p.stream_index, p.pts, p.dts, bytes(p)) for p in container.demux() if p.size]


def frames(path: Path) -> Iterator[tuple[float, bytes]]:
    with av.open(str(path)) as container:
        yield from ((f.time, f.to_ndarray().tobytes()) for f in container.decode(video=0))


def labels(path: Path) -> dict[str, str]:
    with av.open(str(path)) as container:
        return dict(container.metadata)


def kinds(path: Path) -> list[bytes]:
    with path.open("rb") as file:
        return [one.kind for one in boxes(file, 0, path.stat().st_size)]


def test_a_clip_with_a_story_is_the_same_clip(clip: Path, tmp_path: Path) -> None:
    before, target = clip.read_bytes(), tmp_path / "told.mp4"
    story.write(clip, target, STORY)
    assert clip.read_bytes() == before
    assert packets(target) == packets(clip)
    assert list(frames(target)) == list(frames(clip))
    assert frame_times(target) == frame_times(clip)
    assert validation.check(target) == validation.check(clip)
    assert story.read(target) == STORY
    assert story.read(clip) is None
    assert kinds(target) == [*kinds(clip), b"uuid"]
    assert [path.name for path in tmp_path.iterdir() if "part" in path.name] == []


def test_players_show_what_it_is_and_what_the_clip_said_itself_stays(clip: Path, tmp_path: Path) -> None:
    target = tmp_path / "told.mp4"
    story.write(clip, target, STORY)
    shown = labels(target)
    assert (shown["title"], shown["comment"], shown["date"]) == ("Fuchs 🦊", "what it is", "2026-11-25T10:00:00Z")
    assert shown["encoder"] == labels(clip)["encoder"]


def test_a_story_that_is_written_again_is_one_story(clip: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "first.mp4", tmp_path / "second.mp4"
    story.write(clip, first, STORY)
    story.write(first, second, {"shown": {"title": "Another"}})
    assert story.read(second) == {"shown": {"title": "Another"}}
    assert kinds(second).count(b"uuid") == 1
    assert labels(second)["title"] == "Another"
    assert "comment" not in labels(second)
    assert packets(second) == packets(clip)


def test_words_that_a_clip_had_before_are_not_overwritten(tmp_path: Path) -> None:
    path, target = tmp_path / "clip.mp4", tmp_path / "told.mp4"
    with av.open(str(path), "w") as container:
        container.metadata.update({"title": "Mine", "artist": "Me"})
        stream = container.add_stream("libx264", rate=24)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        container.mux(stream.encode(av.VideoFrame(64, 64, "yuv420p")))
        container.mux(stream.encode())
    story.write(path, target, STORY)
    assert (labels(target)["title"], labels(target)["artist"]) == ("Mine", "Me")
    assert labels(target)["comment"] == "what it is"


def test_a_clip_that_is_laid_down_in_fragments_gets_its_story_and_stays_as_it_is(tmp_path: Path) -> None:
    path, target = tmp_path / "clip.mp4", tmp_path / "told.mp4"
    with av.open(str(path), "w", options={"movflags": "frag_keyframe"}) as container:
        stream = container.add_stream("libx264", rate=24)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        for _ in range(12):
            container.mux(stream.encode(av.VideoFrame(64, 64, "yuv420p")))
        container.mux(stream.encode())
    story.write(path, target, STORY)
    assert target.read_bytes().startswith(path.read_bytes())
    assert packets(target) == packets(path)
    assert story.read(target) == STORY


@pytest.mark.parametrize("movflags", ["", "faststart"])
def test_a_story_outlives_labels_that_another_tool_wiped(tmp_path: Path, movflags: str) -> None:
    path, target = tmp_path / "clip.mp4", tmp_path / "told.mp4"
    path.write_bytes(mp4(1.0, faststart=bool(movflags)))
    story.write(path, target, STORY)
    body = target.read_bytes().replace(b"udta", b"free")
    target.write_bytes(body + box(b"free", b"junk") + b"what another tool hung behind it")
    assert story.read(target) == STORY


def test_places_beyond_four_gibibytes_send_the_header_behind_the_media() -> None:
    """A header that grows pushes the media: where its table of chunks can't say so, the header goes elsewhere."""
    near = 2**32 - 10
    table = box(b"stco", bytes(4) + struct.pack(">II", 1, near))
    header = box(b"trak", box(b"mdia", box(b"minf", box(b"stbl", table))))
    size = 8 + len(header)
    file = io.BytesIO(box(b"ftyp", b"isom") + box(b"moov", header))
    ftyp, moov = boxes(file, 0, 12 + size)
    media = type(moov)(b"mdat", moov.end, moov.end + 16, near + 100)
    pieces = lay_out([ftyp, moov, media], header, header + box(b"udta", bytes(50)))
    assert pieces[:2] == [(ftyp.at, ftyp.end), (media.at, media.end)]
    (last,) = pieces[2:]
    assert isinstance(last, bytes)
    assert last[4:8] == b"moov"
    moved = last.index(b"stco") + 12
    assert int.from_bytes(last[moved : moved + 4], "big") == near - size


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param(b"{", "damaged", id="half"),
        pytest.param(b"\xff\xfe", "damaged", id="no text"),
        pytest.param(b"[" * 100_000, "damaged", id="very deep"),
        pytest.param(b'{"version":1,"story":' + b'{"a":' * 40 + b"1" + b"}" * 41, "damaged", id="deep"),
        pytest.param(b'{"version":1,"story":{"a":NaN}}', "damaged", id="no number"),
        pytest.param(b'{"version":1,"story":{"a":' + b"9" * 5000 + b"}}", "damaged", id="a number without end"),
        pytest.param(b'{"version":1,"story":{"a":"\\ud800"}}', "damaged", id="half of a pair"),
        pytest.param(b'{"version":1,"story":{"a\\u0000":1}}', "damaged", id="a zero"),
        pytest.param(b'{"version":1,"story":[]}', "shape", id="a list"),
        pytest.param(b'{"version":true,"story":{}}', "shape", id="a truth for a number"),
        pytest.param(b"[]", "shape", id="no mapping"),
        pytest.param(b'{"version":2,"story":{}}', "Update kling-widget", id="a newer version"),
        pytest.param(b" " * (1 << 20) + b"{}", "longer", id="too long"),
    ],
)
def test_a_story_that_is_none_is_refused_in_words(tmp_path: Path, text: bytes, words: str) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(mp4() + box(b"uuid", story.BOX.bytes + text))
    with pytest.raises(LibraryError, match=words):
        story.read(path)


@pytest.mark.parametrize("body", [b"", b"<html>" * 50, mp4() + box(b"uuid", bytes(16) + b"{}"), mp4()[:99]])
def test_a_file_without_a_story_tells_none(tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(body)
    assert story.read(path) is None


def test_a_damaged_source_is_refused_and_what_was_there_stays(tmp_path: Path) -> None:
    path, target = tmp_path / "clip.mp4", tmp_path / "told.mp4"
    path.write_bytes(mp4()[:-1])
    target.write_bytes(b"what was there")
    with pytest.raises(BadFile):
        story.write(path, target, STORY)
    with pytest.raises(LibraryError, match="longer than a clip should carry"):
        story.write(path, target, {"note": "x" * (1 << 20)})
    with pytest.raises(LibraryError, match="can't be written"):
        story.write(path, target, {"note": object()})
    with pytest.raises(LibraryError, match="can't be written"):
        story.write(path, target, {"note": "half of a pair \ud800"})
    with pytest.raises(LibraryError, match="the clip itself"):
        story.write(path, path, STORY)
    assert target.read_bytes() == b"what was there"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["clip.mp4", "told.mp4"]


_TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"))
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | _TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc", max_size=3), inner, max_size=4),
    max_leaves=12,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(told=st.dictionaries(st.text("abc", max_size=5), _JSON, max_size=5), title=st.text("aä🦊", max_size=90))
def test_what_is_written_is_read(tmp_path: Path, told: dict[str, Any], title: str) -> None:
    path, target = tmp_path / "clip.mp4", tmp_path / "told.mp4"
    path.write_bytes(mp4(0.5, 64, 64))
    story.write(path, target, {**told, "shown": {"title": title}})
    assert story.read(target) == json.loads(json.dumps({**told, "shown": {"title": title}}))
    assert packets(target) == packets(path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(at=st.integers(0, 1600), junk=st.binary(min_size=1, max_size=24))
def test_damage_anywhere_in_a_source_is_refused_or_copied_but_never_worse(tmp_path: Path, at: int, junk: bytes) -> None:
    path, target = tmp_path / "clip.mp4", tmp_path / "told.mp4"
    target.unlink(missing_ok=True)
    body = bytearray(mp4())
    body[at : at + len(junk)] = junk
    path.write_bytes(body)
    with contextlib.suppress(BadFile):
        story.write(path, target, STORY)
        assert validation.check(target) == validation.check(path)
        assert story.read(target) == STORY
    assert path.read_bytes() == body
