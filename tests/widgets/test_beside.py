"""Takes beside each other on the panel's screen: what a click puts there, what another adds, and what stays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kling_widget import Library, Studio
from kling_widget.errors import LibraryError
from kling_widget.store import Record
from kling_widget.widgets.base.ids import MOST
from kling_widget.widgets.history.history import toggled
from kling_widget.widgets.studio.library_view import LibraryView, arranged
from tests.made import a_record, a_take

from ..patience import until
from .page import FOX, Page, click

AT = 1_790_000_000_000
ARRANGEMENTS = ["one", "side", "wipe", "onion", "difference", "grid"]


class Shelved(Library):
    """A library of the records that it is given, and no others."""

    def __init__(self, *records: Record) -> None:
        self._held = {record.id: record for record in records}
        self._gateway = self  # type: ignore[assignment]  # it answers what is asked of both

    def record(self, take_id: str) -> Record:
        if take_id not in self._held:
            raise LibraryError(f"There is no take {take_id!r}.")
        return self._held[take_id]  # type: ignore[index]  # ids are plain words to whoever asks


TAKES = [a_record(f"Moon {n}", at=AT + n) for n in range(MOST + 4)]
IDS = [str(record.id) for record in TAKES]


def reading() -> LibraryView:
    return LibraryView(Shelved(*TAKES))


def test_a_click_shows_just_that_take() -> None:
    told = reading()
    told.choose(IDS[0], IDS[1])
    told.choose(IDS[2])
    assert told.on_screen == (IDS[2],)


def test_a_take_that_is_added_stands_after_those_shown_and_goes_by_the_same_way() -> None:
    selected = toggled(toggled((IDS[0],), IDS[1]), IDS[2])
    assert list(selected) == IDS[:3]
    assert list(toggled(selected, IDS[0])) == IDS[1:3]


@given(st.lists(st.sampled_from(IDS), max_size=80))
def test_however_takes_are_added_the_screen_is_never_empty_never_fuller_than_it_can_be_and_shows_none_twice(
    clicks: list[str],
) -> None:
    now: tuple[str, ...] = (IDS[0],)
    for take in clicks:
        before = now
        if len(before) == MOST and take not in before:
            with pytest.raises(LibraryError, match="Take one off first"):
                toggled(before, take)
            continue
        now = toggled(before, take)
        assert 1 <= len(now) <= MOST
        assert len(set(now)) == len(now)
        assert [one for one in now if one != take] == [one for one in before if one != take]
        assert (now == before) == (before == (take,))


def test_a_take_that_is_gone_is_taken_off_and_the_others_stay() -> None:
    library = Shelved(*TAKES[:3])
    told = LibraryView(library)
    told.choose(*IDS[:3])
    del library._held[TAKES[0].id]
    assert [record.id for record in told.watched()] == IDS[1:3]
    assert told.on_screen == (IDS[1], IDS[2])


@pytest.mark.parametrize(
    ("now", "before", "after", "then"),
    [
        ("grid", 1, 2, "side"),
        ("one", 1, 2, "side"),
        ("wipe", 1, 2, "wipe"),
        ("side", 2, 3, "grid"),
        ("difference", 2, 3, "difference"),
        ("side", 3, 4, "side"),
        ("one", 3, 4, "one"),
        ("grid", 3, 2, "grid"),
        ("grid", 0, 7, "grid"),
        ("side", 1, 7, "grid"),
    ],
)
def test_two_stand_side_by_side_and_more_in_a_grid_unless_a_person_said_otherwise(
    now: str, before: int, after: int, then: str
) -> None:
    assert arranged(now, before, after) == then


@given(st.sampled_from(ARRANGEMENTS), st.integers(0, MOST))
def test_the_same_number_of_takes_is_never_arranged_anew(now: str, count: int) -> None:
    assert arranged(now, count, count) == now


def shown(studio: Studio) -> list[str]:
    """The takes that the page is told of: the same on the shelf and on the screen."""
    on_screen = [clip["id"] for clip in studio._screen.clips]
    return on_screen if list(studio._shelf.selected) == on_screen else []


def shows(studio: Studio, *records: Record) -> Callable[[], bool]:
    return lambda: shown(studio) == [record.id for record in records]


def three(studio: Studio, library: Library) -> list[Record]:
    """Three clips, of which the last is on the screen."""
    made = [a_take(library.folder, f"Moon {n}", at=AT + n) for n in range(3)]
    studio.show(made[2].id)
    until(shows(studio, made[2]))
    return made


def test_the_shelf_adds_takes_to_the_screen_and_takes_them_off(studio: Studio, library: Library) -> None:
    moons, page = three(studio, library), Page(studio._shelf)
    assert page.tell("show", take=moons[0].id)["ok"]
    until(shows(studio, moons[0]))
    assert page.tell("add", take=moons[1].id)["ok"]
    until(shows(studio, moons[0], moons[1]))
    assert studio._screen.arrangement == "side"
    assert page.tell("add", take=moons[2].id)["ok"]
    until(shows(studio, *moons))
    assert studio._screen.arrangement == "grid"
    for take in moons:
        assert page.tell("add", take=take.id)["ok"]  # the last one stays
    until(shows(studio, moons[2]))
    assert page.tell("show", take=moons[1].id)["ok"]
    until(shows(studio, moons[1]))


def test_an_unknown_take_is_refused_and_changes_nothing(studio: Studio, library: Library) -> None:
    moons, page = three(studio, library), Page(studio._shelf)
    assert not page.tell("add", take="t0")["ok"]
    with pytest.raises(LibraryError):
        studio.show(moons[0].id, "t0")
    studio._refresh()
    assert shown(studio) == [moons[2].id]


def test_code_puts_takes_beside_each_other(studio: Studio, library: Library) -> None:
    moons = three(studio, library)
    studio.show(library.take(moons[1].id), moons[0].id, moons[1].id)
    until(shows(studio, moons[1], moons[0]))
    assert studio._screen.arrangement == "side"


def test_a_full_screen_says_so(studio: Studio, library: Library) -> None:
    waiting: dict[str, Any] = {"state": "failed", "charge": None}
    takes = [a_take(library.folder, f"Moon {n}", at=AT + n, **waiting) for n in range(MOST + 1)]
    with pytest.raises(TypeError, match="at most 16"):
        studio.show(*(record.id for record in takes))
    studio.show(*(record.id for record in takes[:MOST]))
    until(shows(studio, *takes[:MOST]))
    answer = Page(studio._shelf).tell("add", take=takes[MOST].id)
    assert "Take one off first" in answer["error"]
    assert Page(studio._shelf).tell("add", take=takes[0].id)["ok"]
    until(shows(studio, *takes[1:MOST]))


def test_what_a_person_compares_stays_until_the_next_click_on_generate(studio: Studio, library: Library) -> None:
    moons = three(studio, library)
    studio.show(moons[0].id, moons[1].id)
    until(shows(studio, moons[0], moons[1]))
    found = a_take(library.folder, "Another kernel's", at=AT + 9)
    until(lambda: found.id in [card["id"] for card in studio._shelf.cards])
    assert shown(studio) == [moons[0].id, moons[1].id]
    studio.prompt, studio.duration = FOX, 3
    click(studio)
    until(lambda: studio._screen.clips[0]["prompt"] == FOX)
    assert len(shown(studio)) == 1


def test_a_take_that_is_watched_beside_a_clip_stays_there_when_it_ends(studio: Studio, library: Library) -> None:
    first = a_take(library.folder, "First", at=AT)
    studio.prompt, studio.duration = FOX, 3
    (take,) = studio.generate()
    studio.show(first.id, take)
    until(lambda: len(studio._screen.clips) == 2 and all(clip["file"] for clip in studio._screen.clips))
    assert shown(studio) == [first.id, take.id]


def test_a_remix_is_compared_with_its_parent_by_one_click(studio: Studio, library: Library) -> None:
    parent = a_take(library.folder, "A moon", at=AT)
    child = a_take(library.folder, "A red moon", at=AT + 1, parent=parent.id)
    studio.show(child.id)
    until(shows(studio, child))
    assert ["compare", "Compare with its parent"] in studio._screen.actions[child.id]
    assert Page(studio._screen).tell("act", take=child.id, action="compare")["ok"]
    until(shows(studio, parent, child))
    assert "compare" not in [name for pairs in studio._screen.actions.values() for name, _ in pairs]


@pytest.mark.parametrize("lacks", ["a parent", "the parent's clip"])
def test_there_is_nothing_to_compare_with_without_a_parent_that_has_a_clip(
    studio: Studio, library: Library, lacks: str
) -> None:
    failed: dict[str, Any] = {"state": "failed", "charge": None}
    parent = a_take(library.folder, "A moon", at=AT, **failed) if lacks == "the parent's clip" else None
    child = a_take(library.folder, "A red moon", at=AT + 1, parent=parent and parent.id)
    studio.show(child.id)
    until(shows(studio, child))
    assert [name for name, _ in studio._screen.actions[child.id]] == ["remix"]


def test_each_take_on_the_screen_has_its_own_actions(studio: Studio, library: Library) -> None:
    moons = three(studio, library)
    studio.show(moons[0].id, moons[1].id)
    until(shows(studio, moons[0], moons[1]))
    assert set(studio._screen.actions) == {moons[0].id, moons[1].id}
    assert Page(studio._screen).tell("act", take=moons[1].id, action="remix")["ok"]
    assert studio.prompt == "Moon 1"
    assert not Page(studio._screen).tell("act", take=moons[2].id, action="remix")["ok"]
