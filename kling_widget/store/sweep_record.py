"""What is known of a sweep and its cells, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NewType

from ..request.money import ZERO, Micros
from ..request.states import State
from .record import PRACTICE, TakeId, fresh_id

SweepId = NewType("SweepId", str)
"""Our own name for a sweep: sorts by the time it was frozen."""

FRESH_MS = 24 * 3600 * 1000
"""How long after a sweep last went on its cells are still begun by themselves, in milliseconds."""


@dataclass(frozen=True)
class SweepRecord:
    """What the library knows of one sweep; its expansion is read apart, for it can be long.

    Times are UTC, in milliseconds since the epoch; money is in micro-dollars.

    Attributes
    ----------
    digest
        Equal for two sweeps that ask the same of the same account.
    service, account, simulated
        Where its takes are made, as a take's `Record` has it.
    template
        As it was written.
    ordered_at
        When a person last said that it may go on; None until its first cells are confirmed.
    begun_at
        When the last of its takes was begun.
    allowance
        What its takes may cost together: the sum of what was confirmed.
    stopped
        Whether nothing more of it is begun until a person says so.
    trouble
        Empty, or why what is confirmed waits, in words.
    """

    id: SweepId
    digest: str
    service: str
    template: str
    frozen_at: int
    account: str | None = field(default=None, repr=False)
    simulated: bool | None = None
    ordered_at: int | None = None
    begun_at: int | None = None
    allowance: Micros = ZERO
    stopped: bool = False
    trouble: str = ""

    @property
    def practice(self) -> bool:
        """Whether its takes are made on a practice server, at no cost."""
        return self.service == PRACTICE or self.simulated is True

    def is_fresh(self, now: int) -> bool:
        """Whether its cells are begun by themselves: it went on not too long ago."""
        return now - max(self.ordered_at or 0, self.begun_at or 0) < FRESH_MS


@dataclass(frozen=True)
class CellOrder:
    """A cell as a person confirms it.

    Attributes
    ----------
    cell
        The key of the expansion's cell.
    number
        Its place in the order in which cells are begun.
    attempt
        0, and 1 more for each time it is ordered again.
    """

    cell: str
    number: int
    model: str
    inputs: Mapping[str, Any] = field(hash=False)
    seconds: int
    estimate: Micros
    attempt: int = 0


@dataclass(frozen=True)
class CellRecord:
    """A confirmed cell, and how the take stands that it became.

    Attributes
    ----------
    cell, attempt, estimate
        As `CellOrder` has them.
    skipped
        Whether it is left out.
    take, state
        The take's id and state; None while there is none.
    binned
        Whether the take is in the bin. The cell counts as made all the same.
    """

    cell: str
    attempt: int
    estimate: Micros
    skipped: bool
    take: TakeId | None = None
    state: State | None = None
    binned: bool = False

    @property
    def waits(self) -> bool:
        """Whether it is still to be begun."""
        return self.take is None and not self.skipped


@dataclass(frozen=True)
class UnderWay:
    """What of a sweep is under way.

    Attributes
    ----------
    unsent
        Takes that wait to be sent.
    open
        All takes that have not ended.
    refused
        What was said of the takes that ended last, one after another, without being made; newest first.
    """

    unsent: int
    open: int
    refused: tuple[str, ...]


def fresh_sweep_id(at: int) -> SweepId:
    """Make an id for a sweep frozen at ``at`` (milliseconds since the epoch)."""
    return SweepId("s" + fresh_id(at)[1:])
