"""How the database is opened and spoken to: SQLite beside the clips, or PostgreSQL where a team shares one."""

from __future__ import annotations

import signal
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from types import FrameType
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, Select, create_engine, event, insert, inspect, select
from sqlalchemy.engine import Connection, Row
from sqlalchemy.exc import DBAPIError, IntegrityError

from ..errors import AlreadyTaken, LibraryDamaged, LibraryError, LibraryTooNew
from .integrity import RESCUE
from .layout import VERSION
from .schema import OF_TOOLS, meta, metadata, tool_runs

_PATIENCE_S = 20  # for a lock that another kernel holds; it holds one for some milliseconds


def connect(url: str) -> Engine:
    """Open a database and make its tables where they are missing.

    SQLite runs with a rollback journal (its write-ahead log has a reset bug before 3.51.3) and syncs the folder too, so
    that what is committed survives a power cut. Every writing transaction takes its lock at once: deferred ones fail
    under contention.

    Raises
    ------
    LibraryTooNew
        If a newer version of this package wrote the database. It is left as it is.
    LibraryError
        If it can't be opened.
    """
    lite = url.startswith("sqlite")
    engine = create_engine(url, connect_args={"timeout": _PATIENCE_S} if lite else {})
    if lite:
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _begin)
    else:  # said here, since to name a dialect is to import it
        tool_runs.dialect_kwargs["postgresql_where"] = OF_TOOLS
    with read_only(engine) as connection:
        made = inspect(connection).has_table(meta.name)
        if made:
            _check_version(connection)
    if not made:
        with writing(engine) as connection:
            if not inspect(connection).has_table(meta.name):  # another kernel may have been quicker
                metadata.create_all(connection)
                rows = [{"name": "schema", "value": VERSION}, {"name": "revision", "value": 0}]
                connection.execute(insert(meta), rows)
    return engine


_damaged: WeakKeyDictionary[Engine, str] = WeakKeyDictionary()
_DAMAGE = ("malformed", "not a database")  # in SQLite's own words; what a disk refuses now, it may take later


def refuse_writes(engine: Engine, words: str) -> None:
    """Write nothing into a database any more, and say why."""
    _damaged[engine] = words


def everything(connection: Connection, query: Select[Any]) -> Sequence[Row[Any]]:
    """Return all rows of a query that reads a great many texts: as `Connection.execute` does, and faster.

    A text with bytes that are none is read slowly then, and those bytes with it.
    """
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name != "sqlite":
        return connection.execute(query).all()
    driver.text_factory = str
    try:
        return connection.execute(query).all()
    except DBAPIError as error:
        if "decode" not in str(error.orig):
            raise
    finally:
        driver.text_factory = _text
    return connection.execute(query).all()


@contextmanager
def read_only(engine: Engine) -> Iterator[Connection]:
    """A transaction that only reads."""
    with _Undisturbed(), _in_our_words(engine), engine.connect() as connection:
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that writes: all of it is on disk when it ends, or none.

    Raises
    ------
    LibraryDamaged
        If the database is known to be damaged: nothing is written into it any more.
    """
    if found := _damaged.get(engine):
        raise LibraryDamaged(found)
    with _Undisturbed(), _in_our_words(engine), engine.execution_options(writes=True).begin() as connection:
        yield connection


class _Undisturbed:
    """Holds an interrupt back for the milliseconds of a transaction, and lets it come afterwards.

    One that lands in the middle would leave the connection, and with it the lock on the library, to a traceback that a
    notebook keeps: no kernel could write any more. A class: a generator leaves an interrupt room between its lines.
    """

    def __enter__(self) -> None:
        self._came: list[tuple[int, FrameType | None]] = []
        self._before: Any = None
        if threading.current_thread() is threading.main_thread() and callable(signal.getsignal(signal.SIGINT)):
            self._before = signal.signal(signal.SIGINT, lambda number, frame: self._came.append((number, frame)))

    def __exit__(self, *_error: object) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)
            if self._came:
                self._before(*self._came[0])


@contextmanager
def _in_our_words(engine: Engine) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:  # while a connection is made
        raise LibraryError(f"The library's database can't be opened ({error}). Nothing was changed in it.") from error
    except UnicodeEncodeError as error:
        words = "A library keeps text only, and this holds half of a character. Nothing was changed."
        raise LibraryError(words) from error
    except DBAPIError as error:
        if isinstance(error, IntegrityError) and "prediction" in str(error.orig):
            words = "Another take of this library has this prediction already; nothing was changed."
            raise AlreadyTaken(words) from error
        if any(sign in str(error.orig) for sign in _DAMAGE):
            words = (
                f"The library's database is damaged ({error.orig}). Nothing is written into it and nothing is sent any "
                f"more; what is under way at the service goes on there. {RESCUE}."
            )
            refuse_writes(engine, words)
            raise LibraryDamaged(words) from error
        raise LibraryError(
            f"The library's database can't be used at the moment ({error.orig}). Nothing was changed in it; what is "
            "under way at the service goes on there."
        ) from error


def _check_version(connection: Connection) -> None:
    found = connection.scalar(select(meta.c.value).where(meta.c.name == "schema")) or 0
    if found > VERSION:
        raise LibraryTooNew(
            f"This library was written by a newer kling-widget (schema {found}, this one knows {VERSION}). "
            "It was left as it is, and nothing was sent. Upgrade kling-widget, or choose another library."
        )


# Bytes that are no text come through as halves of pairs, which no text has: they cost their row, and no other.
_text = partial(str, encoding="utf-8", errors="surrogateescape")


def _prepare(connection: Any, _record: object) -> None:
    connection.text_factory = _text
    connection.isolation_level = None  # transactions begin where `_begin` says, not where the driver guesses
    for pragma in ("journal_mode=DELETE", "synchronous=EXTRA", "mmap_size=0", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
