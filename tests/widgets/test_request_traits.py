"""The form's and the panel's traits: set, observed, linked, refused in words; one evaluation for all that read it."""

from __future__ import annotations

import json
import threading
from decimal import Decimal
from typing import Any

import ipywidgets as w  # type: ignore[import-untyped]  # ships no types
import pytest
import traitlets as t
from hypothesis import given
from hypothesis import strategies as st

from bench.calls import counted
from kling_widget import Builder, Element, Library, RequestError, Shot, Storyboard, Studio
from kling_widget.request import video_request
from kling_widget.request.acceptance import surely_taken
from kling_widget.request.catalog import O3_PRO, TOOL, bundled
from kling_widget.request.money import Micros
from kling_widget.store import Record
from kling_widget.widgets.builder.evaluation import Terms
from tests.made import a_take
from tests.patience import PATIENCE_S
from tests.requests import inputs_for

from ..patience import until
from .page import FOX, typed

IMAGE_MODEL = "kwaivgi/kling-video-o3-pro/image-to-video"
MODELS = [model for model in bundled() if model.kind != TOOL]


def test_a_form_stands_alone_and_gives_its_request() -> None:
    builder = Builder(model="O3 Pro", prompt=FOX, duration=10)
    assert (builder.price, builder.problems, builder.model) == (Decimal("1.12"), {}, O3_PRO)
    assert builder.request.inputs == {"prompt": FOX, "aspect_ratio": "16:9", "duration": 10, "sound": False}
    assert "$1.12 a take" in builder._controls.price.value
    assert repr(builder).startswith("<Builder: a form for a request to Kling O3 Pro")
    builder.prompt = ""
    assert list(builder.problems) == ["prompt"]
    with pytest.raises(RequestError, match="prompt"):
        _ = builder.request
    builder.close()


def test_what_is_set_stands_in_the_control_and_what_is_typed_in_the_trait() -> None:
    builder = Builder()
    heard: list[Any] = []
    builder.observe(lambda change: heard.append((change.name, change.new)), ["price", "duration"])
    builder.duration = 10
    assert builder._controls.by_name["duration"].value == 10
    builder._controls.by_name["sound"].value = True
    assert builder.sound is True
    assert heard == [("price", Decimal("1.12")), ("duration", 10), ("price", Decimal("1.4"))] or heard == [
        ("duration", 10),
        ("price", Decimal("1.12")),
        ("price", Decimal("1.4")),
    ]
    builder._controls.by_name["duration"].value = 99  # as a person may type
    assert (builder.duration, builder.price) == (99, None)
    assert "from 3 to 15" in builder.problems["duration"]
    builder.close()


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("duration", 99, "from 3 to 15; this is 99"),
        ("duration", "5", "the text '5'"),
        ("aspect_ratio", "4:3", "Choose 16:9, 9:16 or 1:1"),
        ("sound", "loud", "True or False"),
        ("prompt", "x" * 2501, "Shorten it by 1"),
        ("negative_prompt", "rain", "takes no 'negative_prompt'"),
        ("model", "V99", "no model 'V99'"),
        ("multi_prompt", 5, "list of Shot"),
        ("multi_prompt", [Shot("Wide", 9), Shot("Close", 9)], "from 3 to 15; this is 18"),
        ("element_list", ["Mara"], "list of Element"),
    ],
)
def test_what_the_model_does_not_take_is_refused_in_words_and_changes_nothing(
    name: str, value: Any, words: str
) -> None:
    builder = Builder(prompt=FOX)
    before = builder.values
    with pytest.raises(t.TraitError) as refused:
        setattr(builder, name, value)
    assert words in str(refused.value)
    assert builder.values == before
    builder.close()


def test_a_name_that_there_is_not_is_refused_with_the_one_that_was_meant(library: Library) -> None:
    for widget in (Builder, Studio):
        with pytest.raises(TypeError, match="Did you mean 'prompt'"):
            widget(promt="x")
    studio = Studio(library, practice=True)
    for panel in (studio, studio._builder):
        with pytest.raises(AttributeError, match="Did you mean 'prompt'"):
            panel.promt = "x"
    studio.close()


def test_shots_and_length_are_equal_whichever_is_set() -> None:
    builder = Builder()
    builder.multi_prompt = [Shot("Wide", 3), Shot("Close", 4)]
    assert (builder.duration, builder.problems) == (7, {})
    builder.duration = 14
    assert [shot["duration"] for shot in builder.multi_prompt] == [6, 8]
    assert sum(shot["duration"] for shot in builder.request.inputs["multi_prompt"]) == 14
    builder.element_list = [Element("7")]
    assert builder.request.inputs["element_list"] == [{"element_id": "7"}]
    builder.close()


