"""The record that a take begins with, whether a click or a sweep begins it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..request.money import Micros
from ..request.video_request import words
from ..store import Record, TakeId
from ..store.record import Kind, fresh_id, now_ms
from ..store.sweep_record import CellOrder, SweepRecord


def new_take(
    *,
    service: str,
    account: str | None,
    simulated: bool | None,
    model: str,
    inputs: Mapping[str, Any],
    seconds: int,
    estimate: Micros,
    parent: TakeId | None = None,
    kind: Kind = "clip",
    meant: Mapping[str, Any] | None = None,
) -> Record:
    """Return a take that waits to be sent, confirmed now; its values are those of ``Record``."""
    at = now_ms()
    return Record(
        id=fresh_id(at),
        service=service,
        model=model,
        inputs=inputs,
        words=words(inputs),
        seconds=seconds,
        state="intent",
        confirmed_at=at,
        estimate=estimate,
        parent=parent,
        kind=kind,
        meant=meant,
        account=account,
        simulated=simulated,
    )


def take_of_cell(sweep: SweepRecord, cell: CellOrder) -> Record:
    """Return the take that a cell of a sweep becomes."""
    return new_take(
        service=sweep.service,
        account=sweep.account,
        simulated=sweep.simulated,
        model=cell.model,
        inputs=cell.inputs,
        seconds=cell.seconds,
        estimate=cell.estimate,
    )
