"""What each of several prompts says that the others do not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from ...analysis.distinct import GAP, distinct

_ALIKE = 16
"""With so many characters in common two prompts begin alike: a card shows some 25."""


def titles(prompts: Sequence[str]) -> list[str]:
    """Return a title for each prompt: where several begin alike, what each says that these others do not.

    Parameters
    ----------
    prompts
        Prompts on one line each.

    Examples
    --------
    >>> titles(["A robot walks along a beach", "A robot walks along a street", "An owl"])
    ['… beach', '… street', 'An owl']
    """
    found = list(prompts)
    alike: dict[str, list[int]] = defaultdict(list)
    for at, prompt in enumerate(prompts):
        alike[prompt[:_ALIKE].casefold()].append(at)
    for places in alike.values():
        texts = [prompts[at] for at in places]
        if len(set(texts)) == 1:
            continue
        short = [text.removeprefix(f"{GAP} ") for text in distinct(texts)]
        # They may begin alike again after the words that all have in common, some of them.
        again = titles(short) if short != texts else short
        for at, whole, cut, title in zip(places, texts, short, again, strict=True):
            found[at] = title if cut == whole or title.startswith(GAP) else f"{GAP} {title}"
    return found
