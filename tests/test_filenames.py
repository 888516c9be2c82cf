"""A file is called after its prompt in the prompt's own script, and by a name that every system takes."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kling_widget.errors import LibraryError
from kling_widget.filenames import as_path, ascii_slug, slug

NAMES = {
    "A red fox, in snow!": "a-red-fox-in-snow",
    "हिंदी में लोमड़ी": "हिंदी-में-लोमड़ी",
    "ปลาทองว่ายน้ำ": "ปลาทองว่ายน้ำ",
    "தமிழ் நரி": "தமிழ்-நரி",
    unicodedata.normalize("NFD", "Crème brûlée"): unicodedata.normalize("NFD", "crème-brûlée"),
    unicodedata.normalize("NFD", "여우 한 마리"): unicodedata.normalize("NFD", "여우-한-마리"),
    "می\u200cخواهم": "می\u200cخواهم",
    "שועל אדום, בשלג": "שועל-אדום-בשלג",
    "\u202eevil\u202c \u2066words\u2069": "evil-words",
    "light\u00adhouse \ufeff\u200b": "lighthouse",
    "👩\u200d🚀 walks": "👩\u200d🚀-walks",
    "☀\ufe0f 🇩🇪 👍🏽": "☀\ufe0f-🇩🇪-👍🏽",
    "\u0301 fox \ufe0f": "fox",
    "a\u200d b": "a-b",
    "../../etc/passwd": "etc-passwd",
    "-rf ~": "rf",
    "CON": "con",
    "fox. . .": "fox",
    "a\0b\ud83e\ufffdc\nd": "a-b-c-d",
    "two_words": "two_words",
    "_ - _": "",
    "…": "",
    "": "",
}


@pytest.mark.parametrize("words", NAMES, ids=ascii)
def test_a_name_reads_as_the_prompt_does(words: str) -> None:
    assert slug(words) == NAMES[words]


def test_a_name_ends_with_a_whole_word() -> None:
    assert slug("Neon rain, wet asphalt mirrors the signs, melancholy") == "neon-rain-wet-asphalt-mirrors-the-signs"
    assert slug("x" * 300) == "x" * 48


WHOLE = (
    "हि",
    "क्ष",
    "ที่",
    "e\u0301\u0323",
    "👩\u200d🚀",
    "👍🏽",
    "🇩🇪",
    "👨\u200d👩\u200d👦",
    "☀\ufe0f",
    "\u1112\u1161\u11ab",
)


@pytest.mark.parametrize("one", WHOLE, ids=ascii)
def test_a_name_is_cut_between_what_is_read_as_one_character(one: str) -> None:
    for most in range(1, 60):
        cut = slug(one * 40, most, 1000)
        assert cut == one * (len(cut) // len(one))
        assert len(cut) <= most
        assert len(cut) > most - len(one)


@given(st.text(max_size=300))
def test_any_prompt_gives_a_name_that_systems_take(words: str) -> None:
    name = slug(words)
    assert len(name) <= 48
    assert len(name.encode()) <= 150
    assert not re.search(r'[\x00-\x20\x7f-\xa0/\\:*?"<>|.]', name)
    assert not re.search("[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ud800-\udfff]", name)
    assert not re.match("[-_]", name)
    assert slug(name) in (name, "") or name.startswith(slug(name))
    assert re.fullmatch("[a-z0-9-]{0,40}", ascii_slug(words))


@pytest.mark.parametrize("path", ["a\ud83e.mp4", "a\0b.mp4"], ids=ascii)
def test_a_path_that_no_file_can_have_is_refused_in_words(path: str) -> None:
    with pytest.raises(LibraryError, match="half of a character, or a NUL"):
        as_path(path)


def test_a_path_of_another_encoding_is_a_path() -> None:
    assert str(as_path("a\udcff.mp4")) == "a\udcff.mp4"
