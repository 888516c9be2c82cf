"""What a person may write about a take: stars, tags and a note, in the one form in which they are kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..errors import BadValue
from ..text import flaw, is_blank


def is_stars(value: object) -> bool:
    """Return whether a value is a number of stars, 1 to 5; 4.0 and NumPy's 4 are."""
    return not isinstance(value, bool) and value in (1, 2, 3, 4, 5)


def tidy_tag(tag: str) -> str:
    """Return a tag as it is kept: on one line, without ``#``. Empty if there is nothing to see in it."""
    tidy = " ".join(tag.split()).lstrip("#").strip()
    return "" if is_blank(tidy) else tidy


def checked(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``rating``, ``tags`` and ``note`` as they are kept; what else is given stays as it is.

    Raises ``BadValue`` for a rating of other than 1 to 5 stars or None, and for tags or a note that are no text.
    """
    kept = dict(given)
    rating = kept.get("rating")
    if rating is not None:
        if not is_stars(rating):
            raise BadValue(f"Stars are 1 to 5, or None for none; this is {rating!r}. The rating is as it was.")
        kept["rating"] = int(rating)
    if "tags" in kept:
        kept["tags"] = _tags(kept["tags"])
    note = kept.get("note", "")
    if reason := flaw(note) if isinstance(note, str) else f"A note is text; this is {note!r}.":
        raise BadValue(f"{reason} The note is as it was.")
    return kept


def _tags(tags: Iterable[Any]) -> tuple[str, ...]:
    """Return each tag once, in the order given."""
    found: dict[str, None] = {}
    for tag in tags:
        if reason := flaw(tag) if isinstance(tag, str) else f"A tag is text; this is {tag!r}.":
            raise BadValue(f"{reason} The tags are as they were.")
        if tidy := tidy_tag(tag):
            found[tidy] = None
    return tuple(found)
