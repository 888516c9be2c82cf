"""``%kling_history`` and ``%kling_spend``: what was made and what it cost, as a shell and its flags have it."""

from __future__ import annotations

import shlex
from pathlib import Path

import pandas as pd
import pytest
from IPython.core.interactiveshell import InteractiveShell

from kling_widget import BadValue
from kling_widget.library.budget import Spent
from kling_widget.magic import kling_history, kling_spend, register
from tests.made import a_take


@pytest.fixture
def library(tmp_path: Path) -> str:
    """The flag that names a library of two takes."""
    a_take(tmp_path / "library", "A red fox in snow", rating=4, tags=("dusk", "wide"), at=1_790_000_000_000)
    a_take(tmp_path / "library", "A {boat} for $5", rating=2, tags=("dusk",), at=1_790_000_000_001)
    return f"--library {shlex.quote(str(tmp_path / 'library'))}"


@pytest.mark.parametrize(
    ("line", "prompts"),
    [
        ("", ["A {boat} for $5", "A red fox in snow"]),
        ("red fox", ["A red fox in snow"]),
        ("'{boat} for $5'", ["A {boat} for $5"]),
        ("--rating 3", ["A red fox in snow"]),
        ("--tags dusk wide", ["A red fox in snow"]),
        ("--limit 1", ["A {boat} for $5"]),
        ("--limit 0", ["A {boat} for $5", "A red fox in snow"]),
        ("--status failed", []),
        ('--model "O3 Pro" --since 2020-01-01', ["A {boat} for $5", "A red fox in snow"]),
        ("--until 2020-01-01", []),
    ],
)
def test_a_line_narrows_the_history(library: str, line: str, prompts: list[str]) -> None:
    frame = kling_history(f"{line} {library}")
    assert frame is not None
    assert list(frame["prompt"]) == prompts


def test_a_line_chooses_the_columns(library: str) -> None:
    frame = kling_history(f"--columns prompt cost {library}")
    assert frame is not None
    assert list(frame.columns) == ["prompt", "cost"]


def test_what_was_spent_is_said_in_dollars_or_as_the_ledger(library: str) -> None:
    spent = kling_spend(library)
    assert isinstance(spent, Spent)
    assert spent.takes == 2
    ledger = kling_spend(f"--ledger {library}")
    assert isinstance(ledger, pd.DataFrame)
    assert list(ledger.columns) == ["at", "kind", "dollars", "service", "prompt", "take"]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("--stars 3", "Unrecognized arguments: --stars. %kling_history --help"),
        ("--rating many", "invalid int value"),
        ("--rating 9", "stars"),
        ("--columns nope", "nope"),
        ("'red", "No closing quotation"),
        ("--model Sora", "There is no model 'Sora'"),
    ],
)
def test_what_is_no_flag_or_no_value_is_refused_in_words(library: str, line: str, words: str) -> None:
    with pytest.raises(BadValue, match=words):
        kling_history(f"{library} {line}")


def test_help_lists_the_flags_and_opens_no_library(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for magic, flag in ((kling_history, "--rating"), (kling_spend, "--ledger")):
        assert magic(f"--help --library {tmp_path / 'none'}") is None
        assert flag in capsys.readouterr().out
    assert not (tmp_path / "none").exists()


def test_a_shell_puts_no_values_for_braces_and_dollars(library: str) -> None:
    shell = InteractiveShell()
    register(shell)
    shell.user_ns["boat"] = "ship"
    ran = shell.run_cell(f"%kling_history '{{boat}} for $5' {library}")
    ran.raise_error()
    assert list(ran.result["prompt"]) == ["A {boat} for $5"]
