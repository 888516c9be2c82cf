"""One table says which state of a take may follow which; the documentation shows that table."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kling_widget.request.states import AT_SERVICE, FINAL, FIRST, NEXT, SERVICE_FINAL, STATES, UNCERTAIN, State

PROMISES = Path(__file__).parents[2] / "docs" / "promises.md"


def reached(start: State) -> set[State]:
    found: set[State] = {start}
    while more := {following for state in found for following in NEXT[state]} - found:
        found |= more
    return found


def before(state: State) -> set[State]:
    return {earlier for earlier, following in NEXT.items() if state in following} - {state}


def test_every_state_stands_in_the_table_and_can_be_reached() -> None:
    assert set(NEXT) == set(STATES)
    assert {state for first in FIRST for state in reached(first)} == set(STATES)


def test_only_a_confirmed_request_is_sent_and_one_whose_answer_was_lost_never_again() -> None:
    assert before("sending") == {"intent"}
    assert before("intent") == {"sending"}  # where it provably was not received
    for state in UNCERTAIN | AT_SERVICE:
        assert not reached(state) & {"intent", "sending"}, state


def test_every_take_can_end_and_only_what_is_made_and_paid_for_goes_on_after_that() -> None:
    for state in STATES - FINAL:
        assert reached(state) & FINAL, state  # type: ignore[arg-type]  # its elements are states
    assert {state for state in FINAL if NEXT[state]} == {"completed", "unverified"}


def test_what_may_have_been_made_is_never_cancelled_or_rejected_here() -> None:
    assert before("rejected") == {"intent", "sending"}
    assert before("cancelled") == AT_SERVICE | {"intent"}  # at the service, as it says itself
    assert before("not_created") == {"reconciling", "needs_you"}


@pytest.mark.parametrize("state", sorted(AT_SERVICE))
def test_a_poll_may_find_whatever_the_service_says(state: State) -> None:
    assert NEXT[state] | {state} >= SERVICE_FINAL | {"processing", "downloading", "expired"}


def test_the_documentation_shows_the_table() -> None:
    shown = re.findall(r"^\| `(\w+)` \|(.*?)\|", PROMISES.read_text("utf-8"), re.MULTILINE)
    table = {state: frozenset(re.findall(r"`(\w+)`", following)) for state, following in shown}
    assert table == {state: following - {state} for state, following in NEXT.items()}
