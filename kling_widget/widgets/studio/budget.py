"""The day's budget: what may be spent, how much is, and what would be too much. No widget is needed to ask."""

from __future__ import annotations

from typing import Any

from ...request.budget import Budget, Spend
from ...request.money import dollars


def spent(spend: Spend, budget: Budget, practice: bool) -> dict[str, Any]:
    """Today's money, for the bar; play money is called so.

    ``before``, ``sum`` and ``after`` are words, ``share`` is what is spent of the budget (0 to 1; None without a
    budget), ``how`` says how to set one.
    """
    today = spend.practice_today if practice else spend.today
    line: dict[str, Any] = {
        "before": "play money today " if practice else "spent today ",
        "sum": dollars(today),
        "after": "",
        "share": None,
        "how": "Studio(budget=5.00) caps what may be spent in a day.",
    }
    if budget.day is not None:
        line["after"] = f" of {dollars(budget.day)}"
        line["share"] = round(min(1.0, max(0, today) / budget.day), 3) if budget.day else 1.0
        left = dollars(max(0, budget.day - today))
        line["how"] = f"{left} left today, for every kernel that uses this library. Studio(budget=…) changes it."
    return line
