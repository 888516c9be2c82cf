"""How each end of a submit is read. The servers are real sockets: a mock would say what we believe, no more."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from typing import Any

import pytest

from kling_widget.errors import InputRefused, KeyRejected, NoAnswer, NoMoney, NotAllowed, SettingsError, Unreadable
from kling_widget.service.client import Client
from kling_widget.service.refusals import MAX_RETRY_AFTER_S, retry_after
from kling_widget.service.submit_outcome import Accepted, Outcome, Rejected, Throttled, Unknown, Unsent
from kling_widget.settings import Key

from ..patience import PATIENCE_S
from .raw import RawServer, answer

TASK = {"id": "p1", "status": "created", "urls": {"get": "http://elsewhere.example/x"}, "outputs": []}


def envelope(data: Any, code: int = 200, message: str = "success") -> bytes:
    return json.dumps({"code": code, "message": message, "data": data}).encode()


def outcome_of(reply: bytes | None, read_s: float = 5) -> tuple[Outcome, list[bytes]]:
    with RawServer(lambda heard: reply) as server:
        outcome = Client(server.origin, Key("k"), read_s=read_s).submit("kwaivgi/m/t", {"prompt": "a"})
        return outcome, server.heard


def test_an_answer_with_an_id_is_accepted() -> None:
    outcome, heard = outcome_of(answer(envelope(TASK)))
    assert isinstance(outcome, Accepted)
    assert outcome.prediction.id == "p1"
    (request,) = heard
    assert request.startswith(b"POST /api/v3/kwaivgi/m/t HTTP/1.1\r\n")
    assert b"Authorization: Bearer k\r\n" in request
    assert request.endswith(b'{"prompt": "a"}')


@pytest.mark.parametrize(
    ("status", "message", "kind"),
    [
        (400, "bad duration", InputRefused),
        (401, "invalid key", KeyRejected),
        (402, "no", NoMoney),
        (403, "suspended", NotAllowed),
        (422, "bad", InputRefused),
        (400, "Insufficient credits, please top up", NoMoney),
    ],
)
def test_a_well_formed_refusal_is_final_and_costs_nothing(status: int, message: str, kind: type[Exception]) -> None:
    body = json.dumps({"code": status, "message": message}).encode()
    outcome, heard = outcome_of(answer(body, status))
    assert isinstance(outcome, Rejected)
    assert type(outcome.error) is kind
    assert "othing was" in str(outcome.error)
    assert message in str(outcome.error)
    assert len(heard) == 1


def test_a_refusal_inside_http_200_is_a_refusal() -> None:
    outcome, _ = outcome_of(answer(envelope(None, 401, "invalid key")))
    assert isinstance(outcome, Rejected)
    assert type(outcome.error) is KeyRejected


@pytest.mark.parametrize("odd", [{}, [], "p1", {"id": "", "status": "failed"}, {"id": None}, {"request": 7}])
def test_a_refusal_that_names_no_task_is_one(odd: object) -> None:
    outcome, _ = outcome_of(answer(envelope(odd, 400, "no"), 400))
    assert isinstance(outcome, Rejected)


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(None, id="cut without a word"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Le", id="cut in the head"),
        pytest.param(answer(envelope(TASK)[:40], length=400), id="cut in the body"),
        pytest.param(answer(envelope(TASK)[:40]), id="truncated JSON"),
        pytest.param(answer(envelope({"status": "created"})), id="200 without an id"),
        pytest.param(answer(envelope({"id": 7, "status": "created"})), id="an id that is a number"),
        pytest.param(answer(envelope(None)), id="200 without data"),
        pytest.param(answer(b"[" * 100_000), id="deep nesting"),
        pytest.param(answer(b"x" * 1_100_000), id="over a megabyte"),
        pytest.param(answer(b"<html>hello</html>"), id="HTML with 200"),
        pytest.param(answer(b"<html>no</html>", 400), id="HTML with 400"),
        pytest.param(answer(b'{"code": 408, "message": "slow"}', 408), id="408"),
        pytest.param(answer(b'{"code": 500, "message": "oops"}', 500), id="500"),
        pytest.param(answer(b"<html>bad gateway</html>", 502), id="502"),
        pytest.param(answer(b"<html>time-out</html>", 504), id="504"),
        pytest.param(answer(b"", 302, "Location: http://127.0.0.1:1/"), id="a redirect"),
        pytest.param(answer(envelope(None, 500, "oops")), id="500 inside 200"),
        pytest.param(b"SSH-2.0-hello\r\n", id="no HTTP at all"),
        pytest.param(answer(envelope(TASK, 400, "no"), 400), id="400 with a task"),
        pytest.param(answer(envelope(TASK, 401, "no"), 401), id="401 with a task"),
        pytest.param(answer(envelope(TASK, 429, "wait"), 429, "Retry-After: 1"), id="429 with a task"),
        pytest.param(answer(envelope(TASK, 400, "no")), id="400 inside 200, with a task"),
        pytest.param(answer(envelope({"id": "p1"}, 400, "no"), 400), id="400 with an id"),
        pytest.param(answer(envelope(None, 200), 429), id="429 with success"),
        pytest.param(answer(envelope(None, 200), 400), id="400 with success"),
    ],
)
def test_all_else_is_unknown_and_was_sent_once(reply: bytes | None) -> None:
    outcome, heard = outcome_of(reply)
    assert isinstance(outcome, Unknown), outcome
    assert outcome.reason
    assert len(heard) == 1


@pytest.mark.parametrize(
    "said",
    [
        {"data": {"id": "abc"}},
        {"data": {"id": "abc", "status": None}},
        {"data": [{"id": "abc", "status": "created"}]},
        {"id": "abc", "status": "created"},
        {"data": {"prediction": {"uuid": "abc"}}},
        {"data": {"prediction_id": "abc"}},
        {"data": {"taskId": 7}},
        {"data": {"urls": {"get": "https://api.wavespeed.ai/api/v3/predictions/abc/result"}}},
    ],
    ids=str,
)
@pytest.mark.parametrize("status", [429, 400, 402])
def test_a_refusal_that_names_a_task_in_any_form_is_unknown(said: dict[str, Any], status: int) -> None:
    body = json.dumps({"code": status, "message": "slow down", **said}).encode()
    for reply in (body, body[:-1], b"[" + body + b"]", body.decode().encode("utf-16")):
        outcome, heard = outcome_of(answer(reply, status, "Retry-After: 1"))
        assert isinstance(outcome, Unknown), reply
        assert len(heard) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>slow down</html>",
        b'{"code": 429, "message": "slow down", "data": null}',
        b'{"code": 429, "message": "the id is missing", "data": {"id": null, "request_id": "r1"}}',
        b'{"message": "slow down", "data": {}, "error": {"code": "rate_limited"}}',
    ],
)
def test_a_429_that_names_no_task_is_sent_again_later(body: bytes) -> None:
    assert isinstance(outcome_of(answer(body, 429, "Retry-After: 1"))[0], Throttled)


_EMPTY: dict[str, Any] = {"items": []}


@pytest.mark.parametrize(
    ("said", "status"),
    [
        *(({"code": code, "message": "no"}, 200) for code in ("ERR_INTERNAL", True, [500], {"a": 1}, None, "")),
        ({"message": "internal error"}, 200),
        ({"code": "ERR_INTERNAL"}, 200),
        ({"code": 200}, 206),
        ({"code": 200}, 202),
    ],
    ids=str,
)
def test_a_list_that_may_stand_for_a_failure_proves_nothing(said: dict[str, Any], status: int) -> None:
    body = json.dumps({**said, "data": _EMPTY}).encode()
    with RawServer(lambda heard: answer(body, status)) as server, pytest.raises(Unreadable, match="whole list"):
        Client(server.origin, Key("k")).recent()


@pytest.mark.parametrize("said", [{"error": "internal"}, {"success": False}, {"has_more": True}, {"total": 3}], ids=str)
def test_what_stands_beside_the_lists_data_counts_as_well(said: dict[str, Any]) -> None:
    body = json.dumps({"code": 200, **said, "data": _EMPTY}).encode()
    with RawServer(lambda heard: answer(body)) as server:
        found = Client(server.origin, Key("k")).recent()
    assert found.more or not found.readable


@pytest.mark.parametrize(
    "said", [{"code": 200, "message": "success"}, {"code": "200"}, {}, {"code": None}, {"message": "OK"}], ids=str
)
def test_an_empty_list_that_succeeded_is_read(said: dict[str, Any]) -> None:
    body = json.dumps({**said, "data": _EMPTY}).encode()
    with RawServer(lambda heard: answer(body)) as server:
        found = Client(server.origin, Key("k")).recent()
    assert found.readable
    assert not found.more


def test_no_answer_in_time_is_unknown() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        origin = f"http://127.0.0.1:{silent.getsockname()[1]}"
        outcome = Client(origin, Key("k"), read_s=0.3).submit("m", {})
    assert isinstance(outcome, Unknown)


def test_an_answer_that_drips_for_ever_is_unknown_in_the_end() -> None:
    def drip(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection, contextlib.suppress(OSError):
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 4000\r\n\r\n")
            for _ in range(4000):  # bounded: the other side leaves long before
                connection.sendall(b" ")
                time.sleep(0.02)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=drip, args=(listener,), daemon=True)
        thread.start()
        origin = f"http://127.0.0.1:{listener.getsockname()[1]}"
        assert isinstance(Client(origin, Key("k"), read_s=0.3).submit("m", {}), Unknown)
        thread.join(PATIENCE_S)
        assert not thread.is_alive()


def test_a_refused_connection_is_provably_unsent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        origin = f"http://127.0.0.1:{closed.getsockname()[1]}"
    assert isinstance(Client(origin, Key("k")).submit("m", {}), Unsent)


def test_a_name_that_is_not_found_is_provably_unsent() -> None:
    assert isinstance(Client("https://nowhere.invalid", Key("k")).submit("m", {}), Unsent)


@pytest.mark.parametrize(
    "reply",
    [b"\x15\x03\x03\x00\x02\x02\x28", b"HTTP/1.1 400 plain\r\n\r\n", b"", None],
    ids=["alert", "plain", "empty", "cut"],
)
def test_a_tls_handshake_that_fails_is_provably_unsent(reply: bytes | None) -> None:
    def serve(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(4096)
            if reply:
                connection.sendall(reply)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, args=(listener,), daemon=True).start()
        origin = f"https://127.0.0.1:{listener.getsockname()[1]}"
        assert isinstance(Client(origin, Key("k")).submit("m", {}), Unsent)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("7", 7.0),
        ("0", 0.0),
        ("-5", 0.0),
        ("1e9", MAX_RETRY_AFTER_S),
        ("nan", None),
        ("soon", None),
        ("Thu, 01 Jan 1970 00:16:50 GMT", 10.0),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0.0),
    ],
)
def test_retry_after_is_read_in_every_form(header: str | None, seconds: float | None) -> None:
    assert retry_after(header, now=1000.0) == seconds
    outcome, _ = outcome_of(
        answer(b'{"code": 429, "message": "slow down"}', 429, *([f"Retry-After: {header}"] * bool(header)))
    )
    assert isinstance(outcome, Throttled)


def test_a_key_never_travels_in_the_clear_to_another_machine() -> None:
    with pytest.raises(SettingsError, match="not https"):
        Client("http://api.wavespeed.ai", Key("k"))


def test_netrc_does_not_replace_the_key(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password hunter2\n")
    monkeypatch.setenv("NETRC", str(netrc))
    _, (request,) = outcome_of(answer(envelope(TASK)))
    assert b"Authorization: Bearer k\r\n" in request


def test_an_answer_for_another_task_is_not_taken_for_ours() -> None:
    with RawServer(lambda heard: answer(envelope(TASK))) as server, pytest.raises(Unreadable, match="another task"):
        Client(server.origin, Key("k")).result("p2")


def test_an_address_elsewhere_is_not_asked_with_our_key() -> None:
    with RawServer(lambda heard: answer(envelope(TASK))) as server:
        found = Client(server.origin, Key("k")).result("p1", "http://elsewhere.example/steal")
        assert found.id == "p1"
        assert server.heard[0].startswith(b"GET /api/v3/predictions/p1/result ")


def test_a_read_that_fails_is_said_in_words_and_not_repeated_here() -> None:
    with RawServer(lambda heard: None) as server:
        with pytest.raises(NoAnswer, match=r"goes on there|nothing is lost|asked again"):
            Client(server.origin, Key("k")).balance()
        assert len(server.heard) == 1


def test_bills_are_read_to_the_end_where_a_page_holds_fewer_than_were_asked_for() -> None:
    entries = [{"uuid": f"b{n}", "prediction": {"uuid": f"p{n}"}, "price": 0.56} for n in range(45)]

    def reply(heard: bytes) -> bytes:
        page = json.loads(heard.partition(b"\r\n\r\n")[2])["page"]
        return answer(envelope({"items": entries[20 * (page - 1) : 20 * page]}))

    with RawServer(reply) as server:
        found = Client(server.origin, Key("wsk_live_canary")).bills([f"p{n}" for n in range(45)])
        assert set(found) == {f"p{n}" for n in range(45)}
        assert len(server.heard) == 3
