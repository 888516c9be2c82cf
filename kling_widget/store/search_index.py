"""What makes a search of many takes quick: an index of three characters each (SQLite's FTS5), in a file of its own.

The index says which takes may hold a text; whether they do is read from their rows, as it is without an index. It is
brought up to the library's revision now and then, in the background: takes that changed since are looked through as
well. So it need not be written with them, nothing that is confirmed or paid waits for it, and a kernel whose SQLite has
no FTS5 may change what it likes.

Each time it is brought up, the index and the library are given the same random token. Where the two differ, one of them
was replaced, by a copy from before or by another library's, and the index is made anew.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import re
import secrets
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, Engine, and_, func, or_, select

from .. import paths
from ..errors import LibraryError
from .damage import is_text
from .database import read_only, writing
from .library_settings import read, write
from .schema import meta, takes

log = logging.getLogger(__name__)

FILE = "search.db"
"""The index's file, beside the library's database. It can be deleted at any time."""

TOKEN = "search_token"
"""The setting that says which index belongs to a library."""

_UNINDEXED = 1000  # takes that are looked through without it; a smaller library has none
_MOST = 3000  # takes; where more may hold a text, a page of them is found sooner by going through the newest
_TRIGRAMS = 12  # that are looked up of one search, spread over it: more cost more than they rule out
_AT_ONCE = 2000  # takes that are read in one transaction while it is brought up
_BEFORE_ALL = -(1 << 62)
_NO_TEXT = re.compile("[\0\ud800-\udfff]")  # none of it is searched for, and FTS5 would end a text there
_DAMAGE = ("malformed", "not a database", "corrupt", "no such column", "no column named")
_FOR_NOW = ("locked", "readonly", "read-only", "unable to open", "no such table")  # the last one while it is being made

_TABLES = {
    "state": "CREATE TABLE state (token TEXT NOT NULL, revision INTEGER NOT NULL)",
    "texts": "CREATE TABLE texts (number INTEGER PRIMARY KEY, take TEXT NOT NULL, "
    "digest BLOB NOT NULL, UNIQUE (take, digest))",
    "trigrams": "CREATE VIRTUAL TABLE trigrams USING fts5(text, content = '', "
    "detail = none, tokenize = 'trigram case_sensitive 1')",
}
_FIND = "SELECT rowid FROM trigrams WHERE trigrams MATCH ? LIMIT ?"
_NAME = "SELECT take FROM texts WHERE number IN (SELECT value FROM json_each(?))"


class Candidates(NamedTuple):
    """Takes that may hold a text: those of these ids, and those that changed after this revision."""

    ids: str
    """As a JSON list."""
    revision: int


class SearchIndex:
    """The search index of a library. Without one, or while it can't be used, a search goes through all takes.

    Parameters
    ----------
    engine
        The library's database.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine, self._path = engine, _place(engine)
        self._lock = threading.RLock()
        self._reader: sqlite3.Connection | None = None
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None

    def candidates(self, texts: Sequence[str]) -> Candidates | None:
        """Return which takes may hold all of these texts; None where that has to be found without the index.

        Parameters
        ----------
        texts
            As `rows.folded` has them. Those with less than three characters are passed over.
        """
        found = list(dict.fromkeys(text[at : at + 3] for text in texts for at in range(len(text) - 2)))
        if not found or self._path is None or self._closed.is_set():
            return None
        spread = found[:: -(-len(found) // _TRIGRAMS)]
        query = " AND ".join('"' + trigram.replace('"', '""') + '"' for trigram in spread)
        answer = self._find(query)
        if answer is None:
            return None
        token, revision, ids = answer
        newer = select(takes.c.id).where(takes.c.revision > revision).limit(_UNINDEXED + 1)
        with read_only(self._engine) as connection:
            mine = read(connection, TOKEN)
            unindexed = connection.scalar(select(func.count()).select_from(newer.subquery())) or 0
        if token and token != mine:
            self._forget_reader()  # its file may have been replaced
        if unindexed > _UNINDEXED or (token and token != mine):
            self._begin()
            return None
        return None if not token or ids is None else Candidates(json.dumps(ids), revision)

    def bring_up(self) -> bool:
        """Index all takes that changed since it was brought up last; tells whether that is done.

        Nothing is done where another kernel does it at the moment, or where SQLite has no FTS5.
        """
        if self._path is None:
            return False
        try:
            with contextlib.closing(sqlite3.connect(self._path, timeout=0, isolation_level=None)) as base:
                return self._extend(base)
        except sqlite3.Error as error:
            self._leave(error)
        except (LibraryError, OSError) as error:
            log.info("the search index was not brought up: %s", error)
        return False

    def close(self) -> None:
        """Close the index; what is being indexed is given up."""
        self._closed.set()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join()
        self._forget_reader()

    def _find(self, query: str) -> tuple[str, int, list[str] | None] | None:
        """Look a query up: the index's token, empty where there is none, its revision, and takes unless they are many.

        None where this process can't use an index.
        """
        with self._lock:
            try:
                if self._reader is None:
                    if self._path is None or self._closed.is_set() or not self._path.exists():
                        return "", _BEFORE_ALL, None
                    address = self._path.absolute().as_uri() + "?mode=ro"
                    self._reader = sqlite3.connect(
                        address, uri=True, timeout=0, isolation_level=None, check_same_thread=False
                    )
                with self._reader as base:
                    base.execute("BEGIN")
                    state = _state(base)
                    numbers = [n for (n,) in base.execute(_FIND, (query, _MOST + 1))] if state else []
                    many = len(numbers) > _MOST
                    found = [] if many else base.execute(_NAME, (json.dumps(numbers),)).fetchall()
            except sqlite3.Error as error:
                self._leave(error)
                return None if self._path is None else ("", _BEFORE_ALL, None)
        if state is None:
            return "", _BEFORE_ALL, None
        return state[0], state[1], None if many else [take for (take,) in found]

    def _begin(self) -> None:
        """Bring it up in the background, where that is not under way."""
        with self._lock:
            if self._closed.is_set() or (self._thread is not None and self._thread.is_alive()):
                return
            self._thread = threading.Thread(target=self.bring_up, name="kling-search", daemon=True)
            self._thread.start()

    def _extend(self, base: sqlite3.Connection) -> bool:
        base.execute("PRAGMA cache_size = -65536")  # else what does not fit is written early, and keeps readers out
        base.execute("BEGIN IMMEDIATE")
        with read_only(self._engine) as connection:
            mine, newest = read(connection, TOKEN), _revision(connection)
        state = _state(base)
        if state is None or state[0] != mine or state[1] > newest:
            for table, statement in _TABLES.items():
                base.execute(f"DROP TABLE IF EXISTS {table}")
                base.execute(statement)
            state = ("", _BEFORE_ALL)
        for some in self._changed(state[1], newest):
            if self._closed.is_set():
                return False  # without a commit: all of it is undone
            for take, text in some:
                _add(base, take, text)
        token = secrets.token_hex(16)
        base.execute("DELETE FROM state")
        base.execute("INSERT INTO state VALUES (?, ?)", (token, newest))
        # First the library: where this kernel ends between the two, they differ, and the index is made anew.
        with writing(self._engine) as connection:
            write(connection, TOKEN, token)
        base.execute("COMMIT")
        return True

    def _changed(self, after: int, newest: int) -> Iterator[list[tuple[str, str]]]:
        """Give takes that changed after a revision and up to another, with what a search reads of them; in batches."""
        last = (after, "")
        columns = (takes.c.revision, takes.c.id, takes.c.folded)
        query = select(*columns).where(takes.c.revision > after, takes.c.revision <= newest)
        query = query.order_by(takes.c.revision, takes.c.id).limit(_AT_ONCE)
        while True:
            beyond = or_(takes.c.revision > last[0], and_(takes.c.revision == last[0], takes.c.id > last[1]))
            with read_only(self._engine) as connection:
                found = connection.execute(query.where(takes.c.revision >= last[0], beyond)).all()
            if not found:
                return
            last = (found[-1][0], found[-1][1])
            yield [(take, _text(folded)) for _, take, folded in found if is_text(take)]

    def _leave(self, error: sqlite3.Error) -> None:
        """Take note that the index can't be used: for the moment, in this process, or as it is."""
        words = str(error)
        self._forget_reader()
        if any(sign in words for sign in _FOR_NOW):
            log.info("the search index was not used: %s", error)
            return
        path = self._path
        if path is None or not any(sign in words for sign in _DAMAGE):  # an SQLite without FTS5, a full disk
            self._path = None
            log.info("this process searches without an index: %s", error)
            return
        log.info("the search index is made anew: %s", error)
        try:
            path.unlink(missing_ok=True)
            path.with_name(f"{path.name}-journal").unlink(missing_ok=True)
        except OSError:
            self._path = None

    def _forget_reader(self) -> None:
        with self._lock:
            if self._reader is not None:
                self._reader.close()
                self._reader = None


def _place(engine: Engine) -> Path | None:
    """Where the index lies; None where the database is no file, or a link there leads out of the library."""
    database = engine.url.database
    if engine.dialect.name != "sqlite" or not database:
        return None
    try:
        return paths.own(Path(database).parent, FILE)
    except LibraryError as error:
        log.info("%s", error)
        return None


def _state(base: sqlite3.Connection) -> tuple[str, int] | None:
    """The token and the revision of an index that is there; None where one has to be made."""
    there = {name for (name,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    row = base.execute("SELECT token, revision FROM state").fetchone() if there.issuperset(_TABLES) else None
    if row is None or not isinstance(row[0], str) or type(row[1]) is not int:
        return None
    return row[0], row[1]


def _add(base: sqlite3.Connection, take: str, text: str) -> None:
    digest = hashlib.blake2b(text.encode(), digest_size=8).digest()
    added = base.execute("INSERT OR IGNORE INTO texts (take, digest) VALUES (?, ?)", (take, digest))
    if added.rowcount == 1:  # else nothing of it changed that a search reads
        base.execute("INSERT INTO trigrams (rowid, text) VALUES (?, ?)", (added.lastrowid, text))


def _text(folded: object) -> str:
    """Return what is indexed of a row; of a damaged one, all that could be found in it."""
    if isinstance(folded, bytes):
        folded = folded.decode("utf-8", "surrogateescape")
    return _NO_TEXT.sub("\n", str(folded))


def _revision(connection: Connection) -> int:
    return connection.scalar(select(meta.c.value).where(meta.c.name == "revision")) or 0
