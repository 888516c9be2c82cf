"""A person's own layout of the form and a player, linked to their own widgets, in JupyterLab."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from playwright.sync_api import expect

from .notebook import Jupyter
from .panel import MADE_WITHIN

COMPOSE = Path(__file__).resolve().parents[2] / "notebooks" / "compose.ipynb"


def test_a_form_a_slider_and_a_player_are_laid_out_linked_and_logged(jupyter: Jupyter) -> None:
    shutil.copy(COMPOSE, jupyter.folder)
    notebook = jupyter.show("compose.ipynb")
    for at in (1, 3, 5):
        notebook.run(at)
    layout = notebook.output(1)
    expect(layout.get_by_label("Prompt", exact=True)).to_have_value(
        "A lighthouse above a stormy sea, drone orbits to the right"
    )
    prices = layout.locator(".widget-html-content", has_text=re.compile(r"^\$[\d.]+( →|$)"))
    expect(prices).to_have_text("$0.70")
    seconds, slider = layout.get_by_label("Seconds, as a number"), layout.locator(".widget-readout")
    expect(slider).to_have_text("5")
    seconds.fill("10")  # the form leads the slider
    expect(slider).to_have_text("10")
    expect(prices).to_have_text("$0.70 → $1.40")
    slider.fill("3")  # and the slider the form
    slider.press("Enter")
    expect(seconds).to_have_value("3")
    expect(layout.locator(".kw-builder-price")).to_contain_text("$0.42 a take")
    expect(prices).to_have_text("$0.70 → $1.40 → $0.42")
    notebook.run(7)
    layout.locator(".kw-film").scroll_into_view_if_needed()  # a clip that nobody sees is not loaded
    expect(layout.locator("video")).to_have_js_property("readyState", 4, timeout=MADE_WITHIN)
