"""The panel in a real page: from a prompt to a clip that plays, and found again."""

from __future__ import annotations

import os
import re
import shutil
import signal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.made import a_take

from .notebook import Jupyter, Notebook
from .panel import MADE_WITHIN, Panel

QUICKSTART = Path(__file__).resolve().parents[2] / "notebooks" / "quickstart.ipynb"
OPEN = "from kling_widget import Studio\nstudio = Studio(practice=True)\nstudio"
COUNT = "print('TAKES', len(studio.library.takes()))"
FOX = "A red fox crosses fresh snow, handheld"
HOSTS = pytest.mark.parametrize("host", ["lab", "notebook"], indirect=True)


def opened(jupyter: Jupyter, *more: str) -> tuple[Notebook, Panel]:
    """A notebook whose first cell shows a panel."""
    notebook = jupyter.open([OPEN, *more])
    notebook.run(0)
    return notebook, Panel(jupyter.page.locator(".kw-studio"))


def takes(notebook: Notebook, at: int = 1) -> int:
    """How many takes the library holds, by a cell that counts them."""
    notebook.run(at)
    text = notebook.output(at).inner_text()
    found = re.search(r"TAKES (\d+)", text)
    assert found, text
    return int(found[1])


def number(value: Any) -> float:
    return float(value)


def code_cells(notebook: Notebook) -> list[int]:
    return [n for n, cell in enumerate(notebook.saved()["cells"]) if cell["cell_type"] == "code"]


def test_a_newcomer_makes_watches_and_finds_again_a_clip(jupyter: Jupyter) -> None:
    shutil.copy(QUICKSTART, jupyter.folder)
    notebook = jupyter.show("quickstart.ipynb")
    first = code_cells(notebook)[0]
    notebook.run(first)
    panel = Panel(jupyter.page.locator(".kw-studio"))
    expect(panel.root.get_by_text("Practice · no cost")).to_be_visible()
    panel.prompt.press_sequentially(FOX, delay=5)
    expect(panel.root.get_by_text(f"{len(FOX)} / 2,500")).to_be_visible()
    expect(panel.go).to_contain_text("$0.56")
    panel.click()
    bar = panel.rows.first
    expect(bar.locator(".kw-job-title")).to_have_text(FOX)
    seen = sorted_as_seen(bar)
    assert seen == sorted(seen), "the bar ran backwards"
    assert len(set(seen)) > 2, "the bar did not move"
    panel.wait_for_clip()
    assert panel.video.evaluate("v => [v.videoWidth, v.videoHeight]") == [1920, 1080]
    assert number(panel.video.evaluate("v => v.duration")) == pytest.approx(5, abs=0.1)
    panel.root.get_by_role("button", name="Play", exact=True).click()
    jupyter.page.wait_for_function("v => v.currentTime > 0.5", arg=panel.video.element_handle())

    notebook.save()
    notebook.reload()
    expect(panel.cards).to_have_count(1)
    panel.wait_for_clip()

    notebook.restart_kernel()
    notebook.run(first)
    expect(panel.cards).to_have_count(1)
    expect(panel.cards.first).to_contain_text("A red fox crosses")
    panel.wait_for_clip()
    panel.cards.first.scroll_into_view_if_needed()
    expect(panel.cards.first.locator("img")).to_be_visible()


def sorted_as_seen(bar: Locator) -> list[float]:
    """The bar's fractions, read every tenth of a second until it is full."""
    seen: list[float] = []
    for _ in range(600):
        seen.append(number(bar.get_attribute("data-fraction") or 0))
        if seen[-1] == 1:
            return seen
        bar.page.wait_for_timeout(100)
    raise AssertionError(f"the take never ended: {seen[-5:]}")


@HOSTS
def test_an_empty_panel_invites_and_an_example_fills_the_prompt(jupyter: Jupyter) -> None:
    _, panel = opened(jupyter)
    expect(panel.root.locator(".kw-example")).to_have_count(3)
    panel.root.locator(".kw-example").nth(1).click()
    expect(panel.prompt).to_have_value(re.compile("^Neon rain"))
    expect(panel.prompt).to_be_focused()
    expect(panel.root.locator(".kw-character-count")).to_contain_text("/ 2,500")


def test_a_panel_whose_library_opens_late_says_nothing_that_is_not_known(jupyter: Jupyter) -> None:
    jupyter.before_all_else("""
        window.kwTexts = new Set();
        new MutationObserver((changes) => {
            for (const { target } of changes) {
                const panel = target.closest?.(".kw");
                if (panel) window.kwTexts.add(panel.textContent);
            }
        }).observe(document, { childList: true, subtree: true });
    """)
    _, panel = opened(jupyter)
    expect(panel.root.get_by_text("play money today")).to_be_visible()
    texts = jupyter.page.evaluate("[...window.kwTexts]")
    assert any("play money today" in text for text in texts)
    assert [text for text in texts if re.search(r"undefined|NaN|\[object|null", text)] == []


