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
NOW = SENT + 60_000
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
        task("other model", model="another/model"),
        task("too early", "2026-02-06T08:53:30Z"),
        task("too late", "2026-02-06T08:56:00Z"),
        task("taken"),
    )
    found = fitting(TAKE, listed(*tasks), Clocks(NOW, (0,), sure=True), taken={"taken"})
    assert [p.id for p in found.timely] == ["mine"]
    assert found.doubtful == ()


SURE = Clocks(NOW, (0,), sure=True)
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
    clocks = Clocks(NOW, (0,), sure=True)
    found = fitting(TAKE, listed(unclear=(entry,)), clocks, taken={"taken"})
    assert (found.unclear == ()) is excluded
    verdict = judge(found, prices={}, expected={PRICE}, rivals=0).kind
    assert verdict == ("none" if excluded else "several" if entry.id else "unread")
    beside = fitting(TAKE, listed(task("q"), unclear=(entry,)), clocks, taken={"taken"})
    assert judge(beside, prices={"q": PRICE}, expected={PRICE}, rivals=0).kind == ("found" if excluded else "several")


def test_a_list_that_does_not_reach_back_to_the_submit_proves_nothing() -> None:
    late, early = task("late", AT), task("early", EARLY)
    clocks = Clocks(NOW, (0,), sure=True)
    assert reaches(TAKE, listed(late), clocks)
    assert not reaches(TAKE, listed(late, more=True), clocks)
    assert reaches(TAKE, listed(late, early, more=True), clocks)
    assert not reaches(TAKE, listed(late, early, more=True), Clocks(NOW))  # a clock that is off by an hour may say that
    assert not reaches(TAKE, listed(late, early, more=True), Clocks(NOW, (0, -HOUR), sure=True))
    assert not reaches(TAKE, Listing(readable=False), clocks)
    assert judge(Fitting(), prices={}, expected={PRICE}, rivals=0, whole=False).kind == "unread"
    one = judge(Fitting((task(),)), prices={"p": PRICE}, expected={PRICE}, rivals=0, whole=False)
    assert one.kind == "several"


def test_a_list_that_is_not_newest_first_proves_nothing_before_its_last_page() -> None:
    late, early = task("late", AT), task("early", EARLY)
    clocks = Clocks(NOW, (0,), sure=True)
    assert not reaches(TAKE, listed(early, late, more=True), clocks)
    assert reaches(TAKE, listed(early, late), clocks)
    tick = task("tick", "2026-02-06T08:53:40.900Z")  # clocks of several machines differ by a second or two
    assert reaches(TAKE, listed(late, tick, early, more=True), clocks)


@pytest.mark.parametrize("many", [1, 20, 50, 100])
@pytest.mark.parametrize("total", [None, 0, 1, "1", 1.0])
def test_only_an_empty_page_is_the_lists_last(many: int, total: object) -> None:
    entries = [{"id": f"p{n}", "status": "created", "model": "m", "created_at": AT} for n in range(many)]
    full = page({"items": entries, "total": total}, now_ms=NOW)
    assert full.more
    whole = full.and_then(page({"items": [], "total": total}, before=many))
    assert whole.readable
    assert not whole.more


# A total that can't be read counted as noise once. But an empty page is believed because of what it says in all, and
# "many" is not nothing.
@pytest.mark.parametrize(
    "beside",
    [
        *({"total": total} for total in (3, "3", 3.0, " 3 ", "3e0", 0.5)),
        *({"total": total} for total in ("many", "", "1,000", {"a": 1}, [3], True, False, -1, "nan")),
        *({name: 3} for name in ("total_count", "totalItems", "count")),
        *({name: True} for name in ("has_more", "hasMore", "has_next", "hasNextPage", "more", "truncated")),
        {"next": "https://api.example/predictions?page=2"},
        {"next_page": 2},
        {"nextCursor": "abc"},
        {"next": {"cursor": "abc"}},
        {"links": {"next": "/predictions?page=2"}},
        {"pagination": {"total": 3, "page": 1}},
        {"meta": {"paging": {"has_more": 1}}},
        {"predictions": [{"id": "p"}]},
        {"error": "upstream timed out"},
        {"errors": [{"message": "a shard is down"}]},
        {"success": False},
    ],
    ids=str,
)
def test_an_empty_page_beside_which_anything_speaks_of_more_proves_nothing(beside: dict[str, object]) -> None:
    found = page({"items": [], **beside})
    assert found.more or not found.readable
    assert not reaches(TAKE, Listing().and_then(found), SURE)


