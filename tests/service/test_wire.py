from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kling_widget.errors import OtherCurrency, Unreadable
from kling_widget.request.money import micros
from kling_widget.service import answers
from kling_widget.service.bills import Bill, bills, records
from kling_widget.service.prediction_list import page
from kling_widget.service.refusals import MAX_RETRY_AFTER_S, refusal, retry_after, task_failure
from kling_widget.service.service_text import http_date
from kling_widget.service.submit_outcome import from_answer
from kling_widget.service.timestamps import moment

TEXT = st.text(st.characters(exclude_categories=()), max_size=5)  # halves of pairs, NULs and all
ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT | st.just(10**400),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
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
    for read in (answers.prediction, answers.balance, answers.quote, lambda data: bills(records(data))):
        try:
            found = read(data)
        except Unreadable:
            continue
        assert found is not None


@given(st.binary(max_size=200))
def test_no_bytes_however_odd_raise_anything_but_unreadable(body: bytes) -> None:
    assert isinstance(answers.refusal_text(body), tuple)
    with contextlib.suppress(Unreadable):
        assert isinstance(answers.envelope(body), dict)


ANSWERS = st.dictionaries(
    st.sampled_from((*FIELDS, "message", "data")), ODD | st.dictionaries(st.sampled_from(FIELDS), ODD)
)


@given(ANSWERS)
def test_every_answer_is_an_outcome_or_an_error_of_ours_in_text_that_can_be_kept(answer: dict[str, Any]) -> None:
    body = json.dumps(answer).encode()
    for status in (200, 302, 400, 429, 500, 999):
        outcome = from_answer(status, {}, body)
        said = getattr(outcome, "reason", "") + str(getattr(outcome, "error", "")) + getattr(outcome, "answer", "")
        assert said.encode() is not None
        assert "\0" not in said
        error = refusal(status, {}, body)
        assert error is None or str(error).encode()
    try:
        data = answers.envelope(body)
    except Unreadable:
        return
    found = page(data)
    assert not found.readable or isinstance(data.get("items"), list)
    assert len(found.tasks) + len(found.unclear) == found.entries
    with contextlib.suppress(Unreadable):
        task = answers.prediction(data)
        assert task_failure(task).encode()
        assert json.dumps(task.outputs, ensure_ascii=False).encode()
        assert all(url.encode() for url in task.urls)


@given(TEXT | st.from_regex(r"[A-Z][a-z]{2}, -?[0-9]{1,6} [A-Z][a-z]{2} -?[0-9]{1,7} [0-9:]{5,12} [-+][0-9]{1,6}"))
def test_no_header_however_odd_raises(header: str) -> None:
    seconds = retry_after(header)
    assert seconds is None or 0 <= seconds <= MAX_RETRY_AFTER_S
    assert http_date(header) is None or isinstance(http_date(header), float)


@given(TEXT | st.from_regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(Z|[-+][0-9]{2}:[0-9]{2})"))
def test_no_time_however_odd_raises(text: str) -> None:
    assert moment(text) is None or isinstance(moment(text), int)


BEYOND = "Fri, 31 Dec 99999999999999999999 23:59:59 GMT"


@pytest.mark.parametrize(
    "date", [BEYOND, "Fri, 31 Dec 2026 23:59:59 -99999999999999999999", "Fri, 32 Dec 2026 23:59:59 GMT", "x", "", ","]
)
def test_a_date_that_no_clock_shows_is_none(date: str) -> None:
    assert http_date(date) is None
    assert retry_after(date) is None


ENDLESS = b'{"data": {"id": "p", "price": ' + b"9" * 5000 + b"}}"


@pytest.mark.parametrize(
    "body",
    [
        b"\xef\xbb\xbf" + b'{"data": {"id": "p"}}',
        '{"data": {"id": "p"}}'.encode("utf-16"),
        '{"data": {"id": "p"}}'.encode("utf-32-le"),
        b'{"data": {"id": "p", "balance": NaN, "price": 1e999, "error": "a\nb"}}',
        ENDLESS,
    ],
    ids=["a mark of byte order", "utf-16", "utf-32", "not a number", "digits without end"],
)
def test_json_in_every_encoding_and_with_numbers_that_are_none_is_read(body: bytes) -> None:
    assert answers.envelope(body)["id"] == "p"
    for read in (answers.balance, answers.quote):
        with pytest.raises(Unreadable):
            read(answers.envelope(body))


@pytest.mark.parametrize(
    "deep",
    ["[" * 200 + "]" * 200, '{"a":' * 5000 + "1" + "}" * 5000, "[" * 100_000],
    ids=["lists", "objects", "without end"],
)
def test_what_is_nested_without_end_is_unreadable(deep: str) -> None:
    with pytest.raises(Unreadable):
        answers.parse(f'{{"data": {deep}}}'.encode())


def test_text_is_made_clean_where_it_is_read() -> None:
    body = rb'{"data": {"error": "no \ud83e\u0000\u001b[2J \u202eevil \ud83d\ude00\n.", "\ud800": 1}}'
    assert answers.envelope(body) == {"error": "no \ufffd\ufffd\ufffd[2J \ufffdevil \U0001f600\n.", "\ufffd": 1}


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("canceled", "cancelled"),
        ("Cancelled", "cancelled"),
        ("succeeded", "completed"),
        ("ERROR", "failed"),
        ("TIMEOUT", "timeout"),
    ],
)
def test_other_services_words_for_an_end_mean_the_same(word: str, status: str) -> None:
    task = answers.prediction({"id": "p", "status": word})
    assert (task.status, task.word, task.final) == (status, word, True)
    assert word in task_failure(task)


