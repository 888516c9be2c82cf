"""Another library as it stands at one moment: a copy of its database, in the current schema, that is only read."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Table, select

from .. import paths
from ..errors import LibraryError
from . import integrity, library_settings
from .account_settings import GROUPS, SALT
from .damage import is_text
from .database import everything, read_only
from .elements import elements
from .layout import DATABASE
from .media import media
from .schema import cells, ledger, sweeps, takes
from .store import Store
from .time_zone import NAME as ZONE

_PATIENCE_S = 20  # for a lock; a write holds one for some milliseconds
_AT_ONCE = 500  # ids in one question

Row = Mapping[str, Any]
"""A row as the database holds it, by column."""


class Snapshot:
    """What another library's database held when it was copied, as rows: what can't be read is for the caller to see.

    Parameters
    ----------
    store
        The copy.
    """

    def __init__(self, store: Store) -> None:
        self.votes = store.votes
        self._engine = store._engine

    def take_ids(self) -> list[str]:
        """The ids of all takes and tools' runs, oldest first."""
        with read_only(self._engine) as connection:
            return [one for one in connection.scalars(select(takes.c.id).order_by(takes.c.id)) if is_text(one)]

    def takes(self, ids: Sequence[str]) -> dict[str, Row]:
        """The rows of these takes and tools' runs, by id."""
        return {row["id"]: row for row in self._of(takes, "id", ids)}

    def ledger(self, ids: Sequence[str]) -> dict[str, list[Row]]:
        """What the ledger holds of these takes, by their ids."""
        found: dict[str, list[Row]] = {}
        for row in self._of(ledger, "take", ids):
            found.setdefault(row["take"], []).append(row)
        return found

    def takes_of_ledger(self) -> set[str]:
        """The ids of all takes that the ledger names, those that are lost too."""
        with read_only(self._engine) as connection:
            return {one for one in connection.scalars(select(ledger.c.take).distinct()) if is_text(one)}

    def media(self) -> list[Row]:
        """All uploads."""
        return self._all(media)

    def elements(self) -> list[Row]:
        """All elements."""
        return self._all(elements)

    def sweeps(self) -> list[Row]:
        """All sweeps."""
        return self._all(sweeps)

    def cells(self, ids: Sequence[str]) -> list[Row]:
        """The cells that became these takes."""
        return list(self._of(cells, "take", ids))

    def settings(self) -> dict[str, str]:
        """Its zone, what its fingerprints of keys are salted with, and which of these belong to one account."""
        with read_only(self._engine) as connection:
            found = {name: library_settings.read(connection, name) for name in (ZONE, SALT, GROUPS)}
        return {name: value for name, value in found.items() if value}

    def _all(self, table: Table) -> list[Row]:
        with read_only(self._engine) as connection:
            return [dict(row._mapping) for row in everything(connection, select(table))]

    def _of(self, table: Table, column: str, ids: Sequence[str]) -> Iterator[Row]:
        with read_only(self._engine) as connection:
            for some in batches(ids):
                query = select(table).where(table.c[column].in_(some))
                yield from (dict(row._mapping) for row in connection.execute(query).all())


@contextmanager
def snapshot(folder: Path) -> Iterator[Snapshot]:
    """Copy the database of a library's folder, and give what it holds. The library itself is only read.

    Raises
    ------
    LibraryTooNew
        If a newer version of this package wrote it.
    LibraryDamaged
        If it is damaged.
    LibraryError
        If there is none, or it can't be read.
    """
    path = paths.own(folder, DATABASE)
    if not path.is_file():
        raise LibraryError(f"There is no library in {str(folder)!r}. Nothing was merged.")
    integrity.check(path)
    with tempfile.TemporaryDirectory(prefix="kling-") as temporary:
        _copy(path, Path(temporary, DATABASE))
        try:
            store = Store.in_folder(Path(temporary))
        except LibraryError as error:
            raise type(error)(f"Nothing was merged from {str(folder)!r}. {error}") from error
        with closing(store):
            yield Snapshot(store)


def batches(ids: Collection[str]) -> Iterator[list[str]]:
    """Yield ids, as many at a time as one question takes."""
    listed = list(ids)
    return (listed[at : at + _AT_ONCE] for at in range(0, len(listed), _AT_ONCE))


def _copy(path: Path, target: Path) -> None:
    """Copy a database as it stands between two writes."""
    # A kernel that was ended in mid-write left a journal, which only a connection that may write rolls back: as
    # opening that library does.
    for mode in ("ro", "rw"):
        try:
            address = f"{path.resolve().as_uri()}?mode={mode}"
            with (
                closing(sqlite3.connect(address, uri=True, timeout=_PATIENCE_S)) as base,
                closing(sqlite3.connect(target)) as copy,
            ):
                base.backup(copy)
            return
        except sqlite3.Error as error:
            if mode == "rw":
                raise LibraryError(
                    f"The library's database {str(path)!r} can't be read ({error}). Nothing was merged."
                ) from error
