"""``%%kling`` takes every input of every model, and what a notebook does to a cell changes none of them."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from IPython.core.inputtransformer2 import TransformerManager

from kling_widget import KlingError, RequestError
from kling_widget.magic import kling, kling_line
from kling_widget.request.catalog import O3_PRO, Model, bundled
from kling_widget.request.code import Cell, forms, parse, read, to_magic
from tests.requests import inputs_for, video_models

V3 = "kwaivgi/kling-v3.0-pro/text-to-video"
MODELS = pytest.mark.parametrize("model", video_models(), ids=lambda model: model.id.removeprefix("kwaivgi/"))


def as_ipython_has_it(cell: str) -> tuple[str, str]:
    """The line and the body that IPython hands to the magic."""
    [ran] = ast.parse(TransformerManager().transform_cell(cell)).body
    assert isinstance(ran, ast.Expr)
    assert isinstance(ran.value, ast.Call)
    name, line, body = (ast.literal_eval(argument) for argument in ran.value.args)
    assert (name, body != "") == ("kling", True)  # a body that is nothing at all is refused by IPython
    return line, body


@MODELS
@given(data=st.data())
@settings(max_examples=60)
def test_a_cell_asks_for_the_request_that_it_was_written_from(model: Model, data: st.DataObject) -> None:
    inputs = data.draw(inputs_for(model))
    assert parse(*as_ipython_has_it(to_magic(model.id, inputs))) == Cell(model.id, inputs)


def test_flags_are_the_inputs_by_their_own_names() -> None:
    line = f"--model {V3} --no-sound --cfg-scale .25 --negative_prompt=-blur --library ~/clips --live"
    with pytest.raises(RequestError, match="--cfg_scale/--cfg-scale: it takes a number"):
        parse(line, "A fox")
    cell = parse(line.replace(".25", "0.25"), "\n A fox \n\n")
    inputs = {"prompt": "A fox", "sound": False, "cfg_scale": 0.25, "negative_prompt": "-blur"}
    assert cell == Cell(V3, inputs, "~/clips", practice=False)
    assert parse(f"--model {V3} --negative_prompt=--", "A fox").inputs == {"prompt": "A fox", "negative_prompt": "--"}
    assert parse("--practice", "A fox") == Cell(O3_PRO, {"prompt": "A fox"}, practice=True)


def test_a_cell_that_asks_for_nothing_or_too_much_is_refused_before_anything_is_sent(tmp_path: Path) -> None:
    for line, body, said in (
        ("", " \n", "prompt: Write what should happen"),
        ("--dur 5", "A fox", "takes no --dur. Did you mean --duration?"),
        ("--duration 99", "A fox", "duration: It takes a whole number from 3 to 15"),
        ("--duration", "A fox", "--duration: expected one argument. Try: %%kling"),
        ("--model kwaivgi/kling-video-o3-pro", "A fox", "Did you mean 'kwaivgi/kling-video-o3-pro/"),
    ):
        with pytest.raises(RequestError) as refused:
            kling(f"{line} --library {tmp_path / 'none'} --practice", body)
        assert said in str(refused.value)


def test_help_lists_every_input_of_the_model_that_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    for line, model in (
        ("--help", O3_PRO),
        ("-h", O3_PRO),
        ('--model "V3 Pro" --help', V3),
        (f"--help --model {V3}", V3),
    ):
        assert kling(line, "") is None
        said = capsys.readouterr().out
        assert model in said
        for name in bundled()[model].fields:
            assert f"--{name}" in said or name == "prompt"
    kling_line("--help")
    assert "--duration" in capsys.readouterr().out
    with pytest.raises(RequestError, match="There is no model of that name"):
        kling("--model Sora --help", "")
    with pytest.raises(KlingError, match="%%kling"):
        kling_line("A fox")


def test_a_practice_request_as_code_says_that_it_is_practice(tmp_path: Path) -> None:
    inputs = {"prompt": "A fox", "duration": 3}
    for practice in (True, False):
        python, cell, *_ = forms(O3_PRO, inputs, practice=practice).values()
        assert ("practice=True" in python) == ("--practice" in cell) == practice
        assert parse(*as_ipython_has_it(cell)) == Cell(O3_PRO, inputs, practice=practice or None)
        assert read(python).inputs == read(cell).inputs == inputs


SHELL = """
import json, sys
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
shell.run_cell("%load_ext kling_widget").raise_error()
inputs = []
for cell in json.load(sys.stdin):
    ran = shell.run_cell(cell)
    ran.raise_error()
    inputs.append(ran.result.request.inputs)
    ran.result.stop()
ran.result.library.close()
print("INPUTS", json.dumps(inputs))
"""


def test_a_shell_makes_takes_of_cells_and_puts_no_values_for_braces_and_dollars(tmp_path: Path) -> None:
    wanted: list[dict[str, Any]] = [
        {
            "multi_prompt": [{"prompt": "Wide, {shell} costs $shell", "duration": 5}],
            "element_list": [{"element_id": "7"}],
        },
        {"prompt": "A sign reads $shell\n>>> {len('x')}", "duration": 3, "sound": False},
        {"prompt": "{shell} %%kling\n\nA fox", "duration": 3},
    ]
    cells = json.dumps([to_magic(O3_PRO, inputs) for inputs in wanted])
    places = os.environ | {"KLING_LIBRARY": str(tmp_path / "library"), "IPYTHONDIR": str(tmp_path / "ipython")}
    ran = subprocess.run([sys.executable, "-c", SHELL], input=cells, capture_output=True, text=True, env=places)
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout.split("INPUTS", 1)[1]) == wanted
