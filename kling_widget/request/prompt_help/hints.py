"""Hints about what a prompt leaves open: at most two, and none if the language is not English.

They rest on plain lists of English words. A missing hint does no harm and a wrong one does, so doubtful words count:
``walk`` as an action, ``night`` as a word about the light.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Literal

from ...text import is_blank
from . import vocabulary as words

MOST = 2
"""The most hints at once."""

FEW_WORDS = 5
"""A prompt of fewer words leaves most of the picture open."""


@dataclass(frozen=True)
class Hint:
    """One suggestion for a prompt.

    Attributes
    ----------
    name
        Its topic, by which a person can silence it.
    words
        One short sentence.
    kind
        What a click does: ``insert`` appends ``text`` to the prompt, ``sound`` turns the sound on.
    label
        The button's label.
    text
        The words to append; empty unless the kind is ``insert``.
    """

    name: Literal["speech", "sound", "short", "action", "camera", "light"]
    words: str
    kind: Literal["insert", "sound"]
    label: str
    text: str = ""


_SHORT = Hint(
    "short", "A few more words leave less to chance.", "insert", "wide shot, daylight", "wide shot, soft daylight"
)
_ACTION = Hint("action", "Nothing seems to happen yet.", "insert", "natural movement", "slow, natural movement")
_CAMERA = Hint("camera", "How does the camera move?", "insert", "slow dolly in", "slow dolly in")
_LIGHT = Hint("light", "What is the light like?", "insert", "golden hour", "golden hour light")


def hints(prompt: str, *, sound: bool, has_sound: bool, without: Collection[str] = ()) -> list[Hint]:
    """Return hints about what a prompt leaves open.

    Parameters
    ----------
    prompt
        The prompt.
    sound
        Whether the sound is on.
    has_sound
        Whether the model can make sound.
    without
        Names of silenced hints; others take their places.

    Returns
    -------
    list of Hint
        At most ``MOST``: first what the prompt's words suggest, then what is missing. Empty for an empty prompt.
    """
    if is_blank(prompt) or not _is_english(prompt):
        return []
    found = [hint for hint in (*_heard(prompt, has_sound and not sound), *_missing(prompt)) if hint.name not in without]
    return found[:MOST]


def _heard(prompt: str, silent: bool) -> Iterator[Hint]:
    # Sound costs a quarter more on the models that have it: the catalog's factor of 1.25.
    if silent and _speaks(prompt):
        yield Hint("speech", "Quoted words are spoken with sound on, for a quarter more.", "sound", "Sound on")
    elif silent and (found := _HEARD.search(prompt)):
        yield Hint("sound", f"“{found[0].lower()}” is heard with sound on, for a quarter more.", "sound", "Sound on")


def _missing(prompt: str) -> Iterator[Hint]:
    if len(_WORD.findall(prompt)) < FEW_WORDS:
        yield _SHORT  # it brings a camera and a light along
        return
    if not _happens(prompt):
        yield _ACTION
    if not _SEEN.search(prompt):
        yield _CAMERA
    if not _LIT.search(prompt):
        yield _LIGHT


def _speaks(prompt: str) -> bool:
    """Return whether somebody speaks in quotes; the text on a sign is not spoken."""
    return any(not _SIGN.search(prompt, 0, quoted.start()) for quoted in _QUOTED.finditer(prompt))


def _happens(prompt: str) -> bool:
    """Return whether anybody or anything acts. Camera moves do not count."""
    return bool(_DOES.search(prompt)) or any(word[0].lower() not in _NO_DEED for word in _ING.finditer(prompt))


def _is_english(prompt: str) -> bool:
    """Return whether a prompt is English: no letters of another script, at most one small word of another language."""
    if any(letter.isalpha() and letter > "\u024f" for letter in prompt):
        return False
    return len({word[0].lower() for word in _FOREIGN.finditer(prompt)}) < 2


def _any(phrases: str) -> str:
    """Return a pattern for a list of phrases; a blank may be a hyphen in the text, and plurals match."""
    patterns = [re.sub(r"\s+", r"[\\s-]+", phrase) for phrase in re.split(r"\s*,\s*", phrases.strip())]
    return rf"\b(?:{'|'.join(patterns)})s?\b"


def _third(verb: str) -> str:
    """Return the third person of a verb: ``crosses``, ``flies``, ``plays``."""
    if re.search(r"(s|x|z|ch|sh|o)$", verb):
        return f"{verb}es"
    return f"{verb[:-1]}ies" if re.search(r"[^aeiou]y$", verb) else f"{verb}s"


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_verbs = words.DOES.split()

_WORD = re.compile(r"\w[\w'’-]*")
_SEEN = _compiled(_any(words.CAMERA))
_LIT = _compiled(_any(words.LIGHT))
_HEARD = _compiled(_any(words.HEARD))
_DOES = _compiled(rf"\b(?:{'|'.join([*_verbs, *map(_third, _verbs), *words.ONE_DOES.split()])})\b")
_ING = _compiled(r"\b[a-z]{2,}ing\b")
_NO_DEED = frozenset(words.NO_DEED.split())
_QUOTED = re.compile(r"[\"“”„«»]([^\"“”„«»]*\w[^\"“”„«»]*)[\"“”«»]")
_SIGN = _compiled(rf"{_any(words.SIGNS)}\W*(?:\w+\W+){{0,2}}$")
_FOREIGN = _compiled(_any(words.FOREIGN))
