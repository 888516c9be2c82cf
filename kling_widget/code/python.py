"""A request as Python: the call that asks for it, written for people and read from literals alone.

A text is parsed and looked at, and never run. What is no literal (a name, an f-string) is refused in words.
"""

from __future__ import annotations

import ast
import io
import keyword
import math
import textwrap
import tokenize
import warnings
from collections.abc import Iterator, Mapping
from typing import Any

from ..catalog import O3_PRO
from .asked import NESTED, Said, is_key, unread
from .body import said

FORM = "Python"
WIDTH = 100
"""How long a line may be, in characters, before a call is broken into one argument a line."""

_TOKENS = 5_000  # a request has some hundred; what Python makes of a text grows no deeper than this
_NOT_INPUTS = frozenset({"library", "practice", "catalog", "model"})  # what `generate` and `VideoRequest` take besides
_SHAPES = {"Shot": ("prompt", "duration"), "Element": ("element_id",)}
_BREAKS = (SyntaxError, ValueError, MemoryError, RecursionError)  # what the parser makes of what it can't read


def call(
    name: str,
    model: str,
    inputs: Mapping[str, Any],
    *,
    extra: Mapping[str, Any] | None = None,
    width: int | None = None,
) -> str:
    """Write the call that asks for a request.

    Parameters
    ----------
    name
        What is called: ``generate``, ``VideoRequest``.
    model
        The model; not written where it is the one that a call is for anyway.
    inputs
        Its inputs. The prompt comes first, without its name.
    extra
        Further arguments by their names, such as ``practice``; they come last.
    width
        Characters a line may have before the call is broken, one argument a line. None: one line whatever its length.
        Strings are never broken.
    """
    rest = {key: value for key, value in inputs.items() if key != "prompt"}
    odd = {key: value for key, value in rest.items() if not key.isidentifier() or keyword.iskeyword(key)}
    named = {key: value for key, value in rest.items() if key not in odd}
    named |= {"model": model} if model != O3_PRO else {}
    heads = [("", inputs["prompt"])] if "prompt" in inputs else []
    heads += [(f"{key}=", value) for key, value in (named | dict(extra or {})).items()]
    heads += [("**", odd)] if odd else []
    flat = f"{name}({', '.join(head + repr(value) for head, value in heads)})"
    if width is None or len(flat) <= width or not heads:
        return flat
    return f"{name}(\n" + "".join(f"    {head}{_broken(value, width, 4, len(head))},\n" for head, value in heads) + ")"


def to_python(model: str, inputs: Mapping[str, Any], *, imports: bool = True, practice: bool = False) -> str:
    """Write a request as a call of ``generate``, below the line that imports it unless ``imports`` is False.

    One for practice says so: run where a key is found, it would cost money otherwise.
    """
    asks = call("generate", model, inputs, extra={"practice": True} if practice else None, width=WIDTH)
    return f"from kling_widget import generate\n\n{asks}" if imports else asks


def _broken(value: Any, width: int, indent: int, head: int) -> str:
    """A literal, one item a line where it is too long for what is left of its own."""
    flat = repr(value)
    if indent + head + len(flat) < width or not isinstance(value, (list, dict)) or not value:
        return flat
    pairs = [(f"{key!r}: ", one) for key, one in value.items()] if isinstance(value, dict) else [("", v) for v in value]
    inner = indent + 4
    items = "".join(f"{' ' * inner}{name}{_broken(one, width, inner, len(name))},\n" for name, one in pairs)
    return f"{flat[0]}\n{items}{' ' * indent}{flat[-1]}"


def read(text: str) -> Said | None:
    """Read the first request in a Python text: a call of ``generate``, ``VideoRequest`` or ``run``, or a dict alone.

    Returns
    -------
    Said or None
        None where it is no Python, or holds no request.

    Raises
    ------
    RequestError
        If a request stands there and can't be told without running the text.
    """
    tree = _tree(text)
    if tree is None:
        return None
    calls = sorted(filter(_asks, _calls(tree)), key=lambda node: (node.lineno, node.col_offset))
    if not calls:
        alone = tree.body[0] if len(tree.body) == 1 else None
        held = isinstance(alone, ast.Expr) and isinstance(alone.value, ast.Dict)
        return said(_literal(alone.value)) if isinstance(alone, ast.Expr) and held else None
    key = any(is_key(one.arg) and isinstance(one.value, ast.Constant) for node in _calls(tree) for one in node.keywords)
    model, inputs = (_of_run if _name(calls[0]) == "run" else _of_generate)(calls[0])
    return Said(model, inputs, key, len(calls) - 1)


def _tree(text: str) -> ast.Module | None:
    try:
        tokens = tokenize.generate_tokens(io.StringIO(text).readline)
        if sum(1 for _ in zip(tokens, range(_TOKENS), strict=False)) == _TOKENS:
            return None
    except (tokenize.TokenError, *_BREAKS):
        pass  # what it is indented below may be missing: dedented it can still be Python
    for source in (text, textwrap.dedent(text)):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # what Python thinks of the text's escapes is said to nobody
                return ast.parse(source)
        except _BREAKS:
            continue
    return None


