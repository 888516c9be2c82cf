"""In which order takes are wanted, as a plain value beside the filter."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import BadValue
from .history import COLUMNS, MORE

SORTED = tuple(name for name in (*COLUMNS, *MORE) if name != "poster")
"""What takes can be ordered by: the history's columns, but for the picture."""

DESCENDING = "-"
"""What stands before a column's name where its greatest value comes first."""


@dataclass(frozen=True)
class TakeOrder:
    """By which of the history's columns takes are ordered.

    Takes that are alike in it stand newest first; those that have nothing there come last, in both directions.

    Attributes
    ----------
    column
        One of ``SORTED``.
    descending
        Whether its greatest value comes first.
    """

    column: str = "confirmed"
    descending: bool = True

    def __str__(self) -> str:
        return f"{DESCENDING if self.descending else ''}{self.column}"


NEWEST = TakeOrder()
"""Newest first: the order of a history that nobody ordered otherwise."""


def take_order(words: str) -> TakeOrder:
    """Return the order that a text names, such as ``"cost"``, or ``"-cost"`` for the dearest first.

    Raises ``BadValue`` for what is no column of the history.

    Examples
    --------
    >>> take_order("-rating")
    TakeOrder(column='rating', descending=True)
    """
    column = words.removeprefix(DESCENDING)
    if column not in SORTED:
        raise BadValue(
            f"Takes can't be sorted by {column!r:.80}. There are: {', '.join(SORTED)}; with a minus before it, such as "
            "'-cost', the greatest comes first."
        )
    return TakeOrder(column, words.startswith(DESCENDING))
