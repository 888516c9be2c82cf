"""Votes on disk: each once, whoever brings it and however often; what can't be read costs that vote."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kling_widget.analysis.votes import OUTCOMES, Vote, merge
from kling_widget.store import Store

TAKES = ["t1", "t2", "t3", "t4"]
VOTES = st.builds(
    Vote,
    left=st.sampled_from(TAKES),
    right=st.sampled_from(TAKES),
    outcome=st.sampled_from(OUTCOMES),
    voter=st.sampled_from(["ann", "बाला", "🦊"]),
    at=st.integers(0, 4_000_000_000_000).map(lambda ms: ms / 1000),
    id=st.uuids().map(lambda one: one.hex),
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.in_folder(tmp_path)
    yield opened
    opened.close()


def a_vote(number: int, left: str = "t1", right: str = "t2", voter: str = "ann") -> Vote:
    return Vote(left, right, "left", voter, 1_790_000_000.0 + number, f"vote-{voter}-{number}")


@given(votes=st.lists(VOTES, max_size=12), again=st.lists(st.integers(0, 11), max_size=6))
def test_what_comes_back_is_what_was_cast_each_once_in_order_of_time(
    tmp_path_factory: pytest.TempPathFactory, votes: list[Vote], again: list[int]
) -> None:
    store = Store.in_folder(tmp_path_factory.mktemp("votes"))
    with closing(store):
        assert store.votes.add(votes) == len(votes)
        assert store.votes.add([votes[at] for at in again if at < len(votes)]) == 0
        assert tuple(store.votes.among()) == merge(votes)
        among = store.votes.among({"t1", "t2"})
        assert among == [vote for vote in merge(votes) if {vote.left, vote.right} <= {"t1", "t2"}]
        assert store.votes.count() == len(votes)


def test_a_vote_that_comes_again_with_another_outcome_does_not_change(store: Store) -> None:
    first = a_vote(1)
    store.votes.add([first])
    store.votes.add([Vote("t1", "t2", "right", "ann", first.at, first.id)])
    assert store.votes.among() == [first]


def test_one_takes_back_only_a_vote_of_ones_own(store: Store) -> None:
    mine, other = a_vote(1), a_vote(1, voter="bo")
    store.votes.add([mine, other])
    before = store.revision
    assert not store.votes.take_back(other.id, "ann")
    assert store.revision == before
    assert store.votes.take_back(mine.id, "ann")
    assert not store.votes.take_back(mine.id, "ann")
    assert store.votes.among() == [other]
    assert store.revision > before


def test_thirty_voters_at_once_lose_no_vote(store: Store, tmp_path: Path) -> None:
    def of_one(voter: int) -> int:
        with closing(Store.in_folder(tmp_path)) as own:
            return sum(own.votes.add([a_vote(number, voter=f"voter {voter}")]) for number in range(4))

    with ThreadPoolExecutor(30) as pool:
        assert sum(pool.map(of_one, range(30))) == 120
    assert store.votes.count() == len({vote.id for vote in store.votes.among()}) == 120


@pytest.mark.parametrize("column", ["shown_left", "shown_right", "outcome", "voter", "cast_at"])
@pytest.mark.parametrize("odd", ["nonsense", b"\xff", -1, 2**62])
def test_a_row_that_cannot_be_read_costs_that_vote(store: Store, tmp_path: Path, column: str, odd: object) -> None:
    store.votes.add([a_vote(1), a_vote(2)])
    with closing(sqlite3.connect(tmp_path / "library.db")) as base:
        base.execute(f"UPDATE votes SET {column} = ? WHERE id = 'vote-ann-1'", (odd,))
        base.commit()
    assert a_vote(2) in store.votes.among()
    assert all(vote.outcome in OUTCOMES for vote in store.votes.among())
    assert store.votes.among({"t1", "t2"}) == [a_vote(2)] or column == "voter"
