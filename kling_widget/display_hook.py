"""What shows takes: the widgets. They stand above the library, and register here what they can show.

``kling_widget`` says how they are imported. That happens when something is shown first, so that a script which only
makes clips never imports a widget.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Display:
    """What can be shown of takes.

    Attributes
    ----------
    show
        Displays a take in the running cell.
    mimebundle
        Returns all that a take can be shown as, by MIME type, for hosts that choose.
    export_html
        Writes the page of ``Library.export_html``, whose arguments it takes after the library.
    """

    show: Callable[[Any], None]
    mimebundle: Callable[[Any], dict[str, Any]]
    export_html: Callable[..., Path]


_registered: list[Display] = []
_views: dict[str, Callable[..., Any]] = {}
_imports: list[Callable[[], object]] = []


def import_with(widgets: Callable[[], object]) -> None:
    """Say how the widgets are imported."""
    _imports[:] = [widgets]


def register(display: Display) -> None:
    """Show takes with this from now on."""
    _registered[:] = [display]


def register_view(kind: str, widget: Callable[..., Any]) -> None:
    """Show a kind of thing (``"sweep"``, ``"arena"``) with this widget: it takes the thing, and traits by name."""
    _views[kind] = widget


def view(kind: str, of: Any, **traits: Any) -> Any:
    """Return the widget that shows a thing of a kind; the widgets are imported where they are not yet."""
    display()
    return _views[kind](of, **traits)


def display() -> Display:
    """Return what shows takes; the widgets are imported where they are not yet."""
    if not _registered:
        for widgets in _imports:
            widgets()
    return _registered[0]
