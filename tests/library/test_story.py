"""A clip that is saved tells what it is, and a library that gets it knows it again."""

from __future__ import annotations

import contextlib
import copy
import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import av
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kling_widget import Library, RequestError, Take, generate
from kling_widget.errors import LibraryError
from kling_widget.library.foreign_story import Ancestor, read_story
from kling_widget.library.story import story
from kling_widget.media.mp4 import story as carried
from kling_widget.practice import PracticeServer
from kling_widget.store.record import PRACTICE
from kling_widget.store.take_filter import TakeFilter

from ..clips import mp4
from ..made import a_record, a_take

KEY = "wsk_live_canary_story_tests"
FOX = "A red fox crosses fresh snow"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[PracticeServer]:
    with PracticeServer(ledger=tmp_path / "service", median=0.3, strict=True, scale=0.25, as_live=True) as running:
        yield running


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Library]:
    """Another person's library."""
    opened = Library(tmp_path / "elsewhere")
    yield opened
    opened.close()


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Callable[..., Take]]:
    """Makes finished takes by hand, each in the library of ``tmp_path / "made"``."""
    opened = Library(tmp_path / "made")

    def make(prompt: str = FOX, **given: Any) -> Take:
        known = f"p{opened.spent().takes}"
        return opened.take(a_take(opened.folder, prompt, prediction=known, settled=True, **given).id)

    yield make
    opened.close()


def sha256(path: Path | None) -> str:
    assert path is not None
    return hashlib.sha256(path.read_bytes()).hexdigest()


def clips(library: Library) -> list[str]:
    return sorted(path.name for path in (library.folder / "takes").glob("**/*"))


# What is told


def test_a_saved_clip_tells_what_was_asked_for_what_it_cost_and_what_a_person_thought(
    library: Library, tmp_path: Path, server: PracticeServer
) -> None:
    take = generate(FOX, duration=3, sound=True, library=library).wait(timeout=60).rate(4).tag("hero", "wide")
    before = sha256(take.video)
    saved = take.save_as(tmp_path / "fox.mp4")
    assert saved == tmp_path / "fox.mp4"
    assert sha256(take.video) == before == take.record.sha256
    found = read_story(carried.read(saved) or {})
    assert (found.id, found.service, found.practice) == (take.id, server.url, False)
    assert (found.sha256, found.bytes) == (before, take.record.bytes)
    assert (found.cost, found.rating, found.tags) == (take.record.cost, 4, ("hero", "wide"))
    assert found.confirmed_at == take.record.confirmed_at
    assert found.finished_at == take.record.finished_at
    assert found.request() == take.request
    with av.open(str(saved)) as container:
        assert container.metadata["title"] == FOX


def test_no_key_and_no_path_of_this_machine_leaves_with_a_clip(library: Library, tmp_path: Path) -> None:
    take = generate(FOX, duration=3, library=library).wait(timeout=60)
    saved = take.save_as(tmp_path / "fox.mp4").read_bytes()
    assert KEY.encode() not in saved
    assert str(tmp_path).encode() not in saved
    picture = a_record(inputs={"image": "/home/me/fox.png", "images": ["https://pictures.example/a.png", "me.png"]})
    inputs = story(library._gateway, picture)["take"]["inputs"]
    assert inputs == {"prompt": picture.words, "images": ["https://pictures.example/a.png"]}


def test_a_practice_clip_says_that_it_is_simulated(made: Callable[..., Take], tmp_path: Path) -> None:
    saved = made().save_as(tmp_path / "fox.mp4")
    assert read_story(carried.read(saved) or {}).practice
    with av.open(str(saved)) as container:
        assert container.metadata["comment"] == f"Not a real generation: simulated. {FOX}"


def test_a_clip_tells_what_it_was_made_from_and_what_changed(made: Callable[..., Take], tmp_path: Path) -> None:
    first = made("A fox", at=1_790_000_000_000)
    second = made("A fox, dusk", at=1_790_000_001_000, parent=first.id)
    third = made("A fox, dusk", at=1_790_000_002_000, parent=second.id, inputs={"duration": 3})
    found = read_story(carried.read(third.save_as(tmp_path)) or {})
    assert found.lineage == (
        Ancestor(second.id, "A fox, dusk", ("duration",)),
        Ancestor(first.id, "A fox", ("prompt",)),
    )


def test_a_story_is_bounded_however_much_was_written(made: Callable[..., Take], tmp_path: Path) -> None:
    parent = ""
    for number in range(25):
        take = made(f"{number} " + "x" * 2400, at=1_790_000_000_000 + number, parent=parent or None, state="failed")
        parent = take.id
    take = made("the last", parent=parent)
    take.library._gateway.annotate(take.id, note="n" * 100_000, tags=tuple(f"{n}" * 300 for n in range(300)))
    found = read_story(carried.read(take.save_as(tmp_path)) or {})
    assert len(found.lineage) == 20
    assert max(len(one.prompt) for one in found.lineage) == 1000
    assert (len(found.note), len(found.tags)) == (4000, 100)


