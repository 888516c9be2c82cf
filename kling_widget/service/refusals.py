"""What a refusal or a failure means, in the error tree and in words."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping

from ..errors import (
    InputRefused,
    KeyRejected,
    KlingError,
    NoAnswer,
    NoMoney,
    NotAllowed,
    NotFound,
    NotSent,
    RateLimited,
    ServiceError,
    ServiceFailure,
    SettingsError,
)
from . import answers, service_text
from .answers import Prediction
from .call_failure import Failure

_NO_MONEY = re.compile(r"insufficient.*(credit|balance)|top[ -]?up", re.IGNORECASE)

_NOTHING = "Nothing was made and nothing was charged."
_MISSING = (NotFound, "The service does not know this. Nothing was charged for asking.")
_INPUT = (InputRefused, f"The service does not accept this request. {_NOTHING} Change it and generate again.")
_FAILURE = (ServiceFailure, "The service has trouble of its own (HTTP {status}). It will be asked again.")
_MEANING: Mapping[int, tuple[type[ServiceError], str]] = {
    400: _INPUT,
    401: (KeyRejected, f"The service does not accept this key. {_NOTHING} Check WAVESPEED_API_KEY."),
    402: (NoMoney, f"The account's balance does not cover this. {_NOTHING} Top up and generate again."),
    403: (NotAllowed, f"This account may not do that (suspended, or its role does not allow it). {_NOTHING}"),
    404: _MISSING,
    410: _MISSING,
    413: _INPUT,
    422: _INPUT,
    429: (RateLimited, "Too many requests for this account at the moment. It will be asked again."),
}

MAX_RETRY_AFTER_S = 600.0
"""A service that asks for more patience than this is asked again anyway, in seconds."""


def refusal(status: int, headers: Mapping[str, str], body: bytes) -> ServiceError | None:
    """The error that an answer stands for; None where it is a success.

    The envelope's own code counts too: it can differ from 200 under HTTP 200.
    """
    code, words = answers.refusal_text(body)
    effective = status
    if 200 <= status < 300:
        if code is None or code == 200:
            return None
        effective = code if 400 <= code < 600 else 500
    kind, meaning = _MEANING.get(effective, _FAILURE)
    if 400 <= effective < 500 and _NO_MONEY.search(words):
        kind, meaning = _MEANING[402]
    error = kind(meaning.format(status=status) + service_words(words), status=status, code=code, reason=words)
    if isinstance(error, RateLimited):
        error.retry_after = retry_after(headers.get("Retry-After"))
    return error


def surely_succeeded(status: int, body: bytes) -> bool:
    """Whether an answer that is no refusal can only be a success.

    A code that can't be read, words without a code and a status such as 206 may stand for a failure or for a part.
    Where an answer shows what was asked for that does not matter; where it is to prove that something is not there, it
    does.
    """
    if status != 200:
        return False
    code_given, (code, words) = answers.parse(body).get("code"), answers.refusal_text(body)
    return code is not None or (code_given is None and words.lower() in ("", "success", "ok"))


def service_words(words: str) -> str:
    """Return a service's own words as the end of a message; empty where it had none."""
    return f" The service said: “{words}”." if words else ""


def retry_after(value: str | None, now: float | None = None) -> float | None:
    """Read a ``Retry-After`` header, seconds or a date, into seconds from now, between 0 and ``MAX_RETRY_AFTER_S``."""
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        moment = service_text.http_date(value)
        if moment is None:
            return None
        seconds = moment - (time.time() if now is None else now)
    if seconds != seconds:  # not a number
        return None
    return min(max(seconds, 0.0), MAX_RETRY_AFTER_S)


def failed_call(failure: Failure) -> KlingError:
    """What a failed call (one that may be repeated freely) means, in words."""
    if failure.setting:
        return SettingsError(f"{failure.setting}. The take goes on at the service; it is asked again meanwhile.")
    if not failure.sent:
        return NotSent(f"The service can't be reached ({failure.reason}). It will be asked again; nothing is lost.")
    if failure.late:
        return NoAnswer("The service took too long to answer. It will be asked again; the take goes on there.")
    return NoAnswer(f"The connection to the service broke ({failure.name}). It will be asked again; nothing is lost.")


def task_failure(task: Prediction) -> str:
    """What a task's bad end means for the person: what happened, the money, what to do."""
    quote = service_words(task.error)
    if task.word and task.word != task.status:
        quote = f" The service calls it “{task.word}”." + quote
    if task.code == 1200:
        return "The service flagged the prompt as sensitive. Change it and generate again." + quote
    if task.code in (1400, 1401, 1402):
        return (
            "The service could not use the inputs. Change them and generate again. Failed takes are refunded." + quote
        )
    if task.status == "cancelled":
        return (
            "It was cancelled at the service. Whether it was charged shows in the history once billing says so." + quote
        )
    if task.status == "deleted":
        return "It was deleted at the service, so its clip can't be fetched any more." + quote
    if task.status == "timeout":
        return (
            "The service gave up after too long a time. Failed takes are refunded within three hours; generate again."
            + quote
        )
    return "The service failed to make it. Failed takes are refunded within three hours; generate again." + quote
