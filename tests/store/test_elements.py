"""The cast on disk: one name an element, one element a name, and ids as they were given."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from kling_widget.errors import LibraryError, RequestError
from kling_widget.store.database import connect, read_only
from kling_widget.store.elements import ElementStore, SavedElement
from kling_widget.store.schema import meta

LIVE = "https://api.wavespeed.ai"
BEYOND = "860627458713481247"


@pytest.fixture
def cast(tmp_path: Path) -> ElementStore:
    return ElementStore(connect(f"sqlite:///{tmp_path / 'library.db'}"))


def revision(cast: ElementStore) -> int:
    with read_only(cast._engine) as connection:
        return connection.scalar(select(meta.c.value).where(meta.c.name == "revision")) or 0


def test_what_was_brought_in_comes_back_as_it_was(cast: ElementStore, tmp_path: Path) -> None:
    mara = cast.add(" Mara ", BEYOND, service=LIVE, note="red\ncoat", picture="elements/mara.jpg")
    assert mara == SavedElement("Mara", BEYOND, LIVE, "red coat", "elements/mara.jpg", mara.made_at)
    again = ElementStore(connect(f"sqlite:///{tmp_path / 'library.db'}"))
    assert again.all() == [mara]
    assert again.by_name("MARA") == again.by_name(" mara ") == mara
    assert again.by_name("Nia") is None


def test_each_service_has_its_own_cast_in_the_order_of_names(cast: ElementStore) -> None:
    for name, service in (("zoë", LIVE), ("Ann Lee", LIVE), ("Mara", "practice")):
        cast.add(name, "1" + name, service=service)
    assert [m.name for m in cast.all()] == ["Ann Lee", "Mara", "zoë"]
    assert [m.name for m in cast.all(LIVE)] == ["Ann Lee", "zoë"]
    assert [m.name for m in cast.all("practice")] == ["Mara"]


def test_a_name_is_there_once_for_a_service_whatever_its_case(cast: ElementStore) -> None:
    cast.add("Zoë", "1", service=LIVE)
    cast.add("Nia", "2", service=LIVE)
    with pytest.raises(LibraryError, match=r"knows an element 'Zoë' already.*Nothing was changed"):
        cast.add("ZOE\u0308", "3", service=LIVE)
    with pytest.raises(LibraryError, match="'Zoë' already"):
        cast.rename("nia", "zoë")
    assert [m.name for m in cast.all()] == ["Nia", "Zoë"]


def test_who_practised_with_a_name_may_use_it_live(cast: ElementStore) -> None:
    cast.add("Mara", "1", service="practice")
    cast.add("Mara", "2", service=LIVE)
    found = cast.by_name("mara", LIVE)
    assert found is not None
    assert found.element_id == "2"
    cast.remove("Mara", LIVE)
    assert [(m.name, m.service) for m in cast.all()] == [("Mara", "practice")]


def test_an_id_has_one_name_at_its_service(cast: ElementStore) -> None:
    cast.add("Mara", BEYOND, service=LIVE)
    with pytest.raises(LibraryError, match=f"{BEYOND} is in this library already: it is 'Mara'"):
        cast.add("Nia", BEYOND, service=LIVE)
    assert cast.add("Nia", BEYOND, service="practice").element_id == BEYOND


def test_one_that_is_being_made_has_a_run_first_and_its_id_later(cast: ElementStore) -> None:
    cast.add("Mara", service=LIVE, take="t1")
    cast.add("Nia", service=LIVE, take="t2")  # neither has an id: that makes them no namesakes
    cast.rename("Mara", "Maria")
    made = cast.made("t1", BEYOND, picture="elements/m.jpg")
    assert made == cast.by_name("Maria")
    assert made is not None
    assert (made.element_id, made.picture, made.take) == (BEYOND, "elements/m.jpg", "t1")
    assert cast.made("t1", "5") == made, "told twice, it keeps what it has"
    with pytest.raises(LibraryError, match="it is 'Maria'"):
        cast.made("t2", BEYOND)
    cast.remove("Nia")
    assert cast.made("t2", "7") is None
    cast.add("Ann", "9", service=LIVE)
    assert cast.made("", "8") is None


def test_it_can_be_renamed_annotated_and_forgotten(cast: ElementStore) -> None:
    cast.add("mara", "1", service=LIVE)
    assert cast.rename("MARA", "Mara").name == "Mara"
    assert cast.annotate("mara", note="A dancer").note == "A dancer"
    assert cast.annotate("mara", picture="elements/m.jpg") == cast.by_name("Mara")
    assert cast.annotate("mara").note == "A dancer"
    gone = cast.remove("mara")
    assert cast.all() == []
    assert cast.add(gone.name, gone.element_id, service=gone.service, note=gone.note).note == "A dancer"


@pytest.mark.parametrize(
    "ask",
    [
        lambda cast: cast.rename("Nia", "Ian"),
        lambda cast: cast.annotate("Nia", note="x"),
        lambda cast: cast.remove("Nia"),
    ],
)
def test_one_that_nobody_knows_is_said_to_be_unknown(cast: ElementStore, ask: Callable[[ElementStore], object]) -> None:
    with pytest.raises(LibraryError, match=r"knows no element 'Nia'\. Nothing was changed\."):
        ask(cast)


@pytest.mark.parametrize(
    ("name", "element_id", "note", "words"),
    [
        ("x" * 21, "1", "", "name: 21 characters"),
        ("Mara", "", "", "element_id: An id is what the service gave"),
        ("Mara", "1", "x" * 101, "note: 101 characters; there is room for 100"),
    ],
)
def test_what_can_not_be_kept_is_refused_in_words(
    cast: ElementStore, name: str, element_id: str, note: str, words: str
) -> None:
    with pytest.raises(RequestError, match=words):
        cast.add(name, element_id, service=LIVE, note=note)
    assert cast.all() == []


def test_every_change_moves_the_librarys_revision_so_that_other_kernels_look(cast: ElementStore) -> None:
    seen = [revision(cast)]
    changes: tuple[Callable[[], object], ...] = (
        lambda: cast.add("Mara", service=LIVE, take="t1"),
        lambda: cast.made("t1", BEYOND),
        lambda: cast.annotate("Mara", note="x"),
        lambda: cast.rename("Mara", "Maria"),
        lambda: cast.remove("Maria"),
    )
    for change in changes:
        change()
        seen.append(revision(cast))
    assert seen == sorted(set(seen))
    cast.add("Nia", "2", service=LIVE)
    before = revision(cast)
    cast.annotate("Nia")
    assert revision(cast) == before
