"""A row takes on a state only where the table allows it; any other write changes nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import select, update

from kling_widget.errors import DamagedRow, TransitionRefused
from kling_widget.request.money import micros
from kling_widget.request.states import FIRST, NEXT, STATES, State
from kling_widget.store import Lease, Record, Store
from kling_widget.store.database import writing
from kling_widget.store.schema import takes
from tests.made import a_record, put_take


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    running = Store.in_folder(tmp_path_factory.mktemp("library"))
    yield running
    running.close()


def leased(store: Store, state: State) -> tuple[Record, Lease]:
    record = put_take(store, a_record(state=state, charge=None))
    lease = store.leases.claim_one(record.id, "me", for_ms=600_000)
    assert lease is not None
    return record, lease


def set_state(store: Store, record: Record, state: str) -> None:
    with writing(store._engine) as connection:
        connection.execute(update(takes).where(takes.c.id == record.id).values(state=state))


@pytest.mark.parametrize("before", sorted(STATES))
def test_a_state_that_may_follow_is_written_and_so_is_the_same_again(store: Store, before: State) -> None:
    record, lease = leased(store, before)
    for after in NEXT[before] | {before}:
        set_state(store, record, before)
        store.change(lease, state=after, trouble=f"{after} it is")
        written = store.get(record.id)
        assert (written.state, written.trouble) == (after, f"{after} it is")


@pytest.mark.parametrize("before", sorted(STATES))
def test_any_other_is_refused_and_nothing_of_it_is_written(store: Store, before: State) -> None:
    record, lease = leased(store, before)
    money, revision = store.ledger.entries(), store.revision
    for after in STATES - NEXT[before] - {before}:
        with pytest.raises(TransitionRefused, match=rf"is {before}, which {after} .* Nothing was changed"):
            store.change(lease, state=after, charge=micros("0.56"), trouble="why", prediction="p")
    assert store.get(record.id) == record
    assert (store.ledger.entries(), store.revision) == (money, revision)
    assert store.change(lease, charge=micros("0.56"), settled=True).state == before  # money is booked in any state


def test_a_take_begins_as_a_confirmed_request_or_as_a_clip_from_elsewhere(store: Store) -> None:
    for state in STATES:
        record, revision, money = a_record(state=state, charge=None), store.revision, store.ledger.entries()
        if state in FIRST:
            assert store.add(record).state == state
            continue
        with pytest.raises(TransitionRefused, match=f"begins as {state}"):
            store.add(record)
        assert (store.revision, store.ledger.entries()) == (revision, money)


def test_nothing_follows_a_state_that_was_never_written_there(store: Store) -> None:
    record, lease = leased(store, "processing")
    set_state(store, record, "dancing")
    with pytest.raises(DamagedRow, match="state"):
        store.change(lease, state="completed")
    with writing(store._engine) as connection:
        assert connection.scalar(select(takes.c.state).where(takes.c.id == record.id)) == "dancing"
