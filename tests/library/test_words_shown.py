"""What a cell shows of an error: one sentence of ours without a traceback, and a traceback where it is a bug."""

from __future__ import annotations

import ast
import importlib
import inspect
import os
import pkgutil
import re
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import start_new_kernel

import kling_widget
from kling_widget import KlingError, errors

KEY = "wsk_live_canary_words_shown"


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BlockingKernelClient]:
    folder = tmp_path_factory.mktemp("words")
    places = {"KLING_LIBRARY": str(folder / "library"), "IPYTHONDIR": str(folder / "ipython")}
    manager, client = start_new_kernel(env=os.environ | places, cwd=str(folder))
    begun = "%load_ext kling_widget\nfrom kling_widget import *\nfrom kling_widget import generate, Library"
    assert run(client, begun) is None
    yield client
    client.stop_channels()
    manager.shutdown_kernel()


def run(client: BlockingKernelClient, code: str) -> dict[str, Any] | None:
    """Run a cell; gives what it shows of an error."""
    shown: list[dict[str, Any]] = []

    def hear(message: dict[str, Any]) -> None:
        if message["msg_type"] in ("error", "stream"):
            shown.append({"kind": message["msg_type"], **message["content"]})

    reply = client.execute_interactive(code, timeout=120, output_hook=hear)
    if reply["content"]["status"] == "ok":
        return next((one for one in shown if one["kind"] == "stream"), None)
    return next(one for one in shown if one["kind"] == "error")


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("%%kling --duration 99 --practice\nA fox", "duration: It takes a whole number from 3 to 15; this is 99."),
        ("%%kling --duraton 5\nA fox", "Did you mean --duration?"),
        ("%%kling --model Sora\nA fox", "There is no model"),
        ("%%kling --practice", "prompt: Write what should happen in the clip."),
        ("generate('A fox', duration=99, practice=True)", "It takes a whole number from 3 to 15"),
        (
            "generate('A fox', sounds=True, practice=True)",
            "takes no 'sounds', so nothing was sent. Did you mean 'sound'?",
        ),
        ("Library().take('t1')", "This library holds no take 't1'."),
        ("VideoRequest('A fox', model='Turbo')", "'V3 Turbo Pro · text to video'"),
        ("def make():\n    return generate('', practice=True)\n\nmake()", "Write what should happen"),
        ("Library().cap(day='five')", "A cap is an amount of dollars"),
        ("try:\n    1 / 0\nexcept ZeroDivisionError:\n    generate('', practice=True)", "Write what should happen"),
    ],
)
def test_a_cell_shows_our_sentence_and_no_traceback(kernel: BlockingKernelClient, code: str, said: str) -> None:
    shown = run(kernel, code)
    assert shown is not None
    text = re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(shown["traceback"]))
    assert said in text
    assert text.startswith(shown["ename"])
    for trace in ("Traceback", "File ", ".py", "---->", "ZeroDivisionError", "kling_widget"):
        assert trace not in text
    assert len(text.splitlines()) <= 4


def test_the_line_of_a_longer_cell_is_named_and_not_quoted(kernel: BlockingKernelClient) -> None:
    for code, place in (
        ("key = 'secret'\n\ngenerate('', practice=True)  # secret", "(line 3 of the cell)"),
        ("def make():\n    generate('', practice=True)  # secret\n\nmake()", "(line 2 of make)"),
    ):
        shown = run(kernel, code)
        assert shown is not None
        assert shown["traceback"][-1] == place
        assert "secret" not in "".join(shown["traceback"])


def test_a_bug_keeps_its_traceback(kernel: BlockingKernelClient) -> None:
    for code in ("1 / 0", "Library().takes(nonsense=1)", "raise RuntimeError from KlingError('ours')"):
        shown = run(kernel, code)
        assert shown is not None
        assert "Traceback" in "".join(shown["traceback"])


def test_help_helps_in_a_cell_of_one_line(kernel: BlockingKernelClient) -> None:
    for code in (
        "%%kling --help",
        "%%kling --help\n",
        "%%kling -h\n\n",
        "%kling --help",
        '%%kling --model "V3 Pro" --help\nA fox',
    ):
        shown = run(kernel, code)
        assert shown is not None
        assert shown["kind"] == "stream"
        assert "--multi_prompt" in shown["text"]


