"""A rescue loses no money: what takes say that they cost is spent in the new library too, and once."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from kling_widget import Library
from kling_widget.errors import OverBudget
from kling_widget.request.budget import Budget, Spend
from kling_widget.request.money import Micros, micros
from kling_widget.store import Store
from kling_widget.store.record import fresh_id, now_ms
from tests.made import a_record, put_take

LIVE = "https://api.wavespeed.ai"
FEW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of takes: charged, corrected, refunded, open, of play money, and adopted. It is never changed."""
    folder = tmp_path_factory.mktemp("sound")
    store = Store.in_folder(folder)
    for number, bills in enumerate(
        (
            [{"charge": micros("0.56")}],
            [{"charge": micros("0.70")}, {"charge": micros("0.56")}],  # corrected
            [{"charge": micros("0.56")}, {"refund": micros("0.56")}],
            [],  # open
            [{"charge": micros("0.30")}],  # play money
            [{"charge": micros("0.40")}],  # play money elsewhere
        )
    ):
        service, simulated = ("practice", None) if number == 4 else (LIVE, True if number == 5 else None)
        state = "failed" if number == 2 else "processing" if number == 3 else "completed"
        at = now_ms() - number
        take = put_take(
            store,
            a_record(
                f"Take {number}",
                id=fresh_id(at),
                at=at,
                service=service,
                simulated=simulated,
                state=state,
                charge=None,
                prediction=f"p{number}",
            ),
        )
        lease = store.leases.claim_one(take.id, "me", for_ms=60_000)
        assert lease is not None
        for bill in bills:
            store.change(lease, **bill)
        if bills:
            store.change(lease, settled=True)
    store.leases.release("me")
    store.adopt(a_record("Adopted", estimate=Micros(0), charge=Micros(0), settled=True))
    store.ledger.set_budget(Budget(day=micros("5")))
    store.close()
    return folder


def spent(folder: Path) -> Spend:
    store = Store.in_folder(folder)
    try:
        return store.ledger.spent()
    finally:
        store.close()


def rescued(sound: Path, folder: Path, *changes: tuple[str, tuple[Any, ...]]) -> tuple[Path, str]:
    """Damage a copy of a library, and rescue it; gives the new one, and what the rescue says."""
    (folder / "damaged").mkdir()
    shutil.copyfile(sound / "library.db", folder / "damaged" / "library.db")
    with contextlib.closing(sqlite3.connect(folder / "damaged" / "library.db", isolation_level=None)) as base:
        for statement, values in changes:
            base.execute(statement, values)
    return folder / "new", str(Library.rescue(folder / "damaged", folder / "new"))


def test_what_was_not_lost_is_not_counted_twice(sound: Path, tmp_path: Path) -> None:
    target, said = rescued(sound, tmp_path)
    assert "Nothing is missing" in said
    assert spent(target) == spent(sound)
    before, after = Store.in_folder(sound), Store.in_folder(target)
    plain = [[(e["take"], e["kind"], e["amount"]) for e in store.ledger.entries()] for store in (before, after)]
    assert plain[0] == plain[1]
    assert after.ledger.budget == before.ledger.budget
    before.close()
    after.close()


ENTRIES = 6 + 8  # a quote each, and charges, corrections and refunds


@FEW
@example(dict.fromkeys(range(1, ENTRIES + 1), ("gone", None)))
@example(dict.fromkeys(range(1, ENTRIES + 1), ("amount", "much")))
@example({1: ("gone", None), 9: ("at", -1)})
@given(
    st.dictionaries(
        st.integers(1, ENTRIES),
        st.one_of(
            st.tuples(st.just("gone"), st.none()),
            st.tuples(st.just("amount"), st.sampled_from(["much", b"\xff", 0.5, 2**60, 7, -7])),
            st.tuples(st.just("kind"), st.sampled_from(["chxrge", "quote", b"\xff"])),
            st.tuples(st.just("service"), st.sampled_from(["practice", "nonsense", b"\xff"])),
            st.tuples(st.just("at"), st.sampled_from(["yesterday", 2**60, -1])),
        ),
    )
)
def test_whatever_the_ledger_lost_what_takes_cost_is_spent(
    sound: Path, tmp_path_factory: pytest.TempPathFactory, damage: dict[int, tuple[str, Any]]
) -> None:
    changes = [
        ("DELETE FROM ledger WHERE id = ?", (number,))
        if column == "gone"
        else (f"UPDATE ledger SET {column} = ? WHERE id = ?", (value, number))
        for number, (column, value) in damage.items()
    ]
    target, _ = rescued(sound, tmp_path_factory.mktemp("lost"), *changes)
    assert spent(target) == spent(sound)
    store = Store.in_folder(target)
    quoted = {entry["take"] for entry in store.ledger.entries() if entry["kind"] == "quote"}
    assert quoted >= {record.id for record in store.page() if not record.final}
    store.close()


