"""The panel and the form in hosts that are no notebooks of Jupyter."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from . import chrome, hosts
from .panel import Panel

STUDIO = """
from kling_widget import Library, Studio
screen = Studio(Library({library!r}), practice=True)
"""

COMPOSE = Path(__file__).resolve().parents[2] / "notebooks" / "compose_marimo.py"

# shinywidgets 0.8 has no models for the styles of ipywidgets 8, which the panel does without. Shiny serves no clip.
SHINYS_OWN = r"StyleModel not found|Could not (instantiate widget|create a model)|404 \(Not Found\)"


@pytest.fixture
def console() -> chrome.Console:
    """What the page says."""
    return chrome.Console()


@pytest.fixture
def page(browser: Browser, console: chrome.Console) -> Iterator[Page]:
    """A page of no host yet; the test fails if it complained."""
    context = browser.new_context(viewport={"width": 1280, "height": 1400})
    page = context.new_page()
    console.listen(page)
    yield page
    context.close()
    assert not console.faults(), "\n".join(console.faults())


def test_the_panel_makes_a_clip_in_marimo_which_shows_anywidgets_alone(page: Page, tmp_path: Path) -> None:
    with hosts.marimo(tmp_path, STUDIO.format(library=str(tmp_path / "lib")) + "screen") as address:
        page.goto(address)
        panel = Panel(page.locator(".kw-studio").first)
        expect(panel.root.get_by_role("button", name="16:9")).to_have_attribute("aria-pressed", "true")
        panel.root.get_by_role("button", name="1:1").click()
        panel.root.get_by_role("checkbox", name="Sound").check()
        panel.seconds(3)
        expect(panel.go).to_have_attribute("aria-label", "Generate 1 take for about $0.42")
        panel.ask("A red fox in snow")
        expect(panel.root.locator(".kw-character-count")).to_have_text("17 / 2,500")
        panel.wait_for_clip()
        expect(panel.video).to_have_js_property("videoHeight", 1440)
        assert panel.video.evaluate("video => video.getRootNode() instanceof ShadowRoot")
        expect(panel.cards).to_have_count(1)


def test_a_form_of_ones_own_in_marimo_is_led_by_its_slider_logs_prices_and_makes_a_clip(
    page: Page, tmp_path: Path
) -> None:
    shutil.copy(COMPOSE, tmp_path)
    with hosts.marimo_app(tmp_path, COMPOSE.name) as address:
        page.goto(address)
        price = page.locator(".kw-builder-price")
        expect(price).to_have_text("$0.56 a take.")
        expect(page.get_by_text("No price has changed yet.")).to_be_visible()
        page.locator("marimo-slider").get_by_role("slider").press("ArrowRight")
        expect(page.get_by_label("Seconds, as a number")).to_have_value("6")
        expect(price).to_contain_text("$0.67")
        page.get_by_role("checkbox", name="Sound").check()
        expect(price).to_have_text("$0.84 a take.")
        expect(page.get_by_text("$0.67 → $0.84")).to_be_visible()
        page.get_by_role("button", name="Make a clip in practice").click()
        expect(page.locator(".kw-screen-card video")).to_have_js_property("readyState", 4)
        expect(page.get_by_text("6 s · 16:9 · sound")).to_be_visible()


def test_the_panel_shows_in_shiny_what_its_library_does_on_another_thread(
    page: Page, console: chrome.Console, tmp_path: Path
) -> None:
    console.forgive(SHINYS_OWN)
    with hosts.shiny(tmp_path, STUDIO.format(library=str(tmp_path / "lib"))) as address:
        page.goto(address)
        panel = Panel(page.locator(".kw-studio").first)
        panel.seconds(3)
        expect(panel.go).to_have_attribute("aria-label", "Generate 1 take for about $0.336")
        panel.ask("A red fox in snow")
        expect(panel.rows).to_contain_text("A red fox in snow")
        panel.wait_for_clip()
        expect(panel.root.locator(".kw-money").last).to_contain_text("$0.336")
