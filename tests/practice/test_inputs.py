"""Every model takes what it is documented to take, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from kling_widget.practice import PracticeServer
from kling_widget.request.catalog import bundled

from .conftest import O3, Caller

SAMPLES: dict[str, Any] = {
    "prompt": "a fox", "image": "http://x/a.png", "video": "http://x/v.mp4", "text": "a fox", "name": "Mara",
    "description": "a woman", "element_refer_list": ["http://x/a.png"],
}  # fmt: skip

SHOT = {"prompt": "wide", "duration": 3}

VIDEO_MODELS = [model.id for model in bundled() if model.kind != "tool"]


@pytest.fixture(scope="module")
def call(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caller]:
    # An hour until anything is done: nothing here waits for a clip.
    with PracticeServer(tmp_path_factory.mktemp("ledger"), median=3600, balance=10_000, scale=0.2) as server:
        yield Caller(server)


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caller]:
    with PracticeServer(tmp_path_factory.mktemp("strict"), median=3600, strict=True, scale=0.2) as server:
        yield Caller(server)


def least(model: str) -> dict[str, Any]:
    """The least that a model takes."""
    required = bundled()[model].schema.get("required", [])
    return {name: SAMPLES[name] for name in required} or {"prompt": SAMPLES["prompt"]}


@pytest.mark.parametrize("model", [model.id for model in bundled()])
def test_every_model_takes_its_least_and_charges_its_price(call: Caller, model: str) -> None:
    before = call.server.service.balance()
    data = call.submit(model, **least(model)).json()["data"]
    assert data["model"] == model
    assert before - call.server.service.balance() == bundled()[model].estimate(least(model))


@pytest.mark.parametrize("model", [model.id for model in bundled()])
def test_every_model_misses_what_it_requires(call: Caller, model: str) -> None:
    for name in least(model):
        inputs = {key: value for key, value in least(model).items() if key != name}
        answer = call("POST", model, json=inputs)
        assert answer.status_code == 400, (model, name)
        assert answer.json()["error_code"] == 1400


@pytest.mark.parametrize("model", VIDEO_MODELS)
@pytest.mark.parametrize(
    "wrong",
    [{"prompt": 5}, {"prompt": "x" * 2501}, {"duration": "5"}, {"duration": 2}, {"duration": 16}, {"duration": 5.5},
     {"aspect_ratio": "4:3"}, {"sound": "yes"}, {"shot_type": "other"}, {"element_list": [{"element_id": 5}]},
     {"element_list": [{"element_id": str(i)} for i in range(4)]}, {"multi_prompt": []},
     {"multi_prompt": [SHOT] * 7, "duration": 5}, {"multi_prompt": [{"prompt": "x" * 513, "duration": 5}]},
     {"cfg_scale": 1.1}, {"prompt": None}],
    ids=lambda wrong: ",".join(wrong),
)  # fmt: skip
def test_what_a_model_does_not_take_is_refused(call: Caller, model: str, wrong: dict[str, Any]) -> None:
    known = set(bundled()[model].fields)
    answer = call.submit(model, **{**least(model), **wrong})
    if known.issuperset(wrong) or None in wrong.values():
        assert answer.status_code == 400
        assert answer.json()["error_code"] == 1401
        assert next(iter(wrong)) in answer.json()["message"]
    else:  # not one of its inputs: silently dropped, as the service does
        assert answer.status_code == 200


def test_a_storyboard_lasts_as_long_as_the_clip(call: Caller) -> None:
    assert call.submit(multi_prompt=[SHOT, SHOT], duration=6).status_code == 200
    answer = call.submit(multi_prompt=[SHOT, SHOT], duration=7)
    assert "its shots last 6 s, duration is 7 s" in answer.json()["message"]


def test_turbo_takes_a_prompt_or_a_storyboard_not_both(call: Caller) -> None:
    turbo = "kwaivgi/kling-v3-turbo-std/text-to-video"
    board = {"multi_prompt": [{"prompt": "wide", "duration": 1}, {"prompt": "close", "duration": 4}], "duration": 5}
    assert call.submit(turbo, **board).status_code == 200
    answer = call.submit(turbo, prompt="a fox", **board)
    assert answer.json()["message"].endswith("can't be used together")


def test_unknown_keys_are_dropped_and_remembered_or_refused_when_strict(call: Caller, strict: Caller) -> None:
    inputs = {"prompt": "a fox", "duraton": 10, "seed": 7}
    task = call.task(**inputs)
    kept = call.server.ledger.task(task)
    assert kept is not None
    assert kept.dropped == ("duraton", "seed")
    assert kept.price == 560_000  # five seconds: the misspelt ten were never heard
    answer = strict.submit(O3, **inputs)
    assert answer.status_code == 400
    assert "duraton" in answer.json()["message"]


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b'"x"', b"null", b"[" * 100_000])
def test_a_body_that_is_no_object_is_refused(call: Caller, body: bytes) -> None:
    assert call("POST", O3, data=body).status_code == 400
