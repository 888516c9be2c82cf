"""The states of a take: one closed type, and the sets that every other room asks."""

from __future__ import annotations

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
    "unverified",  # made and paid for; what came is no whole MP4, and is kept as it is: a person may accept it
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

SERVICE_FINAL: frozenset[str] = frozenset(("completed", "failed", "cancelled", "timeout", "deleted"))
"""The service's own final statuses; any other word, known or not, means that it still runs."""
