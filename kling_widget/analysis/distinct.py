"""What tells texts apart that have much in common, in few words."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

GAP = "…"
"""What stands for words that all have."""


def distinct(texts: Sequence[str]) -> list[str]:
    """Return each text without the words that all begin with and all end with.

    A text that is nothing but these words, or where all texts are equal, stays whole.

    Examples
    --------
    >>> distinct(["A red fox in snow, dolly in", "A red fox in rain, dolly in"])
    ['… snow, …', '… rain, …']
    >>> distinct(["A fox", "A fox"])
    ['A fox', 'A fox']
    """
    words = [text.split() for text in texts]
    if len(words) < 2 or all(one == words[0] for one in words):
        return list(texts)
    front = _common(words)
    rest = [one[front:] for one in words]
    back = _common([one[::-1] for one in rest])
    middles = [one[: len(one) - back] for one in rest]
    return [
        " ".join([*([GAP] if front else []), *middle, *([GAP] if back else [])]) if middle else text
        for text, middle in zip(texts, middles, strict=True)
    ]


def _common(several: Sequence[Sequence[str]]) -> int:
    """Return how many items all begin with."""
    return sum(1 for _ in takewhile(lambda items: len(set(items)) == 1, zip(*several, strict=False)))
