"""Where a scene is played: the panel in a notebook, and the few things a scene does with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

from tests.browser.notebook import Notebook, Theme

PANEL = "from kling_widget import Studio\nstudio = Studio(practice=True)\nstudio"
ROOM = 320  # pixels of height for what the application puts above and below the notebook


@dataclass(frozen=True)
class Stage:
    """The panel as the scene finds it: drawn, at rest, in an empty library."""

    notebook: Notebook

    @property
    def panel(self) -> Locator:
        """The panel's root."""
        return self.notebook.page.locator(".kw").first

    @property
    def page(self) -> Page:
        """The page that it is on."""
        return self.notebook.page

    def settle(self) -> None:
        """Wait until the panel knows its library and its service: before, it shows less."""
        self.panel.wait_for()
        if not self.page.locator(".kw-studio").count():  # another widget, which knows them from its first moment
            return
        expect(self.panel.locator(".kw-money b")).not_to_be_empty()
        expect(self.panel.locator(".kw-mode")).not_to_contain_text("Not known yet")

    def fit(self, width: int) -> None:
        """Give the page the size at which the panel itself is ``width`` pixels wide and can be seen whole."""
        page = self.notebook.page
        self.panel.wait_for()
        for _ in range(2):  # a new width changes the height, and with it whether there is a scroll bar
            box, size = self.panel.bounding_box(), page.viewport_size
            if box is None or size is None:
                raise RuntimeError("the panel has no size: it is not on the page")
            page.set_viewport_size(
                {"width": round(size["width"] + width - box["width"]), "height": round(box["height"]) + ROOM}
            )
        page.wait_for_timeout(300)  # transitions come to rest


def stay(stage: Stage) -> None:
    """Do nothing: the panel as it first appears."""


@dataclass(frozen=True)
class Scene:
    """One picture: its file's name, what is done before it is taken, and the panel's width in pixels.

    Those that stand together and have the same ``play``, ``cells`` and ``library`` are pictures of one performance, in
    another theme or of another width. ``library`` is a program that makes what is in the library at the start.
    """

    name: str
    play: Callable[[Stage], None] = stay
    width: int = 1240
    theme: Theme = "JupyterLab Light"
    cells: tuple[str, ...] = (PANEL,)
    library: str = ""

    @property
    def performance(self) -> tuple[object, ...]:
        """What it shares with the other pictures of one performance."""
        return self.play, self.cells, self.library
