"""A library of an earlier version opens, keeps all it held, and leaves a copy of itself."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import inspect

from kling_widget.store import Store
from kling_widget.store.layout import VERSION
from kling_widget.store.schema import metadata

from .test_store import record

OLD = Path(__file__).parent / "schema_1.sql"
"""A library as version 0.1.0 wrote it: two takes and what was charged for them."""


@pytest.fixture
def old(tmp_path: Path) -> Path:
    database = sqlite3.connect(tmp_path / "library.db")
    database.executescript(OLD.read_text("utf-8"))
    database.close()
    return tmp_path


def test_an_old_library_keeps_all_that_it_held(old: Path) -> None:
    before = (
        sqlite3.connect(old / "library.db")
        .execute("SELECT id, words, charge, rating FROM takes ORDER BY id")
        .fetchall()
    )
    store = Store.in_folder(old)
    after = [(r.id, r.words, r.charge, r.rating) for r in reversed(store.page(limit=None))]
    assert after == before
    assert len(after) == 2
    assert store.purse.spent("2026-11-22").total > 0
    store.add(record("One more"))
    assert len(store.page()) == 3


def test_a_migrated_library_has_every_column_of_a_new_one(old: Path, tmp_path: Path) -> None:
    migrated = inspect(Store.in_folder(old)._engine)
    for table in metadata.tables.values():
        assert {column["name"] for column in migrated.get_columns(table.name)} == set(table.c.keys()), table.name


def test_a_copy_of_the_old_database_stays_beside_the_new_one(old: Path) -> None:
    Store.in_folder(old).close()
    Store.in_folder(old).close()
    copy = sqlite3.connect(old / "library.db.schema-1")
    assert copy.execute("SELECT value FROM meta WHERE name = 'schema'").fetchone() == (1,)
    assert copy.execute("SELECT count(*) FROM takes").fetchone() == (2,)
    now = sqlite3.connect(old / "library.db")
    assert now.execute("SELECT value FROM meta WHERE name = 'schema'").fetchone() == (VERSION,)


_ON_A_FULL_DISK = """
import resource
import sys
from pathlib import Path

from kling_widget.errors import LibraryDamaged, LibraryError
from kling_widget.store import Store

resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))
try:
    Store.in_folder(Path(sys.argv[1]))
except LibraryError as error:
    assert not isinstance(error, LibraryDamaged), error
    assert "earlier version" in str(error) and "Make room" in str(error), error
else:
    raise AssertionError("the disk took it")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="the limit on a file's size is POSIX's")
def test_a_copy_that_the_disk_does_not_take_leaves_the_library_as_it_was(old: Path) -> None:
    before = (old / "library.db").read_bytes()
    command = [sys.executable, "-c", _ON_A_FULL_DISK, str(old)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert ran.returncode == 0, ran.stderr
    assert [found.name for found in old.iterdir()] == ["library.db"]
    assert (old / "library.db").read_bytes() == before
    assert len(Store.in_folder(old).page()) == 2
