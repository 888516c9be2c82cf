"""The catalogue: the bundled one, and what the service says of it."""

from __future__ import annotations

from typing import Any

import pytest

from kling_widget.request.catalog import O3_PRO, bundled, refreshed
from kling_widget.request.money import micros


def entry(name: str, price: Any = 1, **properties: Any) -> dict[str, Any]:
    """An entry as the service lists it."""
    schema = {"type": "object", "properties": properties or {"prompt": {"type": "string"}}}
    run = {"type": "model_run", "method": "POST", "api_path": f"/api/v3/{name}", "request_schema": schema}
    return {
        "model_id": name,
        "name": name,
        "type": "text-to-video",
        "base_price": price,
        "description": "",
        "api_schema": {"api_schemas": [run]},
    }


def test_the_services_prices_and_inputs_are_believed_and_the_bundled_rules_stay() -> None:
    fields = {"prompt": {"type": "string"}, "duration": {"type": "integer", "minimum": 3, "maximum": 20}}
    fresh = refreshed(bundled(), [entry(O3_PRO, 0.5, **fields, sound={"type": "boolean"})])
    model = fresh[O3_PRO]
    assert list(model.fields) == ["prompt", "duration", "sound"]
    assert model.estimate({"duration": 20, "sound": True}) == micros("2.50")
    assert (model.name, model.kind) == (bundled()[O3_PRO].name, "text-to-video")
    assert len(fresh.entries) == len(bundled().entries)


def test_a_new_model_whose_price_can_not_be_told_stays_out() -> None:
    odd = {**entry("kwaivgi/kling-v9/text-to-video"), "pricing": {"per": "seconds", "base_seconds": 0}}
    assert refreshed(bundled(), [odd]).entries == bundled().entries


def test_kling_models_that_are_new_come_in_and_others_do_not() -> None:
    listed = [entry("kwaivgi/kling-v9/text-to-video"), entry("someone/else"), entry("kwaivgi/kling-sound")]
    listed[2]["type"] = "text-to-audio"
    fresh = refreshed(bundled(), listed)
    assert {m.id for m in fresh} - {m.id for m in bundled()} == {"kwaivgi/kling-v9/text-to-video"}


@pytest.mark.parametrize(
    "broken",
    [
        {"base_price": "dear"},
        {"base_price": None},
        {"api_schema": None},
        {"api_schema": {"api_schemas": []}},
        {"api_schema": {"api_schemas": [{"type": "model_run", "request_schema": {"properties": {}}}]}},
        {"description": "x" * 200_000},
        {"base_price": -1},
        {"model_id": None},
    ],
)
def test_an_entry_that_can_not_be_read_changes_nothing(broken: dict[str, Any]) -> None:
    assert refreshed(bundled(), [{**entry(O3_PRO), **broken}]).entries == bundled().entries


@pytest.mark.parametrize(
    "schema",
    [
        "text",
        {"type": ["string", "null"]},
        {"type": "integer", "minimum": "3"},
        {"type": "string", "maxLength": True},
        {"type": "string", "enum": []},
        {"type": "array", "items": "string"},
        {"type": "object", "properties": {"inner": {"maxItems": None, "items": {"minLength": "one"}}}},
    ],
)
def test_a_schema_that_a_form_could_not_read_is_not_taken(schema: Any) -> None:
    assert refreshed(bundled(), [entry(O3_PRO, 1, prompt=schema)]).entries == bundled().entries


@pytest.mark.parametrize(
    "duration",
    [{"enum": ["5", "10"]}, {"minimum": 2.5, "maximum": 9}, {"minimum": 0}, {"maximum": 20_000}, {"enum": [5, True]}],
)
def test_lengths_that_no_control_could_show_are_not_taken(duration: dict[str, Any]) -> None:
    listed = entry(O3_PRO, 1, prompt={"type": "string"}, duration=duration)
    assert refreshed(bundled(), [listed]).entries == bundled().entries
