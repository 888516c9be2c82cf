"""A player's traits in a page: what Python sets is carried out once, and what plays comes back."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.made import a_take

from .notebook import Jupyter

SHOWN = """
from kling_widget import Library, Player
player = Player(Library("lib").takes()[0], time=1.5, rate=0.5, range=(1, 3))
times = []
player.observe(lambda change: times.append((__import__("time").monotonic(), change.new)), "time")
player
"""
TELLS = """
import time
print(player.playing, len(times) > 3, len(times) <= 4 * (time.monotonic() - times[0][0]) + 2)
"""


def test_python_drives_a_player_and_hears_what_plays(jupyter: Jupyter) -> None:
    a_take(jupyter.folder / "lib", inputs={"duration": 4})
    later = ["player.playing = True", "player.time = 1.25", TELLS, "player.playing = False", "print(player.time)"]
    notebook = jupyter.open([SHOWN, *later])
    notebook.run(0)
    video = notebook.output(0).locator("video").first
    page, film = jupyter.page, video.element_handle()
    page.wait_for_function("v => v.readyState >= 2 && Math.abs(v.currentTime - 1.5) < 0.01", arg=film, timeout=30_000)
    page.evaluate("v => { window.sought = 0; v.addEventListener('seeking', () => { window.sought += 1; }); }", film)
    notebook.run(1)
    page.wait_for_function("v => !v.paused && v.playbackRate === 0.5 && v.currentTime > 2", arg=film, timeout=30_000)
    before = page.evaluate("() => window.sought")
    notebook.run(2)
    page.wait_for_function("v => v.currentTime < 1.9 && v.currentTime > 1.3 && !v.seeking", arg=film, timeout=30_000)
    assert page.evaluate("() => window.sought") == before + 1
    notebook.run(3)
    expect(notebook.output(3)).to_contain_text("True True True")
    notebook.run(4)
    page.wait_for_function("v => v.paused", arg=film)
    at = float(video.evaluate("v => v.currentTime"))
    notebook.run(5)
    expect(notebook.output(5)).not_to_be_empty()
    assert abs(float(notebook.output(5).inner_text()) - at) < 0.1
