from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kling_widget.engine import wire
from kling_widget.engine.billing import Bill, bills, records
from kling_widget.errors import OtherCurrency, Unreadable
from kling_widget.money import micros

ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
FIELDS = (
    "id",
    "status",
    "outputs",
    "urls",
    "timings",
    "code",
    "error",
    "model",
    "created_at",
    "items",
    "price",
    "balance",
)


@given(st.dictionaries(st.sampled_from(FIELDS), ODD))
def test_no_answer_however_odd_raises_anything_but_unreadable(data: dict[str, Any]) -> None:
    for read in (wire.prediction, wire.balance, wire.quote, lambda data: bills(records(data))):
        try:
            found = read(data)
        except Unreadable:
            continue
        assert found is not None


@given(st.binary(max_size=200))
def test_no_bytes_however_odd_raise_anything_but_unreadable(body: bytes) -> None:
    assert isinstance(wire.said(body), tuple)
    with contextlib.suppress(Unreadable):
        assert isinstance(wire.envelope(body), dict)


@pytest.mark.parametrize(
    ("outputs", "urls"),
    [
        (["https://a.example/1.mp4"], ("https://a.example/1.mp4",)),
        ("https://a.example/1.mp4", ("https://a.example/1.mp4",)),
        ([{"element_id": 2**60}], ()),
        (["javascript:alert(1)", "file:///etc/passwd"], ()),
        (None, ()),
        ([], ()),
    ],
)
def test_outputs_may_be_a_list_a_string_objects_or_nothing(outputs: Any, urls: tuple[str, ...]) -> None:
    assert wire.prediction({"id": "p", "status": "completed", "outputs": outputs}).urls == urls


@pytest.mark.parametrize("status", ["completed", "failed", "cancelled", "timeout", "deleted"])
def test_final_statuses_are_final(status: str) -> None:
    assert wire.prediction({"id": "p", "status": status}).final


@pytest.mark.parametrize("status", ["created", "processing", "queued", "starting", "COMPLETED?"])
def test_any_other_status_is_not_final(status: str) -> None:
    assert not wire.prediction({"id": "p", "status": status}).final


@pytest.mark.parametrize("known", ["../../etc/passwd", "a/b", "a b", "ä", "x" * 201, "", "a?b", 7, None])
def test_an_id_that_could_lead_elsewhere_is_none(known: Any) -> None:
    with pytest.raises(Unreadable, match="names no task"):
        wire.prediction({"id": known, "status": "created"})


def bill_of(*items: dict[str, Any]) -> tuple[int, int, bool]:
    bill = bills([{"prediction_uuid": "p", **item} for item in items])["p"]
    return bill.charge, bill.refund, bill.settled


def test_a_bill_adds_up_reservation_charge_and_refund() -> None:
    price = micros("0.56")
    assert bill_of({"price": 0.56, "state": "pre"}) == (price, 0, False)
    assert bill_of({"price": "0.56", "state": "paid"}) == (price, 0, True)
    assert bill_of({"price": 0.56, "state": "refunded"}) == (price, price, True)
    assert bill_of({"price": 0.56, "state": "paid"}, {"price": -0.56, "state": "refund"}) == (price, price, True)
    assert bill_of({"price": 0.56, "state": "paid"}, {"price": 0.56, "state": "refund"}) == (price, price, True)
    nested = {"price": 0.56, "billing_type": "deduct", "prediction": {"uuid": "p"}}
    assert bills([{**nested, "order": {"state": "pre"}}])["p"] == Bill("p", price)
    assert bills([{**nested, "order": {"state": "done"}}])["p"].settled
    assert bills([{**nested, "order": {"state": "refunded"}}])["p"].refund == price
    assert bills([{"prediction_uuid": "p", "price": 1e300}]) == {}
    assert bills([{"price": 1}, {"prediction_uuid": "q", "price": None}]) == {}


def test_a_price_that_can_not_be_read_leaves_the_whole_bill_open() -> None:
    assert bills([{"prediction_uuid": "p", "price": 0.56}, {"prediction_uuid": "p", "price": "free"}]) == {}
    for odd in ({}, {"items": None}, {"items": 7}, {"items": ["x"]}, {"items": {"price": 1}}):
        with pytest.raises(Unreadable, match="billing can't be read"):
            records(odd)


def test_a_price_below_zero_is_no_charge_of_nothing() -> None:
    assert bills([{"prediction_uuid": "p", "price": -0.56, "state": "paid"}]) == {}
    assert bills([{"prediction_uuid": "p", "price": 0.56, "billing_type": "refund"}]) == {}  # its charge comes


def test_several_refunds_add_up_whatever_their_order() -> None:
    price, back = micros("0.56"), {"billing_type": "refund", "state": "refunded"}
    told = ({"price": 0.2, **back}, {"price": 0.56, "billing_type": "deduct", "state": "paid"}, {"price": -0.1, **back})
    assert bill_of(*told) == (price, micros("0.3"), True)
    assert bill_of(*reversed(told)) == (price, micros("0.3"), True)
    twice = ({"price": 0.56, "state": "paid"}, {"price": 0.56, "billing_type": "deduct", "state": "refunded"})
    assert bill_of(*twice) == bill_of(*reversed(twice)) == (2 * price, price, True)


def test_a_record_that_comes_twice_counts_once_as_it_stands_now() -> None:
    before = {"uuid": "a", "price": 0.56, "state": "pre", "updated_at": "2026-11-27T10:00:00.000Z"}
    after = {"uuid": "a", "price": 0.5, "state": "paid", "updated_at": "2026-11-27T10:05:00.000Z"}
    assert bill_of(before, after) == bill_of(after, before) == (micros("0.5"), 0, True)
    assert bill_of(after, after) == (micros("0.5"), 0, True)


@pytest.mark.parametrize("word", ["USD", "usd", " US$ ", "$", "US dollars", "840", None, ""])
def test_dollars_are_dollars_however_they_are_written(word: object) -> None:
    assert wire.currency({"currency": word}) == ""
    assert wire.balance({"balance": 1, "currency": word}) == micros("1")


@pytest.mark.parametrize(
    "said",
    [
        {"currency": "CNY"},
        {"currency_code": "cny"},
        {"priceCurrency": "¥"},
        {"order": {"currency": "CNY"}},
        {"order": {"price": {"currency_symbol": "¥"}}},
        {"currency": {"code": "CNY", "digits": 2}},
        {"currency": 156},
        {"currency": "HK$"},
        {"currency": "credits"},
    ],
    ids=str,
)
def test_what_is_not_in_dollars_is_not_taken_for_dollars(said: dict[str, Any]) -> None:
    assert wire.currency(said)
    bill = bills([{"prediction_uuid": "p", "price": 3.976, "state": "paid", **said}])["p"]
    assert bill.currency
    with pytest.raises(OtherCurrency, match="not in dollars"):
        wire.balance({"balance": 3.976, **said})
    with pytest.raises(OtherCurrency, match="not in dollars"):
        wire.quote({"price": 3.976, **said})
    assert bills(records({"items": [{"prediction_uuid": "p", "price": 3.976}], **said}))["p"].currency
