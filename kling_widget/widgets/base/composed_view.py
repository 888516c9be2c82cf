"""A box of widgets that hosts without ipywidgets show too, by anywidget's references from one widget to another."""

from __future__ import annotations

import ipywidgets as w  # type: ignore[import-untyped]  # ships no types
import traitlets as t

from .widget import CommandWidget, reference


class ComposedView(CommandWidget):
    """A view of another widget with all that is in it. The page draws what ipywidgets would."""

    page_name = "composedView"

    root = t.Unicode(help="The widget that is shown, as a reference.").tag(sync=True)


class ComposedBox(w.VBox):  # type: ignore[misc]  # ipywidgets ships no types
    """A box that marimo shows too, which of all widgets shows anywidgets alone."""

    _composed: ComposedView | None = None

    def close(self) -> None:
        """Take the box away, and its views."""
        if self._composed is not None:
            self._composed.close()
        super().close()

    def _display_(self) -> ComposedView:
        """Return what marimo shows; no other host asks for it."""
        if self._composed is None:
            self._composed = ComposedView(root=reference(self))
        return self._composed
