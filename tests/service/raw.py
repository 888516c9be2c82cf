"""A server of raw bytes on loopback: says what a test wants, cuts where it wants, remembers what it heard."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from types import TracebackType

from ..patience import PATIENCE_S


class RawServer:
    """Answers each connection with ``reply(heard)``: bytes to send before closing, or None to cut without a word.

    Parameters
    ----------
    reply
        Gets the request as it came, head and body.
    """

    def __init__(self, reply: Callable[[bytes], bytes | None]) -> None:
        self._reply = reply
        self.heard: list[bytes] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def origin(self) -> str:
        host, port = self._socket.getsockname()
        return f"http://{host}:{port}"

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(5)
                heard = _whole(connection)
                self.heard.append(heard)
                answer = self._reply(heard)
                if answer is not None:
                    connection.sendall(answer)

    def __enter__(self) -> RawServer:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(PATIENCE_S)


def answer(body: bytes, status: int = 200, *headers: str, length: int | None = None) -> bytes:
    """An HTTP/1.1 answer; ``length`` is what it claims, the body's own unless given."""
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body) if length is None else length}", "Connection: close"]
    return "\r\n".join([*lines, *headers, "", ""]).encode() + body


def _whole(connection: socket.socket) -> bytes:
    heard = b""
    while b"\r\n\r\n" not in heard:
        piece = connection.recv(65536)
        if not piece:
            return heard
        heard += piece
    head, body = heard.split(b"\r\n\r\n", 1)
    wanted = next((int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0)
    while len(body) < wanted:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body
