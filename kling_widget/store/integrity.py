"""Whether a library's database is whole: found out before anything is written to it, and without writing to it."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import stat
import tempfile
from collections.abc import Collection, Iterator
from pathlib import Path

from .. import paths
from ..errors import LibraryDamaged, LibraryError
from . import account_settings, layout

RESCUE = "Library.rescue(folder, 'a/new/folder') copies what can be read of it"
"""What to do about a damaged library."""

_PATIENCE_S = 20  # for a lock; a write holds one for some milliseconds
_MAGIC = b"SQLite format 3\0"
_JOURNAL, _LOG = "-journal", "-wal"
# Bytes. SQLite can't be stopped in the middle of looking through a table, so that the size says what it may cost.
_SMALL = 8 << 20  # some 5,000 takes: pages and indexes, in 40 ms
_LARGE = 32 << 20  # some 20,000 takes: pages, in 40 ms; of a larger one they come before the first take is sent
_OF_A_ROW = "NULL value in "  # costs that row, as any other value that was never written there
_MOST = 1 << 53  # revisions beyond it were never counted
_FIRST = frozenset(("meta", "takes", "leases", "ledger", "spend", "budget"))  # tables of every version


def check(path: Path) -> bool:
    """Look a library's database through. It is opened for reading only.

    Parameters
    ----------
    path
        The database; a place without one is as good as a new one.

    Returns
    -------
    bool
        Whether all of it was looked through: a large one is left to `check_all`.

    Raises
    ------
    LibraryDamaged
        If it is damaged, or is none of a library's. It is as it was.
    """
    if not _file_size(path):
        return True
    return _looked_through(path, everything=False)


def is_plain(path: Path) -> bool:
    """Tell whether nothing stands in the way of opening a database later: it is new, or whole and of this version.

    Raises
    ------
    LibraryError
        As `check` does.
    """
    check(path)
    try:
        if not path.exists() or not path.stat().st_size:
            return True
        if _needs_copy(path):
            return False
        with _opened(path) as base:
            version = base.execute("SELECT value FROM meta WHERE name = 'schema'").fetchone()
            return version == (layout.VERSION,) and layout.digest(base) == layout.DIGEST
    except (sqlite3.Error, OSError):
        return False


def check_all(path: Path) -> None:
    """Look all of a database through, however large it is. Raises ``LibraryDamaged`` as `check` does."""
    if _file_size(path):
        _looked_through(path, everything=True)


def unusable(path: Path, why: object) -> LibraryDamaged:
    """Return the error that says in words that a database can't be used."""
    return LibraryDamaged(
        f"The library's database {str(path)!r} can't be used ({why}). It was left as it is, and nothing was sent. "
        f"{RESCUE}. Or put a copy from before in its place, or choose another library."
    )


def is_locked(error: object) -> bool:
    """Whether an error of SQLite says that another program holds a database, which is no damage."""
    return "locked" in str(error)


def _file_size(path: Path) -> int:
    """The size of a database's file in bytes; none where there is no file, or a new one."""
    try:
        about = path.stat()
        if not stat.S_ISREG(about.st_mode):
            raise unusable(path, "it is a folder" if stat.S_ISDIR(about.st_mode) else "it is no file")
        with path.open("rb") as file:
            head = file.read(100)
    except FileNotFoundError:
        about, head = None, b""
    except OSError as error:
        raise unusable(path, error.strerror or error) from error
    if about is None or not about.st_size:
        if _has(path, _LOG):  # opening would remove it, and whatever is in it alone
            raise unusable(path, f"it is {'empty' if about else 'not there'}, and {_beside(path, _LOG).name} is")
        if about is None:
            return 0
        if paths.holds_clips(path.parent):
            raise unusable(path, "it is empty, and clips lie beside it")
        return 0
    if head[:16] != _MAGIC:
        raise unusable(path, "it is no SQLite database")
    pages, page = int.from_bytes(head[28:32], "big"), int.from_bytes(head[16:18], "big")
    whole = pages * (65_536 if page == 1 else page) if head[24:28] == head[92:96] else 0
    if about.st_size < whole and not _has(path, _JOURNAL) and not _has(path, _LOG):
        raise unusable(path, f"it is cut off: {about.st_size:,} of {whole:,} bytes are there")
    return about.st_size


