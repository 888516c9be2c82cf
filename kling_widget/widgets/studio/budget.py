"""The day's budget: what may be spent, how much is, and what would be too much. No widget is needed to ask."""

from __future__ import annotations

from typing import Any

from ...request.money import Micros, dollars
from ...store import Budget, Spend

_CAPS = {
    "call": "one take may cost",
    "day": "may be spent in a day",
    "library": "may be spent in this library",
}


def spent(spend: Spend, budget: Budget, practice: bool) -> dict[str, Any]:
    """Today's money, for the bar; play money is called so.

    ``before``, ``sum`` and ``after`` are words, ``part`` is that of the budget which is spent (0 to 1; None without a
    budget), ``how`` says how to set one.
    """
    today = spend.practice_today if practice else spend.today
    said: dict[str, Any] = {
        "before": "play money today " if practice else "spent today ",
        "sum": dollars(today),
        "after": "",
        "part": None,
        "how": "Studio(budget=5.00) caps what may be spent in a day.",
    }
    if budget.day is not None:
        said["after"] = f" of {dollars(budget.day)}"
        said["part"] = round(min(1.0, max(0, today) / budget.day), 3) if budget.day else 1.0
        left = dollars(max(0, budget.day - today))
        said["how"] = f"{left} left today, for every kernel that uses this library. Studio(budget=…) changes it."
    return said


def refusal(spend: Spend, budget: Budget, practice: bool, price: Micros, takes: int) -> str:
    """Why these takes would pass a cap, in the library's own words; empty where they would not.

    The library checks again when it writes them down: this tells a person before anything is begun.

    Parameters
    ----------
    price
        Of one take, in micro-dollars.
    takes
        How many.
    """
    so_far = {
        "call": Micros(0),
        "day": spend.practice_today if practice else spend.today,
        "library": spend.practice_total if practice else spend.total,
    }
    for cap, words in _CAPS.items():
        most: Micros | None = getattr(budget, cap)
        wanted = price if cap == "call" else Micros(takes * price)
        if most is None or so_far[cap] + wanted <= most:
            continue
        who = "This take" if takes == 1 else "One of these takes" if cap == "call" else f"These {takes} takes"
        already = "" if cap == "call" else f", and {dollars(so_far[cap])} is spent"
        return (
            f"{who} would cost {dollars(wanted)}; the budget says that {dollars(most)} {words}{already}. "
            "Nothing was sent. Raise the budget, or ask for less."
        )
    return ""
