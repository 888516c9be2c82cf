"""How strong each candidate is by the votes, with 95 % intervals: Bradley and Terry's model, with Davidson's ties.

Both bad counts as a tie. The model and its weak prior are described in `davidson`.

**Intervals** hold a candidate's strength against the mean of those that votes join it to. Their variance is the larger
of two, as Angrist and Pischke advise (Mostly Harmless Econometrics, 2009, section 8.1), since each fails where the
other holds: the inverse information trusts the model; the sandwich trusts the votes, and is too small where they are
few.

**Clusters.** One person's answers are alike, so that ten votes of one tell less about people than ten people's. The
sandwich is clustered by voter if the votes come from ten voters or more, each counted by how much they vote (Kish's
effective number). With fewer, a variance between voters is hardly known and its intervals are too short (Cameron and
Miller, "A practitioner's guide to cluster-robust inference", Journal of Human Resources 50, 2015); then each vote
stands for itself, and the interval is about the votes of these voters, not about people.

**Unbounded intervals.** Where a candidate wins each time, votes bound its strength from below only. In general a bound
is missing where one candidate beat another and was never beaten or tied back, not even through others (Ford, "Solution
of a ranking problem from binary comparisons", American Mathematical Monthly 64, 1957).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from statistics import NormalDist
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from .davidson import Floats, Posterior, outcome_chances
from .votes import Counted, Pair, Vote, VoteCount, count_by_pair, counted

VOTERS = 10.0
"""The effective number of voters from which on intervals are about people. Cameron and Miller's "few" begins there."""

_Z = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True)
class Standing:
    """How one candidate stands.

    Attributes
    ----------
    strength
        Log-odds against the mean of its component: 0 is average, and ln 3 = 1.1 more is 75:25.
    low, high
        The ends of the 95 % interval; infinite where votes set no bound.
    count
        Its votes against all others.
    component
        Candidates are of one component if votes join them, directly or through others; 0 is the largest. Strengths of
        different components say nothing about each other.
    """

    candidate: str
    strength: float
    low: float
    high: float
    count: VoteCount
    component: int


@dataclass(frozen=True)
class Standings:
    """How all candidates stand: a sequence of `Standing`, by component, strongest first.

    Attributes
    ----------
    counted
        The votes that it rests on, and how many were left out.
    clustered_by
        ``"vote"`` if the intervals are about the votes of these voters, ``"voter"`` if about people like them.
    candidates, strengths, covariance
        The same strengths in the order in which candidates were given, and how sure they are by the model.
    log_tie
        Davidson's ln ν: how often candidates tie.
    """

    ranked: tuple[Standing, ...]
    counted: Counted
    clustered_by: Literal["vote", "voter"]
    candidates: tuple[str, ...]
    strengths: Floats = field(repr=False, compare=False)
    covariance: Floats = field(repr=False, compare=False)
    log_tie: float

    def __iter__(self) -> Iterator[Standing]:
        return iter(self.ranked)

    def __len__(self) -> int:
        return len(self.ranked)

    def __getitem__(self, candidate: str) -> Standing:
        return next(one for one in self.ranked if one.candidate == candidate)

    def difference(self, one: str, other: str) -> NormalDist:
        """What the votes make likely of one candidate's strength minus another's."""
        i, j = self.candidates.index(one), self.candidates.index(other)
        variance = self.covariance[i, i] + self.covariance[j, j] - 2 * self.covariance[i, j]
        return NormalDist(float(self.strengths[i] - self.strengths[j]), math.sqrt(variance))


def fit(votes: Iterable[Vote], candidates: Iterable[str]) -> Standings:
    """Estimate the strengths of candidates from votes.

    Any votes will do: none, one, ties only, candidates that never met or always win. No number is ever NaN, strengths
    are finite, and what votes do not tell has a wide or an unbounded interval.

    Parameters
    ----------
    votes
        Of any number of voters, in any order; repeats by id count once, and those that say nothing about the candidates
        are left out (see `votes.counted`).
    candidates
        Their ids; repeats count once.

    Examples
    --------
    >>> votes = [Vote("a", "b", "left", "ann", float(n), f"vote-{n}") for n in range(9)]
    >>> best, other = fit(votes, ["a", "b"])
    >>> best.candidate, best.low > 0, best.high
    ('a', True, inf)
    """
    names = tuple(dict.fromkeys(candidates))
    place = {name: i for i, name in enumerate(names)}
    valid = counted(votes, names)
    pairs = count_by_pair(valid.votes)
    posterior = _posterior(pairs, place)
    point = posterior.mode()
    information, prior = posterior.information(point)
    covariance = np.asarray(np.linalg.inv(information), dtype=np.float64)
    scores, clustered_by, quantile = _scores(valid.votes, place, point)
    sandwich = covariance @ (scores.T @ scores + prior) @ covariance
    joined = posterior.votes > 0
    together = _reachable(joined)
    centre = np.eye(len(names)) - together / together.sum(1, keepdims=True)
    strengths = centre @ point[:-1]
    variances = [(centre @ one[:-1, :-1] @ centre.T).diagonal() for one in (covariance, sandwich)]
    reach = quantile * np.sqrt(np.maximum(*variances))
    low, high = _bounded(posterior, strengths - reach, strengths + reach)
    numbers = _component_numbers(together)
    counts = _counts(pairs, names)
    ranked = [
        Standing(name, float(strengths[i]), float(low[i]), float(high[i]), counts[name], numbers[i])
        for name, i in place.items()
    ]
    return Standings(
        ranked=tuple(sorted(ranked, key=lambda one: (one.component, -one.strength, one.candidate))),
        counted=valid,
        clustered_by=clustered_by,
        candidates=names,
        strengths=strengths,
        covariance=covariance[:-1, :-1],
        log_tie=float(point[-1]),
    )


