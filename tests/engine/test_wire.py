from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kling_widget.engine import wire
from kling_widget.errors import Unreadable
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
    for read in (wire.prediction, wire.balance, wire.quote, wire.bills):
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
    bill = wire.bills({"items": [{"prediction_uuid": "p", **item} for item in items]})["p"]
    return bill.charge, bill.refund, bill.settled


def test_a_bill_adds_up_reservation_charge_and_refund() -> None:
    price = micros("0.56")
    assert bill_of({"price": 0.56, "state": "pre"}) == (price, 0, False)
    assert bill_of({"price": "0.56", "state": "paid"}) == (price, 0, True)
    assert bill_of({"price": 0.56, "state": "refunded"}) == (price, price, True)
    assert bill_of({"price": 0.56, "state": "paid"}, {"price": -0.56, "state": "refund"}) == (price, price, True)
    assert bill_of({"price": 0.56, "state": "paid"}, {"price": 0.56, "state": "refund"}) == (price, price, True)
    nested = {"price": 0.56, "billing_type": "deduct", "prediction": {"uuid": "p"}}
    assert wire.bills({"items": [{**nested, "order": {"state": "pre"}}]})["p"] == wire.Bill("p", price)
    assert wire.bills({"items": [{**nested, "order": {"state": "done"}}]})["p"].settled
    assert wire.bills({"items": [{**nested, "order": {"state": "refunded"}}]})["p"].refund == price
    assert wire.bills({"items": [{"prediction_uuid": "p", "price": 1e300}]}) == {}
    assert wire.bills({"items": [{"price": 1}, "x", {"prediction_uuid": "q", "price": None}]}) == {}
