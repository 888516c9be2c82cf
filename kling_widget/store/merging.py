"""Rows of another library written into this one: each once, however often they come."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.engine import Connection

from ..request.elements import NAME_LENGTH, key
from . import account_settings, damage, ledger, library_settings, rows, sweep_rows
from .account_settings import GROUPS, SALT
from .database import read_only, writing
from .elements import elements
from .media import media
from .schema import cells, sweeps, takes
from .snapshot import Row, batches
from .store import Store
from .time_zone import NAME as ZONE

_WRITTEN_BY_A_PERSON = ("rating", "tags", "note")


@dataclass(frozen=True)
class TakeHere:
    """How a take stands in this library that another one holds too.

    Attributes
    ----------
    state, file, sha256
        As a `Record` has them.
    blank
        What a person has not written about it: of ``rating``, ``tags`` and ``note``.
    """

    state: str
    file: str | None
    sha256: str | None
    blank: frozenset[str]


def here(store: Store, ids: Sequence[str]) -> dict[str, TakeHere]:
    """Return how those of these takes stand that this library holds."""
    found: dict[str, TakeHere] = {}
    columns = (takes.c.id, takes.c.state, takes.c.file, takes.c.sha256, takes.c.rating, takes.c.tags, takes.c.note)
    with read_only(store._engine) as connection:
        for some in batches(ids):
            for row in connection.execute(select(*columns).where(takes.c.id.in_(some))):
                found[row.id] = TakeHere(row.state, row.file, row.sha256, blank(dict(row._mapping)))
    return found


def blank(row: Row) -> frozenset[str]:
    """Return what a person has not written about a take: of ``rating``, ``tags`` and ``note``."""
    return frozenset(name for name in _WRITTEN_BY_A_PERSON if row[name] in (None, "", "[]"))


def owners(store: Store, found: Iterable[Row]) -> dict[tuple[str, str], str]:
    """Return which takes of this library have the tasks of these, by the service and the task's id."""
    predictions = [row["prediction"] for row in found if damage.is_text(row["prediction"])]
    columns = (takes.c.service, takes.c.prediction, takes.c.id)
    with read_only(store._engine) as connection:
        rows_found = connection.execute(select(*columns).where(takes.c.prediction.in_(predictions))).all()
    return {(service, prediction): take for service, prediction, take in rows_found}


def add_takes(store: Store, found: Iterable[tuple[Row, Sequence[Row]]]) -> int:
    """Write takes down that are not here yet, each with its entries of the ledger, in one transaction.

    Parameters
    ----------
    found
        Rows of takes that have ended and are settled, and what their library's ledger holds of each.

    Returns
    -------
    int
        How many are new: another kernel may have been quicker.
    """
    count = 0
    with writing(store._engine) as connection:
        for row, entries in found:
            if connection.scalar(select(takes.c.id).where(takes.c.id == row["id"])) is None:
                rows.copy_in(connection, row)
                ledger.copy_in(connection, row["id"], entries, store.zone, row)
                count += 1
    return count


def add_entries(store: Store, found: Mapping[str, Sequence[Row]]) -> None:
    """Enter what was spent on takes that are lost, by their ids: once."""
    with writing(store._engine) as connection:
        for take, entries in found.items():
            ledger.copy_in(connection, take, entries, store.zone)


def fill_in(store: Store, row: Row) -> None:
    """Write a person's words about a take from another library where there are none in this one."""
    with writing(store._engine) as connection:
        mine = rows.get(connection, row["id"])
        theirs = {**row, "tags": tuple(json.loads(row["tags"]))}
        missing = {name: theirs[name] for name in _WRITTEN_BY_A_PERSON if theirs[name] and not getattr(mine, name)}
        if missing:
            rows.write(connection, mine.id, missing)


def add_media(store: Store, found: Iterable[Row]) -> None:
    """Write uploads down whose addresses are not known here yet."""
    with writing(store._engine) as connection:
        for row in found:
            if connection.scalar(select(media.c.id).where(media.c.url == row["url"]).limit(1)) is None:
                connection.execute(insert(media).values({name: row[name] for name in row if name != "id"}))


