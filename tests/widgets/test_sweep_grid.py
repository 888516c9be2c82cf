"""The card of a sweep without a page: it asks before it spends, shows each cell in place, and follows the library."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kling_widget import Library, Sweep, sweep
from kling_widget.practice import PracticeServer
from kling_widget.widgets.sweep import SweepGrid

from ..patience import until
from .page import KEY, Page


@pytest.fixture
def server(tmp_path: Path) -> Iterator[PracticeServer]:
    with PracticeServer(ledger=tmp_path / "service", median=0.1, strict=True, scale=0.1, as_live=True) as running:
        yield running


@pytest.fixture(autouse=True)
def gold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KLING_TIER", "gold")


@pytest.fixture
def made(library: Library) -> Sweep:
    return sweep("A {red|blue} fox, {dolly in|handheld|orbit}", duration=3, library=library)


@pytest.fixture
def grid(made: Sweep) -> Iterator[SweepGrid]:
    shown = SweepGrid(made)
    yield shown
    shown.close()


def received(server: PracticeServer) -> int:
    return len([post for post in server.view()["posts"] if post["call"] == "submit"])


def ids(grid: SweepGrid) -> list[str]:
    return [clip["id"] for clip in grid.clips]


def test_it_asks_with_the_price_and_sends_nothing_before_the_click(
    server: PracticeServer, made: Sweep, grid: SweepGrid
) -> None:
    assert grid.card["order"] == "6 takes $2.016"
    assert grid.card["stands"] == ""
    assert grid.table["rows"] == ["red", "blue"]
    assert grid.table["columns"] == ["dolly in", "handheld", "orbit"]
    assert ids(grid) == [f"cell {number}" for number in range(6)]
    assert [clip["row"]["words"] for clip in grid.clips] == ["$0.336"] * 6
    page = Page(grid)
    assert "another one now" in page.tell("confirm", price="$2.02")["refused"]
    assert page.tell("confirm")["refused"]
    assert made.status == "unconfirmed"
    assert received(server) == 0
    assert page.tell("confirm", price="$2.016") == {"re": page.heard[-1][0]["re"], "ok": True}
    until(lambda: all(not name.startswith("cell ") for name in ids(grid)), lambda: grid.clips)
    until(lambda: "6 of 6 made" in grid.card["stands"], lambda: grid.card)
    assert (grid.card["order"], grid.card["price"]) == ("", "")
    assert [clip["prompt"] for clip in grid.clips] == [cell.inputs["prompt"] for cell in made]
    assert list(grid.takes) == [take.id for take in made.takes]
    assert received(server) == 6


def test_a_double_click_confirms_once(server: PracticeServer, made: Sweep, grid: SweepGrid) -> None:
    page = Page(grid)
    for known in ("one", "one", "two"):
        page.tell("confirm", known, price="$2.016")
    until(lambda: made.status == "done")
    assert received(server) == 6


def test_cells_are_left_out_and_made_again_by_a_click(server: PracticeServer, made: Sweep, grid: SweepGrid) -> None:
    server.faults.add(call="submit", hang=1.0)
    page = Page(grid)
    assert not page.tell("act", take="cell 5", action="skip")["ok"]  # it is not confirmed yet
    page.tell("confirm", price="$2.016")
    until(lambda: grid.actions.get(ids(grid)[5]) == [["skip", "Leave it out"]], lambda: grid.actions)
    assert page.tell("act", take=ids(grid)[5], action="skip")["ok"]
    until(lambda: grid.clips[5]["row"]["words"] == "skipped", lambda: grid.clips[5])
    until(lambda: made.status == "done")
    assert received(server) == 5
    until(lambda: grid.actions.get("cell 5") == [["redo", "Take it in again"]], lambda: grid.actions)
    page.tell("act", take="cell 5", action="redo")
    until(lambda: made.status == "done" and made[5].take is not None)
    first = made.takes[0].id
    until(lambda: grid.actions.get(first) == [["redo", "Make it again · $0.336"]], lambda: grid.actions)
    page.tell("act", take=first, action="redo")
    until(lambda: made.status == "done" and made[0].attempt == 1)
    until(lambda: ids(grid)[0] == made.takes[0].id != first)
    assert received(server) == 7
    assert not page.tell("act", take=first, action="redo")["ok"]  # it is no cell's any more


def test_a_click_confirms_what_was_seen_and_not_what_another_kernel_added(
    server: PracticeServer, made: Sweep, grid: SweepGrid
) -> None:
    page = Page(grid)
    with grid._lock:  # the grid has not heard of it yet
        made.extend({"choice 1": ["white"]})
        page.tell("confirm", price="$2.016")
    until(lambda: received(server) == 6 and all(take.record.final for take in made.takes))
    assert [cell.status for cell in made].count("unconfirmed") == 3
    until(lambda: grid.card["order"] == "Add 3 takes $1.008", lambda: grid.card)


def test_it_stops_and_goes_on_and_says_why_it_waits(
    library: Library, server: PracticeServer, made: Sweep, grid: SweepGrid
) -> None:
    server.faults.add(call="submit", hang=1.0)
    page = Page(grid)
    library.cap(day="2.00")
    assert grid.card["problem"] == ""
    page.tell("confirm", price="$2.016")
    until(lambda: "the budget allows $2.00 a day" in grid.card["problem"], lambda: grid.card)
    library.cap(day=None)
    page.tell("confirm", price="$2.016")
    until(lambda: grid.card["actions"] == ["pause"], lambda: grid.card)
    page.tell("pause")
    until(lambda: grid.card["actions"] == ["resume"], lambda: grid.card)
    page.tell("resume")
    until(lambda: made.status == "done")
    until(lambda: grid.card["actions"] == [])
    assert received(server) == 6


def test_pages_and_further_axes_show_other_cells(library: Library) -> None:
    letters = "{" + "|".join("abcde") + "}"
    shown = SweepGrid(sweep(f"{letters} {letters}", duration=[3, 4], library=library))
    page = Page(shown)
    assert (shown.table["pages"], shown.table["further"]) == (
        4,
        [{"name": "duration", "labels": ["duration 3", "duration 4"], "at": 0}],
    )
    assert len(shown.clips) == 16
    page.tell("turn", page=3)
    assert (shown.table["rows"], shown.table["columns"]) == (["e"], ["e"])
    page.tell("fix", name="duration", at=1)
    assert [clip["row"]["words"] for clip in shown.clips] == ["$0.448"]
    page.tell("turn", page=99)
    assert shown.table["page"] == 3
    shown.close()


def test_no_key_no_path_and_no_bytes_are_in_its_traits(made: Sweep, grid: SweepGrid, library: Library) -> None:
    made.confirm().wait(timeout=240)
    grid.read()
    state: dict[str, Any] = grid.get_state()
    assert KEY not in str(state)
    assert str(library.folder) not in str(state)
    assert "bytes" not in {type(value).__name__ for value in state.values()}