# Saving


def test_a_folder_gets_a_file_named_after_the_prompt(made: Callable[..., Take], tmp_path: Path) -> None:
    take = made()
    assert take.save_as(tmp_path).name == f"a-red-fox-crosses-fresh-snow-{take.id}.mp4"


def test_without_its_story_the_file_is_as_the_service_gave_it(made: Callable[..., Take], tmp_path: Path) -> None:
    take = made()
    saved = take.save_as(str(tmp_path / "plain.mp4"), story=False)
    assert sha256(saved) == take.record.sha256
    assert carried.read(saved) is None


@pytest.mark.parametrize("with_story", [True, False])
def test_another_file_is_never_overwritten(made: Callable[..., Take], tmp_path: Path, with_story: bool) -> None:
    take, other = made(), made("A bear")
    theirs = other.save_as(tmp_path / "theirs.mp4")
    words = tmp_path / "words.txt"
    words.write_text("mine")
    for path in (theirs, words):
        before = path.read_bytes()
        with pytest.raises(LibraryError, match="another file"):
            take.save_as(path, story=with_story)
        assert path.read_bytes() == before


def test_the_same_clip_saved_again_says_what_is_thought_of_it_now(made: Callable[..., Take], tmp_path: Path) -> None:
    take, path = made(), tmp_path / "fox.mp4"
    take.save_as(path, story=False)
    take.save_as(path)
    take.rate(5).save_as(path)
    assert read_story(carried.read(path) or {}).rating == 5
    before = sha256(take.video)
    assert take.video is not None
    with pytest.raises(LibraryError, match="the clip itself"):
        take.save_as(take.video)
    assert sha256(take.video) == before


def test_what_can_not_be_saved_is_said_in_words(made: Callable[..., Take], tmp_path: Path) -> None:
    take = made()
    with pytest.raises(LibraryError, match="The library keeps it"):
        take.save_as(tmp_path / "no such folder" / "fox.mp4")
    with pytest.raises(LibraryError, match="is not here"):
        made("Not done", state="processing").save_as(tmp_path)
    assert take.video is not None
    take.video.write_bytes(take.video.read_bytes()[:-9])
    with pytest.raises(LibraryError, match="can't be saved"):
        take.save_as(tmp_path / "fox.mp4")
    assert not (tmp_path / "fox.mp4").exists()


# Adopting


def test_an_adopted_clip_is_a_take_like_others_and_costs_nothing_here(
    library: Library, elsewhere: Library, tmp_path: Path, server: PracticeServer
) -> None:
    take = generate(FOX, duration=3, library=library).wait(timeout=60).rate(4).tag("hero")
    library._gateway.annotate(take.id, note="the tail is good")
    saved = take.save_as(tmp_path / "fox.mp4")
    library.close()  # which goes on asking what its own take was billed
    asked = len(server.view()["posts"])
    elsewhere.cap(call=0, day=0, library=0)
    adopted = elsewhere.adopt(saved)
    record = adopted.record
    assert adopted.id != take.id
    assert adopted.request == take.request
    assert (record.rating, record.tags, record.note) == (4, ("hero",), "the tail is good")
    assert (record.state, record.settled, record.prediction) == ("completed", True, None)
    assert sha256(adopted.video) == record.sha256 == sha256(saved)
    assert (record.width, record.height) == (take.record.width, take.record.height)
    assert elsewhere._gateway.poster(record)
    assert not record.practice
    assert adopted.wait(timeout=0.1) is adopted
    assert [found.id for found in elsewhere._gateway.records(TakeFilter(text="fox"))] == [adopted.id]
    (row,) = elsewhere.history().to_dict("records")
    assert (row["prompt"], row["cost"], row["tags"]) == (FOX, 0, ["hero"])
    # Nothing was spent, nothing is in the ledger, nobody was asked, and nothing was learned of how long takes need.
    assert (adopted.record.cost, elsewhere._gateway.sums().total, len(elsewhere.spend())) == (0, 0, 0)
    assert len(server.view()["posts"]) == asked
    assert not elsewhere._shared.store.has_open()
    assert elsewhere._gateway.engine._seen(2**62) == []


def test_a_practice_clip_stays_one(made: Callable[..., Take], elsewhere: Library, tmp_path: Path) -> None:
    adopted = elsewhere.adopt(made().save_as(tmp_path))
    assert adopted.record.service == PRACTICE
    assert elsewhere.spent().practice_total == 0


