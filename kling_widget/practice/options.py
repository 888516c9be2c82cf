"""What a practice server may be told at its start."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from ..request.money import Micros, micros

MODERATED = ("nsfw", "nude", "gore", "beheading", "flag me")
"""Words in a prompt for which a task is created and then fails as the service's moderation would have it."""


@dataclass(frozen=True)
class Rules:
    """The terms of the simulated account and service.

    Attributes
    ----------
    median, sigma
        How long a clip takes: the median in seconds, and the spread (standard deviation of the logarithm).
    balance
        Play money at the start, in dollars.
    strict
        Refuse unknown body keys. The service drops them silently and bills at defaults; so does this server
        unless strict.
    rate
        How many tasks may be submitted a minute; None: any number. Past it: 429.
    concurrent
        How many tasks run at once; None: any number. Past it a task waits as ``created``.
    retry_after
        Sent as ``Retry-After`` with that 429, as it stands here; None: not sent.
    bad_keys, suspended_keys
        Patterns of keys that get 401 and 403; any other key is accepted.
    moderated
        Words and phrases that moderation flags.
    scale
        Size of the clips' picture, 1 for full; less for test suites that make many clips.
    keep_days
        After so many days tasks, clips and uploads are gone, as at the service.
    upload_limit
        Largest upload, in bytes.
    as_live
        Do not answer ``GET /practice``: for tests of what a client does with a live service.
    private
        Be a library's: accept no key but the owner's token, which the ledger holds, and leave the ledger as open as its
        folder, which the person may share.

    Raises
    ------
    ValueError
        If a value makes no sense, with its name and the reason.
    """

    median: float = 3.0
    sigma: float = 0.25
    balance: float = 100.0
    strict: bool = False
    rate: int | None = None
    concurrent: int | None = None
    retry_after: str | None = None
    bad_keys: tuple[str, ...] = ("bad*",)
    suspended_keys: tuple[str, ...] = ("suspended*",)
    moderated: tuple[str, ...] = MODERATED
    scale: float = 1.0
    keep_days: float = 7.0
    upload_limit: int = 100_000_000
    as_live: bool = False
    private: bool = False

    def __post_init__(self) -> None:
        for name, least, most in (
            ("median", 0.0, 1e9), ("sigma", 0.0, 10.0), ("balance", 0.0, 1e9), ("scale", 0.02, 1.0),
            ("keep_days", 0.0, 1e6), ("rate", 1, 10**9), ("concurrent", 1, 10**9), ("upload_limit", 0, 200_000_000),
        ):  # fmt: skip
            value = getattr(self, name)
            if value is not None and not least <= value <= most:  # what is no number is between none
                raise ValueError(f"{name} is a number from {least:g} to {most:g}, not {value}")
        if not (self.retry_after or "").isprintable():
            raise ValueError("retry_after is one line of text")

    @property
    def grant(self) -> Micros:
        """The play money at the start, in micro-dollars."""
        return micros(self.balance)


@dataclass(eq=False)
class Refused(Exception):
    """A call that is answered with an error.

    Attributes
    ----------
    status
        The HTTP status, and the envelope's ``code``.
    message
        What the envelope says.
    error_code
        The service's own finer code (1400 missing, 1401 invalid parameter, …), or None.
    headers
        More headers for the answer.
    """

    status: int
    message: str
    error_code: int | None = None
    headers: Mapping[str, str] | None = None


def admit(authorization: str, rules: Rules, token: str | None = None) -> None:
    """Check a key as the service would; with a ``token`` it is the only one. Raises ``Refused`` (401, 403)."""
    kind, _, key = authorization.partition(" ")
    key = key.strip()
    unknown = (
        not key or any(fnmatchcase(key, p) for p in rules.bad_keys) or (token is not None and not same(key, token))
    )
    if kind.lower() != "bearer" or unknown:
        raise Refused(401, "Unauthorized: the API key is missing, wrong or inactive.")
    if any(fnmatchcase(key, p) for p in rules.suspended_keys):
        raise Refused(403, "Forbidden: the account is suspended or its role may not do this.")


def same(one: str, other: str) -> bool:
    """Compare two secrets without telling by the time it takes where they differ."""
    return hmac.compare_digest(one.encode("utf-8", "replace"), other.encode("utf-8", "replace"))
