"""How long the cells of a sweep need, as takes like them did."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from ..engine.new_take import take_of_cell
from ..engine.sweep_feed import OPEN_ELSEWHERE, OPEN_HERE
from ..service.service import limits_of
from ..store.record import now_ms
from ..store.sweep_record import CellOrder, SweepRecord

if TYPE_CHECKING:  # it brings SQLAlchemy, which a page need not wait for
    from ..engine.worker import Engine


def expected_s(engine: Engine, sweep: SweepRecord, cells: Iterable[CellOrder]) -> float:
    """Return the seconds until the last of these cells has its clip, if all are begun now; 0 without any.

    Takes run side by side, as many as the account takes.
    """
    kinds: dict[tuple[str, int, bool], CellOrder] = {}
    counts: Counter[tuple[str, int, bool]] = Counter()
    for cell in cells:
        kind = (cell.model, cell.seconds, cell.inputs.get("sound") is True)
        kinds.setdefault(kind, cell)
        counts[kind] += 1
    needed = {kind: _middle(engine, sweep, cell) for kind, cell in kinds.items()}
    total = sum(needed[kind] * count for kind, count in counts.items())
    return max([total / at_once(sweep), *needed.values()], default=0.0)


def at_once(sweep: SweepRecord) -> int:
    """Return how many takes of a sweep run side by side at most."""
    most = OPEN_HERE if sweep.practice else OPEN_ELSEWHERE
    return min(most, limits_of(sweep.service).at_once or most)


def _middle(engine: Engine, sweep: SweepRecord, cell: CellOrder) -> float:
    """Return the median of what a take that is accepted now needs; of its logarithm, which is normal, the mean."""
    record = replace(take_of_cell(sweep, cell), state="created", accepted_at=now_ms())
    progress = engine.progress(record)
    return math.sqrt(progress.low * progress.high) if progress.low and progress.high else 0.0
