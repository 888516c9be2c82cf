"""The day's budget, at the button and in the bar."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from kling_widget import Library, Studio
from kling_widget.errors import OverBudget, SettingsError
from kling_widget.library.budget import Caps
from kling_widget.practice import PracticeServer
from kling_widget.request.budget import Budget, Spend
from kling_widget.request.money import micros
from kling_widget.store.record import now_ms
from kling_widget.widgets.builder.evaluation import Terms
from kling_widget.widgets.studio import budget
from tests.made import a_record, a_take

from ..patience import until
from .page import FOX, click, submits, takes

LIVE = "https://api.wavespeed.ai"
FIVE = Budget(day=micros(5))


def a_paid_take(folder: Path) -> None:
    """A take of today's that costs $0.56 at a service that this process has no key for."""
    a_take(folder, "Before", service=LIVE, state="processing", charge=None, at=now_ms())


def told(spend: Spend, caps: Budget, *, practice: bool = False) -> tuple[Any, ...]:
    said = budget.spent(spend, caps, practice)
    return said["before"] + said["sum"] + said["after"], said["share"]


def test_the_bar_says_what_is_spent_of_the_days_budget() -> None:
    spend = Spend(today=micros("2.24"), practice_today=micros("1.40"))
    assert told(spend, Budget()) == ("spent today $2.24", None)
    assert told(spend, FIVE) == ("spent today $2.24 of $5.00", 0.448)
    assert told(spend, FIVE, practice=True) == ("play money today $1.40 of $5.00", 0.28)
    assert told(Spend(today=micros(9)), FIVE)[1] == 1
    assert told(Spend(), Budget(day=micros(0)))[1] == 1


def test_a_panels_budget_is_the_days_and_leaves_the_other_caps(library: Library) -> None:
    library.cap(call="0.70", day=1, library=20)
    Studio(library, budget=5.00).close()
    assert library.budget == Caps(call=Decimal("0.70"), day=Decimal(5), library=Decimal(20))
    Studio(library).close()
    assert library.budget.day == 5


@pytest.mark.parametrize("amount", ["five", "", -1, float("nan"), float("inf"), True, 1e12])
def test_what_is_no_amount_of_money_is_refused_in_words(library: Library, amount: Any) -> None:
    with pytest.raises(SettingsError, match=r"such as 5\.00"):
        Studio(library, budget=amount)
    assert library._gateway.caps() == Budget()


@pytest.mark.parametrize("caps", [{"call": 0.5}, {"day": 1}, {"library": 1}])
def test_the_button_refuses_in_the_librarys_own_words(library: Library, caps: dict[str, float]) -> None:
    a_paid_take(library.folder)
    library.cap(**caps)
    price = micros("0.56")
    text = Terms(spend=library._gateway.sums(), budget=library._gateway.caps()).refusal(price, 1)
    store = library._shared.store
    with pytest.raises(OverBudget) as refused:
        store.add(a_record(service=LIVE, state="intent", charge=None, at=now_ms()))
    assert text == str(refused.value)


def test_takes_that_would_pass_the_budget_together_are_all_refused_before_anything_is_sent(
    library: Library, server: PracticeServer
) -> None:
    studio = Studio(library, budget=1)
    studio.prompt, studio.duration = FOX, 3
    answer = click(studio, takes=4)
    assert answer["refused"]
    assert answer["text"] == (
        "These 4 takes would cost $1.344, but the budget allows $1.00 a day, and $0.00 is spent. "
        "Nothing was sent. Raise the budget, or ask for less."
    )
    assert click(studio)["text"] == "Confirmed: 1 take for about $0.336."
    until(lambda: studio._header.spent["share"])
    until(lambda: submits(server))
    assert len(takes(library)) == 1
    assert studio._header.spent["after"] == " of $1.00"
    studio.close()


def test_a_cap_that_another_kernel_reaches_first_is_said_after_the_click(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio = Studio(library, budget=1)
    studio.prompt, studio.duration = FOX, 3
    monkeypatch.setattr(Terms, "refusal", lambda *_terms: "")  # what was read before the other kernel wrote
    assert click(studio, takes=4)["ok"]
    until(lambda: studio._ordering.button.text)
    assert studio._ordering.button.text.startswith(
        "2 of 4 takes were begun. This take would cost $0.336, but the budget allows"
    )
    assert studio._ordering.button.tone == "bad"
    assert len(takes(library)) == 2
    studio.close()


def test_play_money_has_the_same_budget_and_is_capped_apart(tmp_path: Path) -> None:
    library = Library(tmp_path / "library")
    a_paid_take(library.folder)
    studio = Studio(library, practice=True, budget="0.60")
    studio.prompt = FOX
    assert studio._header.spent["before"] == "play money today "
    assert studio._header.spent["share"] == 0
    assert click(studio)["text"].startswith("Confirmed")
    until(lambda: takes(library)[0].words == FOX)
    assert "allows $0.60 a day, and $0.56 is spent" in click(studio)["text"]
    studio.close()
    library.close()
