from __future__ import annotations

import hashlib
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from urllib3.connection import HTTPSConnection

from kling_widget.errors import BadFile, DownloadError, LeaseLost, StaleAddress
from kling_widget.service.download import MAX_BYTES, Clip, fetch
from kling_widget.urls import is_public

from ..clips import mp4
from .raw import RawServer, answer

BODY = mp4()


def fetched(folder: Path, reply: bytes | None, max_bytes: int = MAX_BYTES) -> Clip:
    with RawServer(lambda heard: reply) as server:
        return fetch(
            f"{server.origin}/x/1.mp4", folder / "takes" / "clip.mp4", own_origin=server.origin, max_bytes=max_bytes
        )


def test_a_clip_arrives_whole_checked_and_hashed(tmp_path: Path) -> None:
    told: list[tuple[int, int | None]] = []
    with RawServer(lambda heard: answer(BODY)) as server:
        path = tmp_path / "takes" / "clip.mp4"
        clip = fetch(
            f"{server.origin}/1.mp4",
            path,
            own_origin=server.origin,
            on_progress=lambda done, all_: told.append((done, all_)),
        )
        (request,) = server.heard
    assert path.read_bytes() == BODY
    assert (clip.bytes, clip.sha256) == (len(BODY), hashlib.sha256(BODY).hexdigest())
    assert (clip.mp4.width, clip.mp4.height) == (320, 180)
    assert told[-1] == (len(BODY), len(BODY))
    assert b"authorization" not in request.lower()
    assert b"Accept-Encoding: identity" in request
    assert [p.name for p in path.parent.iterdir()] == ["clip.mp4"]


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        pytest.param(None, DownloadError, id="cut without a word"),
        pytest.param(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + BODY[:-9], BadFile, id="cut, without a length"),
        pytest.param(answer(b"<html>gone</html>"), BadFile, id="HTML with 200"),
        pytest.param(answer(b"", 403), StaleAddress, id="403"),
        pytest.param(answer(b"", 404), StaleAddress, id="404"),
        pytest.param(answer(b"", 410), StaleAddress, id="410"),
        pytest.param(answer(b"", 500), DownloadError, id="500"),
        pytest.param(answer(BODY, 200, "Content-Encoding: gzip"), DownloadError, id="compressed, though not asked"),
        pytest.param(answer(BODY, 206), DownloadError, id="a part that nobody asked for"),
        pytest.param(answer(b"", 302, "Location: http://10.0.0.1/x.mp4"), DownloadError, id="to a private network"),
        pytest.param(answer(b"", 302, "Location: file:///etc/passwd"), DownloadError, id="to a file"),
        pytest.param(answer(b"", 302, "Location: /again"), DownloadError, id="round and round"),
    ],
)
def test_what_is_not_the_whole_clip_leaves_nothing_behind(
    tmp_path: Path, reply: bytes | None, kind: type[Exception]
) -> None:
    with pytest.raises(kind):
        fetched(tmp_path, reply)
    assert list((tmp_path / "takes").iterdir()) == []


TAG = 'ETag: "abc"'


def resumed(folder: Path, second: Callable[[bytes], bytes], *, attempt: int) -> tuple[Clip, list[bytes]]:
    """A download that is cut after 4,000 bytes, and gone on with as this attempt."""
    cut = answer(BODY[:4000], 200, TAG, length=len(BODY))
    replies: list[Callable[[bytes], bytes]] = [lambda heard: cut, second, lambda heard: answer(BODY, 200, TAG)]
    coming = iter(replies)
    with RawServer(lambda heard: next(coming)(heard)) as server:

        def go(number: int) -> Clip:
            path = folder / "takes" / "clip.mp4"
            return fetch(f"{server.origin}/1.mp4", path, own_origin=server.origin, attempt=number)

        with pytest.raises(DownloadError, match=r"did not come through|cut off"):
            go(1)
        try:
            clip = go(attempt)
        except DownloadError:
            clip = go(attempt)
        assert [p.name for p in (folder / "takes").iterdir()] == ["clip.mp4"]
        assert (folder / "takes" / "clip.mp4").read_bytes() == BODY
        assert clip.sha256 == hashlib.sha256(BODY).hexdigest()
        return clip, server.heard


def rest(start: int, *headers: str, status: int = 206) -> Callable[[bytes], bytes]:
    size = len(BODY)
    return lambda heard: answer(
        BODY[start:], status, f"Content-Range: bytes {start}-{size - 1}/{size}", *(headers or (TAG,))
    )