def _calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def _name(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _asks(node: ast.Call) -> bool:
    if _name(node) == "run":  # many things run; this one is given a model and its inputs
        return len(node.args) > 1 or any(one.arg in ("input", "inputs") for one in node.keywords)
    return _name(node) in ("generate", "VideoRequest")


def _of_generate(node: ast.Call) -> tuple[str, dict[str, Any]]:
    if len(node.args) > 1:
        raise unread(FORM, f"{_name(node)} takes the prompt, and everything else by its name.")
    given = {"prompt": _literal(node.args[0], "prompt")} if node.args else {}
    model: Any = O3_PRO
    for one in node.keywords:
        if one.arg is None:
            given.update(_object(one.value, "**"))
        elif one.arg == "model":
            model = _literal(one.value, "model")
        elif one.arg not in _NOT_INPUTS and not is_key(one.arg):
            given[one.arg] = _literal(one.value, one.arg)
    return str(given.pop("model", model)), {name: value for name, value in given.items() if name not in _NOT_INPUTS}


def _of_run(node: ast.Call) -> tuple[str, dict[str, Any]]:
    by_name = {one.arg: one.value for one in node.keywords}
    model = node.args[0] if node.args else by_name.get("model")
    inputs = node.args[1] if len(node.args) > 1 else by_name.get("input", by_name.get("inputs"))
    if model is None or inputs is None:
        raise unread(FORM, 'run takes the model and its inputs: run("model", {"prompt": "A red fox"}).')
    name = _literal(model, "model")
    if not isinstance(name, str):
        raise unread(FORM, "The model's name is no text.")
    return name, _object(inputs, "input")


def _object(node: ast.expr, where: str) -> dict[str, Any]:
    value = _literal(node, where)
    if not isinstance(value, dict):
        raise unread(FORM, "The inputs are no dict.")
    return value


def _literal(node: ast.expr, where: str = "", levels: int = NESTED) -> Any:
    """The JSON value that a literal stands for."""
    if levels < 1:
        raise unread(FORM, "The Python is nested deeper than any request is.")
    if isinstance(node, ast.Constant) and isinstance(node.value, (str, bool, int, float, type(None))):
        if isinstance(node.value, float) and not math.isfinite(node.value):
            raise unread(FORM, "A number in the Python is none that a request can hold.")
        return node.value
    if isinstance(node, (ast.List, ast.Tuple)):
        return [_literal(one, where, levels - 1) for one in node.elts]
    if isinstance(node, ast.Dict):
        return _pairs(node, where, levels - 1)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        number = _literal(node.operand, where, levels - 1)
        if isinstance(number, (int, float)) and not isinstance(number, bool):
            return -number
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _sum(node, where, levels - 1)
    if isinstance(node, ast.Call) and _name(node) in ("dict", *_SHAPES):
        return _shape(node, where, levels - 1)
    raise unread(FORM, _no_literal(node, where))


def _pairs(node: ast.Dict, where: str, levels: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in zip(node.keys, node.values, strict=True):
        name = None if key is None else _literal(key, where, levels)
        if name is not None and not is_key(name):
            found[str(name)] = _literal(value, str(name), levels)
        elif name is None and isinstance(inner := _literal(value, where, levels), dict):
            found.update(inner)
    return found


def _sum(node: ast.BinOp, where: str, levels: int) -> str:
    """A text put together from pieces, as long prompts are."""
    pieces: list[str] = []
    left: ast.expr = node
    while isinstance(left, ast.BinOp) and isinstance(left.op, ast.Add):
        pieces.append(_literal(left.right, where, levels))
        left = left.left
    pieces.append(_literal(left, where, levels))
    if not all(isinstance(piece, str) for piece in pieces):
        raise unread(FORM, _no_literal(node, where))
    return "".join(reversed(pieces))


def _shape(node: ast.Call, where: str, levels: int) -> dict[str, Any]:
    """What ``Shot(…)``, ``Element(…)`` and ``dict(…)`` stand for."""
    names = _SHAPES.get(_name(node), ())
    if len(node.args) > len(names):
        raise unread(FORM, _no_literal(node, where))
    found = {name: _literal(one, where, levels) for name, one in zip(names, node.args, strict=False)}
    for one in node.keywords:
        given = _literal(one.value, one.arg or where, levels)
        found.update(given if one.arg is None and isinstance(given, dict) else {str(one.arg): given})
    return found


def _no_literal(node: ast.expr, where: str) -> str:
    what = {
        ast.JoinedStr: "an f-string",
        ast.Call: f"a call of {_name(node)[:40]}" if isinstance(node, ast.Call) else "",
        ast.Name: f"the name {node.id[:40]}" if isinstance(node, ast.Name) else "",
    }.get(type(node), "an expression")
    place = f"{where} is" if where and where != "**" else "There is"
    return f"{place} {what}, and the text is only read, never run. Put the value itself there."
