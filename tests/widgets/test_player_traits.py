"""A player is set, observed and refused in words by its traits."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from traitlets import TraitError, link

from kling_widget import Library, Player
from kling_widget.errors import LibraryError
from tests.made import a_take


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    for number in range(3):
        a_take(tmp_path / "lib", f"A moon, {number}", at=1_790_000_000_000 + number, inputs={"duration": 1})
    library = Library(tmp_path / "lib", tend=False)
    yield library
    library.close()


def test_takes_and_ids_are_assigned_and_shown(library: Library) -> None:
    first, second, third = library.takes()
    player = Player(first)
    assert player.takes == (first.id,)
    player.takes = [second, third.id, second]
    assert player.takes == (second.id, third.id)
    assert [clip["id"] for clip in player.clips] == [second.id, third.id]
    assert Player([second.id], library=library).clips[0]["prompt"] == second.prompt
    assert Player(library=library).takes == ()


def test_what_a_player_shows_can_be_linked(library: Library) -> None:
    one, other = Player(library.takes()[0]), Player(library=library)
    link((one, "takes"), (other, "takes"))
    one.takes = library.takes()[1:]
    assert [clip["id"] for clip in other.clips] == [take.id for take in library.takes()[1:]]


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("takes", 5, "takes or their ids"),
        ("takes", [None], "takes or their ids"),
        ("time", -1, "0 or more"),
        ("time", float("nan"), "0 or more"),
        ("range", (2, 1), "the later one last"),
        ("rate", 9, "4"),
        ("arrangement", "mosaic", "wipe"),
        ("selected", "nobody", "none of the takes"),
        ("playing", "yes", "boolean"),
    ],
)
def test_a_wrong_value_is_refused_in_words_and_changes_nothing(
    library: Library, name: str, value: Any, words: str
) -> None:
    player = Player(library.takes())
    before = getattr(player, name)
    with pytest.raises(TraitError, match=words):
        setattr(player, name, value)
    assert getattr(player, name) == before


def test_an_unknown_take_is_refused(library: Library) -> None:
    player = Player(library.takes()[0])
    with pytest.raises(LibraryError):
        player.takes = ["nobody"]
    assert len(player.clips) == 1


def test_a_misspelt_name_is_refused_with_a_hint(library: Library) -> None:
    with pytest.raises(TypeError, match="'arrangement'"):
        Player(library.takes(), arangement="wipe")
    player = Player(library.takes())
    with pytest.raises(AttributeError, match="'playing'"):
        player.playin = True


def test_the_selected_take_is_one_of_those_shown(library: Library) -> None:
    first, second, _ = library.takes()
    player = Player([first, second], selected=second.id)
    assert player.selected == second.id
    player.takes = [first]
    assert player.selected == ""


def test_takes_that_are_set_while_the_library_changes_stay(library: Library) -> None:
    newest, oldest = library.takes()[:2]
    player = Player(newest)
    changed: dict[str, Any] = {take.id: library._gateway.record(take.id) for take in (newest, oldest)}
    going = threading.Event()

    def follow() -> None:
        while not going.is_set():
            player.follow(changed)

    thread = threading.Thread(target=follow)
    thread.start()
    try:
        for take in [oldest, newest] * 100:
            player.takes = [take]
            assert (player.takes, [clip["id"] for clip in player.clips]) == ((take.id,), [take.id])
    finally:
        going.set()
        thread.join()
        player.close()
