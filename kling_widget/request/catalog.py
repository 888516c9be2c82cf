"""The catalog: each model's inputs and its estimated price.

The bundled ``catalog.json`` has the shape of the service's ``GET /models``, plus a ``pricing`` rule that the service
does not publish. The panel, the library and the practice server share it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from importlib import resources
from typing import Any, NewType

from .money import Micros, micros

ModelId = NewType("ModelId", str)
"""A model's id on the service, such as ``kwaivgi/kling-video-o3-pro/text-to-video``."""

Inputs = Mapping[str, Any]
"""The inputs of a model: JSON values by the API's own names."""

TOOL = "tool"
"""The kind of the models that make no clip: Kling Elements, the prompt enhancer."""

O3_PRO = ModelId("kwaivgi/kling-video-o3-pro/text-to-video")
"""The default model."""


@dataclass(frozen=True)
class Pricing:
    """A model's pricing rule.

    Attributes
    ----------
    base
        The base price, in micro-dollars.
    base_seconds
        How many seconds the base price buys; None if every run has the same price.
    sound
        The factor on the price with ``sound`` (1.25 on O3 and V3 by the vendor's table; an estimate elsewhere).
    """

    base: Micros
    base_seconds: int | None = 5
    sound: Decimal = Decimal("1.25")

    def of(self, seconds: int, sound: bool) -> Micros:
        """Return the price of a run in micro-dollars."""
        if self.base_seconds is None:
            return self.base
        factor = self.sound if sound else Decimal(1)
        return micros(Decimal(self.base) * seconds / self.base_seconds * factor / 1_000_000)


@dataclass(frozen=True)
class Model:
    """One model of the catalog.

    Attributes
    ----------
    id, name, kind, description
        Its id on the service, its display name, its kind (``text-to-video``, …) and one sentence.
    schema
        The JSON Schema of its inputs.
    pricing
        Its pricing rule.
    """

    id: ModelId
    name: str
    kind: str
    description: str
    schema: Mapping[str, Any] = field(repr=False, hash=False)
    pricing: Pricing = field(repr=False)

    @classmethod
    def from_entry(cls, entry: Mapping[str, Any]) -> Model:
        """Read an entry of ``GET /models``; without a ``pricing`` rule the price is linear in seconds."""
        schemas: Sequence[Mapping[str, Any]] = entry["api_schema"]["api_schemas"]
        run = next(s for s in schemas if s.get("type") == "model_run")
        rule: Mapping[str, Any] = entry.get("pricing") or {
            "per": "seconds",
            "base_seconds": 5,
            "sound": "1.25",
        }
        seconds = int(rule["base_seconds"]) if rule["per"] == "seconds" else None
        return cls(
            id=ModelId(str(entry["model_id"])),
            name=str(entry.get("name") or entry["model_id"]),
            kind=str(entry.get("type") or ""),
            description=str(entry.get("description") or ""),
            schema=run["request_schema"],
            pricing=Pricing(micros(entry["base_price"]), seconds, Decimal(str(rule.get("sound", "1")))),
        )

    @property
    def fields(self) -> Mapping[str, Mapping[str, Any]]:
        """The inputs that it takes, each with its schema."""
        found: Mapping[str, Mapping[str, Any]] = self.schema.get("properties", {})
        return found

    def default(self, name: str) -> Any:
        """Return what the service uses if an input is not set; None without a default."""
        return self.fields.get(name, {}).get("default")

    def seconds(self, inputs: Inputs) -> int:
        """Return the clip's length in seconds by its inputs; 5 if they do not say."""
        value = inputs.get("duration", self.default("duration"))
        whole = isinstance(value, (int, float)) and not isinstance(value, bool) and value == value // 1
        return int(value) if whole else 5

    def estimate(self, inputs: Inputs) -> Micros:
        """Return the estimated price of a run in micro-dollars. Promotions may make it less."""
        return self.pricing.of(self.seconds(inputs), inputs.get("sound") is True)


