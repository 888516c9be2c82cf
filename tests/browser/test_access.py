"""The panel for those who hear it, or need its contrasts: axe-core finds nothing serious in any of its states."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from .audit import findings
from .cells import LEAVE_IN_DOUBT, STUDIO, service
from .notebook import Jupyter, Theme
from .panel import MADE_WITHIN, Panel

THEMES = pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])


def assert_sound(jupyter: Jupyter, state: str) -> None:
    found = findings(jupyter.page, ".kw-studio")
    assert not found, f"{state}:\n" + "\n".join(found)


@THEMES
def test_axe_finds_nothing_serious_in_the_panel(jupyter: Jupyter, theme: Theme) -> None:
    notebook = jupyter.open([service(tier="silver"), STUDIO, LEAVE_IN_DOUBT])
    notebook.theme(theme)
    notebook.run(0)
    notebook.run(1)
    panel = Panel(jupyter.page.locator(".kw-studio"))
    expect(panel.root.locator(".kw-example")).to_have_count(3)
    assert_sound(jupyter, "an empty panel")

    panel.seconds(16)
    panel.click()
    expect(panel.said).to_contain_text("Nothing was sent")
    assert_sound(jupyter, "with problems")

    panel.seconds(5)
    panel.ask("A lighthouse")
    panel.wait_for_clip()
    panel.ask("A crowd, flag me")
    expect(panel.rows.get_by_text("Not made")).to_be_visible(timeout=MADE_WITHIN)
    notebook.run(2)
    panel.ask("A red fox")
    expect(panel.root.get_by_role("button", name="This is mine")).to_have_count(2, timeout=MADE_WITHIN)
    panel.root.locator(".kw-mode").click()
    assert_sound(jupyter, "with a clip, a failed take and one in doubt")

    panel.root.get_by_role("button", name="Table").click()
    expect(panel.root.locator("tbody tr")).to_have_count(3)
    assert_sound(jupyter, "with the history as a table")


def test_the_checker_sees_what_is_wrong(jupyter: Jupyter) -> None:
    jupyter.page.set_content('<main class="kw-studio"><button></button><p style="color: #eee">pale</p></main>')
    assert [found.partition(" ")[0] for found in findings(jupyter.page, ".kw-studio")] == [
        "button-name",
        "color-contrast",
    ]
