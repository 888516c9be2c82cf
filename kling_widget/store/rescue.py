"""What can still be read of a damaged database, written into a new one."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Table, insert, select, update
from sqlalchemy.engine import Connection

from . import account_settings, damage, rescue_money
from . import ledger as money
from .database import writing
from .elements import elements
from .layout import DATABASE
from .media import media
from .rows import folded
from .schema import budget, cells, ledger, meta, settings, sweeps, takes, votes
from .search_index import TOKEN
from .store import Store
from .time_zone import NAME as ZONE
from .time_zone import of_name

_PROBED = 100_000  # rows that are looked for one by one, where the pages that lead to them can't be read
_NEEDED = ("id", "service", "model", "inputs", "words", "seconds", "state", "confirmed_at", "estimate")
_OTHERS = (settings, ledger, budget, media, elements, sweeps, cells, votes)  # leases run out, totals are counted anew
_WHOSE = (
    "Takes whose account nobody knows by it wait for their key: library.same_account('the account they name') says "
    "that the key found is theirs."
)
_UNSENT = (
    "It waited to be sent in a library that was damaged, and was not sent from this copy: it may be sent from there. "
    "Nothing was charged for it here. Generate it again if you like."
)


@dataclass(frozen=True)
class Saved:
    """What came over: how many takes, and in words what did not."""

    takes: int
    lost: tuple[str, ...]


def rescue(database: Path, folder: Path) -> Saved:
    """Write what can be read of a database into a new one, in another folder. The old one is only read.

    Raises
    ------
    LibraryError, OSError
        If the new one can't be written, or the old one's file can't be read at all.
    """
    lost: list[str] = []
    with tempfile.TemporaryDirectory(prefix="kling-") as temporary:
        copy = Path(temporary, DATABASE)
        for name in (database.name, f"{database.name}-journal", f"{database.name}-wal"):
            with contextlib.suppress(FileNotFoundError):
                shutil.copyfile(database.with_name(name), copy.with_name(name.replace(database.name, DATABASE)))
        found = {table.name: list(_rows(copy, table, lost)) for table in (takes, *_OTHERS) if table is not budget}
        before = len(lost)
        found[budget.name] = list(_rows(copy, budget, lost))
        caps = len(lost) == before and _has_table(copy, budget)
    zone = next((row.get("value") for row in found["settings"] if row.get("name") == ZONE), None)
    store = Store.in_folder(folder)
    try:
        with writing(store._engine) as connection:
            if isinstance(zone, str):
                connection.execute(update(settings).where(settings.c.name == ZONE).values(value=zone))
            kept = _put_takes(connection, found["takes"], lost)
            entries = found[ledger.name]
            found[ledger.name] = list(rescue_money.of_takes(entries, _services(connection), lost))
            for table in _OTHERS:
                whole = _put(connection, table, found[table.name], lost)
                if table is budget and not (whole and caps):
                    rescue_money.close_budget(connection, lost)
            rescue_money.square(connection, found["takes"], kept, entries)
            money.recount(connection, of_name(zone) if isinstance(zone, str) else store.zone)
            newest = max([0, *kept.values()])
            connection.execute(update(meta).where(meta.c.name == "revision").values(value=newest + 1))
    finally:
        store.close()
    return Saved(len(kept), tuple(lost))


def _rows(database: Path, table: Table, lost: list[str]) -> Iterator[dict[str, Any]]:
    """Read what can be read of a table: from its beginning, from its end, and what lies between row by row."""
    try:
        base = sqlite3.connect(database, isolation_level=None)
    except sqlite3.Error as error:
        lost.append(f"The table {table.name} can't be read ({error}).")
        return
    base.text_factory = partial(str, encoding="utf-8", errors="surrogateescape")
    seen: set[int] = set()
    with contextlib.closing(base):
        try:
            names = [row[1] for row in base.execute(f"PRAGMA table_info({table.name})")]
            wanted = [name for name in names if name in table.c]
            if not wanted:
                return
            columns = ", ".join(("rowid", *wanted))
        except sqlite3.Error as error:
            lost.append(f"The table {table.name} can't be read ({error}).")
            return
        ends: list[int] = []
        for order in ("ASC", "DESC"):
            last = None
            try:
                for row in base.execute(f"SELECT {columns} FROM {table.name} ORDER BY rowid {order}"):
                    last = row[0]
                    if last not in seen:
                        seen.add(last)
                        yield dict(zip(wanted, row[1:], strict=True))
                return
            except sqlite3.Error as error:
                if order == "ASC":
                    lost.append(f"A part of the table {table.name} can't be read ({error}).")
                ends.append(last if last is not None else 0)
        first, end = ends[0] + 1, ends[1] or ends[0] + _PROBED
        for number in range(first, min(end, first + _PROBED)):
            if number in seen:
                continue
            with contextlib.suppress(sqlite3.Error):
                one = base.execute(f"SELECT {columns} FROM {table.name} WHERE rowid = ?", (number,)).fetchone()
                if one is not None:
                    yield dict(zip(wanted, one[1:], strict=True))


def _services(connection: Connection) -> dict[str, str]:
    return {row.id: row.service for row in connection.execute(select(takes.c.id, takes.c.service))}


def _has_table(database: Path, table: Table) -> bool:
    try:
        with contextlib.closing(sqlite3.connect(database)) as base:
            return bool(base.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (table.name,)).fetchone())
    except sqlite3.Error:
        return False


def _put_takes(connection: Connection, found: list[dict[str, Any]], lost: list[str]) -> dict[str, int]:
    """Write takes down; gives the revisions of those that could be, by their ids."""
    kept: dict[str, int] = {}
    for row in found:
        odd = [name for name, value in row.items() if name != "folded" and damage.odd({name: value})]
        named = row["id"] if isinstance(row.get("id"), str) else "without an id that can be read"
        needed = [name for name in _NEEDED if name in odd or name not in row]
        if needed:
            lost.append(f"The take {named!r} was left out: its {', '.join(needed)} can't be read.")
            continue
        if row["id"] in kept:
            lost.append(f"Another take {named!r} was left out: one of that id is here already.")
            continue
        if odd:
            lost.append(f"The take {named!r} is here without its {', '.join(odd)}, which can't be read.")
        values = {name: value for name, value in row.items() if name not in odd}
        values = {"revision": 0, "tags": "[]", "note": "", **values}
        values["folded"] = folded(values["words"], damage.parsed(values["tags"]), values["note"])
        if values["state"] == "intent":
            # Whoever opens the old library could send it too: one confirmation sends one submit.
            values |= {"state": "cancelled", "trouble": _UNSENT, "settled": True, "finished_at": values["confirmed_at"]}
        values = {name: bool(value) if name == "settled" else value for name, value in values.items()}
        try:
            with connection.begin_nested():
                connection.execute(insert(takes).values(values))
        except Exception as error:  # noqa: BLE001  what it can't be written for is said, and the others come over
            lost.append(f"The take {named!r} was left out ({error}).")
            continue
        kept[row["id"]] = values["revision"]
    return kept


def _put(connection: Connection, table: Table, found: list[dict[str, Any]], lost: list[str]) -> bool:
    """Write rows down; tells whether all could be."""
    before = len(lost)
    for row in found:
        values = dict(row)
        if table is settings and values.get("name") in (ZONE, TOKEN):
            continue
        if table is settings and (odd := account_settings.odd([(values.get("name"), values.get("value"))])):
            lost.append(f"The setting {odd} was left out: it can't be read. {_WHOSE}")
            continue
        if table is sweeps:
            values["stopped"] = True  # whoever opens the old library could begin its cells too
        wrong = [name for name, value in values.items() if not _fits(table, name, value)]
        if wrong:
            lost.append(f"A row of {table.name} was left out: its {', '.join(wrong)} can't be read.")
            continue
        try:
            with connection.begin_nested():
                connection.execute(insert(table).values(values))
        except Exception as error:  # noqa: BLE001  as with takes
            lost.append(f"A row of {table.name} was left out ({type(error).__name__}).")
    return len(lost) == before


def _fits(table: Table, name: str, value: object) -> bool:
    column = table.c[name]
    if value is None:
        return bool(column.nullable)
    if column.type.python_type is bool:
        return value in (0, 1)
    return damage.is_whole(value) if column.type.python_type is int else damage.is_text(value)
