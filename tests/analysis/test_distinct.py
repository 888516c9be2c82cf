"""Texts that have much in common are told apart by what they have not."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kling_widget.analysis.distinct import GAP, distinct

WORDS = st.sampled_from(["a", "red", "fox", "in", "snow"])
TEXTS = st.lists(st.lists(WORDS, max_size=6).map(" ".join), max_size=6)


def test_words_that_all_have_are_left_out_at_both_ends() -> None:
    assert distinct(["A fox in neon rain, dolly in", "A fox in snow, dolly in"]) == ["… neon rain, …", "… snow, …"]
    assert distinct(["A red fox", "A blue fox", "A fox"]) == ["… red …", "… blue …", "A fox"]


def test_where_all_are_equal_or_alone_each_stays_whole() -> None:
    assert distinct(["A fox", "A fox"]) == ["A fox", "A fox"]
    assert distinct(["A fox"]) == ["A fox"]
    assert distinct([]) == []


@given(TEXTS)
def test_texts_that_differ_are_called_differently(texts: list[str]) -> None:
    names = distinct(texts)
    assert len(names) == len(texts)
    for one, name in zip(texts, names, strict=True):
        for other, other_name in zip(texts, names, strict=True):
            assert (name == other_name) == (one == other)
        assert set(name.split()) <= {GAP, *one.split()}
