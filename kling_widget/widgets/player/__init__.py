"""The player: takes watched, compared, and kept in the notebook."""

from .display import compare, show
from .player import Screen
from .saved_output import Kept, at_cell_end

__all__ = ["Kept", "Screen", "at_cell_end", "compare", "show"]
