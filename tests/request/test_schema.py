"""Our reading of the schemas, held against the ``jsonschema`` package's."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from kling_widget.request.catalog import Model, bundled
from kling_widget.request.schema import faults

MODELS = list(bundled())

anything = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 20) | st.floats(-3, 20) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=2),
    max_leaves=4,
)


def near(schema: Any) -> st.SearchStrategy[Any]:
    """Values that a schema takes, nearly takes, or does not take at all."""
    kinds: dict[str, st.SearchStrategy[Any]] = {
        "string": st.sampled_from(schema.get("enum", ["", "a", "x" * 512, "x" * 513, "x" * 2001, "x" * 2501])),
        "integer": st.integers(0, 17) | st.sampled_from([5.0, 5.5, "5", True]),
        "number": st.floats(-1, 2) | st.integers(0, 1),
        "boolean": st.booleans() | st.sampled_from([0, 1, "true"]),
        "array": st.lists(near(schema["items"]), max_size=8) if "items" in schema else st.lists(anything, max_size=3),
        "object": some_of(schema.get("properties", {})),
    }
    return kinds[schema["type"]] | anything


def some_of(properties: Any) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries({}, optional={**{n: near(s) for n, s in properties.items()}, "zzz": anything})


@pytest.mark.parametrize("model", MODELS, ids=[m.id for m in MODELS])
@settings(max_examples=60)
@given(st.data())
def test_the_same_rules_are_found_broken_at_the_same_places(model: Model, data: st.DataObject) -> None:
    value = data.draw(some_of(model.schema["properties"]))
    ours = {(fault.path, fault.rule) for fault in faults(model.schema, value)}
    theirs = {
        (tuple(error.absolute_path), str(error.validator))
        for error in Draft202012Validator(model.schema).iter_errors(value)
    }
    # Below a broken type we stop; everything that we say is said there too, and nothing passes that does not there.
    assert ours <= theirs
    assert bool(ours) == bool(theirs)