def _posterior(pairs: Mapping[Pair, VoteCount], place: Mapping[str, int]) -> Posterior:
    wins, ties = np.zeros((2, len(place), len(place)))
    for (first, second), count in pairs.items():
        i, j = place[first], place[second]
        wins[i, j], wins[j, i] = count.wins, count.losses
        ties[i, j] = ties[j, i] = count.ties + count.both_bad
    return Posterior(wins, ties)


def _counts(pairs: Mapping[Pair, VoteCount], names: Iterable[str]) -> dict[str, VoteCount]:
    """Count each candidate's votes against all others."""
    counts = dict.fromkeys(names, VoteCount())
    for (first, second), count in pairs.items():
        counts[first] += count
        counts[second] += count.reversed()
    return counts


def _scores(
    votes: tuple[Vote, ...], place: Mapping[str, int], point: Floats
) -> tuple[Floats, Literal["vote", "voter"], float]:
    """What each cluster of votes pulls the point to, a row each; what a cluster is; and the intervals' quantile."""
    left = np.array([place[vote.left] for vote in votes], dtype=int)
    right = np.array([place[vote.right] for vote in votes], dtype=int)
    outcome = np.array([0 if v.winner is None else 1 if v.outcome == "left" else -1 for v in votes], dtype=np.float64)
    voters = Counter(vote.voter for vote in votes)
    effective = len(votes) ** 2 / max(sum(n**2 for n in voters.values()), 1)
    if by_voter := effective >= VOTERS:
        row = {voter: i for i, voter in enumerate(voters)}
        cluster = np.array([row[vote.voter] for vote in votes])
    else:
        cluster = np.arange(len(votes))
    number = len(voters) if by_voter else len(votes)
    win, tie = outcome_chances(point[left] - point[right], float(point[-1]))
    residual = (outcome - (2 * win + tie - 1)) / 2
    scores = np.zeros((number, len(point)))
    np.add.at(scores, (cluster, left), residual)
    np.add.at(scores, (cluster, right), -residual)
    np.add.at(scores[:, -1], cluster, (outcome == 0) - tie)
    scores *= math.sqrt(number / max(number - 1, 1))  # as for any variance about an estimated mean
    return (scores, "voter", _student(effective - 1)) if by_voter else (scores, "vote", _Z)


def _student(degrees: float) -> float:
    """Return the 97.5 % quantile of Student's t, within 0.1 % from nine degrees of freedom on.

    Cornish and Fisher's expansion (Abramowitz and Stegun, 26.7.5), cut after its second term.
    """
    square = _Z**2
    return _Z * (1 + (square + 1) / (4 * degrees) + (5 * square**2 + 16 * square + 3) / (96 * degrees**2))


def _reachable(edges: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which candidates can be reached from which, along edges of any number, itself included."""
    paths = edges | np.eye(len(edges), dtype=bool)
    for _ in range(len(edges).bit_length()):  # each turn doubles the length of paths
        paths = paths.astype(np.float64) @ paths.astype(np.float64) > 0
    return paths


def _bounded(posterior: Posterior, low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """Open the intervals where no vote sets a bound."""
    not_worse = _reachable((posterior.wins > 0) | (posterior.ties > 0))
    better = not_worse & ~not_worse.T
    alone = ~(posterior.votes > 0).any(1)
    return np.where(better.any(0) | alone, -np.inf, low), np.where(better.any(1) | alone, np.inf, high)


def _component_numbers(together: NDArray[np.bool_]) -> list[int]:
    """Number the components, the largest 0; among equally large ones, that of the earlier candidate first."""
    first = together.argmax(1).tolist() if len(together) else []
    sizes = Counter(first)
    order = {one: number for number, one in enumerate(sorted(sizes, key=lambda one: (-sizes[one], one)))}
    return [order[one] for one in first]
