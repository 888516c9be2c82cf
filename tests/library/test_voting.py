"""An arena in code: what is compared, whose vote it is, and what may be said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from kling_widget import Library, Sweep, Take, generate, sweep, vote
from kling_widget.analysis.votes import Outcome, Vote
from kling_widget.errors import BadValue, NoSuchTake
from kling_widget.library import arena as arenas
from kling_widget.practice import PracticeServer

from ..patience import PATIENCE_S

KEY = "wsk_live_voting"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PracticeServer]:
    ledger = tmp_path_factory.mktemp("service")
    with PracticeServer(ledger=ledger, median=0.1, strict=True, scale=0.1, as_live=True) as running:
        yield running


@pytest.fixture
def made(library: Library) -> Sweep:
    return sweep("A {red|blue} fox, {dolly in|orbit}", duration=3, library=library, confirm=True).wait(PATIENCE_S)


def test_a_sweep_is_voted_on_and_the_better_take_is_named(library: Library, made: Sweep) -> None:
    arena = vote(made, voter="ann", seed=1)
    assert arena.takes == made.takes
    assert arena.verdict.startswith("Too few votes to say anything (no votes)")
    best, chance = made.takes[2], Random(2)
    for _ in range(400):
        pair = arena.next()
        assert pair is not None
        left, right = pair
        assert left != right
        better: Outcome = "left" if (left == best) == (chance.random() < 0.95) else "right"
        arena.vote(left, right, better if best in pair else "tie")
        if arena.best:
            break
    assert arena.best == best
    assert "blue · dolly in beats" in arena.verdict
    table = arena.standings()
    assert table.id[0] == best.id
    assert table.name[0] == "blue · dolly in"
    assert set(table.name) == {"red · dolly in", "red · orbit", "blue · dolly in", "blue · orbit"}
    cast = arena.votes()
    assert len(cast) == len(library._gateway.votes.among())
    assert set(cast.voter) == {"ann"}
    assert cast["at"].dt.tz == library.zone
    assert cast["at"].is_monotonic_increasing


def test_with_an_axis_only_clips_that_are_alike_in_all_else_meet(made: Sweep) -> None:
    arena = vote(made, axis="choice 2", voter="ann", seed=3)
    colour = {take.id: ("red" if "red" in take.prompt else "blue") for take in made.takes}
    for _ in range(60):
        pair = arena.next()
        assert pair is not None
        assert colour[pair[0].id] == colour[pair[1].id]
        arena.vote(*pair, "left" if "orbit" in pair[0].prompt else "right")
    assert arena.best == "orbit"
    assert arena.verdict == "orbit is better than dolly in (60 votes, one voter)."
    assert list(arena.standings().columns) == ["name", "strength", "low", "high", "wins", "losses", "ties", "both_bad"]
    assert list(arena.standings().name) == ["orbit", "dolly in"]
    assert arena.by("choice 1").verdict.startswith("Too few votes to say anything (no votes)")


def test_sides_are_drawn_by_lot_and_a_pair_does_not_come_twice_in_a_row(made: Sweep) -> None:
    arena, sides, last = vote(made, voter="ann", seed=5), Counter[str](), None
    first = made.takes[0]
    for _ in range(120):
        left, right = arena.next() or (first, first)
        assert {left, right} != last
        last = {left, right}
        sides["left" if left == first else "right" if right == first else "none"] += 1
        arena.vote(left, right, "tie")
    assert min(sides["left"], sides["right"]) > 10


def test_voters_are_kept_apart_and_come_together(library: Library, made: Sweep) -> None:
    one, other = made.takes[:2]
    vote(made, voter="ann").vote(one, other, "left").vote(one, other, "left")
    bo = vote(made, voter="  bo\n").vote(one, other, "right")
    assert bo.voter == "bo"
    assert Counter(bo.votes().voter) == {"ann": 2, "bo": 1}
    assert bo.undo()
    assert not bo.undo()
    assert Counter(bo.votes().voter) == {"ann": 2}
    assert bo.undo(voter="ann")


def test_votes_of_another_copy_of_the_library_are_merged_each_once(
    library: Library, made: Sweep, tmp_path: Path
) -> None:
    arena = vote(made, voter="ann")
    one, other = made.takes[:2]
    arena.vote(one, other, "left")
    with closing(Library(tmp_path / "elsewhere")) as elsewhere:
        theirs = library._gateway.votes.among()
        elsewhere._gateway.votes.add(theirs)
        vote([take.id for take in map(elsewhere.adopt, (take.save_as(tmp_path) for take in made.takes[2:]))],
             library=elsewhere, voter="bo")  # fmt: skip
        elsewhere._gateway.votes.add([Vote(one.id, other.id, "right", "bo", 1_790_000_000.0, "theirs")])
        assert arena.merge(elsewhere) == 1
        assert arena.merge(elsewhere) == 0
    assert Counter(arena.votes().voter) == {"ann": 1, "bo": 1}


def test_any_takes_are_voted_on_by_what_their_prompts_differ_in(library: Library) -> None:
    takes = [generate(f"A fox in {place}, dolly in", duration=3, library=library) for place in ("rain", "snow", "rain")]
    for take in takes:
        take.wait(PATIENCE_S)
    arena = vote(takes)
    assert list(arena.standings().name) == ["… rain, … (1)", "… snow, …", "… rain, … (2)"]
    assert vote(library.history(text="fox"), library=library).takes == takes[::-1]
    assert vote([take.id for take in takes], library=library).takes == takes


def test_what_is_no_vote_is_refused_in_words(library: Library, made: Sweep) -> None:
    one, other = made.takes[:2]
    stranger = generate("An owl", duration=3, library=library)
    arena = vote(made)
    before = len(arena.votes())
    with pytest.raises(BadValue, match="A vote is 'left', 'right', 'tie', 'both bad'"):
        arena.vote(one, other, "better")  # type: ignore[arg-type]
    with pytest.raises(BadValue, match="none of the takes that are compared here"):
        arena.vote(one, stranger, "left")
    with pytest.raises(BadValue, match="against itself"):
        arena.vote(one, one, "tie")
    for name in ("", " \u200b", "x" * 81, "half \ud800", 3):
        with pytest.raises(BadValue):
            vote(made, voter=name)  # type: ignore[arg-type]
    with pytest.raises(BadValue, match=r"no axis .choice 3.\. There are: choice 1, choice 2"):
        vote(made, axis="choice 3")
    with pytest.raises(BadValue, match="names an axis of a sweep"):
        vote([one, other], axis="choice 1")
    with pytest.raises(BadValue, match="nothing to compare"):
        vote([one])
    with pytest.raises(BadValue, match="nothing to compare"):
        vote([one, one])
    with pytest.raises(NoSuchTake):
        vote([one.id, "t0"], library=library)
    assert len(arena.votes()) == before


def test_more_takes_than_can_be_weighed_are_refused(library: Library) -> None:
    many = sweep("A fox", repeats=arenas.MOST + 1, duration=3, library=library, confirm=False)
    with pytest.raises(BadValue, match="at most 200 takes, and these are 201"):
        vote(many)


def test_a_sweep_that_is_not_made_yet_is_compared_as_its_clips_come(library: Library) -> None:
    waiting = sweep("A {red|blue} fox", duration=3, library=library, confirm=False)
    arena = vote(waiting)
    assert arena.next() is None
    assert arena.takes == []
    waiting.confirm().wait(PATIENCE_S)
    assert len(arena.takes) == 2
    assert arena.next() is not None


def test_an_arena_says_in_a_line_what_it_is(made: Sweep) -> None:
    assert repr(vote(made, voter="ann")).startswith("<Arena of 4 takes, 'ann' votes: Too few votes")
    assert repr(vote(made, axis="choice 1", voter="ann")).startswith("<Arena of the values of choice 1, 'ann' votes: ")


def test_a_vote_on_a_take_that_is_gone_counts_for_nobody(library: Library, made: Sweep) -> None:
    one, other = made.takes[:2]
    arena = vote([one, other], library=library)
    library._gateway.votes.add([Vote(one.id, "t-gone", "right", "ann", 1_790_000_000.0, "old")])
    assert len(arena.votes()) == 0
    assert isinstance((arena.next() or [None])[0], Take)


def test_a_deleted_take_is_not_shown_for_a_vote_and_votes_on_it_stay(library: Library, made: Sweep) -> None:
    arena, gone, left = vote(made, voter="ann", seed=9), made.takes[0], made.takes[1]
    arena.vote(gone, left, "left")
    gone.delete()
    assert gone not in arena.takes
    assert gone not in vote(made.takes, voter="ann").takes
    for _ in range(20):
        pair = arena.next()
        assert pair is not None
        assert gone not in pair
        arena.vote(*pair, "tie")
    assert library._gateway.votes.count() == 21
    gone.restore()
    assert gone in arena.takes
    assert len(arena.votes()) == 21
