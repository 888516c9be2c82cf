from __future__ import annotations

from dataclasses import replace

import pytest

from kling_widget.engine.reconcile import Clocks, Fitting, fitting, judge, reaches
from kling_widget.request.money import micros
from kling_widget.service.answers import Prediction
from kling_widget.service.prediction_list import Entry, Listing, page
from kling_widget.service.timestamps import moment
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


def listed(*tasks: Prediction, unclear: tuple[Entry, ...] = (), more: bool = False) -> Listing:
    return Listing(tasks, unclear, len(tasks) + len(unclear), True, more)


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
        ("0001-01-01T00:00:00+23:59", None),
        ("9999-12-31T23:59:59-23:59", None),
        ("99999-01-01T00:00:00Z", None),
        ("-0001-01-01T00:00:00Z", None),
        ("2026-02-06T08:53:38+99:99", None),
        (None, None),
    ],
)
def test_the_services_times_are_read_in_every_form(text: str | None, milliseconds: int | None) -> None:
    assert moment(text) == milliseconds


def test_a_task_fits_by_model_time_and_belonging_to_nobody() -> None:
    tasks = (
        task("mine"),
        task("other model", model="n"),
        task("too early", "2026-02-06T08:53:30Z"),
        task("too late", "2026-02-06T08:56:00Z"),
        task("taken"),
    )
    found = fitting(TAKE, listed(*tasks), Clocks((0,), sure=True), taken={"taken"})
    assert [p.id for p in found.timely] == ["mine"]
    assert found.doubtful == ()


AT, EARLY = "2026-02-06T08:53:39Z", "2026-02-06T08:53:30Z"


@pytest.mark.parametrize(
    ("entry", "excluded"),
    [
        (Entry(), False),
        (Entry("p", None, "m", AT), False),
        (Entry("p", "created", None, AT), False),
        (Entry("p", "created", "m", None), False),
        (Entry(None, "created", "m", AT), False),
        (Entry("taken", None, None, None), True),
        (Entry(None, None, "another/model", None), True),
        (Entry(None, None, None, EARLY), True),
    ],
)
def test_what_cant_be_read_may_be_the_take_unless_what_is_read_excludes_it(entry: Entry, excluded: bool) -> None:
    clocks = Clocks((0,), sure=True)
    found = fitting(TAKE, listed(unclear=(entry,)), clocks, taken={"taken"})
    assert (found.unclear == ()) is excluded
    verdict = judge(found, prices={}, expected={PRICE}, rivals=0).kind
    assert verdict == ("none" if excluded else "several" if entry.id else "unread")
    beside = fitting(TAKE, listed(task("q"), unclear=(entry,)), clocks, taken={"taken"})
    assert judge(beside, prices={"q": PRICE}, expected={PRICE}, rivals=0).kind == ("found" if excluded else "several")


def test_a_list_that_does_not_reach_back_to_the_submit_proves_nothing() -> None:
    late, early = task("late", AT), task("early", EARLY)
    clocks = Clocks((0,), sure=True)
    assert reaches(TAKE, listed(late), clocks)
    assert not reaches(TAKE, listed(late, more=True), clocks)
    assert reaches(TAKE, listed(late, early, more=True), clocks)
    assert not reaches(TAKE, listed(late, early, more=True), Clocks())  # a clock that is off by an hour may say that
    assert not reaches(TAKE, listed(late, early, more=True), Clocks((0, -HOUR), sure=True))
    assert not reaches(TAKE, Listing(readable=False), clocks)
    assert judge(Fitting(), prices={}, expected={PRICE}, rivals=0, whole=False).kind == "unread"
    one = judge(Fitting((task(),)), prices={"p": PRICE}, expected={PRICE}, rivals=0, whole=False)
    assert one.kind == "several"


def test_a_list_that_is_not_newest_first_proves_nothing_before_its_last_page() -> None:
    late, early = task("late", AT), task("early", EARLY)
    clocks = Clocks((0,), sure=True)
    assert not reaches(TAKE, listed(early, late, more=True), clocks)
    assert reaches(TAKE, listed(early, late), clocks)
    tick = task("tick", "2026-02-06T08:53:40.900Z")  # clocks of several machines differ by a second or two
    assert reaches(TAKE, listed(late, tick, early, more=True), clocks)


@pytest.mark.parametrize("many", [1, 20, 50, 100])
@pytest.mark.parametrize("total", [None, 0, 1, "many"])
def test_only_an_empty_page_is_the_lists_last(many: int, total: object) -> None:
    entries = [{"id": f"p{n}", "status": "created", "model": "m", "created_at": AT} for n in range(many)]
    full = page({"items": entries, "total": total})
    assert full.more
    assert not full.and_then(page({"items": [], "total": total}, before=many)).more


def test_an_empty_page_is_not_the_last_where_the_list_says_that_it_holds_more() -> None:
    assert page({"items": [], "total": 120}, before=50).more


@pytest.mark.parametrize("model", ["m", "M", "/m/", "vendor/m"])
def test_a_model_is_known_by_another_spelling_of_its_name(model: str) -> None:
    assert fitting(TAKE, listed(task(model=model)), Clocks((0,), sure=True), taken=()).timely


@pytest.mark.parametrize("skew", [-HOUR, HOUR])
def test_a_clock_that_is_off_is_known_from_takes_that_we_know(skew: int) -> None:
    at = {HOUR: "2026-02-06T09:53:39Z", -HOUR: "2026-02-06T07:53:39Z"}[skew]
    assert fitting(TAKE, listed(task(at=at)), Clocks((0, skew), sure=True), taken=()).timely
    unsure = fitting(TAKE, listed(task(at=at)), Clocks(), taken=())
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
    assert fitting(replace(TAKE, submitted_at=None), listed(task(at="2020-01-01T00:00:00Z")), Clocks(), taken=()).timely
