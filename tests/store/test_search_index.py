"""The search index changes how soon a search answers, and never what it finds."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from kling_widget.store import Record, Store, search_index
from kling_widget.store.database import writing
from kling_widget.store.rescue import rescue
from kling_widget.store.schema import takes
from kling_widget.store.search_index import FILE, TOKEN, Candidates
from kling_widget.store.take_filter import TakeFilter
from kling_widget.text import flaw, fold

from ..patience import until
from .test_store import record


@pytest.fixture(autouse=True)
def of_few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small libraries have an index, too."""
    monkeypatch.setattr(search_index, "_UNINDEXED", 3)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.in_folder(tmp_path)
    yield opened
    opened.close()


def plain(store: Store, text: str) -> list[str]:
    """The takes that hold a text, as a search without an index would find them."""
    folded = store.columns(["id", "folded"])
    return [] if flaw(text) else [take for take, held in folded if fold(text) in held]


def found(store: Store, text: str) -> list[str]:
    page: list[str] = [one.id for one in store.page(TakeFilter(text=text), limit=None)]
    assert [row[0] for row in store.columns(["id"], TakeFilter(text=text))] == page
    return page


def candidates(store: Store, text: str) -> list[str] | None:
    """What the index itself finds; None where it is not used."""
    answer = store.search_index.candidates([fold(text)])
    return None if answer is None else sorted(json.loads(answer.ids), reverse=True)


WORDS = st.text(
    st.sampled_from(" aAbcé%*\"'()-:^+{}\\_#\n\tßİıنمकेि狐🦊👩\u200d👧\u0301\u0640“—")
    | st.characters(exclude_categories=["Cs"], exclude_characters="\0"),
    max_size=12,
)
TEXTS = st.lists(WORDS, min_size=1, max_size=6)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(texts=TEXTS, late=st.lists(WORDS, max_size=2), searches=st.lists(WORDS, max_size=6), at=st.integers(0, 8))
@example(texts=["a fox", "OR fox", "a NEAR b"], late=[], searches=["OR", "NEAR", "fox OR", '"fox"', "a*"], at=0)
@example(texts=['say "hi" there', "100 % wool", "f*x"], late=["say"], searches=['"hi"', "% w", "f*x", "'"], at=1)
@example(texts=["नमस्ते दुनिया", "مرحبا بالعالم", "狐が走る"], late=[], searches=["नमस्", "مرحبا", "が走る"], at=0)
@example(texts=["👩\u200d👧 🦊🦊🦊"], late=["🦊"], searches=["👧", "🦊🦊🦊", "🦊"], at=0)
def test_it_finds_what_a_plain_search_finds(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str], late: list[str], searches: list[str], at: int
) -> None:
    with closing(Store.in_folder(tmp_path_factory.mktemp("library"))) as store:
        for text in texts:
            store.add(record(text, note=text[::-1], tags=("wide", "Hero #1")))
        assert store.search_index.bring_up()
        for text in late:
            store.add(record(text))
        folded = [fold(text) for text in texts]
        cut = [text[at : at + size] for text in (*texts, *folded) for size in (1, 2, 3, 5)]
        for search in (*searches, *texts, *cut, "hero #1", "#wide"):
            assert found(store, search) == plain(store, search), search


def test_it_is_used_and_rules_out_what_does_not_match(store: Store) -> None:
    made = [store.add(record(text)) for text in ("a red fox", "a blue fox", "an owl", "a hare")]
    assert candidates(store, "owl") is None  # not there yet: it is begun in the background
    until(lambda: candidates(store, "owl") == [made[2].id], lambda: candidates(store, "owl"))
    assert candidates(store, "fo") is None
    assert candidates(store, "no such words") == []
    assert found(store, "fox") == [made[1].id, made[0].id]


def test_what_changed_since_is_found_by_its_new_words_and_no_longer_by_its_old_ones(store: Store) -> None:
    first = store.add(record("a fox", note="somewhere"))
    for text in ("an owl", "a hare", "a heron"):
        store.add(record(text))
    assert store.search_index.bring_up()
    store.annotate(first.id, note="elsewhere", tags=("snowy",))
    assert candidates(store, "somewhere") == [first.id]
    assert found(store, "somewhere") == []
    assert found(store, "elsewhere") == found(store, "#snowy") == [first.id]
    assert store.search_index.bring_up()
    assert candidates(store, "elsewhere") == [first.id]
    assert found(store, "somewhere") == []
    assert [one.id for one in store.page(TakeFilter(tags=("SNOWY",)))] == [first.id]


