"""The states of a take: one closed type, what may follow what, and the sets that the rest of the package asks."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, get_args

State = Literal[
    "intent",  # confirmed and written down; nothing was sent
    "sending",  # a socket may be open; a crash here leaves an unknown outcome
    "unknown",  # the answer to the submit was lost
    "reconciling",  # being looked for at the service
    "needs_you",  # the service lists several that fit; a person decides
    "accepted",  # the service gave it an id
    "created",  # waiting in the service's queue
    "processing",  # being made
    "downloading",  # made; its file is on the way
    "completed",  # the file is here, whole and hashed
    "rejected",  # refused before anything was made; not charged
    "not_created",  # looked for and not found: nothing was made
    "failed",  # the service gave up on it
    "cancelled",
    "timeout",  # the service, not we, stopped waiting
    "deleted",
    "expired",  # made and paid for, but the service no longer keeps the file
    "unverified",  # made and paid for; no whole MP4 came, and what did is kept as it is: a person may accept it
]

STATES: frozenset[str] = frozenset(get_args(State))

FINAL: frozenset[State] = frozenset(
    ("completed", "rejected", "not_created", "failed", "cancelled", "timeout", "deleted", "expired", "unverified")
)
"""States that nothing leaves by itself."""

UNCERTAIN: frozenset[State] = frozenset(("unknown", "reconciling", "needs_you"))
"""The service may or may not have taken the submit. Never sent again by itself."""

AT_SERVICE: frozenset[State] = frozenset(("accepted", "created", "processing", "downloading"))
"""The service has it: its record can be asked for."""

SERVICE_FINAL: frozenset[State] = frozenset(("completed", "failed", "cancelled", "timeout", "deleted"))
"""The service's own final statuses; any other word, known or not, means that it still runs."""

FIRST: frozenset[State] = frozenset(("intent", "completed"))
"""States that a new row may have: a confirmed request, and a clip that is adopted from elsewhere."""

# What a poll may find, however the take stood before. A tool's run is completed without a file to fetch.
_POLLED: frozenset[State] = SERVICE_FINAL | {"processing", "downloading", "expired", "unverified"}

NEXT: Mapping[State, frozenset[State]] = MappingProxyType(
    {
        # Only an intent is sent. Until then a person may withdraw it, or it has waited for too long.
        "intent": frozenset(("sending", "cancelled", "rejected")),
        # How the submit ended; an intent again where the request provably did not arrive, or was sent back (429).
        "sending": frozenset(("accepted", "rejected", "unknown", "intent")),
        "unknown": frozenset(("reconciling",)),
        "reconciling": frozenset(("accepted", "not_created", "needs_you")),
        "needs_you": frozenset(("accepted", "not_created")),  # a person's decision
        "accepted": _POLLED | {"created"},
        "created": _POLLED,
        "processing": _POLLED,  # a service that says "created" again is not believed
        # Where an address is stale the service is asked again, and may say anything.
        "downloading": _POLLED | {"created"},
        "completed": frozenset(("accepted",)),  # its file went missing here, and is fetched again
        "unverified": frozenset(("completed", "accepted")),  # a person accepts the file, or has it fetched again
        "rejected": frozenset(),
        "not_created": frozenset(),
        "failed": frozenset(),
        "cancelled": frozenset(),
        "timeout": frozenset(),
        "deleted": frozenset(),
        "expired": frozenset(),
    }
)
"""The states that may follow a state. Each may also stay as it is."""


def may_follow(state: State, before: State) -> bool:
    """Return whether a row in the state ``before`` may be given this state."""
    return state == before or state in NEXT[before]
