"""The practice server's memory: tasks, money, every call, uploads, elements. SQLite, safe for several servers.

Everything is in the ledger, so that a server may die and another one take its place.
"""

from __future__ import annotations

import json
import os
import secrets
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ..request.money import Micros

FILE = "practice.db"
"""The database's name in the ledger's folder."""

Outcome = Literal["completed", "failed"]

_TABLES = """
CREATE TABLE IF NOT EXISTS account (one INTEGER PRIMARY KEY CHECK (one = 1), granted INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS tasks (
  number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, model TEXT NOT NULL, kind TEXT NOT NULL,
  inputs TEXT NOT NULL, dropped TEXT NOT NULL, seconds INTEGER NOT NULL, price INTEGER NOT NULL,
  created REAL NOT NULL, starts REAL NOT NULL, ends REAL NOT NULL, outcome TEXT NOT NULL, code INTEGER NOT NULL,
  error TEXT NOT NULL, rendered REAL, done REAL, deleted REAL);
CREATE INDEX IF NOT EXISTS tasks_created ON tasks (created);
CREATE INDEX IF NOT EXISTS tasks_open ON tasks (ends) WHERE done IS NULL;
CREATE TABLE IF NOT EXISTS charges (
  uuid TEXT PRIMARY KEY, task TEXT NOT NULL UNIQUE, amount INTEGER NOT NULL, state TEXT NOT NULL,
  created REAL NOT NULL, updated REAL NOT NULL);
CREATE TABLE IF NOT EXISTS calls (
  number INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, call TEXT NOT NULL, method TEXT NOT NULL,
  path TEXT NOT NULL, model TEXT, sha256 TEXT, fault TEXT, status INTEGER, task TEXT);
CREATE TABLE IF NOT EXISTS uploads (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, kind TEXT NOT NULL, size INTEGER NOT NULL, created REAL NOT NULL,
  received REAL);
CREATE TABLE IF NOT EXISTS elements (id TEXT PRIMARY KEY, name TEXT NOT NULL, task TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS owner (one INTEGER PRIMARY KEY CHECK (one = 1), token TEXT NOT NULL);
"""


@dataclass(frozen=True)
class Task:
    """A task as the ledger has it.

    Times are seconds since 1970 by the server's clock; ``price`` is in micro-dollars; ``outcome``, ``code`` and
    ``error`` say how the task will end; ``rendered``, ``done`` and ``deleted`` say when its clip was rendered, when
    it ended and when it was deleted.
    """

    id: str
    model: str
    kind: str
    inputs: Mapping[str, Any]
    dropped: tuple[str, ...]
    seconds: int
    price: Micros
    created: float
    starts: float
    ends: float
    outcome: Outcome = "completed"
    code: int = 0
    error: str = ""
    rendered: float | None = None
    done: float | None = None
    deleted: float | None = None


@dataclass(frozen=True)
class Charge:
    """What a task cost: ``amount`` in micro-dollars; ``pre`` when it is submitted, then ``paid`` or ``refunded``."""

    uuid: str
    task: str
    amount: Micros
    state: Literal["pre", "paid", "refunded"]
    created: float
    updated: float


@dataclass(frozen=True)
class Upload:
    """A file that was sent, or is about to be (``received`` is None)."""

    id: str
    name: str
    kind: str
    size: int
    created: float
    received: float | None = None


