"""Why a take has not been sent yet."""

from __future__ import annotations

from typing import Any

import pytest

from kling_widget.request.states import STATES
from kling_widget.store import Record
from kling_widget.store.learned_limit import Learned
from kling_widget.widgets.queue.waiting import Traffic
from tests.made import a_record

AT = 1_790_000_000_000
LIVE = "https://api.wavespeed.ai"


def take(state: str = "processing", **given: Any) -> Record:
    return a_record(**{"state": state, "service": LIVE, "charge": None, "submitted_at": AT - 90_000, **given})


def waiting(**given: Any) -> Record:
    return take("intent", **{"confirmed_at": AT, "submitted_at": None, **given})


def why(record: Record, *others: Record, at: int = AT) -> str:
    return Traffic([record, *others, *others], at).why(record)


def test_a_take_waits_for_a_place_where_the_account_runs_as_many_as_it_may() -> None:
    assert why(waiting(), take()) == ""
    assert why(waiting(), take(), take("created")) == "Waiting for a place: your account runs 2 at once."


@pytest.mark.parametrize("state", ["downloading", "completed", "needs_you", "intent", "failed"])
def test_what_runs_at_the_service_takes_a_place_and_nothing_else(state: str) -> None:
    assert why(waiting(), take(), take(state)) == ""


def test_a_lost_answer_takes_a_place_until_it_is_found() -> None:
    assert "2 at once" in why(waiting(), take("unknown"), take("reconciling"))


def test_the_account_may_be_of_another_tier(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KLING_TIER", "silver")
    assert why(waiting(), *(take() for _ in range(99))) == ""
    assert why(waiting(), *(take() for _ in range(100))) == "Waiting for a place: your account runs 100 at once."


def test_a_tier_that_there_is_not_is_said_and_not_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KLING_TIER", "tin")
    assert "it is one of bronze, silver, gold, ultra" in why(waiting())


def test_a_take_waits_for_its_turn_where_many_were_sent_within_a_minute() -> None:
    ended = [take("completed", submitted_at=AT - 30_000) for _ in range(2)]
    assert why(waiting(), *ended, at=AT + 2000) == "Waiting for its turn: your account takes 2 a minute."
    assert why(waiting(), *ended, at=AT + 31_000) == "Waiting to be sent."


def test_an_account_that_takes_less_than_its_level_says_is_told_of_in_words() -> None:
    learned: dict[tuple[str, str | None], Learned] = {(LIVE, "aa"): Learned(1, AT - 10_000, AT + 30_000)}
    mine, sent = waiting(account="aa"), take("completed", submitted_at=AT + 20_000, account="aa")
    assert "takes no more for 0:26. Not charged" in Traffic([mine, sent], AT + 5_000, learned).why(mine)
    assert "so 1 a minute are sent, and slowly more again" in Traffic([mine, sent], AT + 40_000, learned).why(mine)
    other = waiting(account="bb")
    assert Traffic([other, sent], AT + 40_000, learned).why(other) == "Waiting to be sent."


def test_one_that_runs_fewer_at_once_than_its_level_says_is_told_of_in_words() -> None:
    learned: dict[tuple[str, str | None], Learned] = {(LIVE, "aa"): Learned(9, AT - 10_000, AT - 5_000, at_once=1)}
    mine, runs = waiting(account="aa"), take(account="aa")
    assert "so 1 run at once, and slowly more again" in Traffic([mine, runs], AT + 5_000, learned).why(mine)
    assert Traffic([mine], AT + 5_000, learned).why(mine) == "Waiting to be sent."


def test_a_take_that_is_about_to_be_sent_is_left_in_peace() -> None:
    assert why(waiting(), take("sending"), at=AT + 1000) == ""
    assert why(waiting(), take("sending"), at=AT + 2000) == "Waiting for its turn: they are sent one after the other."


def test_a_practice_account_has_no_limits() -> None:
    mine = waiting(service="practice")
    assert why(mine, *(take(service="practice") for _ in range(50))) == ""


@pytest.mark.parametrize("state", sorted(STATES - {"intent"}))
def test_only_what_was_not_sent_waits_to_be_sent(state: str) -> None:
    assert why(take(state), take(), take()) == ""
