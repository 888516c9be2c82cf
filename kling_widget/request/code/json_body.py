"""A request as JSON: the body of a submit, with or without the model's name around it."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from typing import Any, NoReturn
from urllib.parse import unquote

from .parsed import ParsedText, is_key, nests, unreadable

FORM = "JSON"
ROOT = "/api/v3/"
"""The path before a model's name in its address."""

_CALLS = frozenset({"predictions", "balance", "billings", "media", "models", "model"})  # paths that name no model

_JOINERS = "\u200c\u200d"  # invisible, but some scripts and emoji need them
_RECORD = frozenset({"outputs", "urls", "status", "has_nsfw_contents", "timings"})  # keys that only a prediction has


def dump(value: Any, indent: int | None = None) -> str:
    """Write JSON with readable text; only invisible characters are escaped.

    Without an indentation it has no line breaks, so that it fits on a command line.
    """
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    return "".join(one if one == "\n" or shows(one) else json.dumps(one)[1:-1] for one in text)


def shows(character: str) -> bool:
    """Return whether a character is visible, a space, or a joiner."""
    return character.isprintable() or character in _JOINERS or unicodedata.category(character) == "Zs"


def to_json(model: str, inputs: Mapping[str, Any]) -> str:
    """Write a request as JSON: ``{"model": …, "inputs": {…}}``, indented."""
    return dump({"model": model, "inputs": dict(inputs)}, indent=2)


def model_at(address: str) -> str:
    """Return the model that an address of the service names; empty if it names none."""
    _, root, path = address.partition(ROOT)
    name = unquote(re.split(r"[?#]", path)[0]).strip("/")
    return name if root and name.split("/")[0] not in _CALLS else ""


def joined(text: str) -> str:
    """Combine surrogate halves in a text into the characters that they spell."""
    return text if text.isascii() else text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


def read(text: str) -> ParsedText:
    """Read JSON: a body, a body with its model, or a prediction's record that holds its inputs.

    Raises
    ------
    RequestError
        If it is no JSON, or no request.
    """
    return request_in(parse(text))


def parse(text: str) -> Any:
    """Parse one JSON value. Raises ``RequestError`` if it is broken, nested too deep, or holds a number like NaN."""
    try:
        value = json.loads(text, parse_constant=_no_number, parse_float=_number)
        deep = nests(value)
    except json.JSONDecodeError as error:
        raise unreadable(
            FORM, f"The JSON breaks off or goes wrong at line {error.lineno}, column {error.colno}."
        ) from None
    except ValueError:
        raise unreadable(FORM, "A number in the JSON is none that a request can hold.") from None
    except RecursionError:
        deep = True
    if deep:
        raise unreadable(FORM, "The JSON is nested deeper than any request is.")
    return value


def posted(body: Any, model: str, *, form: str, call: str = "call", key: bool = False, more: int = 0) -> ParsedText:
    """Find the request in the body of a call.

    Parameters
    ----------
    body
        A JSON value, or JSON as text.
    model
        The model that the call's address names; empty where it names none. A model in the body wins.
    form, call
        What an error calls the text, and the call in it.
    key, more
        Whether a key stands elsewhere in the text, and how many other requests follow.

    Raises
    ------
    RequestError
        If it is no request, or nothing names a model.
    """
    parsed = request_in(parse(body) if isinstance(body, str) else body)
    if not (name := parsed.model or model):
        raise unreadable(form, f"The {call}'s address names no model. It would stand behind {ROOT}.")
    return ParsedText(name, parsed.inputs, parsed.key or key, more)


def request_in(value: Any) -> ParsedText:
    """Find the request in a JSON value. Raises ``RequestError`` if there is none."""
    if not isinstance(value, dict):
        raise unreadable(FORM, 'Some JSON, but no request: that would be an object, such as {"prompt": "A red fox"}.')
    model = next((value[name] for name in ("model", "model_id") if isinstance(value.get(name), str)), None)
    key = any(is_key(name) for name in value)
    for name in ("inputs", "input"):
        if isinstance(inner := value.get(name), dict):
            return ParsedText(model, inner, key or any(is_key(one) for one in inner))
    if isinstance(inner := value.get("data"), dict):
        return request_in(inner)
    if isinstance(items := value.get("items"), list):
        held = [one for one in items if isinstance(one, dict) and ("inputs" in one or "input" in one)]
        if held:
            first = request_in(held[0])
            return ParsedText(first.model, first.inputs, first.key, len(held) - 1)
    if "items" in value or len(_RECORD & value.keys()) > 1:
        raise unreadable(FORM, "This is the service's record of a prediction, which does not say what was asked for.")
    return ParsedText(model, {name: one for name, one in value.items() if name not in ("model", "model_id")}, key)


def _no_number(_name: str) -> NoReturn:
    raise ValueError("no number")


def _number(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise ValueError("no number")
    return number
