"""Student's t distribution, as far as forecasting needs it: survival, density, quantiles, far into the tails."""

from __future__ import annotations

import math

_TINY = 1e-300


def survival(x: float, dof: float) -> float:
    """The probability of a value above ``x``."""
    half = 0.5 * _incomplete_beta(dof / 2, 0.5, dof / (dof + x * x))
    return half if x >= 0 else 1.0 - half


def density(x: float, dof: float) -> float:
    """The probability density at ``x``."""
    log = math.lgamma((dof + 1) / 2) - math.lgamma(dof / 2) - 0.5 * math.log(dof * math.pi)
    return math.exp(log - (dof + 1) / 2 * math.log1p(x * x / dof))


def above(probability: float, dof: float) -> float:
    """The value that is exceeded with this probability (0 < probability < 1)."""
    if probability > 0.5:
        return -above(1.0 - probability, dof)
    low, high = 0.0, 1.0
    while survival(high, dof) > probability:
        low, high = high, high * 2
        if high > 1e150:  # heavier than any tail that a duration has
            return high
    for _ in range(60):
        middle = (low + high) / 2
        if survival(middle, dof) > probability:
            low = middle
        else:
            high = middle
        if high - low <= 1e-9 * high:
            break
    return (low + high) / 2


def _incomplete_beta(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function, by its continued fraction (Abramowitz and Stegun, 26.5.8)."""
    if x <= 0.0:
        return 0.0
    if x >= 1.0:
        return 1.0
    if x > (a + 1) / (a + b + 2):  # the fraction converges quickly on one side only
        return 1.0 - _incomplete_beta(b, a, 1.0 - x)
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x) - math.log(a)
    )
    # Evaluated forwards after Lentz: each step multiplies by the ratio of two running terms.
    c, d = 1.0, 1.0 / _away_from_zero(1.0 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, 300):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            d = 1.0 / _away_from_zero(1.0 + term * d)
            c = _away_from_zero(1.0 + term / c)
            value *= c * d
        if abs(c * d - 1.0) < 1e-13:
            break
    return front * value


def _away_from_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
