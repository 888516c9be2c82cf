"""Literals in a Python text, and the names that it assigns literals to: parsed, never run."""

from __future__ import annotations

import ast
import io
import json
import math
import re
import textwrap
import tokenize
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from ...errors import RequestError
from .parsed import NESTED, is_key, unreadable

FORM = "Python"

_TOKENS = 5_000  # a request has some hundred; the limit bounds the depth of the syntax tree
_MOST = 200_000  # characters that a name may stand for
_SHAPES = {"Shot": ("prompt", "duration"), "Element": ("element_id",)}
# An interpreter's prompts, copied along with the lines of a session or a page of documentation.
_PROMPTS = re.compile(r"^[ \t]*(?:>>>|\.{3,}:?|In \[\d+\]:)(?: |$)", re.MULTILINE)
_BREAKS = (SyntaxError, ValueError, MemoryError, RecursionError)  # how the parser fails
_NONE: Mapping[str, Any] = {}
_names: ContextVar[Mapping[str, Any]] = ContextVar("names")


@contextmanager
def names(tree: ast.AST) -> Iterator[Mapping[str, Any]]:
    """Resolve, within the block, the names that a text assigns exactly once, to a literal."""
    stored = Counter(n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store))
    # A value that changes in place (d["x"] = 1, d.update(…)) is no longer the literal.
    changed = {id_of(n.value) for n in ast.walk(tree) if isinstance(n, ast.Subscript) and isinstance(n.ctx, ast.Store)}
    methods = [node.func for node in calls(tree) if isinstance(node.func, ast.Attribute)]
    changed |= {id_of(method.value) for method in methods if method.attr in _CHANGES}
    literals: dict[str, Any] = {}
    token = _names.set(literals)
    try:
        for node in ast.walk(tree):
            if not isinstance(node, ast.Assign) or len(node.targets) != 1 or not isinstance(node.targets[0], ast.Name):
                continue
            name = node.targets[0].id
            if stored[name] != 1 or name in changed:
                continue
            try:
                value = literal(node.value)
            except RequestError:
                continue
            if len(json.dumps(value)) <= _MOST:
                literals[name] = value
        yield literals
    finally:
        _names.reset(token)


_CHANGES = frozenset(("update", "pop", "setdefault", "append", "extend", "insert", "clear"))


def id_of(node: ast.expr) -> str:
    """Return the name if an expression is a bare name, else an empty string."""
    return node.id if isinstance(node, ast.Name) else ""


def tree_of(text: str) -> ast.Module | None:
    """Parse a Python text; return None if it is none, or far longer than a request."""
    try:
        tokens = tokenize.generate_tokens(io.StringIO(text).readline)
        if sum(1 for _ in zip(tokens, range(_TOKENS), strict=False)) == _TOKENS:
            return None
    except (tokenize.TokenError, *_BREAKS):
        pass  # the line above an indented block may be missing: dedented, it can still be Python
    for source in (text, textwrap.dedent(text), _PROMPTS.sub("", text)):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # invalid escapes in the pasted text are not the person's concern
                return ast.parse(source)
        except _BREAKS:
            continue
    return None


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    """Yield all calls in a text."""
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def name_of(node: ast.Call) -> str:
    """Return the name of the function or method that is called."""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def literal(node: ast.expr, where: str = "", levels: int = NESTED) -> Any:
    """Return a literal as a JSON value. Raises ``RequestError`` if it is none."""
    if levels < 1:
        raise unreadable(FORM, "The Python is nested deeper than any request is.")
    if isinstance(node, ast.Constant) and isinstance(node.value, (str, bool, int, float, type(None))):
        if isinstance(node.value, float) and not math.isfinite(node.value):
            raise unreadable(FORM, "A number in the Python is none that a request can hold.")
        return node.value
    if isinstance(node, (ast.List, ast.Tuple)):
        return [literal(one, where, levels - 1) for one in node.elts]
    if isinstance(node, ast.Dict):
        return _pairs(node, where, levels - 1)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        number = literal(node.operand, where, levels - 1)
        if isinstance(number, (int, float)) and not isinstance(number, bool):
            return -number
    if isinstance(node, ast.Name) and node.id in _names.get(_NONE):
        return _names.get(_NONE)[node.id]
    if isinstance(node, ast.JoinedStr):
        return _filled(node, where, levels - 1)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _sum(node, where, levels - 1)
    if isinstance(node, ast.Call) and name_of(node) in ("dict", *_SHAPES):
        return _shape(node, where, levels - 1)
    if isinstance(node, ast.Call) and name_of(node) == "dumps" and node.args:
        return json.dumps(literal(node.args[0], where, levels - 1), ensure_ascii=False)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("encode", "strip"):
        return literal(node.func.value, where, levels - 1)
    raise unreadable(FORM, _no_literal(node, where))


def _filled(node: ast.JoinedStr, where: str, levels: int) -> str:
    """Return an f-string whose fields are resolved names."""
    pieces: list[str] = []
    for one in node.values:
        plain = isinstance(one, ast.Constant) or (
            isinstance(one, ast.FormattedValue)
            and one.conversion == -1
            and one.format_spec is None
            and id_of(one.value) in _names.get(_NONE)
        )
        value = literal(one.value if isinstance(one, ast.FormattedValue) else one, where, levels) if plain else None
        if not isinstance(value, (str, int)):
            raise unreadable(FORM, _no_literal(node, where))
        pieces.append(str(value))
    return "".join(pieces)


def _pairs(node: ast.Dict, where: str, levels: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in zip(node.keys, node.values, strict=True):
        name = None if key is None else literal(key, where, levels)
        if name is not None and not is_key(name):
            found[str(name)] = literal(value, str(name), levels)
        elif name is None and isinstance(inner := literal(value, where, levels), dict):
            found.update(inner)
    return found


def _sum(node: ast.BinOp, where: str, levels: int) -> str:
    """Join strings that are added up, as in long prompts."""
    pieces: list[str] = []
    left: ast.expr = node
    while isinstance(left, ast.BinOp) and isinstance(left.op, ast.Add):
        pieces.append(literal(left.right, where, levels))
        left = left.left
    pieces.append(literal(left, where, levels))
    if not all(isinstance(piece, str) for piece in pieces):
        raise unreadable(FORM, _no_literal(node, where))
    return "".join(reversed(pieces))


def _shape(node: ast.Call, where: str, levels: int) -> dict[str, Any]:
    """Return ``Shot(…)``, ``Element(…)`` or ``dict(…)`` as an object."""
    names = _SHAPES.get(name_of(node), ())
    if len(node.args) > len(names):
        raise unreadable(FORM, _no_literal(node, where))
    found = {name: literal(one, where, levels) for name, one in zip(names, node.args, strict=False)}
    for one in node.keywords:
        given = literal(one.value, one.arg or where, levels)
        found.update(given if one.arg is None and isinstance(given, dict) else {str(one.arg): given})
    return found


def _no_literal(node: ast.expr, where: str) -> str:
    what = {
        ast.JoinedStr: "an f-string",
        ast.Call: f"a call of {name_of(node)[:40]}" if isinstance(node, ast.Call) else "",
        ast.Name: f"the name {node.id[:40]}" if isinstance(node, ast.Name) else "",
    }.get(type(node), "an expression")
    place = f"{where} is" if where and where != "**" else "There is"
    return f"{place} {what}, and the text is only read, never run. Put the value itself there."