@pytest.mark.parametrize(
    "beside",
    [
        {},
        {"page": 1, "page_size": 100},
        {"total": 0, "has_more": False, "next": None},
        {"total": None, "next_page": "", "error": "", "errors": [], "success": True},
        {"links": {"next": None, "self": "/predictions"}, "count": 0},
    ],
    ids=str,
)
def test_an_empty_page_is_believed_where_nothing_speaks_against_it(beside: dict[str, object]) -> None:
    assert reaches(TAKE, Listing().and_then(page({"items": [], **beside})), SURE)


def test_an_empty_page_is_not_the_last_where_the_list_says_that_it_holds_more() -> None:
    assert page({"items": [], "total": 120}, before=50).more


def test_entries_that_only_an_earlier_page_counts_or_that_come_twice_are_not_all_of_them() -> None:
    entries = [{"id": f"p{n}", "status": "created", "model": "m", "created_at": AT} for n in range(3)]
    first = page({"items": entries[:2], "total": 3}, now_ms=NOW)
    assert first.and_then(page({"items": []}, before=2)).more
    twice = first.and_then(page({"items": entries[1:2]}, before=2, now_ms=NOW))
    assert twice.and_then(page({"items": []}, before=3)).more
    whole = first.and_then(page({"items": entries[2:]}, before=2, now_ms=NOW))
    assert not whole.and_then(page({"items": []}, before=3)).more


@pytest.mark.parametrize(
    "created_at",
    [
        "0001-01-01T00:00:00Z",
        "1970-01-01T00:00:00Z",
        "2062-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
        "2026-01-29T08:53:00Z",  # older than anything that the list covers
        "2026-02-07T10:00:00Z",  # tomorrow
    ],
)
def test_a_time_that_no_task_can_have_is_none(created_at: str) -> None:
    found = page({"items": [{"id": "p", "status": "created", "model": "m", "created_at": created_at}]}, now_ms=NOW)
    assert found.unclear == (Entry("p", "created", "m", None),)
    assert not reaches(TAKE, found, SURE)
    fits = fitting(TAKE, found, SURE, taken=())
    assert judge(fits, prices={}, expected={PRICE}, rivals=0).kind == "several"


def test_a_time_of_the_last_week_is_read() -> None:
    items = [
        {"id": f"p{at[:10]}", "status": "created", "model": "m", "created_at": at}
        for at in ("2026-02-07T09:00:00Z", AT, "2026-01-30T08:54:00Z", "2026-01-29T10:00:00Z")
    ]
    assert len(page({"items": items}, now_ms=NOW).tasks) == 4


def test_a_time_that_is_still_to_come_excludes_nothing_however_sure_the_clocks_are() -> None:
    fits = fitting(TAKE, listed(task(at="2026-02-06T16:53:39Z")), SURE, taken=())
    assert [entry.id for entry in fits.unclear] == ["p"]
    assert fitting(TAKE, listed(task(at="2026-02-06T08:53:30Z")), SURE, taken=()) == Fitting()


@pytest.mark.parametrize("model", ["m", "M", "/m/", "vendor/m"])
def test_a_model_is_known_by_another_spelling_of_its_name(model: str) -> None:
    assert fitting(TAKE, listed(task(model=model)), Clocks(NOW, (0,), sure=True), taken=()).timely


OURS = "kwaivgi/kling-video-o3-pro/text-to-video"


@pytest.mark.parametrize(
    "model",
    [
        "kwaivgi/kling-video-o3-pro",
        "kwaivgi/kling-video-o3-pro/",
        "/kwaivgi/kling-video-o3-pro",
        "KWAIVGI/Kling-Video-O3-Pro",
        "kwaivgi/kling-video-o3-pro/text-to-vi",
        "kwaivgi/kling-video-o3-pro/text-…",
        "kwaivgi/kling-video-o3...",
        "kwaivgi/kling_video_o3_pro/text_to_video",
        "kwaivgi/kling-video-o3-pro-text-to-video",
        "kwaivgi//kling-video-o3-pro/text-to-video",
        "kwaivgi/kling-video-o3-pro/text-to-video/v2",
        "kwaivgi/kling-video-o3-pro/text-to-video:v2",
        "https://wavespeed.ai/models/kling-video-o3-pro",
        "Kling Video O3 Pro",
        "kling-video-o3-pro",
        "\u200bkwaivgi/kling-video-o3-pro/text-to-video",
        "\u2060another/model",
        "\ufffdanother/model",
        "unknown",
        "unknown/unknown",
        "vendor/null",
        "n/a",
        "N/A",
        "-",
        "-/-",
        "?",
        "/",
        ".",
        "7",
        "1/2",
        "アニメ/動画",
    ],
)
def test_a_name_that_can_not_be_recognised_excludes_nothing_and_proves_nothing(model: str) -> None:
    take = replace(TAKE, model=OURS)
    fits = fitting(take, listed(task(model=model)), SURE, taken=())
    assert [entry.id for entry in fits.unclear] == ["p"]
    assert judge(fits, prices={"p": PRICE}, expected={PRICE}, rivals=0).kind == "several"
    beside = fitting(take, listed(task(model=model), task("q", model=OURS)), SURE, taken=())
    assert judge(beside, prices={"p": PRICE, "q": PRICE}, expected={PRICE}, rivals=0).kind == "several"
    assert fitting(take, listed(task(model=model, at=EARLY)), SURE, taken=()) == Fitting()


