"""The Tab key in a real kernel: every public name completes, whether it was assigned or is only a call."""

from __future__ import annotations

import inspect
import os
from collections.abc import Iterator
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import start_new_kernel

import kling_widget

from ..patience import PATIENCE_S

BEFORE = """
from kling_widget import *
from kling_widget import Library, Take, Studio, compare, generate
library = Library()
take, other = (generate(f"A fox, take {n}", duration=3, practice=True, library=library) for n in (1, 2))
studio, screen = Studio(library, practice=True), compare(take, other)
request, shot, element = VideoRequest("A fox"), Shot("A fox", 3), Element("7")
spent, budget = library.spent(), library.budget
planned = sweep("A {red|blue} fox", duration=3, practice=True, library=library)
planned.confirm()
while not planned.takes:
    pass  # what is None, or an empty list, has nothing to offer
swept, child, difference = planned.takes[0], take.remix(), take.diff(other)
try:
    VideoRequest("A fox", duration=99)
except RequestError as caught:
    error = caught
    problem = caught.problems[0]
"""

TAKE = {"status", "cost", "rating", "tags", "note", "prompt", "parent", "video", "problem", "wait", "remix", "rate"}
LIBRARY = {"takes", "history", "spent", "budget", "models", "cap", "folder"}
REQUEST = {"but", "estimate", "inputs", "model", "seconds"}
STUDIO = {"prompt", "duration", "sound", "generate", "show", "fill", "library"}
SWEEP = {"confirm", "wait", "history", "stop", "resume", "skip", "redo", "extend", "cells", "takes", "id"}
CELL = {"index", "values", "repeat", "inputs", "price", "status", "take", "attempt"}
DIFFERENCE = {"first", "second", "prompt", "inputs"}
SCREEN = {"takes", "arrangement", "show", "library"}

EXPECTED: dict[str, set[str]] = {
    # Names that were assigned.
    "take": TAKE,
    "library": LIBRARY,
    "studio": STUDIO,
    "screen": SCREEN,
    "request": REQUEST,
    "shot": {"prompt", "duration"},
    "element": {"element_id"},
    "error": {"problems"},
    "problem": {"field", "message"},
    "spent": {"today", "total", "practice_today", "practice_total", "takes"},
    "budget": {"call", "day", "library"},
    "planned": SWEEP,
    "difference": DIFFERENCE,
    # The classes themselves.
    "Take": TAKE,
    "Library": LIBRARY,
    "VideoRequest": REQUEST,
    "Studio": {"generate", "show", "fill"},
    "Shot": {"payload"},
    "Element": {"payload"},
    "RequestError": {"problems"},
    "TakeTimeout": {"with_traceback"},
    # What calls and properties give.
    "generate('A fox')": TAKE,
    "take.wait()": TAKE,
    "take.remix()": TAKE,
    "take.parent": TAKE,
    "take.video": {"name", "stat", "exists"},
    "library.take('t1')": TAKE,
    "library.takes()[0]": TAKE,
    "take.library": LIBRARY,
    "Library()": LIBRARY,
    "compare(take, other)": SCREEN,
    "Studio()": {"generate", "show", "fill"},
    "VideoRequest('A fox')": REQUEST,
    "request.but()": REQUEST,
    "take.request": REQUEST,
    "library.spent()": {"today", "total"},
    "library.budget": {"call", "day"},
    "sweep('A {red|blue} fox')": SWEEP,
    "library.sweeps()[0]": SWEEP,
    "library.sweep('s1')": SWEEP,
    "planned.confirm()": SWEEP,
    "planned.cells[0]": CELL,
    "planned.cells[0].take": TAKE,
    "planned[0]": CELL,
    "planned.takes[0]": TAKE,
    "swept.sweep": SWEEP,
    "library.takes()[0].sweep": SWEEP,
    "take.children[0]": TAKE,
    "take.family[0]": TAKE,
    "take.diff(other)": DIFFERENCE,
    "library.table()": {"to_csv", "to_json", "to_parquet", "columns"},
    "library.merge('other')": {"takes", "there", "left", "notes"},
}


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BlockingKernelClient]:
    folder = tmp_path_factory.mktemp("completion")
    places = {"KLING_LIBRARY": str(folder / "library"), "IPYTHONDIR": str(folder / "ipython")}
    places["XDG_CACHE_HOME"] = str(folder / "cache")  # jedi fails on a cache that another process is writing
    manager, client = start_new_kernel(env=os.environ | places, cwd=str(folder))
    said = client.execute_interactive(BEFORE, timeout=120, output_hook=lambda message: None)
    assert said["content"]["status"] == "ok", said["content"]
    yield client
    client.execute_interactive("library.close()", timeout=60, output_hook=lambda message: None)
    client.stop_channels()
    manager.shutdown_kernel()


def completed(kernel: BlockingKernelClient, code: str) -> set[str]:
    asked = kernel.complete(code, len(code))
    while True:
        reply = kernel.get_shell_msg(timeout=PATIENCE_S)
        if reply["parent_header"].get("msg_id") == asked:
            break
    return {match.rpartition(".")[2] for match in reply["content"]["matches"]}


@pytest.mark.parametrize("expression", EXPECTED)
def test_tab_offers_what_there_is(kernel: BlockingKernelClient, expression: str) -> None:
    found = completed(kernel, f"{expression}.")
    assert found >= EXPECTED[expression]


@pytest.mark.parametrize("name", [name for name in kling_widget.__all__ if name[0].isupper()])
def test_tab_completes_every_public_class(kernel: BlockingKernelClient, name: str) -> None:
    assert completed(kernel, f"{name}.")  # jedi that fails offers nothing at all
    assert name in completed(kernel, name[:-1])
    assert name in completed(kernel, f"from kling_widget import {name[:2]}")


def test_tab_completes_within_a_name_a_loop_and_the_inputs_of_a_call(kernel: BlockingKernelClient) -> None:
    assert "status" in completed(kernel, "take.sta")
    assert completed(kernel, "for one in library.takes():\n    one.") >= TAKE
    assert completed(kernel, "found = library.take('t1')\nfound.wait().ra") >= {"rate", "rating"}
    assert "duration=" in completed(kernel, "generate('A fox', dura")


def _names_literal(hint: Any) -> bool:
    return get_origin(hint) is Literal or any(map(_names_literal, get_args(hint)))


def test_no_public_property_is_annotated_with_what_completion_fails_on() -> None:
    # With jedi 0.20 one such property is enough, and none of the object's names is offered.
    found = [
        f"{name}.{member}"
        for name in kling_widget.__all__
        if inspect.isclass(public := getattr(kling_widget, name))
        for kind in public.__mro__
        for member, value in vars(kind).items()
        if isinstance(value, property)
        and value.fget.__module__.startswith("kling_widget")
        and _names_literal(_returned(value.fget))
    ]
    assert found == []


def _returned(function: Any) -> Any:
    try:
        return get_type_hints(function).get("return")
    except NameError:  # a name for type checkers only
        return None
