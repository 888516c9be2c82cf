"""The help of ``%%kling``: the flags of a model, and what each takes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from ..catalog import Model

_COMMON = (
    ("--model NAME", 'a model by its name or id, such as "V3 Turbo Pro"; Library().models() lists them'),
    ("--library FOLDER", "where the take is kept; kling_library beside the notebook unless given"),
    ("--practice, --live", "simulate it at no cost, or ask the live service; live where a key is found unless given"),
    ("--help", "these lines; with --model NAME, for that model"),
)


def usage(model: Model) -> str:
    """Return the help for a model: each input as a flag, with what it takes and its default."""
    required = set(model.schema.get("required", ()))
    inputs = [
        (_flag(name, schema), _takes(schema) + ("; needed" if name in required and name != "prompt" else ""))
        for name, schema in model.fields.items()
        if name != "prompt"
    ]
    return "\n".join(
        [
            "%%kling [flags]",
            "The prompt stands below, as the rest of the cell.",
            "",
            f"Inputs of {model.name} ({model.id}):",
            *_columns(inputs),
            "",
            "Besides these:",
            *_columns(_COMMON),
            "",
            'Lists are JSON in quotes: --multi_prompt \'[{"prompt": "Wide, dusk", "duration": 5}]\'',
        ]
    )


def _flag(name: str, schema: Mapping[str, Any]) -> str:
    return f"--{name}, --no-{name}" if schema.get("type") == "boolean" else f"--{name}"


def _takes(schema: Mapping[str, Any]) -> str:
    """Describe the values that an input takes, and its default."""
    kind, low, high = str(schema.get("type", "")), schema.get("minimum"), schema.get("maximum")
    if offered := schema.get("enum"):
        taken = ", ".join(map(str, offered))
    elif kind in ("integer", "number"):
        taken = "a whole number" if kind == "integer" else "a number"
        taken += f" from {low} to {high}" if low is not None and high is not None else ""
    elif kind == "array":
        most = schema.get("maxItems")
        taken = f"a list of at most {most}, as JSON" if most is not None else "a list, as JSON"
    elif kind == "boolean":
        taken = "on or off"
    else:
        taken = "text" if kind == "string" else "JSON"
        taken += f", at most {most:,} characters" if (most := schema.get("maxLength")) else ""
    default = schema.get("default")
    if default is None or default in ("", []):
        return taken
    shown = {True: "on", False: "off"}[default] if isinstance(default, bool) else default
    return f"{taken}; {shown if isinstance(shown, str) else json.dumps(shown)} unless given"


def _columns(rows: Iterable[tuple[str, str]]) -> list[str]:
    listed = list(rows)
    width = max((len(flag) for flag, _ in listed), default=0)
    return [f"  {flag:<{width}}  {words}" for flag, words in listed]
