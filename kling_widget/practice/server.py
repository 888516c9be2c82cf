"""The server: its routes, and ways to run it, in this process's own thread or as a program."""

from __future__ import annotations

import asyncio
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from types import TracebackType
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application

from . import api_calls, control_api, file_handlers
from .faults import Fault, Faults
from .ledger import Ledger
from .options import Rules
from .tasks import Desk

HOST = "127.0.0.1"
"""The only address that it listens on."""

_BODY_LIMIT = 220_000_000  # what the service takes at most for one upload, and some

_BUFFER = 1_000_000
"""Bytes that are read ahead of what a call has taken."""


def checked_port(port: int) -> int:
    """Give the port back if there is one of that number; the system would take what is left over of a larger one."""
    if not 0 <= port <= 65535:
        raise ValueError(f"a port is a number from 0 to 65535, not {port}")
    return port


def application(desk: Desk, faults: Faults) -> Application:
    """All routes."""
    both = {"desk": desk, "faults": faults}
    api, known = "/api/v3", r"([^/]+)"
    return Application(
        [
            (rf"{api}/predictions", api_calls.ListDoor, both),
            (rf"{api}/predictions/delete", api_calls.DeleteDoor, both),
            (rf"{api}/predictions/{known}(?:/result)?", api_calls.ResultDoor, both),
            (rf"{api}/balance", api_calls.BalanceDoor, both),
            (rf"{api}/models", api_calls.ModelsDoor, both),
            (rf"{api}/model/price", api_calls.PriceDoor, both),
            (rf"{api}/billings/search", api_calls.BillingDoor, both),
            (rf"{api}/media/uploads", file_handlers.TicketDoor, both),
            (rf"{api}/media/upload/binary", file_handlers.BinaryDoor, both),
            (rf"{api}/(.+)", api_calls.SubmitDoor, both),
            (r"/predictions/([0-9a-f]{32})/1\.mp4", file_handlers.ClipDoor, both),
            (r"/uploads/([0-9a-f]{32})/[^/]+", file_handlers.PutDoor, both),
            (r"/practice", control_api.IdentityDoor, both),
            (r"/practice/ledger", control_api.LedgerDoor, both),
            (r"/practice/faults", control_api.FaultsDoor, both),
            (r"/practice/clock", control_api.ClockDoor, both),
            (r"/practice/balance", control_api.TopUpDoor, both),
            (r"/", control_api.WelcomeDoor, both),
        ],
        default_handler_class=control_api.NothingDoor,
        default_handler_args=both,
        log_function=lambda handler: None,
    )


async def serve(desk: Desk, faults: Faults, port: int, ready: Callable[[str], None], stop: asyncio.Event) -> None:
    """Serve until ``stop`` is set.

    Parameters
    ----------
    desk, faults
        What it serves.
    port
        Where: 0 to 65535; 0 picks a free one. Raises ``ValueError`` for others, and ``OSError`` where it can't listen.
    ready
        Called with the server's origin once it can be reached.
    stop
        Ends it.
    """
    sockets = bind_sockets(checked_port(port), HOST)
    server = HTTPServer(application(desk, faults), max_body_size=_BODY_LIMIT, max_buffer_size=_BUFFER)
    server.add_sockets(sockets)
    ready(f"http://{HOST}:{sockets[0].getsockname()[1]}")
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
        Folder of its ledger, which may hold an earlier server's; None: a temporary one, removed at the end.
    port
        Where it listens; 0 picks a free port.
    clock
        Seconds since 1970.
    faults
        Rules in force from the start.
    rules
        Any field of ``Rules`` by its name: ``median``, ``sigma``, ``balance``, ``strict``, …

    Attributes
    ----------
    url
        Its origin, as the clients take it.
    faults
        The faults in force: ``server.faults.add(call="submit", effect="status", status=502, created=True)``.
    desk
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
        self.desk: Desk

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
        return self.desk.ledger

    @property
    def token(self) -> str:
        """The owner's token, which opens what is under ``/practice/``."""
        return self.desk.ledger.token

    def view(self) -> dict[str, Any]:
        """What ``GET /practice/ledger`` shows: totals, posts, tasks, charges, looks."""
        return control_api.ledger_view(self.desk)

    def start(self) -> None:
        """Start it and wait until it can be reached."""
        if self._folder is None:
            self._temporary = tempfile.TemporaryDirectory(prefix="kling-practice-")
        self.desk = Desk(Path(self._temporary.name if self._temporary else str(self._folder)), self._rules, self._clock)
        ready = threading.Event()
        trouble: list[BaseException] = []

        def known(url: str) -> None:
            self.url = url
            ready.set()

        async def run() -> None:
            self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
            await serve(self.desk, self.faults, self._port, known, self._stop)

        def work() -> None:
            try:
                asyncio.run(run())
            except BaseException as error:  # noqa: BLE001 - handed to whoever waits for the start
                trouble.append(error)
            finally:
                ready.set()

        self._thread = threading.Thread(target=work, name="practice-server", daemon=True)
        self._thread.start()
        ready.wait()
        if trouble:
            self.desk.close()
            raise trouble[0]

    def close(self) -> None:
        """Stop it; its folder stays unless it was temporary."""
        if self._loop and self._stop and self._thread and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join()
        self.desk.close()
        if self._temporary:
            self._temporary.cleanup()
