"""Votes between clips tell about the values of an axis only where nothing else differs."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kling_widget.analysis.axis_votes import by_value
from kling_widget.analysis.bradley_terry import fit
from kling_widget.analysis.verdict import verdict
from kling_widget.analysis.votes import Vote, merge

from .ballots import ballots

CAMERA = {"t1": "dolly in", "t2": "handheld", "t3": "dolly in", "t4": "handheld", "t5": "dolly in"}
SUBJECT = {"t1": "fox", "t2": "fox", "t3": "snow", "t4": "snow", "t5": "fox"}


def test_votes_between_clips_become_votes_between_values_over_all_subjects() -> None:
    found = by_value(ballots("t1", "t2", 8) + ballots("t4", "t3", 0, 9), CAMERA, SUBJECT)
    assert (len(found.votes), found.settings) == (17, 2)
    assert (
        verdict(fit(found.votes, set(CAMERA.values()))).text
        == "dolly in is better than handheld (17 votes, one voter)."
    )


def test_equal_values_and_confounded_clips_are_left_out_and_counted() -> None:
    votes = ballots("t1", "t5", 2) + ballots("t1", "t3", 3) + ballots("t1", "t4", 4) + ballots("t1", "t2", 1)
    found = by_value(votes, CAMERA, SUBJECT)
    assert (len(found.votes), found.equal, found.confounded, found.unknown) == (1, 5, 4, 0)


def test_without_the_rest_all_pairs_of_values_count() -> None:
    found = by_value(ballots("t1", "t4", 4), CAMERA)
    assert (len(found.votes), found.confounded, found.settings) == (4, 0, 0)


def test_deleted_clips_are_unknown() -> None:
    assert by_value(ballots("t1", "gone", 4) + ballots("gone", "gone", 1), CAMERA, SUBJECT).unknown == 5
    assert by_value(ballots("t1", "t2", 4), CAMERA, {"t1": "fox"}).unknown == 4


CLIPS = st.sampled_from(["t1", "t2", "t3", "t4", "t5", "gone"])
VOTES = st.builds(
    Vote, CLIPS, CLIPS, st.sampled_from(["left", "tie"]), st.just("ann"), st.floats(0, 9), st.uuids().map(str)
)


@given(st.lists(VOTES, max_size=20))
def test_no_vote_is_lost_or_counted_twice(votes: list[Vote]) -> None:
    found = by_value(votes + votes, CAMERA, SUBJECT)
    assert len(found.votes) + found.equal + found.confounded + found.unknown == len(merge(votes))
    original = {vote.id: vote for vote in votes}
    for vote in found.votes:
        clips = original[vote.id]
        assert (vote.left, vote.right) == (CAMERA[clips.left], CAMERA[clips.right])
        assert (vote.outcome, vote.voter, vote.at) == (clips.outcome, clips.voter, clips.at)
        assert vote.left != vote.right