class Ledger:
    """The ledger in a folder.

    Parameters
    ----------
    folder
        Created for its owner alone if it does not exist; several servers may share it.
    grant
        Play money of a new account, in micro-dollars; None leaves an account as it is (and gives a new one nothing).
    follow
        Whether its file is as open as its folder; otherwise it is its owner's alone.

    Attributes
    ----------
    token
        Opens what only the owner may see. Whoever may read the ledger's file has it.
    """

    def __init__(self, folder: Path, grant: Micros | None = None, *, follow: bool = False) -> None:
        _make_file(folder / FILE, follow)
        self.folder = folder
        self._lock = threading.RLock()
        self._base = sqlite3.connect(folder / FILE, timeout=20, isolation_level=None, check_same_thread=False)
        self._base.row_factory = sqlite3.Row
        # OFF survives a killed server; only a power cut could damage the file, and the money is play money.
        for pragma in ("journal_mode=DELETE", "synchronous=OFF", "busy_timeout=20000"):
            self._base.execute(f"PRAGMA {pragma}")
        with self.writing() as base:
            for statement in filter(str.strip, _TABLES.split(";")):
                base.execute(statement)
            base.execute("INSERT OR IGNORE INTO account VALUES (1, ?)", (grant or 0,))
            base.execute("INSERT OR IGNORE INTO owner VALUES (1, ?)", (secrets.token_urlsafe(24),))
        self.token = str(self.rows("SELECT token FROM owner")[0]["token"])

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._base.close()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Run one immediate transaction; what it reads holds until its end."""
        with self._lock:
            if self._base.in_transaction:  # nested
                yield self._base
                return
            self._base.execute("BEGIN IMMEDIATE")
            try:
                yield self._base
            except BaseException:
                self._base.execute("ROLLBACK")
                raise
            self._base.execute("COMMIT")

    def rows(self, query: str, *values: object) -> list[sqlite3.Row]:
        """Return the rows of a query."""
        with self._lock:
            return self._base.execute(query, values).fetchall()

    # money

    def grant(self, amount: Micros) -> None:
        """Add play money (micro-dollars)."""
        with self.writing() as base:
            base.execute("UPDATE account SET granted = granted + ?", (amount,))

    def balance(self) -> Micros:
        """Return the play money that is left, in micro-dollars."""
        query = """SELECT (SELECT granted FROM account)
                   - (SELECT coalesce(sum(amount), 0) FROM charges WHERE state != 'refunded')"""
        return Micros(self.rows(query)[0][0])

    def charges(self) -> list[Charge]:
        """Return every charge, the newest first."""
        return [Charge(**dict(row)) for row in self.rows("SELECT * FROM charges ORDER BY rowid DESC")]

    # tasks

    def add(self, task: Task, uuid: str) -> None:
        """Record a task together with its charge."""
        values = {
            **task.__dict__, "inputs": json.dumps(dict(task.inputs)), "dropped": json.dumps(task.dropped)
        }  # fmt: skip
        names = ", ".join(values)
        with self.writing() as base:
            base.execute(f"INSERT INTO tasks ({names}) VALUES (:{', :'.join(values)})", values)
            base.execute(
                "INSERT INTO charges VALUES (?, ?, ?, 'pre', ?, ?)",
                (uuid, task.id, task.price, task.created, task.created),
            )

    def task(self, task_id: str) -> Task | None:
        """Return the task of that id."""
        found = self.rows("SELECT * FROM tasks WHERE id = ?", task_id)
        return _task(found[0]) if found else None

    def tasks(self, since: float = 0.0) -> list[Task]:
        """Return the tasks created at or after ``since``, the newest first."""
        return [_task(r) for r in self.rows("SELECT * FROM tasks WHERE created >= ? ORDER BY number DESC", since)]

    def open_tasks(self) -> list[Task]:
        """Return the tasks that have not ended, the oldest first."""
        return [_task(row) for row in self.rows("SELECT * FROM tasks WHERE done IS NULL ORDER BY number")]

    def due(self, now: float) -> list[Task]:
        """Return the open tasks that end at or before ``now``."""
        query = "SELECT * FROM tasks WHERE done IS NULL AND ends <= ? ORDER BY number"
        return [_task(row) for row in self.rows(query, now)]

    def rendered(self, task_id: str, now: float) -> None:
        """Record that a task's clip is rendered."""
        with self.writing() as base:
            base.execute("UPDATE tasks SET rendered = coalesce(rendered, ?) WHERE id = ?", (now, task_id))

    def fail(self, task_id: str, code: int, error: str) -> None:
        """Let an open task fail."""
        query = "UPDATE tasks SET outcome = 'failed', code = ?, error = ? WHERE id = ? AND done IS NULL"
        with self.writing() as base:
            base.execute(query, (code, error, task_id))

    def settle(self, task: Task, done: float) -> None:
        """End a task: its charge is paid, or refunded if it failed. A second time changes nothing."""
        state = "paid" if task.outcome == "completed" else "refunded"
        with self.writing() as base:
            ended = base.execute("UPDATE tasks SET done = ? WHERE id = ? AND done IS NULL", (done, task.id))
            if ended.rowcount:
                base.execute("UPDATE charges SET state = ?, updated = ? WHERE task = ?", (state, done, task.id))

    def delete(self, task_id: str, now: float) -> None:
        """Mark a task as deleted; its charge stays."""
        with self.writing() as base:
            base.execute("UPDATE tasks SET deleted = coalesce(deleted, ?) WHERE id = ?", (now, task_id))

    # calls, uploads, elements

    def note(self, at: float, call: str, method: str, path: str, sha256: str | None, fault: str | None) -> int:
        """Record a call before it is carried out, and return its number."""
        query = "INSERT INTO calls (at, call, method, path, sha256, fault) VALUES (?, ?, ?, ?, ?, ?)"
        with self.writing() as base:
            return int(base.execute(query, (at, call, method, path, sha256, fault)).lastrowid or 0)

    def noted(self, number: int, status: int | None, task: str | None, model: str | None) -> None:
        """Record the outcome of a call; a status of None means that the connection was cut."""
        query = "UPDATE calls SET status = ?, task = ?, model = ? WHERE number = ?"
        with self.writing() as base:
            base.execute(query, (status, task, model, number))

    def keep_upload(self, upload: Upload) -> None:
        """Record an upload, announced or received."""
        with self.writing() as base:
            base.execute("INSERT OR REPLACE INTO uploads VALUES (?, ?, ?, ?, ?, ?)", tuple(upload.__dict__.values()))

    def upload(self, upload_id: str) -> Upload | None:
        """Return the upload of that id."""
        found = self.rows("SELECT * FROM uploads WHERE id = ?", upload_id)
        return Upload(**dict(found[0])) if found else None

    def keep_element(self, element_id: str, name: str, task: str) -> None:
        """Record an element."""
        with self.writing() as base:
            base.execute("INSERT OR REPLACE INTO elements VALUES (?, ?, ?)", (element_id, name, task))

    def element_names(self) -> dict[str, str]:
        """Return the names of all elements by id."""
        return {str(row["id"]): str(row["name"]) for row in self.rows("SELECT id, name FROM elements")}


def _make_file(path: Path, follow: bool) -> None:
    """Create the folder and the file if needed and set who may read it; SQLite gives its journal the same mode."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    bits = path.parent.stat().st_mode & 0o666 if follow else 0o600
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    with suppress(OSError):  # somebody else owns and shares it, or the file system keeps no permissions
        path.chmod(bits)


def _task(row: sqlite3.Row) -> Task:
    values = dict(row)
    del values["number"]
    return Task(**{**values, "inputs": json.loads(values["inputs"]), "dropped": tuple(json.loads(values["dropped"]))})
