"""The key is on requests to the service, and nowhere else: a canary is sent through everything and then looked for."""

from __future__ import annotations

import base64
import copy
import json
import logging
import os
import pickle
import threading
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import psutil  # type: ignore[import-untyped]  # its types are another package
import pytest

from kling_widget import Library, TakeFailed
from kling_widget.errors import KlingError, SettingsError
from kling_widget.practice import PracticeServer, faults
from kling_widget.practice.faults import Answer, Effect, Fault
from kling_widget.service import download, practice_process, service
from kling_widget.service.client import Client
from kling_widget.settings import Key, ask_key, environment_key, find_key
from tests.clips import mp4
from tests.service.raw import RawServer, answer

from ..patience import PATIENCE_S, until
from .proxy import ChaosProxy
from .world import KEY, a_service, ask, settled

pytestmark = pytest.mark.promise("G7")

ESCAPED = "".join(f"\\u{ord(letter):04X}" for letter in KEY)
BASE64 = base64.b64encode(f"Authorization: Bearer {KEY}".encode()).decode()
NUL = "\\u0000"
PIECE = "".join(f"\\u{ord(letter):04x}" for letter in KEY[:18])
SHAPES = (
    *(
        shape.encode()
        for shape in (KEY, KEY[:18], PIECE, quote_plus(KEY), KEY[8:-4], ESCAPED, quote(ESCAPED), BASE64[32:-4])
    ),
    NUL.join(KEY).encode(),
)


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PracticeServer]:
    with a_service(tmp_path / "service") as running:
        monkeypatch.setenv("WAVESPEED_API_KEY", KEY)
        monkeypatch.setenv("WAVESPEED_BASE_URL", running.url)
        monkeypatch.setenv("KLING_TIER", "gold")
        yield running


def leaks(*texts: object) -> list[str]:
    """Those that hold the key."""
    return [str(text)[:200] for text in texts if any(shape.decode() in f"{text!r} {text}" for shape in SHAPES)]


def leaking_files(folder: Path) -> list[str]:
    """Files that hold the key."""
    return [
        str(path)
        for path in folder.rglob("*")
        if path.is_file() and any(shape in path.read_bytes() for shape in SHAPES)
    ]


@pytest.mark.parametrize(
    "fault",
    [
        {"call": "submit"},
        {"call": "submit", "cut": -1},
        {"call": "submit", "effect": "status", "status": 400, "message": f"bad key {KEY}"},
        {"call": "submit", "effect": "html", "status": 502, "message": f"Bearer {KEY}"},
        {"call": "submit", "effect": "body", "status": 400, "body": f'{{"code": 400, "message": "{ESCAPED}"}}'},
        {"call": "submit", "effect": "body", "status": 502, "body": f"<p>{quote(ESCAPED)} {BASE64}</p>"},
        {"call": "submit", "effect": "body", "status": 400, "body": f'{{"code": 400, "message": "{NUL.join(KEY)}"}}'},
        {"call": "submit", "effect": "body", "status": 400, "body": f'{{"code": 400, "message": "bad {PIECE}…"}}'},
        {"call": "submit", "effect": "status", "status": 429, "retry_after": KEY},
        {"call": "submit", "headers": {"Date": KEY, "X-Request": KEY, "Location": f"https://{KEY}/"}},
        {"call": "result", "effect": "patch", "data": {"error": f"your key {KEY[:20]}…"}},
        {"call": "result", "effect": "patch", "data": {"status": f"dreams of {KEY}"}},
        {"call": "result", "effect": "patch", "data": {"error": f"your key {KEY}"}},
        {"call": "result", "effect": "status", "status": 500, "message": f"Bearer {KEY}", "times": 3},
        {"call": "file", "effect": "status", "status": 403, "message": KEY},
    ],
    ids=["all is well", "a lost answer", "a refusal that says it", "a page that says it",
         "a refusal that says it escaped", "a page that says it packed", "a refusal that says it with gaps",
         "a refusal that says a piece escaped",
         "a header that says it", "headers that say it", "a record that says a piece", "a status that says it",
         "a record that says it",
         "trouble that says it", "a stale clip"],
)  # fmt: skip
def test_the_key_is_not_in_the_library_nor_in_logs_nor_in_words(
    tmp_path: Path, server: PracticeServer, caplog: pytest.LogCaptureFixture, fault: dict[str, Any]
) -> None:
    caplog.set_level(logging.DEBUG)
    server.faults.add(**fault)
    library = Library(tmp_path / "library")
    take = ask(library, server.url)
    said: list[object] = []
    try:
        take.wait(timeout=PATIENCE_S)
    except TakeFailed as error:
        said += [error, *traceback.format_exception(error)]
    until(lambda: settled(take), lambda: take.record)
    client = library._gateway.engine._connections.client(server.url)
    said += [
        take,
        library,
        vars(take),
        take.record,
        take.candidates,
        take.problem,
        take.to_code(),
        library._gateway.engine,
        client,
    ]
    said += [vars(client), vars(client._session), client._session.auth, take.record.answer]
    said += [library.history().to_csv(), library.spend().to_csv(), *caplog.messages, caplog.text]
    library.close()
    assert not leaks(*said)
    assert not leaking_files(tmp_path / "library")


