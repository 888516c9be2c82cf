"""What the builder's controls mean: values -> inputs -> problems and prices. No widget is needed to ask."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import Any

from ..catalog import Model
from ..errors import Problem
from ..money import Micros, dollars
from ..request import as_inputs, problems

FIELDS = ("prompt", "aspect_ratio", "duration", "sound")
"""The inputs that the builder has a control for, from top to bottom, by the API's own names."""


QUICK_SECONDS = (5, 10)
"""Lengths with a button of their own: those that the vendor's page prices, in seconds."""

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
class Limits:
    """What a model lets a person choose.

    Attributes
    ----------
    fields
        Which of the builder's controls it has a use for.
    shapes
        Its aspect ratios, in its own order.
    seconds
        The shortest and the longest clip, in seconds.
    quick
        Lengths with a button of their own.
    letters
        How many characters of prompt it reads.
    """

    fields: tuple[str, ...]
    shapes: tuple[str, ...]
    seconds: tuple[int, int]
    quick: tuple[int, ...]
    letters: int


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


def limits(model: Model) -> Limits:
    """Read off the schema what a model lets a person choose."""
    duration = model.fields.get("duration", {})
    offered = duration.get("enum") or (duration.get("minimum", 3), duration.get("maximum", 15))
    low, high = min(offered), max(offered)
    return Limits(
        fields=tuple(name for name in FIELDS if name in model.fields),
        shapes=tuple(model.fields.get("aspect_ratio", {}).get("enum", ("16:9", "9:16", "1:1"))),
        seconds=(low, high),
        quick=tuple(n for n in QUICK_SECONDS if low <= n <= high),
        letters=int(model.fields.get("prompt", {}).get("maxLength", 2500)),
    )


def defaults(model: Model) -> dict[str, Any]:
    """What the controls hold to begin with: the service's own defaults."""
    fallback = {"prompt": "", "aspect_ratio": limits(model).shapes[0], "duration": 5, "sound": False}
    return {name: fallback[name] if model.default(name) is None else model.default(name) for name in FIELDS}


def inputs(model: Model, values: Values) -> dict[str, Any]:
    """What these values would send.

    All that a control shows is sent, defaults too: what a person saw is what was asked for, whatever the service's
    defaults become.
    """
    given = {name: values[name] for name in FIELDS if name in values and name in model.fields}
    if given.get("prompt") == "":
        del given["prompt"]
    return as_inputs(given)


def prices(model: Model, values: Values) -> dict[int, Micros]:
    """Number of takes -> what they are thought to cost, in micro-dollars. Validates nothing: cheap at any time."""
    price = model.estimate(inputs(model, values))
    return {n: Micros(n * price) for n in BATCHES}


def price_tags(model: Model, values: Values) -> list[dict[str, Any]]:
    """What the button can be set to, ``takes`` and ``price`` each; no price for a length that is not to be had."""
    (low, high), seconds = limits(model).seconds, inputs(model, values).get("duration", 5)
    known = isinstance(seconds, int) and low <= seconds <= high
    return [{"takes": n, "price": dollars(p) if known else "–"} for n, p in prices(model, values).items()]


def tariff(model: Model) -> dict[str, dict[str, str]]:
    """All prices of a model, for a page that must not wait for a kernel: ``"10 sound"`` -> number of takes -> price."""
    low, high = limits(model).seconds
    choices = [(n, sound) for n in range(low, high + 1) for sound in (False, True)]
    return {
        f"{n} sound" if sound else str(n): {
            str(tag["takes"]): tag["price"] for tag in price_tags(model, {"duration": n, "sound": sound})
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
    """Turn a take's inputs back into what the controls hold.

    Returns
    -------
    values
        A value for each control; the service's default where the take set none.
    left_out
        Inputs of the take that the builder has no control for, and that a new take would not have.
    """
    values = defaults(model)
    values.update({name: made_of[name] for name in FIELDS if name in made_of and name in model.fields})
    if values["aspect_ratio"] not in limits(model).shapes:
        values["aspect_ratio"] = limits(model).shapes[0]
    return values, tuple(name for name in made_of if name not in FIELDS or name not in model.fields)
