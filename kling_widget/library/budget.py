"""A library's money as a person reads and writes it: in dollars."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from types import EllipsisType

from ..errors import SettingsError
from ..request.budget import Budget, Spend
from ..request.money import Micros, in_dollars, micros

Cap = Decimal | float | str | None | EllipsisType
"""An amount in US dollars; None for no cap; ``...`` for what it was."""


@dataclass(frozen=True)
class Caps:
    """Caps on what a library spends, in dollars; None: no cap. ``Library.cap`` sets them.

    Attributes
    ----------
    call
        For one take.
    day
        For one calendar day.
    library
        In all.
    """

    call: Decimal | None = None
    day: Decimal | None = None
    library: Decimal | None = None


@dataclass(frozen=True)
class Spent:
    """Money spent through a library, in dollars: charges less refunds, and the estimates of takes not billed yet.

    Attributes
    ----------
    today, total
        On live services.
    practice_today, practice_total
        Play money.
    takes
        How many takes the library's history has: those in its bin are left out here, and counted in all else.
    """

    today: Decimal = Decimal(0)
    total: Decimal = Decimal(0)
    practice_today: Decimal = Decimal(0)
    practice_total: Decimal = Decimal(0)
    takes: int = 0


def caps(budget: Budget) -> Caps:
    """The caps of a library in dollars."""
    call, day, library = (None if cap is None else in_dollars(cap) for cap in (budget.call, budget.day, budget.library))
    return Caps(call, day, library)


def spent(sums: Spend) -> Spent:
    """What a library spent, in dollars."""
    return Spent(
        today=in_dollars(sums.today),
        total=in_dollars(sums.total),
        practice_today=in_dollars(sums.practice_today),
        practice_total=in_dollars(sums.practice_total),
        takes=sums.takes,
    )


_MOST = 1_000_000_000  # dollars; beyond it a number is a slip of the hand


def amount(cap: Decimal | float | str | EllipsisType) -> Micros:
    """Read an amount of dollars. Raises ``SettingsError`` where it is none."""
    try:
        found = Decimal(str(cap).strip().removeprefix("$"))
    except InvalidOperation:
        found = Decimal("nan")
    if isinstance(cap, bool) or not found.is_finite() or not 0 <= found <= _MOST:
        raise SettingsError(f"A cap is an amount of dollars, such as 5.00; this is {cap!r}. Nothing was changed.")
    return micros(found)
