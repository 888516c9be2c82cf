"""Assign what changed, and nothing else: each assignment is a message to the page."""

from __future__ import annotations

from typing import Any


def put(widget: Any, **values: Any) -> None:
    """Assign traits whose value changed, one plain assignment at a time."""
    for name, value in values.items():
        if getattr(widget, name) != value:
            setattr(widget, name, value)
