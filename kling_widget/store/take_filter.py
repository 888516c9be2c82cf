"""Which takes are wanted, as a plain value: whoever asks for some needs no database to say so."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from ..request.states import FINAL, STATES


@dataclass(frozen=True)
class TakeFilter:
    """Which takes are wanted. Each field narrows further; a filter without any lets all takes pass.

    Attributes
    ----------
    text
        The prompt, a tag or the note holds this text, as `text.fold` compares.
    states
        In one of these states (``states.STATES``).
    rating
        With at least so many stars.
    tags
        With each of these tags, whatever their case.
    models
        Asked of one of these models, by their ids.
    since, until
        Confirmed at this moment or later, and before that one (milliseconds since the epoch).
    parent
        Made from this take, by its id.
    family
        Related to this take: itself, what it was made from, and what was made from any of these, at any distance.
    sweep
        Made for this sweep, by its id.
    cost
        The least and the most that it may cost, in micro-dollars, both included; None: no such bound.
    """

    text: str = ""
    states: Collection[str] | None = None
    rating: int | None = None
    tags: tuple[str, ...] = ()
    models: Collection[str] | None = None
    since: int | None = None
    until: int | None = None
    parent: str | None = None
    family: str | None = None
    sweep: str | None = None
    cost: tuple[int | None, int | None] = (None, None)


ALL = TakeFilter()
"""Lets all takes pass."""

OPEN = TakeFilter(states=STATES - FINAL)
"""Lets takes pass that something may still happen to by itself."""
