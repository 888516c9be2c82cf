"""The screen: takes watched, compared, and kept in the notebook."""

from .keeping import Kept, at_cell_end
from .screen import Screen
from .showing import compare, show

__all__ = ["Kept", "Screen", "at_cell_end", "compare", "show"]
