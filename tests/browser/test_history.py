"""A history and a queue in a person's own layout, without a panel around them."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.made import a_take

from .notebook import Jupyter

SHOWN = """
import ipywidgets, traitlets
from kling_widget import History, Library, Player, Queue
library = Library("lib", tend=False)
history, player, queue = History(library), Player(library=library), Queue(library)
traitlets.link((history, "selected"), (player, "takes"))
ipywidgets.VBox([history, player, queue])
"""


def test_a_click_in_a_history_is_seen_in_a_player_and_python_searches_it(jupyter: Jupyter) -> None:
    for number, prompt in enumerate(("A moon", "A fox")):
        a_take(jupyter.folder / "lib", prompt, at=1_790_000_000_000 + number, inputs={"duration": 1})
    notebook = jupyter.open([SHOWN, "history.text = 'moon'", "print(history.selected == player.takes != ())"])
    notebook.run(0)
    shown = notebook.output(0)
    expect(shown.locator(".kw-take")).to_have_count(2)
    expect(shown.locator(".kw-queue")).to_contain_text("Nothing under way")
    places = shown.locator(".kw-place")
    assert places.first.bounding_box()["y"] == places.last.bounding_box()["y"]  # type: ignore[index]  # they are seen
    places.last.locator(".kw-take").click()
    expect(shown.locator("video")).to_have_count(1)
    notebook.run(1)
    expect(shown.locator(".kw-take")).to_have_count(1)
    expect(shown.get_by_label("Search prompts")).to_have_value("moon")
    expect(shown.locator(".kw-take")).to_have_attribute("aria-pressed", "true")
    notebook.run(2)
    expect(notebook.output(2)).to_contain_text("True")
