"""A storyboard: shots in order, each with a prompt and whole seconds; split a prompt into shots, and back.

The page does the same in ``widgets/storyboard/shots.js``, so that it need not wait for a busy kernel; a test compares
the two. A shot is the API's own ``{"prompt": str, "duration": int}``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Shots = list[dict[str, Any]]

LETTERS = 512
"""The most characters of a shot if a model's schema does not say (Kling's own limit)."""

# Spelled out, and ASCII only: Python and JavaScript must agree on what a blank or a letter is.
_BLANK = " \t\v\f\u00a0"
_BLANKS = re.compile(r"[ \t\n\v\f\r\u00a0\u2028\u2029]+")
_FLAGS = re.IGNORECASE | re.ASCII
_LENGTH = re.compile(r"[\[(][ \t]*(\d{1,2})[ \t]*s(?:ec(?:ond)?s?)?\.?[ \t]*[\])]", _FLAGS)
_CUT = re.compile(r"\r\n|[\n\r\u2028\u2029]|\bcut to:", _FLAGS)
_SHOT = re.compile(rf"\bshot[ \t]*\d{{1,2}}[ \t]*((?:{_LENGTH.pattern})?)[ \t]*(?::|[.–—-](?=[ \t]))", _FLAGS)
_BULLET = re.compile(r"^[-*•–—][ \t]+")
_DEBRIS = _BLANK + ",;:.–—-"  # what follows a length: "(4 s), then …"


@dataclass(frozen=True)
class Limits:
    """A model's limits on a storyboard.

    Attributes
    ----------
    low, high
        The shortest and the longest clip, in seconds.
    shortest
        The shortest shot, in seconds.
    most
        The most shots that fit into the longest clip.
    letters
        The most characters in a shot.
    offers_both
        Whether a prompt can be sent along with the shots.
    """

    low: int
    high: int
    shortest: int
    most: int
    letters: int
    offers_both: bool


def limits(schema: Mapping[str, Any]) -> Limits | None:
    """Return the limits in a model's schema; None if it takes no storyboard."""
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
    """Scale the lengths of shots so that they add up to the clip's.

    Parameters
    ----------
    shots
        Any shots; their prompts and order stay.
    total
        The clip's length in seconds. If it is too short for all shots, the clip gets as long as they need.
    shortest
        The shortest shot, in seconds.
    """
    lengths = _spread([max(1, shot["duration"]) for shot in shots], total, shortest)
    return [{"prompt": shot["prompt"], "duration": n} for shot, n in zip(shots, lengths, strict=True)]


def suit(shots: Sequence[Mapping[str, Any]], total: int, limits: Limits) -> tuple[Shots, bool]:
    """Adapt shots to another model.

    Parameters
    ----------
    shots
        Any shots.
    total
        The clip's length in seconds.
    limits
        The model's limits.

    Returns
    -------
    shots
        Shots within the limits: the last one takes the prompts of those that are too many, as far as they fit.
    whole
        Whether they still hold all words.
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
    """Split a prompt into shots.

    It is split at line breaks, at ``cut to:``, at ``Shot 1:``, at the numbers of a list (``1. … 2. …``) and at lengths
    (``[4s]``, ``(4 s)``), which all lead or all follow their shots, as the first one does.

    Parameters
    ----------
    prompt
        The words; one shot if there is nothing to split at, none if there are no words.
    total
        The clip's length in seconds. Lengths in the words win; shots without one share the rest evenly. So the shots
        may add up to another length than this.
    shortest
        The shortest shot, in seconds.
    most
        The most shots; the last one takes the rest of the words.
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
    """Join shots to one prompt, a line each, without their lengths: ``A fox runs``, ``Cut to: snow``."""
    texts = [_BLANKS.sub(" ", shot["prompt"]).strip(" ") for shot in shots]
    return "\nCut to: ".join(text for text in texts if text)


def _spread(weights: Sequence[int], total: int, shortest: int) -> list[int]:
    """Distribute whole seconds by weight, the largest remainders first, with no shot below the shortest."""
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
    """Yield the words of each shot, with its length in seconds if the prompt has one."""
    text = _SHOT.sub(r"\n\1", _CUT.sub("\n", prompt))
    for line in _unnumbered(text).split("\n"):
        first, *rest = _LENGTH.split(_BULLET.sub("", line.strip(_BLANK)))
        texts = [first.strip(_BLANK), *(text.lstrip(_DEBRIS).rstrip(_BLANK) for text in rest[1::2])]
        given = [int(n) for n in rest[::2]]
        lengths: list[int | None] = [*given, None] if texts[0] else [None, *given]
        yield from ((words, n) for words, n in zip(texts, lengths, strict=True) if words)


def _unnumbered(text: str) -> str:
    """Replace the numbers of a list that counts from one by line breaks; a single number is no list."""
    found, at, number = "", 0, 1
    while mark := re.compile(rf"{_start(number)}{number}[.)][ \t]+").search(text, at):
        found += text[at : mark.start()] + "\n"
        at, number = mark.end(), number + 1
    return found + text[at:] if number > 2 else text


def _start(number: int) -> str:
    """Return the pattern of what comes before a number of a list: the first one begins a line."""
    return r"(?:^|\n)[ \t]*" if number == 1 else r"[ \t\n]"
