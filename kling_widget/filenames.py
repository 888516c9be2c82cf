"""What files are called after a prompt, in any script and on any system."""

from __future__ import annotations

import os
import re
import unicodedata
from pathlib import Path

from .errors import LibraryError

_JOINERS = "\u200c\u200d"  # words of Persian and of India's scripts are spelled with them, and emoji
_TONES = re.compile("[\U0001f3fb-\U0001f3ff]")
_VOWELS = re.compile("[\u1160-\u11ff]")  # of a Hangul syllable in pieces: they belong to the consonant before
_HALF_FLAGS = re.compile("[\U0001f1e6-\U0001f1ff]*$")  # two of these letters are a flag


def ascii_slug(words: str, most: int = 40) -> str:
    """Return the beginning of a prompt in small ASCII letters: ``a-red-fox-in-snow``; empty where it has none.

    For the library's own files: libraries are copied between systems that spell accents in names differently.
    """
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:most].strip("-")


def slug(words: str, most: int = 48, most_bytes: int = 150) -> str:
    """Return the beginning of a prompt as a part of a file's name, in its own script: ``crème-brûlée``.

    Letters keep their accents and vowel signs as they are spelled. What a file system or a shell could take for more
    than a name is left out: dots, slashes, blanks, quotes, controls, marks of direction.

    Parameters
    ----------
    words
        The prompt.
    most
        How many characters there may be. A name ends with a whole word where it can.
    most_bytes
        How many bytes it may have in UTF-8. Names have 255 at most, with an id, an ending and a temporary suffix.
    """
    text = "".join(_kept(words.lower()))
    text = re.sub(r"[-_]*-[-_]*", "-", text).strip("-_")
    end = _end(text, most, most_bytes)
    if end < len(text) and text[end] != "-":
        end = text.rfind("-", 0, end) if "-" in text[:end] else end
    return text[:end].strip("-_" + _JOINERS)


def as_path(path: str | os.PathLike[str]) -> Path:
    """Return a path that a person gave, with ``~`` filled in.

    Raises
    ------
    LibraryError
        If no file can have that name: it holds half of a character, or a NUL.
    """
    try:
        if b"\0" not in os.fsencode(path):
            return Path(path).expanduser()
    except UnicodeEncodeError:
        pass
    raise LibraryError(
        f"{os.fspath(path)!r} can't name a file: it holds half of a character, or a NUL. Nothing was written and "
        "nothing was sent. Name another."
    )


def _kept(text: str) -> list[str]:
    """The characters of a name, with ``-`` in place of all others; those that do not show are left out."""
    found: list[str] = []
    for place, character in enumerate(text):
        kind = unicodedata.category(character)
        after_word = bool(found) and found[-1] != "-"
        if _stands(character) or character == "_":
            found.append(character)
        elif kind[0] == "M" or character in _JOINERS:
            joins = character not in _JOINERS or _stands(text[place + 1 : place + 2])
            found += [character] if after_word and joins else []
        elif kind != "Cf":
            found.append("-")
    return found


def _stands(character: str) -> bool:
    """Whether it is a letter, a digit or an emoji."""
    kind = unicodedata.category(character) if character not in ("", "\ufffd") else "Cn"
    return kind[0] in "LN" or kind == "So" or _TONES.match(character) is not None


def _end(text: str, most: int, most_bytes: int) -> int:
    """Where a text ends that is no longer than this, and in the middle of nothing that is read as one character."""
    end = min(len(text), most)
    while len(text[:end].encode()) > most_bytes:
        end -= 1
    while 0 < end < len(text) and _within(text, end):
        end -= 1
    return end


def _within(text: str, place: int) -> bool:
    before, after = text[place - 1], text[place]
    if unicodedata.category(after)[0] == "M" or _TONES.match(after) or _VOWELS.match(after):
        return True
    if before in _JOINERS or after in _JOINERS or unicodedata.combining(before) == 9:  # a sign that joins two letters
        return True
    letters = _HALF_FLAGS.search(text[:place])
    return letters is not None and len(letters[0]) % 2 == 1
