"""A queue and a history stand alone in a person's own layout: each follows its library by itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from traitlets import TraitError, link

from kling_widget import History, Library, Player, Queue
from kling_widget.widgets.base.ids import MOST
from tests.made import a_record, a_take, complete

from ..patience import until
from .page import Page


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    for number in range(2):
        a_take(tmp_path, f"Moon {number}", at=1_790_000_000_000 + number, inputs={"duration": 1})
    library = Library(tmp_path, tend=False)
    yield library
    library.close()


def test_a_history_is_searched_and_filtered_from_both_sides(library: Library) -> None:
    history = History(library)
    assert [card["title"] for card in history.cards] == ["Moon 1", "Moon 0"]
    history.text = " moon 0 "
    assert (history.text, [card["title"] for card in history.cards]) == ("moon 0", ["Moon 0"])
    history.status = "failed"
    assert history.cards == []
    assert Page(history).tell("find", text="", status="all")["ok"]
    assert (history.text, history.status, len(history.cards)) == ("", "all", 2)
    with pytest.raises(TraitError, match="finished"):
        history.status = "burnt"
    with pytest.raises(TypeError, match="'status'"):
        History(library, staus="all")
    with pytest.raises(TraitError, match="no take 'nobody'"):
        history.selected = ["nobody"]
    with pytest.raises(AttributeError, match="'arrangement'"):
        history.arangement = "table"


def test_what_is_selected_in_a_history_is_shown_by_a_player(library: Library) -> None:
    history, player = History(library), Player(library=library)
    link((history, "selected"), (player, "takes"))
    newest, oldest = library.takes()
    page = Page(history)
    assert page.tell("show", take=newest.id)["ok"]
    assert page.tell("add", take=oldest.id)["ok"]
    assert [clip["id"] for clip in player.clips] == [newest.id, oldest.id]
    player.takes = [oldest]
    assert history.selected == (oldest.id,)
    assert page.tell("add", take=oldest.id)["ok"]  # the last one stays
    assert history.selected == (oldest.id,)
    assert "nobody" in page.tell("show", take="nobody")["error"]


def test_a_history_selects_no_more_than_a_player_shows(library: Library) -> None:
    history = History(library)
    with pytest.raises(TraitError, match="at most 16"):
        history.selected = [f"t{number}" for number in range(MOST + 1)]


def test_a_history_follows_its_library(library: Library) -> None:
    history, newest = History(library), library.takes()[0]
    newest.rate(4)
    until(lambda: history.cards[0]["rating"] == 4)
    assert history.sum.startswith("2 takes")


def test_a_queue_shows_a_take_from_its_beginning_to_its_end(library: Library) -> None:
    late = a_take(library.folder, "A late moon", state="processing", service="https://service.invalid", charge=None)
    queue = Queue(library)
    assert [row["title"] for row in queue.rows] == ["A late moon"]
    complete(library.folder, late.id)
    until(lambda: queue.rows == [])


def test_a_take_that_failed_stays_until_it_is_dismissed_and_is_edited_where_there_is_a_form(library: Library) -> None:
    edited: list[str] = []
    alone, beside = Queue(library), Queue(library, edit=edited.append)
    failed = a_take(library.folder, "A lost moon", state="failed", confirmed_at=a_record().confirmed_at + 10**12)
    until(lambda: alone.rows and beside.rows)
    assert [row["actions"] for row in (*alone.rows, *beside.rows)] == [["dismiss"], ["edit", "dismiss"]]
    assert Page(beside).tell("edit", take=failed.id)["ok"]
    assert Page(alone).tell("dismiss", take=failed.id)["ok"]
    assert (edited, alone.rows, beside.rows) == ([failed.id], [], [])


def test_a_line_sets_nothing_in_a_queue_and_a_closed_one_follows_no_more(library: Library) -> None:
    queue, history = Queue(library), History(library)
    with pytest.raises(TraitError, match="read-only"):
        queue.rows = []
    queue.close()
    history.close()
    there = Queue(library)
    a_take(library.folder, "A late moon", state="processing", service="https://service.invalid", charge=None)
    until(lambda: [row["title"] for row in there.rows] == ["A late moon"])
    assert queue.rows == []
    assert len(history.cards) == 2


def test_a_library_is_given_by_its_folder_and_one_that_opens_late_is_followed_then(library: Library) -> None:
    assert History(str(library.folder)).library.folder == library.folder
    late = Library._page_first(library.folder.parent / "late")
    history, queue = History(late), Queue(late)
    a_take(late.folder, "Dawn", at=1_790_000_000_000, inputs={"duration": 1})
    a_take(
        late.folder, "Dusk", at=1_790_000_000_001, state="processing", service="https://service.invalid", charge=None
    )
    until(lambda: [card["title"] for card in history.cards] == ["Dusk", "Dawn"])
    until(lambda: [row["title"] for row in queue.rows] == ["Dusk"])
    late.close()
