"""Upload a library's media to services: each file once, and again when a service is about to delete it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from .. import urls
from ..errors import KlingError, MediumRefused, NoAnswer, RateLimited, ServiceFailure
from ..service.client import Client
from ..service.upload import FREE
from ..store.media import MediaStore
from ..store.media_types import Medium, MediumKind, input_kind
from .background import BackgroundThread

log = logging.getLogger(__name__)

AGAIN_S = (1.0, 4.0)
"""Seconds to wait before the second and the third try."""

_PATIENCE_S = 60.0  # a service that asks for more than this before the next try has refused this one


class Uploader:
    """Uploads a library's media to services, each file once, on one thread that starts with the first upload.

    Parameters
    ----------
    store
        The library's media.
    client
        Returns the client for a service; may take some tenths of a second.
    again_s
        Seconds to wait before each further try.
    """

    def __init__(
        self, store: MediaStore, client: Callable[[str], Client], *, again_s: Sequence[float] = AGAIN_S
    ) -> None:
        self.store, self._client, self._again_s = store, client, tuple(again_s)
        self._thread = BackgroundThread("kling-uploads")

    def address(self, service: str, medium: Medium) -> str:
        """Return the address of a medium at a service, uploading it first where needed. Slow: not for a handler.

        Raises
        ------
        KlingError
            If the upload failed, or the file is not in the library any more.
        """
        client = self._client(service)
        address = self.store.fresh(medium.sha256, service)
        # A practice server has another port each time, and what was kept at the old one is not found there.
        if address and (address.startswith(client.origin + "/") or not urls.is_local(address)):
            return address
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
                if wait is None or patience > _PATIENCE_S or self._thread.wait_closed(patience):
                    raise
            else:
                self.store.uploaded(medium, service, url)
                return url
        raise AssertionError("the last try returns or raises")

    def prepare(self, service: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """Return the inputs with an address in the place of each path and each file's bytes. Slow: not for a handler.

        An address from an earlier upload is renewed where it has run out. Other addresses stay as they are.

        Raises
        ------
        KlingError
            If a file can't be used or its upload failed. Nothing was charged.
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
        if isinstance(given, str) and urls.has_scheme(given):
            if not urls.is_input(given):
                raise MediumRefused(f"{urls.INPUT_REFUSED} {FREE}")
            medium = self.store.by_url(given)
            return given if medium is None else self.address(service, medium)
        if isinstance(given, (str, Path)):
            return self.address(service, self.store.keep(Path(given), kind=kind))
        if isinstance(given, bytes):
            return self.address(service, self.store.keep(given, kind, kind))
        return given  # the request's own check says what is wrong with it

    def send(self, service: str, medium: Medium, done: Callable[[str, str], None]) -> None:
        """Upload a medium in the background, unless the service has it.

        ``done`` is called on the uploader's thread with the address and no message, or no address and what went wrong.
        """

        def job() -> None:
            try:
                url, message = self.address(service, medium), ""
            except KlingError as error:
                url, message = "", str(error)
            except Exception as error:
                log.exception("an upload failed")
                url, message = "", f"{medium.name} is not uploaded ({type(error).__name__}). {FREE} Try again."
            done(url, message)

        self.later(job)

    def later(self, job: Callable[[], None]) -> None:
        """Run a job on the uploader's thread, after those before it."""
        self._thread.run(job)

    def close(self) -> None:
        """Start no further upload. One that runs ends with the process; it costs nothing. Safe twice."""
        self._thread.close()
