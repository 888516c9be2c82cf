"""Another model is chosen: what the form holds then is what that model takes, and what is lost is named."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kling_widget import Library, Studio
from kling_widget.request.catalog import O3_PRO, TOOL, Model, bundled
from kling_widget.widgets.builder import form
from kling_widget.widgets.builder.carry_over import carried, summary
from kling_widget.widgets.builder.evaluation import BOTH, evaluate
from tests.requests import inputs_for, texts

MODELS = [model for model in bundled() if model.kind != TOOL]
PRO = bundled()[O3_PRO]
IMAGE = bundled()["kwaivgi/kling-video-o3-pro/image-to-video"]
REFERENCE = bundled()["kwaivgi/kling-video-o3-pro/reference-to-video"]
EDIT = bundled()["kwaivgi/kling-video-o3-pro/video-edit"]
TURBO = bundled()["kwaivgi/kling-v3-turbo-pro/text-to-video"]
V25 = bundled()["kwaivgi/kling-v2.5-turbo-pro/text-to-video"]
MASTER = bundled()["kwaivgi/kling-v2.1-t2v-master"]

GOOD = {"prompt": "A fox", "aspect_ratio": "9:16", "duration": 7, "sound": True}
TWO = [{"prompt": "Wide", "duration": 3}, {"prompt": "Close", "duration": 4}]
SIX = [{"prompt": f"Shot {n}", "duration": 1} for n in range(6)]


def held(model: Model, **values: Any) -> dict[str, Any]:
    return {**form.defaults(model), **values}


shots = st.fixed_dictionaries({"prompt": st.text(max_size=600), "duration": st.integers(1, 15)})
ANY_STATE: dict[str, st.SearchStrategy[Any]] = {
    "prompt": st.integers(0, 2600).map("x".__mul__) | texts(),
    "multi_prompt": st.lists(shots, max_size=8),
    "duration": st.integers(-3, 30) | st.sampled_from(["5", 5.5, True]),
    "aspect_ratio": st.sampled_from(["16:9", "9:16", "1:1", "4:3", ""]),
    "sound": st.booleans(),
    "images": st.lists(st.sampled_from([f"https://x/{n}.png" for n in range(9)]), max_size=9),
    "image": st.sampled_from(["", "https://x/a.png"]),
    "video": st.sampled_from(["", "https://x/a.mp4"]),
    "element_list": st.lists(st.fixed_dictionaries({"element_id": st.sampled_from("123456")}), max_size=6),
    "negative_prompt": st.integers(0, 2600).map("x".__mul__),
    "cfg_scale": st.floats(-1, 2),
    BOTH: st.booleans(),
}
"""What a form may hold at any moment, whether its model takes it or not."""


def unfinished(name: str, values: dict[str, Any], model: Model) -> bool:
    """Whether what is wrong with an input is that there is nothing in it yet."""
    if name == "multi_prompt":
        return any(not shot["prompt"].strip() or not shot["prompt"].isprintable() for shot in values[name])
    return name == "prompt" or values[name] == form.defaults(model)[name]


def holds(old: Model, new: Model, values: dict[str, Any]) -> None:
    """What the form holds is taken by the new model, and what was lost is named."""
    fresh, dropped = carried(old, new, values)
    assert fresh.keys() == form.defaults(new).keys()
    for problem in evaluate(new, fresh).problems:
        assert unfinished(problem.field, fresh, new), (problem, fresh)
    assert len(fresh["prompt"]) <= (new.fields.get("prompt", {}).get("maxLength") or 0)
    board = fresh["multi_prompt"]
    assert not board or sum(shot["duration"] for shot in board) == fresh["duration"]
    for name, value in values.items():
        lost = name != BOTH and value != form.defaults(old).get(name) and value != fresh.get(name)
        if lost and name not in ("duration", "multi_prompt"):
            assert name in dropped
    words = " ".join(" ".join(shot["prompt"] for shot in board).split())
    if values.get("multi_prompt") and words != " ".join(" ".join(s["prompt"] for s in values["multi_prompt"]).split()):
        assert "multi_prompt" in dropped


@given(st.sampled_from(MODELS), st.sampled_from(MODELS), st.fixed_dictionaries(ANY_STATE))
@example(TURBO, PRO, {"multi_prompt": SIX, "duration": 6})
@example(PRO, MASTER, {"prompt": "x" * 2500})
@example(REFERENCE, EDIT, {"images": [f"https://x/{n}.png" for n in range(7)], "video": "https://x/a.mp4"})
def test_whatever_a_form_holds_the_new_model_takes_it(old: Model, new: Model, state: dict[str, Any]) -> None:
    mine = {name: value for name, value in state.items() if name in form.defaults(old)}
    holds(old, new, held(old, **mine))


@given(st.sampled_from(MODELS), st.sampled_from(MODELS), st.data())
def test_a_whole_request_is_carried_over(old: Model, new: Model, data: st.DataObject) -> None:
    values, _ = form.from_inputs(old, data.draw(inputs_for(old)))
    holds(old, new, values)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.id)
@given(data=st.data())
def test_the_same_model_again_changes_nothing(model: Model, data: st.DataObject) -> None:
    values, _ = form.from_inputs(model, data.draw(inputs_for(model)))
    assert carried(model, model, values) == (values, ())


def test_another_model_keeps_what_it_takes_and_names_what_it_does_not() -> None:
    mine = held(PRO, **GOOD, multi_prompt=TWO, element_list=[{"element_id": "9" * 20}])
    values, dropped = carried(PRO, V25, mine)
    assert dropped == ("element_list", "multi_prompt", "sound")
    assert (values["prompt"], values["aspect_ratio"], values["duration"]) == ("A fox", "9:16", 5)
    image, dropped = carried(PRO, IMAGE, mine)
    assert dropped == ("aspect_ratio",)
    assert (image["multi_prompt"], image["duration"], image["sound"]) == (TWO, 7, True)


def test_more_shots_than_a_model_takes_are_said_in_its_last() -> None:
    values, dropped = carried(TURBO, PRO, held(TURBO, multi_prompt=SIX, duration=6))
    assert [shot["prompt"] for shot in values["multi_prompt"]] == [*(f"Shot {n}" for n in range(4)), "Shot 4 Shot 5"]
    assert [shot["duration"] for shot in values["multi_prompt"]] == [3] * 5
    assert values["duration"] == 15
    assert dropped == ()


def test_words_for_which_the_last_shot_has_no_room_are_named() -> None:
    long = [{"prompt": "x" * 400, "duration": 1} for _ in range(6)]
    values, dropped = carried(TURBO, PRO, held(TURBO, multi_prompt=long, duration=6))
    assert len(values["multi_prompt"][-1]["prompt"]) == 512
    assert dropped == ("multi_prompt",)


@pytest.mark.parametrize(
    ("old", "new", "values", "words"),
    [
        (PRO, V25, {**GOOD, "duration": 5}, "M takes no sound: dropped."),
        (PRO, V25, GOOD, "M takes no sound: dropped. The clip's length is 5 s now."),
        (PRO, MASTER, {"prompt": "x" * 2500}, "M takes less of prompt: what is too much was dropped."),
        (PRO, EDIT, {"duration": 9}, "M takes no duration: dropped."),
        (TURBO, PRO, {"multi_prompt": SIX, "duration": 6},
         "The 6 shots became 5. The clip's length is 15 s now."),
        (PRO, TURBO, {"multi_prompt": TWO, "duration": 7}, ""),
        (PRO, IMAGE, {}, ""),
    ],
)  # fmt: skip
def test_what_became_of_it_is_said(old: Model, new: Model, values: dict[str, Any], words: str) -> None:
    before = held(old, **values)
    after, dropped = carried(old, new, before)
    assert summary(new, "M", before, after, dropped) == words


def test_the_panel_holds_what_it_says(studio: Studio, library: Library) -> None:
    ordering = studio._ordering
    builder = ordering.builder
    ordering.choose(TURBO.id)
    builder.fill({"multi_prompt": SIX, "duration": 6})
    ordering.choose(O3_PRO)
    assert (builder.duration, len(builder.multi_prompt)) == (15, 5)
    assert "The 6 shots became 5. The clip's length is 15 s now." in ordering.button.text
    assert builder.request.seconds == 15
