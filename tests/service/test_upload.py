"""Files on their way to a service. The servers are real sockets, and what they heard is looked at byte by byte."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from kling_widget.engine.uploader import Uploader
from kling_widget.errors import (
    InputRefused,
    KeyRejected,
    KlingError,
    MediumRefused,
    NoAnswer,
    NotFound,
    RateLimited,
    ServiceFailure,
    Unreadable,
)
from kling_widget.practice import PracticeServer
from kling_widget.service import answers, upload
from kling_widget.service.client import Client
from kling_widget.settings import Key
from kling_widget.store import Store
from kling_widget.store.media import MediaStore, media
from kling_widget.store.media_types import Medium
from tests.clips import mp4

from ..patience import PATIENCE_S
from .raw import RawServer, answer

KEY = "wsk_live_canary_of_uploads"
SERVICE = "practice"


def picture(shade: int = 90, kind: str = "PNG") -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (320, 300), (shade, 40, 60)).save(file, kind)
    return file.getvalue()


FOX = picture()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[PracticeServer]:
    with PracticeServer(tmp_path / "service", as_live=True) as running:
        yield running


@pytest.fixture
def store(tmp_path: Path) -> MediaStore:
    return MediaStore(Store.in_folder(tmp_path)._engine, tmp_path)


@pytest.fixture
def uploader(server: PracticeServer, store: MediaStore) -> Iterator[Uploader]:
    client = Client(server.url, Key(KEY))
    running = Uploader(store, lambda service: client, again_s=(0.0, 0.0))
    yield running
    running.close()


def calls(server: PracticeServer, name: str) -> int:
    return sum(post["call"] == name for post in server.view()["posts"])


def lies_at(url: str) -> bytes:
    found = requests.get(url, timeout=10)
    assert found.status_code == 200
    return found.content


def ticket(place: str, **more: Any) -> bytes:
    """What a service answers to whoever wants to upload."""
    data = {"upload": {"method": "PUT", "url": place, "headers": {"X-Signed": "yes"}}, "download_url": f"{place}?d"}
    return answer(json.dumps({"code": 200, "data": {**data, **more}}).encode())


ODD = st.none() | st.booleans() | st.integers() | st.text(max_size=30) | st.just("https://h.example/x")


@given(
    st.dictionaries(
        st.sampled_from(("upload", "download_url")),
        ODD
        | st.dictionaries(
            st.sampled_from(("url", "method", "headers")), ODD | st.dictionaries(st.text(max_size=8), ODD)
        ),
    )
)
def test_an_answer_however_odd_names_a_place_or_is_unreadable(data: dict[str, Any]) -> None:
    try:
        found = answers.upload_target(data)
    except Unreadable:
        return
    assert found.url == found.download_url == "https://h.example/x"
    assert not any(mark in f"{name}{value}" for name, value in found.headers.items() for mark in "\r\n")


def test_a_file_lies_where_the_answer_says(server: PracticeServer) -> None:
    url = Client(server.url, Key(KEY)).upload("A fox.png", "image/png", FOX)
    assert lies_at(url) == FOX
    assert requests.head(url, timeout=10).headers["Content-Type"] == "image/png"
    assert calls(server, "put") == 1


@pytest.mark.parametrize("status", [404, 405])
def test_a_service_without_the_newer_way_gets_the_file_by_the_older_one(server: PracticeServer, status: int) -> None:
    server.faults.add(call="upload", match="/media/uploads", effect="status", status=status)
    film = mp4()
    url = Client(server.url, Key(KEY)).upload('fi"lm\r\nX: y.mp4', "video/mp4", io.BytesIO(film))
    assert lies_at(url) == film
    assert calls(server, "put") == 0


def test_the_bytes_travel_without_the_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text(f"default login me password {KEY}\n")
    monkeypatch.setenv("NETRC", str(netrc))
    with RawServer(lambda heard: ticket(f"{service.origin}/put") if b"POST" in heard else answer(b"")) as service:
        url = Client(service.origin, Key(KEY)).upload("fox.png", "image/png", FOX)
        assert url == f"{service.origin}/put?d"
        asked, put = service.heard
    assert f"Authorization: Bearer {KEY}".encode() in asked
    assert asked.endswith(json.dumps({"filename": "fox.png", "size": len(FOX), "content_type": "image/png"}).encode())
    assert put.startswith(b"PUT /put HTTP/1.1\r\n")
    assert b"X-Signed: yes\r\n" in put
    assert f"Content-Length: {len(FOX)}\r\n".encode() in put
    assert put.endswith(FOX)
    assert b"authorization" not in put.lower()
    assert KEY.encode() not in put


@pytest.mark.parametrize("status", [302, 307, 308])
def test_another_host_that_is_redirected_to_hears_nothing(status: int) -> None:
    with RawServer(lambda heard: answer(b"")) as thief:
        away = answer(b"", status, f"Location: {thief.origin}/steal")
        with (
            RawServer(lambda heard: ticket(f"{service.origin}/put") if b"POST" in heard else away) as service,
            pytest.raises(ServiceFailure, match=f"HTTP {status}"),
        ):
            Client(service.origin, Key(KEY)).upload("fox.png", "image/png", FOX)
        with RawServer(lambda heard: away) as service, pytest.raises(ServiceFailure):
            Client(service.origin, Key(KEY)).upload("fox.png", "image/png", FOX)
        assert thief.heard == []


@pytest.mark.parametrize(
    "place",
    ["http://cdn.example/x", "https://10.0.0.1/x", "https://localhost/x", "http://127.0.0.1:1/x", "https://me:pw@h.example/x"],
)  # fmt: skip
def test_a_place_that_no_service_has_reason_to_name_gets_no_file(place: str) -> None:
    with (
        RawServer(lambda heard: ticket(place)) as service,
        pytest.raises(NoAnswer, match=r"not safe to put it to.*nothing was charged") as caught,
    ):
        Client(service.origin, Key(KEY)).upload("fox.png", "image/png", FOX)
    assert caught.type is NoAnswer  # one that a person can import


@pytest.mark.parametrize(
    ("fault", "kind", "words"),
    [
        ({"call": "upload", "effect": "status", "status": 413}, InputRefused, "too large for the service"),
        ({"call": "upload", "effect": "status", "status": 400, "message": "no"}, InputRefused, "said: “no”"),
        ({"call": "upload", "effect": "status", "status": 429, "retry_after": "7"}, RateLimited, "Too many requests"),
        ({"call": "upload", "effect": "status", "status": 502}, ServiceFailure, "HTTP 502"),
        ({"call": "upload", "effect": "status", "status": 404, "times": 2}, NotFound, "Give the address"),
        ({"call": "upload", "effect": "page"}, NoAnswer, "no answer that can be read"),
        ({"call": "upload", "effect": "patch", "data": {"download_url": None}}, NoAnswer, "can be read"),
        ({"call": "upload", "effect": "patch", "data": {"upload": {"url": 5}}}, NoAnswer, "can be read"),
        ({"call": "upload", "cut": -1}, NoAnswer, "broke off"),
        ({"call": "put", "effect": "status", "status": 413}, InputRefused, "too large for the service"),
        ({"call": "put", "effect": "status", "status": 403}, ServiceFailure, "HTTP 403"),
        ({"call": "put", "cut": -1}, NoAnswer, "broke off"),
    ],
)
def test_what_went_wrong_is_said_with_what_it_costs_and_what_to_do(
    server: PracticeServer, fault: dict[str, Any], kind: type[KlingError], words: str
) -> None:
    server.faults.add(**fault)
    with pytest.raises(kind, match=words) as said:
        Client(server.url, Key(KEY)).upload("fox.png", "image/png", FOX)
    assert "nothing was charged" in str(said.value)
    assert str(said.value).count(".") > 1
    if isinstance(said.value, RateLimited):
        assert said.value.retry_after == 7


def test_a_key_that_is_not_accepted_is_said_as_ever(server: PracticeServer) -> None:
    with pytest.raises(KeyRejected, match="Check WAVESPEED_API_KEY"):
        Client(server.url, Key("bad")).upload("fox.png", "image/png", FOX)


@pytest.mark.parametrize("fault", [{"call": "upload", "hang": 30}, {"call": "put", "hang": 30}])
def test_a_service_that_is_silent_is_not_waited_for_for_ever(
    server: PracticeServer, monkeypatch: pytest.MonkeyPatch, fault: dict[str, Any]
) -> None:
    monkeypatch.setattr(upload, "IDLE_S", 0.2)
    server.faults.add(**fault)
    with pytest.raises(NoAnswer, match="none in time"):
        Client(server.url, Key(KEY), read_s=0.4).upload("fox.png", "image/png", FOX)


def test_a_file_that_goes_too_slowly_is_given_up(server: PracticeServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload, "TOTAL_S", -1.0)
    with pytest.raises(NoAnswer, match="nothing was charged"):
        Client(server.url, Key(KEY)).upload("fox.png", "image/png", FOX)


# Each file once


def test_a_file_is_uploaded_once_and_remembered(server: PracticeServer, uploader: Uploader) -> None:
    fox = uploader.store.keep(FOX, "fox.png")
    url = uploader.address(SERVICE, fox)
    assert uploader.address(SERVICE, fox) == url
    assert lies_at(url) == FOX
    assert calls(server, "put") == 1
    assert uploader.store.by_url(url) == Medium(fox.sha256, "fox.png", "image/png", len(FOX))


def test_two_tries_more_are_made_and_not_three(server: PracticeServer, uploader: Uploader) -> None:
    fox = uploader.store.keep(FOX, "fox.png")
    server.faults.add(call="put", cut=-1, times=3)
    with pytest.raises(NoAnswer, match="broke off"):
        uploader.address(SERVICE, fox)
    server.faults.add(call="put", effect="status", status=503)
    server.faults.add(call="upload", effect="html", status=504)
    assert lies_at(uploader.address(SERVICE, fox)) == FOX


def test_what_the_service_refuses_is_not_tried_again(server: PracticeServer, uploader: Uploader) -> None:
    server.faults.add(call="upload", effect="status", status=413, times=None)
    with pytest.raises(InputRefused):
        uploader.address(SERVICE, uploader.store.keep(FOX, "fox.png"))
    assert calls(server, "upload") == 1


def test_an_upload_that_the_service_will_throw_away_is_made_again_from_the_kept_file(
    server: PracticeServer, uploader: Uploader, store: MediaStore
) -> None:
    fox = store.keep(FOX, "fox.png")
    first = uploader.address(SERVICE, fox)
    with store._engine.begin() as connection:
        connection.execute(media.update().values(uploaded_at=media.c.uploaded_at - 7 * 24 * 3_600_000))
    second = uploader.address(SERVICE, fox)
    assert second != first
    assert lies_at(second) == FOX
    assert store.by_url(first) == store.by_url(second)


def test_a_practice_server_at_another_port_is_given_the_file_again(
    tmp_path: Path, server: PracticeServer, uploader: Uploader, store: MediaStore
) -> None:
    first = uploader.address(SERVICE, store.keep(FOX, "fox.png"))
    with PracticeServer(tmp_path / "service") as other:
        client = Client(other.url, Key(KEY))
        again = Uploader(store, lambda service: client)
        (second,) = again.prepare(SERVICE, {"images": [first]})["images"]
        assert second.startswith(other.url)
        assert lies_at(second) == FOX


def test_a_file_that_is_gone_here_and_there_is_said(uploader: Uploader, store: MediaStore) -> None:
    fox = store.keep(FOX, "fox.png")
    store.path(fox).unlink()
    with pytest.raises(MediumRefused, match=r"not in the library any more.*nothing was charged"):
        uploader.address(SERVICE, fox)


def test_paths_and_bytes_in_inputs_become_addresses_and_other_addresses_stay(
    tmp_path: Path, uploader: Uploader
) -> None:
    path = tmp_path / "wolf.webp"
    path.write_bytes(picture(10, "WEBP"))
    given = {
        "prompt": "A fox",
        "image": path,
        "end_image": str(path),
        "images": [FOX, "https://pictures.example/a.png"],
        "video": mp4(),
    }
    made = uploader.prepare(SERVICE, given)
    assert made["image"] == made["end_image"]
    assert lies_at(made["image"]) == path.read_bytes()
    assert lies_at(made["images"][0]) == FOX
    assert made["images"][1] == "https://pictures.example/a.png"
    assert lies_at(made["video"]) == mp4()
    assert made["prompt"] == "A fox"
    assert uploader.prepare(SERVICE, made) == made
    with pytest.raises(MediumRefused, match="There is no file"):
        uploader.prepare(SERVICE, {"image": "no/where.png"})
    with pytest.raises(MediumRefused, match="is not an MP4 or MOV video, but PNG"):
        uploader.prepare(SERVICE, {"video": FOX})


def test_uploads_go_one_by_one_on_one_thread_which_tells_how_they_ended(
    server: PracticeServer, uploader: Uploader
) -> None:
    told: list[tuple[str, str, str]] = []
    over = threading.Event()
    server.faults.add(call="put", cut=-1, times=3)
    for shade in range(4):
        uploader.send(
            SERVICE,
            uploader.store.keep(picture(shade), f"{shade}.png"),
            lambda url, words: told.append((url, words, threading.current_thread().name)),
        )
    uploader.later(over.set)
    assert over.wait(PATIENCE_S)
    (lost, words, thread), *rest = told
    assert (lost, thread) == ("", "kling-uploads")
    assert words.startswith("0.png is not uploaded")
    assert [lies_at(url) for url, _, _ in rest] == [picture(shade) for shade in (1, 2, 3)]
    assert {thread for _, _, thread in told} == {"kling-uploads"}


def test_a_job_that_fails_stops_no_other_and_none_begins_after_the_end(uploader: Uploader) -> None:
    done: list[str] = []
    over = threading.Event()

    def broken() -> None:
        raise ZeroDivisionError

    uploader.later(broken)
    uploader.later(over.set)
    assert over.wait(PATIENCE_S)
    uploader.close()
    uploader.close()
    uploader.later(lambda: done.append("late"))
    assert not any(thread.name == "kling-uploads" for thread in threading.enumerate())
    assert done == []
