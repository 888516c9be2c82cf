"""Free questions to a service that nobody waits for: prices, balances, billing, the catalog."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import TypeVar

from ..errors import KlingError, NoAnswer
from ..service.client import Client
from .background import BackgroundThread, Job

log = logging.getLogger(__name__)

T = TypeVar("T")


class BackgroundQueries:
    """Asks services in the background, one question after the other.

    Parameters
    ----------
    client
        Returns the client for a service and an account.
    """

    def __init__(self, client: Callable[[str, str | None], Client]) -> None:
        self._client = client
        self._lock = threading.RLock()  # in C: an interrupt leaves it whole
        self._waiting: dict[str, Job] = {}
        self._thread = BackgroundThread("kling-queries")

    def ask(
        self,
        service: str,
        question: Callable[[Client], T],
        on_answer: Callable[[T], None],
        *,
        about: str,
        account: str | None = None,
        on_error: Callable[[KlingError], None] = lambda error: None,
    ) -> None:
        """Ask a question; return at once.

        Parameters
        ----------
        service
            The service to ask.
        question
            Asks it; may take as long as a request does.
        on_answer
            Called with the answer, on the background thread.
        about
            Replaces a question about the same thing that still waits: who types asks for the last price only.
        account
            Whose tasks it is about; unless given, those of the key that the settings name.
        on_error
            Called where there is no answer.
        """

        def carry_out() -> None:
            try:
                answer = question(self._client(service, account))
            except KlingError as error:
                log.info("%s could not be asked about %s: %s", service, about, error)
                on_error(error)
            except Exception as error:
                log.exception("%s could not be asked about %s", service, about)
                on_error(NoAnswer(f"The service could not be asked ({type(error).__name__}). Nothing was charged."))
            else:
                on_answer(answer)

        with self._lock:
            self._waiting[about] = carry_out
        self._thread.run(self._next)

    def close(self) -> None:
        """Forget the questions that wait. One that was sent ends by itself: nobody waits for its answer."""
        with self._lock:
            self._waiting.clear()
        self._thread.close(wait_s=0.0)

    def _next(self) -> None:
        with self._lock:
            about = next(iter(self._waiting), None)
            question = self._waiting.pop(about) if about is not None else None
        if question is not None:
            question()
