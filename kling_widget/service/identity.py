"""What a server that the settings name is: a practice server says so itself, at an address that only it has.

It is asked without a key. The vendor's own service is never asked: whatever answers there, it costs money.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable
from typing import Literal

from .. import urls
from ..errors import NoAnswer
from ..settings import is_vendor
from ..store.record import PRACTICE
from .deadline import Call

log = logging.getLogger(__name__)

Kind = Literal["practice", "other"]

HEADER = "X-Kling-Practice"
"""The header that every answer of a practice server carries."""

_TIMEOUT_S = (2.0, 3.0)
_CALL_S = 6.0  # in all, however slowly the answer drips
_MOST = 4096  # bytes of an answer that are read
_AGAIN_S = (0.5, 30.0)

_kinds: dict[str, Kind] = {}  # what each origin said last, for all libraries of this process


def kind_of(service: str) -> Kind | None:
    """Return what a service is, as it said last; None where it has not said anything yet."""
    if service == PRACTICE:
        return "practice"
    return "other" if is_vendor(service) else _kinds.get(service)


def simulated(service: str) -> bool | None:
    """Return what a new take of a service says of being simulated: True if another server said it is practice."""
    return True if service != PRACTICE and kind_of(service) == "practice" else None


def ask(service: str) -> Kind:
    """Ask a server what it is. Not for a handler.

    Raises
    ------
    NoAnswer
        If nobody answers. What it said before is forgotten.
    """
    if service == PRACTICE or is_vendor(service):
        return kind_of(service) or "other"
    try:
        _kinds[service] = _request_kind(service)
    except Exception as error:  # urllib3 has errors of its own for bodies that break off or can't be unpacked
        _kinds.pop(service, None)
        raise NoAnswer(f"{service} does not answer, so nobody knows what it is.") from error
    return _kinds[service]


def follow(service: str, wanted: Callable[[], bool]) -> None:
    """Ask a server in the background until it says what it is.

    ``wanted`` is called then, and after each try without an answer; it says whether anybody still wants to know.
    """

    def run() -> None:
        wait, most = _AGAIN_S
        while True:
            try:
                ask(service)
            except NoAnswer as error:
                log.info("%s", error)
            try:
                if not wanted() or kind_of(service):
                    return
            except Exception:  # whoever looks on; nobody else waits for this thread
                log.exception("what %s is could not be shown", service)
                return
            time.sleep(wait)
            wait = min(wait * 2, most)

    threading.Thread(target=run, name="kling-identity", daemon=True).start()


def _request_kind(service: str) -> Kind:
    from . import network_environment  # these bring requests, which a page need not wait for
    from .transport import OneRequest, WatchedAdapter

    local = urls.is_local(service)
    network = {} if local else network_environment.network(service)
    call = Call(_CALL_S)
    with OneRequest() as session, call:  # it reads no `.netrc`: no password goes along
        session.mount("https://", WatchedAdapter())
        session.mount("http://", WatchedAdapter())
        address = f"{service}/practice"
        with session.get(address, timeout=_TIMEOUT_S, allow_redirects=False, stream=True, **network) as answer:
            fits = answer.status_code == 200 and answer.headers.get(HEADER) == "1"
            body = answer.raw.read(_MOST, decode_content=True) if fits else b""
    if call.late:
        raise TimeoutError("its answer did not come whole")
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return "other"
    return "practice" if isinstance(found, dict) and found.get("practice") is True else "other"
