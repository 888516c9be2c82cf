"""A service with two accounts: each key sees its own tasks and no other's, as at the vendor's."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from urllib.parse import urlsplit

from kling_widget.practice import PracticeServer

from .world import a_service

KEY_A, KEY_B = "wsk_live_account_a_0123456789abcdef", "wsk_live_account_b_0123456789abcdef"


class Gate:
    """Passes a connection on to the server of the account whose key it carries."""

    def __init__(self, servers: dict[str, PracticeServer]) -> None:
        self._servers = servers
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=50)
        self.origin = f"http://127.0.0.1:{self._listening.getsockname()[1]}"

    def __enter__(self) -> Gate:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(client,), daemon=True).start()

    def _carry(self, client: socket.socket) -> None:
        head = b""
        with contextlib.suppress(OSError):
            while b"\r\n\r\n" not in head and (piece := client.recv(65536)):
                head += piece
            parts = urlsplit(self._whose(head).url)
            with socket.create_connection((parts.hostname or "", parts.port or 0)) as server:
                server.sendall(head)
                back = threading.Thread(target=_pass, args=(server, client), daemon=True)
                back.start()
                _pass(client, server)
                back.join()
        client.close()

    def _whose(self, head: bytes) -> PracticeServer:
        for key, server in self._servers.items():
            if key.encode() in head:
                return server
        named = re.search(rb"/predictions/([0-9a-f]{32})/", head)  # a clip, which is fetched without a key
        for server in self._servers.values():
            if named and server.ledger.task(named[1].decode()):
                return server
        return next(iter(self._servers.values()))


def _pass(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while piece := source.recv(65536):
            target.sendall(piece)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)


@dataclass(frozen=True)
class TwoAccounts:
    """The accounts' servers, each with a ledger of its own, and the one origin at which both are reached."""

    a: PracticeServer
    b: PracticeServer
    origin: str


@contextmanager
def two_accounts(folder: Path, **rules: float) -> Iterator[TwoAccounts]:
    """Start such a service."""
    with (
        a_service(folder / "a", **rules) as a,
        a_service(folder / "b", **rules) as b,
        Gate({KEY_A: a, KEY_B: b}) as gate,
    ):
        yield TwoAccounts(a, b, gate.origin)