def test_a_page_goes_on_and_other_filters_hold(store: Store) -> None:
    made = [store.add(record(f"a fox {number}", rating=1 + number % 5)) for number in range(12)]
    store.search_index.bring_up()
    newest = [one.id for one in reversed(made)]
    pages = [store.page(TakeFilter(text="fox"), limit=5, before=before) for before in (None, newest[4], newest[9])]
    assert [[one.id for one in page] for page in pages] == [newest[:5], newest[5:10], newest[10:]]
    assert [one.id for one in store.page(TakeFilter(text="fox", rating=5))] == [made[9].id, made[4].id]


def filled(folder: Path, *texts: str) -> None:
    with closing(Store.in_folder(folder)) as store:
        for text in texts:
            store.add(record(text))
        assert store.search_index.bring_up()


FOUR = ("a red fox", "a blue fox", "an owl", "a hare")


def test_a_copy_from_before_put_back_is_searched_as_it_is(tmp_path: Path) -> None:
    """Even where it has as many changes by then as the one that was indexed."""
    filled(tmp_path, *FOUR)
    shutil.copyfile(tmp_path / "library.db", tmp_path / "before.db")
    filled(tmp_path, "a lost kingfisher", *FOUR)
    shutil.copyfile(tmp_path / "before.db", tmp_path / "library.db")
    with closing(Store.in_folder(tmp_path)) as store:
        for text in ("another heron", *FOUR, *FOUR):
            store.add(record(text))
        assert found(store, "heron") == plain(store, "heron") != []
        assert found(store, "kingfisher") == []
        until(lambda: candidates(store, "heron") == plain(store, "heron"), lambda: candidates(store, "heron"))


