"""Elements in words: where they are named, what a new one is made of, and an id that nobody rounds."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kling_widget.errors import RequestError
from kling_widget.request.catalog import bundled
from kling_widget.request.elements import as_id, as_inputs, as_name, id_of, key, missing, named
from kling_widget.request.schema import faults

BEYOND = 860_627_458_713_481_247  # as a float it would end in ...232
A, B, C, D = (f"https://pictures.example/{letter}.png" for letter in "abcd")

NO_IDS: tuple[object, ...] = (None, True, 0, -5, "", " ", 8.6e17, [], "9" * 65, 10**65)

letters = st.text(st.sampled_from("aAßsSſẞİıiΣσς éé.-_'1 小红미라가ก็"), max_size=12)


@pytest.mark.parametrize(
    ("text", "names", "found"),
    [
        ("Mara walks; MARA stops.", ["Mara"], [(0, 4), (12, 16)]),
        ("Maralynn and amara", ["Mara"], []),
        ("Mara's hat, (Mara)", ["Mara"], [(0, 4), (13, 17)]),
        ("Mara2 Mara_x", ["Mara"], []),
        ("Ann Lee meets Ann", ["Ann", "Ann Lee"], [(0, 7), (14, 17)]),
        ("Zoë and ZOË", ["Zoë"], [(0, 3), (8, 11)]),
        ("Die STRASSE und die Straße", ["Straße"], [(4, 11), (20, 26)]),
        ("Mara\u0301 is another", ["Mara"], []),
        ("小红走在街上", ["小红"], [(0, 2)]),
        ("미라가 걷는다", ["미라"], [(0, 2)]),
        ("", ["Mara"], []),
        ("Mara", [], []),
        ("Mara", [""], []),
    ],
)
def test_names_are_found_as_whole_words_whatever_the_case(
    text: str, names: list[str], found: list[tuple[int, int]]
) -> None:
    assert [(start, end) for start, end, _ in named(text, names)] == found


@given(letters, st.lists(letters, max_size=5))
def test_what_is_found_is_the_name_and_never_overlaps(text: str, names: list[str]) -> None:
    found = named(text, names)
    assert all(text[start:end].casefold() == name.casefold() and name in names for start, end, name in found)
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(found))


@given(st.text(st.characters(categories=["Lu", "Ll"]), min_size=1), letters)
def test_a_name_between_spaces_is_always_found(name: str, text: str) -> None:
    assert missing(f"{text} {name} {text}", [name]) == []


def test_a_chosen_name_that_the_text_does_not_hold_is_missing() -> None:
    assert missing("mara waits for Nia", ["Nia", "Mara", "Ann Lee", "Ian"]) == ["Ann Lee", "Ian"]


def test_two_names_are_one_where_only_case_or_the_way_of_writing_an_accent_differs() -> None:
    assert key("Zoë") == key("ZOE\u0308") != key("Zoe")
    assert as_name("  Ann \n Lee ") == "Ann Lee"
    assert as_name("Zoe\u0308") == "Zoë"


@pytest.mark.parametrize(
    ("name", "words"),
    [("", "Give it a name"), (" – ", "Give it a name"), ("x" * 21, "Shorten it by 1"), ("a\0b", "no text")],
)
def test_what_can_be_no_name_is_refused_in_words(name: str, words: str) -> None:
    with pytest.raises(RequestError, match=words):
        as_name(name)


@pytest.mark.parametrize("element_id", ["", "  ", "9" * 65, "12\n34", "1\0"])
def test_what_can_be_no_id_is_refused_in_words(element_id: str) -> None:
    with pytest.raises(RequestError, match="usually some 18 digits"):
        as_id(element_id)
    assert as_id(f" {BEYOND} ") == str(BEYOND)


@pytest.mark.parametrize(
    "outputs",
    [
        [{"element_id": BEYOND}],
        [{"element_id": str(BEYOND)}],
        [json.dumps({"element_id": BEYOND})],
        [json.dumps({"element_id": f" {BEYOND} "})],
        json.dumps([{"element_id": BEYOND, "element_name": "Mara"}]),
        {"element_id": BEYOND},
    ],
)
def test_an_id_is_read_exactly_however_it_comes(outputs: Any) -> None:
    assert id_of(outputs) == "860627458713481247"


@given(st.integers(1, 10**30))
def test_no_number_is_rounded(number: int) -> None:
    assert id_of([{"element_id": number}]) == id_of([f'{{"element_id": {number}}}']) == str(number)


@pytest.mark.parametrize(
    "outputs",
    [
        *(None, [], "", [""], "[", [[]], [["a"]], [{}], "https://x/1.mp4", ["https://x/1.mp4"], '"a"', "5"),
        *([{"element_id": value}] for value in NO_IDS),
        ['{"element_id": 8.606274587134812e17}'],
        "[" * 100_000,
    ],
)
def test_what_is_no_id_is_none(outputs: Any) -> None:
    assert id_of(outputs) is None


def test_a_single_picture_is_its_own_reference_and_four_are_one_and_three() -> None:
    assert as_inputs(" Mara ", "A dancer", [A]) == {
        "name": "Mara",
        "description": "A dancer",
        "image": A,
        "element_refer_list": [A],
    }
    made = as_inputs("Mara", "", [A, B, C, D])
    assert (made["image"], made["element_refer_list"]) == (A, [B, C, D])
    model = bundled()["kwaivgi/kling-elements"]
    assert not list(faults(model.schema, made))


@pytest.mark.parametrize(
    ("name", "description", "pictures", "words"),
    [
        ("x" * 21, "", [A], "name: 21 characters"),
        ("Mara", "x" * 101, [A], "description: 101 characters; the service reads at most 100. Shorten it by 1"),
        ("Mara", "", [], "image: Give it a picture"),
        ("Mara", "", [A, B, C, D, A], "element_refer_list: .*there are 5. Leave 1 out"),
        ("Mara", "", ["/home/me/mara.png"], "image: It takes an address such as https://"),
        ("Mara", "", [A, "ftp://x/y.png"], "without a password"),
    ],
)
def test_what_the_service_would_not_take_is_refused_before_it_is_asked(
    name: str, description: str, pictures: list[str], words: str
) -> None:
    with pytest.raises(RequestError, match=words):
        as_inputs(name, description, pictures)
