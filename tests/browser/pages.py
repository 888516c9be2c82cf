"""Pages that tests have one after another: to load the application takes longer than most tests."""

from __future__ import annotations

from playwright.sync_api import Browser, BrowserContext, Page
from playwright.sync_api import Error as PageError

VIEW = {"width": 1280, "height": 900}
WAIT = 60_000  # milliseconds; for all that has no time-out of its own

# Whether the application is as it was when it had just been loaded. A document that is thrown away asks nothing.
_EMPTIED = """() => {
  for (const one of window.jupyterapp ? [...window.jupyterapp.shell.widgets("main")] : []) one.dispose();
  document.activeElement?.blur();
  return Boolean(window.jupyterapp) && document.body.dataset.jpThemeLight === "true"
    && !document.querySelector(".jp-Dialog, dialog[open], .lm-Menu, .kw")
    && [...window.jupyterapp.shell.widgets("main")].every((one) => !one.sessionContext);
}"""


class Pages:
    """Lends a page at a time, and keeps it for the next test where nothing of the last one stays on it."""

    def __init__(self, browser: Browser, *, scale: float = 1) -> None:
        self._browser, self._scale = browser, scale
        self._kept: BrowserContext | None = None

    def lend(self, *, new: bool = False) -> Page:
        """Give a page that nobody uses: one with the application on it, if there is one, or a ``new`` one."""
        if new or self._kept is None:
            context = self._browser.new_context(viewport=VIEW, device_scale_factor=self._scale)  # type: ignore[arg-type]
            context.set_default_timeout(WAIT)
            return context.new_page()
        context, self._kept = self._kept, None
        return context.pages[0]

    def take_back(self, page: Page, *, spent: bool) -> None:
        """Clear a page for the next test, or close it where it is ``spent`` or can't be cleared."""
        if spent or self._kept is not None or not _cleared(page):
            page.context.close()
        else:
            self._kept = page.context

    def close(self) -> None:
        """Close the page that is kept."""
        if self._kept is not None:
            self._kept.close()


def _cleared(page: Page) -> bool:
    try:
        if len(page.context.pages) > 1 or not page.evaluate(_EMPTIED):
            return False
        page.unroute_all()
        page.context.clear_permissions()
        page.mouse.move(0, 0)
        page.set_viewport_size(VIEW)  # type: ignore[arg-type]
    except PageError:
        return False
    return True
