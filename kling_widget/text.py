"""Text from a person: is it valid, is any of it visible, and how does a search compare it."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

HALF = (
    "It holds half of a character, which is no text: an emoji was cut in two, as some copying does. Delete that place "
    "and type it again."
)
"""Why a text with a lone surrogate is refused: it can't be encoded as UTF-8, so nothing can keep or send it."""

ZERO = "It holds a NUL, which is no text: it does not show, and databases end a text there. Delete that place."
"""Why a text with a NUL is refused. Other control characters are kept: they can be sent, and terminals copy them."""

_HALVES = re.compile("[\ud800-\udfff]")

# Unicode's Default_Ignorable_Code_Point, which `unicodedata` lacks: fonts show nothing for these.
_IGNORED = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_EMPTY = "\u2800"  # Braille's cell without a dot: a letter by its category, and blank in every font
_SPACES = re.compile(r"\s+")
_READ_ALIKE = str.maketrans(
    {
        "\u0131": "i",  # Turkish
        "\u0640": "",  # Arabic's tatweel only stretches a word
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u02bc\u2032`", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
    }
)
"""What many keyboards and programs put in the place of what was typed: curly quotes, dashes."""


def has_half(value: Any) -> bool:
    """Return whether a JSON value holds a lone surrogate. Cheap: every message to a page is checked."""
    if isinstance(value, str):
        return not value.isascii() and _HALVES.search(value) is not None
    if isinstance(value, dict):
        return any(has_half(one) for pair in value.items() for one in pair)
    return isinstance(value, (list, tuple)) and any(map(has_half, value))


def flaw(value: Any) -> str:
    """Return why a JSON value can't be kept or sent as text; empty if it can."""
    if isinstance(value, str):
        return HALF if has_half(value) else ZERO if "\0" in value else ""
    if isinstance(value, dict):
        return next((found for pair in value.items() for one in pair if (found := flaw(one))), "")
    if isinstance(value, (list, tuple)):
        return next((found for one in value if (found := flaw(one))), "")
    return ""


def mended(value: Any) -> Any:
    """Return a JSON value with U+FFFD (�) in place of each lone surrogate, so that it can be shown."""
    if isinstance(value, str):
        return _HALVES.sub("\ufffd", value)
    if isinstance(value, dict):
        return {mended(name): mended(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(mended(one) for one in value)
    return value


def is_blank(text: str) -> bool:
    """Return whether nothing of a text is visible: only spaces, controls, and characters that no font shows."""
    return not any(_shows(character) for character in text)


def fold(text: str) -> str:
    """Return a key that is equal for texts that read the same.

    Case, composed and decomposed accents, full-width and other compatibility forms, Turkish dots, invisible characters,
    straight and curly quotes, kinds of dashes, and the kind and number of spaces do not count. Accents do: ``cafe`` is
    another word than ``café``.
    """
    # Invisible characters go first, so that an accent meets its letter; NFKC may bring new ones.
    plain = _IGNORED.sub("", unicodedata.normalize("NFKC", _IGNORED.sub("", text)))
    folded = plain.casefold().translate(_READ_ALIKE).replace("i\u0307", "i")
    return _SPACES.sub(" ", unicodedata.normalize("NFKC", folded))


def _shows(character: str) -> bool:
    hidden = unicodedata.category(character) in ("Cc", "Cf", "Zl", "Zp", "Zs")
    return not hidden and character != _EMPTY and not _IGNORED.match(character)
