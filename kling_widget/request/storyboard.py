"""A storyboard: shots in order, each with its words and its whole seconds; a prompt cut into shots, and back.

A page does the same in ``studio/board.js``, so that a busy kernel need not be waited for: a test holds the two against
each other. A shot is the API's own ``{"prompt": str, "duration": int}``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Shots = list[dict[str, Any]]

LETTERS = 512
"""How many characters of a shot a model reads whose schema does not say (Kling's own limit)."""

# Spelled out, and ASCII's letters and digits only: Python and a page must not differ about what a blank or a letter is.
_BLANK = " \t\v\f\u00a0"
_BLANKS = re.compile(r"[ \t\n\v\f\r\u00a0\u2028\u2029]+")
_FLAGS = re.IGNORECASE | re.ASCII
_LENGTH = re.compile(r"[\[(][ \t]*(\d{1,2})[ \t]*s(?:ec(?:ond)?s?)?\.?[ \t]*[\])]", _FLAGS)
_CUT = re.compile(r"\r\n|[\n\r\u2028\u2029]|\bcut to:", _FLAGS)
_SHOT = re.compile(rf"\bshot[ \t]*\d{{1,2}}[ \t]*((?:{_LENGTH.pattern})?)[ \t]*(?::|[.–—-](?=[ \t]))", _FLAGS)
_BULLET = re.compile(r"^[-*•–—][ \t]+")
_DEBRIS = _BLANK + ",;:.–—-"  # what a length leaves behind it: "(4 s), then …"


@dataclass(frozen=True)
class Limits:
    """What a model takes of a storyboard.

    Attributes
    ----------
    low, high
        The shortest and the longest clip, in seconds.
    shortest
        The shortest shot, in seconds.
    most
        How many shots, those that can't fit into the longest clip left out.
    letters
        How many characters a shot may have.
    offers_both
        Whether a prompt can be sent besides the shots.
    """

    low: int
    high: int
    shortest: int
    most: int
    letters: int
    offers_both: bool


def limits(schema: Mapping[str, Any]) -> Limits | None:
    """Read off a model's schema what it takes of a storyboard; None where it takes none."""
    fields = schema.get("properties", {})
    if "multi_prompt" not in fields:
        return None
    board, clip = fields["multi_prompt"], fields.get("duration", {})
    shot = board.get("items", {}).get("properties", {})
    low, high = clip.get("minimum", 3), clip.get("maximum", 15)
    shortest = shot.get("duration", {}).get("minimum", 3)
    either = [set(one.get("required", ())) for one in schema.get("oneOf", ())]
    return Limits(
        low=low,
        high=high,
        shortest=shortest,
        most=min(board.get("maxItems", 6), high // shortest),
        letters=shot.get("prompt", {}).get("maxLength", LETTERS),
        offers_both="prompt" in fields and not ({"prompt"} in either and {"multi_prompt"} in either),
    )


def fit(shots: Sequence[Mapping[str, Any]], total: int, *, shortest: int) -> Shots:
    """Give shots other lengths, in proportion, that add up to the clip's.

    Parameters
    ----------
    shots
        Any shots; their words and order stay.
    total
        The clip's length in seconds. Where it is too short for all shots it counts as what they need.
    shortest
        The shortest shot, in seconds.
    """
    lengths = _spread([max(1, shot["duration"]) for shot in shots], total, shortest)
    return [{"prompt": shot["prompt"], "duration": n} for shot, n in zip(shots, lengths, strict=True)]


def suit(shots: Sequence[Mapping[str, Any]], total: int, limits: Limits) -> tuple[Shots, bool]:
    """Make a model take shots that another one took.

    Parameters
    ----------
    shots
        Any shots.
    total
        The clip's length in seconds.
    limits
        What the model takes.

    Returns
    -------
    shots
        Not too many, none too short: what is left is said in the last one, as far as it has room for it.
    whole
        Whether all words are in them.
    """
    kept, rest = list(shots[: limits.most]), shots[limits.most :]
    if rest:
        words = [shot["prompt"] for shot in (kept[-1], *rest)]
        seconds = sum(max(1, shot["duration"]) for shot in (kept[-1], *rest))
        kept[-1] = {"prompt": " ".join(text for text in words if text.strip()), "duration": seconds}
    whole = all(len(shot["prompt"]) <= limits.letters for shot in kept)
    cut = [{**shot, "prompt": shot["prompt"][: limits.letters]} for shot in kept]
    return fit(cut, min(max(total, limits.low), limits.high), shortest=limits.shortest), whole


def to_shots(prompt: str, total: int, *, shortest: int, most: int) -> Shots:
    """Cut a prompt into shots.

    It is cut at line breaks, at ``cut to:``, at ``Shot 1:``, at the numbers of a list (``1. … 2. …``) and at lengths
    (``[4s]``, ``(4 s)``), which lead or follow their shots, as the first one does.

    Parameters
    ----------
    prompt
        The words; one shot where there is nothing to cut at, none where there are no words.
    total
        The clip's length in seconds. A length that stands in the words counts; the shots without one share evenly what
        these leave. So the clip may come out as another than this: it is as long as its shots.
    shortest
        The shortest shot, in seconds.
    most
        How many shots at most; what is left is said in the last.
    """
    pieces = list(_pieces(prompt))
    if len(pieces) > most:
        rest = pieces[most - 1 :]
        given = [n for _, n in rest]
        words = " ".join(text for text, _ in rest)
        pieces = [*pieces[: most - 1], (words, None if None in given else sum(n or 0 for n in given))]
    lengths = [None if n is None else max(n, shortest) for _, n in pieces]
    left = total - sum(n for n in lengths if n is not None)
    shared = iter(_spread([1] * lengths.count(None), left, shortest))
    return [
        {"prompt": text, "duration": next(shared) if n is None else n}
        for (text, _), n in zip(pieces, lengths, strict=True)
    ]


def to_prompt(shots: Sequence[Mapping[str, Any]]) -> str:
    """Say shots in one prompt, a line each: ``A fox runs``, ``Cut to: snow``. Their lengths are not said."""
    texts = [_BLANKS.sub(" ", shot["prompt"]).strip(" ") for shot in shots]
    return "\nCut to: ".join(text for text in texts if text)


def _spread(weights: Sequence[int], total: int, shortest: int) -> list[int]:
    """Share out whole seconds by weight, the largest remainders first, with nobody below the shortest."""
    lengths = [shortest] * len(weights)
    rest, free = max(total, shortest * len(weights)), list(range(len(weights)))
    while free:
        weight = sum(weights[i] for i in free)
        enough = [i for i in free if weights[i] * rest >= shortest * weight]
        if len(enough) == len(free):
            break
        rest, free = rest - shortest * (len(free) - len(enough)), enough
    weight = sum(weights[i] for i in free)
    for i in free:
        lengths[i] = weights[i] * rest // weight
    left = rest - sum(lengths[i] for i in free)
    for i in sorted(free, key=lambda i: (-(weights[i] * rest % weight), i))[:left]:
        lengths[i] += 1
    return lengths


def _pieces(prompt: str) -> Iterator[tuple[str, int | None]]:
    """The shots' words, each with its length in seconds where the prompt names one."""
    text = _SHOT.sub(r"\n\1", _CUT.sub("\n", prompt))
    for line in _unnumbered(text).split("\n"):
        parts = _LENGTH.split(_BULLET.sub("", line.strip(_BLANK)))
        texts = [part.strip(_BLANK) for part in parts[:1]] + [
            part.lstrip(_DEBRIS).rstrip(_BLANK) for part in parts[2::2]
        ]
        given = [int(n) for n in parts[1::2]]
        lengths: list[int | None] = [*given, None] if texts[0] else [None, *given]
        yield from ((words, n) for words, n in zip(texts, lengths, strict=True) if words)


def _unnumbered(text: str) -> str:
    """Put a line break in the place of each number of a list that counts from one; a single number is no list."""
    found, at, number = "", 0, 1
    while mark := re.compile(rf"{_start(number)}{number}[.)][ \t]+").search(text, at):
        found += text[at : mark.start()] + "\n"
        at, number = mark.end(), number + 1
    return found + text[at:] if number > 2 else text


def _start(number: int) -> str:
    """Where a number may stand: the list's first one begins a line."""
    return r"(?:^|\n)[ \t]*" if number == 1 else r"[ \t\n]"
