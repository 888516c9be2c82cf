"""What stays in the page when its kernel goes: panels and screens keep their looks, and say what to do."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Locator, expect

from tests.made import a_take

from .notebook import Jupyter, Notebook
from .panel import Panel
from .test_screen import under_way

Fate = Literal["restart", "shutdown", "kill"]

OPEN = "from kling_widget import Studio\nstudio = Studio(practice=True)\nstudio"
PID = "import os; print('PID', os.getpid())"
SHOWN = """
from kling_widget import Library, compare
takes = {take.record.id: take for take in Library("lib").takes()}
"""

_SHUT_DOWN = """async () => {
  const panel = [...window.jupyterapp.shell.widgets("main")].find((one) => one.sessionContext && one.content?.widgets);
  await panel.sessionContext.shutdown();
}"""
# What a host marks as cut off from its kernel draws a broken link before it, unless a sheet says otherwise.
_BROKEN = """() => [...document.querySelectorAll(".jp-OutputArea *")].filter((el) => {
  const { content, fontFamily } = getComputedStyle(el, "::before");
  return el.checkVisibility() && !["none", "normal", '""'].includes(content) && fontFamily.includes("Awesome");
}).map((el) => el.className)"""
_BOXES = """root => Object.fromEntries([".kw-bar", ".kw-left", ".kw-right", ".kw-field-prompt", ".kw-go-button",
  ".kw-film",
  ".kw-queue", ".kw-shelf"].map((name) => {
    const ground = root.getBoundingClientRect(), box = root.querySelector(name).getBoundingClientRect();
    // How high the shelf is hangs on which of its cards were in sight.
    const size = name === ".kw-shelf" ? [] : [box.width, box.height];
    return [name, [box.x - ground.x, box.y - ground.y, ...size].map(Math.round)];
  }))"""


def lose(notebook: Notebook, fate: Fate) -> None:
    """Take the kernel away; the notebook's second cell prints its process."""
    if fate == "restart":
        notebook.restart_kernel()
    elif fate == "shutdown":
        notebook.page.evaluate(_SHUT_DOWN)
    else:
        notebook.run(1)
        os.kill(int(notebook.output(1).inner_text().split("PID")[1]), signal.SIGKILL)


def broken(notebook: Notebook) -> list[str]:
    found: list[str] = notebook.page.evaluate(_BROKEN)
    return found


def boxes(panel: Panel) -> dict[str, Any]:
    found: dict[str, Any] = panel.root.evaluate(_BOXES)
    return found


def two_takes(folder: Path) -> None:
    for n, words in enumerate(("A red fox crosses fresh snow", "A blue fox crosses fresh snow")):
        a_take(folder, words, at=1_790_000_000_000 + n, inputs={"duration": 3})


def plays_on(card: Locator) -> None:
    """A clip that is in the page can still be watched."""
    card.get_by_role("button", name="Play", exact=True).click()
    video = card.locator("video").first
    card.page.wait_for_function("v => v.currentTime > 0.3", arg=video.element_handle())
    card.get_by_role("button", name="Pause", exact=True).click()


@pytest.mark.parametrize(
    ("host", "fate"),
    [("lab", "restart"), ("lab", "shutdown"), ("lab", "kill"), ("notebook", "restart")],
    indirect=["host"],
)
def test_a_panel_without_its_kernel_keeps_its_looks_and_says_what_to_do(jupyter: Jupyter, fate: Fate) -> None:
    two_takes(jupyter.folder / "kling_library")
    notebook = jupyter.open([OPEN, PID])
    notebook.run(0)
    panel = Panel(jupyter.page.locator(".kw-studio"))
    panel.wait_for_clip()
    panel.prompt.fill("A half-written prompt")
    expect(panel.root.locator(".kw-character-count")).to_contain_text("21 / 2,500")
    before = boxes(panel)
    lose(notebook, fate)

    expect(panel.root.locator(".kw-gone")).to_be_visible()
    expect(panel.root.locator(".kw-gone")).to_contain_text("Run the cell with Studio() again")
    expect(panel.root.locator(".kw-gone")).to_contain_text("Nothing was lost")
    expect(panel.said).to_contain_text("Nothing is sent from here")
    assert boxes(panel) == before
    assert broken(notebook) == []
    expect(panel.prompt).to_have_value("A half-written prompt")
    expect(panel.prompt).to_have_js_property("readOnly", True)
    expect(panel.go).to_be_disabled()
    expect(panel.cards.first).to_be_disabled()
    for name in ("16:9", "Templates", "5 of 5 stars", "Remix"):
        expect(panel.root.get_by_role("button", name=name).first).to_be_disabled()
    panel.page.keyboard.press("Control+Enter")
    plays_on(panel.root)

    if fate == "shutdown":
        return  # the host asks which kernel a cell should run in: nothing of ours
    notebook.wait_until_idle()
    notebook.run(0)
    expect(panel.root).to_have_count(1)
    expect(panel.root.locator(".kw-gone")).to_be_hidden()
    expect(panel.go).to_be_enabled()
    panel.wait_for_clip()


