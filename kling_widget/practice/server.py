"""The server: its routes, and how to run it in a thread or as a program."""

from __future__ import annotations

import asyncio
import socket
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from types import TracebackType
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.web import Application

from . import api_calls, control_api, file_handlers
from .faults import Fault, Faults
from .ledger import Ledger
from .options import Rules
from .simulated_service import SimulatedService

HOST = "127.0.0.1"
"""The only address that the server listens on."""

_BODY_LIMIT = 220_000_000  # what the service takes at most for one upload, and some

_BUFFER = 1_000_000
"""Bytes that the server reads ahead of a handler."""


def checked_port(port: int) -> int:
    """Return the port if its number is valid; the system would silently wrap a larger one."""
    if not 0 <= port <= 65535:
        raise ValueError(f"a port is a number from 0 to 65535, not {port}")
    return port


def application(service: SimulatedService, faults: Faults) -> Application:
    """Return the application with all routes."""
    both = {"service": service, "faults": faults}
    api, task_id = "/api/v3", r"([^/]+)"
    return Application(
        [
            (rf"{api}/predictions", api_calls.ListHandler, both),
            (rf"{api}/predictions/delete", api_calls.DeleteHandler, both),
            (rf"{api}/predictions/{task_id}(?:/result)?", api_calls.ResultHandler, both),
            (rf"{api}/balance", api_calls.BalanceHandler, both),
            (rf"{api}/models", api_calls.ModelsHandler, both),
            (rf"{api}/model/price", api_calls.PriceHandler, both),
            (rf"{api}/billings/search", api_calls.BillingHandler, both),
            (rf"{api}/media/uploads", file_handlers.UploadSlotHandler, both),
            (rf"{api}/media/upload/binary", file_handlers.FormUploadHandler, both),
            (rf"{api}/(.+)", api_calls.SubmitHandler, both),
            (r"/predictions/([0-9a-f]{32})/1\.mp4", file_handlers.ClipHandler, both),
            (r"/uploads/([0-9a-f]{32})/[^/]+", file_handlers.PutHandler, both),
            (r"/practice", control_api.IdentityHandler, both),
            (r"/practice/ledger", control_api.LedgerHandler, both),
            (r"/practice/faults", control_api.FaultsHandler, both),
            (r"/practice/clock", control_api.ClockHandler, both),
            (r"/practice/balance", control_api.TopUpHandler, both),
            (r"/", control_api.WelcomeHandler, both),
        ],
        default_handler_class=control_api.NotFoundHandler,
        default_handler_args=both,
        log_function=lambda handler: None,
    )


async def serve(
    service: SimulatedService, faults: Faults, port: int, ready: Callable[[str], None], stop: asyncio.Event
) -> None:
    """Serve until ``stop`` is set.

    Parameters
    ----------
    service, faults
        What the routes work with.
    port
        0 to 65535; 0 picks a free one. Raises ``ValueError`` for others, and ``OSError`` if the server can't listen.
    ready
        Receives the server's origin once it can be reached.
    stop
        Ends it.
    """
    listening = socket.create_server((HOST, checked_port(port)))  # tornado's way leaves a socket open where it fails
    listening.setblocking(False)
    server = HTTPServer(application(service, faults), max_body_size=_BODY_LIMIT, max_buffer_size=_BUFFER)
    server.add_socket(listening)
    ready(f"http://{HOST}:{listening.getsockname()[1]}")
    try:
        await stop.wait()
    finally:
        server.stop()
        await server.close_all_connections()


class PracticeServer:
    """A practice server in a thread of this process, for tests and for teaching.

    ``with PracticeServer(median=0.2) as server: server.url``

    Parameters
    ----------
    ledger
        Folder of the ledger, which may hold an earlier server's; None: a temporary one, removed at the end.
    port
        The port to listen on; 0 picks a free one.
    clock
        Seconds since 1970.
    faults
        Rules in force from the start.
    rules
        Any field of ``Rules`` by its name: ``median``, ``sigma``, ``balance``, ``strict``, …

    Attributes
    ----------
    url
        The server's origin, which clients take as it is.
    faults
        The faults in force: ``server.faults.add(call="submit", effect="status", status=502, created=True)``.
    service
        The simulated service behind it.
    """

    def __init__(
        self,
        ledger: str | Path | None = None,
        *,
        port: int = 0,
        clock: Callable[[], float] = time.time,
        faults: tuple[Fault, ...] = (),
        **rules: Any,
    ) -> None:
        unknown = set(rules) - {field.name for field in fields(Rules)}
        if unknown:
            raise TypeError(f"a practice server has no rule {', '.join(sorted(unknown))}")
        self._rules, self._folder, self._port, self._clock = Rules(**rules), ledger, checked_port(port), clock
        self._temporary: tempfile.TemporaryDirectory[str] | None = None
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self.faults = Faults()
        for fault in faults:
            self.faults.add(fault)
        self.url = ""
        self.service: SimulatedService

    def __enter__(self) -> PracticeServer:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def ledger(self) -> Ledger:
        """Its ledger, for questions that ``view`` does not answer."""
        return self.service.ledger

    @property
    def token(self) -> str:
        """The owner's token, which opens what is under ``/practice/``."""
        return self.service.ledger.token

    def view(self) -> dict[str, Any]:
        """Return what ``GET /practice/ledger`` shows: totals, posts, tasks, charges, polls."""
        return control_api.ledger_view(self.service)

    def start(self) -> None:
        """Start the server and wait until it can be reached."""
        if self._folder is None:
            self._temporary = tempfile.TemporaryDirectory(prefix="kling-practice-")
        self.service = SimulatedService(
            Path(self._temporary.name if self._temporary else str(self._folder)), self._rules, self._clock
        )
        ready = threading.Event()
        failure: list[BaseException] = []

        def reachable(url: str) -> None:
            self.url = url
            ready.set()

        async def run() -> None:
            self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
            await serve(self.service, self.faults, self._port, reachable, self._stop)

        def work() -> None:
            try:
                asyncio.run(run())
            except BaseException as error:  # noqa: BLE001 - handed to whoever waits for the start
                failure.append(error)
            finally:
                ready.set()

        self._thread = threading.Thread(target=work, name="practice-server", daemon=True)
        self._thread.start()
        ready.wait()
        if failure:
            self._thread.join()
            self.close()
            raise failure[0]

    def close(self) -> None:
        """Stop the server; its folder stays unless it is temporary."""
        if self._loop and self._stop and self._thread and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join()
        self.service.close()
        if self._temporary:
            self._temporary.cleanup()
