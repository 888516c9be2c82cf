"""Caps on what a library spends, as a person writes them."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from types import EllipsisType

from ..errors import SettingsError
from ..money import Micros, micros

Cap = float | str | None | EllipsisType
"""An amount in US dollars; None for no cap; ``...`` for what it was."""

_MOST = 1_000_000_000  # dollars; beyond it a number is a slip of the hand


def amount(cap: float | str | EllipsisType) -> Micros:
    """Read an amount of dollars. Raises ``SettingsError`` where it is none."""
    try:
        found = Decimal(str(cap).strip().removeprefix("$"))
    except InvalidOperation:
        found = Decimal("nan")
    if isinstance(cap, bool) or not found.is_finite() or not 0 <= found <= _MOST:
        raise SettingsError(f"A cap is an amount of dollars, such as 5.00; this is {cap!r}. Nothing was changed.")
    return micros(found)
