"""Nobody makes the server hold what they send: it refuses before it reads, and keeps files on the disk."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from kling_widget.practice import PracticeServer

from ..patience import PATIENCE_S
from .conftest import O3, Caller

MEGABYTE = 1_000_000
NOWHERE = "0" * 32

UNASKED = [
    ("POST", "/api/v3/kwaivgi/kling-video-o3-pro/text-to-video", 401),
    ("POST", "/api/v3/media/uploads", 401),
    ("POST", "/api/v3/media/upload/binary", 401),
    ("POST", "/api/v3/predictions", 401),
    ("PUT", f"/uploads/{NOWHERE}/a.png", 404),
    ("POST", f"/uploads/{NOWHERE}/a.png", 413),
    ("GET", f"/predictions/{NOWHERE}/1.mp4", 413),
    ("POST", "/practice/faults", 401),
    ("GET", "/practice/ledger", 401),
    ("POST", "/", 413),
    ("PUT", "/anything", 413),
]
"""Calls without a key, each with a body, and how they are answered."""


def answer_to_headers(url: str, method: str, path: str, *headers: str) -> int:
    """Send the headers only. Gives the status of the answer, which must come although no body does."""
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname, parts.port), PATIENCE_S) as stream:
        lines = [f"{method} {path} HTTP/1.1", f"Host: {parts.netloc}", "Content-Type: application/json", *headers]
        stream.sendall("\r\n".join([*lines, "", ""]).encode())
        first = stream.recv(4096).decode()
    found = re.match(r"HTTP/1.1 (\d+)", first)
    assert found, first
    return int(found[1])


@pytest.mark.parametrize(("method", "path", "status"), UNASKED)
@pytest.mark.parametrize("length", ["Content-Length: 80000000", "Content-Length: 219000000"])
def test_what_is_refused_is_refused_before_it_is_read(
    server: PracticeServer, method: str, path: str, status: int, length: str
) -> None:
    assert answer_to_headers(server.url, method, path, length) == status


def test_a_wrong_key_is_refused_before_it_is_read(server: PracticeServer) -> None:
    for key, status in (("bad-key", 401), ("suspended", 403)):
        header = f"Authorization: Bearer {key}"
        path = "/api/v3/media/upload/binary"
        assert answer_to_headers(server.url, "POST", path, header, "Content-Length: 80000000") == status


def test_an_upload_of_another_size_is_refused_before_it_is_read(call: Caller, server: PracticeServer) -> None:
    ticket = call("POST", "media/uploads", json={"filename": "a.png", "size": 5}).json()["data"]
    path = urlsplit(ticket["upload"]["url"]).path
    assert answer_to_headers(server.url, "PUT", path, "Content-Length: 80000000") == 400


def test_what_no_call_may_hold_is_refused_before_it_is_read(server: PracticeServer) -> None:
    key = "Authorization: Bearer anything"
    for path in ("/api/v3/predictions", "/api/v3/media/uploads", "/api/v3/media/upload/binary"):
        assert answer_to_headers(server.url, "POST", path, key, "Content-Length: 210000000") == 413


def in_pieces(megabytes: int) -> Iterator[bytes]:
    for _ in range(megabytes):
        yield b"x" * MEGABYTE


def test_a_body_without_a_length_is_held_to_the_same_limits(call: Caller, server: PracticeServer) -> None:
    owner = {"Authorization": f"Bearer {server.token}", "Content-Type": "application/json"}
    assert call("POST", "predictions", data=in_pieces(40)).status_code == 413
    faults = requests.post(f"{server.url}/practice/faults", data=in_pieces(2), headers=owner, timeout=PATIENCE_S)
    assert (faults.status_code, server.faults.rules()) == (400, [])
    ticket = call("POST", "media/uploads", json={"filename": "a.png", "size": 5}).json()["data"]
    assert requests.put(ticket["upload"]["url"], data=in_pieces(2), timeout=PATIENCE_S).status_code == 413
    assert requests.get(ticket["download_url"], timeout=PATIENCE_S).status_code == 404
    assert requests.put(ticket["upload"]["url"], data=iter([b"12", b"345"]), timeout=PATIENCE_S).status_code == 200
    assert requests.get(ticket["download_url"], timeout=PATIENCE_S).content == b"12345"


@pytest.mark.parametrize("content", [b"", b"1", b"\r\n--" * 70_000, bytes(range(256)) * 4000])
def test_a_form_gives_its_file_whole(call: Caller, server: PracticeServer, content: bytes) -> None:
    files = {
        "note": (None, "not this one"),
        "other": ("b.png", b"nor this"),
        "file": ("a picture.png", content, "image/png"),
        "last": (None, "."),
    }
    answer = call("POST", "media/upload/binary", files=files)
    if not content:
        assert answer.status_code == 400
        return
    data = answer.json()["data"]
    assert (data["filename"], data["size"], data["type"]) == ("a-picture.png", len(content), "image")
    found = requests.get(data["download_url"], timeout=PATIENCE_S)
    assert (found.content, found.headers["Content-Type"]) == (content, "image/png")


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data; boundary=x", b""),
        ("multipart/form-data; boundary=x", b"--x--\r\n"),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n12',
        ),
        ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\n12\r\n--x--'),
        ("multipart/form-data; boundary=x", b"--x" * 5000),
        ("multipart/form-data", b"--x\r\n"),
        ("application/octet-stream", b"12345"),
        ("", b"12345"),
    ],
)
def test_a_form_without_a_whole_file_is_refused(call: Caller, kind: str, body: bytes) -> None:
    answer = call("POST", "media/upload/binary", data=body, headers={"Content-Type": kind})
    assert (answer.status_code, answer.json()["error_code"]) == (400, 1400)


def test_nothing_is_left_of_what_was_refused_or_broke_off(call: Caller, server: PracticeServer) -> None:
    ticket = call("POST", "media/uploads", json={"filename": "a.png", "size": 5000}).json()["data"]
    requests.put(ticket["upload"]["url"], data=iter([b"1"]), timeout=PATIENCE_S)
    parts = urlsplit(ticket["upload"]["url"])
    with socket.create_connection((parts.hostname, parts.port), PATIENCE_S) as stream:
        stream.sendall(f"PUT {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Length: 5000\r\n\r\n12".encode())
    call("POST", "media/upload/binary", data=b"nothing", headers={"Content-Type": "multipart/form-data; boundary=x"})
    whole = requests.put(ticket["upload"]["url"], data=b"x" * 5000, timeout=PATIENCE_S)
    assert whole.status_code == 200
    name = parts.path.split("/")[2]
    # The server reads what came before in the order in which it came: by now it has seen the broken one.
    assert [path.name for path in server.service.uploads.iterdir()] == [name]


@pytest.mark.skipif(sys.platform != "linux", reason="reads how much memory a process needed at most from /proc")
def test_memory_does_not_grow_by_what_is_sent(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "kling_widget.practice",
        "--port",
        "0",
        "--ledger",
        str(tmp_path),
        "--scale",
        "0.1",
    ]
    with subprocess.Popen(
        [*command, "--exit-with-stdin"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    ) as process:  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            url = json.loads(process.stdout.readline())["url"]
            key = {"Authorization": "Bearer anything"}

            def most() -> int:
                words = Path(f"/proc/{process.pid}/status").read_text()
                return int(re.findall(r"VmHWM:\s+(\d+) kB", words)[0]) // 1000

            def upload(megabytes: int) -> None:
                size = {"filename": "a.bin", "size": megabytes * MEGABYTE}
                ticket = requests.post(f"{url}/api/v3/media/uploads", json=size, headers=key, timeout=PATIENCE_S)
                to = ticket.json()["data"]["upload"]["url"]
                assert requests.put(to, data=bytes(megabytes * MEGABYTE), timeout=PATIENCE_S).status_code == 200
                assert len(requests.get(to, timeout=PATIENCE_S).content) == megabytes * MEGABYTE

            def form(megabytes: int) -> None:
                files = {"file": ("a.bin", bytes(megabytes * MEGABYTE))}
                to = f"{url}/api/v3/media/upload/binary"
                assert requests.post(to, files=files, headers=key, timeout=PATIENCE_S).status_code == 200

            _make_a_clip(url, key)  # all that it ever imports has been imported then
            upload(1)
            form(1)
            before = most()
            for method, path, _ in UNASKED:
                sent = requests.request(
                    method, url + path, data=in_pieces(90), headers={"Content-Type": "application/json"},
                    timeout=PATIENCE_S,
                )  # fmt: skip
                assert sent.status_code >= 400, path
            upload(90)
            form(90)
            assert most() - before < 40
        finally:
            process.kill()


def _make_a_clip(url: str, key: dict[str, str]) -> None:
    inputs = {"prompt": "a fox", "duration": 3}
    sent = requests.post(f"{url}/api/v3/{O3}", json=inputs, headers=key, timeout=PATIENCE_S).json()["data"]
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        task = requests.get(sent["urls"]["get"], headers=key, timeout=PATIENCE_S).json()["data"]
        if task["status"] == "completed":
            return
        time.sleep(0.05)
    raise AssertionError("the clip was not made")