def test_a_clip_that_is_here_is_not_copied_again(made: Callable[..., Take], elsewhere: Library, tmp_path: Path) -> None:
    take = made()
    saved = take.save_as(tmp_path / "fox.mp4")
    home = clips(take.library)
    assert take.library.adopt(saved) == take
    assert clips(take.library) == home
    adopted = elsewhere.adopt(saved)
    assert elsewhere.adopt(str(shutil.copy(saved, tmp_path / "copy.mp4"))) == adopted
    assert len(clips(elsewhere)) == 1


def test_of_two_takes_with_the_same_clip_the_one_is_found_that_was_saved(
    made: Callable[..., Take], tmp_path: Path
) -> None:
    first, second = made(), made()
    assert first.record.sha256 == second.record.sha256
    for take in (first, second):
        assert take.library.adopt(take.save_as(tmp_path)) == take


def test_a_clip_whose_file_was_lost_comes_back_by_its_story(made: Callable[..., Take], tmp_path: Path) -> None:
    take = made()
    saved = take.save_as(tmp_path / "fox.mp4")
    assert take.video is not None
    take.video.unlink()
    adopted = take.library.adopt(saved)
    assert adopted != take
    assert adopted.video is not None
    assert adopted.video.exists()


def test_an_adopted_clip_tells_on_what_it_was_told(
    made: Callable[..., Take], elsewhere: Library, tmp_path: Path
) -> None:
    take = made(parent=made("A fox").id)
    first = read_story(carried.read(take.save_as(tmp_path / "one.mp4")) or {})
    adopted = elsewhere.adopt(tmp_path / "one.mp4").rate(5)
    second = read_story(carried.read(adopted.save_as(tmp_path / "two.mp4")) or {})
    assert second.rating == 5
    for name in ("id", "sha256", "bytes", "cost", "service", "confirmed_at", "finished_at", "inputs", "lineage"):
        assert getattr(second, name) == getattr(first, name), name
    assert take.library.adopt(tmp_path / "two.mp4") == take


def test_a_parent_that_is_here_is_known(made: Callable[..., Take], elsewhere: Library, tmp_path: Path) -> None:
    parent = made("A fox", inputs={"aspect_ratio": "1:1"})
    child = made("A fox, dusk", parent=parent.id)
    saved = child.save_as(tmp_path / "child.mp4")
    assert elsewhere.adopt(saved).record.parent is None
    assert child.video is not None
    child.video.unlink()
    assert parent.library.adopt(saved).record.parent == parent.id


def test_an_adopted_clip_that_goes_missing_is_never_asked_for(
    made: Callable[..., Take], tmp_path: Path, server: PracticeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = Library(tmp_path / "elsewhere")
    adopted = first.adopt(made().save_as(tmp_path))
    assert adopted.video is not None
    adopted.video.unlink()
    first.close()
    again = Library(tmp_path / "elsewhere")
    try:
        assert again._shared.store.reopen(adopted.id).state == "completed"
        assert again._gateway.record(adopted.id).state == "completed"
        assert not again._shared.store.has_open()
    finally:
        again.close()


def _changed(**changes: Any) -> Callable[[dict[str, Any]], None]:
    return lambda held: held["take"].update(changes)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_changed(model="somebody/else"), "no model"),
        (_changed(inputs={"prompt": ""}), "prompt"),
        (_changed(inputs={"prompt": FOX, "duration": 900}), "duration"),
        (_changed(inputs={"prompt": FOX, "catalog": 1}), "inputs"),
        (_changed(inputs={"prompt": FOX, "colour": "red"}), "colour"),
        (_changed(inputs=[]), "inputs"),
        (_changed(service="https://somebody:else@example.com"), "service"),
        (_changed(service="http://example.com"), "service"),
        (_changed(service="https://[example"), "service"),
        (_changed(rating=6), "rating"),
        (_changed(cost=-1), "cost"),
        (_changed(confirmed_at=2**60), "confirmed_at"),
        (_changed(model="wavespeed-ai/prompt-optimizer", inputs={"text": "x", "mode": "video"}), "makes no clips"),
        (lambda held: held["original"].update(sha256="../../etc/passwd"), "original"),
        (lambda held: held.pop("lineage"), "lineage"),
    ],
)
def test_a_story_that_makes_no_sense_brings_nothing_in(
    made: Callable[..., Take], elsewhere: Library, tmp_path: Path, change: Callable[[dict[str, Any]], None], words: str
) -> None:
    saved = made().save_as(tmp_path / "fox.mp4")
    held = carried.read(saved) or {}
    change(held)
    carried.write(saved, tmp_path / "other.mp4", held)
    with pytest.raises(LibraryError, match=words) as refused:
        elsewhere.adopt(tmp_path / "other.mp4")
    assert "The library is as it was" in str(refused.value)
    assert elsewhere.takes() == []
    assert clips(elsewhere) == []