def test_a_slider_and_the_length_lead_each_other() -> None:
    builder, slider = Builder(), w.IntSlider(value=8, min=3, max=15)
    linked = w.link((slider, "value"), (builder, "duration"))
    assert builder.duration == 8
    slider.value = 12
    assert builder.price == Decimal("1.344")
    builder._controls.by_name["duration"].value = 4
    assert slider.value == 4
    linked.unlink()
    in_the_page = w.jslink((slider, "value"), (builder, "duration"))
    builder.set_state({"duration": 9})  # what the page's link sends
    assert builder._controls.by_name["duration"].value == 9
    in_the_page.close()
    builder.close()


def test_a_page_that_sets_what_is_refused_is_set_back() -> None:
    builder = Builder()
    sent: list[Any] = []
    builder.send_state = lambda key=None: sent.append(key)
    with pytest.raises(t.TraitError, match="this is 99"):
        builder.set_state({"duration": 99})
    assert sent[-1] == ["duration"]
    assert builder.duration == 5


def test_another_model_brings_its_own_inputs() -> None:
    builder = Builder(model=IMAGE_MODEL, prompt=FOX)
    assert builder.problems == {"image": "This is needed."}
    builder.image = "https://pictures.example/fox.png"
    assert builder.request.inputs["image"] == "https://pictures.example/fox.png"
    builder.model = "V3 Pro"
    builder.negative_prompt, builder.cfg_scale = "rain", 0.7
    assert builder.request.inputs["negative_prompt"] == "rain"
    builder.close()


def test_the_panels_traits_are_the_builders(studio: Studio) -> None:
    heard: list[Any] = []
    studio.observe(lambda change: heard.append(change.new), "price")
    studio.prompt, studio.duration = FOX, 10
    assert studio._builder.values["prompt"] == FOX
    typed(studio, sound=True)
    assert (studio.sound, studio.price, heard) == (True, Decimal("1.4"), [Decimal("1.12"), Decimal("1.4")])
    studio.model = "V3 Pro"
    assert studio._header.model == studio.model == "kwaivgi/kling-v3.0-pro/text-to-video"
    with pytest.raises(t.TraitError, match="from 3 to 15"):
        studio.duration = 99
    state = json.loads(json.dumps(studio.get_state(), default=str))
    assert (state["price"], state["prompt"]) == (str(studio.price), FOX)
    assert repr(studio).startswith("<Studio: a panel to make clips · V3 Pro")


def two_takes_of_which_the_first_is_shown(studio: Studio, library: Library) -> tuple[Record, Record]:
    """Two takes that are done when the panel hears of them: what is on its screen stays."""
    first = a_take(library.folder, "First", at=1_790_000_000_000)
    until(lambda: [take.id for take in studio.selected] == [first.id])
    return first, a_take(library.folder, "Second", at=1_790_000_000_001)


def test_the_takes_on_the_screen_are_set_and_observed(studio: Studio, library: Library) -> None:
    first, second = two_takes_of_which_the_first_is_shown(studio, library)
    studio.selected = [first.id, library.take(second.id)]
    until(lambda: [shown["id"] for shown in studio._screen.clips] == [first.id, second.id])
    assert [take.id for take in studio.selected] == [first.id, second.id]
    assert studio.get_state("selected")["selected"] == [first.id, second.id]
    studio.arrangement = "wipe"
    assert studio._screen.arrangement == "wipe"
    for name, value in (("selected", ["t0"]), ("arrangement", "pile")):
        with pytest.raises(t.TraitError):
            setattr(studio, name, value)