def add_elements(store: Store, found: Iterable[Row]) -> dict[str, str]:
    """Write elements down that are not known here yet; returns those that had to be called otherwise: old to new name.

    One that is still being made has no id, and is left.
    """
    renamed: dict[str, str] = {}
    with writing(store._engine) as connection:
        for row in found:
            mine = select(elements.c.name).where(elements.c.service == row["service"])
            if row["element_id"] is None or connection.scalar(mine.where(elements.c.element_id == row["element_id"])):
                continue
            names = {key(name) for name in connection.scalars(mine)}
            name, number = row["name"], 2
            while key(name) in names:
                name = f"{row['name'][: NAME_LENGTH - 3]} {number}"
                number += 1
            if name != row["name"]:
                renamed[row["name"]] = name
            connection.execute(insert(elements).values({**row, "name": name, "key": key(name)}))
            rows.next_revision(connection)
    return renamed


def add_sweeps(store: Store, found: Iterable[Row], confirmed: Iterable[Row]) -> list[str]:
    """Write sweeps and the cells that became takes of this library down; returns sweeps that stay there, by id.

    They are stopped: what waits in them is their own library's to begin. A sweep that asks the same as one of this
    library stays, for it would be asked for by the same words.
    """
    of_sweep: dict[str, list[Row]] = {}
    for cell in confirmed:
        of_sweep.setdefault(cell["sweep"], []).append(cell)
    left: list[str] = []
    with writing(store._engine) as connection:
        for row in found:
            if not _has_sweep(connection, row["id"]):
                if connection.scalar(select(sweeps.c.id).where(sweeps.c.digest == row["digest"])) is not None:
                    left.append(row["id"])
                    continue
                connection.execute(insert(sweeps).values({**row, "stopped": True, "allowance": 0, "trouble": ""}))
                rows.next_revision(connection)
            for cell in of_sweep.get(row["id"], []):
                _add_cell(connection, cell)
    return left


def is_sweep(row: Row) -> bool:
    """Whether a row of sweeps holds nothing that was never written there."""
    named: Any = SimpleNamespace(**row)
    return damage.is_text(row["expansion"]) and sweep_rows.is_sweep(named)


def take_after(store: Store, settings: Mapping[str, str]) -> None:
    """Give a library that holds nothing yet another one's days and fingerprints of keys, before it is used."""
    with writing(store._engine) as connection:
        if connection.scalar(select(func.count()).select_from(takes)):
            return
        for name in (ZONE, SALT):
            if name in settings:
                library_settings.write(connection, name, settings[name])


def join_accounts(store: Store, settings: Mapping[str, str]) -> None:
    """Note which fingerprints of another library's keys belong to one account."""
    theirs = account_settings.groups(settings[GROUPS]) if GROUPS in settings else None
    for group in theirs or ():
        first, *others = sorted(group) or [""]
        for other in others:
            if other not in store.accounts.same(first):
                store.accounts.join(first, other)


def _has_sweep(connection: Connection, sweep: str) -> bool:
    return connection.scalar(select(sweeps.c.id).where(sweeps.c.id == sweep)) is not None


def _add_cell(connection: Connection, cell: Row) -> None:
    same = (cells.c.sweep == cell["sweep"]) & (cells.c.cell == cell["cell"]) & (cells.c.attempt == cell["attempt"])
    taken = connection.scalar(select(cells.c.cell).where(same | (cells.c.take == cell["take"])).limit(1))
    is_here = connection.scalar(select(takes.c.id).where(takes.c.id == cell["take"]))
    if taken is not None or is_here is None:
        return
    connection.execute(insert(cells).values(cell))
    more = sweeps.c.allowance + cell["estimate"]
    connection.execute(update(sweeps).where(sweeps.c.id == cell["sweep"]).values(allowance=more))
