"""The panel when things go wrong: it says what happened, what it means for the money, and what to do."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from .cells import LEAVE_IN_DOUBT, NO_SERVICE, STUDIO, service
from .notebook import Jupyter, Notebook
from .panel import MADE_WITHIN, Panel

FOX = "A red fox crosses fresh snow, handheld"
SUBMITS = "print('SUBMITS', server.view()['totals']['submits_received'])"


def opened(jupyter: Jupyter, *cells: str, panel: str = STUDIO) -> tuple[Notebook, Panel]:
    """A notebook that shows a panel in its second cell, and the cells that come after it."""
    notebook = jupyter.open([cells[0], panel, *cells[1:]])
    notebook.run(0)
    notebook.run(1)
    return notebook, Panel(jupyter.page.locator(".kw-studio"))


def submits(notebook: Notebook, at: int) -> int:
    """How many submits the service received, by a cell that asks it."""
    notebook.run(at)
    found = re.search(r"SUBMITS (\d+)", notebook.output(at).inner_text())
    assert found
    return int(found[1])


def test_a_wrong_key_is_told_costs_nothing_and_the_request_can_be_used_again(jupyter: Jupyter) -> None:
    _, panel = opened(jupyter, service(key="bad-key-of-mine"))
    panel.ask(FOX)
    row = panel.rows.first
    expect(row).to_contain_text("Not made, not charged", timeout=MADE_WITHIN)
    expect(row).to_contain_text("WAVESPEED_API_KEY")
    expect(panel.root).not_to_contain_text("bad-key-of-mine")
    expect(panel.root.locator(".kw-money:not(.kw-balance)")).to_have_text("spent today $0.00")
    panel.prompt.fill("Something else")
    row.get_by_role("button", name="Edit").click()
    expect(panel.prompt).to_have_value(FOX)


def test_without_a_network_the_take_says_that_nothing_was_sent_and_tries_again_for_a_while(jupyter: Jupyter) -> None:
    _, panel = opened(jupyter, NO_SERVICE)
    panel.ask(FOX)
    row = panel.rows.first
    expect(row).to_contain_text("Nothing was sent yet; it is tried again")
    expect(row.get_by_role("button", name="Stop")).to_be_visible()
    expect(row).to_contain_text("Not made, not charged", timeout=MADE_WITHIN)
    expect(row).to_contain_text("Generate it again when the network is back")
    expect(panel.root.locator(".kw-money:not(.kw-balance)")).to_have_text("spent today $0.00")


def test_a_take_that_waits_for_a_place_is_stopped_by_a_click_and_is_never_sent(jupyter: Jupyter) -> None:
    notebook, panel = opened(jupyter, service(median=120), SUBMITS)
    panel.root.get_by_role("button", name="4 takes").click()
    panel.ask(FOX)
    panel.root.get_by_role("button", name="Yes, spend").click()
    waiting = panel.rows.filter(has_text="Waiting for a place: your account runs 2 at once.")
    expect(waiting).to_have_count(2)
    expect(panel.root.get_by_role("button", name="Stop")).to_have_count(2)
    waiting.first.get_by_role("button", name="Stop").click()
    expect(panel.rows.get_by_text("Stopped, not charged")).to_be_visible()
    expect(panel.rows).to_have_count(3)  # it leaves by itself
    expect(panel.root.locator(".kw-queue .kw-jobs")).to_be_focused()
    assert submits(notebook, 2) == 2


def test_a_person_says_which_task_is_theirs_and_sees_its_clip(jupyter: Jupyter) -> None:
    notebook, panel = opened(jupyter, service(), LEAVE_IN_DOUBT, SUBMITS)
    notebook.run(2)
    panel.ask(FOX)
    row = panel.rows.first
    expect(row).to_contain_text("Needs you; may cost $0.56", timeout=MADE_WITHIN)
    expect(row).to_contain_text("Please say which is yours")
    expect(row.locator(".kw-job-choice")).to_have_count(3)
    row.get_by_role("button", name="This is mine").first.click()
    panel.wait_for_clip()
    expect(panel.rows).to_have_count(0)
    assert submits(notebook, 3) == 2


def test_none_of_the_tasks_is_a_persons_and_the_request_can_be_used_again(jupyter: Jupyter) -> None:
    notebook, panel = opened(jupyter, service(), LEAVE_IN_DOUBT)
    notebook.run(2)
    panel.ask(FOX)
    row = panel.rows.first
    row.get_by_role("button", name="None of these: not made").click(timeout=MADE_WITHIN)
    expect(row).to_contain_text("Not made, not charged")
    expect(row).to_contain_text("counts as not made")
    panel.prompt.fill("")
    row.get_by_role("button", name="Edit").click()
    expect(panel.prompt).to_have_value(FOX)


def test_the_days_budget_is_in_sight_and_refuses_at_the_button(jupyter: Jupyter) -> None:
    limited = "from kling_widget import Studio\nstudio = Studio(practice=True, budget=0.60)\nstudio"
    _, panel = opened(jupyter, "None", panel=limited)
    panel.ask(FOX)
    money = panel.root.locator(".kw-money:not(.kw-balance)")
    expect(money).to_have_text("play money today $0.56 of $0.60")
    assert money.locator("i").evaluate("el => el.getBoundingClientRect().width / el.parentElement.clientWidth > 0.9")
    panel.click()
    expect(panel.said).to_contain_text("the budget allows $0.60 a day, and $0.56 is spent. Nothing was sent.")
    expect(panel.cards).to_have_count(1)