def test_a_panel_that_shows_itself_while_takes_are_chosen_leaves_the_choice_alone(
    studio: Studio, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = two_takes_of_which_the_first_is_shown(studio, library)
    heard: list[list[str]] = []
    studio.observe(lambda change: heard.append([take.id for take in change.new]), "selected")
    choose, waiting = studio._choose_takes, list[list[str]]()
    monkeypatch.setattr(studio, "_choose_takes", waiting.append)  # it waits for the engine's thread, which shows
    studio.selected = [first.id, second.id]
    studio._refresh()
    choose(*waiting)
    until(lambda: [shown["id"] for shown in studio._screen.clips] == [first.id, second.id])
    assert heard == [[first.id, second.id]]


def test_a_storyboard_stands_alone() -> None:
    board = Storyboard()
    heard: list[Any] = []
    board.observe(lambda change: heard.append(change.new), "value")
    board.value = [{"prompt": "Wide", "duration": 3}]
    assert heard == [[{"prompt": "Wide", "duration": 3}]]
    board.close()


def test_a_changed_field_is_thought_through_once(studio: Studio) -> None:
    done = threading.Event()

    def wait() -> None:
        done.wait(PATIENCE_S)

    studio.library._gateway.engine.soon(wait)  # what follows later waits meanwhile
    typed(studio, prompt=FOX)
    control = studio._builder._controls.by_name["sound"]
    calls = counted(lambda: control.set_state({"value": True}))
    done.set()
    assert studio.price == Decimal("0.7")
    assert calls.own.total() <= 100
    assert len({file for file, _ in calls.own}) <= 6


@given(st.data())
def test_a_quick_yes_is_never_wrong_and_good_requests_get_it(data: st.DataObject) -> None:
    model = data.draw(st.sampled_from(MODELS))
    asked = video_request.as_inputs(data.draw(inputs_for(model)))
    name = data.draw(st.sampled_from(sorted(model.fields)))
    odd: dict[str, Any] = data.draw(
        st.one_of(
            st.just({}),
            st.builds(lambda value: {name: value}, st.one_of(st.integers(-3, 99), st.text(max_size=4), st.booleans())),
        )
    )
    sent = {**asked, **odd}
    if surely_taken(model, sent):
        assert video_request._problems(model, sent) == ()


def test_what_a_form_begins_with_and_a_prompt_need_no_closer_look() -> None:
    for model in MODELS:
        if "image" not in model.schema.get("required", ()) and "video" not in model.schema.get("required", ()):
            builder = Builder(model=model.id, prompt=FOX)
            assert surely_taken(model, builder.evaluation.inputs), model.id
            builder.close()


class Elsewhere:
    """Another thread, such as JupyterLab's subshell, which takes what the page sends next in the midst of a change."""

    def __init__(self, *messages: tuple[Any, Any]) -> None:
        self._messages = messages

    def __call__(self, _change: object) -> None:
        messages, self._messages = self._messages, ()

        def take() -> None:
            for control, value in messages:
                control.set_state({"value": value})

        thread = threading.Thread(target=take)
        thread.start()
        thread.join(PATIENCE_S)


SHOTS = [{"prompt": "Wide", "duration": 4}, {"prompt": "Close", "duration": 6}]
LATER = [{"prompt": "Wide", "duration": 6}, {"prompt": "Close", "duration": 8}]


@pytest.mark.parametrize("between", ["duration", "price", "multi_prompt"])
def test_what_a_page_sends_to_two_threads_is_not_set_back_by_the_slower_one(between: str) -> None:
    builder = Builder(multi_prompt=SHOTS)
    controls = builder._controls.by_name
    builder.observe(Elsewhere((controls["duration"], 14), (controls["multi_prompt"], LATER)), between)
    controls["duration"].set_state({"value": 15})
    assert (controls["duration"].value, controls["multi_prompt"].value) == (14, LATER)
    assert (builder.duration, builder.multi_prompt, builder.price) == (14, LATER, Decimal("1.568"))
    builder.close()


@pytest.mark.parametrize("between", ["duration", "price", "prompt"])
def test_a_panel_that_hears_from_two_threads_holds_what_was_typed_last(studio: Studio, between: str) -> None:
    controls = studio._builder._controls.by_name
    studio.observe(Elsewhere((controls["prompt"], f"{FOX} at dusk"), (controls["duration"], 8)), between)
    for name, value in (("prompt", FOX), ("duration", 12)):
        controls[name].set_state({"value": value})
    held = ("prompt", "duration")
    assert {name: controls[name].value for name in held} == {name: getattr(studio, name) for name in held}
    assert {name: getattr(studio._builder, name) for name in held} == {name: getattr(studio, name) for name in held}
    assert studio.duration == (12 if between == "prompt" else 8)


def test_new_terms_meanwhile_leave_what_is_typed_alone() -> None:
    builder = Builder(prompt=FOX)
    prompt = builder._controls.by_name["prompt"]
    evaluated = threading.Event()

    def set_terms(_change: object) -> None:
        other = threading.Thread(target=lambda: builder.set_terms(Terms(balance=Micros(1))))
        other.start()
        other.join(PATIENCE_S)
        evaluated.set()

    builder.observe(set_terms, "prompt")
    prompt.set_state({"value": f"{FOX}, slowly"})
    assert evaluated.is_set()
    assert builder.prompt == prompt.value == f"{FOX}, slowly"
    assert builder.evaluation.shortage
    builder.close()


def test_who_observes_an_input_may_set_another_one() -> None:
    builder = Builder(prompt=FOX)
    builder.observe(lambda change: setattr(builder, "sound", change.new > 5), "duration")
    builder._controls.by_name["duration"].set_state({"value": 8})
    assert (builder.sound, builder._controls.by_name["sound"].value) == (True, True)
    builder.observe(lambda _change: setattr(builder, "duration", 4), "sound")
    builder._controls.by_name["duration"].set_state({"value": 5})
    assert (builder.duration, builder.sound, builder._controls.by_name["duration"].value) == (4, False, 4)
    builder.close()
