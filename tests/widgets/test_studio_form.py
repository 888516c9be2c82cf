"""What the builder's controls mean."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kling_widget.errors import RequestError
from kling_widget.request.catalog import O3_PRO, TOOL, Model, bundled, refreshed
from kling_widget.request.money import dollars, micros
from kling_widget.request.video_request import VideoRequest
from kling_widget.widgets.builder import form
from kling_widget.widgets.builder.evaluation import (
    BOTH,
    ConfirmPolicy,
    Terms,
    character_count,
    evaluate,
    inputs,
    price_table,
    standing,
)
from kling_widget.widgets.builder.offer import offer
from tests.requests import inputs_for

PRO = bundled()[O3_PRO]
GOOD = {"prompt": "A fox", "aspect_ratio": "9:16", "duration": 7, "sound": True}


def said(**values: Any) -> dict[str, str]:
    """The problems of a request that is good but for these values."""
    return {p.field: p.message for p in evaluate(PRO, {**GOOD, **values}).problems}


def test_what_the_controls_show_is_what_is_sent() -> None:
    assert evaluate(PRO, GOOD).inputs == GOOD


def test_an_untouched_builder_sends_the_services_own_defaults() -> None:
    values = form.defaults(PRO)
    assert inputs(PRO, values) == {"aspect_ratio": "16:9", "duration": 5, "sound": False}


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
    prices = evaluate(PRO, {**GOOD, "duration": seconds, "sound": sound}).prices
    assert (dollars(prices[1]), dollars(prices[4])) == (one, four)


def test_a_length_that_is_not_to_be_had_has_no_price() -> None:
    assert [(batch.takes, batch.price) for batch in evaluate(PRO, GOOD).batches] == [(1, "$0.98"), (4, "$3.92")]
    assert {batch.price for batch in evaluate(PRO, {**GOOD, "duration": 16}).batches} == {"–"}


@pytest.mark.parametrize("model", [m for m in bundled() if "prompt" in m.fields], ids=lambda m: m.id)
def test_the_tariff_that_a_page_reads_is_the_price_of_every_choice(model: Any) -> None:
    table = price_table(model)
    low, high = offer(model).seconds
    for seconds in range(low, high + 1):
        for sound in (False, True):
            batches = evaluate(model, {"duration": seconds, "sound": sound}).batches
            expected = {str(b.takes): {"takes": b.takes, "price": b.price, "asks": b.asks} for b in batches}
            assert table[f"{seconds} sound" if sound else str(seconds)] == expected


def test_several_takes_and_large_sums_are_asked_about_where_they_cost_money() -> None:
    live = ConfirmPolicy(live=True, above=micros("1.50"))
    asked = {
        (batch.takes, seconds): batch.asks
        for seconds in (5, 15)
        for batch in evaluate(PRO, {**GOOD, "duration": seconds, "sound": False}, Terms(live)).batches
    }
    assert asked == {(1, 5): False, (4, 5): True, (1, 15): True, (4, 15): True}
    assert not any(batch.asks for batch in evaluate(PRO, {**GOOD, "duration": 15}).batches)


ANY_VALUE: dict[str, st.SearchStrategy[Any]] = {
    "prompt": st.text(max_size=2600),
    "aspect_ratio": st.sampled_from(["16:9", "9:16", "1:1", "4:3", ""]),
    "duration": st.one_of(st.integers(-5, 30), st.floats(allow_nan=False), st.just("5"), st.booleans()),
    "sound": st.booleans(),
}


@given(st.fixed_dictionaries(ANY_VALUE))
def test_the_builder_refuses_exactly_what_a_request_refuses(values: dict[str, Any]) -> None:
    checked = evaluate(PRO, values)
    if checked.problems:
        with pytest.raises(RequestError) as refused:
            VideoRequest(**checked.inputs)
        assert refused.value.problems == checked.problems
    else:
        assert VideoRequest(**checked.inputs).estimate_micros == checked.prices[1]


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
    sent = evaluate(model, values).inputs
    back, left_out = form.from_inputs(model, sent)
    assert left_out == ()
    assert evaluate(model, back).inputs == sent


VIDEO_MODELS = [m for m in bundled() if m.kind != TOOL]


@pytest.mark.parametrize("model", VIDEO_MODELS, ids=lambda m: m.id)
@given(data=st.data())
def test_any_request_comes_back_out_of_the_form_as_it_went_in(model: Model, data: st.DataObject) -> None:
    asked = data.draw(inputs_for(model))
    values, left_out = form.from_inputs(model, asked)
    assert left_out == ()
    checked = evaluate(model, values)
    assert checked.problems == ()
    # What stands at its default, or is empty, may be said or left out: it takes effect as before.
    for name in model.fields:
        default = model.default(name) or ""
        assert (checked.inputs.get(name) or default) == (asked.get(name) or default)
    again, _ = form.from_inputs(model, checked.inputs)
    assert again == values
    assert VideoRequest(model=model.id, **checked.inputs).estimate_micros == checked.prices[1]


@pytest.mark.parametrize("model", VIDEO_MODELS, ids=lambda m: m.id)
@given(data=st.data())
def test_what_the_schema_refuses_the_form_refuses(model: Model, data: st.DataObject) -> None:
    values = {**form.from_inputs(model, data.draw(inputs_for(model)))[0], BOTH: True}
    name = data.draw(st.sampled_from(sorted(model.fields)))
    values[name] = data.draw(
        st.one_of(st.integers(-9, 99), st.text(max_size=9), st.lists(st.text(max_size=3), max_size=9), st.booleans())
    )
    sent = inputs(model, values)
    valid = jsonschema.Draft202012Validator(model.schema).is_valid(sent)
    if not valid:
        assert evaluate(model, values).problems


def test_the_shots_stand_in_the_prompts_place_unless_both_are_wanted() -> None:
    shots = [{"prompt": "Wide", "duration": 3}, {"prompt": "Close", "duration": 4}]
    values = {**GOOD, "multi_prompt": shots}
    assert "prompt" not in inputs(PRO, values)
    assert inputs(PRO, {**values, BOTH: True})["prompt"] == GOOD["prompt"]
    turbo = bundled()["kwaivgi/kling-v3-turbo-pro/text-to-video"]
    assert "prompt" not in inputs(turbo, {**values, BOTH: True})


@pytest.mark.parametrize("model", VIDEO_MODELS, ids=lambda m: m.id)
def test_a_draft_is_the_cheapest_clip_and_its_final_is_what_was_meant(model: Model) -> None:
    cheapest = {**form.defaults(model), **form.draft(model)}
    prices = [
        evaluate(model, {**cheapest, "duration": seconds, "sound": sound}).prices[1]
        for seconds in range(offer(model).seconds[0], offer(model).seconds[1] + 1)
        for sound in (False, True)
    ]
    assert evaluate(model, cheapest).prices[1] == min(prices)


def test_a_draft_with_shots_becomes_a_final_whose_shots_are_as_long_together() -> None:
    made_of = {"multi_prompt": [{"prompt": "Wide", "duration": 3}], "duration": 3, "sound": False}
    final = form.promoted(PRO, made_of, {"duration": 10, "sound": True})
    assert final is not None
    assert final.inputs == {"multi_prompt": [{"prompt": "Wide", "duration": 10}], "duration": 10, "sound": True}
    assert form.promoted(PRO, {**made_of, "sound": True}, {"duration": 10, "sound": True}) is None
    assert form.promoted(PRO, made_of, {"duration": 3, "sound": False}) is None


def test_nobody_is_told_off_before_they_did_anything() -> None:
    found = evaluate(PRO, form.defaults(PRO)).problems
    assert standing(found, set()) == {}
    assert list(standing(found, {"prompt"})) == ["prompt"]


def test_a_problem_without_a_control_is_said_with_its_name() -> None:
    model = bundled()["kwaivgi/kling-video-o3-pro/image-to-video"]
    found = evaluate(model, {"prompt": "A fox"}).problems
    assert standing(found, {"image"}, offer(model).fields)["image"] == "This is needed."
    assert standing(found, set(), ("prompt",))[""] == "image: This is needed."


def test_a_model_with_two_lengths_offers_those() -> None:
    offered = offer(bundled()["kwaivgi/kling-v2.5-turbo-pro/text-to-video"])
    assert offered.seconds == (5, 10)
    assert [extra.kind for extra in offered.extras] == ["text", "number"]


def test_a_model_that_nobody_knew_gets_a_form_from_its_schema() -> None:
    properties = {
        "prompt": {"type": "string"},
        "tail_image": {"type": "string", "description": "Where it ends."},
        "mood": {"type": "string", "enum": ["calm", "wild"]},
        "steps": {"type": "integer", "minimum": 1, "maximum": 40, "default": 20},
        "loop": {"type": "boolean"},
        "seed": {"type": "integer"},
        "camera": {"type": "object"},
    }
    entry = {
        "model_id": "kwaivgi/kling-v9/text-to-video",
        "type": "text-to-video",
        "base_price": 1,
        "api_schema": {"api_schemas": [{"type": "model_run", "request_schema": {"properties": properties}}]},
    }
    model = refreshed(bundled(), [entry])["kwaivgi/kling-v9/text-to-video"]
    found = offer(model)
    assert [(slot.name, slot.kind, slot.most) for slot in found.slots] == [("tail_image", "image", 1)]
    kinds = {extra.name: extra.kind for extra in found.extras}
    assert kinds == {"mood": "choice", "steps": "number", "loop": "switch", "seed": "number", "camera": "json"}
    values = {**form.defaults(model), "prompt": "A fox", "mood": "wild", "camera": '{"pan": 3}'}
    assert inputs(model, values) == {"prompt": "A fox", "mood": "wild", "camera": {"pan": 3}}


def test_the_counter_says_when_it_is_too_much() -> None:
    assert character_count("x" * 61, 2500) == ("61 / 2,500", False)
    assert character_count("x" * 2501, 2500) == ("2,501 / 2,500", True)
