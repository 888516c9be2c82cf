"""The next pair is the one that tells most about the top; nobody sees one twice in a row; sides are drawn by lot."""

from __future__ import annotations

import time
from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kling_widget.analysis.bradley_terry import Standings, fit
from kling_widget.analysis.pairing import next_pair
from kling_widget.analysis.votes import Pair, Vote

from .ballots import ballots, cast, drawn

STRENGTHS = [1.6, 1.2, -0.4, -0.8, -1.2, -1.6]
NAMES = [str(n) for n in range(len(STRENGTHS))]


def chosen(standings: Standings, times: int = 200, voter: str = "bob") -> Counter[Pair]:
    """How often each pair comes next, whichever the sides."""
    random = Random(1)
    pairs = (next_pair(standings, voter=voter, random=random) for _ in range(times))
    return Counter((min(pair), max(pair)) for pair in pairs if pair)


def run(seed: int, number: int) -> list[Vote]:
    """Votes on the pairs that are chosen."""
    random, votes = Random(seed), list[Vote]()
    for n in range(number):
        pair = next_pair(fit(votes, NAMES), voter="ann", random=random)
        assert pair is not None
        votes.append(cast(random, STRENGTHS, pair, n=n))
    return votes


def test_votes_go_to_the_rivals_at_the_top_and_the_best_is_found_more_often_than_by_lot() -> None:
    rounds, number = 12, 30
    by_choice = [run(seed, number) for seed in range(rounds)]
    on_top = Counter(vote.pair for votes in by_choice for vote in votes)
    assert on_top.most_common(1)[0][0] == ("0", "1")
    assert on_top["0", "1"] > 3 * rounds * number / 15  # of 15 pairs, each would have a fifteenth
    by_lot = [drawn(Random(seed), STRENGTHS, number) for seed in range(rounds)]
    best = [sum(fit(votes, NAMES).ranked[0].candidate == "0" for votes in several) for several in (by_choice, by_lot)]
    assert best[0] > best[1]


def test_what_is_clear_is_left_alone() -> None:
    votes = ballots("a", "b", 5, 4) + ballots("a", "c", 30, 1) + ballots("b", "c", 30, 1) + ballots("c", "d", 3, 3)
    assert set(chosen(fit(votes, "abcd"))) == {("a", "b")}


def test_without_votes_every_candidate_comes_up() -> None:
    assert {name for pair in chosen(fit([], "abcd")) for name in pair} == set("abcd")


def test_a_pair_waits_for_others_that_tell_as_much() -> None:
    random, votes = Random(4), list[Vote]()
    for n in range(6):
        pair = next_pair(fit(votes, "abcd"), voter="ann", random=random)
        assert pair is not None
        votes.append(Vote(*pair, "tie", "ann", float(n), str(n)))
    assert len({vote.pair for vote in votes}) == 6


@pytest.mark.parametrize("count", [3, 5])
def test_nobody_sees_a_pair_twice_in_a_row(count: int) -> None:
    random, votes = Random(count), list[Vote]()
    for n in range(60):
        voter = random.choice(["ann", "bob"])
        pair = next_pair(fit(votes, NAMES[:count]), voter=voter, random=random)
        assert pair is not None
        last = next((vote for vote in reversed(votes) if vote.voter == voter), None)
        assert last is None or set(pair) != {last.left, last.right}
        votes.append(cast(random, STRENGTHS, pair, voter=voter, n=n))


def test_the_only_pair_there_is_comes_again() -> None:
    assert set(chosen(fit(ballots("a", "b", 3), "ab"), voter="ann")) == {("a", "b")}


def test_sides_are_drawn_by_lot_and_a_seed_draws_the_same() -> None:
    standings, random = fit([], "ab"), Random(2)
    sides = Counter(next_pair(standings, voter="ann", random=random) for _ in range(400))
    assert set(sides) == {("a", "b"), ("b", "a")}
    assert 160 < sides["a", "b"] < 240  # four standard errors
    again = Random(2)
    assert Counter(next_pair(standings, voter="ann", random=again) for _ in range(400)) == sides


@given(st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 2)), st.integers(0, 99))
def test_only_candidates_of_one_group_are_compared(groups: dict[str, int], seed: int) -> None:
    random = Random(seed)
    standings = fit(ballots("a", "b", 3, 1) + ballots("c", "a", 2), "abcdef")
    pair = next_pair(standings, voter="ann", random=random, groups=groups)
    if max(Counter(groups.values()).values(), default=0) < 2:
        assert pair is None
    else:
        assert pair is not None
        assert groups[pair[0]] == groups[pair[1]]


@pytest.mark.parametrize("candidates", ["", "a"])
def test_with_fewer_than_two_there_is_no_pair(candidates: str) -> None:
    assert next_pair(fit([], candidates), voter="ann", random=Random(1)) is None


def test_a_hundred_candidates_are_no_wait() -> None:
    names = [str(n) for n in range(100)]
    standings = fit(drawn(Random(3), [n / 50 for n in range(100)], 2000), names)
    times = []
    for _ in range(5):
        start = time.process_time()
        next_pair(standings, voter="ann", random=Random(1))
        times.append(time.process_time() - start)
    assert min(times) < 0.05