def test_an_index_of_another_library_is_made_anew(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    filled(tmp_path / "one", *FOUR, *FOUR)
    filled(tmp_path / "two", *FOUR)
    shutil.copyfile(tmp_path / "one" / FILE, tmp_path / "two" / FILE)
    with closing(Store.in_folder(tmp_path / "two")) as store:
        assert found(store, "owl") == plain(store, "owl") != []
        until(lambda: candidates(store, "owl") == plain(store, "owl"), lambda: candidates(store, "owl"))


@pytest.mark.parametrize("damage", ["nonsense", "cut", "empty", "middle", "no tables", "odd state", "folder"])
def test_a_damaged_index_costs_no_search(tmp_path: Path, damage: str) -> None:
    filled(tmp_path, *FOUR * 20)
    path = tmp_path / FILE
    content = path.read_bytes()
    if damage == "nonsense":
        path.write_bytes(b"nonsense" * 1000)
    elif damage == "cut":
        path.write_bytes(content[: len(content) // 2])
    elif damage == "empty":
        path.write_bytes(b"")
    elif damage == "middle":
        path.write_bytes(content[:4096] + bytes(len(content) - 4096))
    elif damage == "folder":
        path.unlink()
        path.mkdir()
    else:
        change = "DROP TABLE texts" if damage == "no tables" else "UPDATE state SET token = 5, revision = 'x'"
        with closing(sqlite3.connect(path)) as base, base:
            base.execute(change)
    with closing(Store.in_folder(tmp_path)) as store:
        for _ in range(3):
            assert len(found(store, "owl")) == 20
            store.add(record("a late owl"))
            assert len(found(store, "late owl")) == 1
            store.page(TakeFilter(text="late owl"))
            store.annotate(store.page(limit=1)[0].id, note="x")
            with writing(store._engine) as connection:
                connection.execute(update(takes).where(takes.c.words == "a late owl").values(folded="", words="gone"))
        if damage != "folder":
            until(lambda: candidates(store, "owl") is not None, lambda: candidates(store, "owl"))
        assert len(found(store, "owl")) == 20


@pytest.mark.parametrize("words", ["no such module: fts5", "no such tokenizer: trigram"])
def test_an_sqlite_without_fts5_searches_as_before_and_leaves_the_index_alone(
    tmp_path: Path, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(tmp_path, *FOUR)
    content = (tmp_path / FILE).read_bytes()
    with monkeypatch.context() as patch:
        absent = "fts_absent" if "module" in words else "fts5"
        virtual = f"CREATE VIRTUAL TABLE trigrams USING {absent}(a, tokenize = 'trigrams')"
        patch.setattr(search_index, "_TABLES", {**search_index._TABLES, "trigrams": virtual})
        patch.setattr(search_index, "_FIND", "SELECT no_such_function(?, ?)")
        with closing(Store.in_folder(tmp_path)) as store:
            for text in FOUR:
                store.add(record(text))
            for _ in range(3):
                assert found(store, "owl") == plain(store, "owl")
                assert len(found(store, "owl")) == 2
            assert not store.search_index.bring_up()
    assert (tmp_path / FILE).read_bytes() == content
    with closing(Store.in_folder(tmp_path)) as store:  # opened by one that has it: what the other wrote is found
        assert len(found(store, "owl")) == 2
        until(lambda: candidates(store, "owl") == plain(store, "owl"), lambda: candidates(store, "owl"))


def test_an_index_that_may_not_be_written_is_left_aside(tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()
    with closing(Store.in_folder(tmp_path)) as store:
        for text in FOUR * 2:
            store.add(record(text))
        assert not store.search_index.bring_up()
        assert len(found(store, "owl")) == 2


_KERNEL = """
import sys
from contextlib import closing
from pathlib import Path
from kling_widget.store import Store, search_index
search_index._UNINDEXED = 3
from tests.store.test_store import record
from kling_widget.store.take_filter import TakeFilter
with closing(Store.in_folder(Path(sys.argv[1]))) as store:
    for number in range(15):
        store.add(record(f"an owl of kernel {sys.argv[2]}, {number}"))
        assert len(store.page(TakeFilter(text=f"kernel {sys.argv[2]},"), limit=None)) == number + 1
    print(store.search_index.bring_up() or "another one is at it")
"""


def test_kernels_that_write_and_search_at_once_find_all_of_it(tmp_path: Path) -> None:
    Store.in_folder(tmp_path).close()
    command = [sys.executable, "-c", _KERNEL, str(tmp_path)]
    kernels = [
        subprocess.Popen([*command, str(number)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for number in range(3)
    ]
    for kernel in kernels:
        _out, errors = kernel.communicate(timeout=120)
        assert kernel.returncode == 0, errors
    with closing(Store.in_folder(tmp_path)) as store:
        assert len(found(store, "owl of kernel")) == 45
        assert store.search_index.bring_up()
        assert candidates(store, "owl of kernel") == plain(store, "owl of kernel")


def test_a_kernel_that_ends_while_it_indexes_leaves_nothing_half_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(tmp_path, *FOUR)
    with closing(Store.in_folder(tmp_path)) as store:
        for text in FOUR:
            store.add(record(text))

        def ends(_connection: object, name: str, _value: str) -> None:
            assert name == TOKEN
            raise SystemExit

        with monkeypatch.context() as patch:
            patch.setattr(search_index, "write", ends)
            with pytest.raises(SystemExit):
                store.search_index.bring_up()
        assert found(store, "owl") == plain(store, "owl")
        until(store.search_index.bring_up)
        assert candidates(store, "owl") == plain(store, "owl")


def test_rows_with_odd_revisions_are_found_too(store: Store) -> None:
    made = [store.add(record(text)) for text in FOUR]
    with writing(store._engine) as connection:
        connection.execute(update(takes).where(takes.c.id == made[0].id).values(revision=1 << 60))
        connection.execute(update(takes).where(takes.c.id == made[1].id).values(revision=-5))
        connection.execute(update(takes).where(takes.c.id == made[2].id).values(revision=0))
    assert store.search_index.bring_up()
    later = store.add(record("a late fox"))
    ids = [row[0] for row in store.columns(["id"], TakeFilter(text="fox"))]
    assert ids == [later.id, made[1].id, made[0].id]


def test_a_rescued_library_is_searched_as_it_is(tmp_path: Path) -> None:
    filled(tmp_path, *FOUR)
    (tmp_path / "rescued").mkdir()
    rescue(tmp_path / "library.db", tmp_path / "rescued")
    shutil.copyfile(tmp_path / FILE, tmp_path / "rescued" / FILE)  # as somebody may who copies all files
    with closing(Store.in_folder(tmp_path / "rescued")) as store:
        assert store.value(TOKEN) is None
        assert found(store, "owl") == plain(store, "owl") != []


def test_a_link_that_leads_out_of_the_library_is_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "mine.db"
    outside.write_bytes(b"mine")
    (tmp_path / "library").mkdir()
    (tmp_path / "library" / FILE).symlink_to(outside)
    with closing(Store.in_folder(tmp_path / "library")) as store:
        for text in FOUR * 2:
            store.add(record(text))
        assert not store.search_index.bring_up()
        assert len(found(store, "owl")) == 2
    assert outside.read_bytes() == b"mine"


def test_a_small_library_has_no_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    with closing(Store.in_folder(tmp_path)) as store:
        made: Record = store.add(record("a fox"))
        assert found(store, "fox") == [made.id]
    assert [path.name for path in tmp_path.iterdir()] == ["library.db"]
    assert Candidates("[]", 0) == ("[]", 0)
