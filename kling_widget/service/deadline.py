"""An end for every HTTP call: at its deadline its sockets are shut down, however slowly an answer drips.

A read's own time-out begins anew with each byte, so it ends no call. One thread for the whole process watches them all.
"""

from __future__ import annotations

import contextlib
import queue
import socket
import threading
import time
from types import TracebackType
from typing import Any


class Call:
    """One HTTP call, from the opening of its connection to the last byte of its answer.

    Used as a context: connections that the same thread opens or uses inside belong to the call.

    Parameters
    ----------
    seconds
        How long it may take in all.

    Attributes
    ----------
    sent
        Whether a byte of the request may have left this machine.
    late
        Whether the deadline has passed. What was read is then no whole answer, even if it looks like one.
    """

    def __init__(self, seconds: float) -> None:
        self.end = time.monotonic() + seconds
        self.sent = self.late = False
        self._connections: list[Any] = []
        self._sockets: list[Any] = []
        self._outer: Call | None = None

    def __enter__(self) -> Call:
        self._outer = current()
        _here.call = self
        _watch.add(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _here.call = self._outer
        _watch.remove(self)
        self.late = self.late or time.monotonic() >= self.end
        self._connections.clear()
        self._sockets.clear()

    def uses(self, connection: Any) -> None:
        """Note that the call goes over this connection, whichever socket that has at the time."""
        with _watch.lock:
            if connection not in self._connections:
                self._connections.append(connection)

    def reads(self, sock: Any) -> None:
        """Note that the answer comes over this socket: a connection forgets one that closes after the answer."""
        with _watch.lock:
            self._sockets.append(sock)

    def cut(self) -> None:
        """Shut down whatever it reads from or writes to. Called by the watch, under its lock."""
        self.late = True
        used = [*(getattr(connection, "sock", None) for connection in self._connections), *self._sockets]
        for sock in dict.fromkeys(used):  # each once: by the second time its number may be another one's
            # The plain socket's own way: TLS's would take the next bytes for plain text.
            plain = getattr(sock, "socket", sock)
            if isinstance(plain, socket.socket):
                with contextlib.suppress(OSError):  # it is closed already
                    socket.socket.shutdown(plain, socket.SHUT_RDWR)


def current() -> Call | None:
    """The call that this thread is in."""
    return getattr(_here, "call", None)


class _Watch:
    """The thread that ends calls at their deadlines. It starts with the first call."""

    def __init__(self) -> None:
        self.lock = threading.RLock()  # in C: an interrupt leaves it whole
        self._calls: set[Call] = set()
        self._bell: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def add(self, call: Call) -> None:
        with self.lock:
            first = all(call.end < other.end for other in self._calls)
            self._calls.add(call)
            if self._thread is None or not self._thread.is_alive():  # a forked process has none
                self._thread = threading.Thread(target=self._run, name="kling-deadlines", daemon=True)
                self._thread.start()
        if first:  # else it wakes early enough by itself
            self._bell.put(None)

    def remove(self, call: Call) -> None:
        with self.lock:
            self._calls.discard(call)

    def _run(self) -> None:
        while True:
            with self.lock:
                now = time.monotonic()
                for call in [call for call in self._calls if call.end <= now]:
                    call.cut()
                    self._calls.discard(call)
                end = min((call.end for call in self._calls), default=None)
            with contextlib.suppress(queue.Empty):
                self._bell.get(timeout=None if end is None else max(0.0, end - time.monotonic()))


_here = threading.local()
_watch = _Watch()
