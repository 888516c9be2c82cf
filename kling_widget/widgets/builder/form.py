"""What the builder's controls mean: values -> inputs -> problems and prices. No widget is needed to ask."""

from __future__ import annotations

import json
from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import Any

from ...errors import KlingError, Problem
from ...request.catalog import Catalog, Model
from ...request.money import ZERO, Micros, dollars
from ...request.storyboard import fit
from ...request.video_request import VideoRequest, as_inputs, problems
from .offer import Extra, Offer, offer

FIELDS = ("prompt", "element_list", "multi_prompt", "aspect_ratio", "duration", "sound")
"""The inputs with a control of their own, from top to bottom, by the API's own names."""

BOTH = "both"
"""The one value that is no input: whether the prompt is sent beside the shots."""

BATCHES = (1, 4)
"""How many takes one click can ask for."""

EXAMPLES = (
    "A red fox crosses fresh snow at dawn, handheld camera follows at eye level, breath in the cold air",
    "Neon rain in a narrow market street, slow dolly in, wet asphalt mirrors the signs, 35 mm, melancholy",
    "A lighthouse above a stormy sea, drone orbits to the right, low sun breaks through the clouds",
)
"""Prompts to begin with: a subject, a camera, a light."""

Values = Mapping[str, Any]
"""What the controls hold, by field."""


@dataclass(frozen=True)
class Check:
    """What the controls come to.

    Attributes
    ----------
    inputs
        Exactly what would be sent.
    problems
        What has to change first, one a field.
    prices
        Number of takes -> what they are thought to cost, in micro-dollars.
    """

    inputs: Mapping[str, Any]
    problems: tuple[Problem, ...]
    prices: Mapping[int, Micros]


@dataclass(frozen=True)
class Asking:
    """When a click is asked about once more before money is spent.

    Attributes
    ----------
    live
        Whether takes cost money: for play money nobody is asked.
    above
        A sum, in micro-dollars, that is spent without being asked about.
    """

    live: bool = False
    above: Micros = ZERO

    def of(self, takes: int, price: Micros) -> bool:
        """Whether so many takes for so much are asked about."""
        return self.live and (takes > 1 or price > self.above)


def defaults(model: Model) -> dict[str, Any]:
    """What the controls hold to begin with: the service's own defaults."""
    found = offer(model)
    values: dict[str, Any] = {
        "prompt": "",
        "element_list": [],
        "multi_prompt": [],
        "aspect_ratio": found.shapes[0],
        "duration": min(max(5, found.seconds[0]), found.seconds[1]),
        "sound": False,
    }
    values.update({name: given for name in values if (given := model.default(name)) is not None})
    values.update({slot.name: [] if slot.most > 1 else "" for slot in found.slots})
    values.update({extra.name: extra.default for extra in found.extras})
    return {**values, BOTH: False}


def inputs(model: Model, values: Values) -> dict[str, Any]:
    """What these values would send.

    Shape, length and sound are sent as they are shown, defaults too: what a person saw is what was asked for, whatever
    the service's defaults become. What else stands at its default is left out.
    """
    found = offer(model)
    given = {name: values[name] for name in FIELDS if name in values and name in model.fields}
    given.update({slot.name: values[slot.name] for slot in found.slots if values.get(slot.name)})
    for extra in found.extras:
        value = values.get(extra.name, extra.default)
        needed = extra.name in model.schema.get("required", ())
        if value not in ("", None) and (needed or not _same(value, extra.default)):
            given[extra.name] = _from_json(value) if extra.kind == "json" else value
    if given.get("multi_prompt") and not (values.get(BOTH) and found.board and found.board.offers_both):
        given.pop("prompt", None)  # by Kling's own rule the shots stand in its place
    if given.get("prompt") == "":
        del given["prompt"]
    return as_inputs(given)


def prices(model: Model, values: Values) -> dict[int, Micros]:
    """Number of takes -> what they are thought to cost, in micro-dollars. Validates nothing: cheap at any time."""
    price = model.estimate(inputs(model, values))
    return {n: Micros(n * price) for n in BATCHES}


def price_tags(model: Model, values: Values, asking: Asking = Asking()) -> list[dict[str, Any]]:
    """What the button can be set to: ``takes``, ``price``, whether it ``asks``. An impossible length has no price."""
    low, high = offer(model).seconds
    seconds = values.get("duration", 5) if "duration" in model.fields else low
    known = isinstance(seconds, int) and low <= seconds <= high
    return [
        {"takes": n, "price": dollars(p) if known else "–", "asks": asking.of(n, p)}
        for n, p in prices(model, values).items()
    ]


def tariff(model: Model, asking: Asking = Asking()) -> dict[str, dict[str, dict[str, Any]]]:
    """All prices of a model, for a page that must not wait for a kernel: ``"10 sound"`` -> number of takes -> tag."""
    low, high = offer(model).seconds
    choices = [(n, sound) for n in range(low, high + 1) for sound in (False, True)]
    return {
        f"{n} sound" if sound else str(n): {
            str(tag["takes"]): tag for tag in price_tags(model, {"duration": n, "sound": sound}, asking)
        }
        for n, sound in choices
    }


def check(model: Model, values: Values) -> Check:
    """Say what these values come to: what would be sent, what is wrong with it, what it costs."""
    sent = inputs(model, values)
    return Check(sent, problems(model, sent), prices(model, values))


