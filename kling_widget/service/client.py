"""The calls of the service's REST interface, each one request and one typed answer.

Nothing here tries again: who calls knows what a second call may cost. Redirects are off, so that the key goes nowhere
but to the service; environment files (``.netrc``) are not read, so that nothing replaces it.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO
from urllib.parse import quote as quoted

import requests
from requests.structures import CaseInsensitiveDict

from .. import urls
from ..errors import NotFound, SettingsError, Unreadable
from ..request.money import Micros
from ..settings import Key
from . import answers, bills, network_environment, prediction_list, service_text
from .answers import Prediction, Quote
from .bills import Bill
from .call_failure import Failure
from .deadline import Call
from .prediction_list import Listing
from .refusals import failed_call, refusal, surely_succeeded
from .submit_outcome import Outcome, Unknown, from_answer, from_failure
from .transport import ConnectAdapter, OneRequest
from .upload import TOTAL_S, Body, bring

CONNECT_S, READ_S = 10.0, 45.0
"""Time-outs in seconds; the vendor's advice is 30 to 60 s a request."""


_BILL_PAGES = 10
_PAGE = 100  # the most that the list gives at once
_SHORT = 10  # a page with fewer entries is the last of billing's: some services give fewer than they are asked for
_PATH = re.compile(r"/[A-Za-z0-9_./?=&%~-]{1,300}")