@pytest.mark.parametrize("attempt", [1, 2])  # the same kernel, and the next one
def test_what_came_through_before_a_cut_is_not_fetched_again(tmp_path: Path, attempt: int) -> None:
    _, (_, second) = resumed(tmp_path, rest(4000), attempt=attempt)
    assert b"Range: bytes=4000-\r\n" in second
    assert b'If-Range: "abc"\r\n' in second


@pytest.mark.parametrize(
    "second",
    [
        pytest.param(lambda heard: answer(BODY, 200, TAG), id="the whole file to a range"),
        pytest.param(lambda heard: answer(BODY, 200, 'ETag: "new"'), id="another file"),
        pytest.param(rest(3000), id="a part that begins elsewhere"),
        pytest.param(rest(4000, 'ETag: "new"'), id="a part of another file"),
        pytest.param(rest(4000, "X: y"), id="a part of nobody knows what"),
        pytest.param(lambda heard: answer(b"", 416, "Content-Range: bytes */0"), id="416"),
    ],
)
def test_a_part_that_does_not_fit_is_begun_again(tmp_path: Path, second: Callable[[bytes], bytes]) -> None:
    resumed(tmp_path, second, attempt=1)


def test_a_kernel_that_lost_the_take_does_not_name_the_file(tmp_path: Path) -> None:
    def lost() -> None:
        raise LeaseLost("another kernel")

    with RawServer(lambda heard: answer(BODY)) as server, pytest.raises(LeaseLost):
        fetch(f"{server.origin}/1.mp4", tmp_path / "clip.mp4", own_origin=server.origin, require_lease=lost)
    assert not (tmp_path / "clip.mp4").exists()


def test_a_file_larger_than_any_clip_is_thrown_away(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="larger than any clip"):
        fetched(tmp_path, answer(BODY), max_bytes=len(BODY) - 1)
    assert list((tmp_path / "takes").iterdir()) == []


def test_what_a_dead_kernel_left_is_no_obstacle(tmp_path: Path) -> None:
    left = tmp_path / "takes" / ".clip.mp4.7.part"
    left.parent.mkdir()
    left.write_bytes(b"half")
    assert fetched(tmp_path, answer(BODY)).bytes == len(BODY)
    assert [p.name for p in left.parent.iterdir()] == ["clip.mp4"]


def test_a_name_that_leads_to_this_machine_is_not_spoken_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with RawServer(lambda heard: b"") as server:
        port = int(server.origin.rpartition(":")[2])
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *about, **how: found)
        with pytest.raises(DownloadError, match="not safe to fetch from"):
            fetch("https://cdn.example/1.mp4", tmp_path / "clip.mp4", own_origin="http://127.0.0.1:1")
        assert b"".join(server.heard) == b""


def test_a_connection_whose_other_side_can_not_be_told_is_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[socket.socket] = []

    def unconnected(connection: HTTPSConnection) -> socket.socket:
        made.append(socket.socket())  # the other side has gone before it was asked for
        return made[-1]

    monkeypatch.setattr(HTTPSConnection, "_new_conn", unconnected)
    with pytest.raises(DownloadError):
        fetch("https://cdn.example/1.mp4", tmp_path / "clip.mp4", own_origin="http://127.0.0.1:1")
    assert [sock.fileno() for sock in made] == [-1]


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        ("10.1.2.3", False),
        ("169.254.169.254", False),
        ("127.0.0.1", False),
        ("::1", False),
        ("::ffff:10.0.0.1", False),
        ("fe80::1%eth0", False),
        ("100.64.0.1", False),
    ],
)
def test_addresses_of_private_networks_are_known(address: str, public: bool) -> None:
    assert is_public(address) is public


@pytest.mark.parametrize(
    "address",
    [
        "http://cdn.example/x.mp4",
        "file:///etc/passwd",
        "https://user:pw@cdn.example/x.mp4",
        "https://127.0.0.1/x.mp4",
        "https://169.254.169.254/latest",
        "https://[::1]/x.mp4",
        "https://localhost/x.mp4",
        "https:///x.mp4",
    ],
)
def test_an_address_that_no_service_has_reason_to_give_is_not_fetched(tmp_path: Path, address: str) -> None:
    with pytest.raises(DownloadError, match="not safe to fetch from"):
        fetch(address, tmp_path / "clip.mp4", own_origin="http://127.0.0.1:1")
