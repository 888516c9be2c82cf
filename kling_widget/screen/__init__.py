"""The screen: takes watched, and kept in the notebook."""

from .keeping import Kept, at_cell_end
from .screen import Screen
from .showing import show

__all__ = ["Kept", "Screen", "at_cell_end", "show"]