def standing(found: tuple[Problem, ...], touched: Set[str], shown: tuple[str, ...] = FIELDS) -> dict[str, str]:
    """Problems to show now, by the field to show them at.

    A control that nobody touched yet is not complained about. What has no control of its own stands under ``""`` and is
    always shown, with its name.
    """
    said: dict[str, str] = {}
    for problem in found:
        if problem.field in shown:
            if problem.field in touched:
                said[problem.field] = problem.message
        else:
            said[""] = f"{said.get('', '')} {problem.field}: {problem.message}".strip()
    return said


def counter(prompt: str, letters: int) -> tuple[str, bool]:
    """How much of the prompt's room is used, ``"61 / 2,500"``, and whether it is too much."""
    return f"{len(prompt):,} / {letters:,}", len(prompt) > letters


def from_inputs(model: Model, made_of: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Turn a request's inputs back into what the controls hold.

    Returns
    -------
    values
        A value for each control; the service's default where the request set none, or what the model does not offer.
    left_out
        Inputs that the model does not take, or not so, and that a new take would not have.
    """
    values, left_out, found = defaults(model), [], offer(model)
    extras = {extra.name: extra for extra in found.extras}
    for name, value in as_inputs(made_of).items():
        known = name in values and name != BOTH and (name in model.fields or value == values[name])
        if not known or not _offered(name, value, found):
            left_out.append(name)
        elif name in extras and extras[name].kind == "json":
            values[name] = json.dumps(value, ensure_ascii=False)
        else:
            values[name] = value
    values[BOTH] = bool(values["prompt"] and values["multi_prompt"] and found.board and found.board.offers_both)
    return values, tuple(left_out)


def draft(model: Model) -> dict[str, Any]:
    """The cheapest clip of a model, to try a prompt with: the shortest, and silent."""
    return {"duration": offer(model).seconds[0], "sound": False}


def is_draft(model: Model, made_of: Mapping[str, Any]) -> bool:
    """Whether these inputs are those of a model's cheapest clip."""
    cheapest = draft(model)
    return all(made_of.get(name, model.default(name)) == cheapest[name] for name in cheapest if name in model.fields)


def meant(model: Model, made_of: Mapping[str, Any], final: Mapping[str, Any]) -> dict[str, Any] | None:
    """What the final of these inputs has otherwise, to be kept with the take; None where they are no draft of it."""
    wanted = {name: value for name, value in final.items() if name in model.fields}
    same = all(made_of.get(name, model.default(name)) == value for name, value in wanted.items())
    return wanted if is_draft(model, made_of) and not same else None


def promoted(
    model: Model, made_of: Mapping[str, Any], final: Mapping[str, Any], catalog: Catalog | None = None
) -> VideoRequest | None:
    """The request for the final of a draft; None where these inputs are no draft, or the model would not take it."""
    cheapest = draft(model)
    if not is_draft(model, made_of):
        return None
    wanted = {**made_of, **{name: value for name, value in final.items() if name in model.fields}}
    found = offer(model).board
    if wanted.get("multi_prompt") and found:
        wanted["multi_prompt"] = fit(wanted["multi_prompt"], wanted["duration"], shortest=found.shortest)
    if wanted == {**made_of, **{name: cheapest[name] for name in final if name in model.fields}}:
        return None
    try:
        return VideoRequest(model=model.id, catalog=catalog, **wanted)
    except (KlingError, TypeError):  # TypeError: the model no longer takes what the draft was made of
        return None


def fits(model: Model, name: str, value: Any) -> bool:
    """Whether the control of an input can show a value, of whatever type it is."""
    found = offer(model)
    extra = next((one for one in found.extras if one.name == name), None)
    if extra is not None:
        return isinstance(value, str) if extra.kind == "json" else _fits(extra, value)
    if name in ("sound", BOTH):
        return isinstance(value, bool)
    if name == "duration":
        low, high = found.seconds
        return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
    return (
        isinstance(value, list) and _offered(name, value, found)
        if name in _ITEMS
        else (isinstance(value, str) and _offered(name, value, found))
    )


def _offered(name: str, value: Any, found: Offer) -> bool:
    """Whether a control can show the value at all; whether the model takes it is said beside the control."""
    if name == "aspect_ratio":
        return value in found.shapes
    if name in _ITEMS:
        return isinstance(value, list) and all(_has(item, _ITEMS[name]) for item in value)
    extra = next((one for one in found.extras if one.name == name), None)
    return extra is None or _fits(extra, value)


def _fits(extra: Extra, value: Any) -> bool:
    if extra.kind == "choice":
        return value in [option for option, _ in extra.options]
    if extra.kind == "switch":
        return isinstance(value, bool)
    if extra.kind == "number":
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return extra.kind == "json" or isinstance(value, str)


_ITEMS: Mapping[str, Mapping[str, type]] = {
    "multi_prompt": {"prompt": str, "duration": int},
    "element_list": {"element_id": str},
}
"""What a shot and an element must have for their controls to show them."""


def _has(item: Any, kinds: Mapping[str, type]) -> bool:
    return isinstance(item, Mapping) and all(
        isinstance(item.get(name), kind) and not isinstance(item.get(name), bool) for name, kind in kinds.items()
    )


def _same(one: Any, other: Any) -> bool:
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)


def _from_json(value: Any) -> Any:
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return value  # the model refuses it, and says so beside the control
