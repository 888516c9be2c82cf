"""A service on loopback that takes every submit and loses the answer: it speaks the tongues of all clients compared."""

from __future__ import annotations

import json
import socketserver
import threading
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler
from types import TracebackType
from typing import Any, Literal

from kling_widget.request.catalog import O3_PRO

Fault = Literal["cut", "hang", "502", "504", "429"]

HANG_S = 30.0
"""Longer than the time-out that all clients are given."""

REFUSALS = 3
"""How many submits are answered with 429 before one is taken."""

PRICE = 0.336
_PAGE = "<html><head><title>{0}</title></head><body><h1>{0}</h1><hr><center>nginx</center></body></html>"
_WORDS = {"502": "502 Bad Gateway", "504": "504 Gateway Time-out"}


class LosingServer:
    """Counts what it hears.

    Parameters
    ----------
    fault
        What happens to the answer to a submit: the connection is ``cut``, or nothing comes (``hang``), or a gateway's
        page does (``502``, ``504``); the task is made all the same. Or ``429``: nothing is made, three times.

    Attributes
    ----------
    submits
        Submits received.
    tasks
        Tasks made, and when.
    keyed
        Submits that carried a key by which a service could know a repetition.
    """

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self.submits = self.keyed = 0
        self.tasks: dict[str, datetime] = {}
        self.lock = threading.Lock()
        self.ended = threading.Event()
        losing = self

        class Handler(_Handler):
            server_of = losing

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True

        self._server = Server(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        """Its origin."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> LosingServer:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.ended.set()
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    server_of: LosingServer

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class names it so
        """Say nothing."""

    def do_GET(self) -> None:
        """Tell how a task stands: all are done."""
        self._say(_made(self.server_of, self.path.split("/predictions/")[-1].split("/")[0], "completed"))

    def do_POST(self) -> None:
        """Take a submit; or answer a question about submits."""
        asked = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        losing = self.server_of
        if self.path == "/api/v3/predictions":
            page = json.loads(asked).get("page", 1)  # newest first, all on the first page
            shown = [_made(losing, task, "processing")["data"] for task in reversed(losing.tasks)] if page == 1 else []
            self._say({"page": page, "total": len(losing.tasks), "items": shown})
        elif self.path == "/api/v3/billings/search":
            known = [task for task in json.loads(asked).get("prediction_uuids", []) if task in losing.tasks]
            bills = [{"prediction": {"uuid": task}, "price": PRICE, "billing_type": "deduct"} for task in known]
            self._say({"items": bills})
        elif self.path == "/api/v3/model/price":
            self._say({"price": PRICE, "discounted_price": PRICE})
        else:
            self._submit(losing)

    def _submit(self, losing: LosingServer) -> None:
        with losing.lock:
            losing.submits += 1
            losing.keyed += any("idempotency" in name.lower() for name in self.headers)
            refused = losing.fault == "429" and losing.submits <= REFUSALS
            task = f"task{losing.submits:04d}"
            if not refused:
                losing.tasks[task] = datetime.now(timezone.utc)
        if refused:
            self._say({"code": 429, "message": "Too many requests", "detail": "Too many requests"}, 429)
        elif losing.fault == "429":
            self._say(_made(losing, task, "created"))
        elif losing.fault == "hang":
            losing.ended.wait(HANG_S)
        elif losing.fault != "cut":
            self._send(_PAGE.format(_WORDS[losing.fault]).encode(), int(losing.fault), "text/html")
        self.close_connection = True

    def _say(self, data: dict[str, Any], status: int = 200) -> None:
        whole = data if "code" in data else {"code": 200, "message": "success", "data": data}
        self._send(json.dumps(whole).encode(), status, "application/json")

    def _send(self, body: bytes, status: int, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True


def _made(losing: LosingServer, task: str, status: str) -> dict[str, Any]:
    """A task in the words of all the services at once."""
    at = losing.tasks[task].isoformat(timespec="milliseconds").replace("+00:00", "Z")
    address = f"{losing.url}/api/v3/predictions/{task}/result"
    data = {"id": task, "model": O3_PRO, "status": status, "created_at": at, "urls": {"get": address}}
    outputs = [f"{losing.url}/{task}/1.mp4"] if status == "completed" else []
    fal = {"request_id": task, "response_url": address, "status_url": address, "cancel_url": address}
    replicate: dict[str, Any] = {
        "version": "1",
        "status": "starting",
        "input": {},
        "output": None,
        "error": None,
        "logs": "",
    }
    return {"code": 200, "message": "success", "data": {**data, "outputs": outputs}, **data, **fal, **replicate}
