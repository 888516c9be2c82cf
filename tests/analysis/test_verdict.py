"""What is said of a vote claims no more than the e-process allows, and says whose votes they are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kling_widget.analysis.bradley_terry import fit
from kling_widget.analysis.e_process import Evidence
from kling_widget.analysis.verdict import Verdict, verdict
from kling_widget.analysis.votes import Vote, VoteCount, count_by_pair

from .ballots import ballots, cast, drawn

TWO = [
    ([], "Too few votes to say anything (no votes): even if all agree it takes 9."),
    (ballots("A", "B", 1), "Too few votes to say anything (1 vote, one voter): even if all agree it takes 9."),
    (ballots("A", "B", 9, 32), "B is better than A (41 votes, one voter)."),
    (ballots("A", "B", 7, 13), "Not known yet: about 90 more votes would tell (20 votes, one voter)."),
    (
        ballots("A", "B", 100, 100),
        "A and B are close so far: telling them apart would take more than 500 votes (200 votes, one voter).",
    ),
    (
        ballots("A", "B", 5) + ballots("A", "B", 6, voter="bob"),
        "A is better than B (11 votes, 2 voters, 6 of them by one).",
    ),
    (ballots("A", "B", 6) + ballots("A", "B", 6, voter="bob"), "A is better than B (12 votes, 2 voters)."),
    (
        ballots("A", "B", 12, both_bad=20),
        "A is better than B (32 votes, one voter). In 20 of 32 votes both were bad.",
    ),
]


@pytest.mark.parametrize(("votes", "text"), TWO, ids=[str(n) for n in range(len(TWO))])
def test_two(votes: list[Vote], text: str) -> None:
    assert verdict(fit(votes, "AB")).text == text


CAMERA = ["static", "dolly in", "handheld", "orbit"]
BEATEN = ballots("dolly in", "static", 20, 2) + ballots("dolly in", "orbit", 30, 3)
SEVERAL = [
    (
        BEATEN,
        15,
        6,
        "dolly in beats static and orbit (76 votes, one voter). Against handheld it is not known yet: about",
    ),
    (BEATEN, 30, 2, "dolly in beats static, orbit and handheld (87 votes, one voter)."),
    (BEATEN, 90, 85, "dolly in and handheld are close so far: telling them apart would take more than 500 votes."),
    ([], 9, 4, "Which is best is not known yet (13 votes, one voter): about"),
    ([], 90, 85, "Which is best is not known yet (175 votes, one voter). Between dolly in and"),
    ([], 3, 2, "Too few votes to say anything (5 votes, one voter): even if all agree it takes 13 on one pair."),
]


@pytest.mark.parametrize(("others", "wins", "losses", "text"), SEVERAL, ids=[str(n) for n in range(len(SEVERAL))])
def test_several(others: list[Vote], wins: int, losses: int, text: str) -> None:
    assert text in verdict(fit(others + ballots("dolly in", "handheld", wins, losses), CAMERA)).text


def test_the_best_is_named_once_it_beats_all() -> None:
    votes = BEATEN + ballots("dolly in", "handheld", 30, 2)
    found = verdict(fit(votes, CAMERA))
    assert (found.best, found.more) == ("dolly in", 0)
    assert set(found.better) == {("dolly in", other) for other in CAMERA if other != "dolly in"}


def test_votes_can_go_in_a_circle() -> None:
    found = verdict(fit(ballots("A", "B", 20) + ballots("B", "C", 20) + ballots("C", "A", 20), "ABC"))
    assert found.text == "The votes go in a circle: each candidate loses to another one (60 votes, one voter)."
    assert (found.best, found.more) == (None, None)
    assert len(found.better) == 3


@pytest.mark.parametrize("candidates", ["", "A"])
def test_one_is_not_compared(candidates: str) -> None:
    assert verdict(fit([], candidates)) == Verdict("Nothing to compare: a vote takes two candidates.")


def test_candidates_are_called_by_name_and_what_has_none_by_its_id() -> None:
    found = verdict(fit(ballots("t1", "t2", 20), ["t1", "t2"]), names={"t1": "a {red|blue} लोमड़ी"})
    assert found.text == "a {red|blue} लोमड़ी is better than t2 (20 votes, one voter)."
    assert found.better == (("t1", "t2"),)


def test_one_verdict_of_several_claims_less() -> None:
    votes = ballots("A", "B", 9)
    assert verdict(fit(votes, "AB")).best == "A"
    assert verdict(fit(votes, "AB"), pairs=6).best is None


@given(st.integers(0, 2**32), st.integers(2, 5), st.integers(0, 150), st.floats(0, 1))
def test_nothing_is_claimed_that_the_e_process_does_not_allow(seed: int, count: int, number: int, gap: float) -> None:
    names = [str(n) for n in range(count)]
    votes = drawn(Random(seed), [gap * n for n in range(count)], number, voter="ann")
    found = verdict(fit(votes, names))
    allowed = set()
    for (one, other), pair in count_by_pair(votes).items():
        better = Evidence(pair, count * (count - 1) // 2).better
        if better:
            allowed.add((one, other) if better == "first" else (other, one))
    assert set(found.better) == allowed
    if found.best:
        assert {(found.best, other) for other in names if other != found.best} <= allowed
    if claim := re.match(r"(\d) (?:is better than|beats) ([\d, and]+) \(", found.text):
        assert {(claim[1], loser) for loser in re.findall(r"\d", claim[2])} <= allowed
    else:
        assert re.match(
            "Too few|Not known|Which is best is not known|The votes go in a circle|. and . are close so far", found.text
        )
    assert number == 0 or re.search(r"\(\d+ votes?, one voter\)", found.text)


def test_about_half_of_all_votes_end_before_the_number_that_was_forecast() -> None:
    random, sooner, runs = Random(8), 0, 0
    for _ in range(150):
        strengths = [random.gauss(0, 0.8), random.gauss(0, 0.8)]
        votes = [cast(random, strengths, ("0", "1"), n=n) for n in range(20)]
        if not (more := verdict(fit(votes, "01")).more):
            continue  # told already, or close
        votes += [cast(random, strengths, ("0", "1"), n=n) for n in range(20, 20 + more)]
        runs += 1
        sooner += any(Evidence(count).decided for count in so_far(votes))
    assert runs > 50
    assert 0.35 < sooner / runs < 0.65


def so_far(votes: list[Vote]) -> Iterator[VoteCount]:
    """The count after each vote, as a person sees it who looks after each."""
    count = VoteCount()
    for vote in votes:
        count += count_by_pair([vote])["0", "1"]
        yield count
