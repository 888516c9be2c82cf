"""Davidson's model of paired comparisons with ties, and what votes make likely in it.

**Model** (Davidson, "On extending the Bradley-Terry model to accommodate ties", JASA 65, 1970). Strengths are log-odds.
With a difference d, win, loss and tie are to each other as ``exp(d / 2) : exp(-d / 2) : ν``, so that decided votes
follow Bradley and Terry's ``1 / (1 + exp(-d))``.

**Prior.** Maximum likelihood is infinite for a candidate that always wins, and undefined for those never compared. So
each candidate begins with half a win and half a loss against an imagined one of strength 0: the log-F(1, 1) prior of
Greenland and Mansournia, "Penalization, bias reduction, and default priors in logistic and related categorical and
survival regressions", Statistics in Medicine 34 (2015); 95 % of it lies within odds of 1 to 648. And ν begins with half
a vote for each outcome between equals: Jeffreys' prior for three outcomes. Together they weigh as little as a vote a
candidate, and the posterior has one mode, finite whatever the votes.

A *point* is an array of all candidates' strengths, followed by ln ν.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_STEPS = 100
"""Newton's, at most. A dozen is usual; the bound is there for what nobody has thought of."""

_ENOUGH = 1e-10
"""The gain in log-likelihood that a step promises, below which it is not taken."""


def outcome_chances(difference: Any, log_tie: float) -> tuple[Floats, Floats]:
    """Return the chances of a win and of a tie, for differences in strength of any shape.

    Examples
    --------
    >>> win, tie = outcome_chances(0.0, math.log(0.5))
    >>> float(round(win, 3)), float(round(tie, 3))
    (0.4, 0.2)
    """
    half = np.asarray(difference, dtype=np.float64) / 2
    total = np.logaddexp(np.logaddexp(half, -half), log_tie)
    return np.exp(half - total), np.exp(log_tie - total)


@dataclass(frozen=True)
class Posterior:
    """What votes make likely.

    Parameters
    ----------
    wins
        How often the row's candidate won against the column's; n by n.
    ties
        How often they tied, both ways round; n by n, symmetric.
    """

    wins: Floats
    ties: Floats

    @property
    def votes(self) -> Floats:
        """How often the row's candidate met the column's; n by n, symmetric."""
        return self.wins + self.wins.T + self.ties

    def log_density(self, point: Floats) -> float:
        """The logarithm of the posterior's density, up to a constant: concave in the point."""
        strength, log_tie = point[:-1], float(point[-1])
        half = (strength[:, None] - strength) / 2
        total = np.logaddexp(np.logaddexp(half, -half), log_tie)
        likelihood = (self.wins * (half - total)).sum() + (self.ties * (log_tie - total)).sum() / 2
        against_imagined = (strength / 2 - np.logaddexp(0.0, strength)).sum()
        between_equals = log_tie / 2 - 1.5 * np.logaddexp(math.log(2), log_tie)
        return float(likelihood + against_imagined + between_equals)

    def gradient(self, point: Floats) -> Floats:
        """The first derivative of `log_density`."""
        win, tie, imagined, equals = _chances(point)
        of_strength = (self.wins - self.wins.T - self.votes * (win - win.T)).sum(1) / 2 + 0.5 - imagined
        of_tie = (self.ties - self.votes * tie).sum() / 2 + 0.5 - 1.5 * equals
        return np.append(of_strength, of_tie)

    def information(self, point: Floats) -> tuple[Floats, Floats]:
        """The negative second derivative of `log_density`, and how much of it is the prior's."""
        win, tie, imagined, equals = _chances(point)
        edges = self.votes * vote_information(win, tie)
        mixed = -(self.votes * (win - win.T) * tie).sum(1, keepdims=True) / 2
        of_tie = np.full((1, 1), (self.votes * tie * (1 - tie)).sum() / 2)
        data = np.block([[np.diag(edges.sum(1)) - edges, mixed], [mixed.T, of_tie]])
        prior = np.diag(np.append(imagined * (1 - imagined), 1.5 * equals * (1 - equals)))
        return data + prior, prior

    def mode(self) -> Floats:
        """The likeliest point, by Newton's method; a step that gains too little is halved (Armijo's rule)."""
        point = np.zeros(len(self.wins) + 1)
        for _ in range(_STEPS):
            gradient = self.gradient(point)
            step = np.linalg.solve(self.information(point)[0], gradient)
            promised = float(gradient @ step)
            if promised < _ENOUGH:
                break
            density = self.log_density(point)
            while self.log_density(point + step) < density + 0.1 * promised and promised > _ENOUGH:
                step, promised = step / 2, promised / 2
            point = point + step
        return point


def vote_information(win: Floats, tie: Floats) -> Floats:
    """Return how much one vote tells about a difference in strength: the Fisher information, at most a quarter."""
    balance = 2 * win + tie - 1  # wins minus losses
    return (1 - tie - balance**2) / 4


def _chances(point: Floats) -> tuple[Floats, Floats, Floats, float]:
    """Of a win and a tie between all candidates, of a win against the imagined one, and of a tie between equals."""
    strength, log_tie = point[:-1], float(point[-1])
    win, tie = outcome_chances(strength[:, None] - strength, log_tie)
    return win, tie, np.exp(-np.logaddexp(0.0, -strength)), float(outcome_chances(0.0, log_tie)[1])