def test_a_ledger_that_is_not_there_at_all_is_made_from_the_takes(sound: Path, tmp_path: Path) -> None:
    target, _ = rescued(sound, tmp_path, ("DROP TABLE ledger", ()))
    assert spent(target) == spent(sound)
    store, at = Store.in_folder(target), now_ms()
    with pytest.raises(OverBudget):
        store.add(a_record(id=fresh_id(at), at=at, service=LIVE, state="intent", charge=None, estimate=micros("4")))
    store.close()


@pytest.mark.parametrize("column", ["charge", "refund"])
@pytest.mark.parametrize("value", ["much", 2**60, b"\xff"])
def test_what_a_take_says_no_more_the_ledger_says(sound: Path, tmp_path: Path, column: str, value: Any) -> None:
    target, _ = rescued(sound, tmp_path, (f"UPDATE takes SET {column} = ? WHERE {column} > 0", (value,)))
    assert spent(target) == spent(sound)
    store, before = Store.in_folder(target), Store.in_folder(sound)
    for record in before.page():
        assert getattr(store.get(record.id), column) == getattr(record, column)
    store.close()
    before.close()


def test_what_neither_says_counts_by_its_estimate_and_billing_is_asked_once_more(sound: Path, tmp_path: Path) -> None:
    target, _ = rescued(sound, tmp_path, ("UPDATE takes SET charge = 'much'", ()), ("DELETE FROM ledger", ()))
    after = spent(target)
    assert after.total >= spent(sound).total
    store = Store.in_folder(target)
    assert [record.settled for record in store.page() if record.words == "Take 0"] == [False]
    store.close()


@pytest.mark.parametrize("ledger", ["SELECT 1", "DELETE FROM ledger", "UPDATE ledger SET amount = 'much'"])
@pytest.mark.parametrize("column", ["inputs", "state", "words", "confirmed_at", "service"])
def test_a_take_that_is_lost_has_cost_what_it_cost(sound: Path, tmp_path: Path, column: str, ledger: str) -> None:
    target, said = rescued(
        sound, tmp_path, (f"UPDATE takes SET {column} = x'ff' WHERE words = 'Take 0'", ()), (ledger, ())
    )
    assert "left out" in said
    before, after = spent(sound), spent(target)
    assert (after.total, after.practice_total) == (before.total, before.practice_total)
    if column != "confirmed_at":
        assert after.today == before.today


def test_a_take_under_way_that_is_lost_counts_by_its_estimate(sound: Path, tmp_path: Path) -> None:
    target, _ = rescued(sound, tmp_path, ("UPDATE takes SET inputs = '{' WHERE words = 'Take 3'", ()))
    assert spent(target).total == spent(sound).total


@pytest.mark.parametrize(
    "damage", ["UPDATE budget SET amount = 'much'", "DROP TABLE budget", "UPDATE budget SET cap = 'dxy'"]
)
def test_caps_that_can_not_be_read_let_nothing_through_after_a_rescue(sound: Path, tmp_path: Path, damage: str) -> None:
    target, said = rescued(sound, tmp_path, (damage, ()))
    assert "library.cap(" in said or "dxy" in damage
    store = Store.in_folder(target)
    with pytest.raises(OverBudget, match=r"\$0\.00"):
        store.add(a_record(id=fresh_id(now_ms()), service=LIVE, state="intent", charge=None))
    store.close()
