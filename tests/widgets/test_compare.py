"""Takes beside each other: what they differ in, and what a screen makes for a person to take away."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kling_widget import Library, compare
from kling_widget.library.differences import all_differences, differences
from kling_widget.request.catalog import O3_PRO
from kling_widget.widgets.base.ids import MOST
from kling_widget.widgets.player import Player
from tests.made import a_record, a_take, complete, jpeg

from ..patience import until
from .page import Page

STD = "kwaivgi/kling-video-o3-std/text-to-video"


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """A library with three finished takes, the oldest first."""
    for number, seconds in enumerate((3, 4, 3)):
        a_take(tmp_path / "lib", f"Moon {number}", at=1_790_000_000_000 + number, inputs={"duration": seconds})
    library = Library(tmp_path / "lib")
    yield library
    library.close()


def test_what_differs_is_told_word_by_word_and_input_by_input() -> None:
    one = a_record("A fox in snow", inputs={"duration": 5, "sound": True, "aspect_ratio": "16:9"})
    other = a_record("A fox in rain", inputs={"duration": 10, "negative_prompt": "blur"}, model=STD)
    found = differences(one, other)
    assert found["prompt"] == [("same", "A fox in "), ("del", "snow"), ("ins", "rain")]
    assert found["inputs"] == [
        ("model", "Kling O3 Pro · text to video", "Kling O3 Standard · text to video"),
        ("duration", "5", "10"),
        ("sound", "on", "off"),  # left out: the model's own default counts
        ("negative_prompt", "none", "blur"),
    ]


def test_two_that_were_asked_for_alike_differ_in_nothing() -> None:
    one, other = a_record(inputs={"sound": False}), a_record()
    assert one.model == O3_PRO
    found = differences(one, other)
    assert (found["prompt"], found["inputs"]) == ([("same", "A moon crosses the dusk")], [])


def test_all_pairs_are_told_in_both_directions() -> None:
    records = [a_record(f"Moon {n}", at=1_790_000_000_000 + n) for n in range(3)]
    found = all_differences(records)
    assert len(found) == 6
    assert found[f"{records[2].id} {records[0].id}"]["prompt"] == [("same", "Moon "), ("del", "2"), ("ins", "0")]


def test_two_takes_stand_side_by_side_and_more_in_a_grid(library: Library) -> None:
    takes = library.takes()
    two = compare(*takes[:2])
    assert (two.arrangement, [clip["id"] for clip in two.clips]) == ("side", [take.id for take in takes[:2]])
    assert compare(*takes).arrangement == "grid"
    assert compare(*takes[:2], arrangement="wipe").arrangement == "wipe"


def test_what_is_no_take_is_refused_in_words(library: Library) -> None:
    take = library.takes()[0]
    with pytest.raises(TypeError, match="compare takes takes"):
        compare(take, take.id)  # type: ignore[arg-type]  # what a person may well try
    with pytest.raises(TypeError, match="at most 16"):
        compare(*[take] * 17)


def test_each_take_is_shown_once_and_a_screen_has_sixteen_places(tmp_path: Path, library: Library) -> None:
    take = library.takes()[0]
    assert len(Player([take, take]).takes) == 1
    records = [a_record(f"Moon {n}", at=1_790_000_000_000 + n) for n in range(20)]
    screen = Player(library=library)
    screen.show(*records)
    assert len(screen.clips) == MOST == 16


def test_a_page_is_told_when_frames_are_shown(library: Library) -> None:
    page = Page(Player(library.takes()[0]))
    told = page.tell("where", take=library.takes()[0].id)
    runs = told["frames"]["runs"]
    assert sum(count for count, _ in runs) == 72
    assert sum(count * ticks for count, ticks in runs) / told["frames"]["scale"] == pytest.approx(3)


def made(page: Page, take: str, **fields: Any) -> dict[str, Any]:
    job = page.tell("make", take=take, **fields)["job"]
    return next(
        iter(until(lambda: [content for content, _ in page.heard if content.get("job") == job and "made" in content]))
    )


def test_what_a_page_asks_for_is_made_told_and_given_in_pieces(library: Library) -> None:
    take = library.takes()[0]
    page = Page(Player(take))
    told = made(page, take.id, export="gif", start=0.5, end=1.0)["made"]
    path = library.folder / "exports" / told["name"]
    assert (told["bytes"], told["type"]) == (path.stat().st_size, "image/gif")
    job = next(content["job"] for content, _ in page.heard if "made" in content)
    assert page.tell("made", job=job)["made"] == told  # for a page that heard nothing
    page.tell("piece", job=job, offset=0, length=1000)
    assert page.heard[-1][1] == [path.read_bytes()[:1000]]


def test_a_sheet_of_what_is_shown_has_a_row_for_each(library: Library) -> None:
    takes = [take.id for take in library.takes()]
    page = Page(Player(library.takes()))
    one, several = (made(page, takes[0], export="sheet", takes=shown)["made"] for shown in (takes[:1], takes))
    assert one["type"] == several["type"] == "image/png"
    assert one["name"] != several["name"]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"export": "exe"}, "There are story, gif"),
        ({"export": "gif", "start": "0"}, "a number of seconds"),
        ({"export": "gif", "start": 2, "end": 1}, "A range ends after it starts"),
    ],
)
def test_what_can_not_be_made_is_refused_at_once(library: Library, fields: dict[str, Any], words: str) -> None:
    page = Page(Player(library.takes()[0]))
    answer = page.tell("make", take=library.takes()[0].id, **fields)
    assert not answer["ok"]
    assert words in answer["error"]


def test_a_clip_that_is_gone_makes_nothing_and_says_so(library: Library) -> None:
    take = library.takes()[0]
    assert take.video is not None
    take.video.unlink()
    answer = made(Page(Player(take)), take.id, export="gif")
    assert answer["made"] is None
    assert "not" in answer["problem"]


def test_no_page_gets_pieces_of_what_it_did_not_ask_for(library: Library) -> None:
    page = Page(Player(library.takes()[0]))
    assert "makes no such file" in page.tell("piece", job="0" * 16, offset=0, length=10)["error"]


def test_a_frame_becomes_the_poster(library: Library) -> None:
    take = library.takes()[0]
    before = take.record.poster
    screen = Player(take)
    answer, _ = screen._carry_out({"id": "1", "kind": "picture", "take": take.id}, [jpeg(320, 180)])
    assert answer["ok"]
    assert take.record.poster != before
    assert library._gateway.poster(take.record) == jpeg(320, 180)
    assert not (library.folder / str(before)).exists()


@pytest.mark.parametrize("image", [b"", b"GIF89a", b"\xff\xd8\xff" + b"\0" * 50_000 + b"\xff\xd9", b"\xff\xd8\xff cut"])
def test_what_is_no_small_jpeg_becomes_no_poster(library: Library, image: bytes) -> None:
    take = library.takes()[0]
    before = take.record.poster
    answer, _ = Player(take)._carry_out({"id": "1", "kind": "picture", "take": take.id}, [image])
    assert "It stays as it was" in answer["error"]
    assert take.record.poster == before
    assert library._gateway.poster(take.record)


def test_a_strip_that_is_missing_is_made_and_then_told_of(library: Library) -> None:
    take = library.takes()[0]
    page = Page(Player(take))
    page.tell("strip", take=take.id)
    assert page.heard[-1][1] == []
    until(lambda: any(content.get("picture") == "strip" for content, _ in page.heard))
    page.tell("strip", take=take.id)
    (strip,) = page.heard[-1][1]
    assert strip.startswith(b"\xff\xd8\xff")
    assert len(strip) <= 40_000


def test_a_comparison_follows_a_take_that_is_under_way(tmp_path: Path, library: Library) -> None:
    late = a_take(library.folder, "A late moon", state="processing", service="https://service.invalid", charge=None)
    screen = compare(library.take(late.id), library.takes()[-1])
    assert screen.clips[0]["row"] is not None
    complete(library.folder, late.id)
    until(lambda: screen.clips[0]["file"])
    assert screen.clips[0]["row"] is None


def test_takes_of_two_libraries_are_not_shown_together(tmp_path: Path, library: Library) -> None:
    a_take(tmp_path / "other", "A stranger")
    other = Library(tmp_path / "other")
    with pytest.raises(TypeError, match="of one library"):
        compare(library.takes()[0], other.takes()[0])
    other.close()
