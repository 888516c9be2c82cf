"""Which takes a queue shows, in which order, and when each is said anew."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from ...engine.polling import Progress
from ...library import Library
from ...store import Record
from ...store.learned_limit import Learned
from ...store.record import now_ms
from ...store.take_filter import OPEN
from .decisions import after_the_end, choices, offered
from .take_row import Row, row, withdrawn
from .waiting import Traffic

LINGER = 4_000
"""How long a take stays in the queue that was finished or taken back, in milliseconds: to be seen ending."""

FEW = 20
"""So many open takes are said anew at each update; where there are more, each is once a second."""

ENDED = Progress("trouble", 0.0, 0.0)
"""How far a take is that ended without a clip: nobody waits for it."""

_SECOND = 1_000  # a row's clock shows whole seconds


@dataclass(frozen=True)
class _Shown:
    revision: int
    waits: str
    problem: str
    at: int
    row: Row


class Rows:
    """A queue's rows. Those that would read the same are kept, so that hundreds of open takes cost little."""

    def __init__(self) -> None:
        self._shown: dict[str, _Shown] = {}

    def update(
        self,
        under_way: Collection[Record],
        ended: Collection[Record],
        progress: Callable[[Record], Progress],
        *,
        lately: Iterable[Record] = (),
        learned: Mapping[tuple[str, str | None], Learned] | None = None,
        now: int | None = None,
    ) -> list[Row]:
        """Return the rows: what is under way, oldest first, then what ended without a clip; finished ones leave.

        Parameters
        ----------
        under_way
            Takes that are not final.
        ended
            Takes that became final while the queue was there, and that nobody dismissed.
        progress
            How far a take is.
        lately
            Other takes that may have been sent within the last minute.
        learned
            What accounts were found to take, by their fingerprint.
        now
            Milliseconds since the epoch.
        """
        at = now_ms() if now is None else now
        waiting = any(record.state == "intent" for record in under_way)
        traffic = Traffic([*under_way, *ended, *lately] if waiting else (), at, learned)
        every = _SECOND if len(under_way) > FEW else 0
        kept, self._shown = self._shown, {}
        rows = []
        for record in sorted(under_way, key=lambda r: (r.confirmed_at, r.id)):
            waits = traffic.why(record)
            shown = kept.get(record.id)
            if shown is None or at >= shown.at + every or _of(shown) != (record.revision, waits, record.trouble):
                fresh = row(record, progress(record), offered(record, waits), waits=waits, choices=choices(record))
                shown = _Shown(record.revision, waits, record.trouble, at, fresh)
            self._shown[record.id] = shown
            rows.append(shown.row)
        for record in sorted(ended, key=lambda r: (-r.confirmed_at, r.id)):
            if not _leaves(record):
                rows.append(row(record, progress(record), after_the_end(record)))
            elif stays(record, at):
                rows.append(row(record, progress(record)))
        return rows


def row_of(library: Library, record: Record) -> Row:
    """Return the row of a single take, as its library has it now."""
    progress = ENDED if record.final else library._gateway.engine.progress(record)
    waits, record = "", library._gateway.explained(record)
    if record.state == "intent":
        under_way = library._gateway.records(OPEN, limit=None)
        waits = Traffic(under_way, now_ms(), library._gateway.learned_limits()).why(record)
    return row(record, progress, offered(record, waits), waits=waits, choices=choices(record))


def stays(record: Record, now: int | None = None) -> bool:
    """Return whether a take that ended still has a place: some for a moment, others until dismissed."""
    at = now_ms() if now is None else now
    return not _leaves(record) or at - (record.saved_at or record.finished_at or 0) < LINGER


def _leaves(record: Record) -> bool:
    return record.state == "completed" or withdrawn(record)


def _of(shown: _Shown) -> tuple[int, str, str]:
    return shown.revision, shown.waits, shown.problem