def test_every_panel_take_and_comparison_of_a_notebook_says_it_calmly(jupyter: Jupyter) -> None:
    two_takes(jupyter.folder / "lib")
    open_take = under_way(jupyter.folder / "lib", inputs={"duration": 3})
    notebook = jupyter.open(
        [
            SHOWN + "compare(*[take for take in takes.values() if take.record.file])",
            f"takes[{open_take!r}]",
            "from kling_widget import Studio\nStudio('lib', practice=True)",
            "Studio('lib', practice=True)",
        ]
    )
    notebook.run_all()
    comparison, line = notebook.output(0).locator(".kw-screen-card"), notebook.output(1)
    comparison.scroll_into_view_if_needed()
    for video in comparison.locator("video").all():
        expect(video).to_have_js_property("readyState", 4)
    expect(line.locator(".kw-job-words")).not_to_contain_text("restarted")
    notebook.restart_kernel()

    for at in (2, 3):
        expect(notebook.output(at).locator(".kw-gone")).to_be_visible()
    expect(comparison.locator(".kw-screen-gone")).to_contain_text("What is here plays on")
    expect(comparison.get_by_role("button", name="4 of 5 stars")).to_be_disabled()
    comparison.get_by_role("button", name="Wipe", exact=True).click()  # the page does that by itself
    expect(comparison.locator(".kw-film")).to_have_attribute("data-arrangement", "wipe")
    plays_on(comparison)
    expect(line.locator(".kw-job-words")).to_contain_text("goes on at the service")
    expect(line.locator(".kw-job button")).to_have_count(0)
    assert broken(notebook) == []

    notebook.run_all()
    expect(jupyter.page.locator(".kw-studio")).to_have_count(2)
    for said in (".kw-gone", ".kw-screen-gone"):
        expect(jupyter.page.locator(said).locator("visible=true")).to_have_count(0)
    expect(line.locator(".kw-job-words")).not_to_contain_text("restarted")


ALONE = [
    "from kling_widget import *\nlibrary = Library('lib')\nHistory(library)",
    "Queue(library)",
    "Builder(library, practice=True)",
    "Storyboard()",
    "sweep('A {red|blue} fox', duration=3, practice=True, confirm=False, library=library)",
    "import ipywidgets\nipywidgets.VBox([History(library), Queue(library)])",
    "ipywidgets.VBox([Player(library=library), Queue(library)])",
]
# What would ask the kernel; how clips are played and held together, the page does by itself.
_FREE = "*:not(:is(.kw-film, .kw-track, .kw-controls, .kw-comparing) *)"
_ASKS = f":is(button, input, select):enabled:is({_FREE}), [data-asks]:enabled"
_PLACES = """root => [...root.querySelectorAll(".kw, .kw > *:not([role=alert]), .kw-job")].map((el) => {
  if (!el.checkVisibility()) return null;
  const ground = root.getBoundingClientRect(), box = el.getBoundingClientRect();
  return [el.className.replace(/ ?(kw-frozen|jupyter-widgets-disconnected)/g, ""),
    ...[box.x - ground.x, box.y - ground.y, box.width, box.height].map(Math.round)];
})"""


def test_a_widget_in_a_cell_of_its_own_says_once_that_its_kernel_is_gone(jupyter: Jupyter) -> None:
    two_takes(jupyter.folder / "lib")
    under_way(jupyter.folder / "lib", inputs={"duration": 3})
    notebook = jupyter.open(ALONE)
    notebook.run_all()
    outputs = [notebook.output(at) for at in range(len(ALONE))]
    for at in (1, 5, 6):
        expect(outputs[at].locator(".kw-job")).to_be_visible()
    expect(outputs[2].locator("textarea").first).to_be_visible()
    still = [outputs[at] for at in (1, 2, 3, 4, 6)]  # how high a shelf is hangs on which of its cards were in sight
    before = [output.evaluate(_PLACES) for output in still]
    notebook.restart_kernel()

    for output in outputs:
        output.scroll_into_view_if_needed()
        said = output.get_by_role("alert").filter(has_text="The kernel was restarted or is gone.")
        expect(said).to_have_count(1)
        expect(said).to_contain_text("Run this cell again")
        expect(output.locator(_ASKS).locator("visible=true")).to_have_count(0)
    assert [output.evaluate(_PLACES) for output in still] == before
    assert broken(notebook) == []

    notebook.run_all()
    expect(outputs[1].locator(".kw-job")).to_be_visible()
    expect(jupyter.page.locator(".kw-view-gone")).to_have_count(0)


def test_a_notebook_that_kept_a_panel_shows_its_still_when_it_is_opened_again(jupyter: Jupyter) -> None:
    two_takes(jupyter.folder / "kling_library")
    notebook = jupyter.open([OPEN])
    notebook.command("@jupyter-widgets/jupyterlab-manager:saveWidgetState")
    notebook.run(0)
    panel = Panel(jupyter.page.locator(".kw-studio"))
    panel.wait_for_clip()
    assert "application/vnd.jupyter.widget-state+json" in notebook.save()["metadata"]["widgets"]

    again = jupyter.show_copy(notebook)  # the code of its widgets is with the kernel that is gone
    expect(again.output(0).locator("[class^=kw-still] video").first).to_be_visible()
    expect(panel.root).to_be_hidden()
    assert broken(again) == []
    again.run(0)
    panel.wait_for_clip()


def test_a_click_that_waits_when_the_kernel_goes_is_told_of_and_leaves_no_button_to_click(jupyter: Jupyter) -> None:
    notebook = jupyter.open([OPEN, PID])
    notebook.run(0)
    notebook.run(1)
    pid = int(notebook.output(1).inner_text().split("PID")[1])
    panel = Panel(jupyter.page.locator(".kw-studio"))
    panel.prompt.fill("A red fox crosses fresh snow")
    os.kill(pid, signal.SIGSTOP)
    panel.go.click()
    expect(panel.said).to_contain_text("no need to click again")
    os.kill(pid, signal.SIGKILL)
    expect(panel.said).to_contain_text("The kernel was restarted or is gone.")
    expect(panel.root.locator(".kw-gone")).to_be_visible()
    expect(panel.root).not_to_have_class("kw-waiting")
    expect(panel.go).to_be_disabled()
