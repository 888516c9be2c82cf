"""An arena in a real page: two clips without names, votes by keyboard alone, a result that is asked for."""

from __future__ import annotations

from playwright.sync_api import expect

from .audit import findings
from .notebook import Jupyter

SWEEP = """
import os
from kling_widget import Library, sweep, vote
library = Library("lib")
made = sweep("A {red|grey} fox, {dolly in|handheld}", duration=3, practice=True, library=library).wait(200)
"""
_NEXT_PLAYS = """([card, was]) => {
  const all = [...card.querySelectorAll("video")];
  return all.length === 2 && !all.includes(was) && all.every((video) => !video.paused && video.currentTime > 0.2);
}"""
ARENA = "vote(made, voter='ann', seed=1)"


def test_twenty_votes_are_cast_by_keyboard_alone_and_the_result_names_what_they_were_of(jupyter: Jupyter) -> None:
    notebook = jupyter.open([SWEEP, ARENA, "print(list(vote(made).votes().outcome))"])
    notebook.run_all()
    output = notebook.output(1)
    card = output.locator(".kw-screen-card")
    card.scroll_into_view_if_needed()
    expect(output.locator("video")).to_have_count(2)
    for video in output.locator("video").all():
        expect(video).to_have_js_property("readyState", 4)
    expect(output.locator(".kw-film-letter")).to_have_text(["Left", "Right"])
    assert "fox" not in output.inner_text()
    assert "dolly" not in output.inner_text()
    card.focus()
    for key in ("ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "ArrowLeft"):
        before = output.locator(".kw-duel-status").inner_text()
        card.press(key)
        expect(output.locator(".kw-duel-status")).not_to_have_text(before)
        expect(output.get_by_role("button", name="Left is better")).to_be_enabled()
    expect(output.locator(".kw-duel-status")).to_contain_text("5 votes so far")
    card.press("Backspace")
    expect(output.locator(".kw-duel-status")).to_contain_text("4 votes so far")
    output.get_by_role("button", name="Show the result").press("Enter")
    expect(output.locator(".kw-duel-plot li")).to_have_count(4)
    expect(output.locator(".kw-duel-results")).to_contain_text("red · dolly in")
    output.get_by_role("button", name="choice 2").press("Enter")
    expect(output.locator(".kw-duel-plot li")).to_have_count(2)
    notebook.run(2)
    assert notebook.saved()["cells"][2]["outputs"][0]["text"] == "['left', 'right', 'tie', 'both bad']\n"
    for part in (".kw-duel-ballot", ".kw-duel-results"):
        assert findings(output.page, part) == []


def test_clips_that_play_go_on_with_the_next_pair(jupyter: Jupyter) -> None:
    notebook = jupyter.open([SWEEP, ARENA])
    notebook.run_all()
    output = notebook.output(1)
    card = output.locator(".kw-screen-card")
    card.scroll_into_view_if_needed()
    for video in output.locator("video").all():
        expect(video).to_have_js_property("readyState", 4)
    output.get_by_role("button", name="Play", exact=True).click()
    output.page.wait_for_function(
        "all => [...all.querySelectorAll('video')].every(v => !v.paused)", arg=card.element_handle()
    )
    shown = output.locator("video").first.element_handle()
    output.get_by_role("button", name="Right is better").click()
    expect(output.locator(".kw-duel-status")).to_contain_text("1 vote so far")
    output.page.wait_for_function(_NEXT_PLAYS, arg=[card.element_handle(), shown])
