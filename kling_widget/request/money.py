"""Money as whole micro-dollars: sums that never drift, and one way to write a price."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import NewType

Micros = NewType("Micros", int)
"""Money in micro-dollars (1 USD = 1,000,000)."""

ZERO = Micros(0)

_PER_DOLLAR = 1_000_000


def micros(dollars: Decimal | str | float) -> Micros:
    """Turn dollars into micro-dollars.

    Parameters
    ----------
    dollars
        An amount in US dollars. A float is read by its shortest decimal form, so that ``0.112`` means 0.112.

    Returns
    -------
    Micros
        The amount in micro-dollars, rounded half up.

    Raises
    ------
    ValueError
        If it is no finite amount.
    """
    try:
        amount = dollars if isinstance(dollars, Decimal) else Decimal(str(dollars))
    except InvalidOperation:
        amount = Decimal("nan")
    if not amount.is_finite():
        raise ValueError(f"{dollars!r} is no amount of money")
    return Micros(int((amount * _PER_DOLLAR).to_integral_value(rounding=ROUND_HALF_UP)))


def in_dollars(amount: int) -> Decimal:
    """Turn micro-dollars into dollars, exactly: what code is given wherever a person may look."""
    return Decimal(amount) / _PER_DOLLAR


def dollars(amount: int) -> str:
    """Write micro-dollars for a person: ``$1.40``, and a third place only where it is not zero (``$0.336``)."""
    value = Decimal(abs(amount)) / _PER_DOLLAR
    text = f"{value.quantize(Decimal('0.001'), rounding=ROUND_HALF_UP):,}"
    return ("-" if amount < 0 else "") + "$" + (text[:-1] if text.endswith("0") else text)
