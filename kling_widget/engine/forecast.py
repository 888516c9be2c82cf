"""How long a take will need, learned from the library's own takes.

The time from accepted to finished is taken as log-normal. What is not known, its mean and its spread, carries a
Normal-Inverse-Gamma prior, which each finished take sharpens. Groups lend to narrower ones: all takes of a service
teach what a model needs, those of a model what this length and sound need; each loan counts as a few takes at most, so
that the narrow group's own takes soon decide. A take that failed after some time says only that it would have needed
longer.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from statistics import NormalDist

_STANDARD = NormalDist()

LOAN = 2.0
"""How many takes of its own a wider group's word is worth to a narrower one."""

FORGET = 0.93
"""What each further take back counts, times the one after it: a service that changes is followed in a dozen takes."""

_LOG_FARTHEST = math.log(1e7)  # of seconds: no forecast is longer
_ROOT_2 = math.sqrt(2.0)
_FAR = 30.0  # deviations from the centre, beyond which the tail is as good as exponential
_RECENT, _FEW, _APART = 8, 3, 2.6  # the last takes, how many are enough, and how far they may differ


@dataclass(frozen=True)
class Observed:
    """What one finished take showed.

    Attributes
    ----------
    seconds
        From accepted to finished.
    censored
        Whether it failed then, so that it only would have needed longer.
    """

    service: str
    model: str
    length: int
    sound: bool
    seconds: float
    censored: bool = False


@dataclass(frozen=True)
class Belief:
    """A Normal-Inverse-Gamma belief about the logarithm of seconds.

    Attributes
    ----------
    mean, weight
        The expected logarithm, and how many takes that rests on.
    shape, scale
        Of the Inverse-Gamma on the variance: expected variance is ``scale / (shape - 1)``.
    """

    mean: float
    weight: float
    shape: float
    scale: float

    def updated(self, found: Sequence[tuple[float, float, float]]) -> Belief:
        """The belief after observations: each a logarithm, its variance where it is a guess, and what it counts."""
        total = sum(count for _, _, count in found)
        if not total:
            return self
        mean = sum(x * count for x, _, count in found) / total
        spread = sum(((x - mean) ** 2 + variance) * count for x, variance, count in found)
        weight = self.weight + total
        apart = self.weight * total * (mean - self.mean) ** 2 / weight
        return Belief(
            mean=(self.weight * self.mean + total * mean) / weight,
            weight=weight,
            shape=self.shape + total / 2,
            scale=self.scale + (spread + apart) / 2,
        )

    def lent(self) -> Belief:
        """The same belief, resting on a few takes at most: what a wider group lends."""
        shape = min(self.shape, 1.0 + LOAN)
        return Belief(self.mean, min(self.weight, LOAN), shape, self.scale * shape / self.shape)

    @property
    def forecast(self) -> Forecast:
        """What the next take needs."""
        scale = math.sqrt(self.scale * (self.weight + 1) / (self.shape * self.weight))
        return Forecast(self.mean, scale * _widened(2 * self.shape))


def _widened(dof: float) -> float:
    """Return what makes the middle 80 % of a normal as wide as that of Student's t, which the belief implies.

    Cornish and Fisher's expansion (Abramowitz and Stegun, 26.7.5), cut after its second term: within 0.3 % from four
    degrees of freedom on. Less than four the priors never have.
    """
    square = _STANDARD.inv_cdf(0.9) ** 2
    return 1 + (square + 1) / (4 * dof) + (5 * square**2 + 16 * square + 3) / (96 * dof**2)


@dataclass(frozen=True)
class Forecast:
    """The predicted time of one take: its logarithm is normal.

    Attributes
    ----------
    center, scale
        Of the logarithm of seconds.
    takes
        How many finished takes like it that rests on.
    settled
        The shortest and the longest of the last takes like it, in seconds; None while they are fewer than three, or
        differ so much that the service seems to have changed.
    """

    center: float
    scale: float
    takes: int = 0
    settled: tuple[float, float] | None = None

    def quantile(self, level: float, elapsed: float = 0.0) -> float:
        """Return the total in seconds that this share of takes stays under, of those that need over ``elapsed``."""
        if elapsed <= 0:
            z = _STANDARD.inv_cdf(level)
        elif (now := (math.log(elapsed) - self.center) / self.scale) > _FAR:
            z = now - math.log(1.0 - level) / now
        else:
            left = (1.0 - level) * 0.5 * math.erfc(now / _ROOT_2)
            z = -_STANDARD.inv_cdf(left)
        return max(elapsed, math.exp(min(self.center + self.scale * z, _LOG_FARTHEST)))

    @cached_property
    def late(self) -> float:
        """Seconds that 95 % of takes stay under."""
        return self.quantile(0.95)

    def share(self, elapsed: float) -> float:
        """Return elapsed over the expected total: it rises from 0 towards 1 and never falls.

        The hazard of a normal always rises, so that the median of what remains, counted in the logarithm, shrinks.
        """
        return elapsed / self.quantile(0.5, elapsed) if elapsed > 0 else 0.0


LIVE = Belief(math.log(150), 1.0, 2.0, 0.3)
"""Before anything is learned: about 150 s, give or take a factor of two; accounts range from 90 s to 15 min."""

PRACTICE = Belief(math.log(3.5), 1.0, 2.0, 0.2)
"""The practice server's default is a median of 3 s, and a clip has to be drawn."""


def learn(prior: Belief, seen: Iterable[Observed], wanted: Observed) -> Forecast:
    """Forecast a take like ``wanted`` (its ``seconds`` do not matter) from takes seen, newest first."""
    same = [o for o in seen if o.service == wanted.service and o.seconds > 0]
    model = [o for o in same if o.model == wanted.model]
    like = [o for o in model if (o.length, o.sound) == (wanted.length, wanted.sound)]
    belief = prior
    for group in (same, model):
        belief = _taught(belief, group).lent()
    finished = [o.seconds for o in like if not o.censored]
    return replace(_taught(belief, like).forecast, takes=len(finished), settled=_settled(finished[:_RECENT]))


def _settled(recent: Sequence[float]) -> tuple[float, float] | None:
    if len(recent) < _FEW or max(recent) > _APART * min(recent):
        return None
    return min(recent), max(recent)


def _taught(belief: Belief, group: Sequence[Observed]) -> Belief:
    counts = [FORGET**age for age in range(len(group))]
    whole = [(math.log(o.seconds), 0.0, n) for o, n in zip(group, counts, strict=True) if not o.censored]
    first = belief.updated(whole)
    cut = [(*_had_it_gone_on(first, math.log(o.seconds)), n) for o, n in zip(group, counts, strict=True) if o.censored]
    return belief.updated(whole + cut) if cut else first


def _had_it_gone_on(belief: Belief, log_seconds: float) -> tuple[float, float]:
    """Mean and variance of a normal beyond where it was cut: what a failed take would have needed."""
    spread = math.sqrt(belief.scale / belief.shape)
    z = max(min((log_seconds - belief.mean) / spread, 30.0), -30.0)
    left = 0.5 * math.erfc(z / math.sqrt(2))
    ratio = _STANDARD.pdf(z) / left if left > 1e-200 else z
    return belief.mean + spread * ratio, max(spread**2 * (1 + z * ratio - ratio**2), 0.0)
