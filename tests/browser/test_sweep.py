"""A sweep in a real page: it asks in the cell's output, is confirmed by a click, and its cells play in step."""

from __future__ import annotations

from playwright.sync_api import expect

from .audit import findings
from .notebook import Jupyter

SWEEP = """
from kling_widget import Library, sweep
sweep("A {red|grey} fox, {dolly in|handheld}", duration=3, practice=True, confirm=False, library=Library("lib"))
"""
MADE_WITHIN = 120_000


def test_a_sweep_is_confirmed_in_its_cell_and_plays_in_step(jupyter: Jupyter) -> None:
    notebook = jupyter.open([SWEEP])
    notebook.run_all()
    output = notebook.output(0)
    button = output.get_by_role("button", name="4 takes $1.344")
    expect(output.locator(".kw-sweep-axis")).to_have_text(["red | grey", "dolly in | handheld"])
    expect(output.locator(".kw-sweep-columns span")).to_have_text(["dolly in", "handheld"])
    expect(output.locator(".kw-sweep-rows span")).to_have_text(["red", "grey"])
    expect(output.locator(".kw-film-tile")).to_have_count(4)
    button.focus()
    button.press("Enter")
    expect(button).to_be_hidden()
    expect(output.get_by_text("4 of 4 made")).to_be_visible(timeout=MADE_WITHIN)
    for video in output.locator(".kw-screen-card video").all():
        expect(video).to_have_js_property("readyState", 4, timeout=30_000)
    output.get_by_role("button", name="Play", exact=True).click()
    output.page.wait_for_function(
        "card => [...card.querySelectorAll('video')].every(v => v.currentTime > 0.3)",
        arg=output.locator(".kw-screen-card").element_handle(),
    )
    times = output.locator(".kw-screen-card video").evaluate_all("all => all.map(v => v.currentTime)")
    assert max(times) - min(times) < 0.25
    for part in (".kw-sweep", ".kw-screen-card"):
        assert findings(output.page, part) == []
