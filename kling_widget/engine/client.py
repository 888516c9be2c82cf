"""The calls of the service's REST interface, each one request and one typed answer.

Nothing here tries again: who calls knows what a second call may cost. Redirects are off, so that the key goes nowhere
but to the service; environment files (``.netrc``) are not read, so that nothing replaces it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, BinaryIO
from urllib.parse import quote as quoted
from urllib.parse import urlsplit

import requests
import urllib3.exceptions as u3
from requests.adapters import HTTPAdapter

from ..errors import SettingsError, Unreadable
from ..money import Micros
from ..settings import Key, is_loopback
from . import wire
from .opening import NeverConnected, OpeningAdapter
from .refusal import refusal, trouble
from .submit import Outcome, from_answer, from_failure
from .upload import TOTAL_S, Body, bring
from .wire import Bill, Prediction, Quote

CONNECT_S, READ_S = 10.0, 45.0
"""Time-outs in seconds; the vendor's advice is 30 to 60 s a request."""


_PAGE = 100  # the most that the list gives at once


@dataclass(frozen=True)
class Answer:
    """One HTTP answer, read whole (at most ``wire.MAX_ANSWER`` bytes and one more)."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class _Bearer(requests.auth.AuthBase):
    """Puts the key on a request. An auth object, so that nothing else of requests (``.netrc``) sets the header."""

    def __init__(self, key: Key) -> None:
        self._key = key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._key.reveal()}"
        return request

    def __repr__(self) -> str:
        return "<bearer>"


class Client:
    """The service at one origin, with one key.

    Parameters
    ----------
    origin
        Scheme, host and port, without ``/api/v3``: ``https://api.wavespeed.ai``.
    key
        The key. It is sent to this origin only.
    read_s
        Seconds to wait for an answer.

    Attributes
    ----------
    skew_ms
        How far the service's clock is ahead of this machine's, in milliseconds, by its last answer (to about a second).

    Raises
    ------
    SettingsError
        If the key would travel unencrypted to another machine.
    """

    def __init__(self, origin: str, key: Key, *, read_s: float = READ_S) -> None:
        parts = urlsplit(origin)
        local = is_loopback(parts.hostname or "")
        if parts.scheme != "https" and not local:
            raise SettingsError(f"{origin} is not https, so the key would be readable on the way. Nothing was sent.")
        self.origin = f"{parts.scheme}://{parts.netloc}"
        self._base = self.origin + "/api/v3"
        self._timeout = (CONNECT_S, read_s)
        self.skew_ms = 0
        self._key = key
        self._session = self._prepared(key, local, HTTPAdapter(max_retries=0, pool_maxsize=8))
        # A submit opens a connection of its own: on one that was kept alive and died, nobody can say what was heard.
        self._submits = self._prepared(key, local, OpeningAdapter())
        self._submits.headers["Connection"] = "close"

    def _prepared(self, key: Key, local: bool, adapter: HTTPAdapter) -> requests.Session:
        session = requests.Session()
        session.trust_env = False
        if not local:
            # Proxies and own certificate authorities are the environment's word; `.netrc` alone is not heard.
            session.proxies = requests.utils.get_environ_proxies(self.origin)
            session.verify = os.environ.get("REQUESTS_CA_BUNDLE") or True
        session.auth = _Bearer(key)
        session.headers["User-Agent"] = "kling-widget"
        session.mount("https://", adapter)
        session.mount("http://", adapter)
        return session

    def close(self) -> None:
        """Close the connections."""
        self._session.close()
        self._submits.close()

    def submit(self, model: str, inputs: Mapping[str, Any]) -> Outcome:
        """Ask for a clip. Never raises for what the network or the service does: the outcome says what is known."""
        try:
            answer = self._send("POST", "/" + quoted(model), json=dict(inputs), session=self._submits)
        except (requests.RequestException, u3.HTTPError, NeverConnected, OSError) as error:
            return from_failure(error)
        return from_answer(answer.status, answer.headers, answer.body)

    def result(self, prediction: str, address: str | None = None) -> Prediction:
        """How a task stands. ``address`` is what the service gave for it; used where it is the service's own."""
        path = f"/predictions/{quoted(prediction, safe='')}/result"
        if address and address.startswith(self._base + "/"):
            path = address[len(self._base) :]
        found = wire.prediction(self._data("GET", path))
        if found.id != prediction:
            raise Unreadable(f"The service answered for another task than {prediction}.")
        return found

    def recent(self, *, page: int = 1) -> tuple[list[Prediction], bool]:
        """Tasks of the last seven days, newest first, a hundred a page, and whether there may be a next page.

        The list's filters (model, times) are not used: what they leave out would count as not made.
        """
        data = self._data("POST", "/predictions", json={"page": page, "page_size": _PAGE})
        items = data.get("items")
        return wire.predictions(data), isinstance(items, list) and len(items) >= _PAGE

    def delete(self, predictions: Sequence[str]) -> None:
        """Delete tasks' records. It may not stop one that runs, and what it cost stays spent."""
        self._data("POST", "/predictions/delete", json={"ids": list(predictions)}, needs_data=False)

    def balance(self) -> Micros:
        """The account's balance, in micro-dollars: also the cheap test of a key."""
        return wire.balance(self._data("GET", "/balance"))

    def models(self) -> list[Mapping[str, Any]]:
        """The live catalogue's entries."""
        limit = 16 * wire.MAX_ANSWER
        found = wire.parse(self._ask("GET", "/models", limit=limit).body, limit).get("data")
        if not isinstance(found, list):
            raise Unreadable("The service's answer holds no list of models.")
        return [entry for entry in found if isinstance(entry, dict)]

    def price(self, model: str, inputs: Mapping[str, Any]) -> Quote:
        """The service's own estimate."""
        return wire.quote(self._data("POST", "/model/price", json={"model_id": model, "inputs": dict(inputs)}))

    def bills(self, predictions: Sequence[str]) -> dict[str, Bill]:
        """What was charged for these tasks; those that billing does not know yet are not in it."""
        body = {"page": 1, "page_size": 100, "prediction_uuids": list(predictions)}
        return wire.bills(self._data("POST", "/billings/search", json=body))

    def upload(self, name: str, content_type: str, file: BinaryIO | bytes) -> str:
        """Bring a file to the service, which keeps it for seven days at the address that this gives.

        Raises
        ------
        KlingError
            If it did not come through. Uploads cost nothing and may be tried again.
        """
        return bring(self._ask, self.origin, name, content_type, file)

    def _data(self, method: str, path: str, *, needs_data: bool = True, **how: Any) -> Mapping[str, Any]:
        body = self._ask(method, path, **how).body
        return wire.envelope(body) if needs_data else wire.parse(body)

    def _ask(self, method: str, path: str, **how: Any) -> Answer:
        try:
            answer = self._send(method, path, **how)
        except (requests.RequestException, u3.HTTPError, OSError) as error:
            raise trouble(error) from None
        if refused := refusal(answer.status, answer.headers, answer.body):
            raise refused
        return answer

    def _send(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        form: Body | None = None,
        limit: int = wire.MAX_ANSWER,
        session: requests.Session | None = None,
    ) -> Answer:
        timeout, headers = (self._timeout, None) if form is None else (form.timeout, form.headers)
        end = time.monotonic() + (2 * timeout[1] if form is None else TOTAL_S)
        with (session or self._session).request(
            method,
            self._base + path,
            json=json,
            data=form,
            headers=headers,
            timeout=timeout,
            allow_redirects=False,
            stream=True,
        ) as response:
            body = b""
            while len(body) <= limit and (piece := response.raw.read1(1 << 16, decode_content=True)):
                body += piece
                if time.monotonic() > end:  # the time-out of a read begins anew with each byte
                    raise requests.ReadTimeout("the answer came too slowly")
            self._note_clock(response.headers.get("Date"))
            # Some gateways say back what they were sent: the key goes no further than this.
            return Answer(response.status_code, response.headers, self._key.redact(body))

    def _note_clock(self, date: str | None) -> None:
        if date is None:
            return
        try:
            there = parsedate_to_datetime(date).timestamp()
        except ValueError:
            return
        self.skew_ms = round((there - time.time()) * 1000)