def test_a_click_that_the_kernel_does_not_hear_yet_waits_says_so_and_counts_once(jupyter: Jupyter) -> None:
    notebook, panel = opened(jupyter, COUNT, "import os; print('PID', os.getpid())")
    notebook.run(2)
    pid = int(notebook.output(2).inner_text().split("PID")[1])
    panel.prompt.fill("An older text")
    os.kill(pid, signal.SIGSTOP)
    try:
        panel.prompt.fill(FOX)
        panel.seconds(10)
        expect(panel.go).to_contain_text("$1.12")  # the price needs no kernel
        panel.go.click()
        expect(panel.said).to_contain_text("no need to click again")
        expect(panel.go).to_be_disabled()
        panel.page.keyboard.press("Control+Enter")
    finally:
        os.kill(pid, signal.SIGCONT)
    expect(panel.go).to_be_enabled()
    expect(panel.cards).to_have_count(1)
    expect(panel.cards.first).to_contain_text("A red fox crosses")
    expect(panel.cards.first).to_contain_text("10 s")
    assert takes(notebook) == 1


def test_a_double_click_asks_for_one_take(jupyter: Jupyter) -> None:
    notebook, panel = opened(jupyter, COUNT)
    panel.prompt.fill(FOX)
    panel.seconds(3)
    panel.go.dblclick()
    expect(panel.go).to_be_enabled()
    expect(panel.cards).to_have_count(1)
    assert takes(notebook) == 1


@HOSTS
def test_typing_stays_in_the_panel_and_control_enter_generates(jupyter: Jupyter) -> None:
    notebook, panel = opened(jupyter)
    panel.prompt.click()
    panel.prompt.press_sequentially("abba dd xx mm 00", delay=5)
    panel.prompt.press("Control+Enter")
    expect(panel.rows).to_have_count(1)
    cells = notebook.save()["cells"]
    assert len(cells) == 1
    assert cells[0]["cell_type"] == "code"
    assert cells[0]["execution_count"] == 1


def test_what_is_wrong_is_said_beside_it_and_the_first_gets_the_keyboard(jupyter: Jupyter) -> None:
    notebook, panel = opened(jupyter, COUNT)
    panel.seconds(16)
    problem = panel.root.locator(".kw-field-duration .kw-problem")
    expect(problem).to_contain_text("from 3 to 15; this is 16")
    expect(panel.root.get_by_label("Seconds, as a number")).to_have_attribute("aria-invalid", "true")
    expect(panel.go).to_contain_text("–")
    panel.click()
    expect(panel.root.locator(".kw-field-prompt .kw-problem")).to_contain_text("Write what should happen")
    expect(panel.prompt).to_be_focused()
    expect(panel.said).to_contain_text("Nothing was sent")
    panel.prompt.fill(FOX)
    expect(panel.root.locator(".kw-field-prompt .kw-problem")).not_to_be_visible()
    assert takes(notebook) == 0


def test_a_refused_prompt_says_so_and_can_be_edited(jupyter: Jupyter) -> None:
    _, panel = opened(jupyter)
    panel.seconds(4)
    panel.ask("A crowd, flag me")
    row = panel.rows.first
    expect(row).to_contain_text("Not made, not charged", timeout=MADE_WITHIN)
    panel.prompt.fill("Something else")
    row.get_by_role("button", name="Edit").click()
    expect(panel.prompt).to_have_value("A crowd, flag me")
    expect(panel.prompt).to_be_focused()
    expect(panel.rows).to_have_count(0)
    expect(panel.cards.first).to_contain_text("failed")


def test_four_takes_run_at_once_and_the_shelf_shows_them_as_posters_and_as_a_table(jupyter: Jupyter) -> None:
    _, panel = opened(jupyter)
    panel.root.get_by_role("button", name="4 takes").click()
    panel.seconds(3)
    expect(panel.go).to_contain_text("$1.344")
    panel.ask(FOX)
    expect(panel.rows).to_have_count(4)
    expect(panel.cards).to_have_count(4)
    expect(panel.rows).to_have_count(0, timeout=MADE_WITHIN)  # what is finished leaves the queue
    panel.cards.first.scroll_into_view_if_needed()
    expect(panel.cards.locator("img")).to_have_count(4)
    panel.root.get_by_role("button", name="Table").click()
    heads = panel.root.locator("th").all_inner_texts()
    assert heads[:8] == ["poster", "prompt", "model", "seconds", "aspect ratio", "sound", "status", "cost"]
    expect(panel.root.locator("tbody tr")).to_have_count(4)
    other = panel.root.locator('tbody tr[aria-selected="false"]').first
    chosen = other.get_attribute("data-take")
    other.get_by_role("button").click()
    expect(panel.root.locator(f'tr[data-take="{chosen}"]')).to_have_attribute("aria-selected", "true")


