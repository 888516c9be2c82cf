"""All errors of this package, in one tree.

::

    KlingError
    ├── RequestError (ValueError)       the model would refuse the request; nothing was sent
    │   └── UnknownInput (TypeError)    the model has no input of that name
    ├── BadValue (ValueError)           an invalid value, such as a rating of nine; nothing was changed
    │   └── TemplateError               a sweep's template can't be expanded; nothing was sent
    ├── MediumRefused                   a file is no usable picture or video; nothing was sent
    ├── NotExtracted                    a picture or another form of a clip was not made; the clip is untouched
    ├── SettingsError                   a key, an address or a folder is not usable; nothing was sent
    ├── MissingPackage (ImportError)    an optional package is not installed; nothing was written
    ├── LibraryError                    the library can't be used
    │   ├── LibraryNotWritable
    │   ├── LibraryTooNew
    │   ├── LibraryDamaged              its database, or a row of it, can't be read; nothing was sent
    │   │   └── DamagedRow
    │   ├── NoSuchTake (KeyError)       the library holds no take of that id
    │   ├── NoSuchSweep (KeyError)      the library holds no sweep of that id
    │   ├── OverBudget                  the take would exceed a cap; nothing was sent
    │   ├── AlreadyTaken                another take has this prediction
    │   ├── LeaseLost                   another kernel holds the lease of this take
    │   └── TransitionRefused           a take does not go from its state to that one; nothing was changed
    ├── PracticeError                   the practice server did not start
    ├── ServiceError                    the service answered with an error
    │   ├── KeyRejected (401)   NoMoney (402)   NotAllowed (403)   NotFound (404, 410)
    │   ├── InputRefused (400, 422)   RateLimited (429)
    │   └── ServiceFailure (5xx and all else)
    ├── NoAnswer                        no usable answer came
    │   ├── NotSent                     provably nothing left this machine
    │   └── Unreadable                  an answer came that can't be understood
    │       └── OtherCurrency           an amount that is not in dollars
    ├── DownloadError                   the file is not here yet
    │   ├── StaleAddress                the address no longer leads to it
    │   └── BadFile                     the file is not a whole MP4
    ├── TakeFailed                      the awaited take ended without a clip
    └── TakeTimeout (TimeoutError)      the wait ended; the take goes on

Each message says what happened, what it means for the money, and what to do next.
"""

from __future__ import annotations

import linecache
import os
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_PACKAGE = str(Path(__file__).parent)


@dataclass(frozen=True)
class Problem:
    """One thing about a request that has to change before it can be sent.

    Attributes
    ----------
    field
        The input, by the API's own name (``"duration"``, ``"multi_prompt"``).
    message
        What is wrong and how to fix it, for a person.
    """

    field: str
    message: str


class KlingError(Exception):
    """The root of every error that this package raises on purpose."""

    def _render_traceback_(self) -> list[str]:
        """Return what IPython shows instead of a traceback: the message, and the line of the person's code."""
        return [f"{type(self).__name__}: {self}", *_place(self)]


class RequestError(KlingError, ValueError):
    """The model would refuse the request. Nothing was sent; nothing was charged.

    Attributes
    ----------
    problems
        What has to change, one entry a field.
    """

    problems: tuple[Problem, ...] = ()

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        lines = "\n".join(f"  {p.field}: {p.message}" for p in self.problems)
        super().__init__(f"Nothing was sent and nothing was charged. Please change:\n{lines}")


class UnknownInput(RequestError, TypeError):
    """The model has no such input. Nothing was sent; nothing was charged.

    It is a ``TypeError`` too, like any call with an unknown argument.
    """

    def __init__(self, problem: Problem) -> None:
        super().__init__([problem])
        self.args = (problem.message,)


class BadValue(KlingError, ValueError):
    """A value is invalid, such as nine stars. Nothing was changed."""


class TemplateError(BadValue):
    """A template of a sweep can't be expanded. Nothing was sent.

    Attributes
    ----------
    field
        The input that the template fills.
    offset
        Where in the template, in characters from its start.
    """

    def __init__(self, message: str, *, field: str, offset: int) -> None:
        super().__init__(message)
        self.field, self.offset = field, offset


class MediumRefused(KlingError):
    """A file can't be used as a picture or a video. Nothing was sent; nothing was charged."""


