"""A library's media at the services: each file uploaded once, and again when a service is about to throw it away."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ..errors import KlingError, MediumRefused, NoAnswer, RateLimited, ServiceFailure
from ..service.client import Client
from ..service.upload import FREE
from ..settings import is_loopback
from ..store.media import MediaStore
from ..store.media_types import Medium, MediumKind, input_kind

log = logging.getLogger(__name__)

AGAIN_S = (1.0, 4.0)
"""Seconds to wait before the second and the third try."""

_PATIENCE_S = 60.0  # a service that asks for more than this before the next try has refused this one


class Uploader:
    """Brings a library's media to services, each file once, on one thread that starts when it is first needed.

    Parameters
    ----------
    store
        The library's media.
    client
        Gives the client for a service; may take some tenths of a second.
    again_s
        Seconds to wait before each further try.
    """

    def __init__(
        self, store: MediaStore, client: Callable[[str], Client], *, again_s: Sequence[float] = AGAIN_S
    ) -> None:
        self.store, self._client, self._again_s = store, client, tuple(again_s)
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closed = threading.Event()

    def address(self, service: str, medium: Medium) -> str:
        """Where a service keeps a medium, uploaded first where it does not. Takes its time: not for a handler.

        Raises
        ------
        KlingError
            If it did not come through, or its file is not here any more.
        """
        client = self._client(service)
        known = self.store.fresh(medium.sha256, service)
        # A practice server has another port each time, and what was kept at the old one is not found there.
        if known and (known.startswith(client.origin + "/") or not is_loopback(urlsplit(known).hostname or "")):
            return known
        for wait in (*self._again_s, None):
            try:
                with self.store.path(medium).open("rb") as file:
                    url = client.upload(medium.name, medium.type, file)
            except OSError as error:
                raise MediumRefused(
                    f"The file of {medium.name} is not in the library any more ({error.strerror}), and the service "
                    "no longer keeps it. Nothing was sent and nothing was charged. Choose it once more."
                ) from error
            except (NoAnswer, ServiceFailure, RateLimited) as error:
                patience = max(wait or 0.0, getattr(error, "retry_after", None) or 0.0)
                if wait is None or patience > _PATIENCE_S or self._closed.wait(patience):
                    raise
            else:
                self.store.uploaded(medium, service, url)
                return url
        raise AssertionError("the last try returns or raises")

    def prepare(self, service: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """The inputs with an address in the place of each path and each file's bytes. Not for a handler.

        An address that an earlier take had from an upload is made good again. Others stay as they are.

        Raises
        ------
        KlingError
            If a file can't be used or did not come through. Nothing was charged.
        """
        prepared = dict(inputs)
        for name, given in inputs.items():
            kind = input_kind(name)
            if kind and isinstance(given, (list, tuple)):
                prepared[name] = [self._refer(service, one, kind) for one in given]
            elif kind:
                prepared[name] = self._refer(service, given, kind)
        return prepared

    def _refer(self, service: str, given: Any, kind: MediumKind) -> Any:
        if isinstance(given, str) and given.startswith(("https://", "http://")):
            known = self.store.by_url(given)
            return given if known is None else self.address(service, known)
        if isinstance(given, (str, Path)):
            return self.address(service, self.store.keep(Path(given), kind=kind))
        if isinstance(given, bytes):
            return self.address(service, self.store.keep(given, kind, kind))
        return given  # the request's own check says what is wrong with it

    def send(self, service: str, medium: Medium, done: Callable[[str, str], None]) -> None:
        """See that a service has a medium, in the background.

        ``done`` is called on the uploader's thread with the address and no words, or no address and what went wrong.
        """

        def job() -> None:
            try:
                url, words = self.address(service, medium), ""
            except KlingError as error:
                url, words = "", str(error)
            except Exception as error:
                log.exception("an upload failed")
                url, words = "", f"{medium.name} is not uploaded ({type(error).__name__}). {FREE} Try again."
            done(url, words)

        self.later(job)

    def later(self, job: Callable[[], None]) -> None:
        """Run a job on the uploader's thread, after those before it."""
        with self._lock:
            if self._closed.is_set():
                return
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="kling-uploads", daemon=True)
                self._thread.start()
        self._jobs.put(job)

    def close(self) -> None:
        """Begin nothing more. What is under way ends with the process; it costs nothing. Safe twice."""
        with self._lock:
            self._closed.set()
            thread = self._thread
        self._jobs.put(None)
        if thread and thread is not threading.current_thread():
            thread.join(2.0)

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None and not self._closed.is_set():
            try:
                job()
            except Exception:  # the next file is uploaded all the same
                log.exception("a job failed")
