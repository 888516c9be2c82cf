"""What a person takes away of a take, from code."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from kling_widget import BadValue, Library, Take
from kling_widget.engine.extractor import Extractor
from kling_widget.errors import KlingError, LibraryError
from kling_widget.library import generate
from kling_widget.library.exports import Export
from kling_widget.practice import PracticeServer, read_frame_number
from kling_widget.practice.clip_plan import ClipPlan, PlannedShot
from kling_widget.practice.render import render
from kling_widget.store import Record

from ..made import a_take


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    opened = Library(tmp_path / "library")
    yield opened
    opened.close()


@pytest.fixture
def take(library: Library) -> Take:
    """A take of 2 s with sound whose frames carry their numbers."""
    inputs = {"sound": True, "aspect_ratio": "16:9", "duration": 2}
    record = a_take(library.folder, "A red fox in snow", inputs=inputs)
    path = library._gateway.path(record)
    assert path is not None
    render(ClipPlan((PlannedShot("A red fox in snow", 2),), sound=True, seed="b" * 32, scale=0.5), path)
    return library.take(record.id)


def begun(library: Library, record: Record, export: Export) -> tuple[Path | None, str]:
    """Have something made in the background, and wait for what is told."""
    told: list[tuple[Path | None, str]] = []
    there = threading.Event()

    def done(path: Path | None, words: str) -> None:
        told.append((path, words))
        there.set()

    library._gateway.exports.begin(record, export, done)
    assert there.wait(60)
    return told[0]


def test_a_take_gives_a_gif_a_webp_a_sheet_and_a_picture(take: Take) -> None:
    for path, form in ((take.gif(0.5, 1.0), "GIF"), (take.webp(0.5, 1.0), "WEBP"), (take.sheet(), "PNG")):
        assert path.parent == take.library.folder / "exports"
        assert path.name.startswith(f"a-red-fox-in-snow-{take.id}")
        with Image.open(path) as image:
            assert image.format == form
    with Image.open(take.frame(0.5)) as image:
        assert read_frame_number(np.asarray(image.convert("RGB"))) == 12


@pytest.mark.parametrize(
    "words", ["हिंदी में लोमड़ी", "ปลาทองว่ายน้ำ", "cre\u0300me 👩\u200d🚀", "שועל\u202e אדום"], ids=ascii
)
def test_what_is_taken_away_is_named_in_the_prompts_own_script(library: Library, words: str) -> None:
    take = library.take(a_take(library.folder, words).id)
    named = f"{words.replace(chr(0x202E), '').replace(' ', '-')}-{take.id}"
    assert take.save_as(f"{library.folder / 'saved'}/").name == f"{named}.mp4"
    assert take.frame(0.5).name == f"{named}-at-0.500.png"
    library.export_html(library.folder / "page", [take])
    assert [file.name for file in (library.folder / "page_clips").iterdir()] == [f"{named}.mp4"]
    assert all(len(file.name.encode()) < 200 for file in library.folder.rglob("*"))


def test_other_moments_are_other_files(take: Take) -> None:
    names = {take.gif(0, 1).name, take.gif(1, 2).name, take.gif(1).name, take.frame().name, take.frame(1).name}
    assert len(names) == 5


def test_what_was_made_is_given_again_until_the_clip_is_another(take: Take) -> None:
    path = take.frame(1.0)
    first = path.stat()
    assert take.frame(1.0).stat().st_ino == first.st_ino
    clip = take.video
    assert clip is not None
    os.utime(clip, ns=(first.st_mtime_ns + 10**9,) * 2)
    again = take.frame(1.0)
    assert again == path
    assert again.stat().st_ino != first.st_ino


def test_nothing_of_it_touches_the_clip_or_the_record(take: Take) -> None:
    clip, record = take.video, take.record
    assert clip is not None
    before = clip.read_bytes()
    take.gif()
    take.library._gateway.exports.make(record, Export("mp3"))
    assert clip.read_bytes() == before
    assert take.record == record


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        (-1.0, None, "from 0 on"),
        (float("nan"), None, "from 0 on"),
        (2.0, 1.0, "ends after it starts"),
        (1.0, 1.0, "ends after it starts"),
        (0.0, 31.0, "at most 30 s"),
    ],
)
def test_a_range_that_is_none_is_refused_in_words(take: Take, start: float, end: float | None, said: str) -> None:
    with pytest.raises(BadValue, match=said):
        take.gif(start, end)
    assert not (take.library.folder / "exports").exists()


def test_a_take_without_its_clip_says_what_to_do(library: Library, take: Take) -> None:
    waiting = library.take(a_take(library.folder, "A boat", state="processing").id)
    with pytest.raises(LibraryError, match=r"not in the library .processing., so nothing can be made of it"):
        waiting.gif()
    assert take.video is not None
    take.video.unlink()
    with pytest.raises(LibraryError, match=r"Nothing was spent.* fetches it"):
        take.gif()


def test_a_damaged_clip_ends_in_words_also_in_the_background(library: Library, take: Take) -> None:
    assert take.video is not None
    take.video.write_bytes(b"nothing of the kind")
    with pytest.raises(KlingError, match="can't be read as a video"):
        take.webp()
    path, words = begun(library, take.record, Export("webp"))
    assert path is None
    assert "Nothing was spent, and the clip is untouched" in words
    assert list((library.folder / "exports").iterdir()) == []


def test_in_the_background_the_file_is_told(library: Library, take: Take) -> None:
    path, words = begun(library, take.record, Export("mp3"))
    assert path is not None
    assert path.name.endswith("-mp3.mp4")
    assert words == ""


def test_the_story_is_written_by_the_take_itself(library: Library, take: Take) -> None:
    path = library._gateway.exports.make(take.record, Export("story"))
    assert path.name.endswith("-story.mp4")
    assert take.video is not None
    assert path.stat().st_size > take.video.stat().st_size


def test_several_takes_stand_on_one_sheet(library: Library, take: Take) -> None:
    other = a_take(library.folder, "A moon crosses the dusk", at=1_790_000_001_000)
    with Image.open(library._gateway.exports.sheet([take.record, other])) as two:
        with Image.open(library._gateway.exports.sheet([take.record])) as one:
            assert two.height > one.height + 150
        assert two.format == "PNG"
    with pytest.raises(BadValue, match="Choose the takes"):
        library._gateway.exports.sheet([])
    with pytest.raises(BadValue, match="1 to 16 takes; these are 17"):
        library._gateway.exports.sheet([other] * 17)


def test_a_take_that_has_no_strip_yet_gets_one_and_its_poster(library: Library, take: Take) -> None:
    bare = a_take(library.folder, "A boat", at=1_790_000_002_000)
    assert library._gateway.strip(bare) is None
    there = threading.Event()
    library._gateway.exports.draw_strip(replace(bare, poster=None), there.set)
    assert there.wait(60)
    strip = library._gateway.strip(bare)
    assert strip is not None
    assert len(strip) <= 40_000
    assert library._gateway.record(bare.id).poster == f"posters/{bare.id}.jpg"


def test_a_take_that_completes_has_a_poster_and_a_strip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with PracticeServer(ledger=tmp_path / "service", median=0.2, scale=0.25, as_live=True) as server:
        monkeypatch.setenv("WAVESPEED_API_KEY", "wsk_live_canary_exports")
        monkeypatch.setenv("WAVESPEED_BASE_URL", server.url)
        library = Library(tmp_path / "library")
        try:
            take = generate("A red fox in snow", duration=3, library=library).wait(timeout=60)
            for still in (library._gateway.poster(take.record), library._gateway.strip(take.record)):
                assert still is not None
                assert still.startswith(b"\xff\xd8\xff")
                assert len(still) <= 40_000
        finally:
            library.close()


def test_who_asks_for_what_waits_already_is_told_once_it_is_there_and_it_is_made_once() -> None:
    extractor, go = Extractor(), threading.Event()
    made: list[str] = []
    told: list[str] = []
    end = threading.Event()

    def job(name: str, _going: object) -> Path:
        assert go.wait(30)
        made.append(name)
        return Path(name)

    for name in ("a", "b", "a", "b", "b"):
        extractor.begin(name, partial(job, name), lambda path, _words: told.append(str(path)))
    extractor.begin("last", lambda _going: Path("last"), lambda _path, _words: end.set())
    go.set()
    assert end.wait(30)
    extractor.close()
    assert made == ["a", "b"]
    assert told == ["a", "a", "b", "b", "b"]


def test_closing_ends_what_is_under_way_and_begins_nothing_more() -> None:
    extractor, started = Extractor(), threading.Event()
    told: list[Path | None] = []

    def job(going: object) -> Path:
        assert callable(going)
        started.set()
        while going():
            pass
        return Path("never told")

    extractor.begin("one", job, lambda path, _words: told.append(path))
    extractor.begin("two", job, lambda path, _words: told.append(path))
    assert started.wait(30)
    extractor.close()
    extractor.close()
    extractor.begin("three", job, lambda path, _words: told.append(path))
    assert told == []
    assert not any(thread.name == "kling-extractor" for thread in threading.enumerate())
