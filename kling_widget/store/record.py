"""What is known of a take, as plain values."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NewType

from .. import urls
from ..request.money import ZERO, Micros
from ..request.states import AT_SERVICE, FINAL, UNCERTAIN, State

TakeId = NewType("TakeId", str)
"""Our own name for a take: sorts by the time it was confirmed, and is safe in a file name."""

Kind = Literal["clip", "tool"]
"""What a run is for: a clip, or what a tool of the service says (an enhanced prompt, an element's id)."""

PRACTICE: Literal["practice"] = "practice"
"""The service's name of a take made on a practice server, whichever port it listened on."""

MAY_COST: frozenset[State] = AT_SERVICE | UNCERTAIN | {"sending", "completed", "deleted", "expired", "unverified"}

SHOWN = 6
"""How many digits of an account's fingerprint a person is shown."""

_DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no letter that reads like a digit


KEPT_MS = 7 * 24 * 3600 * 1000
"""How long the service keeps a clip, in milliseconds, by its documents."""


def now_ms() -> int:
    """The wall clock, in milliseconds since the epoch, UTC."""
    return time.time_ns() // 1_000_000


def fresh_id(at: int) -> TakeId:
    """Make an id for a take confirmed at ``at`` (milliseconds since the epoch)."""
    number, text = at, ""
    for _ in range(9):  # 45 bits of milliseconds last beyond the year 3000
        number, digit = divmod(number, 32)
        text = _DIGITS[digit] + text
    return TakeId("t" + text + "".join(secrets.choice(_DIGITS) for _ in range(5)))


@dataclass(frozen=True)
class Lease:
    """The right of one kernel to tend one take.

    Attributes
    ----------
    take
        The take.
    token
        A number that grows each time the take changes hands; a write with an older one is refused.
    """

    take: TakeId
    token: int


@dataclass(frozen=True)
class Limits:
    """What an account may have under way. None: as much as it likes.

    Attributes
    ----------
    at_once
        Takes at a time.
    a_minute
        Submits in any minute.
    """

    at_once: int | None = None
    a_minute: int | None = None


@dataclass(frozen=True)
class Wait:
    """Not yet: try again after so many seconds."""

    seconds: float


@dataclass(frozen=True)
class Record:
    """What the library knows of one take.

    Times are UTC, in milliseconds since the epoch; money is in micro-dollars; paths start at the library's folder.

    Attributes
    ----------
    service
        ``"practice"``, or the origin of another server (``"https://api.wavespeed.ai"``).
    words
        The prompt, or the shots' prompts.
    seconds
        The clip's asked length.
    trouble
        Empty, or what went wrong, what it means for the money, and what to do next, for a person.
    prediction, address
        The service's id for it, and where the service said its record is.
    charge, refund
        What the service's billing says; None until it said so.
    settled
        Whether nothing more is expected of billing.
    answer
        The submit's answer as it came, cut at 64 KiB.
    candidates
        Where a person must say which task is theirs: those that fit, as JSON.
    inference_ms
        How long the service says that making it took.
    kind
        A take makes a clip. A tool's run is kept beside the takes, since it costs money too and must not be lost
        either; histories and counts leave it out.
    outputs
        What a tool's run gave, as JSON; empty until then, and for clips.
    account
        A salted fingerprint of the key that made it, never the key; None where no key did, or none is known.
    kept
        Where what came is kept as it is, if it is no clip that can be vouched for.
    simulated
        Whether a server other than our own said that it is a practice server; None while it has not said anything.
    meant
        Where it is a draft: the inputs that its final has otherwise. None where it is none, or nobody wrote them down.
    binned_at
        When a person put it into the bin, where it still is; None while it is in the history.
    emptied_at
        When a person emptied the bin with it in there: its files are given up, and nothing fetches them again.
    revision
        Grows with every change anywhere in the library.
    """

    id: TakeId
    service: str
    model: str
    inputs: Mapping[str, Any] = field(hash=False)
    words: str
    seconds: int
    state: State
    confirmed_at: int
    estimate: Micros
    revision: int = 0
    trouble: str = ""
    prediction: str | None = None
    address: str | None = None
    charge: Micros | None = None
    refund: Micros | None = None
    settled: bool = False
    file: str | None = None
    bytes: int | None = None
    sha256: str | None = None
    poster: str | None = None
    width: int | None = None
    height: int | None = None
    rating: int | None = None
    tags: tuple[str, ...] = ()
    note: str = ""
    parent: TakeId | None = None
    submitted_at: int | None = None
    accepted_at: int | None = None
    rendering_at: int | None = None
    finished_at: int | None = None
    saved_at: int | None = None
    inference_ms: int | None = None
    answer: str | None = field(default=None, repr=False)
    candidates: str = field(default="", repr=False)
    kind: Kind = "clip"
    outputs: str = field(default="", repr=False)
    account: str | None = field(default=None, repr=False)
    kept: str | None = None
    simulated: bool | None = field(default=None, repr=False)
    meant: Mapping[str, Any] | None = field(default=None, repr=False, hash=False)
    binned_at: int | None = None
    emptied_at: int | None = None

    @property
    def final(self) -> bool:
        """Whether nothing more happens to it by itself."""
        return self.state in FINAL

    @property
    def practice(self) -> bool:
        """Whether it was made on a practice server, at no cost."""
        return self.service == PRACTICE or self.simulated is True

    @property
    def local(self) -> bool:
        """Whether its service runs on this machine, and may be asked as often as it pleases."""
        return self.practice or urls.is_local(self.service)

    @property
    def may_cost(self) -> bool:
        """Whether the service may charge for it, as far as its state tells."""
        return self.state in MAY_COST

    @property
    def cost(self) -> Micros:
        """Charge less refund where billing told, else the estimate where it may cost, else nothing."""
        return cost(self.state, self.estimate, self.charge, self.refund)


def cost(state: State, estimate: Micros, charge: Micros | None, refund: Micros | None) -> Micros:
    """What a take costs: charge less refund where billing told, else the estimate where it may cost, else nothing."""
    if charge is not None:
        return Micros(charge - (refund or 0))
    return estimate if state in MAY_COST else ZERO
