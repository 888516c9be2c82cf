"""How a sweep stands: one evaluation of its record and its cells, which code, waiting and the card read."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from ..request.states import FINAL
from ..store.sweep_record import CellRecord, SweepRecord


@dataclass(frozen=True)
class Standing:
    """How a sweep stands.

    Attributes
    ----------
    status
        ``"unconfirmed"``, ``"running"``, ``"waiting"``, ``"stopped"`` or ``"done"``.
    problem
        Empty, or why something of it waits, and what a person can do about it.
    waits
        Whether cells are confirmed and not begun.
    under_way
        Whether takes have not ended that end by themselves.
    """

    status: str
    problem: str = ""
    waits: bool = False
    under_way: bool = False


def standing(
    record: SweepRecord, cells: Collection[CellRecord], now: int, waits_for_key: Callable[[], str]
) -> Standing:
    """Return how a sweep stands.

    Parameters
    ----------
    record, cells
        The sweep, and its confirmed cells.
    now
        Milliseconds since the epoch.
    waits_for_key
        Returns whose key it waits for, in words; empty where it is here. Asked only where that matters.
    """
    if not cells:
        return Standing("unconfirmed")
    waits, under_way = any(cell.waits for cell in cells), any(map(is_open, cells))
    reason = _reason(record, now, waits_for_key) if waits else ""
    needing = sum(cell.state == "needs_you" for cell in cells)
    problem = " ".join(filter(None, (reason, _needs_you(needing))))
    if waits and record.stopped and not record.trouble:
        return Standing("stopped", problem, waits, under_way)
    if (waits and reason) or (needing and not waits and not under_way):
        return Standing("waiting", problem, waits, under_way)
    return Standing("running" if waits or under_way else "done", problem, waits, under_way)


def is_open(cell: CellRecord) -> bool:
    """Whether a cell's take has not ended, and does so by itself."""
    return cell.state is not None and cell.state not in FINAL and cell.state != "needs_you"


def _reason(record: SweepRecord, now: int, waits_for_key: Callable[[], str]) -> str:
    if record.trouble or record.stopped:
        return record.trouble
    if not record.is_fresh(now):
        return "Nothing of it was begun for a day, so what is left waits: sweep.resume() goes on with it."
    return waits_for_key()


def _needs_you(count: int) -> str:
    """Say that takes wait for a person's decision."""
    if not count:
        return ""
    takes = "1 of its takes needs" if count == 1 else f"{count} of its takes need"
    return (
        f"{takes} you: the answer to the submit was lost, and only you can say which task of the service it is. It may "
        "have been made and charged. take.problem says more, take.decide(…) decides."
    )
