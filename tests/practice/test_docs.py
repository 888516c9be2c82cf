"""The page about the practice server leaves nothing out."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from kling_widget import practice
from kling_widget.practice.__main__ import parser
from kling_widget.practice.faults import CALLS, EFFECTS, Fault
from kling_widget.practice.options import MODERATED

PAGE = (Path(__file__).parents[2] / "docs" / "practice.md").read_text("utf-8")

OPTIONS = [text for action in parser()._actions for text in action.option_strings if text not in ("-h", "--help")]


@pytest.mark.parametrize("option", OPTIONS)
def test_every_option_is_explained(option: str) -> None:
    assert f"`{option}" in PAGE


@pytest.mark.parametrize("name", [*CALLS, *EFFECTS, *(field.name for field in fields(Fault))])
def test_every_call_effect_and_part_of_a_rule_is_explained(name: str) -> None:
    assert f"`{name}`" in PAGE


def test_the_words_that_moderation_flags_are_named() -> None:
    assert all(word in PAGE for word in MODERATED)


def test_all_that_the_package_offers_can_be_imported() -> None:
    for name in practice.__all__:
        assert callable(getattr(practice, name))
