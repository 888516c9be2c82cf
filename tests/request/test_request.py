from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kling_widget.errors import RequestError
from kling_widget.request.catalog import O3_PRO, bundled
from kling_widget.request.video_request import Element, Shot, VideoRequest, as_inputs, problems

TURBO = "kwaivgi/kling-v3-turbo-std/text-to-video"
V25 = "kwaivgi/kling-v2.5-turbo-pro/text-to-video"


def test_only_what_was_set_is_sent() -> None:
    assert VideoRequest("A fox").inputs == {"prompt": "A fox"}
    full = VideoRequest(
        "Mara runs",
        aspect_ratio="9:16",
        duration=10,
        sound=True,
        multi_prompt=[Shot("wide", 4), {"prompt": "close", "duration": 6}],
        element_list=[Element("9007199254740993001")],
    )
    assert full.inputs == {
        "prompt": "Mara runs",
        "aspect_ratio": "9:16",
        "duration": 10,
        "sound": True,
        "multi_prompt": [{"prompt": "wide", "duration": 4}, {"prompt": "close", "duration": 6}],
        "element_list": [{"element_id": "9007199254740993001"}],
    }
    assert VideoRequest("A fox", multi_prompt=[], element_list=[]).inputs == {"prompt": "A fox"}


@pytest.mark.parametrize(
    ("given", "field", "said"),
    [
        ({"prompt": ""}, "prompt", "Write what should happen"),
        ({"prompt": " \n\t"}, "prompt", "Write what should happen"),
        ({"prompt": "\u200b\ufeff\u3164"}, "prompt", "Write what should happen"),
        (
            {"multi_prompt": [Shot("a", 3), Shot("\u2060 \ufe0f", 3)], "duration": 6},
            "multi_prompt",
            "Shot 2: write what",
        ),
        (
            {"multi_prompt": [Shot("a", 3), Shot("\udd8a", 3)], "duration": 6},
            "multi_prompt",
            "Shot 2: It holds half of",
        ),
        ({"element_list": [Element("\ud83e")], "prompt": "x"}, "element_list", "half of a character"),
        ({}, "prompt", "Write what should happen"),
        ({"prompt": "x" * 2501}, "prompt", "2,501 characters; the model reads at most 2,500. Shorten it by 1."),
        ({"prompt": 5}, "prompt", "It takes text"),
        ({"prompt": "a\ud800b"}, "prompt", "no text"),
        ({"prompt": "a\0b"}, "prompt", "no text"),
        ({"multi_prompt": [1]}, "multi_prompt", "It takes a shot"),
        ({"prompt": "x", "model": V25, "guidance_scale": float("nan")}, "guidance_scale", "from 0 to 1; this is nan"),
        ({"prompt": "x", "duration": 2}, "duration", "from 3 to 15; this is 2"),
        ({"prompt": "x", "duration": 16}, "duration", "from 3 to 15; this is 16"),
        ({"prompt": "x", "duration": "5"}, "duration", "a whole number from 3 to 15; this is the text '5'"),
        ({"prompt": "x", "duration": 5.5}, "duration", "a whole number"),
        ({"prompt": "x", "duration": True}, "duration", "a whole number"),
        ({"prompt": "x", "aspect_ratio": "4:3"}, "aspect_ratio", "Choose 16:9, 9:16 or 1:1"),
        ({"prompt": "x", "sound": "yes"}, "sound", "True or False"),
        ({"prompt": "x", "multi_prompt": [Shot("a", 3), Shot("b", 4)]}, "multi_prompt", "add up to 7 s, the clip is 5"),
        ({"prompt": "x", "multi_prompt": [Shot("a", 1), Shot("b", 4)]}, "multi_prompt", "Shot 1: It takes a whole"),
        ({"prompt": "x", "multi_prompt": [Shot("a" * 513, 5)]}, "multi_prompt", "at most 512"),
        ({"multi_prompt": [Shot("a", 3)] * 7, "duration": 15}, "multi_prompt", "At most 6; there are 7"),
        ({"prompt": "x", "element_list": [Element(str(n)) for n in range(4)]}, "element_list", "At most 3"),
        ({"prompt": "x", "element_list": [{"element_id": 12}]}, "element_list", "It takes text"),
        ({"prompt": "x", "model": "kwaivgi/kling-video-o3-pro/text-to-vide"}, "model", "Did you mean"),
        ({"prompt": "x", "model": V25, "duration": 7}, "duration", "7 is not offered. Choose 5 or 10"),
        ({"prompt": "x", "model": TURBO, "multi_prompt": [Shot("a", 5)]}, "multi_prompt", "not both"),
    ],
)
def test_what_the_model_would_not_take_is_refused_in_words(given: dict[str, Any], field: str, said: str) -> None:
    with pytest.raises(RequestError) as refused:
        VideoRequest(**given)
    (problem,) = refused.value.problems
    assert problem.field == field
    assert said in problem.message
    assert "Nothing was sent and nothing was charged" in str(refused.value)


