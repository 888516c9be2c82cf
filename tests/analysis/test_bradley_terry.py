"""Strengths agree with evalica's and choix's; intervals hold what they say, whatever the votes."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator, Sequence
from random import Random

import choix
import evalica
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kling_widget.analysis.bradley_terry import Standings, fit
from kling_widget.analysis.davidson import Posterior
from kling_widget.analysis.votes import OUTCOMES, Vote, VoteCount

from .ballots import ballots, cast, drawn

STRENGTHS = [-1.2, -0.7, -0.4, 0.0, 0.1, 0.5, 0.7, 1.0]
NAMES = [str(n) for n in range(len(STRENGTHS))]
BOUNDS = (0.93, 0.98)


@pytest.fixture(autouse=True)
def _numpy_has_nothing_to_complain_of() -> Iterator[None]:
    with warnings.catch_warnings(), np.errstate(all="raise", under="ignore"):
        warnings.simplefilter("error")
        yield


def in_order(found: Standings) -> list[float]:
    return [found[name].strength for name in found.candidates]


def centred(strengths: Sequence[float]) -> list[float]:
    return [one - sum(strengths) / len(strengths) for one in strengths]


# Against others: with 3,000 votes the prior moves a strength by 0.02 at most; without it there is one maximum.


def test_with_ties_it_agrees_with_evalica() -> None:
    votes = drawn(Random(1), STRENGTHS, 3000, tie=0.6)
    winner = {"left": evalica.Winner.X, "right": evalica.Winner.Y, "tie": evalica.Winner.Draw}
    theirs = evalica.newman(
        [v.left for v in votes],
        [v.right for v in votes],
        [winner[v.outcome] for v in votes],
        tolerance=1e-10,
        limit=10_000,
    )
    ours = fit(votes, NAMES)
    assert in_order(ours) == pytest.approx(centred([math.log(theirs.scores[name]) for name in NAMES]), abs=0.02)
    assert [one.candidate for one in ours] == list(theirs.scores.sort_values(ascending=False).index)


def test_without_ties_it_agrees_with_choix() -> None:
    votes = drawn(Random(2), STRENGTHS, 3000, tie=0.0)
    won = [(int(v.left), int(v.right)) if v.outcome == "left" else (int(v.right), int(v.left)) for v in votes]
    theirs = [float(one) for one in choix.ilsr_pairwise(len(NAMES), won)]
    ours = fit(votes, NAMES)
    assert in_order(ours) == pytest.approx(centred(theirs), abs=0.02)
    assert [one.candidate for one in ours] == sorted(NAMES, key=lambda name: -theirs[int(name)])


def covered(runs: int, number: int, count: int, seed: int) -> float:
    """The part of 95 % intervals that hold the true strength."""
    random, inside = Random(seed), 0
    strengths = centred(STRENGTHS[:count])
    for _ in range(runs):
        found = fit(drawn(random, strengths, number), NAMES[:count])
        inside += sum(found[str(n)].low <= true <= found[str(n)].high for n, true in enumerate(strengths))
    return inside / (runs * count)


@pytest.mark.parametrize(("number", "count", "runs"), [(40, 2, 400), (60, 4, 300), (300, 8, 150)])
def test_95_percent_intervals_hold_93_to_98_percent(number: int, count: int, runs: int) -> None:
    assert BOUNDS[0] <= covered(runs, number, count, seed=20261128) <= BOUNDS[1]


def test_intervals_are_about_people_once_ten_voters_carry_the_votes() -> None:
    # Candidates equal to people on average, of whom each has a taste: 40 votes of one are no 40 people's.
    random, runs, inside, by_vote = Random(4), 100, 0, 0
    for _ in range(runs):
        votes: list[Vote] = []
        for voter in range(16):
            taste = [random.gauss(0, 1) for _ in range(3)]
            votes += drawn(random, taste, 40, voter=f"voter-{voter}")
        found = fit(votes, "012")
        assert found.clustered_by == "voter"
        inside += sum(one.low <= 0 <= one.high for one in found)
        same = fit([Vote(v.left, v.right, v.outcome, "one", v.at, v.id) for v in votes], "012")
        by_vote += sum(one.low <= 0 <= one.high for one in same)
    assert 0.90 <= inside / (3 * runs) <= 0.99
    assert by_vote / (3 * runs) < 0.7


def test_many_voters_who_hardly_vote_do_not_make_one_voter_many() -> None:
    few = [vote for n in range(12) for vote in ballots("a", "b", wins=1, voter=f"guest-{n}")]
    assert fit(few, "ab").clustered_by == "voter"
    assert fit(few + ballots("a", "b", 60, 60), "ab").clustered_by == "vote"


@given(
    st.lists(
        st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef"), st.sampled_from(OUTCOMES), st.integers(1, 40)),
        max_size=12,
    ),
    st.integers(1, 14),
)
def test_any_votes_give_finite_strengths_within_their_intervals(
    rows: list[tuple[str, str, str, int]], voters: int
) -> None:
    votes = [
        Vote(left, right, outcome, f"voter-{n % voters}", 0.0, f"{row}-{n}")  # type: ignore[arg-type]  # one of OUTCOMES
        for row, (left, right, outcome, times) in enumerate(rows)
        for n in range(times)
    ]
    found = fit(votes, "abcde")
    assert sorted(one.candidate for one in found) == list("abcde")
    for one in found:
        assert math.isfinite(one.strength)
        assert one.low < one.strength < one.high  # false for NaN, too
    for component in {one.component for one in found}:
        assert sum(one.strength for one in found if one.component == component) == pytest.approx(0, abs=1e-9)


@given(st.permutations(range(30)), st.booleans())
def test_the_order_of_votes_and_repeats_do_not_matter(order: list[int], twice: bool) -> None:
    votes = drawn(Random(5), STRENGTHS[:4], 30)
    shuffled = [votes[n] for n in order]
    assert fit(shuffled * (1 + twice), NAMES[:4]) == fit(votes, NAMES[:4])


def test_without_votes_nothing_is_bounded() -> None:
    assert len(fit([], [])) == 0
    for one in fit([], ["a", "b"]):
        assert (one.strength, one.low, one.high) == (0.0, -math.inf, math.inf)
        assert one.count == VoteCount()


def test_one_vote_gives_an_order_and_claims_nothing() -> None:
    best, other = fit(ballots("a", "b", wins=1), "ab")
    assert (best.candidate, best.low < 0, best.high) == ("a", True, math.inf)
    assert (other.candidate, other.low, other.high > 0) == ("b", -math.inf, True)


@pytest.mark.parametrize("number", [1, 5, 1000])
def test_ties_alone_say_little_about_strength(number: int) -> None:
    # With ν to infinity they are as likely for unequal candidates.
    for one in fit(ballots("a", "b", ties=number), "ab"):
        assert one.strength == pytest.approx(0, abs=1e-9)
        assert one.high - one.low > 2.0


def test_one_that_always_wins_is_bounded_from_below_only() -> None:
    found = fit(ballots("a", "b", 20) + ballots("b", "c", 6, 4) + ballots("a", "c", 8), "abc")
    assert found["a"].low > 0
    assert found["a"].high == math.inf
    assert all(found[name].low == -math.inf and math.isfinite(found[name].high) for name in "bc")
    chain = fit(ballots("a", "b", 5) + ballots("b", "c", 5), "abc")
    assert (chain["b"].low, chain["b"].high) == (-math.inf, math.inf)  # beaten by all above, beating all below


def test_a_tie_bounds_as_a_loss_does() -> None:
    assert all(math.isfinite(one.low + one.high) for one in fit(ballots("a", "b", 20, ties=1), "ab"))


def test_candidates_that_never_met_are_not_set_against_each_other() -> None:
    found = fit(ballots("c", "d", 9, 3) + ballots("a", "b", 6, 2) + ballots("b", "e", 4, 4), "abcdef")
    assert [(one.candidate, one.component) for one in found] == [
        ("a", 0), ("e", 0), ("b", 0), ("c", 1), ("d", 1), ("f", 2),
    ]  # fmt: skip
    alone = fit(ballots("c", "d", 9, 3), "cd")
    assert found["c"].strength == pytest.approx(alone["c"].strength, abs=0.05)  # ties are shared
    assert math.isfinite(found["c"].low + found["c"].high)
    assert (found["f"].low, found["f"].high) == (-math.inf, math.inf)


def test_votes_are_counted_for_each() -> None:
    found = fit(ballots("a", "b", 1, 2, 3, 4) + ballots("c", "a", 5) + ballots("a", "gone", 7), "abc")
    assert found["a"].count == VoteCount(wins=1, losses=7, ties=3, both_bad=4)
    assert found.counted.unknown == 7


def test_both_bad_is_a_tie_in_strength() -> None:
    bad, tied = fit(ballots("a", "b", 6, 3, both_bad=4), "ab"), fit(ballots("a", "b", 6, 3, ties=4), "ab")
    assert in_order(bad) == in_order(tied)


def test_the_derivatives_are_those_of_the_density() -> None:
    random = np.random.default_rng(6)
    wins = random.integers(0, 6, (4, 4)).astype(float)
    np.fill_diagonal(wins, 0)
    posterior, point = Posterior(wins, wins + wins.T), random.normal(size=5)
    for n, step in enumerate(np.eye(5) * 1e-5):
        slope = (posterior.log_density(point + step) - posterior.log_density(point - step)) / 2e-5
        assert slope == pytest.approx(posterior.gradient(point)[n], abs=1e-6)
        bend = (posterior.gradient(point - step) - posterior.gradient(point + step)) / 2e-5
        assert bend == pytest.approx(posterior.information(point)[0][n], abs=1e-6)
    assert posterior.gradient(posterior.mode()) == pytest.approx(np.zeros(5), abs=1e-5)


def test_a_difference_is_as_sure_as_the_votes_on_it() -> None:
    random = Random(7)
    votes = [cast(random, STRENGTHS, ("0", "7"), n=n) for n in range(200)] + ballots("0", "1", 2, 2)
    found = fit(votes, ["0", "1", "7"])
    assert found.difference("7", "0").mean == pytest.approx(2.2, abs=0.6)
    assert found.difference("7", "0").stdev < 0.3 < found.difference("0", "1").stdev
