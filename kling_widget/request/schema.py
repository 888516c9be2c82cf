"""Validate a value against a JSON Schema.

This module checks the rules that the service's schemas use and ignores others, which the service checks itself. The
practice server uses the ``jsonschema`` package, and tests compare the two; but in a notebook's environment its import
takes a second, in the cell that a person waits for.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Schema = Mapping[str, Any]
Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Fault:
    """One rule that a value breaks.

    Attributes
    ----------
    path
        The place of the value, from the outside in: ``("multi_prompt", 0, "duration")``.
    rule, limit
        The schema's keyword and its value.
    value
        The value at that place.
    schema
        The schema of that place.
    """

    path: Path
    rule: str
    limit: Any
    value: Any
    schema: Schema


def faults(schema: Schema, value: Any, path: Path = ()) -> Iterator[Fault]:
    """Yield the rules that a value breaks; below a wrong type nothing is checked."""

    def broken(rule: str) -> Fault:
        return Fault(path, rule, schema[rule], value, schema)

    if "type" in schema and not _is(value, schema["type"]):
        yield broken("type")
        return
    if "enum" in schema and not any(_same(value, one) for one in schema["enum"]):
        yield broken("enum")
    if isinstance(value, str):
        yield from (broken(rule) for rule in _size(schema, "Length", len(value)))
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        if "minimum" in schema and value < schema["minimum"]:
            yield broken("minimum")
        if "maximum" in schema and value > schema["maximum"]:
            yield broken("maximum")
    elif isinstance(value, list):
        yield from (broken(rule) for rule in _size(schema, "Items", len(value)))
        for number, item in enumerate(value):
            yield from faults(schema.get("items", {}), item, (*path, number))
    elif isinstance(value, dict):
        yield from _of_object(schema, value, path)


def _of_object(schema: Schema, value: Mapping[str, Any], path: Path) -> Iterator[Fault]:
    properties: Mapping[str, Schema] = schema.get("properties", {})
    for name, inner in properties.items():
        if name in value:
            yield from faults(inner, value[name], (*path, name))
    broken = []
    if any(name not in value for name in schema.get("required", ())):
        broken.append("required")
    if schema.get("additionalProperties") is False and any(name not in properties for name in value):
        broken.append("additionalProperties")
    for rule in ("anyOf", "oneOf"):
        fitting = sum(not any(faults(one, value)) for one in schema.get(rule, ()))
        if rule in schema and (fitting < 1 or (rule == "oneOf" and fitting > 1)):
            broken.append(rule)
    yield from (Fault(path, rule, schema[rule], value, schema) for rule in broken)


def _size(schema: Schema, what: str, size: int) -> Iterator[str]:
    if size < schema.get(f"min{what}", 0):
        yield f"min{what}"
    if f"max{what}" in schema and size > schema[f"max{what}"]:
        yield f"max{what}"


def _is(value: Any, kind: str) -> bool:
    if kind == "integer":
        whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
        return whole and not isinstance(value, bool)
    if kind == "number":
        return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    kinds: dict[str, type | tuple[type, ...]] = {
        "string": str,
        "boolean": bool,
        "array": list,
        "object": dict,
        "null": type(None),
    }
    return kind not in kinds or isinstance(value, kinds[kind])


def _same(one: Any, other: Any) -> bool:
    """Return whether two JSON values are equal: True is not 1."""
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)