class Catalog:
    """Models by id, in the catalog's order."""

    def __init__(self, entries: Sequence[Mapping[str, Any]]) -> None:
        self.entries = tuple(entries)
        self._models = {m.id: m for m in map(Model.from_entry, entries)}

    def __iter__(self) -> Iterator[Model]:
        return iter(self._models.values())

    def __contains__(self, model: object) -> bool:
        return model in self._models

    def get(self, model: str) -> Model | None:
        """Return the model of that id, or None."""
        return self._models.get(ModelId(model))

    def __getitem__(self, model: str) -> Model:
        return self._models[ModelId(model)]


def refreshed(catalog: Catalog, entries: Sequence[Mapping[str, Any]]) -> Catalog:
    """Return a catalog with the service's current prices and schemas, and with Kling video models that are new.

    Parameters
    ----------
    catalog
        The catalog so far; models that the service does not list stay.
    entries
        The service's entries. They come from outside: those that can't be read are ignored.
    """
    current = {str(entry["model_id"]): entry for entry in catalog.entries}
    for entry in entries:
        name = str(entry.get("model_id", ""))
        if name not in current and not (name.startswith(_KLING) and "video" in str(entry.get("type", ""))):
            continue
        rule = current.get(name, {}).get("pricing")
        fresh = {**entry, "pricing": rule} if rule else dict(entry)
        if _readable(fresh):
            # The kind and the name stay: the panel identifies models by them.
            kept = {key: current[name][key] for key in ("type", "name") if name in current}
            current[name] = {**fresh, **kept}
    return Catalog(list(current.values()))


def _readable(entry: Mapping[str, Any]) -> bool:
    """Return whether an entry can be shown as a form, and is no larger than a schema needs."""
    try:
        if len(json.dumps(entry)) > _MOST_ENTRY:
            return False
        model = Model.from_entry(entry)
        few = 0 < len(model.fields) <= _MOST_FIELDS
        return few and _sound(model.schema) and _lasts(model) and model.estimate({}) >= 0
    except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError, StopIteration, RecursionError):
        return False


def _lasts(model: Model) -> bool:
    """Return whether clips and shots last whole seconds, and not hours."""
    duration: Mapping[str, Any] = model.fields.get("duration", {})
    shot = model.fields.get("multi_prompt", {}).get("items", {}).get("properties", {}).get("duration", {})
    lengths = [
        *duration.get("enum", ()),
        duration.get("minimum", 1),
        duration.get("maximum", 1),
        shot.get("minimum", 1),
    ]
    return all(type(one) is int and 1 <= one <= _MOST_SECONDS for one in lengths)


def _sound(schema: Any) -> bool:
    """Return whether the keywords that forms and validation use have values of the right types."""
    if not isinstance(schema, Mapping):
        return False
    for keyword, kind in _KEYWORDS.items():
        value = schema.get(keyword)
        if value is not None and (not isinstance(value, kind) or isinstance(value, bool)):
            return False
    inner = [*schema.get("properties", {}).values(), *schema.get("anyOf", ()), *schema.get("oneOf", ())]
    inner += [schema["items"]] if schema.get("items") else []
    return schema.get("enum") != [] and all(map(_sound, inner))


_KEYWORDS: Mapping[str, type | tuple[type, ...]] = {
    "type": str,
    "enum": list,
    "anyOf": list,
    "oneOf": list,
    "required": list,
    "properties": dict,
    "items": dict,
    "minLength": int,
    "maxLength": int,
    "minItems": int,
    "maxItems": int,
    "minimum": (int, float),
    "maximum": (int, float),
}


_KLING = "kwaivgi/kling"
_MOST_ENTRY, _MOST_FIELDS = 100_000, 60  # characters and inputs; the largest known have 5,000 and 10
_MOST_SECONDS = 300  # twenty times the longest clip of today


@lru_cache(maxsize=1)
def bundled() -> Catalog:
    """Return the catalog that comes with the package."""
    text = resources.files(__package__).joinpath("catalog.json").read_text("utf-8")
    return Catalog(json.loads(text))
