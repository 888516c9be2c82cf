"""The base of all API calls: record the call, check it, answer it, and apply a fault to the answer."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http.client import responses
from pathlib import Path
from typing import Any

from tornado.iostream import IOStream, StreamClosedError
from tornado.web import RequestHandler, stream_request_body

from . import answers
from .faults import Answer, Fault, Faults
from .options import Refused, admit
from .request_body import JSON_LIMIT, Body
from .simulated_service import SimulatedService

JSON = {"Content-Type": "application/json; charset=utf-8"}

_CHUNK = 256 * 1024
HOSTS = frozenset({"127.0.0.1", "localhost", "[::1]"})
"""The host names that a client on this machine may use."""


@dataclass(frozen=True)
class FileRange:
    """``length`` bytes of a file from ``start`` on."""

    path: Path
    start: int
    length: int

    def read(self) -> bytes:
        """Return all of them."""
        with self.path.open("rb") as file:
            file.seek(self.start)
            return file.read(self.length)


@dataclass
class Reply:
    """An answer before faults: what is sent, and what the ledger records about it."""

    status: int = 200
    body: bytes | FileRange = b""
    headers: Mapping[str, str] | None = None
    task: str | None = None
    model: str | None = None


@stream_request_body
class ApiHandler(RequestHandler):
    """The base of all API calls.

    It refuses a call before it reads the body, so that nobody without a key can make this server hold what they send.

    Attributes
    ----------
    call
        The call's name, for faults and the ledger.
    open_to_all
        Whether it needs no key.
    """

    call = ""
    open_to_all = False

    def initialize(self, service: SimulatedService, faults: Faults) -> None:
        """Keep what all calls work with."""
        self.service, self.faults = service, faults
        self.fault: Fault | None = None
        self.body: Body | None = None
        """What was sent; None if nothing was read."""

    async def prepare(self) -> None:
        """Prepare to receive the body, or refuse the call without reading it."""
        try:
            self.admit()
            self.body = self.sink()
        except Refused as refused:
            reply = _refusal(refused)
            await self.serve(lambda: reply)

    def admit(self) -> None:
        """Check the caller. Raises ``Refused`` (401, 403)."""
        if self.request.host.rsplit(":", 1)[0].lower() not in HOSTS:
            raise Refused(403, "This server speaks to its own machine only.")
        if not self.open_to_all:
            token = self.service.ledger.token if self.service.rules.private else None
            admit(self.request.headers.get("Authorization", ""), self.service.rules, token)

    def sink(self) -> Body:
        """Return where the body goes. Raises ``Refused`` (400, 404, 413) if the headers rule it out."""
        return self.body_sink(0 if self.open_to_all else JSON_LIMIT)

    def body_sink(self, limit: int, path: Path | None = None) -> Body:
        """Return a body for at most ``limit`` bytes. Raises ``Refused`` (413) if the headers announce more."""
        if (self.announced or 0) > limit:
            raise Refused(413, f"The request is too large: at most {limit} bytes.")
        return Body(limit, path)

    @property
    def announced(self) -> int | None:
        """The length of the body in bytes by its header; None without a usable one."""
        text = self.request.headers.get("Content-Length", "")
        return int(text) if text.isascii() and text.isdigit() else None

    def data_received(self, chunk: bytes) -> None:
        """Receive the next bytes of the body."""
        if self.body:
            self.body.add(chunk)

    def on_connection_close(self) -> None:
        """Drop a body that breaks off."""
        super().on_connection_close()
        if self.body:
            self.body.drop()

    def set_default_headers(self) -> None:
        """Mark every answer as simulated."""
        self.set_header("X-Kling-Practice", "1")
        self.clear_header("Server")

    def compute_etag(self) -> None:
        """Return no ETag: only files have one, which they set themselves."""

    def write_error(self, status_code: int, **about: Any) -> None:
        """Answer in the envelope where tornado would answer in HTML (405, and 500 for a bug here)."""
        self.set_header("Content-Type", JSON["Content-Type"])
        self.finish(answers.encode({"code": status_code, "message": responses.get(status_code, "Unknown")}))

    def log_exception(self, *about: Any) -> None:
        """Log no broken connection: breaking them is what this server is for."""
        if not isinstance(about[1], (StreamClosedError, asyncio.CancelledError)):
            super().log_exception(*about)

    @property
    def origin(self) -> str:
        """The origin that the client used, so that a proxy in between stays in between."""
        return f"{self.request.protocol}://{self.request.host}"

    def json(self) -> Mapping[str, Any]:
        """Return the JSON object in the body. Raises ``Refused`` (400)."""
        try:
            value = json.loads(self.body.content if self.body else b"")
        except (ValueError, RecursionError) as error:
            raise Refused(400, "Invalid parameter: the body is no JSON", 1401) from error
        if not isinstance(value, dict):
            raise Refused(400, "Invalid parameter: the body is no JSON object", 1401)
        return value

    def success(self, data: object, **record: Any) -> Reply:
        """Return the envelope of a success; ``record`` goes to the ledger."""
        return Reply(200, answers.success(data), JSON, **record)

    async def serve(self, act: Callable[[], Reply | Awaitable[Reply]]) -> None:
        """Carry out the call as far as its fault allows, and send the answer as the fault shapes it."""
        try:
            await self._serve(act)
        finally:
            if self.body:
                self.body.drop()

    async def _serve(self, act: Callable[[], Reply | Awaitable[Reply]]) -> None:
        request, body = self.request, self.body
        text = ""
        if body and body.too_long:
            act = self._too_long
        elif body and self.call not in ("put", "upload"):
            text = body.content[:100_000].decode("utf-8", "replace")
        fault = self.fault = self.faults.take(self.call, f"{request.path}\n{text}")
        number = self.service.ledger.note(
            self.service.clock(), self.call, request.method or "", request.path,
            body.sha256 if body and request.method in ("POST", "PUT", "DELETE") else None,
            fault.effect if fault else None,
        )  # fmt: skip
        reply = Reply()
        if fault is None or fault.carried_out:
            reply = await self._reply(act)
        cut_early = fault is not None and fault.cut == -1
        if fault is None:
            await self._send(reply, number)
            return
        sent = reply.body if isinstance(reply.body, bytes) else reply.body.read()
        answer = fault.spoil(Answer(reply.status, reply.headers or JSON, sent))
        self.service.ledger.noted(number, None if cut_early else answer.status, reply.task, reply.model)
        if fault.travels_oddly:
            await _travel(self.detach(), answer, fault, self.request.method == "HEAD")
        else:
            await self._send(Reply(answer.status, answer.body, answer.headers), None)

    async def _reply(self, act: Callable[[], Reply | Awaitable[Reply]]) -> Reply:
        try:
            reply = act()
            return reply if isinstance(reply, Reply) else await reply
        except Refused as refused:
            return _refusal(refused)

    def _too_long(self) -> Reply:
        raise Refused(413, "The request is too large.")

    async def _send(self, reply: Reply, number: int | None) -> None:
        if number is not None:
            self.service.ledger.noted(number, reply.status, reply.task, reply.model)
        self.set_status(reply.status)
        for name, value in (reply.headers or {}).items():
            self.set_header(name, value)
        body = reply.body
        length = len(body) if isinstance(body, bytes) else body.length
        if reply.status != 304:
            self.set_header("Content-Length", str(length))
        if self.request.method == "HEAD" or not length:
            await self.finish()
        elif isinstance(body, bytes):
            await self.finish(body)
        else:
            with body.path.open("rb") as file:
                file.seek(body.start)
                left = body.length
                while left:
                    piece = file.read(min(_CHUNK, left))
                    if not piece:
                        break
                    left -= len(piece)
                    self.write(piece)
                    await self.flush()
            await self.finish()


def _refusal(refused: Refused) -> Reply:
    return Reply(refused.status, answers.refusal(refused), {**JSON, **(refused.headers or {})})


async def _travel(stream: IOStream, answer: Answer, fault: Fault, head_only: bool) -> None:
    """Send an answer by hand: late, slowly, without its length, or not to its end."""
    try:
        await asyncio.sleep(fault.hang)
        if fault.cut == -1:
            _reset(stream)
            return
        lines = [f"HTTP/1.1 {answer.status} {responses.get(answer.status, 'Unknown')}", "X-Kling-Practice: 1"]
        lines += [f"{name}: {value}" for name, value in answer.headers.items() if name.lower() != "content-length"]
        lines += [] if fault.lengthless else [f"Content-Length: {len(answer.body)}"]
        await stream.write(("\r\n".join([*lines, "Connection: close"]) + "\r\n\r\n").encode("latin-1", "replace"))
        body = b"" if head_only else answer.body
        body = body if fault.cut is None else body[: fault.cut]
        step = max(1, fault.drip // 20) if fault.drip else _CHUNK
        for start in range(0, len(body), step):
            await stream.write(body[start : start + step])
            if fault.drip:
                await asyncio.sleep(0.05)
        if fault.cut is not None:
            _reset(stream)
    except StreamClosedError:
        return  # the client hung up, which it may
    finally:
        stream.close()


def _reset(stream: IOStream) -> None:
    """Break off the connection, with a TCP reset where the system allows it."""
    stream.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    stream.close()
