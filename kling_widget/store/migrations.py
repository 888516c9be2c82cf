"""Ordered steps that bring a library from the schema of an earlier version to this one's."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

from sqlalchemy import Column, Connection, Engine, Table, bindparam, inspect, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import CreateColumn

from ..atomic_write import replacing
from ..errors import LibraryError
from .database import read_only, writing
from .layout import VERSION
from .rows import folded
from .schema import binned, cells, ledger, meta, settings, sweeps, takes, votes

_AT_ONCE = 5_000  # takes


def version_of(connection: Connection) -> int:
    """Return the schema version that a database was written with."""
    return connection.scalar(select(meta.c.value).where(meta.c.name == "schema")) or 0


def migrate(engine: Engine) -> None:
    """Bring a library's database to ``VERSION``: a copy beside it first, then all steps, in one transaction.

    Two kernels may open an old library at once: the second waits for the lock, and finds it migrated.

    Raises
    ------
    LibraryError
        If the copy can't be written, or a step fails. The library is as it was.
    """
    with read_only(engine) as connection:
        if version_of(connection) >= VERSION:
            return
    with writing(engine) as connection:
        found = version_of(connection)
        if found >= VERSION:
            return
        _back_up(engine, found)
        for version in range(found, VERSION):
            try:
                _STEPS[version](connection)
                connection.execute(update(meta).where(meta.c.name == "schema").values(value=version + 1))
            except Exception as error:  # noqa: BLE001  whatever it meets, the transaction ends and nothing of it stays
                why = error.orig if isinstance(error, DBAPIError) else error
                raise LibraryError(
                    f"This library is of an earlier version (schema {version}) and could not be brought to this one's "
                    f"({why}). It was left as it is, and nothing was sent. Open it with the kling-widget that wrote "
                    "it, or choose another library."
                ) from None


def _back_up(engine: Engine, version: int) -> None:
    """Copy an SQLite database to ``library.db.schema-N`` beside it, in place of an earlier copy.

    The caller holds the database's write lock, so that the copy is what the steps begin with.
    """
    database = engine.url.database
    if engine.dialect.name != "sqlite" or not database:
        return
    target = Path(f"{database}.schema-{version}")
    try:
        with replacing(target) as unfinished, engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")  # SQLite makes such a copy outside of a transaction only
            connection.exec_driver_sql("VACUUM INTO ?", (str(unfinished),))
    except (DBAPIError, OSError) as error:
        why = error.orig if isinstance(error, DBAPIError) else error.strerror or error
        raise LibraryError(
            f"This library is of an earlier version, and the copy of its database that is kept can't be written as "
            f"{str(target)!r} ({why}). It was left as it is, and nothing was sent. Make room on that disk, and try "
            "again."
        ) from None


def add_column(connection: Connection, table: Table, name: str) -> None:
    """Add a column of the current schema to a table that lacks it."""
    if name in {column["name"] for column in inspect(connection).get_columns(table.name)}:
        return
    column: Column[object] = table.c[name]
    spelled = CreateColumn(column).compile(dialect=connection.dialect)
    connection.exec_driver_sql(f"ALTER TABLE {table.name} ADD COLUMN {spelled}")


def _to_2(connection: Connection) -> None:
    """Accounts, what a search reads, what drafts are for, the library's settings, corrections in the ledger."""
    settings.create(connection, checkfirst=True)
    for name in ("account", "simulated", "folded", "kept", "meant"):
        add_column(connection, takes, name)
    _fold_all(connection)
    _renew_index(connection, "takes_text")  # afterwards: it need not follow each take
    _renew_index(connection, "takes_by_parent")
    _many_entries(connection)


def _many_entries(connection: Connection) -> None:
    """Let the ledger hold several charges and refunds of a take: billing may say otherwise later."""
    once = "one_entry_a_kind"
    if once not in {found["name"] for found in inspect(connection).get_unique_constraints(ledger.name)}:
        return
    if connection.dialect.name != "sqlite":
        connection.exec_driver_sql(f"ALTER TABLE {ledger.name} DROP CONSTRAINT {once}")
        return
    # SQLite drops a constraint only with its table.
    connection.exec_driver_sql(f"ALTER TABLE {ledger.name} RENAME TO ledger_before")
    ledger.create(connection)
    names = ", ".join(ledger.c.keys())
    connection.exec_driver_sql(f"INSERT INTO {ledger.name} ({names}) SELECT {names} FROM ledger_before")
    connection.exec_driver_sql("DROP TABLE ledger_before")


def _renew_index(connection: Connection, name: str) -> None:
    """Make an index of takes anew, over the columns that the current schema gives it."""
    index = next(one for one in takes.indexes if one.name == name)
    index.drop(connection, checkfirst=True)
    index.create(connection)


def _fold_all(connection: Connection) -> None:
    """Fill in what a search reads of the takes that are there."""
    columns = (takes.c.id, takes.c.words, takes.c.tags, takes.c.note)
    change = update(takes).where(takes.c.id == bindparam("take")).values(folded=bindparam("text"))
    last = ""
    while found := connection.execute(
        select(*columns).where(takes.c.id > last).order_by(takes.c.id).limit(_AT_ONCE)
    ).all():
        last = found[-1][0]
        connection.execute(
            change, [{"take": take, "text": folded(words, _tags(tags), note)} for take, words, tags, note in found]
        )


def _tags(text: str) -> list[str]:
    """Read a take's tags; none where a damaged row holds something else."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return []
    return [tag for tag in found if isinstance(tag, str)] if isinstance(found, list) else []


def _to_3(connection: Connection) -> None:
    """Sweeps."""
    sweeps.create(connection, checkfirst=True)
    cells.create(connection, checkfirst=True)


def _to_4(connection: Connection) -> None:
    """Votes; and what a search reads, since quotes and dashes of all kinds count as one."""
    votes.create(connection, checkfirst=True)
    _fold_all(connection)


def _to_5(connection: Connection) -> None:
    """The bin."""
    for name in ("binned_at", "emptied_at"):
        add_column(connection, takes, name)
    binned.create(connection, checkfirst=True)


_STEPS: Mapping[int, Callable[[Connection], None]] = {1: _to_2, 2: _to_3, 3: _to_4, 4: _to_5}
"""The step that leads from each version to the next one."""
