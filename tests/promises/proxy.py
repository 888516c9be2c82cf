"""A proxy on loopback that breaks connections as real networks do: cut, reset, hang, hold, refuse, garble."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Literal
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Trouble:
    """What befalls a connection.

    Attributes
    ----------
    match
        Only connections whose first bytes hold this.
    times
        How many connections; None: all.
    hold
        Seconds for which the request is kept back before the server gets it, whatever the client does meanwhile.
    up, down
        Bytes that pass to the server and to the client before the end; None: all.
    end
        How it ends where bytes are kept back: closed, reset, or silent for as long as the client waits.
    garbage
        Said to the client at once, instead of anything that the server says.
    drip
        Seconds between any two bytes of the answer.
    """

    match: bytes = b""
    times: int | None = 1
    hold: float = 0.0
    up: int | None = None
    down: int | None = None
    end: Literal["close", "reset", "hang"] = "close"
    garbage: bytes = b""
    drip: float = 0.0


class ChaosProxy:
    """Passes connections on to a server, but for the troubles.

    Parameters
    ----------
    upstream
        The server's origin; empty where nothing is to be passed on.
    troubles
        The first that fits a connection befalls it.

    Attributes
    ----------
    heard
        Every byte that clients sent, one entry a connection.
    """

    def __init__(self, upstream: str, troubles: Sequence[Trouble] = ()) -> None:
        parts = urlsplit(upstream)
        self._upstream = (parts.hostname or "127.0.0.1", parts.port or 9)
        self._troubles = list(troubles)
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._listening: socket.socket | None = None
        self._ends: set[socket.socket] = set()
        self.heard: list[bytearray] = []
        self.port = 0
        self.up()
        self.down()

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def up(self) -> None:
        """Listen, at the same port as before."""
        listening = socket.socket()
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", self.port))
        listening.listen(50)
        self.port = listening.getsockname()[1]
        self._listening = listening
        threading.Thread(target=self._accept, args=(listening,), daemon=True).start()

    def down(self) -> None:
        """Refuse new connections, and cut those there are."""
        if self._listening is not None:
            with contextlib.suppress(OSError):  # nobody was connected to it
                self._listening.shutdown(socket.SHUT_RDWR)
            self._listening.close()
            self._listening = None
        with self._lock:
            ends = list(self._ends)
        for end in ends:
            _cut(end, reset=True)

    def __enter__(self) -> ChaosProxy:
        self.up()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closed.set()
        self.down()

    def _accept(self, listening: socket.socket) -> None:
        while True:
            try:
                client, _ = listening.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(client,), daemon=True).start()

    def _befalls(self, first: bytes) -> Trouble:
        with self._lock:
            for number, trouble in enumerate(self._troubles):
                if trouble.match in first:
                    if trouble.times == 1:
                        del self._troubles[number]
                    elif trouble.times is not None:
                        self._troubles[number] = replace(trouble, times=trouble.times - 1)
                    return trouble
        return Trouble()

    def _carry(self, client: socket.socket) -> None:
        server = None
        self._remember(client)
        try:
            first = client.recv(1 << 16)
            heard = bytearray(first)
            self.heard.append(heard)
            trouble = self._befalls(first)
            if trouble.garbage:
                client.sendall(trouble.garbage)
                return
            self._closed.wait(trouble.hold)
            server = socket.create_connection(self._upstream)
            self._remember(server)
            upward = threading.Thread(target=_pass_on, args=(client, server, trouble.up, heard, first), daemon=True)
            upward.start()
            whole = self._drip(server, client, trouble.drip) if trouble.drip else _pass_on(server, client, trouble.down)
            if trouble.up is not None or not whole:
                if trouble.end == "hang":
                    self._closed.wait(30)
                _cut(client, reset=trouble.end == "reset")
        except OSError:
            return  # one side has gone: that is what this is for
        finally:
            for end in (client, server):
                if end is not None:
                    self._forget(end)

    def _drip(self, server: socket.socket, client: socket.socket, seconds: float) -> bool:
        """Pass an answer on byte by byte, for as long as the client listens."""
        while piece := server.recv(1 << 16):
            for byte in piece:
                client.sendall(bytes([byte]))
                if self._closed.wait(seconds):
                    return True
        return True

    def _remember(self, end: socket.socket) -> None:
        with self._lock:
            self._ends.add(end)

    def _forget(self, end: socket.socket) -> None:
        with self._lock:
            self._ends.discard(end)
        _cut(end, reset=False)


def _pass_on(
    source: socket.socket, target: socket.socket, most: int | None, heard: bytearray | None = None, first: bytes = b""
) -> bool:
    """Pass bytes on, at most so many; whether all were passed."""
    passed = 0
    piece = first
    try:
        while True:
            if not piece:
                piece = source.recv(1 << 16)
                if not piece:
                    break
                if heard is not None:
                    heard += piece
            if most is not None and passed + len(piece) > most:
                target.sendall(piece[: most - passed])
                target.shutdown(socket.SHUT_WR)
                return False
            target.sendall(piece)
            passed += len(piece)
            piece = b""
        target.shutdown(socket.SHUT_WR)
    except OSError:
        return True  # one side has gone, of its own will
    return True


def _cut(end: socket.socket, *, reset: bool) -> None:
    with contextlib.suppress(OSError):  # it may be closed already
        if reset:
            end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        else:
            end.shutdown(socket.SHUT_RDWR)
    end.close()
