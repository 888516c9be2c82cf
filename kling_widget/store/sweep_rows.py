"""Between rows of the database and sweeps with their cells."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.engine import Connection

from ..errors import LibraryError, NoSuchSweep
from ..request.money import Micros
from . import damage
from .schema import cells, sweeps
from .sweep_record import CellOrder, CellRecord, SweepRecord

COLUMNS = tuple(sweeps.c[one.name] for one in fields(SweepRecord))
"""The columns of a sweep's record."""

ORDERED = tuple(cells.c[one.name] for one in fields(CellOrder))
"""The columns of a cell's order."""


def no_such(sweep: str) -> NoSuchSweep:
    """Return the error that there is no such sweep."""
    return NoSuchSweep(f"This library holds no sweep {sweep!r}.")


def get(connection: Connection, sweep: str) -> SweepRecord:
    """One sweep. Raises ``NoSuchSweep`` where there is none, ``LibraryError`` where its row can't be read."""
    row = connection.execute(select(*COLUMNS).where(sweeps.c.id == sweep)).first()
    if row is None:
        raise no_such(sweep)
    if not is_sweep(row):
        raise LibraryError(
            f"The library's row of sweep {sweep} can't be read: it holds what was never written there. It is left as "
            "it is, and nothing more of it is sent. Its takes are in the history as all others."
        )
    return to_record(row)


def is_sweep(row: Row[Any]) -> bool:
    """Whether a row of sweeps holds nothing that was never written there."""
    moments = (row.frozen_at, *(at for at in (row.ordered_at, row.begun_at) if at is not None))
    texts = (row.id, row.digest, row.template, row.trouble, row.account or "")
    return (
        all(map(damage.is_text, texts))
        and damage.is_service(row.service)
        and all(damage.is_whole(at, 0, damage.LAST_MS) for at in moments)
        and damage.is_whole(row.allowance, 0)
        and row.stopped in (True, False)
        and row.simulated in (None, True, False)
    )


def to_record(row: Row[Any]) -> SweepRecord:
    """Return a row of `COLUMNS` as a record."""
    return SweepRecord(**row._mapping)


def to_cell(row: Sequence[Any]) -> CellRecord | None:
    """Return a cell with the state of its take; None for a row that can't be read."""
    key, attempt, estimate, skipped, take, state, binned_at = row
    if not (damage.is_text(key) and damage.is_whole(attempt, 0) and damage.is_whole(estimate, 0)):
        return None
    is_valid = state is not None and not damage.odd({"state": state})
    state = state if is_valid else None
    return CellRecord(key, attempt, Micros(estimate), bool(skipped), take, state, binned_at is not None)


def to_order(row: Row[Any]) -> CellOrder:
    """Return a row of `ORDERED` as an order. Raises ``LibraryError`` where it can't be read."""
    inputs = damage.parsed(row.inputs)
    whole = all(damage.is_whole(n, 0) for n in (row.number, row.seconds, row.estimate, row.attempt))
    if not (isinstance(inputs, dict) and whole and row.model and damage.is_text(row.model)):
        raise LibraryError("The row of one of its cells holds what was never written there, so nothing more is sent.")
    return CellOrder(**{**row._mapping, "inputs": inputs})


def to_row(sweep: str, order: CellOrder) -> dict[str, Any]:
    """Return an order as the table holds it."""
    values = {column.name: getattr(order, column.name) for column in ORDERED}
    return {**values, "sweep": sweep, "inputs": json.dumps(order.inputs, ensure_ascii=False), "skipped": False}
