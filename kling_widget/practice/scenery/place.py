"""What a place hands over when it has been set up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..layers import Layer, Piece, Stage
from .subjects import Subject


@dataclass(frozen=True)
class Place:
    """A set for one shot.

    Attributes
    ----------
    behind, before
        What is drawn before and after the subject, each from far to near.
    ground
        What the subject stands on.
    habit
        Who is there where the words name nobody.
    dark
        Whether it is night: marks and birds are then light.
    """

    behind: list[Piece]
    before: list[Piece]
    ground: Layer
    habit: Subject = "figure"
    dark: bool = False


Setting = Callable[[Stage], Place]
"""Sets up a place for a shot."""
