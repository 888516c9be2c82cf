"""The panel in a page, as a person uses it."""

from __future__ import annotations

from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

MADE_WITHIN = 60_000.0  # milliseconds; a practice clip takes some seconds, on a busy machine some more


@dataclass(frozen=True)
class Panel:
    """A panel: its root, and what a person does with it."""

    root: Locator

    @property
    def page(self) -> Page:
        """The page that it is in."""
        return self.root.page

    @property
    def prompt(self) -> Locator:
        """Where the prompt is typed."""
        return self.root.get_by_label("Prompt", exact=True)

    @property
    def go(self) -> Locator:
        """The button that costs money."""
        return self.root.locator(".kw-go-button[aria-label]")

    @property
    def said(self) -> Locator:
        """The words below the button."""
        return self.root.locator(".kw-go .kw-status")

    @property
    def rows(self) -> Locator:
        """The queue's rows."""
        return self.root.locator(".kw-job")

    @property
    def cards(self) -> Locator:
        """The shelf's cards."""
        return self.root.locator(".kw-take")

    @property
    def video(self) -> Locator:
        """The video on the screen."""
        return self.root.locator("video")

    def ask(self, words: str) -> None:
        """Write a prompt and click on Generate."""
        self.prompt.fill(words)
        self.click()

    def click(self) -> None:
        """Click on Generate and wait until it can be clicked again."""
        self.go.click()
        expect(self.go).to_be_enabled()

    def seconds(self, value: object) -> None:
        """Type a length."""
        self.root.get_by_label("Seconds, as a number").fill(str(value))

    def wait_for_clip(self) -> None:
        """Wait until a clip is on the screen and can be played. It is fetched where it can be seen."""
        film = self.root.locator(".kw-film")  # it stays; each take has a video of its own
        film.scroll_into_view_if_needed(timeout=MADE_WITHIN)
        expect(self.video).to_have_js_property("readyState", 4, timeout=MADE_WITHIN)

    def stop_at(self, seconds: float) -> None:
        """Play the clip and stop it past this time."""
        self.root.get_by_role("button", name="Play", exact=True).click()
        self.page.wait_for_function(
            f"v => v.currentTime > {seconds}", arg=self.video.element_handle(), timeout=MADE_WITHIN
        )
        self.root.get_by_role("button", name="Pause", exact=True).click()
