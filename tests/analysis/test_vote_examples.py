"""The examples in the docstrings of what is about votes are true."""

from __future__ import annotations

import doctest
import importlib

import pytest

MODULES = ["axis_votes", "bradley_terry", "davidson", "e_process", "pairing", "verdict", "votes"]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str) -> None:
    result = doctest.testmod(importlib.import_module(f"kling_widget.analysis.{name}"))
    assert result.attempted
    assert not result.failed
