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
from dataclasses import dataclass
from statistics import NormalDist

from . import student

_STANDARD = NormalDist()

LOAN = 2.0
"""How many takes of its own a wider group's word is worth to a narrower one."""

FORGET = 0.93
"""What each further take back counts, times the one after it: a service that changes is followed in a dozen takes."""

_FARTHEST = 1e7  # seconds: no forecast is longer


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

    def told(self, found: Sequence[tuple[float, float, float]]) -> Belief:
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
        """What the next take will need."""
        scale = math.sqrt(self.scale * (self.weight + 1) / (self.shape * self.weight))
        return Forecast(self.mean, scale, 2 * self.shape)


@dataclass(frozen=True)
class Forecast:
    """The predicted time of one take: its logarithm is Student's t.

    Attributes
    ----------
    center, scale, dof
        Of the t distribution of the logarithm of seconds.
    takes
        How many finished takes like it that rests on.
    """

    center: float
    scale: float
    dof: float
    takes: int = 0

    def quantile(self, part: float, elapsed: float = 0.0) -> float:
        """The total in seconds that this part of takes stays under, of those that have needed ``elapsed`` already."""
        left = (1.0 - part) * (student.survival(self._z(elapsed), self.dof) if elapsed > 0 else 1.0)
        if left <= 1e-280:
            return max(elapsed, _FARTHEST)
        z = student.above(min(left, 1.0 - 1e-12), self.dof)
        return max(elapsed, math.exp(min(self.center + self.scale * z, math.log(_FARTHEST))))

    def hazard(self, seconds: float) -> float:
        """The chance, per second, that a take which has needed so long is finished in the next moment."""
        if seconds <= 0:
            return 0.0
        z = self._z(seconds)
        left = student.survival(z, self.dof)
        return student.density(z, self.dof) / (self.scale * seconds * left) if left > 1e-280 else self.dof / seconds

    def share(self, elapsed: float) -> float:
        """Elapsed over the expected total: rises from 0 towards 1 and never falls.

        The normal with the spread of the t is used: its hazard always rises, so that the median of what remains,
        counted in the logarithm, always shrinks. The t's own tail would let the bar run backwards.
        """
        if elapsed <= 0:
            return 0.0
        scale = self.scale * math.sqrt(self.dof / (self.dof - 2) if self.dof > 2.2 else 11.0)
        z = (math.log(elapsed) - self.center) / scale
        left = 0.5 * math.erfc(z / math.sqrt(2))
        if left < 1e-290:
            return 1.0
        if left > 0.999999:
            return elapsed / math.exp(self.center)
        return math.exp(scale * (z + _STANDARD.inv_cdf(left / 2)))

    def _z(self, seconds: float) -> float:
        return (math.log(seconds) - self.center) / self.scale


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
    forecast = _taught(belief, like).forecast
    return Forecast(forecast.center, forecast.scale, forecast.dof, sum(not o.censored for o in like))


def _taught(belief: Belief, group: Sequence[Observed]) -> Belief:
    counts = [FORGET**age for age in range(len(group))]
    whole = [(math.log(o.seconds), 0.0, n) for o, n in zip(group, counts, strict=True) if not o.censored]
    first = belief.told(whole)
    cut = [(*_had_it_gone_on(first, math.log(o.seconds)), n) for o, n in zip(group, counts, strict=True) if o.censored]
    return belief.told(whole + cut) if cut else first


def _had_it_gone_on(belief: Belief, log_seconds: float) -> tuple[float, float]:
    """Mean and variance of a normal beyond where it was cut: what a failed take would have needed."""
    spread = math.sqrt(belief.scale / belief.shape)
    z = max(min((log_seconds - belief.mean) / spread, 30.0), -30.0)
    left = 0.5 * math.erfc(z / math.sqrt(2))
    ratio = _STANDARD.pdf(z) / left if left > 1e-200 else z
    return belief.mean + spread * ratio, max(spread**2 * (1 + z * ratio - ratio**2), 0.0)