@dataclass(frozen=True)
class Answer:
    """One HTTP answer, read whole (at most ``wire.MAX_ANSWER`` bytes and one more); the key in it is blotted out."""

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
    account
        The key's fingerprint in the library; None for a practice server of our own, which has no accounts.

    Attributes
    ----------
    account, key
        As given.
    skew_ms
        How far the service's clock is ahead of this machine's, in milliseconds, by its last answer (to about a second).

    Raises
    ------
    SettingsError
        If the key would travel unencrypted to another machine.
    """

    def __init__(self, origin: str, key: Key, *, read_s: float = READ_S, account: str | None = None) -> None:
        found = urls.origin(origin)
        if found is None:
            raise SettingsError(f"{origin!r} is no address of a service. Nothing was sent.")
        if not urls.may_see_key(found):
            raise SettingsError(f"{origin} is not https, so the key would be readable on the way. Nothing was sent.")
        self.origin = found
        self._base = self.origin + "/api/v3"
        self._timeout = (CONNECT_S, read_s)
        self._local = urls.is_local(found)
        self.skew_ms = 0
        self.account, self.key = account, key
        self._session = self._prepared(key)
        # A submit opens a connection of its own: on one that was kept alive and died, nobody can say what was heard.
        self._submits = self._prepared(key)
        self._submits.headers["Connection"] = "close"

    def _prepared(self, key: Key) -> requests.Session:
        session = OneRequest()
        session.auth = _Bearer(key)
        session.headers["User-Agent"] = "kling-widget"
        session.mount("https://", ConnectAdapter())
        session.mount("http://", ConnectAdapter())
        return session

    def close(self) -> None:
        """Close the connections."""
        self._session.close()
        self._submits.close()

    def submit(self, model: str, inputs: Mapping[str, Any]) -> Outcome:
        """Ask for a clip. Never raises for what the network or the service does: the outcome says what is known."""
        answer, failure = self._tried("POST", "/" + quoted(model, errors="replace"), json=dict(inputs), submits=True)
        if answer is None:
            return from_failure(failure)
        try:
            return from_answer(answer.status, answer.headers, answer.body)
        except Exception as error:  # noqa: BLE001  whatever is wrong with the answer, the task may exist
            return Unknown(f"The service's answer can't be read ({type(error).__name__}).")

    def result(self, prediction: str, address: str | None = None) -> Prediction:
        """How a task stands. ``address`` is what the service gave for it; used where it is the service's own."""
        usual = f"/predictions/{quoted(prediction, safe='')}/result"
        path = usual
        if address and address.startswith(self._base + "/") and _PATH.fullmatch(address[len(self._base) :]):
            path = address[len(self._base) :]
        if path != usual:
            try:
                return self._record(prediction, path)
            except (NotFound, Unreadable):
                pass  # it gave the wrong address: the documented one is asked
        return self._record(prediction, usual)

    def _record(self, prediction: str, path: str) -> Prediction:
        found = answers.prediction(self._data("GET", path))
        if found.id != prediction:
            raise Unreadable(f"The service answered for another task than {prediction}.")
        return found

    def recent(self, *, page: int = 1, before: int = 0) -> Listing:
        """A page of the tasks of the last seven days, newest first; ``before`` is how many the pages before it held.

        The list's filters (model, times) are not used: what they leave out would count as not made.

        Raises
        ------
        Unreadable
            If the answer may stand for a failure or for a part: elsewhere a success in doubt costs nothing, but what
            this list does not show counts as not made.
        """
        answer = self._ask("POST", "/predictions", json={"page": page, "page_size": _PAGE})
        if not surely_succeeded(answer.status, answer.body):
            raise Unreadable("The service's list may not be the whole list.")
        beside = {name: value for name, value in answers.parse(answer.body).items() if name != "data"}
        return prediction_list.page(answers.envelope(answer.body), before=before, beside=beside)

    def delete(self, predictions: Sequence[str]) -> None:
        """Delete tasks' records. It may not stop one that runs, and what it cost stays spent."""
        self._data("POST", "/predictions/delete", json={"ids": list(predictions)}, needs_data=False)

    def balance(self) -> Micros:
        """The account's balance, in micro-dollars: also the cheap test of a key."""
        return answers.balance(self._data("GET", "/balance"))

    def models(self) -> list[Mapping[str, Any]]:
        """The live catalogue's entries."""
        limit = 16 * answers.MAX_ANSWER
        found = answers.parse(self._ask("GET", "/models", limit=limit).body, limit).get("data")
        if not isinstance(found, list):
            raise Unreadable("The service's answer holds no list of models.")
        return [entry for entry in found if isinstance(entry, dict)]

    def price(self, model: str, inputs: Mapping[str, Any]) -> Quote:
        """The service's own estimate."""
        return answers.quote(self._data("POST", "/model/price", json={"model_id": model, "inputs": dict(inputs)}))

    def bills(self, predictions: Sequence[str]) -> dict[str, Bill]:
        """What was charged for these tasks; what it does not say, or not so that it can be read, is not in it."""
        items: list[Mapping[str, Any]] = []
        for page in range(1, _BILL_PAGES + 1):
            body = {"page": page, "page_size": _PAGE, "prediction_uuids": list(predictions)}
            found = bills.records(self._data("POST", "/billings/search", json=body))
            fresh = [item for item in found if item not in items]
            items += fresh
            if len(found) < _SHORT or not fresh:
                break
        return bills.bills(items)

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
        return answers.envelope(body) if needs_data else answers.parse(body)

    def _ask(self, method: str, path: str, **how: Any) -> Answer:
        answer, failure = self._tried(method, path, **how)
        if answer is None:
            raise failed_call(failure)
        if refused := refusal(answer.status, answer.headers, answer.body):
            raise refused
        return answer

    def _tried(self, method: str, path: str, *, submits: bool = False, **how: Any) -> tuple[Answer | None, Failure]:
        """Make a call: its answer, or None and why there is none.

        What goes wrong is looked at here and let go: an error's frames hold the request, and on it the key.
        """
        timeout = how["form"].timeout if "form" in how else self._timeout
        call = Call(TOTAL_S if "form" in how else 2 * timeout[1])
        failure, ended = Failure(), None
        try:
            with call:
                answer = self._send(self._submits if submits else self._session, method, path, timeout=timeout, **how)
        except Exception as error:  # noqa: BLE001  whatever it was: the failure says what is known
            failure = Failure.of(error, call, self.origin)
        except BaseException as error:  # noqa: BLE001  an interrupt, which goes on from here
            ended = type(error)
        else:
            if not call.late:
                return answer, failure
            failure = Failure(sent=call.sent, late=True)
        if ended is not None:
            raise ended
        return None, failure

    def _send(
        self,
        session: requests.Session,
        method: str,
        path: str,
        *,
        timeout: tuple[float, float],
        json: Any = None,
        form: Body | None = None,
        limit: int = answers.MAX_ANSWER,
    ) -> Answer:
        with session.request(
            method,
            self._base + path,
            json=json,
            data=form,
            headers=None if form is None else form.headers,
            timeout=timeout,
            allow_redirects=False,
            stream=True,
            **({} if self._local else network_environment.network(self.origin)),
        ) as response:
            body = bytearray()
            while len(body) <= limit and (piece := response.raw.read1(1 << 16, decode_content=True)):
                body += piece
            self._note_clock(response.headers.get("Date"))
            # Some gateways say back what they were sent: the key goes no further than this.
            headers = CaseInsensitiveDict(
                (self.key.redact(name), service_text.clean(self.key.redact(value)))
                for name, value in response.headers.items()
            )
            return Answer(response.status_code, headers, self.key.redact(service_text.decoded(bytes(body))).encode())

    def _note_clock(self, date: str | None) -> None:
        there = None if date is None else service_text.http_date(date)
        if there is not None:
            self.skew_ms = round((there - time.time()) * 1000)
