"""An arena on the page: two clips side by side without their names, four keys, and what the votes say."""

from ...display_hook import register_view
from .duel import Duel

__all__ = ["Duel"]

register_view("arena", Duel)