def test_the_key_does_not_show_itself() -> None:
    key = Key(KEY)
    assert not leaks(
        key, [key], {"key": key}, f"{key}", Client("https://api.wavespeed.ai", key), key.redact(f"a {KEY} b".encode())
    )
    for way in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="not pickled or copied"):
            way(key)
    with pytest.raises(KlingError) as caught:
        Key(f"{KEY} with words\n")
    assert not leaks(caught.value, *traceback.format_exception(caught.value))


def test_an_error_of_the_network_does_not_carry_it(server: PracticeServer, monkeypatch: pytest.MonkeyPatch) -> None:
    key = find_key()
    assert key is not None
    for origin in ("http://127.0.0.1:9", "https://127.0.0.1:9", "https://nowhere.invalid"):
        client = Client(origin, key, read_s=1)
        assert not leaks(client.submit("m", {}))
        with pytest.raises(KlingError) as caught:
            client.balance()
        frames = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
        assert not leaks(*frames.format())


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """An error with everything that it carries along, whether a traceback would show it or not."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def test_no_error_carries_along_a_frame_that_holds_it(server: PracticeServer) -> None:
    key = find_key()
    assert key is not None
    server.faults.add(call="*", cut=-1, times=None)
    for origin in (server.url, "http://127.0.0.1:9", "https://nowhere.invalid"):
        client = Client(origin, key, read_s=1)
        for call in (Client.balance, Client.recent, lambda one: one.upload("a.png", "image/png", b"x")):
            with pytest.raises(KlingError) as caught:
                call(client)
            for error in _chain(caught.value):
                for frame, _ in traceback.walk_tb(error.__traceback__):
                    assert not leaks(*frame.f_locals.values()) or frame.f_code.co_filename == __file__
                assert type(error).__module__.startswith("kling_widget")


def test_an_interrupt_in_the_middle_of_a_call_does_not_carry_it(server: PracticeServer) -> None:
    key = find_key()
    assert key is not None

    def interrupt(*_arguments: object, **_options: object) -> None:
        raise KeyboardInterrupt

    client = Client(server.url, key)
    client._session.hooks["response"] = [interrupt]  # as a person's Ctrl + C lands while requests is at work
    with pytest.raises(KeyboardInterrupt) as caught:
        client.balance()
    assert caught.value.__context__ is None
    frames = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    assert not leaks(*frames.format())


def test_a_key_with_a_line_break_is_refused_and_in_no_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = f"{KEY[:12]}\n{KEY[12:]}"
    monkeypatch.setenv("WAVESPEED_API_KEY", broken)
    monkeypatch.setattr("getpass.getpass", lambda words: os.environ["WAVESPEED_API_KEY"])
    for look in (find_key, environment_key, ask_key, lambda: service.choose(practice=False)):
        with pytest.raises(SettingsError, match="line break") as caught:
            look()
        for error in _chain(caught.value):
            inside = [f.f_locals for f, _ in traceback.walk_tb(error.__traceback__) if f.f_code.co_filename != __file__]
            assert inside
            assert not any(KEY[12:] in repr(value) for values in inside for value in values.values())


def test_the_practice_servers_process_is_not_told_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAVESPEED_API_KEY", KEY)
    monkeypatch.setenv("MY_OTHER_NAME_FOR_IT", f"key={KEY}")
    running = practice_process.PracticeProcess(tmp_path)
    try:
        environment = psutil.Process(running._process.pid).environ()
    finally:
        running.close()
    assert environment["PATH"] == os.environ["PATH"]
    assert not leaks(*environment.values())


def test_headers_that_are_none_are_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    reply = b"HTTP/1.1 200 X\r\nContent-Length: 2\r\nnot a header " + KEY.encode() + b"\r\nmore: x\r\n\r\n{}"
    with RawServer(lambda heard: reply) as server, pytest.raises(KlingError):
        Client(server.origin, Key(KEY)).balance()
    assert not leaks(caplog.text)


def _elsewhere(origin: str) -> Effect:
    """Outputs that lie on another host, as a service's network of caches does."""

    def change(given: Answer, fault: Fault) -> Answer:
        said = json.loads(given.body)
        said["data"].update(status="completed", outputs=[f"{origin}/1.mp4"])
        return Answer(given.status, given.headers, json.dumps(said).encode())

    return Effect(change, True, "outputs elsewhere")


