"""Are these inputs what the model takes? The catalogue's JSON Schema says most of it, Kling's own rules the rest."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ..request.catalog import Model, bundled
from .options import Refused

if TYPE_CHECKING:
    # Imported where it is used: beside Jupyter it takes a second, which nobody should wait for a server to start.
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError

MISSING, INVALID = 1400, 1401
"""The service's codes for a missing and an invalid parameter."""


@dataclass(frozen=True)
class Checked:
    """Inputs that the model takes, and the unknown keys that were left out."""

    inputs: Mapping[str, Any]
    dropped: tuple[str, ...]


@lru_cache(maxsize=64)
def _validator(model: str) -> Draft202012Validator:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(dict(bundled()[model].schema))


def check(model: Model, body: Mapping[str, Any], *, strict: bool) -> Checked:
    """Check a submit's body.

    Parameters
    ----------
    model
        The model that it is for.
    body
        The JSON object as it came.
    strict
        Whether unknown keys are refused instead of dropped.

    Raises
    ------
    Refused
        400, with the field and the reason.
    """
    from jsonschema.exceptions import best_match

    nulls = sorted(key for key, value in body.items() if value is None)
    if nulls:
        raise Refused(400, f"Invalid parameter: {nulls[0]} must not be null", INVALID)
    unknown = tuple(sorted(set(body) - set(model.fields)))
    if unknown and strict:
        raise Refused(400, f"Invalid parameter: {unknown[0]} is no input of {model.id}", INVALID)
    inputs = {key: value for key, value in body.items() if key in model.fields}
    problem = best_match(_validator(model.id).iter_errors(inputs))
    if problem is not None:
        raise _refusal(problem, inputs)
    _kling_rules(model, inputs)
    return Checked(inputs, unknown)


def _refusal(problem: ValidationError, inputs: Mapping[str, Any]) -> Refused:
    where = ".".join(str(step) for step in problem.absolute_path)
    if problem.validator == "oneOf" and "prompt" in inputs and "multi_prompt" in inputs:
        return Refused(400, "Invalid parameter: prompt and multi_prompt can't be used together", INVALID)
    if problem.validator in ("anyOf", "oneOf"):
        return Refused(400, "Missing parameter: one of prompt and multi_prompt is required", MISSING)
    if problem.validator == "required":
        match = re.match(r"'(.+)' is a required property", problem.message)
        name = match.group(1) if match else problem.message
        return Refused(400, f"Missing parameter: {f'{where}.' if where else ''}{name} is required", MISSING)
    reason = problem.message if len(problem.message) <= 200 else f"it breaks the rule {problem.validator}"
    return Refused(400, f"Invalid parameter: {where or 'body'}: {reason}", INVALID)


def _kling_rules(model: Model, inputs: Mapping[str, Any]) -> None:
    """What the schema can't say."""
    prompt, board = inputs.get("prompt"), inputs.get("multi_prompt")
    takes_words = "prompt" in model.fields
    optional = "prompt" not in model.schema.get("required", ()) and "image" in model.schema.get("required", ())
    if takes_words and not board and not (isinstance(prompt, str) and prompt.strip()) and not optional:
        raise Refused(400, "Missing parameter: one of prompt and multi_prompt is required", MISSING)
    if board == []:
        raise Refused(400, "Invalid parameter: multi_prompt: a storyboard has at least one shot", INVALID)
    if board:
        shots, total = sum(int(shot["duration"]) for shot in board), model.seconds(inputs)
        if shots != total:
            raise Refused(
                400, f"Invalid parameter: multi_prompt: its shots last {shots} s, duration is {total} s", INVALID
            )
    if inputs.get("video") and len(inputs.get("images") or ()) > 4:
        raise Refused(400, "Invalid parameter: images: at most 4 together with a video", INVALID)
