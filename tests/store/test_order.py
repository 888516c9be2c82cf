"""Takes in another order than the newest first: by every column of the history, page by page, and what they come to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kling_widget.errors import BadValue
from kling_widget.request.catalog import O3_PRO, bundled
from kling_widget.request.money import micros
from kling_widget.store import Store
from kling_widget.store.record import PRACTICE
from kling_widget.store.take_filter import TakeFilter
from kling_widget.store.take_order import NEWEST, SORTED, TakeOrder, take_order
from tests.made import a_record, put_take

DAWN = 1_790_000_000_000
TURBO = next(model.id for model in bundled() if model.id != O3_PRO and model.kind == "text-to-video")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Three takes, the oldest first: a, B, c."""
    store = Store.in_folder(tmp_path)
    given: list[dict[str, Any]] = [
        {"prompt": "b owl", "rating": 3, "charge": micros(1), "saved_at": DAWN + 9000, "tags": ("zebra",)},
        {"prompt": "A fox", "charge": None, "estimate": micros("0.3"), "saved_at": None, "note": "first"},
        {"prompt": "C hen", "rating": 5, "charge": micros(2), "refund": micros(2), "tags": ("Ape",), "model": TURBO},
    ]
    given[1]["inputs"] = {"duration": 10, "sound": True, "aspect_ratio": "9:16"}
    given[2]["state"] = "failed"
    for number, values in enumerate(given):
        put_take(store, a_record(values.pop("prompt"), at=DAWN + number, **values))
    return store


def words(store: Store, order: str) -> str:
    """The first letters of the takes in this order."""
    return "".join(record.words[0] for record in store.page(order=take_order(order)))


@pytest.mark.parametrize(
    ("order", "letters"),
    [
        ("confirmed", "bAC"),
        ("-confirmed", "CAb"),
        ("prompt", "AbC"),
        ("-prompt", "CbA"),
        ("cost", "CAb"),
        ("-cost", "bAC"),
        ("rating", "bCA"),  # those without stars come last in both directions
        ("-rating", "CbA"),
        ("seconds", "CbA"),  # alike: the newest first
        ("-seconds", "ACb"),
        ("tags", "CbA"),
        ("note", "ACb"),
        ("took", "CbA"),
        ("sound", "CbA"),
        ("-sound", "ACb"),
        ("-aspect_ratio", "ACb"),
        ("status", "AbC"),
        ("-status", "CAb"),
    ],
)
def test_takes_stand_in_the_order_that_is_asked_for(store: Store, order: str, letters: str) -> None:
    assert words(store, order) == letters


@pytest.mark.parametrize("column", SORTED)
def test_every_column_orders_all_takes_and_pages_cut_none_off(store: Store, column: str) -> None:
    everything = {record.id for record in store.page()}
    for descending in (True, False):
        order = TakeOrder(column, descending)
        whole = [record.id for record in store.page(order=order)]
        assert set(whole) == everything
        assert [store.page(order=order, limit=1, skip=at)[0].id for at in range(3)] == whole


def test_an_order_goes_with_a_filter(store: Store) -> None:
    found = store.page(TakeFilter(rating=1), order=take_order("rating"), limit=1, skip=1)
    assert [record.words for record in found] == ["C hen"]


def test_an_order_is_a_word_and_what_is_none_is_refused() -> None:
    assert str(NEWEST) == "-confirmed"
    assert take_order("-confirmed") == NEWEST
    for wrong in ("price", "--cost", "", "poster"):
        with pytest.raises(BadValue, match="can't be sorted by"):
            take_order(wrong)


def test_a_damaged_row_keeps_no_other_from_being_ordered(store: Store) -> None:
    with store._engine.begin() as connection:
        connection.exec_driver_sql("UPDATE takes SET inputs = '{' WHERE words = 'b owl'")
    for column in SORTED:
        assert len(store.page(order=TakeOrder(column))) == 2, column


def test_what_passes_a_filter_is_counted_and_added_up_apart_from_play_money(store: Store) -> None:
    put_take(store, a_record("live", at=DAWN + 9, service="https://api.wavespeed.ai", rating=1, charge=micros(7)))
    spend = store.tally()
    assert (spend.takes, spend.total, spend.practice_total) == (4, micros(7), micros("1.3"))
    assert store.tally(TakeFilter(rating=5)).takes == 1
    assert store.tally(TakeFilter(text="nothing")).takes == 0
    assert sum(record.cost for record in store.page() if record.service == PRACTICE) == spend.practice_total


def test_what_can_be_asked_for_is_what_occurs_the_most_frequent_first(store: Store) -> None:
    put_take(store, a_record("another", at=DAWN + 9, tags=("Ape", "bee")))
    assert store.offered().tags == ("Ape", "bee", "zebra")
    assert store.offered().models == (O3_PRO, TURBO)