def test_another_host_gets_the_request_for_the_clip_and_no_key(
    tmp_path: Path, server: PracticeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text(f"machine 127.0.0.1 login me password {KEY}\ndefault login me password {KEY}\n")
    monkeypatch.setenv("NETRC", str(netrc))
    # Clips come over https only; here the other host is on this machine, and stands for one that is not.
    monkeypatch.setattr(download, "permit", lambda address, own: None)
    body = mp4()
    with (
        RawServer(lambda heard: answer(body)) as last,
        RawServer(lambda heard: answer(b"", 302, f"Location: {last.origin}/2.mp4")) as cache,
    ):
        monkeypatch.setitem(faults.EFFECTS, "elsewhere", _elsewhere(cache.origin))
        server.faults.add(call="result", effect="elsewhere", times=None)
        library = Library(tmp_path / "library")
        take = ask(library, server.url)
        until(lambda: take.record.final, lambda: take.record)
        assert take.status == "completed"
        library.close()
        heard = b"".join(cache.heard + last.heard)
    assert heard.count(b"GET /") == 2
    assert b"authorization" not in heard.lower()
    assert not any(shape in heard for shape in SHAPES)


@pytest.mark.parametrize("status", [302, 308])
@pytest.mark.parametrize("call", ["submit", "result", "list", "billing"])
def test_a_redirect_of_the_service_is_not_followed_with_the_key(
    tmp_path: Path, server: PracticeServer, call: str, status: int
) -> None:
    with RawServer(lambda heard: answer(b"{}")) as thief:
        if call == "list":
            server.faults.add(call="submit", cut=-1)
        server.faults.add(
            call=call, effect="body", status=status, headers={"Location": f"{thief.origin}/steal"}, created=False
        )
        library = Library(tmp_path / "library")
        take = ask(library, server.url)
        until(lambda: settled(take), lambda: take.record)
        library.close()
        assert thief.heard == []


def test_the_key_of_one_service_is_not_sent_to_another(
    tmp_path: Path, server: PracticeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.typed_keys.clear()  # an earlier test of this module may have typed one for this port
    library = Library(tmp_path / "library")
    server.faults.add(call="result", hang=0.3, times=None)
    take = ask(library, server.url)
    until(lambda: take.record.prediction)
    library.close()
    with ChaosProxy("") as other:
        monkeypatch.setenv("WAVESPEED_BASE_URL", other.origin)  # the settings name another service now
        again = Library(tmp_path / "library")
        assert not service.key_for(server.url)
        before = again._gateway.record(take.id)
        for _ in range(3):  # jobs and claims take turns: after the third, it has looked for takes to tend
            turn = threading.Event()
            again._gateway.engine.soon(turn.set)
            assert turn.wait(PATIENCE_S)
        assert again._gateway.record(take.id) == before
        again.close()
        assert other.heard == []
    monkeypatch.setenv("WAVESPEED_BASE_URL", server.url)
    once_more = Library(tmp_path / "library")
    until(lambda: settled(once_more.take(take.id)))
    assert once_more._gateway.record(take.id).state == "completed"
    once_more.close()