@pytest.mark.parametrize(
    ("body", "words"),
    [(None, "no such file"), (b"<html>" * 50, "a web page"), (mp4(), "no story"), (mp4()[:99], "cut off")],
    ids=["nothing", "HTML", "a clip", "a piece"],
)
def test_a_file_without_a_story_is_refused_in_words(
    elsewhere: Library, tmp_path: Path, body: bytes | None, words: str
) -> None:
    path = tmp_path / "clip.mp4"
    if body is not None:
        path.write_bytes(body)
    with pytest.raises(LibraryError, match=words):
        elsewhere.adopt(path)


def test_a_clip_that_is_cut_off_behind_its_story_is_refused(
    made: Callable[..., Take], elsewhere: Library, tmp_path: Path
) -> None:
    saved = made().save_as(tmp_path / "fox.mp4")
    saved.write_bytes(saved.read_bytes() + b"\0\0\0\x40junk")
    with pytest.raises(LibraryError, match="reaches beyond the end"):
        elsewhere.adopt(saved)
    assert elsewhere.takes() == []
    assert clips(elsewhere) == []


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
_WHOLE = {
    "product": "kling-widget",
    "version": "0.1.0",
    "take": {
        "id": "t1",
        "model": "kwaivgi/kling-video-o3-pro/text-to-video",
        "inputs": {"prompt": FOX},
        "service": "practice",
        "confirmed_at": 1,
        "finished_at": None,
        "cost": 0,
        "rating": None,
        "tags": ["a"],
        "note": "",
    },
    "original": {"sha256": "0" * 64, "bytes": 1},
    "lineage": [{"id": "t0", "prompt": "x", "changed": ["prompt"]}],
}


@settings(max_examples=400)
@given(
    st.sampled_from(
        [("take",), ("original",), ("lineage",), ("version",)]
        + [("take", name) for name in ("id", "model", "inputs", "service", "confirmed_at", "rating", "tags", "note")]
        + [("take", "inputs", name) for name in ("prompt", "multi_prompt", "duration", "element_list", "sound", "self")]
        + [("lineage", 0), ("lineage", 0, "changed"), ("original", "sha256")]
    ),
    _JSON,
)
def test_whatever_a_story_says_it_is_read_or_refused_in_words(place: tuple[Any, ...], value: Any) -> None:
    held: Any = copy.deepcopy(_WHOLE)
    inner = held
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = value
    with contextlib.suppress(LibraryError, RequestError):
        found = read_story(held)
        assert json.dumps(found.request().inputs)
        assert found.rating in (None, 1, 2, 3, 4, 5)


def test_a_story_that_names_a_file_of_this_machine_gets_none(
    made: Callable[..., Take], elsewhere: Library, tmp_path: Path
) -> None:
    private = tmp_path / "private.png"
    private.write_bytes(b"mine")
    saved = made().save_as(tmp_path / "fox.mp4")
    held = carried.read(saved) or {}
    held["take"]["model"] = "kwaivgi/kling-video-o3-pro/image-to-video"
    held["take"]["inputs"] = {"prompt": FOX, "image": "https://example.com/a.png", "end_image": str(private)}
    carried.write(saved, tmp_path / "other.mp4", held)
    taken = elsewhere.adopt(tmp_path / "other.mp4")
    assert dict(taken.record.inputs)["image"] == "https://example.com/a.png"
    assert str(private) not in str(taken.record)


def test_a_clip_that_was_rated_and_saved_again_is_the_same_clip(
    made: Callable[..., Take], elsewhere: Library, tmp_path: Path
) -> None:
    take = made()
    first = elsewhere.adopt(take.save_as(tmp_path / "one.mp4"))
    again = take.rate(5).save_as(tmp_path / "two.mp4")
    assert elsewhere.adopt(again) == first
    assert len(elsewhere.takes()) == 1


def test_a_library_that_can_not_be_written_to_keeps_no_orphans(
    made: Callable[..., Take], elsewhere: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved = made().save_as(tmp_path / "fox.mp4")

    def full(_record: object) -> None:
        raise LibraryError("the disk is full.")

    monkeypatch.setattr(elsewhere._shared.store, "adopt", full)
    with pytest.raises(LibraryError, match="the disk is full"):
        elsewhere.adopt(saved)
    left = [path for room in ("takes", "posters", "strips") for path in (elsewhere.folder / room).glob("*")]
    assert left == []


def test_a_clip_goes_into_a_folder_that_is_named_and_has_the_name_of_a_clip(
    made: Callable[..., Take], tmp_path: Path
) -> None:
    saved = made().save_as(f"{tmp_path}/new/")
    assert (saved.parent, saved.suffix) == (tmp_path / "new", ".mp4")
    with pytest.raises(LibraryError, match="no name for one"):
        made().save_as(tmp_path / "fox.gif")
