"""What a form keeps when another model is chosen: what that model takes, and the rest is named."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...request.catalog import Model
from ...request.storyboard import suit
from ...request.video_request import problems
from ...text import is_blank
from .evaluation import BOTH, Values, inputs
from .form import defaults, from_inputs
from .offer import offer


def carried(old: Model, new: Model, values: Values) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Carry the values of a form over to another model.

    Parameters
    ----------
    old, new
        The models.
    values
        What the controls hold for the old one.

    Returns
    -------
    values
        What the controls hold for the new one: nothing in them is refused but what still has to be written or given.
        Lengths move to the nearest that is offered, and shots with them.
    dropped
        Inputs that were set and are not there any more, or not whole.
    """
    given = {name: value for name, value in values.items() if name != BOTH and value != defaults(old).get(name)}
    kept, dropped = {}, []
    for name, value in given.items():
        if name in new.fields:
            kept[name] = value
        else:
            dropped.append(name)
    if "duration" in kept:
        kept["duration"] = _nearest(new, kept["duration"])
    if not _carry_shots(new, kept):
        dropped.append("multi_prompt")
    fresh, refused = from_inputs(new, kept)
    board = offer(new).board
    fresh[BOTH] = bool(values.get(BOTH) and board and board.offers_both)
    dropped += refused
    for name in new.fields:
        if name in kept and name not in refused and (value := _taken(new, fresh, name)) != fresh[name]:
            fresh[name] = value
            dropped.append(name)
    return fresh, tuple(dict.fromkeys(dropped))


def summary(model: Model, name: str, before: Values, after: Values, dropped: tuple[str, ...]) -> str:
    """Say what became of a form's values when a model, called ``name``, was chosen; empty if nothing did."""
    cut = [one for one in dropped if one in model.fields and after.get(one) != defaults(model).get(one)]
    gone = [one for one in dropped if one not in cut]
    sentences = [f"{name} takes no {', '.join(gone)}: dropped."] if gone else []
    sentences += [f"{name} takes less of {', '.join(cut)}: what is too much was dropped."] if cut else []
    old, new = len(before.get("multi_prompt") or ()), len(after.get("multi_prompt") or ())
    if new and old != new:
        sentences.append(f"The {old} shots became {new}.")
    if "duration" in model.fields and (seconds := after.get("duration")) != before.get("duration"):
        sentences.append(f"The clip's length is {seconds} s now.")
    return " ".join(sentences)


def _carry_shots(new: Model, kept: dict[str, Any]) -> bool:
    """Give shots, and the clip with them, the lengths that the model takes. False if words were lost."""
    board, shots = offer(new).board, kept.get("multi_prompt")
    if not shots or not board:
        return True
    kept["multi_prompt"], whole = suit(shots, kept.get("duration", defaults(new)["duration"]), board)
    kept["duration"] = sum(shot["duration"] for shot in kept["multi_prompt"])
    return whole


def _taken(model: Model, values: Mapping[str, Any], name: str) -> Any:
    """As much of a value as the model takes; what a person has still to write is left as it is."""
    value, default = values[name], defaults(model)[name]
    if name == "multi_prompt" or (name == "prompt" and is_blank(value)):
        return value
    while value != default and _refused(model, {**values, name: value}, name):
        value = _less(model, name, value, default)
    return value


def _less(model: Model, name: str, value: Any, default: Any) -> Any:
    """Shorten a value that is refused: texts to what is read of them, lists by their last; nothing else has less."""
    if isinstance(value, list) and len(value) > 1:
        return value[:-1]
    longest = model.fields[name].get("maxLength")
    if isinstance(value, str) and longest is not None and len(value) > longest:
        return value[:longest]
    return default


def _refused(model: Model, values: Values, name: str) -> bool:
    return any(problem.field == name for problem in problems(model, inputs(model, values)))


def _nearest(model: Model, seconds: Any) -> int:
    if not isinstance(seconds, (int, float)) or isinstance(seconds, bool):
        return int(defaults(model)["duration"])
    offered = model.fields.get("duration", {}).get("enum")
    low, high = offer(model).seconds
    return int(min(offered, key=lambda one: abs(one - seconds))) if offered else min(max(round(seconds), low), high)
