"""What the builder's controls hold: a model's defaults, a take's inputs, a draft and its final; no widget is needed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ... import urls
from ...errors import KlingError, Problem, RequestError
from ...request import model_names
from ...request.catalog import TOOL, Catalog, Model
from ...request.storyboard import fit
from ...request.video_request import VideoRequest, as_inputs
from .evaluation import BOTH, Values, evaluate
from .offer import Extra, Offer, offer

EXAMPLES = (
    "A red fox crosses fresh snow at dawn, handheld camera follows at eye level, breath in the cold air",
    "Neon rain in a narrow market street, slow dolly in, wet asphalt mirrors the signs, 35 mm, melancholy",
    "A lighthouse above a stormy sea, drone orbits to the right, low sun breaks through the clouds",
)
"""Prompts to begin with: a subject, a camera, a light."""


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


def clip_model(name: str, catalog: Catalog) -> Model:
    """Return a model that makes clips, as a person names it. Raises ``RequestError`` where there is none."""
    found = model_names.find(name, catalog)
    if found.kind == TOOL:
        raise model_names.no_clips(found.name)
    return found


def accepted(model: Model, values: Values, name: str, value: Any) -> Any:
    """Return an input's new value as its control holds it.

    Parameters
    ----------
    model
        The model.
    values
        What the controls hold now, by field.
    name, value
        The input, and what was set in code; None for the service's default.

    Raises
    ------
    RequestError
        If the model does not take the input, or not so. What is only missing yet, as an empty prompt, is taken.
    """
    if name not in model.fields:
        if value is None:
            return None
        raise RequestError([Problem(name, model_names.unknown_input(name, model))])
    plain = as_inputs({name: value}).get(name)
    if plain is None:
        return defaults(model)[name]
    if plain == "" or (name == "prompt" and isinstance(plain, str) and not plain.strip()):
        return plain
    if name in _ITEMS and not _offered(name, plain, offer(model)):
        items = "Shot or {prompt, duration}" if name == "multi_prompt" else "Element or {element_id}"
        raise RequestError([Problem(name, f"{name}: It takes a list of {items}; this is {value!r}.")])
    alone: dict[str, Any] = (
        {} if name == "element_list" else {"multi_prompt": []}
    )  # the shots have their own say on prompt and length
    length = {"duration": sum(shot["duration"] for shot in plain)} if name == "multi_prompt" else {}
    trial = [{**shot, "prompt": shot["prompt"] or "…"} for shot in plain] if name == "multi_prompt" else plain
    found = evaluate(model, {**values, **alone, **length, name: trial}).problems
    wrong = next((problem for problem in found if problem.field == name or problem.field in length), None)
    slots = {slot.name for slot in offer(model).slots}
    if wrong is None and name in slots and not all(map(urls.is_input, plain if isinstance(plain, list) else [plain])):
        wrong = Problem(name, urls.INPUT_REFUSED)
    if wrong is None and name not in slots and not fits(model, name, plain):
        wrong = Problem(name, f"There is no control for {value!r}.")
    if wrong is not None:
        raise RequestError([Problem(name, f"{name}: {wrong.message}")])
    return plain


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
        has_control = name in values and name != BOTH and (name in model.fields or value == values[name])
        if not has_control or not _offered(name, value, found):
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
