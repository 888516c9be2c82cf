from __future__ import annotations

from dataclasses import replace

import pytest

from kling_widget.engine.reconcile import Clocks, Fitting, fitting, judge, moment
from kling_widget.engine.wire import Prediction
from kling_widget.money import micros
from kling_widget.store import Record, TakeId

SENT = 1_770_368_018_543  # 2026-02-06T08:53:38.543Z
TAKE = Record(
    id=TakeId("t1"),
    service="https://api.wavespeed.ai",
    model="m",
    inputs={},
    words="a",
    seconds=5,
    state="reconciling",
    confirmed_at=SENT,
    submitted_at=SENT,
    estimate=micros("0.56"),
)
HOUR = 3600 * 1000
PRICE = int(micros("0.56"))


def task(name: str = "p", at: str = "2026-02-06T08:53:39.100Z", model: str | None = "m") -> Prediction:
    return Prediction(id=name, status="created", model=model, created_at=at)


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [
        ("2026-02-06T08:53:38.543Z", SENT),
        ("2026-02-06T08:53:38.543123456Z", SENT),
        ("2026-02-06 08:53:38.543", SENT),
        ("2026-02-06T09:53:38.543+01:00", SENT),
        ("2026-02-06T09:53:38.543+0100", SENT),
        ("2026-02-06T08:53:38Z", SENT - 543),
        ("2026-02-31T08:53:38Z", None),
        ("yesterday", None),
        (None, None),
    ],
)
def test_the_services_times_are_read_in_every_form(text: str | None, milliseconds: int | None) -> None:
    assert moment(text) == milliseconds


def test_a_task_fits_by_model_time_and_belonging_to_nobody() -> None:
    listed = [
        task("mine"),
        task("other model", model="n"),
        task("too early", "2026-02-06T08:53:30Z"),
        task("too late", "2026-02-06T08:56:00Z"),
        task("taken"),
        task("no model", model=None),
        task("no time", "?"),
    ]
    found = fitting(TAKE, listed, Clocks((0,), sure=True), taken={"taken"})
    assert [p.id for p in found.timely] == ["mine", "no model", "no time"]
    assert found.doubtful == ()


@pytest.mark.parametrize("skew", [-HOUR, HOUR])
def test_a_clock_that_is_off_is_known_from_takes_that_we_know(skew: int) -> None:
    at = {HOUR: "2026-02-06T09:53:39Z", -HOUR: "2026-02-06T07:53:39Z"}[skew]
    assert fitting(TAKE, [task(at=at)], Clocks((0, skew), sure=True), taken=()).timely
    unsure = fitting(TAKE, [task(at=at)], Clocks(), taken=())
    assert not unsure.timely
    assert unsure.doubtful
    assert judge(unsure, prices={}, expected=(), rivals=0).kind == "several"  # a person decides


def test_one_that_fits_is_found_and_none_is_none() -> None:
    assert judge(Fitting((task(),)), prices={"p": PRICE}, expected={PRICE}, rivals=0).kind == "found"
    assert judge(Fitting((task(),)), prices={}, expected={PRICE}, rivals=0).kind == "found"
    assert judge(Fitting(), prices={}, expected={PRICE}, rivals=0).kind == "none"


def test_a_price_tells_two_apart_and_a_promotion_is_not_excluded() -> None:
    two = Fitting((task("a"), task("b")))
    told_apart = judge(two, prices={"a": 1, "b": PRICE}, expected={PRICE}, rivals=0)
    assert (told_apart.kind, [p.id for p in told_apart.tasks]) == ("found", ["b"])
    assert judge(two, prices={}, expected={PRICE}, rivals=0).kind == "several"
    assert judge(Fitting((task("a"),)), prices={"a": 1}, expected={PRICE}, rivals=0).kind == "several"


def test_where_other_takes_wait_for_the_same_answer_one_task_proves_nothing() -> None:
    assert judge(Fitting((task(),)), prices={"p": PRICE}, expected={PRICE}, rivals=1).kind == "several"


def test_a_take_whose_time_of_sending_is_not_known_excludes_nothing() -> None:
    assert fitting(replace(TAKE, submitted_at=None), [task(at="2020-01-01T00:00:00Z")], Clocks(), taken=()).timely
