"""A request that Python posts itself with ``requests``, ``httpx``, ``urllib`` or ``http.client``."""

from __future__ import annotations

import ast
from typing import Any

from ...errors import RequestError
from . import json_body
from .parsed import ParsedText, is_key
from .python_literals import FORM, calls, literal, name_of


def read(tree: ast.Module) -> ParsedText | None:
    """Read the first call that posts a body; return None if there is none."""
    found = [(node, sent) for node in calls(tree) if (sent := _sent(node)) is not None]
    if not found:
        return None
    found.sort(key=lambda pair: (pair[0].lineno, pair[0].col_offset))
    node, sent = found[0]
    body, more = literal(sent, "the body"), len(found) - 1
    return json_body.posted(body, _model(node), form=FORM, key=_has_key(tree), more=more)


def _sent(node: ast.Call) -> ast.expr | None:
    """Return the expression that a call sends as its body, or None."""
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
            address = _constant_text(place)
        if isinstance(address, str) and (name := json_body.model_at(address)):
            return name
    return ""


def _constant_text(node: ast.expr) -> str:
    """Join the constant pieces of an address that is put together at run time."""
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
