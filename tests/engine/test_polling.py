from __future__ import annotations

import itertools
import math
import random
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kling_widget.engine.forecast import LIVE, Observed, learn
from kling_widget.engine.polling import LIVE_FLOOR_S, LearnedSchedule, PollLimiter, until_poll
from kling_widget.request.money import micros
from kling_widget.store import Record, TakeId

SERVICE = "https://api.wavespeed.ai"
TAKE = Record(
    id=TakeId("t1"),
    service=SERVICE,
    model="m",
    inputs={},
    words="a",
    seconds=5,
    state="processing",
    confirmed_at=0,
    accepted_at=1000,
    estimate=micros("0.56"),
)


def schedule(*seconds: float, chance: float = 0.0) -> LearnedSchedule:
    known = [Observed(SERVICE, "m", 5, False, s) for s in seconds]
    return LearnedSchedule(lambda before: known, chance=lambda: chance)


@given(
    st.lists(st.floats(1, 2000), max_size=40),
    st.lists(st.integers(0, 10_000_000), min_size=2, max_size=20),
    st.lists(st.floats(0, 1), max_size=3).map(sorted),
)
def test_the_bar_never_runs_backwards_and_is_never_full_before_the_file_is_here(
    durations: list[float], moments: list[int], parts: Sequence[float]
) -> None:
    learned = schedule(*durations)
    bars = [learned.progress(TAKE, now, 0.0).fraction for now in sorted(moments)]
    loading = replace(TAKE, state="downloading")
    bars += [learned.progress(loading, max(moments), part).fraction for part in parts]
    assert all(later >= bar - 1e-9 for bar, later in itertools.pairwise(bars))
    assert 0 <= min(bars) <= max(bars) < 1
    assert learned.progress(replace(TAKE, state="completed", saved_at=5), 10**9, 0).fraction == 1


def test_a_download_that_begins_again_takes_nothing_back() -> None:
    learned, loading = schedule(), replace(TAKE, state="downloading")
    bars = [learned.progress(loading, 1000, part).fraction for part in (0.0, 0.6, 0.0, 0.3, 0.9)]
    assert bars == sorted(bars)
    assert bars[1] == bars[2] == bars[3] < bars[4] < 1


def test_a_take_that_is_late_is_called_so_and_its_bar_still_moves() -> None:
    learned = schedule(*[60.0, 62.0, 64.0, 66.0, 70.0] * 3)
    on_time, late, later = (learned.progress(TAKE, now, 0.0) for now in (61_000, 150_000, 300_000))
    assert (on_time.late, late.late) == (False, True)
    assert late.fraction < later.fraction < 0.96
    assert late.high is not None
    assert late.high > 150


def test_the_range_counts_from_the_confirmation_and_says_what_it_rests_on() -> None:
    early = schedule(*[60.0] * 12).progress(TAKE, 2000, 0.0)
    assert early.takes == 12
    assert early.low is not None
    assert early.high is not None
    assert 40 < early.low < 61 < early.high < 90


@pytest.mark.parametrize(
    ("state", "phase"),
    [
        ("intent", "sending"),
        ("sending", "sending"),
        ("accepted", "queued"),
        ("created", "queued"),
        ("processing", "rendering"),
        ("downloading", "downloading"),
        ("completed", "done"),
        ("failed", "trouble"),
        ("rejected", "trouble"),
        ("unknown", "unknown"),
        ("needs_you", "unknown"),
    ],
)
def test_every_state_has_its_phase(state: str, phase: str) -> None:
    record = replace(TAKE, state=state)  # type: ignore[arg-type]  # the parameters are states
    assert schedule().progress(record, 1000, 0).phase == phase


@given(st.lists(st.floats(1, 2000), max_size=20), st.integers(0, 10_000_000), st.floats(0, 1))
def test_a_live_service_is_asked_no_faster_than_its_vendor_wants(known: list[float], now: int, chance: float) -> None:
    wait = schedule(*known, chance=chance).next_poll(TAKE, now)
    assert LIVE_FLOOR_S <= wait <= 1.1 * 38


def test_all_takes_of_a_service_share_a_cap() -> None:
    now = [100.0]
    limiter = PollLimiter(10.0, clock=lambda: now[0])
    assert [round(limiter.book("a"), 3) for _ in range(4)] == [0.0, 0.1, 0.2, 0.3]
    assert limiter.book("b") == 0.0
    now[0] += 0.35
    assert [round(limiter.book("a"), 3) for _ in range(2)] == [0.05, 0.15]
    now[0] += 60
    assert limiter.book("a") == 0.0


def test_a_forecast_rests_on_what_was_known_when_the_take_was_confirmed() -> None:
    asked: list[int] = []

    def seen(before: int) -> list[Observed]:
        asked.append(before)
        return []

    learned = LearnedSchedule(seen)
    for now in (1000, 2000, 3000):
        learned.progress(replace(TAKE, confirmed_at=77), now, 0)
    assert asked == [77]


def watched(rng: random.Random, known: list[Observed], done: float, wait: float | None = None) -> tuple[int, float]:
    """Polls of a take after its submit, and the seconds that it goes unnoticed."""
    forecast = learn(LIVE, known, Observed(SERVICE, "m", 5, False, 0))
    polls, now = 0, 0.0
    while now < done:
        now += wait or until_poll(forecast, now) * rng.uniform(1.0, 1.1)
        polls += 1
    return polls, now - done


def some(rng: random.Random, median: float, number: int) -> list[Observed]:
    return [Observed(SERVICE, "m", 5, False, median * math.exp(rng.gauss(0, 0.25))) for _ in range(number)]


def test_a_take_of_two_minutes_needs_at_most_twelve_polls_and_is_noticed_after_some_three_seconds() -> None:
    rng = random.Random(1974)
    found = [watched(rng, some(rng, 120, 20), 120 * math.exp(rng.gauss(0, 0.25))) for _ in range(600)]
    polls, delays = zip(*found, strict=True)
    assert sum(polls) / len(found) <= 12
    assert sum(delays) / len(found) <= 3.6


@pytest.mark.parametrize(
    ("before", "number", "after"),
    [(1, 0, 40), (1, 0, 120), (1, 0, 600), (300, 20, 120), (40, 20, 120), (120, 20, 240), (240, 20, 80)],
)
def test_where_durations_are_unknown_or_have_shifted_a_take_is_noticed_almost_as_soon_as_by_a_poll_every_5_s(
    before: float, number: int, after: float
) -> None:
    rng = random.Random(1974)
    ours, steady = [], []
    for _ in range(100):
        known = some(rng, before, number)
        for _ in range(8 if {before, after} in ({120, 240}, {240, 80}) else 1):
            done = after * math.exp(rng.gauss(0, 0.25))
            ours.append(watched(rng, known, done))
            steady.append(watched(rng, known, done, 5.0))
            known = [Observed(SERVICE, "m", 5, False, done + ours[-1][1]), *known]
    (polls, delays), (most, least) = zip(*ours, strict=True), zip(*steady, strict=True)
    assert sum(polls) <= sum(most)
    assert sum(delays) <= 1.5 * max(sum(least), 2.5 * len(least))  # a steady poll needs 2.5 s, by chance less or more
