"""Each call has one end, however its answer is spread over time. The server is a real socket that goes on and on."""

from __future__ import annotations

import contextlib
import io
import json
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kling_widget.errors import DownloadError, NoAnswer
from kling_widget.service import answers, download, upload
from kling_widget.service import client as client_module
from kling_widget.service.client import Client
from kling_widget.service.download import fetch
from kling_widget.service.submit_outcome import Accepted, Unknown
from kling_widget.settings import Key

TASK = {"id": "p1", "status": "created", "model": "m", "created_at": "2026-02-06T08:53:39Z", "outputs": [], "items": []}
WHOLE = json.dumps({"code": 200, "message": "success", "data": {**TASK, "balance": 1}}).encode()
READ_S, GAP_S = 0.3, 0.05


class Dripping:
    """Answers each connection byte by byte, until all is said or the client has left.

    Attributes
    ----------
    said
        Bytes that went out, one entry a connection that has ended.
    """

    def __init__(self, answer: bytes) -> None:
        self.answer = answer
        self.said: list[int] = []
        self.closed = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.origin = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):  # the listener is closed: the test is over
            while True:
                connection, _ = self._listener.accept()
                threading.Thread(target=self._say, args=(connection,), daemon=True).start()

    def _say(self, connection: socket.socket) -> None:
        said = 0
        with connection, contextlib.suppress(OSError):
            connection.recv(1 << 16)
            for byte in self.answer:
                connection.sendall(bytes([byte]))
                said += 1
                if self.closed.wait(GAP_S):
                    break
        self.said.append(said)

    def close(self) -> None:
        self.closed.set()
        self._listener.close()


def in_the_head(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body


def in_further_heads(body: bytes) -> bytes:
    return b"HTTP/1.1 100 Continue\r\n\r\n" * 20 + in_the_head(body)


def in_pieces(body: bytes) -> bytes:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    return head + b"".join(b"1\r\n%c\r\n" % byte for byte in body) + b"0\r\nTrailer: x\r\n\r\n"


def to_the_end_of_the_connection(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + body


WAYS = (in_the_head, in_further_heads, in_pieces, to_the_end_of_the_connection)


@pytest.fixture
def drips() -> Iterator[Callable[[bytes], Dripping]]:
    running: list[Dripping] = []

    def start(answer: bytes) -> Dripping:
        running.append(Dripping(answer))
        return running[-1]

    yield start
    for one in running:
        one.close()


@pytest.mark.parametrize("way", WAYS)
def test_a_submit_ends_and_is_unknown(drips: Callable[[bytes], Dripping], way: Callable[[bytes], bytes]) -> None:
    server = drips(way(WHOLE))
    outcome = Client(server.origin, Key("k"), read_s=READ_S).submit("m", {})
    assert isinstance(outcome, Unknown), outcome  # by a read's own time-out it would be accepted, at the very end
    assert "in time" in outcome.reason


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "ask",
    [
        lambda client: client.result("p1"),
        lambda client: client.recent(),
        lambda client: client.bills(["p1"]),
        lambda client: client.balance(),
        lambda client: client.delete(["p1"]),
    ],
    ids=["result", "list", "billing", "balance", "delete"],
)
def test_every_other_call_ends_in_words(
    drips: Callable[[bytes], Dripping], way: Callable[[bytes], bytes], ask: Callable[[Client], Any]
) -> None:
    server = drips(way(WHOLE))
    with pytest.raises(NoAnswer, match="took too long"):
        ask(Client(server.origin, Key("k"), read_s=READ_S))


def test_an_upload_ends(drips: Callable[[bytes], Dripping], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload, "TOTAL_S", 0.5)
    monkeypatch.setattr(client_module, "TOTAL_S", 0.5)
    put = drips(in_the_head(b"x" * 100))
    ticket = {"upload": {"url": f"{put.origin}/there"}, "download_url": f"{put.origin}/there"}
    with pytest.raises(NoAnswer, match="took too long"):
        upload._put(answers.upload_target(ticket), upload.Body(io.BytesIO(b"x"), headers={}), put.origin)
    with pytest.raises(NoAnswer, match="took too long"):
        Client(put.origin, Key("k"))._ask(
            "POST", "/media/upload/binary", form=upload.Body(io.BytesIO(b"x"), headers={})
        )


def test_a_download_ends(drips: Callable[[bytes], Dripping], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "TOTAL_S", 0.5)
    for way in WAYS:
        server = drips(way(b"x" * 200))
        with pytest.raises(DownloadError, match="too slowly"):
            fetch(f"{server.origin}/1.mp4", tmp_path / "1.mp4", own_origin=server.origin)
    assert not (tmp_path / "1.mp4").exists()


def test_the_server_is_left_long_before_it_has_said_all(drips: Callable[[bytes], Dripping]) -> None:
    server = drips(in_the_head(b"x" * 100_000))  # more than an hour's worth
    assert isinstance(Client(server.origin, Key("k"), read_s=READ_S).submit("m", {}), Unknown)
    ended = threading.Event()
    for _ in range(600):
        if server.said or ended.wait(0.05):
            break
    assert server.said
    assert server.said[0] < 100_000


def test_one_thread_ends_all_calls(drips: Callable[[bytes], Dripping]) -> None:
    server = drips(in_the_head(WHOLE))
    client = Client(server.origin, Key("k"), read_s=READ_S)
    outcomes: list[object] = []
    callers = [threading.Thread(target=lambda: outcomes.append(client.submit("m", {}))) for _ in range(12)]
    for caller in callers:
        caller.start()
    watching = [thread for thread in threading.enumerate() if thread.name == "kling-deadlines"]
    for caller in callers:
        caller.join(60)
    assert len(watching) == 1
    assert [type(outcome) for outcome in outcomes] == [Unknown] * 12


def test_a_connection_that_was_used_in_time_is_used_again() -> None:
    heard: list[bytes] = []

    def serve(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection:
            for _ in range(2):
                heard.append(connection.recv(1 << 16))
                connection.sendall(in_the_head(WHOLE))

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,), daemon=True)
        thread.start()
        client = Client(f"http://127.0.0.1:{listener.getsockname()[1]}", Key("k"), read_s=5)
        assert client.balance() == client.balance() == 1_000_000
        thread.join(10)
    assert len(heard) == 2
    client.close()


def test_a_quick_answer_is_not_cut(drips: Callable[[bytes], Dripping]) -> None:
    server = drips(in_the_head(b""))
    server.answer = b""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(1 << 16)
                connection.sendall(in_the_head(WHOLE))

        threading.Thread(target=serve, daemon=True).start()
        origin = f"http://127.0.0.1:{listener.getsockname()[1]}"
        assert isinstance(Client(origin, Key("k"), read_s=30).submit("m", {}), Accepted)