def _looked_through(path: Path, *, everything: bool) -> bool:
    if not _needs_copy(path):
        try:
            with _opened(path) as base:
                return _sound(base, path, everything)
        except sqlite3.Error as error:
            if is_locked(error):
                raise LibraryError(
                    f"The library's database {str(path)!r} is locked by another kernel or program for longer than a "
                    "write takes. Nothing was changed, and nothing was sent. Try again in a moment; if it stays so, "
                    "end that program."
                ) from None
            if not _has(path, _JOURNAL):
                raise unusable(path, error) from error
    # A kernel was ended in the middle of a write, or some tool left a log. What opening would make of the file, of
    # which a connection that only reads sees nothing, is tried on a copy.
    with tempfile.TemporaryDirectory(prefix="kling-") as folder:
        copy = Path(folder, path.name)
        try:
            shutil.copyfile(path, copy)
            for ending in (_JOURNAL, _LOG):
                if _has(path, ending):
                    shutil.copyfile(_beside(path, ending), _beside(copy, ending))
            before = _changes(copy)
            with contextlib.closing(sqlite3.connect(copy, isolation_level=None)) as base:
                whole = _sound(base, path, everything)
        except (sqlite3.Error, OSError) as error:
            raise unusable(path, error) from error
        if _has(path, _JOURNAL) and not _has(path, _LOG) and before - _changes(copy) not in (0, 1):
            raise unusable(path, f"{_beside(path, _JOURNAL).name} belongs to another database")
        return whole


def _needs_copy(path: Path) -> bool:
    """Whether opening a database would read what lies beside it, unseen by a connection that only reads."""
    return _has(path, _LOG) or (_is_logged(path) and _has(path, _JOURNAL))


def _is_logged(path: Path) -> bool:
    """Whether some tool left a database in the mode of a write-ahead log."""
    with path.open("rb") as file:
        return b"\2" in file.read(20)[18:20]


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    # In that mode looking would make the log's files.
    options = "?mode=ro&immutable=1" if _is_logged(path) else "?mode=ro"
    address = path.absolute().as_uri() + options
    with contextlib.closing(sqlite3.connect(address, uri=True, timeout=_PATIENCE_S, isolation_level=None)) as base:
        yield base


def _sound(base: sqlite3.Connection, path: Path, everything: bool) -> bool:
    base.execute("BEGIN")
    found = base.execute("SELECT type, name, tbl_name FROM sqlite_master").fetchall()
    tables = {str(name) for kind, name, _of in found if kind == "table"}
    if not found:
        return True
    if "meta" not in tables or "takes" not in tables:
        raise unusable(path, "it belongs to another program")
    if extra := sorted(str(name) for kind, name, _of in found if kind == "trigger"):
        raise unusable(path, f"it holds a trigger, {extra[0]}, which no library has")
    meta = dict(base.execute("SELECT name, value FROM meta").fetchall())
    version, revision = meta.get("schema"), meta.get("revision")
    if type(version) is not int or version < 1 or type(revision) is not int or not 0 <= revision < _MOST:
        raise unusable(path, "its version and its revision can't be read")
    if version > layout.VERSION:
        return True  # is refused by its version, in words of its own
    if missing := sorted(_FIRST - tables):
        raise unusable(path, f"its table {missing[0]} is not there")
    if version == layout.VERSION and layout.digest(base) != layout.DIGEST:
        _has_columns(base, path, tables)
    if "settings" in tables:
        wanted = (account_settings.SALT, account_settings.GROUPS)
        kept = base.execute("SELECT name, value FROM settings WHERE name IN (?, ?)", wanted).fetchall()
        if odd := account_settings.odd(kept):
            raise unusable(path, f"its setting {odd} can't be read")
    return _pages_are_whole(base, path, everything)


def _has_columns(base: sqlite3.Connection, path: Path, tables: Collection[str]) -> None:
    from .schema import metadata, takes

    if missing := sorted(set(metadata.tables).difference(tables)):
        raise unusable(path, f"its table {missing[0]} is not there")
    for table in metadata.tables.values():
        there = {row[1]: row[5] for row in base.execute(f"PRAGMA table_info({table.name})")}
        if gone := [column.name for column in table.columns if column.name not in there]:
            raise unusable(path, f"its table {table.name} has no {gone[0]}")
        if [name for name, key in there.items() if key] != [
            column.name for column in table.columns if column.primary_key
        ]:
            raise unusable(path, f"its table {table.name} has another key")
    unique = [row[1] for row in base.execute(f"PRAGMA index_list({takes.name})") if row[2]]
    together = [[row[2] for row in base.execute(f'PRAGMA index_info("{name}")')] for name in unique]
    if ["service", "prediction"] not in together:
        raise unusable(path, "nothing in it keeps two takes from having one prediction")


def _pages_are_whole(base: sqlite3.Connection, path: Path, everything: bool) -> bool:
    size = path.stat().st_size
    if size > _LARGE and not everything:
        return False
    found = base.execute(f"PRAGMA {'integrity' if size <= _SMALL else 'quick'}_check")
    for complaint in (" ".join(str(row[0]).split()) for row in found):
        if complaint != "ok" and not complaint.startswith(_OF_A_ROW):
            raise unusable(path, complaint[:200])
    return True


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)


def _has(path: Path, ending: str) -> bool:
    """Whether something lies beside a database that SQLite would read with it."""
    try:
        return _beside(path, ending).stat().st_size > 0
    except OSError:
        return False


def _changes(path: Path) -> int:
    """How often a database was changed, as its header counts it."""
    with path.open("rb") as file:
        return int.from_bytes(file.read(28)[24:28], "big")
