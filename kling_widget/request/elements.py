"""Elements: where a text names them, the inputs of a new one, and the id that the service gives it."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

from .. import urls
from ..errors import Problem, RequestError
from ..text import flaw, is_blank

NAME_LENGTH = 20
"""The most characters in a name (the service's own limit)."""

DESCRIPTION_LENGTH = 100
"""The most characters in a description (the service's own limit)."""

ID_LENGTH = 64
"""The most characters in an id: those seen are numbers of up to 19 digits."""

REFERENCES = 3
"""The most pictures of an element besides its main one (the service's own limit)."""

# Scripts without spaces between words, or with endings attached to a name: Thai to Lao, Myanmar, Khmer, kana, Han,
# Hangul.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
    "\U00020000-\U0003ffff]"
)


def named(text: str, names: Iterable[str]) -> list[tuple[int, int, str]]:
    """Find names as whole words in a text, in any case.

    Of two names at the same place the longer one counts. ``mark.js`` finds the same in the page.

    Returns
    -------
    list of (start, end, name)
        In the order of the text, without overlaps; ``text[start:end]`` is the name except for the case.
    """
    folded = [character.casefold() for character in text]
    starts: dict[int, int] = {}  # a character may fold to several: place in the folded text -> place in the text
    at = 0
    for place, letters in enumerate([*folded, " "]):
        starts[at] = place
        at += len(letters)
    whole = "".join(folded)
    found: list[tuple[int, int, str]] = []
    taken = [False] * len(text)
    for folded_name, name in sorted(((n.casefold(), n) for n in names if n), key=lambda pair: -len(pair[0])):
        at = whole.find(folded_name)
        while at >= 0:
            start, end = starts.get(at), starts.get(at + len(folded_name))
            at = whole.find(folded_name, at + 1)
            if start is None or end is None or any(taken[start:end]):
                continue
            if _apart(text, start) and _apart(text, end):
                taken[start:end] = [True] * (end - start)
                found.append((start, end, name))
    return sorted(found)


def missing(text: str, chosen: Sequence[str]) -> list[str]:
    """Return the chosen names that a text does not hold, in their order."""
    there = {name for _, _, name in named(text, chosen)}
    return [name for name in chosen if name not in there]


def key(name: str) -> str:
    """Return a key that is equal for names that differ only in case or in how an accent is encoded."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def as_name(name: str) -> str:
    """Normalise a name: composed characters, single spaces.

    Raises
    ------
    RequestError
        If it is no valid name.
    """
    tidy = " ".join(unicodedata.normalize("NFC", name).split())
    if is_blank(tidy) or not any(_in_word(character) for character in tidy):
        raise RequestError([Problem("name", "Give it a name: the word that the prompt will call it by.")])
    if message := flaw(tidy):
        raise RequestError([Problem("name", message)])
    if any(unicodedata.category(character) == "Cc" for character in tidy):
        raise RequestError([Problem("name", "It holds characters that are no text.")])
    if len(tidy) > NAME_LENGTH:
        raise RequestError([Problem("name", _too_long(tidy, NAME_LENGTH))])
    return tidy


def as_id(element_id: str) -> str:
    """Normalise an id.

    Raises
    ------
    RequestError
        If it is no valid id.
    """
    tidy = element_id.strip()
    if not tidy or len(tidy) > ID_LENGTH or not tidy.isprintable():
        message = f"An id is what the service gave, usually some 18 digits, at most {ID_LENGTH} characters."
        raise RequestError([Problem("element_id", message)])
    return tidy


def as_inputs(name: str, description: str, pictures: Sequence[str]) -> dict[str, Any]:
    """Return the inputs of Kling Elements for a new element.

    Parameters
    ----------
    name
        At most 20 characters; prompts call it by this.
    description
        At most 100 characters.
    pictures
        URLs: the main picture and up to three more. A single one is also its own reference, since the service needs
        one.

    Raises
    ------
    RequestError
        If the service would refuse them. Nothing was sent.
    """
    tidy = as_name(name)
    fit(description, len(pictures))
    if not all(map(urls.is_input, pictures)):
        raise RequestError([Problem("image", urls.INPUT_REFUSED)])
    return {
        "name": tidy,
        "description": description,
        "image": pictures[0],
        "element_refer_list": list(pictures[1:] or pictures),
    }


def fit(description: str, pictures: int) -> None:
    """Check a new element's description and its number of pictures against the service's limits.

    Raises
    ------
    RequestError
        If there is too much of either, or no picture. Nothing was sent.
    """
    found = []
    if len(description) > DESCRIPTION_LENGTH:
        found.append(Problem("description", _too_long(description, DESCRIPTION_LENGTH)))
    if not pictures:
        found.append(Problem("image", "Give it a picture, and up to three more of the same person or thing."))
    if (over := pictures - 1 - REFERENCES) > 0:
        message = f"A main picture and {REFERENCES} more at most; there are {pictures}. Leave {over} out."
        found.append(Problem("element_refer_list", message))
    if found:
        raise RequestError(found)


def id_of(outputs: Any) -> str | None:
    """Return the element's id in the outputs of Kling Elements; None if there is none to rely on.

    ``outputs`` is the list, its first item, or either as JSON. Ids exceed 2**53: a number with a fraction or an
    exponent was rounded on its way, and is no id.
    """
    match outputs:
        case str():
            try:
                read = json.loads(outputs)
            except (ValueError, RecursionError):
                return None
            return None if isinstance(read, str) else id_of(read)
        case [first, *_]:
            return id_of(first) if not isinstance(first, list) else None
        case {"element_id": bool()}:
            return None
        case {"element_id": int(number)} if number > 0:
            return id_of({"element_id": str(number)})
        case {"element_id": str(text)}:
            tidy = text.strip()
            return tidy if 0 < len(tidy) <= ID_LENGTH else None
    return None


def _apart(text: str, place: int) -> bool:
    """Return whether a word may begin or end at a place of a text."""
    if not 0 < place < len(text):
        return True
    before, after = text[place - 1], text[place]
    if unicodedata.category(after).startswith("M"):
        return False  # an accent belongs to the letter before it
    return not (_spaced(before) and _spaced(after))


def _spaced(character: str) -> bool:
    return _in_word(character) and not _UNSPACED.match(character)


def _in_word(character: str) -> bool:
    return character == "_" or unicodedata.category(character)[0] in "LNM"


def _too_long(text: str, limit: int) -> str:
    return f"{len(text)} characters; the service reads at most {limit}. Shorten it by {len(text) - limit}."
