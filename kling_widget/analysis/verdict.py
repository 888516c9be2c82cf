"""What may be said of a vote by now, in words: no more than the e-process allows, and how many votes are missing.

"dolly in beats static. Against handheld it is not known yet: about 60 more votes would tell."

A claim rests on the votes between the two candidates alone. A forecast of votes may use all: it draws on the strengths
that they make likely, at nine quantiles of the difference, and takes the median.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from .bradley_terry import Standings
from .davidson import outcome_chances
from .e_process import Evidence, fewest_votes
from .votes import Pair, Vote, VoteCount, count_by_pair

CLOSE = 500
"""Two candidates are called close if it would take more votes than this to tell them apart.

At ten seconds a vote that is an hour and a half.
"""

_MANY = f"more than {CLOSE} votes"

_QUANTILES = tuple((2 * i + 1) / 18 for i in range(9))


@dataclass(frozen=True)
class Verdict:
    """What may be said.

    Attributes
    ----------
    text
        For a person: one sentence, or a few where there are several candidates.
    better
        All pairs about which a claim is allowed: the better one first.
    best
        The candidate that beats all others; None as long as there is none.
    more
        About how many more votes would tell who is best; 0 if that is settled, None if it can't be said: the votes are
        too few, or go in a circle, or it would take more than `CLOSE` for one pair.
    """

    text: str
    better: tuple[Pair, ...] = ()
    best: str | None = None
    more: int | None = None


def verdict(standings: Standings, names: Mapping[str, str] | None = None, pairs: int | None = None) -> Verdict:
    """Say what the votes allow to say.

    With several candidates, the strongest one that is beaten by none is held against each other one.

    Parameters
    ----------
    standings
        From `bradley_terry.fit`, for the candidates to compare.
    names
        What to call each candidate; its id by default.
    pairs
        How many pairs are compared in all, for one of several verdicts of which not any shall claim what is false; by
        default as many as these candidates have.

    Examples
    --------
    >>> from kling_widget.analysis.bradley_terry import fit
    >>> votes = [Vote("A", "B", "right" if n % 5 else "left", "ann", float(n), f"vote-{n}") for n in range(41)]
    >>> verdict(fit(votes, ["A", "B"])).text
    'B is better than A (41 votes, one voter).'
    >>> verdict(fit(votes[:5], ["A", "B"])).text
    'Too few votes to say anything (5 votes, one voter): even if all agree it takes 9.'
    """
    candidates = [one.candidate for one in standings]
    if len(candidates) < 2:
        return Verdict("Nothing to compare: a vote takes two candidates.")
    pairs = pairs or math.comb(len(candidates), 2)
    counts = count_by_pair(standings.counted.votes)
    better = tuple(_claims(counts, pairs))
    beaten = {loser for _, loser in better}
    source = _source(standings.counted.votes)
    first = next((one for one in candidates if one not in beaten), None)
    if first is None:
        return Verdict(f"The votes go in a circle: each candidate loses to another one ({source}).", better)
    rivals = [one for one in candidates if one != first]
    needed = {one: _forecast(standings, counts, (first, one), pairs) for one in rivals if (first, one) not in better}
    if needed and max((count.votes for count in counts.values()), default=0) < fewest_votes(pairs):
        return Verdict(_too_few(len(candidates), pairs, source))
    shown = {one: names.get(one, one) if names else one for one in candidates}
    rest = _Rest(
        won=[shown[one] for one in rivals if one not in needed],
        open=[shown[one] for one in needed if needed[one] <= CLOSE],
        close=[shown[one] for one in needed if needed[one] > CLOSE],
        more=_rounded(sum(number for number in needed.values() if number <= CLOSE)),
    )
    words = _of_two if len(rivals) == 1 else _of_several
    return Verdict(
        text=words(shown[first], rest, source) + _both_bad(counts.values()),
        better=better,
        best=None if needed else first,
        more=None if rest.close else rest.more,
    )


@dataclass(frozen=True)
class _Rest:
    """The other candidates, by name: beaten by the first, not known yet, close to it; and how many votes would tell."""

    won: list[str]
    open: list[str]
    close: list[str]
    more: int


def _of_two(first: str, rest: _Rest, source: str) -> str:
    if rest.won:
        return f"{first} is better than {rest.won[0]} ({source})."
    if rest.open:
        return f"Not known yet: about {rest.more} more votes would tell ({source})."
    return f"{first} and {rest.close[0]} are close so far: telling them apart would take {_MANY} ({source})."


def _of_several(first: str, rest: _Rest, source: str) -> str:
    forecast = f"about {rest.more} more votes would tell."
    if rest.won:
        sentences = [f"{first} beats {_listed(rest.won)} ({source})."]
        if rest.open:
            sentences.append(f"Against {_listed(rest.open)} it is not known yet: {forecast}")
    elif rest.close:
        sentences = [f"Which is best is not known yet ({source})."]
        if rest.open:
            sentences.append(f"Between {first} and {_listed(rest.open, 'or')} {forecast}")
    else:
        sentences = [f"Which is best is not known yet ({source}): {forecast}"]
    if rest.close:
        several = " for each pair" if len(rest.close) > 1 else ""
        apart = f"telling them apart would take {_MANY}{several}"
        sentences.append(f"{first} and {_listed(rest.close)} are close so far: {apart}.")
    return " ".join(sentences)


def _too_few(candidates: int, pairs: int, source: str) -> str:
    where = "" if candidates == 2 else " on one pair"
    return f"Too few votes to say anything ({source}): even if all agree it takes {fewest_votes(pairs)}{where}."


def _both_bad(counts: Iterable[VoteCount]) -> str:
    """Say so where most votes are: the best of bad ones is no good one."""
    votes, bad = (sum(numbers) for numbers in zip(*((one.votes, one.both_bad) for one in counts), strict=True))
    return f" In {bad} of {votes} votes both were bad." if 2 * bad > votes else ""


def _claims(counts: Mapping[Pair, VoteCount], pairs: int) -> Iterator[Pair]:
    for (first, second), count in counts.items():
        if better := Evidence(count, pairs).better:
            yield (first, second) if better == "first" else (second, first)


def _forecast(standings: Standings, counts: Mapping[Pair, VoteCount], pair: Pair, pairs: int) -> float:
    """Return about how many more votes between two candidates would tell; infinite if many more than `CLOSE`."""
    first, other = pair
    count = counts[pair] if pair in counts else counts.get((other, first), VoteCount()).reversed()
    evidence, difference = Evidence(count, pairs), standings.difference(first, other)
    needed = []
    for at in map(difference.inv_cdf, _QUANTILES):
        _, tie = outcome_chances(at, standings.log_tie)
        share = (1 + math.tanh(at / 2)) / 2  # of decided votes
        needed.append(evidence.decided_votes_left(share, at_most=CLOSE) / float(1 - tie))
    return median(needed)


def _rounded(votes: float) -> int:
    """Return a number that claims no more than it is: an estimate."""
    step = 5 if votes < 30 else 10 if votes < 200 else 50
    return max(step * round(votes / step), step) if votes else 0


def _source(votes: Sequence[Vote]) -> str:
    """Say how many votes, and whose: many votes of one person are not many people's."""
    voters = Counter(vote.voter for vote in votes)
    number = f"{len(votes):,} vote{'' if len(votes) == 1 else 's'}"
    if len(voters) < 2:
        return f"{number}, one voter" if voters else "no votes"
    most = max(voters.values())
    return f"{number}, {len(voters)} voters" + (f", {most:,} of them by one" if 2 * most > len(votes) else "")


def _listed(names: Sequence[str], last: str = "and") -> str:
    return f"{', '.join(names[:-1])} {last} {names[-1]}" if len(names) > 1 else names[0]