@pytest.mark.parametrize(
    "model",
    ["kwaivgi/kling-video-o3-std/text-to-video", "kwaivgi/kling-video-o3-pro/image-to-video", "Google/Veo3", "a1/b2.5"],
)
def test_a_path_of_another_model_excludes_a_task(model: str) -> None:
    assert fitting(replace(TAKE, model=OURS), listed(task(model=model)), SURE, taken=()) == Fitting()


@pytest.mark.parametrize("model", [OURS.upper(), f"/{OURS}/", f" {OURS} ", OURS.partition("/")[2], f"models/{OURS}"])
def test_our_models_name_is_known_in_every_spelling(model: str) -> None:
    assert fitting(replace(TAKE, model=OURS), listed(task(model=model)), SURE, taken=()).timely


@pytest.mark.parametrize("at", ["2026-02-06T16:53:39", "2026-02-06 01:53:39.5", "2026-02-06T07:53:39"])
def test_a_time_without_a_zone_excludes_nothing_within_a_day(at: str) -> None:
    fits = fitting(TAKE, listed(task(at=at)), SURE, taken=())
    assert judge(fits, prices={"p": PRICE}, expected={PRICE}, rivals=0).kind == "several"
    beside = fitting(TAKE, listed(task(at=at), task("q", at="2026-02-06T08:53:39")), SURE, taken=())
    assert judge(beside, prices={}, expected={PRICE}, rivals=0).kind == "several"
    assert fitting(TAKE, listed(task(at="2026-02-04T16:53:39")), SURE, taken=()) == Fitting()
    assert fitting(TAKE, listed(task(at="2026-02-06T08:53:39")), SURE, taken=()).timely


def test_a_time_without_a_zone_reaches_back_only_a_day_earlier() -> None:
    assert not reaches(TAKE, listed(task(at="2026-02-06T07:53:39"), more=True), SURE)
    assert reaches(TAKE, listed(task(at="2026-02-05T06:53:39"), more=True), SURE)


def test_our_own_clock_that_was_set_since_the_submit_is_allowed_for() -> None:
    two_days = 48 * HOUR
    clocks = Clocks(NOW, (0,), set_by_ms=two_days)
    assert fitting(TAKE, listed(task(at="2026-02-08T08:53:39Z")), clocks, taken=()).doubtful
    assert not reaches(TAKE, listed(task(at="2026-02-05T06:53:39Z"), more=True), replace(clocks, set_by_ms=-two_days))


def test_a_list_that_no_longer_covers_a_submit_proves_nothing_about_it() -> None:
    clocks = Clocks(SENT + 5 * 24 * HOUR, (0,), sure=True)
    assert reaches(TAKE, listed(), clocks)
    assert not reaches(TAKE, listed(), replace(clocks, now_ms=SENT + 6 * 24 * HOUR))


def test_a_submit_that_is_still_to_come_was_sent_by_a_wrong_clock() -> None:
    clocks = Clocks(SENT - 40 * 24 * HOUR, (0,), sure=True)
    one = task(at="2025-12-28T08:53:39Z")
    assert not reaches(TAKE, listed(one), clocks)
    assert not reaches(TAKE, listed(one, more=True), clocks)
    assert judge(fitting(TAKE, listed(one), clocks, taken=()), prices={}, expected=(), rivals=0).kind == "several"


@pytest.mark.parametrize("skew", [-HOUR, HOUR])
def test_a_clock_that_is_off_is_known_from_takes_that_we_know(skew: int) -> None:
    at = {HOUR: "2026-02-06T09:53:39Z", -HOUR: "2026-02-06T07:53:39Z"}[skew]
    assert fitting(TAKE, listed(task(at=at)), Clocks(NOW, (0, skew), sure=True), taken=()).timely
    unsure = fitting(TAKE, listed(task(at=at)), Clocks(NOW), taken=())
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


def test_a_take_whose_time_of_sending_is_not_known_excludes_nothing_and_proves_nothing() -> None:
    found = fitting(replace(TAKE, submitted_at=None), listed(task(at="2026-02-03T00:00:00Z")), SURE, taken=())
    assert judge(found, prices={}, expected=(), rivals=0).kind == "several"
