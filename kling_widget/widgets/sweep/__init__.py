"""The card of a sweep: its template and axes, its price, and its cells as a grid that plays."""

from ...display_hook import register_view
from .sweep_grid import SweepGrid

__all__ = ["SweepGrid"]

register_view("sweep", SweepGrid)
