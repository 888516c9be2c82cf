"""What a step of a take works with, and what it keeps for the next step."""

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
from .polling import LIVE_FLOOR_S, PRACTICE_FLOOR_S, PollLimiter, PollSchedule

_BACK_OFF_S = (2.0, 60.0)
_LOCAL_S = 2.0  # what a service on this machine is waited for at most, unless it asks for more itself


@dataclass(frozen=True)
class StepContext:
    """What a step works with.

    Attributes
    ----------
    store, folder
        The library.
    client
        Gives the client for a take; may take some tenths of a second.
    schedule
        Says when to poll again.
    limits
        How many takes an account on a service may run at once.
    claims
        Which take has which prediction, over all libraries of this machine.
    limiter
        Spaces out the polls of all takes.
    """

    store: Store
    folder: Path
    client: Callable[[Record], Client]
    schedule: PollSchedule
    limits: Callable[[str], Limits]
    claims: Claims
    limiter: PollLimiter = field(default_factory=PollLimiter)


@dataclass
class StepMemory:
    """What a step keeps for the next step of the same take. All of it may be lost with the process.

    Attributes
    ----------
    outcome
        How the submit ended, while that could not be written down yet.
    address
        Where the clip is, by the service's last answer.
    fetched
        The fraction of the file that is here, 0 to 1.
    booked
        Whether the moment of the next poll is booked.
    failures
        Steps in a row that failed; those that only waited don't count.
    waited
        Whether the last step only waited for its turn.
    local
        Whether its service runs on this machine. As long as its row could not be read, nothing was asked of any.
    missing_since
        Since when polls find nothing, on the monotonic clock, in seconds.
    sent_by
        How far the wall clock was ahead of the monotonic one when the submit was sent, in seconds; None where another
        process sent it.
    lost_at
        When this process learned that the submit's answer was lost, on the monotonic clock, in seconds.
    tries
        The files that were refused.
    """

    outcome: Outcome | None = None
    address: str | None = None
    fetched: float = 0.0
    booked: bool = False
    failures: int = 0
    waited: bool = False
    local: bool = True
    missing_since: float | None = None
    sent_by: float | None = None
    lost_at: float | None = None
    tries: Tries = field(default_factory=Tries)

    def note_clock(self) -> None:
        """Note by which clock the submit is sent."""
        self.sent_by = _ahead()

    def clock_set_by(self) -> float | None:
        """How far the wall clock was set since the submit was sent, in seconds; None where nobody can say.

        A computer that slept may count as one whose clock was set: a clock that stood still can't be told from that.
        """
        return None if self.sent_by is None else _ahead() - self.sent_by

    def missing_for(self) -> float:
        """Return the seconds for which polls have found nothing, this one included."""
        now = time.monotonic()
        if self.missing_since is None:
            self.missing_since = now
        return now - self.missing_since


def _ahead() -> float:
    return time.time() - time.monotonic()


def back_off(failures: int) -> float:
    """Return the seconds to wait after so many failures in a row: twice as long each time, up to a minute."""
    low, high = _BACK_OFF_S
    return min(low * 2.0 ** min(failures - 1, 10), high)


def patience(failures: int, *, local: bool, wanted: float | None = None) -> float:
    """Return the seconds after which a service is asked again that asked for patience, or failed.

    Parameters
    ----------
    failures
        How often in a row, this time included.
    local
        Whether the service runs on this machine.
    wanted
        Seconds that the service asks for; None where it does not say. It is given so much at least, and more where it
        asks again and again: "0" is no leave to ask without end.
    """
    if local:
        least = min(PRACTICE_FLOOR_S * 2.0 ** min(failures - 1, 10), _LOCAL_S)
    else:
        least = max(back_off(failures), LIVE_FLOOR_S)
    return least if wanted is None else max(wanted, least)
