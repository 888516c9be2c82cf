"""Titles tell prompts apart that begin alike, and leave the others as they are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kling_widget.widgets.history.titles import titles

ROBOT = "A robot walks along a"


@pytest.mark.parametrize(
    ("prompts", "found"),
    [
        ([f"{ROBOT} beach", f"{ROBOT} street", "An owl"], ["… beach", "… street", "An owl"]),
        ([f"{ROBOT} beach, dolly in, 35 mm", f"{ROBOT} street, dolly in, 35 mm"], ["… beach, …", "… street, …"]),
        ([f"{ROBOT} beach", f"{ROBOT} beach"], [f"{ROBOT} beach"] * 2),  # equal: nothing tells them apart
        ([f"{ROBOT} beach", f"{ROBOT} beach at night"], [f"{ROBOT} beach", "… at night"]),
        (["A red fox", "A blue fox"], ["A red fox", "A blue fox"]),  # seen apart as they are
        (
            [f"{ROBOT} beach of white sand, static", f"{ROBOT} beach of white sand, orbit", f"{ROBOT} street"],
            ["… static", "… orbit", "… street"],
        ),
        ([], []),
        (["", ""], ["", ""]),
    ],
)
def test_prompts_that_begin_alike_are_told_apart(prompts: list[str], found: list[str]) -> None:
    assert titles(prompts) == found


@given(st.lists(st.lists(st.sampled_from(["a", "robot", "walks", "along", "beaches", "…"]), max_size=12), max_size=8))
def test_different_prompts_have_different_titles_made_of_their_own_words(several: list[list[str]]) -> None:
    prompts = [" ".join(words) for words in several]
    found = titles(prompts)
    for prompt, title in zip(prompts, found, strict=True):
        kept = title.replace("…", " ").split()
        rest = iter(prompt.split())
        assert all(word in rest for word in kept)
    for one, first in zip(found, prompts, strict=True):
        for other, second in zip(found, prompts, strict=True):
            assert first == second or one != other or "…" in first + second
