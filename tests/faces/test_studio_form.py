"""What the builder's controls mean."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kling_widget.catalog import O3_PRO, bundled
from kling_widget.errors import RequestError
from kling_widget.money import dollars
from kling_widget.request import VideoRequest
from kling_widget.studio import form

PRO = bundled()[O3_PRO]
GOOD = {"prompt": "A fox", "aspect_ratio": "9:16", "duration": 7, "sound": True}


def said(**values: Any) -> dict[str, str]:
    """The problems of a request that is good but for these values."""
    return {p.field: p.message for p in form.check(PRO, {**GOOD, **values}).problems}


def test_what_the_controls_show_is_what_is_sent() -> None:
    assert form.check(PRO, GOOD).inputs == GOOD


def test_an_untouched_builder_sends_the_services_own_defaults() -> None:
    values = form.defaults(PRO)
    assert values == {"prompt": "", "aspect_ratio": "16:9", "duration": 5, "sound": False}


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("prompt", "", "Write what should happen"),
        ("prompt", "  \n", "Write what should happen"),
        ("prompt", "x" * 2501, "Shorten it by 1"),
        ("duration", 2, "from 3 to 15; this is 2"),
        ("duration", 16, "from 3 to 15; this is 16"),
        ("duration", "5", "the text '5'"),
        ("duration", 5.5, "whole number"),
        ("aspect_ratio", "4:3", "Choose 16:9, 9:16 or 1:1"),
        ("sound", "loud", "True or False"),
    ],
)
def test_a_value_that_the_model_would_not_take_is_refused_in_words_at_its_field(
    field: str, value: object, words: str
) -> None:
    problems = said(**{field: value})
    assert list(problems) == [field]
    assert words in problems[field]


@pytest.mark.parametrize(
    ("seconds", "sound", "one", "four"),
    [(5, False, "$0.56", "$2.24"), (10, True, "$1.40", "$5.60"), (3, False, "$0.336", "$1.344")],
)
def test_the_price_is_that_of_the_vendors_table_times_the_takes(seconds: int, sound: bool, one: str, four: str) -> None:
    prices = form.check(PRO, {**GOOD, "duration": seconds, "sound": sound}).prices
    assert (dollars(prices[1]), dollars(prices[4])) == (one, four)


def test_a_length_that_is_not_to_be_had_has_no_price() -> None:
    assert form.price_tags(PRO, GOOD) == [{"takes": 1, "price": "$0.98"}, {"takes": 4, "price": "$3.92"}]
    assert {tag["price"] for tag in form.price_tags(PRO, {**GOOD, "duration": 16})} == {"–"}


@pytest.mark.parametrize("model", [m for m in bundled() if "prompt" in m.fields], ids=lambda m: m.id)
def test_the_tariff_that_a_page_reads_is_the_price_of_every_choice(model: Any) -> None:
    table = form.tariff(model)
    low, high = form.limits(model).seconds
    for seconds in range(low, high + 1):
        for sound in (False, True):
            tags = form.price_tags(model, {"duration": seconds, "sound": sound})
            assert table[f"{seconds} sound" if sound else str(seconds)] == {str(t["takes"]): t["price"] for t in tags}


ANY_VALUE: dict[str, st.SearchStrategy[Any]] = {
    "prompt": st.text(max_size=2600),
    "aspect_ratio": st.sampled_from(["16:9", "9:16", "1:1", "4:3", ""]),
    "duration": st.one_of(st.integers(-5, 30), st.floats(allow_nan=False), st.just("5"), st.booleans()),
    "sound": st.booleans(),
}


@given(st.fixed_dictionaries(ANY_VALUE))
def test_the_builder_refuses_exactly_what_a_request_refuses(values: dict[str, Any]) -> None:
    checked = form.check(PRO, values)
    if checked.problems:
        with pytest.raises(RequestError) as refused:
            VideoRequest(**checked.inputs)
        assert refused.value.problems == checked.problems
    else:
        assert VideoRequest(**checked.inputs).estimate == checked.prices[1]


@given(
    st.sampled_from([m for m in bundled() if "prompt" in m.fields]),
    st.text(min_size=1),
    st.sampled_from(["16:9", "9:16", "1:1"]),
    st.integers(3, 15),
    st.booleans(),
)
def test_a_takes_inputs_come_back_into_the_builder_as_they_were(
    model: Any, prompt: str, shape: str, seconds: int, sound: bool
) -> None:
    values = {"prompt": prompt, "aspect_ratio": shape, "duration": seconds, "sound": sound}
    inputs = form.check(model, values).inputs
    back, left_out = form.from_inputs(model, inputs)
    assert left_out == ()
    assert form.check(model, back).inputs == inputs


def test_inputs_without_a_control_are_named_when_a_take_is_brought_back() -> None:
    inputs = {"multi_prompt": [{"prompt": "a", "duration": 5}], "shot_type": "intelligent", "duration": 5}
    values, left_out = form.from_inputs(PRO, inputs)
    assert left_out == ("multi_prompt", "shot_type")
    assert values["duration"] == 5


def test_nobody_is_told_off_before_they_did_anything() -> None:
    found = form.check(PRO, form.defaults(PRO)).problems
    assert form.standing(found, set()) == {}
    assert list(form.standing(found, {"prompt"})) == ["prompt"]


def test_a_problem_without_a_control_is_said_with_its_name() -> None:
    model = bundled()["kwaivgi/kling-video-o3-pro/image-to-video"]
    found = form.check(model, {"prompt": "A fox"}).problems
    assert form.standing(found, set(), form.limits(model).fields)[""] == "image: This is needed."


def test_a_model_with_two_lengths_offers_those() -> None:
    offered = form.limits(bundled()["kwaivgi/kling-v2.5-turbo-pro/text-to-video"])
    assert offered.seconds == (5, 10)
    assert offered.fields == ("prompt", "aspect_ratio", "duration")


def test_the_counter_says_when_it_is_too_much() -> None:
    assert form.counter("x" * 61, 2500) == ("61 / 2,500", False)
    assert form.counter("x" * 2501, 2500) == ("2,501 / 2,500", True)
