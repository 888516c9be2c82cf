"""How many submits a minute, and takes at once, an account was found to take, as a plain value."""

from __future__ import annotations

from dataclasses import dataclass, replace

from .record import Limits

MINUTE_MS = 60_000
"""The minute in which an account takes so many, in milliseconds."""

CLIMB_MS = 5 * 60_000
"""How long nothing must be sent back for a step up, in milliseconds."""

_MOST_PATIENCE_MS = 15 * 60_000  # a moment further ahead is from before the clock was set back


@dataclass(frozen=True)
class Learned:
    """What an account was found to take.

    Attributes
    ----------
    a_minute
        Submits in a minute, when the service last sent one back.
    at, until
        When that was, and until when the service asked for patience, in milliseconds since the epoch.
    at_once
        Takes at a time; None where nothing says that fewer run at once than the account's level allows.
    """

    a_minute: int
    at: int
    until: int
    at_once: int | None = None

    def now(self, now: int) -> int:
        """Return how many a minute are tried by now: a step more, a quarter, for each time of peace."""
        return self._climbed(self.a_minute, now)

    def within(self, limits: Limits, now: int) -> Limits:
        """Return the limits of the account's level, or less."""
        held = replace(limits, a_minute=_least(limits.a_minute, self.now(now)))
        if self.at_once is None:
            return held
        return replace(held, at_once=_least(limits.at_once, self._climbed(self.at_once, now)))

    def _climbed(self, most: int, now: int) -> int:
        return most + max(1, most // 4) * (max(0, now - self.at) // CLIMB_MS)

    def patience(self, now: int) -> float:
        """Return how many seconds the service still asks to wait; 0 where it does not."""
        left = self.until - now
        return left / 1000 if 0 < left <= _MOST_PATIENCE_MS else 0.0


def _least(level: int | None, most: int) -> int:
    return most if level is None else min(level, most)
