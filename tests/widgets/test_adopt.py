"""A clip that is brought in shows itself in every panel of its library, and its request stands ready there."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from kling_widget import Library, Studio, Take
from kling_widget.errors import LibraryError
from kling_widget.practice import PracticeServer
from kling_widget.store import Record
from tests.made import a_take

from ..patience import until
from .page import FOX, click, submits, takes


@pytest.fixture
def theirs(tmp_path: Path) -> Iterator[Take]:
    """A take in another person's library."""
    home = Library(tmp_path / "theirs")
    inputs = {"duration": 3, "aspect_ratio": "9:16", "sound": True}
    yield home.take(a_take(home.folder, FOX, prediction="p1", settled=True, inputs=inputs).id)
    home.close()


def _shows(panel: Studio, record: Record) -> bool:
    on_screen = [clip["file"] for clip in panel._screen.clips]
    return panel._shelf.selected == (record.id,) and bool(panel._shelf.cards) and on_screen == [record.sha256]


def test_open_panels_show_the_clip_and_hold_its_request(
    studio: Studio, library: Library, theirs: Take, tmp_path: Path
) -> None:
    second = Studio(library)
    studio.prompt = "something else"
    adopted = library.adopt(theirs.save_as(tmp_path))
    for panel in (studio, second):
        held = (panel.prompt, panel.duration, panel.aspect_ratio, panel.sound)
        assert held == (FOX, 3, "9:16", True)
        until(partial(_shows, panel, adopted.record))
        assert [card["status"] for card in panel._shelf.cards] == ["finished"]
        assert panel._queue.rows == []
    second.close()


def test_a_clip_that_was_here_already_is_shown_again(
    studio: Studio, library: Library, theirs: Take, tmp_path: Path
) -> None:
    saved = theirs.save_as(tmp_path)
    first = library.adopt(saved)
    a_take(library.folder, "A bear", at=2_000_000_000_000)
    studio.prompt = "something else"
    assert library.adopt(saved) == first
    assert studio.prompt == FOX
    until(lambda: studio._shelf.selected == (first.id,))


def test_the_next_take_is_made_from_the_adopted_one(
    studio: Studio, library: Library, theirs: Take, tmp_path: Path
) -> None:
    adopted = library.adopt(theirs.save_as(tmp_path))
    assert click(studio)["ok"]
    child = until(lambda: next((record for record in takes(library) if record.id != adopted.id), None))
    assert child.parent == adopted.id
    assert child.inputs == adopted.record.inputs


def test_what_is_refused_changes_no_panel_and_sends_nothing(
    studio: Studio, library: Library, tmp_path: Path, server: PracticeServer
) -> None:
    studio.prompt = "something else"
    with pytest.raises(LibraryError):
        library.adopt(tmp_path / "nothing.mp4")
    assert studio.prompt == "something else"
    assert takes(library) == []
    assert submits(server) == []


def test_a_panel_that_is_closed_hears_nothing(library: Library, theirs: Take, tmp_path: Path) -> None:
    gone, there = Studio(library), Studio(library)
    gone.prompt = "something else"
    gone.close()
    library.adopt(theirs.save_as(tmp_path))
    assert gone.prompt == "something else"
    assert there.prompt == FOX
    there.close()
