"""What counts as text, as something to see, and as the same words."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kling_widget.text import HALF, ZERO, flaw, fold, is_blank, mended

SAME = {
    "capitals with accents": ("ÉTÉ À PARIS", "été à paris"),
    "curly apostrophes": ("don\u2019t", "don't"),
    "curly quotes": ("say \u201chi\u201d", 'say "hi"'),
    "quotes below the line": ("sag \u201ehallo\u201c", 'sag "hallo"'),
    "a hyphen that does not break": ("co\u2011op", "co-op"),
    "a dash": ("a fox \u2014 at dawn", "a fox - at dawn"),
    "a word that is stretched": ("كتـــاب", "كتاب"),
    "Cyrillic": ("ПРИВЕТ", "привет"),
    "an accent apart from its letter": ("cafe\u0301", "CAFÉ"),
    "sharp s": ("STRASSE", "straße"),
    "capital sharp s": ("STRAẞE", "strasse"),
    "final sigma": ("ΟΔΟΣ", "οδος"),
    "Turkish dotted I": ("İSTANBUL", "istanbul"),
    "Turkish dotless i": ("ISPARTA", "ısparta"),
    "full-width letters": ("ＦＯＸ　１２", "fox 12"),
    "half-width kana": ("ｷﾂﾈ", "キツネ"),
    "voiced half-width kana": ("ﾀﾞﾝｽ", "ダンス"),
    "a ligature": ("ﬁreﬂy", "Firefly"),
    "Arabic presentation forms": ("ﻼ", "لا"),
    "conjoining jamo": (unicodedata.normalize("NFD", "여우"), "여우"),
    "no-break and several spaces": ("a\u00a0red\n\t fox", "a red fox"),
    "a soft hyphen": ("light\u00adhouse", "lighthouse"),
    "zero widths and a byte order mark": ("\ufefffo\u200bx\u2060", "fox"),
    "a mark behind a joiner": ("cafe\u200d\u0301", "café"),
    "direction marks": ("\u202bשועל\u202c", "שועל"),
    "marks in another order": ("a\u0323\u0302", "a\u0302\u0323"),
    "the Kelvin sign": ("5 K", "5 k"),
}

UNSEEN = (
    "", " ", "\n\t", "\u00a0\u3000", "\u200b", "\u200d", "\ufeff", "\u00ad", "\ufe0f", "\u3164", "\uffa0",
    "\u115f\u1160", "\u2800", "\u180e", "\u202e\u2069", "\U000e0041\U000e007f", "\U000e0100", "\u2061",
    "\x1b\x7f", "\u034f",
)  # fmt: skip


@pytest.mark.parametrize("name", SAME)
def test_words_that_read_alike_are_folded_alike(name: str) -> None:
    one, other = SAME[name]
    assert fold(one) == fold(other)


@pytest.mark.parametrize(("one", "other"), [("cafe", "café"), ("fox", "f ox"), ("И", "Й"), ("か", "が"), ("a", "b")])
def test_words_that_read_differently_stay_apart(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@given(st.text())
def test_what_is_folded_stays_so_and_has_no_line_break(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert "\n" not in fold(text)


@given(st.text(st.characters(exclude_categories=["Cs"])), st.text(st.characters(exclude_categories=["Cs"])))
def test_a_text_is_found_in_what_holds_it(before: str, words: str) -> None:
    assert fold(f"x{words}x") in fold(f"{before} x{words}x")


@pytest.mark.parametrize("text", UNSEEN, ids=ascii)
def test_what_shows_nothing_is_blank(text: str) -> None:
    assert is_blank(text)


@pytest.mark.parametrize(
    "text", ["a", ".", "狐", "🦊", "\u0301", "\ufffd", "\u200ba", "☀\ufe0f", "٣", "\u0e33"], ids=ascii
)
def test_what_shows_something_is_not_blank(text: str) -> None:
    assert not is_blank(text)


@pytest.mark.parametrize(
    "value",
    ["a\ud83e", {"prompt": "\udd8a"}, {"\ud83e": 1}, {"multi_prompt": [{"prompt": "x\udc00"}]}, ["a", ("\udfff",)]],
    ids=ascii,
)
def test_half_a_character_is_found_wherever_it_stands_and_can_be_shown(value: object) -> None:
    assert flaw(value) == HALF
    assert flaw(mended(value)) == ""
    assert "\ufffd" in str(mended(value))


def test_other_flaws_and_none() -> None:
    assert flaw({"prompt": "a\0b"}) == ZERO
    assert flaw({"prompt": "🦊 \x1b[31m \u2028", "duration": 5, "sound": True, "x": None}) == ""
    assert mended({"prompt": "🦊", "duration": 5}) == {"prompt": "🦊", "duration": 5}
