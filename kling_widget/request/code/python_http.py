"""A request that Python posts itself: with ``requests``, ``httpx``, ``urllib`` or ``http.client``."""

from __future__ import annotations

import ast
from typing import Any

from ...errors import RequestError
from . import json_body
from .parsed import Said, is_key, unread
from .python_literals import FORM, calls, literal, name_of


def read(tree: ast.Module) -> Said | None:
    """Read the first call that posts a body; None where there is none."""
    found = [(node, sent) for node in calls(tree) if (sent := _sent(node)) is not None]
    if not found:
        return None
    found.sort(key=lambda pair: (pair[0].lineno, pair[0].col_offset))
    node, sent = found[0]
    value = literal(sent, "the body")
    told = json_body.said(json_body.parse(value) if isinstance(value, str) else value)
    model = told.model or _model(node)
    if not model:
        raise unread(FORM, f"The call's address names no model. It would stand behind {json_body.ROOT}.")
    return Said(model, told.inputs, told.key or _has_key(tree), len(found) - 1)


def _sent(node: ast.Call) -> ast.expr | None:
    """What a call sends as its body; None where it sends none."""
    name = name_of(node)
    given = {one.arg: one.value for one in node.keywords}
    if name in ("post", "request", "Request", "urlopen", "stream"):
        for keyword in ("json", "data", "content", "body"):
            if keyword in given:
                return given[keyword]
    # http.client and requests take it without a name too: request("POST", address, body), post(address, body).
    if name == "request" and len(node.args) > 2:
        return node.args[2]
    if name in ("post", "Request") and len(node.args) > 1 and isinstance(node.func, (ast.Attribute, ast.Name)):
        return node.args[1]
    return None


def _model(node: ast.Call) -> str:
    places: list[ast.expr] = [*node.args[:2], *(one.value for one in node.keywords if one.arg == "url")]
    for place in places:
        if isinstance(place, ast.Call) and place.args:  # httpx.URL(…), urljoin(…)
            place = place.args[0]
        try:
            address: Any = literal(place)
        except RequestError:
            address = _parts(place)
        if isinstance(address, str) and (name := json_body.model_at(address)):
            return name
    return ""


def _parts(node: ast.expr) -> str:
    """What is known of an address that has parts to fill in."""
    pieces = [one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    return "".join(pieces)


def _has_key(tree: ast.Module) -> bool:
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict):
            pairs = [(getattr(key, "value", None), value) for key, value in zip(node.keys, node.values, strict=True)]
        elif isinstance(node, ast.Assign):
            pairs = [(getattr(target, "id", None), node.value) for target in node.targets]
        elif isinstance(node, ast.keyword):
            pairs = [(node.arg, node.value)]
        else:
            continue
        if any(is_key(name) and isinstance(value, ast.Constant) and value.value for name, value in pairs):
            return True
    return False
