"""A request as a Python call: written for people, read from literals alone.

A text is parsed and never run. A value that is no literal is refused in words.
"""

from __future__ import annotations

import ast
import keyword
from collections.abc import Mapping
from typing import Any

from ..catalog import O3_PRO
from . import python_http
from .json_body import request_in
from .parsed import ParsedText, is_key, unreadable
from .python_literals import FORM as FORM
from .python_literals import calls, literal, name_of, names, tree_of

WIDTH = 100
"""The most characters in a line before a call is broken into one argument a line."""

_NOT_INPUTS = frozenset({"library", "practice", "catalog", "model"})  # arguments of `generate` that are no inputs


def call(
    name: str,
    model: str,
    inputs: Mapping[str, Any],
    *,
    extra: Mapping[str, Any] | None = None,
    width: int | None = None,
) -> str:
    """Write a request as a call.

    Parameters
    ----------
    name
        The function: ``generate``, ``VideoRequest``.
    model
        The model; left out if it is the default.
    inputs
        Its inputs. The prompt comes first, without its name.
    extra
        Further arguments, such as ``practice``; they come last.
    width
        The most characters in a line before the call is broken into one argument a line. None: never break. Strings
        are never broken.
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
    """Write a request as a call of ``generate``, below its import unless ``imports`` is False.

    ``practice`` is written out: without it the call would cost money where a key is found.
    """
    asks = call("generate", model, inputs, extra={"practice": True} if practice else None, width=WIDTH)
    return f"from kling_widget import generate\n\n{asks}" if imports else asks


def _broken(value: Any, width: int, indent: int, head: int) -> str:
    """Write a literal, one item a line if it does not fit into the rest of its line."""
    flat = repr(value)
    if indent + head + len(flat) < width or not isinstance(value, (list, dict)) or not value:
        return flat
    pairs = [(f"{key!r}: ", one) for key, one in value.items()] if isinstance(value, dict) else [("", v) for v in value]
    inner = indent + 4
    items = "".join(f"{' ' * inner}{name}{_broken(one, width, inner, len(name))},\n" for name, one in pairs)
    return f"{flat[0]}\n{items}{' ' * indent}{flat[-1]}"


def read(text: str) -> ParsedText | None:
    """Read the first request in a Python text.

    That is a call of ``generate``, ``VideoRequest`` or ``run``, a lone dict, or a body that an HTTP library posts.

    Returns
    -------
    ParsedText or None
        None if it is no Python, or holds no request.

    Raises
    ------
    RequestError
        If it holds a request that needs the text to be run.
    """
    tree = tree_of(text)
    if tree is None:
        return None
    asking = sorted(filter(_asks, calls(tree)), key=lambda node: (node.lineno, node.col_offset))
    with names(tree):
        if not asking:
            alone = tree.body[0] if len(tree.body) == 1 else None
            if isinstance(alone, ast.Expr) and isinstance(alone.value, ast.Dict):
                return request_in(literal(alone.value))
            return python_http.read(tree)
        key = any(is_key(one.arg) and isinstance(one.value, ast.Constant) for n in calls(tree) for one in n.keywords)
        model, inputs = (_of_run if name_of(asking[0]) == "run" else _of_generate)(asking[0])
        return ParsedText(model, inputs, key, len(asking) - 1)


def _asks(node: ast.Call) -> bool:
    if name_of(node) == "run":  # many things run; this one is given a model and its inputs
        return len(node.args) > 1 or any(one.arg in ("input", "inputs") for one in node.keywords)
    return name_of(node) in ("generate", "VideoRequest")


def _of_generate(node: ast.Call) -> tuple[str, dict[str, Any]]:
    if len(node.args) > 1:
        raise unreadable(FORM, f"{name_of(node)} takes the prompt, and everything else by its name.")
    given = {"prompt": literal(node.args[0], "prompt")} if node.args else {}
    model: Any = O3_PRO
    for one in node.keywords:
        if one.arg is None:
            given.update(_object(one.value, "**"))
        elif one.arg == "model":
            model = literal(one.value, "model")
        elif one.arg not in _NOT_INPUTS and not is_key(one.arg):
            given[one.arg] = literal(one.value, one.arg)
    return str(given.pop("model", model)), {name: value for name, value in given.items() if name not in _NOT_INPUTS}


def _of_run(node: ast.Call) -> tuple[str, dict[str, Any]]:
    by_name = {one.arg: one.value for one in node.keywords}
    model = node.args[0] if node.args else by_name.get("model")
    inputs = node.args[1] if len(node.args) > 1 else by_name.get("input", by_name.get("inputs"))
    if model is None or inputs is None:
        raise unreadable(FORM, 'run takes the model and its inputs: run("model", {"prompt": "A red fox"}).')
    name = literal(model, "model")
    if not isinstance(name, str):
        raise unreadable(FORM, "The model's name is no text.")
    return name, _object(inputs, "input")


def _object(node: ast.expr, where: str) -> dict[str, Any]:
    value = literal(node, where)
    if not isinstance(value, dict):
        raise unreadable(FORM, "The inputs are no dict.")
    return value
