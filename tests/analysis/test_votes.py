"""Votes come twice and in any order, and mean the same; those that say nothing are left out, and counted."""

from __future__ import annotations

import math
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kling_widget.analysis.bradley_terry import fit
from kling_widget.analysis.votes import OUTCOMES, Counted, Vote, VoteCount, count_by_pair, counted, merge
from kling_widget.errors import BadValue

from .ballots import ballots

Votes = list[Vote]

IDS = st.sampled_from("123456")
VOTES = st.lists(
    st.builds(
        Vote,
        left=st.sampled_from("abc"),
        right=st.sampled_from("abc"),
        outcome=st.sampled_from(OUTCOMES),
        voter=st.sampled_from(["ann", "bob", "आशा"]),
        at=st.floats(0, 100),
        id=IDS,  # few, so that votes that differ bear the same one
    ),
    max_size=12,
)


@given(VOTES, VOTES, VOTES)
def test_merging_is_the_same_in_any_order_and_however_often(one: Votes, two: Votes, three: Votes) -> None:
    merged = merge(one, two, three)
    assert merge(merged) == merged == merge(merged, merged)
    assert merge(three, one, two) == merged
    assert merge(merge(one, two), three) == merged == merge(one, merge(two, three))


@given(VOTES, st.randoms(use_true_random=False))
def test_merging_keeps_each_id_once_and_invents_no_vote(votes: list[Vote], random: Random) -> None:
    shuffled = random.sample(votes, len(votes))
    merged = merge(shuffled)
    assert {vote.id for vote in votes} == {vote.id for vote in merged}
    assert len({vote.id for vote in merged}) == len(merged)
    assert set(merged) <= set(votes)
    assert [vote.at for vote in merged] == sorted(vote.at for vote in merged)


@given(VOTES)
def test_every_vote_counts_or_is_left_out_for_a_reason(votes: list[Vote]) -> None:
    found = counted(votes, "ab")
    assert len(found.votes) + found.unknown + found.against_itself == len(merge(votes))
    assert sum(count.votes for count in count_by_pair(found.votes).values()) == len(found.votes)
    assert all({vote.left, vote.right} == {"a", "b"} for vote in found.votes)


@given(VOTES)
def test_sides_do_not_matter(votes: list[Vote]) -> None:
    other: dict[str, str] = {"left": "right", "right": "left"}
    swapped = [
        Vote(v.right, v.left, other.get(v.outcome, v.outcome), v.voter, v.at, str(n))  # type: ignore[arg-type]  # one of four
        for n, v in enumerate(votes)
        if v.left != v.right
    ]
    assert count_by_pair(swapped) == count_by_pair(v for v in votes if v.left != v.right)


def test_votes_for_a_deleted_take_are_left_out_and_counted_unless_it_stays_a_candidate() -> None:
    votes = ballots("a", "deleted", wins=3) + ballots("b", "deleted", losses=2) + ballots("a", "a", ties=1)
    assert counted(votes, "ab") == Counted((), unknown=5, against_itself=1)
    kept = fit(votes, ["a", "b", "deleted"])
    assert [one.candidate for one in kept] == ["a", "deleted", "b"]  # a beats b, through the one that is gone


def test_both_bad_is_counted_by_itself() -> None:
    votes = ballots("b", "a", wins=1, losses=2, ties=3, both_bad=4)
    assert count_by_pair(votes) == {("a", "b"): VoteCount(wins=2, losses=1, ties=3, both_bad=4)}


def test_voters_are_counted_among_the_votes_that_count() -> None:
    assert counted(ballots("a", "b", 2) + ballots("a", "gone", 2, voter="bob"), "ab").voters == 1


@pytest.mark.parametrize(("outcome", "at"), [("both", 1.0), ("left", math.nan), ("left", math.inf)])
def test_what_is_no_vote_is_refused(outcome: str, at: float) -> None:
    with pytest.raises(BadValue):
        Vote("a", "b", outcome, "ann", at, "1")  # type: ignore[arg-type]  # what is tested
