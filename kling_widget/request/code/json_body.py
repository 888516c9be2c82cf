"""A request as JSON: the body that the service takes, with or without the model's name around it."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from typing import Any, NoReturn
from urllib.parse import unquote

from .parsed import Said, is_key, nests, unread

FORM = "JSON"
ROOT = "/api/v3/"
"""What stands before a model's name in its address."""

_CALLS = frozenset({"predictions", "balance", "billings", "media", "models", "model"})  # what stands there, no model

_JOINERS = "\u200c\u200d"  # they do not show, but scripts and emoji are spelled with them
_RECORD = frozenset({"outputs", "urls", "status", "has_nsfw_contents", "timings"})  # what only a prediction has


def dump(value: Any, indent: int | None = None) -> str:
    """Write JSON with its words as they are typed; characters that do not show are escaped.

    What comes out has no other line breaks than those of the indentation, so that it may stand on a command's line.
    """
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    return "".join(one if one == "\n" or shows(one) else json.dumps(one)[1:-1] for one in text)


def shows(character: str) -> bool:
    """Whether a character can be seen, or is a space, or joins others."""
    return character.isprintable() or character in _JOINERS or unicodedata.category(character) == "Zs"


def to_json(model: str, inputs: Mapping[str, Any]) -> str:
    """Write a request as JSON: ``{"model": …, "inputs": {…}}``, indented."""
    return dump({"model": model, "inputs": dict(inputs)}, indent=2)


def model_at(address: str) -> str:
    """The model that an address of the service names; empty where it names none."""
    _, root, path = address.partition(ROOT)
    name = unquote(re.split(r"[?#]", path)[0]).strip("/")
    return name if root and name.split("/")[0] not in _CALLS else ""


def joined(text: str) -> str:
    """A text whose characters may be spelled by their two halves, with the halves put together."""
    return text if text.isascii() else text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


def read(text: str) -> Said:
    """Read JSON: a body alone, a body with its model, or a prediction's record that holds its inputs.

    Raises
    ------
    RequestError
        If it is no JSON, or no request.
    """
    return said(parse(text))


def parse(text: str) -> Any:
    """Read one JSON value whose nesting is bounded and whose numbers are finite."""
    try:
        value = json.loads(text, parse_constant=_no_number, parse_float=_number)
        deep = nests(value)
    except json.JSONDecodeError as error:
        raise unread(FORM, f"The JSON breaks off or goes wrong at line {error.lineno}, column {error.colno}.") from None
    except ValueError:
        raise unread(FORM, "A number in the JSON is none that a request can hold.") from None
    except RecursionError:
        deep = True
    if deep:
        raise unread(FORM, "The JSON is nested deeper than any request is.")
    return value


def said(value: Any) -> Said:
    """Find the request in a JSON value."""
    if not isinstance(value, dict):
        raise unread(FORM, 'Some JSON, but no request: that would be an object, such as {"prompt": "A red fox"}.')
    model = next((value[name] for name in ("model", "model_id") if isinstance(value.get(name), str)), None)
    key = any(is_key(name) for name in value)
    for name in ("inputs", "input"):
        if isinstance(inner := value.get(name), dict):
            return Said(model, inner, key or any(is_key(one) for one in inner))
    if isinstance(inner := value.get("data"), dict):
        return said(inner)
    if isinstance(items := value.get("items"), list):
        held = [one for one in items if isinstance(one, dict) and ("inputs" in one or "input" in one)]
        if held:
            first = said(held[0])
            return Said(first.model, first.inputs, first.key, len(held) - 1)
    if "items" in value or len(_RECORD & value.keys()) > 1:
        raise unread(FORM, "This is the service's record of a prediction, which does not say what was asked for.")
    return Said(model, {name: one for name, one in value.items() if name not in ("model", "model_id")}, key)


def _no_number(_name: str) -> NoReturn:
    raise ValueError("no number")


def _number(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise ValueError("no number")
    return number
