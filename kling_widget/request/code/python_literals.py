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
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from ...errors import RequestError
from .parsed import NESTED, is_key, unreadable
from .python_names import Names

FORM = "Python"

_TOKENS = 5_000  # a request has some hundred; the limit bounds the depth of the syntax tree
_MOST = 200_000  # characters that a name may stand for
_SHAPES = {"Shot": ("prompt", "duration"), "Element": ("element_id",)}
# An interpreter's prompts, copied along with the lines of a session or a page of documentation.
_PROMPTS = re.compile(r"^[ \t]*(?:>>>|\.{3,}:?|In \[\d+\]:)(?: |$)", re.MULTILINE)
_MAGIC = re.compile(r"[ \t]*(?:(?P<timed>%time(?:it)?[ \t]+(?=\S))|%%?[A-Za-z]|!)")
_MAGICS = 20  # lines of a notebook's own that are passed over
_BREAKS = (SyntaxError, ValueError, MemoryError, RecursionError)  # how the parser fails
_NONE: Mapping[str, Any] = {}
_names: ContextVar[Mapping[str, Any]] = ContextVar("names")
_assigned_names: ContextVar[Names | None] = ContextVar("assigned_names", default=None)


@contextmanager
def names(tree: ast.Module) -> Iterator[Mapping[str, Any]]:
    """Resolve, within the block, the names that a text assigns a literal and nothing in it may change."""
    text_names = Names(tree)
    literals: dict[str, Any] = {}
    token, others = _names.set(literals), _assigned_names.set(text_names)
    try:
        for name, expression in text_names.assigned.items():
            try:
                value = literal(expression)
            except RequestError:
                continue
            if len(json.dumps(value)) <= _MOST and not (isinstance(value, (list, dict)) and name in text_names.changed):
                literals[name] = value
        yield literals
    finally:
        _names.reset(token)
        _assigned_names.reset(others)


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
        if (tree := _parsed(source)) is not None:
            return tree
    return None


def _parsed(source: str) -> ast.Module | None:
    """Parse a source without the lines that only a notebook understands, which is where the parser stops."""
    lines = source.split("\n")
    for _ in range(_MAGICS):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # invalid escapes in the pasted text are not the person's concern
                return ast.parse("\n".join(lines))
        except SyntaxError as error:
            at = (error.lineno or 0) - 1
            if not 0 <= at < len(lines) or (magic := _MAGIC.match(lines[at])) is None:
                return None
            lines[at] = lines[at][magic.end() :] if magic["timed"] else ""
        except _BREAKS:
            return None
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
    if isinstance(node, ast.Constant) and isinstance(node.value, bytes):
        return node.value.decode("utf-8", "replace")
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
        text = literal(node.func.value, where, levels - 1)
        if isinstance(text, str) and (node.func.attr == "encode" or not (node.args or node.keywords)):
            return text if node.func.attr == "encode" else text.strip()
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
    text_names = _assigned_names.get()
    unsure = ", which the text may change" if text_names and text_names.unsure(id_of(node)) else ""
    what = {
        ast.JoinedStr: "an f-string",
        ast.Call: f"a call of {name_of(node)[:40]}" if isinstance(node, ast.Call) else "",
        ast.Name: f"the name {node.id[:40]}{unsure}" if isinstance(node, ast.Name) else "",
    }.get(type(node), "an expression")
    place = f"{where} is" if where and where != "**" else "There is"
    return f"{place} {what}, and the text is only read, never run. Put the value itself there."
