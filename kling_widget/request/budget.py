"""The caps on what may be spent, what was spent, and the one sentence that refuses a take which would pass a cap."""

from __future__ import annotations

from dataclasses import dataclass, replace

from .money import ZERO, Micros, dollars

CAPS = {
    "call": "a take",
    "day": "a day",
    "library": "in all",
}
"""Each cap's name -> what its amount is for, in a message."""


@dataclass(frozen=True)
class Budget:
    """Caps on what a library spends, in micro-dollars; None: no cap. Play money and real money are capped apart.

    Attributes
    ----------
    call
        For one take.
    day
        For one calendar day, in the library's time zone.
    library
        In all.
    """

    call: Micros | None = None
    day: Micros | None = None
    library: Micros | None = None


@dataclass(frozen=True)
class Spend:
    """Money spent through a library, in micro-dollars.

    What was charged less what was refunded, plus the estimates of takes whose charge is not known yet.

    Attributes
    ----------
    today, total
        On live services; today is the person's own calendar day.
    practice_today, practice_total
        Play money.
    takes
        How many takes the library's history has: those in its bin are left out here, and counted in all else.
    """

    today: Micros = ZERO
    total: Micros = ZERO
    practice_today: Micros = ZERO
    practice_total: Micros = ZERO
    takes: int = 0

    def plus(self, amount: Micros, *, practice: bool) -> Spend:
        """Return it with an amount more of play money, or of real money, today."""
        today, total = ("practice_today", "practice_total") if practice else ("today", "total")
        more = {name: Micros(getattr(self, name) + amount) for name in (today, total)}
        return replace(self, **more)


def left(budget: Budget, spend: Spend, *, practice: bool) -> tuple[tuple[int, bool], ...]:
    """Return what each cap that is set leaves, in micro-dollars, and whether it holds for a single take."""
    caps = ((cap, _amount(budget, cap)) for cap in CAPS)
    return tuple((most - _so_far(spend, cap, practice), cap == "call") for cap, most in caps if most is not None)


def refusal(
    budget: Budget,
    spend: Spend,
    price: Micros,
    *,
    takes: int = 1,
    total: Micros | None = None,
    practice: bool = False,
) -> str:
    """Say why takes would pass a cap; empty where they would not.

    Parameters
    ----------
    budget, spend
        The caps, and what was spent, in micro-dollars.
    price
        Of one take, in micro-dollars; of the dearest where they differ.
    takes
        How many.
    total
        Of all; unless given, all cost the same.
    practice
        Whether it is play money that counts.

    Examples
    --------
    >>> refusal(Budget(call=Micros(500_000)), Spend(), Micros(560_000)).split(". ")[0]
    'This take would cost $0.56, but the budget allows $0.50 a take'
    """
    for cap, words in CAPS.items():
        most, spent = _amount(budget, cap), _so_far(spend, cap, practice)
        wanted = price if cap == "call" else Micros(takes * price) if total is None else total
        if most is None or spent + wanted <= most:
            continue
        who = "This take" if takes == 1 else "One of these takes" if cap == "call" else f"These {takes} takes"
        already = "" if cap == "call" else f", and {dollars(spent)} is spent"
        return (
            f"{who} would cost {dollars(wanted)}, but the budget allows {dollars(most)} {words}{already}. "
            "Nothing was sent. Raise the budget, or ask for less."
        )
    return ""


def _amount(budget: Budget, cap: str) -> Micros | None:
    amount: Micros | None = getattr(budget, cap)
    return amount


def _so_far(spend: Spend, cap: str, practice: bool) -> Micros:
    if cap == "day":
        return spend.practice_today if practice else spend.today
    return (spend.practice_total if practice else spend.total) if cap == "library" else ZERO
