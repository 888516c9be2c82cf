"""Which take has which prediction, over all libraries of a person on one machine.

Two libraries with one key see the same tasks at the service. A prediction is claimed here before it is written into a
take, so that it belongs to one take only; and submits that are under way are noted here, so that a lost answer is not
matched with a task that another library has just made.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from ..errors import AlreadyTaken
from ..settings import Key
from . import account_settings
from .record import Record, now_ms

NEAR_MS = 130_000
"""How far apart two submits may have been sent, in milliseconds, for a task to fit both."""

_KEPT_MS = 8 * 24 * 3600 * 1000  # a day longer than the service keeps a task
_PATIENCE_S = 5.0

_TABLES = """
CREATE TABLE IF NOT EXISTS salt (value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS claims (
    service TEXT NOT NULL, prediction TEXT NOT NULL, take TEXT NOT NULL, library TEXT NOT NULL, at INTEGER NOT NULL,
    PRIMARY KEY (service, prediction)
);
CREATE TABLE IF NOT EXISTS submits (
    take TEXT PRIMARY KEY, service TEXT NOT NULL, account TEXT NOT NULL, model TEXT NOT NULL, price INTEGER NOT NULL,
    library TEXT NOT NULL, at INTEGER NOT NULL
);
"""


class ClaimsUnusable(Exception):
    """The file of claims can't be read or written, so nobody can say whether another library has a prediction."""


class Claims:
    """The claims of this person's libraries on this machine: a small SQLite file that only they can read.

    Parameters
    ----------
    folder
        Where the file lies; made where it is missing.
    library
        The folder of the library that claims.
    """

    def __init__(self, folder: Path, library: Path) -> None:
        self._path, self._library = folder / "claims.db", str(library)

    def sending(self, record: Record, key: Key) -> None:
        """Note that a take's submit is under way or in doubt. It may be noted again.

        Raises
        ------
        ClaimsUnusable
            If the file can't be used. Nothing was noted.
        """
        with self._writing() as base:
            account = key.fingerprint(_salt(base))
            at = record.submitted_at or now_ms()
            row = (record.id, record.service, account, record.model, int(record.estimate), self._library, at)
            base.execute("INSERT OR REPLACE INTO submits VALUES (?, ?, ?, ?, ?, ?, ?)", row)

    def ended(self, take: str) -> None:
        """Note that a take's submit came to nothing."""
        with self._writing() as base:
            base.execute("DELETE FROM submits WHERE take = ?", (take,))

    def claim(self, record: Record, prediction: str) -> None:
        """Claim a prediction for a take. The same take may claim it again, as after a crash.

        Raises
        ------
        AlreadyTaken
            If it is another take's. Nothing was changed.
        ClaimsUnusable
            If the file can't be used. Nothing was claimed.
        """
        with self._writing() as base:
            found = base.execute(
                "SELECT take, library FROM claims WHERE service = ? AND prediction = ?", (record.service, prediction)
            ).fetchone()
            if found and found[0] != record.id:
                raise AlreadyTaken(
                    f"Task {prediction} belongs to take {found[0]} of the library {found[1]!r} on this machine. "
                    "Nothing was changed."
                )
            row = (record.service, prediction, record.id, self._library, now_ms())
            base.execute("INSERT OR IGNORE INTO claims VALUES (?, ?, ?, ?, ?)", row)
            base.execute("DELETE FROM submits WHERE take = ?", (record.id,))

    def of(self, record: Record) -> str | None:
        """Return the prediction that this library claimed for a take, which a copy of it may hold too; else None."""
        with self._open() as base:
            query = "SELECT prediction FROM claims WHERE service = ? AND take = ? AND library = ? ORDER BY at DESC"
            found = base.execute(query, (record.service, record.id, self._library)).fetchone()
            if found is not None and not (isinstance(found[0], str) and found[0]):
                raise ClaimsUnusable(f"{self._path} holds a claim that can't be read")
            return None if found is None else found[0]

    def taken(self, record: Record, predictions: Collection[str]) -> set[str]:
        """Return those of these predictions that other takes have."""
        wanted = set(predictions)
        with self._open() as base:
            found = base.execute(
                "SELECT prediction FROM claims WHERE service = ? AND take <> ?", (record.service, record.id)
            )
            return {prediction for (prediction,) in found if prediction in wanted}

    def rivals(self, record: Record) -> int:
        """Return how many submits of other libraries, under way or in doubt, one task could belong to as well.

        Of whichever key: two keys may be one account's. At whichever price: a quote with a discount fits as well.
        """
        at = record.submitted_at or now_ms()
        same = (record.service, record.model, self._library, at - NEAR_MS, at + NEAR_MS)
        query = "SELECT count(*) FROM submits WHERE service = ? AND model = ? AND library <> ? AND at BETWEEN ? AND ?"
        with self._open() as base:
            return int(base.execute(query, same).fetchone()[0])

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not self._path.exists():  # made by us, so that nobody else can read it from the first moment on
                os.close(os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600))
            # A connection for each question: nothing is left open over a fork or a crash.
            with closing(sqlite3.connect(self._path, timeout=_PATIENCE_S, isolation_level=None)) as base:
                if not base.execute("SELECT 1 FROM sqlite_master WHERE name = 'submits'").fetchone():
                    base.executescript(_TABLES)
                yield base
        except (OSError, sqlite3.Error) as error:
            raise ClaimsUnusable(f"{self._path} can't be used ({error})") from error

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._open() as base:
            base.execute("BEGIN IMMEDIATE")
            try:
                for table in ("claims", "submits"):
                    base.execute(f"DELETE FROM {table} WHERE at < ?", (now_ms() - _KEPT_MS,))
                yield base
            except BaseException:
                base.execute("ROLLBACK")
                raise
            base.execute("COMMIT")


def _salt(base: sqlite3.Connection) -> bytes:
    """The salt of this machine's fingerprints, made the first time."""
    found = base.execute("SELECT value FROM salt").fetchone()
    if found is None:
        # One statement, so that two processes that come first agree on one salt.
        base.execute("INSERT INTO salt SELECT ? WHERE NOT EXISTS (SELECT 1 FROM salt)", (secrets.token_hex(16),))
        found = base.execute("SELECT value FROM salt").fetchone()
    if (salt := account_settings.salt(found[0])) is None:
        raise ClaimsUnusable("the salt of this machine's claims can't be read")
    return salt
