"""What pops up goes away again: on a click elsewhere, on Escape, and when another take is shown."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from .notebook import Jupyter, Notebook
from .panel import Panel
from .test_kernel_gone import two_takes

OPEN = "from kling_widget import Studio\nstudio = Studio(practice=True)\nstudio"

Parts = tuple[Callable[[Panel], Locator], Callable[[Panel], Locator]]

MENUS: dict[str, Parts] = {
    "save": (
        lambda panel: panel.root.get_by_label("Save and share"),
        lambda panel: panel.root.get_by_role("menuitem", name="Copy this frame"),
    ),
    "keys": (
        lambda panel: panel.root.get_by_label("Keys (?)"),
        lambda panel: panel.root.locator("dl.kw-menu"),
    ),
    "templates": (
        lambda panel: panel.root.get_by_role("button", name="Templates", exact=True),
        lambda panel: panel.root.get_by_role("dialog", name="Templates"),
    ),
    "elements": (
        lambda panel: panel.root.get_by_role("button", name="+ add"),
        lambda panel: panel.root.get_by_role("dialog", name="Choose elements"),
    ),
}
"""What opens it, and what is seen then."""


@pytest.fixture
def shown(jupyter: Jupyter) -> tuple[Notebook, Panel]:
    """A panel over two takes."""
    two_takes(jupyter.folder / "kling_library")
    notebook = jupyter.open([OPEN])
    notebook.run(0)
    panel = Panel(jupyter.page.locator(".kw-studio"))
    panel.wait_for_clip()
    return notebook, panel


@pytest.mark.parametrize("name", MENUS)
def test_it_closes_on_escape_and_on_a_click_elsewhere(shown: tuple[Notebook, Panel], name: str) -> None:
    notebook, panel = shown
    opener, seen = (part(panel) for part in MENUS[name])
    opener.click()
    expect(seen).to_be_visible()
    panel.page.keyboard.press("Escape")
    expect(seen).to_be_hidden()
    expect(opener).to_be_focused()  # the keyboard is where it was, and Escape was not the host's

    opener.click()
    expect(seen).to_be_visible()
    panel.root.locator(".kw-name").click()
    expect(seen).to_be_hidden()
    opener.click()
    expect(seen).to_be_visible()
    notebook.cell(0).locator(".jp-InputArea-editor").click()  # outside of the panel too
    expect(seen).to_be_hidden()
    opener.click()
    expect(seen).to_be_visible()
    panel.prompt.focus()  # the keyboard went elsewhere
    expect(seen).to_be_hidden()


def test_escape_closes_it_also_where_the_keyboard_is_elsewhere(shown: tuple[Notebook, Panel]) -> None:
    _, panel = shown
    card = panel.root.locator(".kw-screen-card")
    card.focus()
    card.press("?")
    keys = panel.root.locator("dl.kw-menu")
    expect(keys).to_be_visible()
    expect(card).to_be_focused()
    card.press("Escape")
    expect(keys).to_be_hidden()
    expect(card).to_be_focused()


@pytest.mark.parametrize("name", ["save", "keys"])
def test_it_closes_when_another_take_is_shown_by_code(shown: tuple[Notebook, Panel], name: str) -> None:
    _, panel = shown
    opener, seen = (part(panel) for part in MENUS[name])
    opener.click()
    expect(seen).to_be_visible()
    # As a clip that is done comes on the screen by itself: nobody clicks.
    panel.page.evaluate("""() => {
      const panel = [...window.jupyterapp.shell.widgets("main")].find((one) => one.sessionContext);
      panel.sessionContext.session.kernel.requestExecute({ code: "studio.show(studio.library.takes()[-1])" });
    }""")
    expect(panel.root.locator(".kw-story-prompt")).to_contain_text("red fox")
    expect(seen).to_be_hidden()
