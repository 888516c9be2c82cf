"""The player: takes watched, compared, and kept in the notebook."""

from pathlib import Path
from typing import Any

from ...display_hook import Display, register
from .display import compare, show
from .player import Screen
from .saved_output import Kept, at_cell_end

__all__ = ["Kept", "Screen", "at_cell_end", "compare", "show"]


def _export_html(*takes: Any, **options: Any) -> Path:
    from .export import export_html  # imported by whoever exports a page, not by each panel

    return export_html(*takes, **options)


register(Display(show, _export_html))
