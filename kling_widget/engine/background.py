"""Questions to a service that cost nothing and that nobody waits for: prices, balances, the catalogue."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from typing import TypeVar

from ..errors import KlingError, NoAnswer
from ..service.client import Client

log = logging.getLogger(__name__)

T = TypeVar("T")


class Asker:
    """Asks a service in the background, one question after the other, on a thread that starts with the first.

    Parameters
    ----------
    client
        Gives the client for a service.
    """

    def __init__(self, client: Callable[[str, str | None], Client]) -> None:
        self._client = client
        self._lock = threading.RLock()  # in C: an interrupt leaves it whole
        self._waiting: dict[str, Callable[[], None]] = {}
        self._bell: queue.SimpleQueue[bool] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def ask(
        self,
        service: str,
        question: Callable[[Client], T],
        told: Callable[[T], None],
        *,
        about: str,
        account: str | None = None,
        refused: Callable[[KlingError], None] = lambda error: None,
    ) -> None:
        """Ask a question; returns at once.

        Parameters
        ----------
        service
            Whom.
        question
            Asks it; may take as long as a request does.
        told
            Called with the answer, on the asker's thread.
        about
            A question about the same thing that still waits is forgotten: who types asks for the last price only.
        account
            Whose tasks it is about; unless given, whoever's key is found.
        refused
            Called where there is no answer.
        """

        def carry_out() -> None:
            try:
                answer = question(self._client(service, account))
            except KlingError as error:
                log.info("%s could not be asked about %s: %s", service, about, error)
                refused(error)
            except Exception as error:
                log.exception("%s could not be asked about %s", service, about)
                refused(NoAnswer(f"The service could not be asked ({type(error).__name__}). Nothing was charged."))
            else:
                told(answer)

        with self._lock:
            self._waiting[about] = carry_out
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="kling-asker", daemon=True)
                self._thread.start()
        self._bell.put(True)

    def close(self) -> None:
        """Forget what still waits; a question under way ends by itself."""
        with self._lock:
            self._waiting.clear()
        self._bell.put(False)

    def _run(self) -> None:
        while self._bell.get():
            with self._lock:
                about = next(iter(self._waiting), None)
                job = self._waiting.pop(about) if about is not None else None
            if job is None:
                continue
            try:
                job()
            except Exception:
                log.exception("a question about %s failed", about)  # and the next one is asked
