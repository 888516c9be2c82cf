"""What became of a text, word by word."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from typing import Literal

Part = tuple[Literal["same", "del", "ins"], str]
"""A stretch of text, and whether it stayed, went or came."""

_TOKENS = re.compile(r"\s+|\w+|[^\w\s]")


def diff(old: str, new: str) -> list[Part]:
    """Say what of a text stayed, what went and what came, in reading order.

    The ``same`` and ``del`` parts joined are the old text, the ``same`` and ``ins`` parts the new one: whitespace is
    kept. Where one word after another was replaced, the blank between them goes and comes with them, so that a sentence
    which was written anew reads as two sentences and not as a hem of single words.
    """
    before, after = _TOKENS.findall(old), _TOKENS.findall(new)
    parts: list[Part] = []
    gone = came = ""
    for tag, words_before, words_after in _changes(before, after):
        if tag == "same":
            parts += _both(gone, came)
            parts.append(("same", words_before))
            gone = came = ""
        else:
            gone, came = gone + words_before, came + words_after
    return parts + _both(gone, came)


def _changes(before: list[str], after: list[str]) -> Iterator[tuple[Literal["same", "changed"], str, str]]:
    # A prompt has few words: none is so common that it should be passed over, as difflib does in long files.
    steps = difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    for at, (tag, i, j, k, n) in enumerate(steps):
        words_before, words_after = "".join(before[i:j]), "".join(after[k:n])
        between = 0 < at < len(steps) - 1 and steps[at - 1][0] == steps[at + 1][0] == "replace"
        stays = tag == "equal" and not (between and words_before.isspace())
        yield "same" if stays else "changed", words_before, words_after


def _both(gone: str, came: str) -> list[Part]:
    parts: list[Part] = [("del", gone), ("ins", came)]
    return [part for part in parts if part[1]]
