"""Between rows of the database and records."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.engine import Connection

from ..errors import DamagedRow, LibraryError, NoSuchTake, TransitionRefused
from ..request.states import FIRST, State, may_follow
from ..text import fold, has_half
from . import damage
from .record import Record, now_ms
from .schema import OF_TOOLS, meta, takes
from .time_zone import day as day

COLUMNS = frozenset(f.name for f in fields(Record))
_NAMES = [column.name for column in takes.c]
_SEARCHED = ("words", "tags", "note")


def to_row(values: Mapping[str, Any]) -> dict[str, Any]:
    """A record's values as the table holds them.

    Raises ``TypeError`` for what no record has, ``LibraryError`` for a value that could not be read again.
    """
    if unknown := set(values) - COLUMNS:
        raise TypeError(f"a take has no {', '.join(sorted(unknown))}")
    row = {name: value for name, value in values.items() if name != "revision"}
    for name in ("inputs", "tags"):
        if name in row:
            row[name] = json.dumps(row[name], ensure_ascii=False)
    if row.get("meant") is not None:
        row["meant"] = json.dumps(row["meant"], ensure_ascii=False)
    if all(name in values for name in _SEARCHED):
        row["folded"] = folded(*(values[name] for name in _SEARCHED))
    # A row that could not be read again would be left alone for good, and with it a clip that is paid for.
    if (odd := damage.odd(row)) and not has_half(row[odd]):  # of halves the database says more
        raise LibraryError(f"The library keeps no such {odd} of a take: {row[odd]!r:.80}. Nothing was changed.")
    return row


def folded(words: str, tags: Sequence[str], note: str) -> str:
    """Return what a search of a take reads: its prompt, its tags and its note, a line each.

    A folded text has no line break: what is searched for is found within one of them.
    """
    return "\n".join(fold(text) for text in (words, *(f"#{tag}" for tag in tags), note))


def to_record(row: Sequence[Any], newest: int | None = None) -> Record:
    """Return a row of the whole table as a record.

    Parameters
    ----------
    row
        The values of all columns.
    newest
        The library's revision: no row is newer.

    Raises
    ------
    DamagedRow
        If a value in it is none that was ever written there.
    """
    values = dict(zip(_NAMES, row, strict=True))
    if odd := damage.odd(values):
        raise DamagedRow(damage.words(values.get("id"), odd))
    values["inputs"] = json.loads(values["inputs"])
    values["tags"] = tuple(json.loads(values["tags"]))
    values["meant"] = None if values["meant"] is None else json.loads(values["meant"])
    if newest is not None:
        values["revision"] = min(values["revision"], newest)
    return Record(**{name: value for name, value in values.items() if name in COLUMNS})


def get(connection: Connection, take: str) -> Record:
    """One take. Raises ``LibraryError`` where there is none of that id."""
    row = connection.execute(select(takes).where(takes.c.id == take)).first()
    if row is None:
        raise NoSuchTake(f"This library holds no take {take!r}.")
    return to_record(row)


def count(connection: Connection) -> int:
    """How many takes the history has, tools' runs and the bin left out; counted in indexes alone."""
    everything = select(func.count()).select_from(takes)
    left_out = everything.where(OF_TOOLS), everything.where(takes.c.binned_at.is_not(None))
    return (connection.scalar(everything) or 0) - sum(connection.scalar(query) or 0 for query in left_out)


def add(connection: Connection, record: Record) -> Record:
    """Write a take down that was not there, and move the library's revision.

    Raises ``TransitionRefused`` where no take begins in its state.
    """
    if record.state not in FIRST:
        raise TransitionRefused(f"No take begins as {record.state}. Nothing was written and nothing was sent.")
    row = to_row({name: getattr(record, name) for name in COLUMNS})
    row["revision"] = next_revision(connection)
    connection.execute(insert(takes).values(row))
    return get(connection, record.id)


def copy_in(connection: Connection, row: Mapping[str, Any]) -> None:
    """Write a take down as the row of another library has it, however it ended, and move the library's revision."""
    texts = (row["words"], damage.parsed(row["tags"]), row["note"])
    connection.execute(insert(takes), {**row, "folded": folded(*texts), "revision": next_revision(connection)})


def write(connection: Connection, take: str, changes: Mapping[str, Any]) -> Record:
    """Change a take, and move the library's revision.

    Raises ``TransitionRefused`` where the take's state may not be followed by the new one.
    """
    row = to_row(changes)
    if "state" in changes:
        _permit(connection, take, changes["state"])
    if any(name in changes for name in _SEARCHED):
        before = get(connection, take)
        row["folded"] = folded(*({**vars(before), **changes}[name] for name in _SEARCHED))
    row["revision"] = next_revision(connection)
    if not connection.execute(update(takes).where(takes.c.id == take).values(row)).rowcount:
        raise NoSuchTake(f"This library holds no take {take!r}.")
    return get(connection, take)


def withdraw(connection: Connection, take: str) -> Record:
    """Take a take back that waits to be sent; unchanged where it was sent."""
    record = get(connection, take)
    if record.state != "intent":
        return record
    words = "Stopped before it was sent. Nothing was charged."
    return write(connection, take, {"state": "cancelled", "trouble": words, "settled": True, "finished_at": now_ms()})


def _permit(connection: Connection, take: str, state: State) -> None:
    """Refuse a state that may not follow the one that a take is in, whatever its writer believes that to be."""
    # Locked where the database locks rows, so that no other kernel moves the take between here and the write.
    before = connection.scalar(select(takes.c.state).where(takes.c.id == take).with_for_update())
    if before is None:
        raise NoSuchTake(f"This library holds no take {take!r}.")
    if damage.odd({"state": before}):
        raise DamagedRow(damage.words(take, "state"))
    if not may_follow(state, before):
        raise TransitionRefused(
            f"Take {take} is {before}, which {state} does not follow. Nothing was changed; what is under way at the "
            "service goes on there."
        )


def next_revision(connection: Connection) -> int:
    """Move the library's revision by one."""
    here = meta.c.name == "revision"
    connection.execute(update(meta).where(here).values(value=meta.c.value + 1))
    return connection.scalar(select(meta.c.value).where(here)) or 0
