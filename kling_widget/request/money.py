"""Money in whole micro-dollars: sums never drift, and prices are written in one way."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import NewType

Micros = NewType("Micros", int)
"""Money in micro-dollars (1 USD = 1,000,000)."""

ZERO = Micros(0)

_PER_DOLLAR = 1_000_000


def micros(dollars: Decimal | str | float) -> Micros:
    """Convert dollars to micro-dollars.

    Parameters
    ----------
    dollars
        An amount in US dollars. A float counts as its shortest decimal form, so that ``0.112`` means 0.112.

    Returns
    -------
    Micros
        The amount in micro-dollars, rounded half up.

    Raises
    ------
    ValueError
        If the amount is not finite.
    """
    try:
        amount = dollars if isinstance(dollars, Decimal) else Decimal(str(dollars))
    except InvalidOperation:
        amount = Decimal("nan")
    if not amount.is_finite():
        raise ValueError(f"{dollars!r} is no amount of money")
    return Micros(int((amount * _PER_DOLLAR).to_integral_value(rounding=ROUND_HALF_UP)))


def in_dollars(amount: int) -> Decimal:
    """Convert micro-dollars to dollars, exactly: the unit of the public API."""
    return Decimal(amount) / _PER_DOLLAR


def dollars(amount: int) -> str:
    """Format micro-dollars: ``$1.40``, with a third decimal only if it is not zero (``$0.336``)."""
    value = Decimal(abs(amount)) / _PER_DOLLAR
    text = f"{value.quantize(Decimal('0.001'), rounding=ROUND_HALF_UP):,}"
    return ("-" if amount < 0 else "") + "$" + (text[:-1] if text.endswith("0") else text)
