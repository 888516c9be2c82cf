"""Looking after every vote is no cheat: how often the e-process is wrong, and how long it takes, computed exactly."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kling_widget.analysis.davidson import Floats
from kling_widget.analysis.e_process import ALPHA, Evidence, fewest_votes, log_e
from kling_widget.analysis.votes import VoteCount

COUNTS = st.integers(0, 3000)


def claimed(share: float, votes: int, pairs: int = 1) -> Floats:
    """The probability that a claim has been made by the nth decided vote, for n from 0 on.

    The distribution of wins is carried from vote to vote, and what reaches the threshold is taken out.
    """
    threshold = math.log(pairs / ALPHA)
    going_on, result, ends = np.ones(1), np.zeros(votes + 1), 0
    for number in range(1, votes + 1):
        going_on = np.append((1 - share) * going_on, 0.0) + np.append(0.0, share * going_on)
        # Claims lie at both ends, and reach one further in at most with each vote.
        if 2 * ends < number and log_e(ends, number - ends) >= threshold:
            ends += 1
        going_on[:ends] = going_on[number + 1 - ends :] = 0.0
        result[number] = 1 - going_on.sum()
    return result


def median_stop(share: float, pairs: int = 1, ties: float = 0.0) -> int:
    """After how many votes a claim has been made in half of all runs, if so many votes are ties."""
    decided = claimed(share, 1000, pairs)
    number, counts = 0, np.ones(1)
    while counts @ decided[: len(counts)] < 0.5:
        number += 1
        counts = np.append(ties * counts, 0.0) + np.append(0.0, (1 - ties) * counts)
    return number


@given(COUNTS, COUNTS)
def test_between_equals_the_next_vote_leaves_the_e_value_as_it_is_on_average(wins: int, losses: int) -> None:
    # A martingale that begins at 1: all that Ville's inequality asks for.
    here = log_e(wins, losses)
    average = np.logaddexp(log_e(wins + 1, losses), log_e(wins, losses + 1)) - math.log(2)
    assert average == pytest.approx(here, abs=1e-8)


def test_it_begins_at_one() -> None:
    assert log_e(0, 0) == 0


@given(COUNTS, COUNTS, st.integers(0, 50), st.integers(0, 50))
def test_ties_change_nothing_and_the_other_side_sees_the_opposite(w: int, n: int, ties: int, bad: int) -> None:
    plain, tied = Evidence(VoteCount(w, n)), Evidence(VoteCount(w, n, ties, bad))
    assert tied.log_e == plain.log_e
    opposite = {"first": "second", "second": "first", None: None}
    assert Evidence(tied.count.reversed()).better == opposite[tied.better]
    assert tied.better is None or tied.better == ("first" if w > n else "second")


def test_equal_candidates_are_separated_in_under_5_percent_of_runs_of_2000_votes_looked_at_after_each() -> None:
    assert 0.03 < claimed(0.5, 2000)[-1] < ALPHA


def test_of_all_pairs_together_too() -> None:
    assert 6 * claimed(0.5, 2000, pairs=6)[-1] < ALPHA  # however they depend on each other


@pytest.mark.parametrize(
    ("share", "ties", "pairs", "votes"),
    [
        (1.0, 0.0, 1, 9),
        (0.9, 0.0, 1, 13),
        (0.75, 0.0, 1, 31),
        (0.65, 0.0, 1, 82),
        (0.55, 0.0, 1, 886),
        (0.75, 0.2, 1, 37),
        (0.65, 0.2, 1, 103),
        (0.75, 0.0, 6, 44),
    ],
)
def test_half_of_all_runs_have_ended_after_as_many_votes_as_is_written(
    share: float, ties: float, pairs: int, votes: int
) -> None:
    assert abs(median_stop(share, pairs, ties) - votes) <= 1


@pytest.mark.parametrize("share", [0.6, 0.65, 0.75, 0.9, 1.0])
@pytest.mark.parametrize("pairs", [1, 6])
def test_a_forecast_of_votes_is_the_mean_or_a_little_more(share: float, pairs: int) -> None:
    mean = (1 - claimed(share, 2000, pairs)[:-1]).sum()
    forecast = Evidence(VoteCount(), pairs).decided_votes_left(share, at_most=2000)
    assert mean - 1 <= forecast <= mean * 7 / 6


@given(st.integers(0, 60), st.integers(0, 60), st.floats(0, 1))
def test_so_many_votes_suffice_and_one_fewer_does_not(wins: int, losses: int, share: float) -> None:
    evidence = Evidence(VoteCount(wins, losses))
    more = evidence.decided_votes_left(share, at_most=500)

    def after(number: float) -> float:
        return log_e(wins + share * number, losses + (1 - share) * number)

    if evidence.decided:
        assert more == 0
    elif math.isinf(more):
        assert after(500) < evidence.log_threshold
    else:
        assert after(more) >= evidence.log_threshold > after(more - 1)


def test_no_number_of_votes_is_too_many() -> None:
    evidence = Evidence(VoteCount(wins=1_000_000))
    assert evidence.decided
    assert math.isfinite(evidence.log_e)


@pytest.mark.parametrize("pairs", [1, 6, 28, 4950])
def test_fewer_than_the_fewest_votes_claim_nothing(pairs: int) -> None:
    fewest = fewest_votes(pairs)
    assert Evidence(VoteCount(wins=fewest), pairs).better == "first"
    assert Evidence(VoteCount(losses=fewest), pairs).better == "second"
    assert not Evidence(VoteCount(wins=fewest - 1), pairs).decided
