"""A request: a model and its inputs, validated before anything is sent."""

from __future__ import annotations

import copy
import json
import numbers
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ..errors import Problem, RequestError, UnknownInput
from ..text import flaw, is_blank, mended
from .acceptance import surely_taken
from .catalog import O3_PRO, TOOL, Catalog, Inputs, Model, ModelId, bundled
from .code import call
from .model_names import find, unknown_input
from .money import Micros, in_dollars
from .schema import Fault, faults


@dataclass(frozen=True)
class Shot:
    """One shot of a storyboard: its prompt, and its length in whole seconds.

    Examples
    --------
    >>> VideoRequest(multi_prompt=[Shot("Wide, dusk", 4), Shot("Close-up", 6)], duration=10)
    """

    prompt: str
    duration: int

    def payload(self) -> dict[str, Any]:
        """Return it as the API takes it."""
        return {"prompt": self.prompt, "duration": self.duration}


@dataclass(frozen=True)
class Element:
    """A person or thing by its id on the service. Ids exceed 2**53, so they are always strings."""

    element_id: str

    def payload(self) -> dict[str, Any]:
        """Return it as the API takes it."""
        return {"element_id": self.element_id}


class VideoRequest:
    """A model and its inputs. Only inputs that are set are sent; for the others the service has defaults.

    Parameters
    ----------
    prompt
        What happens in the clip; at most 2,500 characters on O3 (Kling's own limit).
    model
        A model of the catalog, by its name (``"O3 Pro"``, ``"V3 Turbo Pro"``) or its id on the service; default O3 Pro
        text-to-video. ``Library.models`` lists them.
    aspect_ratio
        ``"16:9"`` (default), ``"9:16"`` or ``"1:1"``.
    duration
        Length in whole seconds, 3 to 15 on O3; default 5.
    sound
        Add sound; default False. Costs a quarter more.
    shot_type
        ``"customize"`` (default) or ``"intelligent"``.
    multi_prompt
        A storyboard of at most six shots whose seconds add up to ``duration``.
    element_list
        At most three elements.
    catalog
        The models to choose from; default the bundled catalog.
    **inputs
        Inputs that only other models take (``negative_prompt``, ``cfg_scale``, ``image``, …).

    Raises
    ------
    UnknownInput
        If the model has no input of that name; a ``TypeError`` too. The message suggests what may be meant.
    RequestError
        If there is no such model, or the model does not take a value. Each problem names its field.

    Examples
    --------
    >>> request = VideoRequest("A red fox in snow", duration=5)
    >>> request.estimate
    Decimal('0.56')
    """

    __slots__ = ("_catalog", "_inputs", "_model")

    def __init__(
        self,
        prompt: str | None = None,
        *,
        model: str = O3_PRO,
        aspect_ratio: str | None = None,
        duration: int | None = None,
        sound: bool | None = None,
        shot_type: str | None = None,
        multi_prompt: Iterable[Shot | Mapping[str, Any]] | None = None,
        element_list: Iterable[Element | Mapping[str, Any]] | None = None,
        catalog: Catalog | None = None,
        **inputs: Any,
    ) -> None:
        given = {
            "prompt": prompt,
            "aspect_ratio": aspect_ratio,
            "duration": duration,
            "sound": sound,
            "shot_type": shot_type,
            "multi_prompt": multi_prompt,
            "element_list": element_list,
            **inputs,
        }
        self._catalog = catalog or bundled()
        self._model = find(model, self._catalog)
        self._inputs = as_inputs(given)
        for name in self._inputs:
            if name not in self._model.fields:
                raise UnknownInput(Problem(name, unknown_input(name, self._model)))
        if found := problems(self._model, self._inputs):
            raise RequestError(found)

    def __setattr__(self, name: str, value: object) -> None:
        if not name.startswith("_"):
            raise AttributeError(f"A request does not change: request.but({name}={value!r}) gives another one.")
        object.__setattr__(self, name, value)

    @property
    def model(self) -> ModelId:
        """The model's id on the service."""
        return self._model.id

    @property
    def inputs(self) -> dict[str, Any]:
        """The inputs that are set, as JSON values by the API's own names: exactly what is sent."""
        return copy.deepcopy(self._inputs)

    def value(self, name: str) -> Any:
        """Return an input that is set, else the service's default."""
        return self._inputs.get(name, self._model.default(name))

    @property
    def seconds(self) -> int:
        """The clip's length in seconds."""
        return self._model.seconds(self._inputs)

    @property
    def estimate(self) -> Decimal:
        """The estimated price in dollars."""
        return in_dollars(self.estimate_micros)

    @property
    def estimate_micros(self) -> Micros:
        """The estimated price in micro-dollars, the ledger's unit."""
        return self._model.estimate(self._inputs)

    @property
    def kind(self) -> str:
        """``"clip"``, or ``"tool"`` for a tool (the prompt enhancer, Kling Elements)."""
        return "tool" if self._model.kind == TOOL else "clip"

    @property
    def words(self) -> str:
        """The prompt, or the shots' prompts joined, or a tool's text or name."""
        return words(self._inputs)

    def but(self, **changes: Any) -> VideoRequest:
        """Return the request with some inputs changed; None removes one."""
        model = str(changes.pop("model", self.model))
        return VideoRequest(model=model, catalog=self._catalog, **{**self._inputs, **changes})

    def __eq__(self, other: object) -> bool:
        return isinstance(other, VideoRequest) and (self.model, self._inputs) == (other.model, other._inputs)

    def __hash__(self) -> int:
        return hash((self.model, json.dumps(self._inputs, sort_keys=True)))

    def __repr__(self) -> str:
        return call("VideoRequest", self.model, self._inputs)


