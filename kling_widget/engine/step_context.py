"""What every step of a take works with, and what it may leave for the next one."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from ..service.client import Client
from ..service.refused_files import Tries
from ..service.submit_outcome import Outcome
from ..store import Limits, Record, Store
from ..store.claims import Claims
from .polling import LookCap, Pace

_BACK_OFF_S = (2.0, 60.0)


@dataclass(frozen=True)
class StepContext:
    """What a step works with.

    Attributes
    ----------
    store, folder
        The library.
    client
        Gives the client for a take; may take some tenths of a second.
    pace
        Says when to look again.
    limits
        What an account on a service may have under way.
    claims
        Which take has which prediction, over all libraries of this machine.
    cap
        The cap on looks that all takes share.
    """

    store: Store
    folder: Path
    client: Callable[[Record], Client]
    pace: Pace
    limits: Callable[[str], Limits]
    claims: Claims
    cap: LookCap = field(default_factory=LookCap)


@dataclass
class StepMemory:
    """What a step leaves for the next one of the same take. All of it may be lost with the process.

    Attributes
    ----------
    outcome
        How the submit ended, while that could not be written down yet.
    address
        Where the clip lies, as the service said last.
    fetched
        The part of the file that is here, 0 to 1.
    booked
        Whether the moment of the next look is booked.
    failures
        Steps in a row that failed.
    missing_since
        Since when looks find nothing, on the monotonic clock, in seconds.
    lost_at
        When this process learned that the submit's answer was lost, on the monotonic clock, in seconds.
    tries
        The files that came and were no clip.
    """

    outcome: Outcome | None = None
    address: str | None = None
    fetched: float = 0.0
    booked: bool = False
    failures: int = 0
    missing_since: float | None = None
    lost_at: float | None = None
    tries: Tries = field(default_factory=Tries)

    def missing_for(self) -> float:
        """Seconds for which looks have found nothing, this one included."""
        now = time.monotonic()
        if self.missing_since is None:
            self.missing_since = now
        return now - self.missing_since


def back_off(failures: int) -> float:
    """Seconds to wait after so many failures in a row: twice as long each time, up to a minute."""
    low, high = _BACK_OFF_S
    return min(low * 2.0 ** min(failures - 1, 10), high)
