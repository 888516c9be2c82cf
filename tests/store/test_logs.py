"""What lies beside a database and would be read with it is looked through before it is: journals and logs."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from pathlib import Path

import pytest

from kling_widget import Library
from kling_widget.errors import LibraryDamaged
from kling_widget.store import Store, integrity
from tests.made import a_record

AGAIN = "CREATE TRIGGER again AFTER UPDATE ON takes BEGIN UPDATE takes SET state = 'intent'; END"
HARMLESS = "UPDATE takes SET note = 'from another tool'"


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """A sound library with one take."""
    folder = tmp_path / "library"
    folder.mkdir()
    store = Store.in_folder(folder)
    store.adopt(a_record())
    store.close()
    return folder


def with_log(folder: Path, statement: str, *, mode: bytes | None = None) -> None:
    """Leave a change in a write-ahead log beside a library's database, as a tool that was killed does.

    ``mode`` is what the database's header says of it then, read and write version.
    """
    database, aside = folder / "library.db", folder.parent / "aside"
    aside.mkdir()
    with contextlib.closing(sqlite3.connect(database, isolation_level=None)) as base:
        base.execute("PRAGMA journal_mode=WAL")
        base.execute("PRAGMA wal_autocheckpoint=0")
        base.execute(statement)
        for name in ("library.db", "library.db-wal"):
            shutil.copyfile(folder / name, aside / name)
    for path in folder.glob("library.db*"):
        path.unlink()
    for path in aside.iterdir():
        shutil.copyfile(path, folder / path.name)
    if mode is not None:
        whole = bytearray(database.read_bytes())
        whole[18:20] = mode
        database.write_bytes(whole)
    assert (folder / "library.db-wal").stat().st_size > 0


def with_journal(folder: Path, statement: str, *, mode: bytes) -> None:
    """Leave a hot journal beside a library's database that brings back what the file holds no more."""
    database = folder / "library.db"
    with contextlib.closing(sqlite3.connect(database, isolation_level=None)) as base:
        base.execute(statement)
        base.execute("PRAGMA cache_size=1")
        base.execute("BEGIN IMMEDIATE")
        base.execute("DROP TRIGGER again")
        base.execute("CREATE TABLE filler (x)")
        base.execute("INSERT INTO filler VALUES (randomblob(200000))")
        journal = (folder / "library.db-journal").read_bytes()
        base.execute("COMMIT")  # and here it was killed, before the journal was gone
        assert not base.execute("SELECT 1 FROM sqlite_master WHERE type = 'trigger'").fetchone()
    (folder / "library.db-journal").write_bytes(journal)
    whole = bytearray(database.read_bytes())
    whole[18:20] = mode
    database.write_bytes(whole)


def refused(folder: Path) -> str:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(LibraryDamaged, match=r"can't be used.*nothing was sent") as error:
        Library(folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    return str(error.value)


@pytest.mark.parametrize("mode", [None, b"\1\1", b"\2\1", b"\1\2"], ids=["logged", "plain", "read", "write"])
def test_a_log_that_would_bring_a_trigger_is_refused_whatever_the_header_says(
    library: Path, mode: bytes | None
) -> None:
    with_log(library, AGAIN, mode=mode)
    assert "trigger" in refused(library)
    assert not (library / "library.db-shm").exists()
    with pytest.raises(LibraryDamaged):
        integrity.is_plain(library / "library.db")


@pytest.mark.parametrize(
    "statement",
    ["DROP TABLE ledger", "UPDATE meta SET value = 'two' WHERE name = 'schema'", "DELETE FROM meta"],
)
def test_nor_does_a_log_bring_other_damage(library: Path, statement: str) -> None:
    with_log(library, statement)
    refused(library)


@pytest.mark.parametrize("mode", [b"\1\1", b"\2\2"], ids=["plain", "logged"])
def test_a_journal_that_would_bring_a_trigger_is_refused_whatever_the_header_says(library: Path, mode: bytes) -> None:
    with_journal(library, AGAIN, mode=mode)
    assert "trigger" in refused(library)


def test_a_log_that_is_sound_is_taken_in(library: Path) -> None:
    with_log(library, HARMLESS)
    assert not integrity.is_plain(library / "library.db")
    store = Store.in_folder(library)
    assert [record.note for record in store.page()] == ["from another tool"]
    store.close()
    assert not (library / "library.db-wal").exists()


def test_a_library_in_that_mode_without_a_log_is_opened_as_before(library: Path) -> None:
    with contextlib.closing(sqlite3.connect(library / "library.db", isolation_level=None)) as base:
        base.execute("PRAGMA journal_mode=WAL")
    store = Store.in_folder(library)
    assert len(store.page()) == 1
    store.close()


@pytest.mark.parametrize("content", [b"no log at all" * 100, bytes(4096)], ids=["noise", "zeros"])
def test_a_log_that_is_none_brings_nothing(library: Path, content: bytes) -> None:
    (library / "library.db-wal").write_bytes(content)
    store = Store.in_folder(library)
    assert len(store.page()) == 1
    store.close()


@pytest.mark.parametrize("left", [None, b""], ids=["gone", "empty"])
def test_a_log_without_its_database_is_left_for_its_person(library: Path, left: bytes | None) -> None:
    with_log(library, HARMLESS)
    (library / "library.db").unlink()
    if left is not None:
        (library / "library.db").write_bytes(left)
    assert "library.db-wal is" in refused(library)


def test_a_rescue_reads_a_log_and_leaves_it_behind(library: Path, tmp_path: Path) -> None:
    with_log(library, HARMLESS)
    (library / "library.db-shm").write_bytes(bytes(32_768))
    target = tmp_path / "rescued"
    assert Library.rescue(library, target).takes == 1
    assert not [path for path in target.iterdir() if path.name.startswith("library.db-")]
    store = Store.in_folder(target)
    assert [record.note for record in store.page()] == ["from another tool"]
    store.close()