@pytest.mark.parametrize(("width", "beside"), [(700, False), (1000, True), (1600, True)])
def test_the_columns_stand_side_by_side_where_there_is_room(jupyter: Jupyter, width: int, beside: bool) -> None:
    _, panel = opened(jupyter)
    for _ in range(2):
        box = panel.root.bounding_box()
        size = jupyter.page.viewport_size
        assert box is not None
        assert size is not None
        jupyter.page.set_viewport_size({"width": round(size["width"] + width - box["width"]), "height": 1000})
        jupyter.page.wait_for_timeout(200)
    left = panel.root.locator(".kw-left").bounding_box()
    right = panel.root.locator(".kw-right").bounding_box()
    assert left is not None
    assert right is not None
    assert (right["x"] > left["x"] + left["width"] - 1) == beside
    spill = panel.root.evaluate("""el => [...el.querySelectorAll('*')]
      .filter((e) => e.checkVisibility() && !e.closest('.kw-shelf-body, .kw-hidden, .kw-slide'))
      .filter((e) => e.getBoundingClientRect().right > el.getBoundingClientRect().right + 1)
      .map((e) => e.className)""")
    assert spill == []


def test_what_the_notebook_keeps_of_the_panel_is_small_and_plays_without_a_kernel(jupyter: Jupyter) -> None:
    notebook, panel = opened(jupyter)
    before = len(str(notebook.save()["cells"][0]["outputs"]))
    panel.seconds(3)
    panel.ask(FOX)
    panel.wait_for_clip()
    jupyter.page.wait_for_function("() => !document.querySelector('.kw-job')", timeout=MADE_WITHIN)
    outputs = str(notebook.save()["cells"][0]["outputs"])
    assert "<video" in outputs
    assert FOX in outputs
    assert len(outputs) - before < 60_000


def three_takes(folder: Path) -> None:
    """Put three clips into the library of a notebook in this folder."""
    for n, words in enumerate(("A red fox crosses fresh snow", "A blue fox crosses fresh snow", "Pines in the fog")):
        a_take(folder / "kling_library", words, at=1_790_000_000_000 + n, inputs={"duration": 3})


def test_a_second_card_is_compared_with_the_first_and_both_play(jupyter: Jupyter) -> None:
    three_takes(jupyter.folder)
    _, panel = opened(jupyter)
    films, letters = panel.root.locator(".kw-film video"), panel.root.locator(".kw-beside.kw-on:visible")
    pines, blue, red = (panel.cards.nth(n) for n in range(3))
    expect(pines).to_have_attribute("aria-pressed", "true")
    red.click()
    expect(pines).to_have_attribute("aria-pressed", "false")
    expect(letters).to_have_count(0)
    blue.click(modifiers=["Control"])
    expect(films).to_have_count(2)
    expect(panel.root.get_by_role("button", name="Side", exact=True)).to_have_attribute("aria-pressed", "true")
    expect(letters).to_have_text(["B", "A"])
    expect(panel.root.locator(".kw-story-prompt del")).to_have_text("red")
    expect(panel.root.locator(".kw-story-prompt ins")).to_have_text("blue")
    for film in films.all():  # also where the film is scrolled out of sight, far above the card that was clicked
        jupyter.page.wait_for_function("v => v.readyState >= 1", arg=film.element_handle(), timeout=MADE_WITHIN)
    panel.root.get_by_role("button", name="Play", exact=True).click()
    for film in films.all():
        jupyter.page.wait_for_function("v => v.currentTime > 0.3", arg=film.element_handle(), timeout=MADE_WITHIN)
    blue.press("ArrowLeft")
    expect(pines).to_be_focused()
    pines.press("c")
    expect(films).to_have_count(3)
    expect(panel.root.get_by_role("button", name="Grid", exact=True)).to_have_attribute("aria-pressed", "true")
    expect(letters).to_have_text(["C", "B", "A"])
    red.hover()
    panel.root.get_by_role("button", name="Take off the screen").last.click()
    expect(letters).to_have_text(["B", "A"])
    pines.click()
    expect(films).to_have_count(1)
    expect(letters).to_have_count(0)


def test_rows_of_the_table_are_compared_too(jupyter: Jupyter) -> None:
    three_takes(jupyter.folder)
    notebook, panel = opened(jupyter)
    panel.root.get_by_role("button", name="Table", exact=True).click()
    rows, films = panel.root.locator("tbody tr"), panel.root.locator(".kw-film video")
    letters = panel.root.locator(".kw-thumb:not([data-letter=''])")
    expect(letters).to_have_count(0)
    rows.nth(2).click(modifiers=["Shift"])
    expect(films).to_have_count(2)
    assert jupyter.page.evaluate("() => getSelection().toString()") == ""
    rows.nth(1).get_by_role("button").press("c")
    expect(films).to_have_count(3)
    assert [row.get_attribute("data-letter") for row in letters.all()] == ["A", "C", "B"]
    rows.nth(1).get_by_role("button").press("c")
    expect(films).to_have_count(2)
    expect(rows.nth(1).get_by_role("button")).to_be_focused()
    assert len(notebook.save()["cells"]) == 1