def test_a_terminals_ipython_shows_the_sentence_too_and_plain_python_its_traceback(tmp_path: Path) -> None:
    places = os.environ | {"KLING_LIBRARY": str(tmp_path / "library"), "IPYTHONDIR": str(tmp_path / "ipython")}
    bad = "from kling_widget import generate; generate('', practice=True)"
    ours = subprocess.run(
        [sys.executable, "-m", "IPython", "--colors=nocolor", "-c", bad], env=places, capture_output=True, text=True
    )
    assert "RequestError: Nothing was sent" in ours.stdout + ours.stderr
    assert "Traceback" not in ours.stdout + ours.stderr
    plain = subprocess.run([sys.executable, "-c", bad], env=places, capture_output=True, text=True)
    assert "Traceback" in plain.stderr
    assert "RequestError: Nothing was sent" in plain.stderr


# What can be raised is exported, and said in the docstrings


def kinds_of(error: type[KlingError]) -> set[type[KlingError]]:
    """An error's class and all that are made of it, in whichever module they stand."""
    return {error}.union(*map(kinds_of, error.__subclasses__()))


def test_every_error_that_can_be_raised_is_exported() -> None:
    for module in pkgutil.walk_packages(kling_widget.__path__, "kling_widget."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    ours = [one for one in kinds_of(KlingError) if one.__module__.startswith("kling_widget")]
    raised = {one.__name__ for one in ours if not one.__name__.startswith("_")}  # a module's own never leaves it
    assert raised | {"Problem"} <= set(kling_widget.__all__)
    for name in raised:
        assert getattr(kling_widget, name) is getattr(errors, name)  # all in one tree
        assert re.search(rf"\b{name}\b", str(errors.__doc__)), f"{name} stands in no tree"


def public_callables() -> Iterator[tuple[str, Callable[..., Any]]]:
    for name in kling_widget.__all__:
        public = getattr(kling_widget, name)
        if inspect.isfunction(public):
            yield name, public
        elif inspect.isclass(public) and not issubclass(public, BaseException):
            for kind in public.__mro__:
                if not kind.__module__.startswith("kling_widget"):
                    continue
                for member, value in vars(kind).items():
                    function = value.fget if isinstance(value, property) else value
                    if not inspect.isfunction(function) or not function.__code__.co_filename.endswith(".py"):
                        continue  # a dataclass's are written by nobody
                    if not member.startswith("_") or member == "__init__":
                        yield f"{name}.{member}", function


def raised_in(function: Callable[..., Any]) -> set[type]:
    """The errors that a function raises itself, or by functions of its own module that it calls."""
    module, found, seen = inspect.getmodule(function), set[type](), set[Any]()
    waiting = [function]
    while waiting:
        one = waiting.pop()
        if one in seen:
            continue
        seen.add(one)
        for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(one)))):
            if isinstance(node, ast.Raise) and node.exc is not None:
                made = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
                kind = getattr(module, made.id, None) if isinstance(made, ast.Name) else None
                if inspect.isclass(kind) and issubclass(kind, KlingError):
                    found.add(kind)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                called = getattr(module, node.func.id, None)
                if inspect.isfunction(called) and called.__module__ == getattr(module, "__name__", ""):
                    waiting.append(called)
    return found


def test_what_a_public_function_raises_stands_in_its_docstring() -> None:
    missing, looked_at = [], 0
    for name, function in public_callables():
        owner = name.partition(".")[0]
        said = (inspect.getdoc(function) or "") + (inspect.getdoc(getattr(kling_widget, owner)) or "")
        for kind in raised_in(function):
            looked_at += 1
            ancestors = [one.__name__ for one in kind.__mro__ if issubclass(one, KlingError)]
            if not any(re.search(rf"\b{one}\b", said) for one in ancestors):
                missing.append(f"{name} raises {kind.__name__}")
    assert missing == []
    assert looked_at >= 5  # it does find what is raised
