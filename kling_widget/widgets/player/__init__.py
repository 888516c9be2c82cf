"""The player: takes watched, compared, and kept in the notebook."""

from pathlib import Path
from typing import Any

from ...display_hook import Display, register
from .display import compare, mimebundle, show
from .player import Player
from .saved_output import SavedOutput, at_cell_end

__all__ = ["Player", "SavedOutput", "at_cell_end", "compare", "show"]


def _export_html(*takes: Any, **options: Any) -> Path:
    from .export import export_html  # imported by whoever exports a page, not by each panel

    return export_html(*takes, **options)


register(Display(show, mimebundle, _export_html))