def test_a_message_may_stand_in_an_object_and_a_code_in_words() -> None:
    assert answers.refusal_text(b'{"code": "400", "error": {"message": "no"}}') == (400, "no")


@pytest.mark.parametrize(
    ("outputs", "urls"),
    [
        (["https://a.example/1.mp4"], ("https://a.example/1.mp4",)),
        ("https://a.example/1.mp4", ("https://a.example/1.mp4",)),
        ([{"element_id": 2**60}], ()),
        ([{"url": "https://a.example/1.mp4"}], ("https://a.example/1.mp4",)),
        (
            {"cover": "https://a.example/1.jpg", "video": {"url": "https://a.example/1.mp4?x=1"}},
            ("https://a.example/1.mp4?x=1", "https://a.example/1.jpg"),
        ),
        ([["https://a.example/1.mp4", "https://a.example/1.mp4"]], ("https://a.example/1.mp4",)),
        (["javascript:alert(1)", "file:///etc/passwd"], ()),
        (None, ()),
        ([], ()),
    ],
)
def test_outputs_may_be_a_list_a_string_objects_or_nothing(outputs: Any, urls: tuple[str, ...]) -> None:
    assert answers.prediction({"id": "p", "status": "completed", "outputs": outputs}).urls == urls


@pytest.mark.parametrize("status", ["completed", "failed", "cancelled", "timeout", "deleted"])
def test_final_statuses_are_final(status: str) -> None:
    assert answers.prediction({"id": "p", "status": status}).final


@pytest.mark.parametrize("status", ["created", "processing", "queued", "starting", "COMPLETED?"])
def test_any_other_status_is_not_final(status: str) -> None:
    assert not answers.prediction({"id": "p", "status": status}).final


@pytest.mark.parametrize("known", ["../../etc/passwd", "a/b", "a b", "ä", "x" * 201, "", "a?b", 7, None])
def test_an_id_that_could_lead_elsewhere_is_none(known: Any) -> None:
    with pytest.raises(Unreadable, match="names no task"):
        answers.prediction({"id": known, "status": "created"})


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
    for held_back in ("pre_deduct", "PRE-AUTH", "Pending", "reservation", "on hold"[3:], "authorized"):
        assert not bill_of({"price": 0.56, "state": held_back})[2], held_back
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


def test_charges_that_add_up_to_no_amount_leave_the_whole_bill_open() -> None:
    each = {"prediction_uuid": "p", "price": 5_000_000_000, "state": "paid"}
    assert list(bills([{**each, "uuid": "one"}])) == ["p"]
    assert bills([{**each, "uuid": "one"}, {**each, "uuid": "two"}]) == {}


@pytest.mark.parametrize("told", [-5, -0.5, "-5", None, float("nan"), 2**60])
def test_a_time_that_none_takes_is_not_told(told: Any) -> None:
    found = answers.prediction({"id": "p", "status": "completed", "timings": {"inference": told}})
    assert found.inference_ms in (None, 0)


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
    assert answers.currency({"currency": word}) == ""
    assert answers.balance({"balance": 1, "currency": word}) == micros("1")


@pytest.mark.parametrize(
    "said",
    [
        {"currency": "CNY"},
        {"currency_code": "cny"},
        {"priceCurrency": "¥"},
        {"order": {"currency": "CNY"}},
        {"order": {"price": {"currency_symbol": "¥"}}},
        {"order": {"payments": [{"amount": 3.976}, {"currency": "CNY"}]}},
        {"currency": {"code": "CNY", "digits": 2}},
        {"currency": 156},
        {"currency": "HK$"},
        {"currency": "credits"},
    ],
    ids=str,
)
def test_what_is_not_in_dollars_is_not_taken_for_dollars(said: dict[str, Any]) -> None:
    assert answers.currency(said)
    bill = bills([{"prediction_uuid": "p", "price": 3.976, "state": "paid", **said}])["p"]
    assert bill.currency
    with pytest.raises(OtherCurrency, match="not in dollars"):
        answers.balance({"balance": 3.976, **said})
    with pytest.raises(OtherCurrency, match="not in dollars"):
        answers.quote({"price": 3.976, **said})
    assert bills(records({"items": [{"prediction_uuid": "p", "price": 3.976}], **said}))["p"].currency
    beside = answers.envelope(json.dumps({"data": {"balance": 3.976, "price": 3.976}, **said}).encode())
    with pytest.raises(OtherCurrency, match="not in dollars"):
        answers.balance(beside)
    with pytest.raises(OtherCurrency, match="not in dollars"):
        answers.quote(beside)
    billing = {"data": {"items": [{"prediction_uuid": "p", "price": 3.976, "state": "paid"}]}, **said}
    assert bills(records(answers.envelope(json.dumps(billing).encode())))["p"].currency
