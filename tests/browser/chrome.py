"""A headless Chromium, and an ear at its console."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright
from playwright.sync_api import Error as PageError

from tools.chromium import chromium

FLAGS = (
    "--no-sandbox",  # containers run as root, where the sandbox does not start
    "--disable-gpu",
    "--disable-dev-shm-usage",  # a container's /dev/shm holds 64 MB: too little for a video page
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
)

_ADDRESS = re.compile(r"\b(?:https?|blob|data|file):[^\s()]+")
_HOST_WORDS = "Canceled future for create_subshell_request message"
"""JupyterLab asks each new kernel for a subshell, and says this without a stack where the kernel goes meanwhile."""
_HOST_BUNDLE = re.compile(r"^https?://127\.0\.0\.1:\d+/static/(lab|notebook)/")


def is_the_hosts_own(line: str) -> bool:
    """Tell whether an error came from the host's own bundle alone: it has some in the best of health.

    One that passes through a widget's module (a blob) or an extension, or that names us, is ours.
    """
    if _HOST_WORDS in line:
        return True
    places = _ADDRESS.findall(line)
    return bool(places) and all(_HOST_BUNDLE.match(place) for place in places) and "kling" not in line.lower()


@contextmanager
def launch() -> Iterator[Browser]:
    """Run a Chromium; it ends with the block."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Console:
    """All that a page said, and which of it is a fault of ours."""

    lines: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    forgiven: list[str] = field(default_factory=list)

    def listen(self, page: Page) -> None:
        """Note what the page says from now on, uncaught errors too."""
        page.on("console", self._said)
        page.on("pageerror", self._thrown)

    def leave(self, page: Page) -> None:
        """Note no more of what the page says."""
        page.remove_listener("console", self._said)
        page.remove_listener("pageerror", self._thrown)

    def forgive(self, pattern: str) -> None:
        """Expect errors that match a regular expression: for tests that cause one on purpose."""
        self.forgiven.append(pattern)

    def forget(self) -> None:
        """Hold nothing against the page that it said until now: for a page on which nothing of ours has run yet."""
        self.errors.clear()

    def faults(self) -> list[str]:
        """The errors that nobody expected."""
        unexpected = (error for error in self.errors if not is_the_hosts_own(error))
        return [error for error in unexpected if not any(re.search(known, error) for known in self.forgiven)]

    def _said(self, message: ConsoleMessage) -> None:
        place = message.location
        line = f"{message.type}: {message.text} ({place.get('url', '')}:{place.get('lineNumber', '')})"
        self.lines.append(line)
        if message.type == "error":
            self.errors.append(line)

    def _thrown(self, error: PageError) -> None:
        line = f"uncaught: {error.stack or error.message}"
        self.lines.append(line)
        self.errors.append(line)
