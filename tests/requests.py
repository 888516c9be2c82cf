"""Requests of every kind that a model takes, for properties that must hold for all of them.

::

    from hypothesis import given
    from tests.requests import inputs_for, video_models

    @given(inputs_for(model))
    def test_…(inputs): ...

``inputs_for(model)`` reads the model's schema and draws inputs that ``request.problems`` finds nothing wrong with: any
of the optional inputs, storyboards whose seconds add up, and texts that are made to break what quotes them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from hypothesis import strategies as st

from kling_widget.request.catalog import TOOL, Model, bundled
from kling_widget.request.video_request import problems
from kling_widget.text import is_blank

NASTY = (
    "'",
    '"',
    "'''",
    '"""',
    "\\",
    "\\\\'",
    "\n",
    "\r\n",
    "\n\n",
    "\n%%kling --sound\n",
    "\n--duration 3",
    "\n>>> print(1)",
    "\n... \n",
    "\nIn [1]: x",
    "\n   ...: y",
    "\n   \n",
    "$HOME",
    "${IFS}",
    "$(false)",
    "`false`",
    "!!",
    "{seconds}",
    "{{}}",
    "--",
    "--model=x",
    "-d @file",
    "#",
    " # no comment",
    ";&|",
    "%s %(x)s",
    "```",
    "\t",
    "  ",
    "\u00a0",
    "\u2028",
    "\u202e",
    "\x85",
    "\x1b[31m",
    "\x7f",
    "\ufeff",
    "é",
    "狐",
    "🦊",
    "👩\u200d🚀",
    "\U000e0001",
    "curl -d '{}' x",
    "generate('x')",
    '{"prompt": 1}',
    "A red fox, it's 5 o'clock",
)
"""Pieces of text, each of which some quoting stumbles over."""


@cache  # here and below: to build a strategy anew takes as long as to draw from it
def texts(shortest: int = 0, longest: int = 120) -> st.SearchStrategy[str]:
    """Any text that can be sent (no half pairs, no zeros), of so many characters; often a nasty one."""
    anything = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
    pieces = st.lists(st.sampled_from(NASTY) | st.text(anything, max_size=8), max_size=8)
    joined = pieces.map("".join) | st.text(anything, max_size=40)
    return joined.map(lambda text: text[:longest]).filter(lambda text: len(text) >= shortest)


@cache
def prompts(longest: int = 120) -> st.SearchStrategy[str]:
    """A text with something to see in it."""
    return texts(1, longest).filter(lambda text: not is_blank(text))


def values(schema: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    """Any value that a piece of a model's schema accepts; no empty list, which is not sent."""
    return _values(json.dumps(schema))


@cache
def _values(text: str) -> st.SearchStrategy[Any]:
    schema = json.loads(text)
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    kind = schema["type"]
    if kind == "string":
        return texts(schema.get("minLength", 0), min(schema.get("maxLength", 120), 120))
    if kind == "integer":
        return st.integers(schema["minimum"], schema["maximum"])
    if kind == "number":
        return st.floats(schema["minimum"], schema["maximum"])
    if kind == "boolean":
        return st.booleans()
    if kind == "array":
        return st.lists(values(schema["items"]), min_size=1, max_size=schema["maxItems"])
    return st.fixed_dictionaries({name: values(inner) for name, inner in schema["properties"].items()})


_YES_OR_NO = st.booleans()


@st.composite
def storyboards(draw: st.DrawFn, schema: Mapping[str, Any], seconds: int) -> list[dict[str, Any]]:
    """Shots that fill so many seconds; the model's schema says how many and how short they may be."""
    least = schema["items"]["properties"]["duration"]["minimum"]
    count = draw(st.integers(1, min(schema["maxItems"], seconds // least)))
    spare = seconds - count * least
    cuts = sorted(draw(st.lists(st.integers(0, spare), min_size=count - 1, max_size=count - 1)))
    lengths = [least + end - start for start, end in zip([0, *cuts], [*cuts, spare], strict=True)]
    return [{"prompt": draw(prompts()), "duration": length} for length in lengths]


@st.composite
def inputs_for(draw: st.DrawFn, model: Model) -> dict[str, Any]:
    """Inputs that the model takes."""
    fields = model.fields
    rest = [name for name in fields if name not in ("prompt", "multi_prompt")]
    chosen = draw(st.sets(st.sampled_from(rest))) | (set(model.schema.get("required", ())) & set(rest))
    inputs = {name: draw(values(fields[name])) for name in rest if name in chosen}
    shots = "multi_prompt" in fields and draw(_YES_OR_NO)
    if shots:
        inputs["multi_prompt"] = draw(storyboards(fields["multi_prompt"], model.seconds(inputs)))
    needed = "prompt" in model.schema.get("required", ()) or not shots
    if "prompt" in fields and (needed or ("oneOf" not in model.schema and draw(_YES_OR_NO))):
        inputs["prompt"] = draw(prompts())
    order = draw(st.permutations(sorted(inputs)))
    found = {name: inputs[name] for name in order}
    assert problems(model, found) == (), "the strategy draws what the model does not take"
    return found


def video_models() -> list[Model]:
    """The models of the bundled catalogue that make clips."""
    return [model for model in bundled() if model.kind != TOOL]
