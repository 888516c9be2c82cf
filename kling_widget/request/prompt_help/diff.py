"""Compare two texts word by word."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from typing import Literal

Change = tuple[Literal["same", "del", "ins"], str]
"""A stretch of text, and whether it is unchanged, deleted or inserted."""

_TOKENS = re.compile(r"\s+|\w+|[^\w\s]")


def diff(old: str, new: str) -> list[Change]:
    """Return what stays, what is deleted and what is inserted, in reading order.

    The ``same`` and ``del`` stretches joined are the old text, the ``same`` and ``ins`` stretches the new one,
    whitespace included. The blank between two replaced words counts as replaced, so that a rewritten sentence reads as
    two sentences and not as single words in turn.
    """
    before, after = _TOKENS.findall(old), _TOKENS.findall(new)
    changes: list[Change] = []
    gone = came = ""
    for tag, words_before, words_after in _changes(before, after):
        if tag == "same":
            changes += _both(gone, came)
            changes.append(("same", words_before))
            gone = came = ""
        else:
            gone, came = gone + words_before, came + words_after
    return changes + _both(gone, came)


def _changes(before: list[str], after: list[str]) -> Iterator[tuple[Literal["same", "changed"], str, str]]:
    # autojunk ignores frequent words, which helps in long files only.
    steps = difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    for at, (tag, i, j, k, n) in enumerate(steps):
        words_before, words_after = "".join(before[i:j]), "".join(after[k:n])
        between = 0 < at < len(steps) - 1 and steps[at - 1][0] == steps[at + 1][0] == "replace"
        stays = tag == "equal" and not (between and words_before.isspace())
        yield "same" if stays else "changed", words_before, words_after


def _both(gone: str, came: str) -> list[Change]:
    both: list[Change] = [("del", gone), ("ins", came)]
    return [change for change in both if change[1]]
