"""The arena's widget without a page: blind, one vote a pair, and a result that is asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import traitlets as t

from kling_widget import Duel, Library, Sweep, sweep, vote
from kling_widget.practice import PracticeServer

from ..patience import PATIENCE_S, until
from .page import Page


@pytest.fixture
def server(tmp_path: Path) -> Iterator[PracticeServer]:
    with PracticeServer(ledger=tmp_path / "service", median=0.1, strict=True, scale=0.1, as_live=True) as running:
        yield running


@pytest.fixture
def made(library: Library, monkeypatch: pytest.MonkeyPatch) -> Sweep:
    monkeypatch.setenv("KLING_TIER", "gold")
    return sweep("A {red|blue} fox, {dolly in|orbit}", duration=3, library=library, confirm=True).wait(PATIENCE_S)


@pytest.fixture
def duel(made: Sweep) -> Iterator[Duel]:
    shown = Duel(vote(made, voter="ann", seed=1))
    yield shown
    shown.close()


def vote_now(page: Page, duel: Duel, outcome: str) -> None:
    """Vote on the pair that is shown, and wait for the next one."""
    number = duel.ballot["number"]
    assert page.tell("vote", number=number, outcome=outcome)["ok"]
    until(lambda: duel.ballot["number"] != number, lambda: duel.ballot)


def test_the_page_is_told_nothing_of_what_it_shows(duel: Duel, made: Sweep) -> None:
    assert len(duel.takes) == 2
    state = {**duel.get_state(), "clips": [{**clip, "beside": ""} for clip in duel.clips]}  # where the file lies
    told = json.dumps({name: state[name] for name in duel.keys if name not in ("takes", "_code")}, default=str)
    for word in ("red", "blue", "fox", "dolly", "orbit", "0.336"):
        assert word not in told, word
    for kind in ("differ", "rate", "tag", "make", "picture", "act"):
        answer = Page(duel).tell(kind, take=duel.takes[0], other=duel.takes[1])
        assert not answer["ok"]
        assert "knows no command" in answer["error"]
    kept = duel._repr_mimebundle_()
    assert "fox" not in json.dumps(kept)
    assert "image/jpeg" not in kept


def test_a_pair_is_voted_on_once_however_often_the_click_arrives(duel: Duel) -> None:
    page, arena = Page(duel), duel.arena
    number, pair = duel.ballot["number"], duel.takes
    page.tell("vote", "one", number=number, outcome="left")
    page.tell("vote", "one", number=number, outcome="left")
    page.tell("vote", "two", number=number, outcome="right")
    until(lambda: duel.ballot["number"] != number)
    late = page.tell("vote", "three", number=number, outcome="right")
    assert late["refused"] == "Another pair is shown by now. Nothing was noted."
    votes = arena.votes()
    assert len(votes) == 1
    assert (votes.left[0], votes.right[0], votes.outcome[0], votes.voter[0]) == (*pair, "left", "ann")
    assert duel.ballot["words"].startswith("1 vote so far.")
    assert set(duel.takes) != set(pair)


def test_what_is_no_outcome_is_said_and_the_pair_stays(duel: Duel) -> None:
    number = duel.ballot["number"]
    Page(duel).tell("vote", number=number, outcome="best")
    until(lambda: "A vote is 'left'" in duel.ballot["problem"], lambda: duel.ballot)
    assert duel.ballot["number"] == number
    assert len(duel.arena.votes()) == 0
    vote_now(Page(duel), duel, "tie")
    assert duel.ballot["problem"] == ""


def test_the_last_vote_is_taken_back(duel: Duel) -> None:
    page = Page(duel)
    assert not duel.ballot["undo"]
    vote_now(page, duel, "both bad")
    assert duel.ballot["undo"]
    page.tell("undo")
    until(lambda: not duel.ballot["undo"])
    assert len(duel.arena.votes()) == 0


def test_votes_bear_the_name_of_who_casts_them(duel: Duel) -> None:
    page = Page(duel)
    vote_now(page, duel, "left")
    page.tell("name", voter=" बाला ")
    until(lambda: duel.ballot["voter"] == "बाला")
    vote_now(page, duel, "right")
    assert list(duel.arena.votes().voter) == ["ann", "बाला"]
    assert "80 characters" in page.tell("name", voter="")["error"]


def test_the_result_is_shown_where_it_is_asked_for_and_follows_the_votes(duel: Duel, made: Sweep) -> None:
    page = Page(duel)
    assert duel.results == {}
    vote_now(page, duel, "left")
    duel.revealed = True
    assert duel.results["source"] == "1 vote, 1 voter"
    assert {line["name"] for line in duel.results["lines"]} == {
        "red · dolly in", "red · orbit", "blue · dolly in", "blue · orbit",
    }  # fmt: skip
    assert all(0 <= line["low"] <= line["at"] <= line["high"] <= 100 for line in duel.results["lines"])
    one, other = made.takes[:2]
    vote(made, voter="bo").vote(one, other, "left")  # another kernel's, as far as this widget knows
    until(lambda: duel.results["source"] == "2 votes, 2 voters", lambda: duel.results)
    duel.by = "choice 1"
    assert {line["name"] for line in duel.results["lines"]} == {"red", "blue"}
    with pytest.raises(t.TraitError, match="no axis 'camera'"):
        duel.by = "camera"
    duel.revealed = False
    assert duel.results == {}


def test_it_waits_for_clips_and_begins_with_the_first_two(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KLING_TIER", "gold")
    waiting = sweep("A {red|blue} fox", duration=3, library=library, confirm=False)
    shown = Duel(vote(waiting))
    assert shown.ballot["number"] == ""
    assert "not so many yet" in shown.ballot["words"]
    assert not shown.clips
    waiting.confirm()
    until(lambda: len(shown.takes) == 2, lambda: shown.ballot)
    assert shown.ballot["number"]
    shown.close()