def as_inputs(given: Mapping[str, Any]) -> dict[str, Any]:
    """Convert Python values (shots, elements, tuples, NumPy numbers) to the JSON values that are sent; drop None."""

    def plain(value: Any) -> Any:
        if isinstance(value, (Shot, Element)):
            return value.payload()
        if isinstance(value, Mapping):
            return {str(k): plain(v) for k, v in value.items()}
        if isinstance(value, Iterable) and not isinstance(value, (str, bytes)):
            return [plain(v) for v in value]
        if isinstance(value, os.PathLike):
            return os.fspath(value)
        if isinstance(value, float) and value.is_integer():
            return int(value)  # 10.0 is 10 for the price, the library and the service
        if type(value) not in (bool, int) and isinstance(value, numbers.Integral):
            return int(value)  # NumPy's integers; its booleans are none
        return value

    inputs = {name: plain(value) for name, value in given.items() if value is not None}
    # An empty list means nothing, and the service refuses some: it is not sent.
    return {name: value for name, value in inputs.items() if not (isinstance(value, list) and not value)}


def words(inputs: Inputs) -> str:
    """Return the prompt of these inputs, or their shots' prompts joined, or a tool's text or name."""
    for name in ("prompt", "text", "name"):
        if prompt := inputs.get(name):
            return str(prompt)
    return " / ".join(str(shot.get("prompt", "")) for shot in inputs.get("multi_prompt", ()))


def problems(model: Model, inputs: Inputs) -> tuple[Problem, ...]:
    """Return what the model would refuse about these inputs, one problem a field; empty if nothing."""
    return () if surely_taken(model, inputs) else _problems(model, inputs)


def _problems(model: Model, inputs: Inputs) -> tuple[Problem, ...]:
    found: dict[str, Problem] = {}
    for fault in faults(model.schema, dict(inputs)):
        problem = _in_words(fault, model)
        found.setdefault(problem.field, problem)
    prompt = inputs.get("prompt")
    if isinstance(prompt, str) and is_blank(prompt):
        found.setdefault("prompt", Problem("prompt", "Write what should happen in the clip."))
    for name, value in inputs.items():
        if message := flaw(value):
            found.setdefault(name, Problem(name, f"{_flawed_shot(name, value)}{message}"))
    if "multi_prompt" not in found:
        for number, shot in enumerate(inputs.get("multi_prompt", ()), 1):
            if is_blank(shot.get("prompt", "…")):
                message = f"Shot {number}: write what should happen in it."
                found.setdefault("multi_prompt", Problem("multi_prompt", message))
    shots = inputs.get("multi_prompt")
    if shots and "multi_prompt" not in found and "duration" not in found:
        total, seconds = sum(shot["duration"] for shot in shots), model.seconds(inputs)
        if total != seconds:
            message = f"The shots add up to {total} s, the clip is {seconds} s. Make them equal."
            found["multi_prompt"] = Problem("multi_prompt", message)
    return tuple(found.values())


def _flawed_shot(name: str, value: Any) -> str:
    """Return the shot of a storyboard that is flawed, as ``Shot 2: ``; empty for other inputs."""
    shots = value if name == "multi_prompt" and isinstance(value, list) else []
    return next((f"Shot {number}: " for number, shot in enumerate(shots, 1) if flaw(shot)), "")


def _in_words(fault: Fault, model: Model) -> Problem:
    """Turn a broken rule into a problem with a message for a person."""
    path, rule, limit, value, schema = fault.path, fault.rule, fault.limit, fault.value, fault.schema
    field = str(path[0]) if path else ""
    where = f"Shot {path[1] + 1}: " if field == "multi_prompt" and len(path) > 1 and isinstance(path[1], int) else ""
    if rule in ("anyOf", "oneOf") and not path:
        if "prompt" in value and "multi_prompt" in value:
            return Problem("multi_prompt", "This model takes a prompt or a storyboard, not both. Empty one of them.")
        return Problem("prompt", "Write what should happen in the clip.")
    if rule == "required":
        missing = next(name for name in limit if name not in value)
        return Problem(field or missing, f"{where}{missing} is needed." if path else "This is needed.")
    if rule == "additionalProperties":
        extra = mended(", ".join(sorted(set(value) - set(schema.get("properties", {})))))
        return Problem(field or extra, f"{where}{model.name} takes no {extra}.")
    return Problem(field, where + _rule_in_words(rule, limit, value, schema))


def _rule_in_words(rule: str, limit: Any, value: Any, schema: Mapping[str, Any]) -> str:
    if rule == "enum":
        return f"{value!r} is not offered. Choose {_listed([str(v) for v in limit], 'or')}."
    if rule == "maxLength":
        over = len(value) - limit
        return f"{len(value):,} characters; the model reads at most {limit:,}. Shorten it by {over:,}."
    if rule == "minLength":
        return "This can't be empty."
    if rule == "maxItems":
        return f"At most {limit}; there are {len(value)}."
    if rule == "minItems":
        return f"At least {limit}; there are {len(value)}."
    if rule in ("minimum", "maximum", "type") and schema.get("type") in ("integer", "number"):
        kind = "whole number" if schema["type"] == "integer" else "number"
        low, high = schema.get("minimum"), schema.get("maximum")
        shown = f"the text {value!r}" if isinstance(value, str) else repr(value)
        span = f" from {low} to {high}" if low is not None and high is not None else ""
        return f"It takes a {kind}{span}; this is {shown}."
    if rule == "type":
        kind = _KINDS.get(str(limit), str(limit))
        return f"It takes {kind}; this is {value!r}."
    return f"The model does not take {value!r} here."


_KINDS = {"string": "text", "boolean": "True or False", "array": "a list", "object": "a shot or an element"}


def _listed(names: Sequence[str], last: str) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {last} {names[-1]}"
