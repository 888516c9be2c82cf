"""Bringing a file to a service, in one try.

The key is on the calls to the service and not on the way of the bytes: where they are put is a host of its own.
"""

from __future__ import annotations

import io
import os
import re
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, BinaryIO

import requests

from .. import urls
from ..errors import (
    DownloadError,
    InputRefused,
    KeyRejected,
    KlingError,
    NoAnswer,
    NoMoney,
    NotAllowed,
    NotFound,
    RateLimited,
    ServiceError,
    ServiceFailure,
    SettingsError,
    Unreadable,
)
from . import answers
from .call_failure import Failure
from .deadline import Call
from .download import permit
from .refusals import failed_call, service_words
from .transport import NotPublic, OneRequest, PublicAdapter, WatchedAdapter

IDLE_S, TOTAL_S = 30.0, 1800.0
"""Seconds without progress, and seconds in all, after which a try ends."""

FREE = "Uploads cost nothing, and nothing was charged."


class _Unsafe(NoAnswer):
    """The service gave an address that no file of a person's is put to."""


class Body:
    """A file as the body of a request: read as it goes, from its beginning each time, with an end to patience.

    Attributes
    ----------
    headers
        Those that belong to it.
    timeout
        Of connecting and of reading the answer, in seconds.
    """

    def __init__(self, file: BinaryIO, *, before: bytes = b"", after: bytes = b"", headers: Mapping[str, str]) -> None:
        self._file, self._before, self._after = file, before, after
        self._size = file.seek(0, os.SEEK_END)
        self.headers, self.timeout = headers, (IDLE_S, 2 * IDLE_S)

    def __len__(self) -> int:
        return len(self._before) + self._size + len(self._after)

    def __iter__(self) -> Iterator[bytes]:
        end = time.monotonic() + TOTAL_S
        self._file.seek(0)
        yield self._before
        while piece := self._file.read(1 << 16):
            if time.monotonic() > end:
                raise requests.Timeout("the file went too slowly")
            yield piece
        yield self._after


def bring(ask: Callable[..., Any], origin: str, name: str, kind: str, file: BinaryIO | bytes) -> str:
    """Bring a file to a service, by its newer way or, where it has none, by the older one.

    Parameters
    ----------
    ask
        Calls the service with the key.
    origin
        The service's own origin.
    name, kind
        The file's name and MIME type.

    Returns
    -------
    str
        The address at which the service keeps it.

    Raises
    ------
    KlingError
        If it did not come through.
    """
    source = io.BytesIO(file) if isinstance(file, bytes) else file
    announced = {"filename": name, "size": source.seek(0, os.SEEK_END), "content_type": kind}
    failed: KlingError | None = None
    try:
        return _brought(ask, origin, name, kind, source, announced)
    except KlingError as error:
        failed = error
    raise _in_words(name, failed)


def _brought(
    ask: Callable[..., Any], origin: str, name: str, kind: str, source: BinaryIO, announced: Mapping[str, Any]
) -> str:
    older = False
    try:
        target = answers.upload_target(answers.envelope(ask("POST", "/media/uploads", json=announced).body))
    except ServiceError as error:
        older = isinstance(error, NotFound) or error.status == 405
        if not older:
            raise
    if older:
        answer = ask("POST", "/media/upload/binary", form=_form(name, kind, source))
        return answers.uploaded(answers.envelope(answer.body))
    _put(target, Body(source, headers=target.headers), origin)
    return target.download_url


def _form(name: str, kind: str, file: BinaryIO) -> Body:
    """The file as the one field of a form. By hand: requests would hold all of it in memory."""
    edge = secrets.token_hex(16)
    plain = re.sub(r"[^A-Za-z0-9._ -]", "-", name)
    head = (
        f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{plain}"\r\nContent-Type: {kind}\r\n\r\n'
    )
    headers = {"Content-Type": f"multipart/form-data; boundary={edge}"}
    return Body(file, before=head.encode(), after=f"\r\n--{edge}--\r\n".encode(), headers=headers)


def _put(target: answers.UploadTarget, body: Body, origin: str) -> None:
    """Put a file where the service said, without the key, and follow no redirect."""
    call, status = Call(TOTAL_S), 0
    error: KlingError | None = None
    try:
        with call:
            permit(target.url, origin)
            status = _status(target, body, origin)
    except (DownloadError, NotPublic):
        error = _Unsafe()
    except Exception as failure:  # noqa: BLE001  a file that did not come through costs nothing, whatever it was
        error = failed_call(Failure.of(failure, call, target.url))
    if error is not None:  # outside the handler: what it would carry along may hold the address's own keys
        raise error
    if call.late:
        raise failed_call(Failure(late=True))
    if status == 413:
        raise InputRefused("", status=status)
    if not 200 <= status < 300:
        raise ServiceFailure("", status=status)


def _status(target: answers.UploadTarget, body: Body, origin: str) -> int:
    with OneRequest() as session:
        session.mount("https://", PublicAdapter())
        session.mount(origin + "/", WatchedAdapter())
        if urls.host(origin) != urls.host(target.url):
            session.proxies = requests.utils.get_environ_proxies(target.url)
        headers = {"User-Agent": "kling-widget", **target.headers}
        with session.put(
            target.url, data=body, headers=headers, timeout=body.timeout, allow_redirects=False, stream=True
        ) as response:
            return response.status_code


def _in_words(name: str, error: KlingError) -> KlingError:
    """What a failed upload means for a person; the kind of the error stays."""
    if isinstance(error, (KeyRejected, NotAllowed, NoMoney, SettingsError)):
        return error  # of the account or of this machine, not of the file: they say what to do
    if not isinstance(error, ServiceError):
        why = "the connection failed or broke off, or no answer came, or none in time; is the network up?"
        if isinstance(error, Unreadable):
            why = "no answer that can be read came."
        elif isinstance(error, _Unsafe):
            why = "the service named a place for it that is not safe to put it to."
        kind = NoAnswer if isinstance(error, _Unsafe) else type(error)  # what a person catches has a public name
        return kind(f"{name} is not uploaded: {why} {FREE} Try again in a moment.")
    if error.status == 413:
        words = f"{name} is too large for the service. {FREE} Choose a smaller file."
    elif isinstance(error, InputRefused):
        words = f"The service does not take {name}. {FREE} Choose another file."
    elif isinstance(error, NotFound):
        words = f"The service takes no uploads in a way that is known. {FREE} Give the address of {name} instead."
    elif isinstance(error, RateLimited):
        words = f"Too many requests for this account, so {name} is not uploaded. {FREE} Try again in a moment."
    else:
        words = f"{name} is not uploaded: the service has trouble (HTTP {error.status}). {FREE} Try again in a moment."
    raised = type(error)(words + service_words(error.reason), status=error.status, code=error.code, reason=error.reason)
    if isinstance(raised, RateLimited) and isinstance(error, RateLimited):
        raised.retry_after = error.retry_after
    return raised
