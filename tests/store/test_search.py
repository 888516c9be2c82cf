"""A search finds what a person sees in a take's prompt, tags and note, and nothing of how these are kept."""

from __future__ import annotations

import sqlite3
import unicodedata
from pathlib import Path

import pytest

from kling_widget.store import Record, Store
from kling_widget.store.schema import takes
from kling_widget.store.take_filter import TakeFilter
from kling_widget.text import fold

from .test_migrations import OLD
from .test_store import record


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.in_folder(tmp_path)


def found(store: Store, text: str) -> list[str]:
    """The words of the takes that a search finds; a page and a table find the same."""
    page = [one.words for one in store.page(TakeFilter(text=text))]
    assert [row[0] for row in store.columns(["words"], TakeFilter(text=text))] == page
    return page


@pytest.mark.parametrize(
    ("words", "search"),
    [
        ("ÉTÉ À PARIS", "été"),
        ("ПРИВЕТ", "привет"),
        (unicodedata.normalize("NFD", "café"), "CAFÉ"),
        ("İSTANBUL", "istanbul"),
        ("Straße", "STRASSE"),
        ("ＦＯＸ", "fox"),
        ("a red\nfox", "red fox"),
        ("fox", "\u200bfo\u00adx"),
        ("100 % wool", "100 %"),
        ("a_b", "A_B"),
        ("back\\slash", "K\\S"),
        ("狐が走る", "が走"),
    ],
)
def test_words_are_found_as_a_reader_would(store: Store, words: str, search: str) -> None:
    store.add(record(words))
    store.add(record("something else altogether"))
    assert found(store, search) == [words]


def test_tags_and_notes_are_found_as_they_were_written(store: Store) -> None:
    fox = store.add(record("fox", tags=('say "hi"', "back\\slash", "ÉTÉ")))
    store.add(record("owl", tags=("one", "two"), note="l'hiver, enfin"))
    for search in ('say "hi"', "back\\slash", "\\", '"', "été", "#back"):
        assert found(store, search) == ["fox"], search
    for search in ("HIVER, E", "two"):
        assert found(store, search) == ["owl"], search
    for search in ("[", "]", '", "', "one two", "one, two", "fox say", "\\u"):
        assert found(store, search) == [], search
    store.annotate(fox.id, rating=3)
    assert found(store, "été") == ["fox"]


def test_what_is_changed_is_found_by_its_new_words_alone(store: Store) -> None:
    take = store.add(record("fox", tags=("old",)))
    store.annotate(take.id, tags=("NEW",))
    store.annotate(take.id, note="Später")
    assert (found(store, "old"), found(store, "new"), found(store, "SPÄTER"), found(store, "fox")) == (
        [], ["fox"], ["fox"], ["fox"],
    )  # fmt: skip


@pytest.mark.parametrize(
    "search", ["\ud83e", "fox\udd8a", "f\0x", "%", "_", "*", "f?x", "x" * 200_000], ids=lambda s: ascii(s)[:9]
)
def test_what_no_take_holds_is_not_found(store: Store, search: str) -> None:
    store.add(record("fox 🦊"))
    assert found(store, search) == []


def test_a_search_for_nothing_to_see_finds_all(store: Store) -> None:
    store.add(record("fox"))
    assert found(store, "\u200b") == found(store, "") == ["fox"]


def test_takes_of_an_older_library_are_found_too(tmp_path: Path) -> None:
    database = sqlite3.connect(tmp_path / "library.db")
    database.executescript(OLD[1].read_text("utf-8"))
    first, second = (row[0] for row in database.execute("SELECT id FROM takes ORDER BY id"))
    change = "UPDATE takes SET words = ?, tags = ?, note = ? WHERE id = ?"
    database.execute(change, ("ÉTÉ", '["say \\"hi\\"", "L\u0130"]', "", first))
    database.execute(change, ("owl", "damaged", "ПРИВЕТ", second))
    database.commit()
    database.close()
    store = Store.in_folder(tmp_path)
    held = store.columns(["words", "folded"])
    assert sorted(tuple(row) for row in held) == [("owl", "owl\nпривет"), ("ÉTÉ", 'été\n#say "hi"\n#li\n')]
    with sqlite3.connect(tmp_path / "library.db") as now:
        columns = [row[2] for row in now.execute("PRAGMA index_info(takes_text)")]
    assert columns == ["id", "folded", "kind"]


def test_every_take_in_the_library_is_folded(store: Store) -> None:
    def check(one: Record) -> None:
        [text] = next(row for row in store.columns(["folded"]))
        assert text == "\n".join(map(fold, (one.words, *(f"#{tag}" for tag in one.tags), one.note)))

    take = store.add(record("Fox", note="Ä"))
    check(take)
    check(store.annotate(take.id, tags=("Å", "b")))
    check(store.annotate(take.id, rating=5, note=""))
    assert takes.c.folded.nullable is False
