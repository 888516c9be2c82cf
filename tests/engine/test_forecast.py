"""Calibration by simulation, with fixed seeds: does an 80 % range hold 80 % of takes, whatever the world is like?"""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kling_widget.engine.forecast import LIVE, PRACTICE, Observed, learn

WANTED = Observed("s", "m", 5, False, 0.0)


def seen(rng: random.Random, number: int, median: float, spread: float, **other: object) -> list[Observed]:
    base = {"service": "s", "model": "m", "length": 5, "sound": False, **other}
    return [Observed(seconds=median * math.exp(rng.gauss(0, spread)), **base) for _ in range(number)]  # type: ignore[arg-type]  # fields by name


def coverage(number: int, median: float, spread: float, rounds: int = 800) -> float:
    rng = random.Random(20261122)
    inside = 0
    for _ in range(rounds):
        forecast = learn(LIVE, seen(rng, number, median, spread), WANTED)
        inside += forecast.quantile(0.1) <= median * math.exp(rng.gauss(0, spread)) <= forecast.quantile(0.9)
    return inside / rounds


@pytest.mark.parametrize(
    ("median", "spread"),  # the prior says 150: too high, about right, far too low
    [(40.0, 0.3), (120.0, 0.15), (120.0, 0.3), (120.0, 0.6), (600.0, 0.3)],
)
def test_an_80_percent_range_covers_75_to_85_percent_once_a_dozen_takes_are_known(median: float, spread: float) -> None:
    assert 0.75 <= coverage(20, median, spread) <= 0.85 + 0.02  # 0.02: two standard errors of the simulation


@pytest.mark.parametrize("number", [1, 2, 3, 4, 5])
def test_it_covers_as_much_after_a_few_takes(number: int) -> None:
    assert 0.75 <= coverage(number, 120, 0.3) <= 0.85 + 0.02


@given(st.lists(st.tuples(st.floats(1, 3000), st.booleans()), max_size=30), st.floats(0.1, 1e5), st.floats(1.0, 3.0))
def test_the_share_rises_and_never_reaches_one(known: list[tuple[float, bool]], elapsed: float, later: float) -> None:
    forecast = learn(LIVE, [Observed("s", "m", 5, False, t, c) for t, c in known], WANTED)
    assert 0 <= forecast.share(0.0) <= forecast.share(elapsed) <= forecast.share(elapsed * later) + 1e-9
    assert forecast.share(elapsed * later) <= 1


@given(st.lists(st.floats(1, 3000), max_size=30), st.floats(0, 1e4))
def test_quantiles_are_in_order_and_never_in_the_past(known: list[float], elapsed: float) -> None:
    forecast = learn(LIVE, [Observed("s", "m", 5, False, t) for t in known], WANTED)
    points = [forecast.quantile(part, elapsed) for part in (0.05, 0.1, 0.5, 0.9, 0.95)]
    assert points == sorted(points)
    assert points[0] >= elapsed
    assert all(math.isfinite(p) for p in points)


def test_groups_lend_to_narrower_ones_and_their_own_takes_decide() -> None:
    rng = random.Random(7)
    others = seen(rng, 30, 300, 0.2, length=15, sound=True)
    lent = learn(LIVE, others, WANTED)
    assert lent.takes == 0
    assert 200 < lent.quantile(0.5) < 320
    own = learn(LIVE, seen(rng, 12, 60, 0.2) + others, WANTED)
    assert own.takes == 12
    assert 50 < own.quantile(0.5) < 85
    elsewhere = learn(LIVE, [Observed("other", "m", 5, False, 9.0)] * 40, WANTED)
    assert elsewhere == learn(LIVE, [], WANTED)


def test_a_service_that_became_slower_is_followed() -> None:
    rng = random.Random(3)
    before, after = seen(rng, 60, 60, 0.2), seen(rng, 30, 180, 0.2)
    assert 120 < learn(LIVE, after + before, WANTED).quantile(0.5) < 200


def test_failures_say_that_a_take_would_have_needed_longer() -> None:
    rng = random.Random(5)
    whole = seen(rng, 10, 100, 0.2)
    cut = [Observed("s", "m", 5, False, 160.0, censored=True)] * 5
    with_failures = learn(LIVE, cut + whole, WANTED)
    assert with_failures.quantile(0.5) > learn(LIVE, whole, WANTED).quantile(0.5)
    early = [Observed("s", "m", 5, False, 2.0, censored=True)] * 5
    assert learn(LIVE, early + whole, WANTED).quantile(0.5) == pytest.approx(
        learn(LIVE, whole, WANTED).quantile(0.5), rel=0.15
    )


def test_priors_say_what_accounts_say_before_anything_is_learned() -> None:
    assert 60 < learn(LIVE, [], WANTED).quantile(0.1) < 150 < learn(LIVE, [], WANTED).quantile(0.9) < 900
    assert 1 < learn(PRACTICE, [], WANTED).quantile(0.5) < 10
