"""How a submit ended, as far as anyone can know.

Only three things are certain: the service answered with an id; it answered, well-formed, that it refuses; or no
connection ever came to be. Everything else is *unknown*: the task may exist and may have been charged, so it is never
sent again by itself.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from ..errors import KlingError, RateLimited, SettingsError, Unreadable
from . import answers, service_text
from .answers import Prediction
from .call_failure import Failure
from .refusals import refusal

_REFUSALS = frozenset((400, 401, 402, 403, 404, 413, 422))
"""Answers that say, well-formed, that nothing was made."""

_NAME = re.compile(
    # A field that holds an id, whatever it stands in, or a prediction's address.
    r""""(?:id|uuid|(?:task|prediction|job)_?(?:id|uuid))"\s*:\s*(?:"\s*[^"\s]|[0-9])"""
    r"""|predictions\\?/[A-Za-z0-9_-]""",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Accepted:
    """The service took it and gave it an id."""

    prediction: Prediction
    answer: str


@dataclass(frozen=True)
class Rejected:
    """The service refused it, or a setting of this machine keeps it from leaving. Nothing was made, nothing charged."""

    error: KlingError
    answer: str = ""


@dataclass(frozen=True)
class Unsent:
    """Provably nothing left this machine: the same intent may go again."""

    reason: str


@dataclass(frozen=True)
class Throttled:
    """The service asks for patience; it took nothing. ``retry_after`` is in seconds, None where it did not say."""

    retry_after: float | None
    answer: str = ""


@dataclass(frozen=True)
class Unknown:
    """The answer was lost or makes no sense: the task may exist."""

    reason: str
    answer: str = ""


Outcome = Accepted | Rejected | Unsent | Throttled | Unknown


def from_answer(status: int, headers: Mapping[str, str], body: bytes) -> Outcome:
    """Read a submit's outcome from the answer that came."""
    raw = service_text.clean(body[: 1 << 16].decode("utf-8", "replace"))
    error = refusal(status, headers, body)
    if error is None:
        if status >= 300:
            return Unknown(f"The service answered with HTTP {status}, which says nothing about the task.", raw)
        try:
            return Accepted(answers.prediction(answers.envelope(body)), raw)
        except Unreadable as reason:
            return Unknown(str(reason), raw)
    if _names_a_task(body):
        return Unknown(f"The service answered with HTTP {status}, and with a task all the same.", raw)
    code, words = answers.refusal_text(body)
    if status >= 300 and code is not None and 200 <= code < 300:
        return Unknown(f"The service answered with HTTP {status}, and with success all the same.", raw)
    well_formed = code is not None or bool(words)
    if isinstance(error, RateLimited) and status == 429:
        return Throttled(error.retry_after, raw)
    if well_formed and status in _REFUSALS:
        return Rejected(error, raw)
    if well_formed and 200 <= status < 300 and code in _REFUSALS:
        return Rejected(error, raw)
    return Unknown(f"The service answered with HTTP {status}, which does not say whether it took the request.", raw)


def _names_a_task(body: bytes) -> bool:
    """Whether a refusal contradicts itself: what it says was not made may exist.

    By its text, so that a task counts wherever it stands, also in an answer that is cut off or is no JSON.
    """
    try:
        tidy = json.dumps(answers.parse(body))  # a name may be written in escapes
    except Unreadable:
        tidy = ""
    return any(_NAME.search(text) for text in (service_text.decoded(body), tidy))


def from_failure(failure: Failure) -> Outcome:
    """Read a submit's outcome from the failure that came instead of an answer.

    Only that no byte of it went to a connection proves that nothing was sent. The classes of requests and urllib3 don't
    say: a TLS handshake that is cut looks like an answer that is cut.
    """
    if failure.setting:
        return Rejected(
            SettingsError(
                f"{failure.setting}. Nothing was sent and nothing was charged. Change the setting and generate again."
            )
        )
    if not failure.sent:
        return Unsent(f"The service could not be reached ({failure.reason}).")
    if failure.late:
        return Unknown("The answer did not come in time.")
    return Unknown(f"The connection broke off ({failure.name}) before the answer came.")
