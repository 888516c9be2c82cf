"""A library of an earlier version opens, keeps all it held, and leaves a copy of itself."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection, inspect

from kling_widget.errors import LibraryDamaged, LibraryError
from kling_widget.store import Store, migrations
from kling_widget.store.layout import VERSION
from kling_widget.store.schema import metadata

from .test_store import record

OLD = {version: Path(__file__).parent / f"schema_{version}.sql" for version in range(1, VERSION)}
"""A library with each earlier schema, as the version that had it wrote it: two takes and what they cost."""


@pytest.fixture(params=OLD)
def version(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture
def old(tmp_path: Path, version: int) -> Path:
    database = sqlite3.connect(tmp_path / "library.db")
    database.executescript(OLD[version].read_text("utf-8"))
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
    spent = store.ledger.spent("2026-11-22")
    assert spent.total + spent.practice_total > 0
    store.add(record("One more"))
    assert len(store.page()) == 3


def test_a_migrated_library_has_every_column_of_a_new_one(old: Path, tmp_path: Path) -> None:
    migrated = inspect(Store.in_folder(old)._engine)
    for table in metadata.tables.values():
        assert {column["name"] for column in migrated.get_columns(table.name)} == set(table.c.keys()), table.name


def test_a_copy_of_the_old_database_stays_beside_the_new_one(old: Path, version: int) -> None:
    Store.in_folder(old).close()
    Store.in_folder(old).close()
    copy = sqlite3.connect(old / f"library.db.schema-{version}")
    assert copy.execute("SELECT value FROM meta WHERE name = 'schema'").fetchone() == (version,)
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


def test_a_step_that_fails_leaves_the_library_as_it_was_and_says_so(
    old: Path, version: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def half(connection: Connection) -> None:
        connection.exec_driver_sql("ALTER TABLE takes ADD COLUMN half TEXT")
        connection.exec_driver_sql("DELETE FROM takes")
        connection.exec_driver_sql("SELECT 1 FROM nowhere")

    with monkeypatch.context() as patch:
        patch.setattr(migrations, "_STEPS", {version: half})
        with pytest.raises(LibraryError, match=r"earlier version .*no such table: nowhere.* left as it is") as error:
            Store.in_folder(old)
    assert not isinstance(error.value, LibraryDamaged)
    with closing(sqlite3.connect(old / "library.db")) as base:
        assert base.execute("SELECT value FROM meta WHERE name = 'schema'").fetchone() == (version,)
        assert "half" not in {row[1] for row in base.execute("PRAGMA table_info(takes)")}
    assert len(Store.in_folder(old).page()) == 2


_SECOND_KERNEL = """
import sys
from pathlib import Path
from kling_widget.store import Store
print("ready", flush=True)
sys.stdin.readline()
print(len(Store.in_folder(Path(sys.argv[1])).page()))
"""


def test_kernels_that_migrate_at_once_leave_one_library_and_the_copy_from_before(old: Path, version: int) -> None:
    command = [sys.executable, "-c", _SECOND_KERNEL, str(old)]
    kernels = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    for kernel in kernels:
        assert kernel.stdout is not None
        assert kernel.stdout.readline() == "ready\n"
    for kernel in kernels:
        assert kernel.stdin is not None
        kernel.stdin.write("go\n")
        kernel.stdin.flush()
    said = [kernel.communicate(timeout=120) for kernel in kernels]
    assert [out.strip() for out, _ in said] == ["2", "2", "2"], said
    with closing(sqlite3.connect(old / f"library.db.schema-{version}")) as copy:
        assert copy.execute("SELECT value FROM meta WHERE name = 'schema'").fetchone() == (version,)
    assert sorted(found.name for found in old.iterdir()) == ["library.db", f"library.db.schema-{version}"]


_READ_ONLY = """
import os
import sys
from pathlib import Path
from kling_widget.errors import LibraryDamaged, LibraryError
from kling_widget.store import Store
if os.getuid() == 0:
    os.setgid(65534)
    os.setuid(65534)  # root may write everywhere
try:
    Store.in_folder(Path(sys.argv[1]))
except LibraryError as error:
    assert not isinstance(error, LibraryDamaged), error
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="permissions are POSIX's")
def test_a_folder_that_can_not_be_written_to_is_said_and_left(old: Path) -> None:
    before = (old / "library.db").read_bytes()
    with tempfile.TemporaryDirectory() as name:  # pytest's own folders may not be entered by another user
        folder = Path(name)
        (folder / "library.db").write_bytes(before)
        (folder / "library.db").chmod(0o444)
        folder.chmod(0o555)
        command = [sys.executable, "-c", _READ_ONLY, name]
        ran = subprocess.run(command, capture_output=True, text=True, timeout=120)
        folder.chmod(0o755)
        assert "can't be" in ran.stdout, ran.stderr
        assert "nothing was sent" in ran.stdout
        assert [found.name for found in folder.iterdir()] == ["library.db"]
        assert (folder / "library.db").read_bytes() == before
