"""When to poll a take, and how far it is: arithmetic over a record, the clock and how long earlier takes needed.

A poll costs the service a request; a late poll costs the person a wait. Polls are rare while earlier takes show that
this one can't be done yet, and steady afterwards. The service may have changed, so the rare polls end soon.
"""

from __future__ import annotations

import math
import random
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from ..request.states import UNCERTAIN
from ..store import Record, TakeId
from .forecast import LIVE, PRACTICE, Forecast, Observed, learn

Phase = Literal["sending", "queued", "rendering", "downloading", "done", "trouble", "unknown"]

LIVE_FLOOR_S = 5.0
"""Seconds between polls of one take on a live service, at least: the vendor's own advice."""

POLLS_A_SECOND = 10.0
"""Polls a second of all takes of a live service together. The vendor names no number; this one is modest."""

PRACTICE_FLOOR_S, PRACTICE_CEILING_S = 0.1, 0.5
"""Seconds between polls on a practice server, at least and at most: it is on this machine."""

LEARNED_S, UNLEARNED_S = 5.7, 6.5
"""Seconds between polls of a take with finished takes like it, and of one without, or that is overdue."""

_EARLY_FRACTION, _EARLY_S, _RARE_S = 0.9, 74.0, 37.0
"""Polls are rare before this fraction of the shortest recent take, at most so many seconds; then how far apart."""

_JITTER = 0.1  # waits are stretched by up to this fraction, so that the polls of many takes do not coincide
_RENDERED, _FETCHED = 0.95, 0.99  # how far the bar is when the service is done, and when the last byte is here
_REMEMBERED = 2000  # takes whose forecast and bar are kept

_MIDDLE = (0.1, 0.9)  # the range that is shown holds 80 % of takes


@dataclass(frozen=True)
class Progress:
    """How far a take is.

    Attributes
    ----------
    phase
        What happens now.
    fraction
        0 to 1; it never runs backwards, and is 1 only when the file is on disk.
    elapsed
        Seconds since the person confirmed it, till the end where it has ended.
    low, high
        The total in seconds, counted as ``elapsed`` is, that the middle 80 % of takes like this need; None before the
        service has it.
    takes
        How many finished takes like this one the range rests on.
    late
        Whether it takes longer than 95 % were expected to.
    """

    phase: Phase
    fraction: float
    elapsed: float
    low: float | None = None
    high: float | None = None
    takes: int = 0
    late: bool = False


class PollSchedule(Protocol):
    """Decides when to poll a take, and how far it is."""

    def next_poll(self, record: Record, now: int) -> float:
        """Return the seconds until the next poll of this take; ``now`` is in milliseconds since the epoch."""

    def progress(self, record: Record, now: int, fetched: float) -> Progress:
        """Return how far this take is; ``fetched`` is the fraction of its file that is here, 0 to 1."""


class PollLimiter:
    """Spaces out the polls of all takes of a service, however many they are.

    Parameters
    ----------
    a_second
        Polls a second.
    clock
        A monotonic clock, in seconds.
    """

    def __init__(self, a_second: float = POLLS_A_SECOND, clock: Callable[[], float] = time.monotonic) -> None:
        self._apart, self._clock = 1.0 / a_second, clock
        self._lock = threading.Lock()
        self._next: dict[str, float] = {}

    def book(self, service: str) -> float:
        """Book the next free moment for a poll of a service; return the seconds until it."""
        now = self._clock()
        with self._lock:
            moment = max(now, self._next.get(service, now))
            self._next[service] = moment + self._apart
        return moment - now


class LearnedSchedule:
    """Polls when a take is likely to be done, as takes like it have shown.

    Parameters
    ----------
    seen
        Gives what takes that had ended before a moment (milliseconds since the epoch) showed, newest first. A take's
        forecast rests on what was known when it was confirmed: it does not jump while it runs, nor over a restart.
    chance
        Gives numbers from 0 to 1, for the jitter.
    """

    def __init__(self, seen: Callable[[int], Sequence[Observed]], chance: Callable[[], float] = random.random) -> None:
        self._seen, self._chance = seen, chance
        self._lock = threading.Lock()
        self._forecasts: OrderedDict[TakeId, Forecast] = OrderedDict()
        self._shown: OrderedDict[TakeId, float] = OrderedDict()

    def forecast(self, record: Record) -> Forecast:
        """Return how long a take is expected to need, from accepted to finished."""
        with self._lock:
            if record.id in self._forecasts:
                return self._forecasts[record.id]
        wanted = Observed(record.service, record.model, record.seconds, bool(record.inputs.get("sound")), 0.0)
        found = learn(PRACTICE if record.local else LIVE, self._seen(record.confirmed_at), wanted)
        with self._lock:
            self._forecasts[record.id] = found
            while len(self._forecasts) > _REMEMBERED:
                self._forecasts.popitem(last=False)
        return found

    def next_poll(self, record: Record, now: int) -> float:
        """Return the seconds until the next poll."""
        elapsed = _making(record, now)
        stretched = 1.0 + _JITTER * self._chance()
        if record.kind == "tool":  # some seconds: there is nothing to learn
            return (PRACTICE_CEILING_S if record.local else LIVE_FLOOR_S) * stretched
        if record.local:
            return min(max(elapsed / 10, PRACTICE_FLOOR_S), PRACTICE_CEILING_S) * stretched
        return until_poll(self.forecast(record), elapsed) * stretched

    def progress(self, record: Record, now: int, fetched: float) -> Progress:
        """Return how far this take is."""
        end = now if not record.final else record.saved_at or record.finished_at or record.confirmed_at
        elapsed = max(end - record.confirmed_at, 0) / 1000
        if record.state == "completed":
            return Progress("done", 1.0, elapsed)
        if record.final:
            return Progress("trouble", 0.0, elapsed)
        if record.state in UNCERTAIN:
            return Progress("unknown", 0.0, elapsed)
        if record.state in ("intent", "sending"):
            return Progress("sending", 0.0, elapsed)
        forecast, making = self.forecast(record), _making(record, now)
        before = max(elapsed - making, 0.0)
        low, high = (before + forecast.quantile(level, making) for level in _MIDDLE)
        late = making > forecast.late
        fraction = _RENDERED * forecast.share(making)
        phase: Phase = "rendering" if record.state == "processing" else "queued"
        if record.state == "downloading":
            phase, fraction = "downloading", _RENDERED + (_FETCHED - _RENDERED) * min(max(fetched, 0.0), 1.0)
        return Progress(phase, self._not_back(record.id, fraction), elapsed, low, high, forecast.takes, late)

    def _not_back(self, take: TakeId, fraction: float) -> float:
        """Return the fraction, or a larger one shown before: a download that starts again moves no bar back."""
        with self._lock:
            shown = self._shown[take] = max(fraction, self._shown.get(take, 0.0))
            while len(self._shown) > _REMEMBERED:
                self._shown.popitem(last=False)
        return shown


def until_poll(forecast: Forecast, elapsed: float) -> float:
    """Return the seconds until the next poll of a take of a live service."""
    if forecast.settled is None:
        return UNLEARNED_S
    shortest, longest = forecast.settled
    early = min(_EARLY_FRACTION * shortest, _EARLY_S) - elapsed
    if early > LEARNED_S:
        return early / math.ceil(early / _RARE_S)
    return LEARNED_S if elapsed <= longest else UNLEARNED_S


def _making(record: Record, now: int) -> float:
    began = record.accepted_at if record.accepted_at is not None else record.confirmed_at
    return max(now - began, 0) / 1000
