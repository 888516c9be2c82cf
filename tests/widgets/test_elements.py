"""The elements' face: what its commands ask for, and what is refused before anybody is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from kling_widget.errors import LibraryError
from kling_widget.widgets.elements.elements import Elements, element_row

from .page import Page

BEYOND = "860627458713481247"
A = "https://pictures.example/a.png"


class Asked:
    """Notes what the panel would be asked for."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []

    def save(self, name: str, element_id: str, note: str) -> None:
        self.calls.append(("save", name, element_id, note))

    def forget(self, name: str) -> None:
        if name != "Mara":
            raise LibraryError(f"This library knows no element {name!r}. Nothing was changed.")
        self.calls.append(("forget", name))

    def create(self, name: str, description: str, pictures: Sequence[str], price: str) -> Mapping[str, Any]:
        self.calls.append(("create", name, description, list(pictures), price))
        return {"text": f"Confirmed: {name} is being made for about {price}."}

    def picture(self, name: str) -> bytes | None:
        return b"\x89PNG" if name == "Mara" else None


@pytest.fixture
def asked() -> Asked:
    return Asked()


@pytest.fixture
def face(asked: Asked) -> Elements:
    return Elements(asked.save, asked.forget, asked.create, asked.picture)


def test_an_element_with_an_id_is_saved_as_it_was_typed(face: Elements, asked: Asked) -> None:
    answer = Page(face).tell("save", name=" Mara ", element_id=f" {BEYOND} ", note="A dancer")
    assert answer["ok"]
    assert answer["element_id"] == BEYOND
    assert asked.calls == [("save", "Mara", BEYOND, "A dancer")]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        (
            {"name": "Mara", "element_id": 860627458713481247, "note": ""},
            "can't be read",
        ),  # a page would have rounded it
        ({"name": "Mara", "element_id": "", "note": ""}, "usually some 18 digits"),
        ({"name": "x" * 21, "element_id": "1", "note": ""}, "Shorten it by 1"),
        ({"name": "Mara", "element_id": "1"}, "can't be read"),
    ],
)
def test_what_can_not_be_saved_is_refused_in_words(
    face: Elements, asked: Asked, fields: dict[str, Any], words: str
) -> None:
    answer = Page(face).tell("save", **fields)
    assert not answer["ok"]
    assert words in answer["error"]
    assert asked.calls == []


def test_one_confirmation_makes_one_element_at_the_price_that_was_seen(face: Elements, asked: Asked) -> None:
    page = Page(face)
    fields = {"name": "Mara", "description": "A dancer", "pictures": [A, "m12"], "price": "$0.01"}
    answer = page.tell("create", known="c1", **fields)
    assert answer["text"] == "Confirmed: Mara is being made for about $0.01."
    assert page.tell("create", known="c1", **fields) == {}, "the same command again is the same confirmation"
    assert asked.calls == [("create", "Mara", "A dancer", [A, "m12"], "$0.01")]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"price": "$0.02"}, "The price changed before the click was heard. Nothing was sent"),
        ({"pictures": []}, "Give it a picture"),
        ({"pictures": [A] * 5}, "Leave 1 out"),
        ({"pictures": [1]}, "can't be read"),
        ({"name": ""}, "Give it a name"),
        ({"description": "x" * 101}, "Shorten it by 1"),
        ({"description": None}, "can't be read"),
    ],
)
def test_what_can_not_be_made_costs_nothing(face: Elements, asked: Asked, changed: dict[str, Any], words: str) -> None:
    fields = {"name": "Mara", "description": "A dancer", "pictures": [A], "price": "$0.01", **changed}
    answer = Page(face).tell("create", **fields)
    assert not answer["ok"]
    assert words in answer["error"]
    assert asked.calls == []


def test_an_element_is_forgotten_by_name_and_an_unknown_one_is_said_to_be(face: Elements, asked: Asked) -> None:
    assert Page(face).tell("forget", name="Mara")["ok"]
    assert "knows no element 'Nia'" in Page(face).tell("forget", name="Nia")["error"]
    assert asked.calls == [("forget", "Mara")]


def test_a_picture_travels_as_bytes_and_never_in_what_is_saved(face: Elements) -> None:
    page = Page(face)
    face.available = [element_row("Mara", BEYOND, picture=True), element_row("Nia", "2")]
    assert page.tell("picture", name="Mara")["ok"]
    assert page.tell("picture", name="Nia")["ok"]
    assert [buffers for _, buffers in page.heard] == [[b"\x89PNG"], []]
    assert "PNG" not in str({name: value for name, value in face.get_state().items() if name != "_esm"})


def test_an_id_beyond_what_a_page_can_count_to_is_text_in_all_that_is_synced(face: Elements) -> None:
    face.available = [element_row("Mara", BEYOND)]
    face.value = [{"element_id": BEYOND}]
    state = face.get_state(["value", "available"])
    assert state["value"] == [{"element_id": BEYOND}]
    assert state["available"][0]["element_id"] == BEYOND
