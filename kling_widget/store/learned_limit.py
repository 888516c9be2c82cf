"""How many submits a minute an account was found to take, as a plain value."""

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
    """

    a_minute: int
    at: int
    until: int

    def now(self, now: int) -> int:
        """Return how many a minute are tried by now: a step more, a quarter, for each time of peace."""
        return self.a_minute + max(1, self.a_minute // 4) * (max(0, now - self.at) // CLIMB_MS)

    def within(self, limits: Limits, now: int) -> Limits:
        """Return the limits of the account's level, or less."""
        most = self.now(now)
        return replace(limits, a_minute=most if limits.a_minute is None else min(limits.a_minute, most))

    def patience(self, now: int) -> float:
        """Return how many seconds the service still asks to wait; 0 where it does not."""
        left = self.until - now
        return left / 1000 if 0 < left <= _MOST_PATIENCE_MS else 0.0