def test_an_unknown_field_is_a_type_error_with_a_hint() -> None:
    with pytest.raises(TypeError, match="Did you mean 'aspect_ratio'"):
        VideoRequest("A fox", aspect="16:9")
    with pytest.raises(TypeError, match=r"It takes prompt, aspect_ratio, .* and element_list"):
        VideoRequest("A fox", zzz=1)
    assert VideoRequest("A fox", model=V25, negative_prompt="rain").inputs["negative_prompt"] == "rain"


@pytest.mark.parametrize(
    ("seconds", "sound", "price"),
    [
        (5, False, "$0.56"),
        (5, True, "$0.70"),
        (10, False, "$1.12"),
        (10, True, "$1.40"),
        (3, False, "$0.336"),
        (3, True, "$0.42"),
        (15, False, "$1.68"),
        (15, True, "$2.10"),
    ],
)
def test_the_estimate_is_the_vendors_table(seconds: int, sound: bool, price: str) -> None:
    assert VideoRequest("A fox", duration=seconds, sound=sound).estimate == Decimal(price.removeprefix("$"))


def test_every_model_of_the_catalogue_has_a_price_and_a_schema() -> None:
    for model in bundled():
        assert model.estimate({}) > 0, model.id
        assert model.fields, model.id
        assert model.schema["additionalProperties"] is False, model.id
    assert next(iter(bundled())).id == O3_PRO


def test_a_length_that_is_whole_is_that_length_whatever_its_type() -> None:
    tens: list[Any] = [10, 10.0, np.int64(10), np.float64(10)]
    for ten in tens:
        request = VideoRequest("A fox", duration=ten)
        assert request == VideoRequest("A fox", duration=10)
        assert (request.seconds, request.estimate, type(request.inputs["duration"])) == (10, Decimal("1.12"), int)


def test_but_changes_and_takes_away() -> None:
    request = VideoRequest("A fox", duration=10, sound=True)
    assert request.but(duration=5, sound=None) == VideoRequest("A fox", duration=5)
    assert request.but() == request
    assert hash(request.but()) == hash(request)


inputs = st.fixed_dictionaries(
    {},
    optional={
        "prompt": st.text(max_size=2600) | st.integers(),
        "aspect_ratio": st.sampled_from(["16:9", "9:16", "1:1", "4:3", ""]),
        "duration": st.integers(-2, 20) | st.text(max_size=2) | st.floats(0, 20),
        "sound": st.booleans() | st.just("on"),
        "shot_type": st.sampled_from(["customize", "intelligent", "auto"]),
        "multi_prompt": st.lists(
            st.fixed_dictionaries({"prompt": st.text(max_size=5), "duration": st.integers(0, 16)}), max_size=7
        ),
    },
)


@given(inputs)
def test_a_request_exists_only_without_problems_and_repeats_itself(given: dict[str, Any]) -> None:
    found = problems(bundled()[O3_PRO], as_inputs(given))
    fields = [problem.field for problem in found]
    assert len(fields) == len(set(fields))
    assert all(problem.message for problem in found)
    if found:
        with pytest.raises(RequestError) as refused:
            VideoRequest(**given)
        assert refused.value.problems == found
    else:
        request = VideoRequest(**given)
        assert VideoRequest(**request.inputs) == request
        assert eval(repr(request), {"VideoRequest": VideoRequest}) == request


def test_a_truth_out_of_a_table_is_refused_in_words() -> None:
    with pytest.raises(RequestError, match="sound"):
        VideoRequest("A fox", sound=np.True_)  # type: ignore[arg-type]