class NotExtracted(KlingError):
    """A picture or a converted file could not be made from a clip. Nothing was spent; the clip is untouched."""


class SettingsError(KlingError):
    """A key, an address or a folder can't be used. Nothing was sent."""


class MissingPackage(KlingError, ImportError):
    """What was asked for needs a package that is not installed. Nothing was written."""


class LibraryError(KlingError):
    """The library can't be used."""


class LibraryNotWritable(LibraryError):
    """The library's folder can't be written to, so nothing is sent: a paid take could not be kept."""


class LibraryTooNew(LibraryError):
    """The library was written by a newer version of this package."""


class LibraryDamaged(LibraryError):
    """The library's database is damaged, or is no library. It was left as it is, and nothing was sent."""


class DamagedRow(LibraryDamaged):
    """One row of the library can't be read. It is left as it is; the others can be."""


class NoSuchTake(LibraryError, KeyError):
    """The library holds no take of that id."""

    __str__ = LibraryError.__str__  # a KeyError would quote its message


class NoSuchSweep(LibraryError, KeyError):
    """The library holds no sweep of that id."""

    __str__ = LibraryError.__str__


class OverBudget(LibraryError):
    """The take would exceed a cap of the library's budget. Nothing was sent."""


class AlreadyTaken(LibraryError):
    """Another take of the library has this prediction."""


class LeaseLost(LibraryError):
    """Another kernel holds the lease of this take; this kernel's write was refused."""


class TransitionRefused(LibraryError):
    """A take does not go from the state it is in to the one that was to be written. Nothing was changed."""


class PracticeError(KlingError):
    """The practice server did not start. Nothing was sent."""


class ServiceError(KlingError):
    """The service answered with an error.

    Attributes
    ----------
    status
        The HTTP status.
    code
        The service's own code from the envelope or the task, or None.
    reason
        The service's own words.
    """

    def __init__(self, message: str, *, status: int, code: int | None = None, reason: str = "") -> None:
        super().__init__(message)
        self.status, self.code, self.reason = status, code, reason


class KeyRejected(ServiceError):
    """The service does not accept the key."""


class NoMoney(ServiceError):
    """The account's balance does not cover the request."""


class NotAllowed(ServiceError):
    """The account may not do this."""


class NotFound(ServiceError):
    """The service does not have what was requested."""


class InputRefused(ServiceError):
    """The service does not accept the inputs."""


class RateLimited(ServiceError):
    """Too many requests in a short time.

    Attributes
    ----------
    retry_after
        Seconds to wait, as the service asks, or None.
    """

    retry_after: float | None = None


class ServiceFailure(ServiceError):
    """The service failed: a status of 5xx, or one that has no error of its own here."""


class NoAnswer(KlingError):
    """No usable answer came: the network failed, or time ran out."""


class NotSent(NoAnswer):
    """Provably nothing was sent: no connection was made."""


class Unreadable(NoAnswer):
    """An answer came that can't be understood."""


class OtherCurrency(Unreadable):
    """The service names an amount that is not in dollars. It is never added to dollars.

    Attributes
    ----------
    amount
        The amount with its currency, as the service names it.
    """

    def __init__(self, amount: str) -> None:
        super().__init__(f"The service names {amount}, which is not in dollars, so it is not added up here.")
        self.amount = amount


class DownloadError(KlingError):
    """The clip's file is not here yet. The take is paid for; the file can be fetched again."""


class StaleAddress(DownloadError):
    """The address no longer leads to the clip; the service is asked for a fresh one."""


class BadFile(DownloadError):
    """The downloaded file is not a whole MP4; it was discarded and is fetched again."""


class TakeFailed(KlingError):
    """The awaited take ended without a clip."""


class TakeTimeout(KlingError, TimeoutError):
    """The wait ended, not the take. It goes on and stays in the library."""


def _place(error: BaseException) -> list[str]:
    """Return the line number in the person's code that an error comes from, if their code has more than one line.

    The line itself is not quoted: it may hold a key.
    """
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if not frame.filename.startswith(_PACKAGE) and f"{os.sep}IPython{os.sep}" not in frame.filename
    ]
    if not frames or len(linecache.getlines(frames[-1].filename)) < 2:
        return []
    last = frames[-1]
    return [f"(line {last.lineno} of {'the cell' if last.name.startswith('<') else last.name})"]
