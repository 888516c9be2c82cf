"""Whether a model would take inputs: a quick yes, from its schema compiled once.

`video_request.problems` says in words what is wrong, and takes its time; most inputs have nothing wrong with them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from .catalog import Inputs, Model

Check = Callable[[Any], bool]

_VISIBLE = re.compile("[!-~]")  # with one of these a text is not blank; others may show too, which takes longer to say
_NO_TEXT = re.compile("[\ud800-\udfff\0]")


def surely_taken(model: Model, inputs: Inputs) -> bool:
    """Return True where the model would take these inputs; False where that takes a closer look."""
    if not _compiled(model)(inputs):
        return False
    for name, value in inputs.items():
        if isinstance(value, str):
            if _NO_TEXT.search(value) or (name == "prompt" and not _VISIBLE.search(value)):
                return False
        elif name == "multi_prompt":
            total = 0
            for shot in value:
                words, total = shot.get("prompt", ""), total + shot.get("duration", 0)
                if not _VISIBLE.search(words) or _NO_TEXT.search(words):
                    return False
            if total != inputs.get("duration"):
                return False
        elif not isinstance(value, (bool, int, float)) and "\\" in repr(value):
            return False
    return True


@lru_cache(maxsize=64)
def _compiled(model: Model) -> Check:
    return _check(model.schema)


def _check(schema: Mapping[str, Any]) -> Check:
    """Compile a schema into whether a value breaks none of its rules; `schema.faults` names those that are broken."""
    kind, offered = schema.get("type"), schema.get("enum")
    low, high = schema.get("minimum", -math.inf), schema.get("maximum", math.inf)
    if kind == "string":
        shortest, longest = schema.get("minLength", 0), schema.get("maxLength", math.inf)
        return lambda value: (
            isinstance(value, str) and shortest <= len(value) <= longest and (offered is None or value in offered)
        )
    if kind == "boolean":
        return lambda value: isinstance(value, bool) and offered is None
    if kind == "integer":
        return lambda value: type(value) is int and low <= value <= high and (offered is None or value in offered)
    if kind == "number":
        return lambda value: (
            type(value) in (int, float)
            and math.isfinite(value)
            and low <= value <= high
            and (offered is None or value in offered)
        )
    if kind == "array" and offered is None:
        fewest, most = schema.get("minItems", 0), schema.get("maxItems", math.inf)
        item = _check(schema.get("items", {}))
        return lambda value: isinstance(value, list) and fewest <= len(value) <= most and all(map(item, value))
    if offered is None and kind in (None, "object"):
        return _object(schema, kind == "object")
    return lambda _value: False


def _object(schema: Mapping[str, Any], typed: bool) -> Check:
    fields = {name: _check(one) for name, one in schema.get("properties", {}).items()}
    needed = frozenset(schema.get("required", ()))
    closed = schema.get("additionalProperties") is False
    ways = [_check(one) for one in schema.get("anyOf", ())]
    only = [_check(one) for one in schema.get("oneOf", ())]
    bare = not (fields or needed or closed or ways or only)

    def fits(value: Any) -> bool:
        if not isinstance(value, dict):
            return bare and not typed and not isinstance(value, (list, str, int, float))
        for name, one in value.items():
            if (check := fields.get(name)) is None:
                if closed:
                    return False
            elif not check(one):
                return False
        if not needed <= value.keys():
            return False
        if ways and not any(way(value) for way in ways):
            return False
        return not only or sum(one(value) for one in only) == 1

    return fits
