"""A server that the settings name is what it says itself: practice is never taken for live, nor live for practice."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from kling_widget import Library, Studio, TakeFailed, generate
from kling_widget.errors import NoAnswer, SettingsError
from kling_widget.library.foreign_story import read_story
from kling_widget.media.mp4 import story
from kling_widget.practice import PracticeServer
from kling_widget.service import identity
from kling_widget.service.service import Service, choose, ready
from kling_widget.settings import is_vendor
from tests.patience import PATIENCE_S
from tests.service.raw import RawServer, answer

from ..patience import until

KEY = "wsk_live_canary_identity"
PRACTICE = json.dumps({"practice": True}).encode()


@pytest.fixture(autouse=True)
def _afresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identity, "_kinds", {})
    monkeypatch.setenv("KLING_TIER", "gold")


@pytest.fixture
def named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PracticeServer]:
    """A practice server that the settings name."""
    with PracticeServer(tmp_path / "service", median=0.2, scale=0.1, strict=True) as server:
        monkeypatch.setenv("WAVESPEED_BASE_URL", server.url)
        yield server


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    opened = Library(tmp_path / "library")
    yield opened
    opened.close()


@pytest.mark.parametrize("key", [KEY, None], ids=["with a key", "without a key"])
def test_a_practice_server_that_is_named_makes_practice_takes(
    named: PracticeServer, library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str | None
) -> None:
    if key:
        monkeypatch.setenv("WAVESPEED_API_KEY", key)
    take = generate("A fox", duration=3, library=library)
    assert take.practice
    assert take.record.service == named.url
    take.wait(timeout=60)
    until(lambda: take.record.settled)
    assert len(named.ledger.tasks()) == 1  # there, and nowhere else
    spent = library.spent()
    assert spent.total == spent.today == 0
    assert spent.practice_total == Decimal("0.336")
    saved = take.save_as(tmp_path / "fox.mp4")
    said = story.read(saved)
    assert said is not None
    assert said["take"]["practice"] is True
    assert read_story(said).practice
    other = Library(tmp_path / "elsewhere")
    assert other.adopt(saved).practice
    other.close()
    assert "practice=True" in take.to_code()
    assert take.remix(prompt="A wolf").record.service == named.url


def test_a_take_goes_on_with_the_practice_key_in_the_next_kernel(named: PracticeServer, tmp_path: Path) -> None:
    named.faults.add(call="result", hang=1.0)
    library = Library(tmp_path / "library")
    take = generate("A fox", duration=3, library=library)
    until(lambda: take.record.prediction)
    library.close()
    identity._kinds.clear()  # another process knows nothing yet
    again = Library(tmp_path / "library")
    until(lambda: again.take(take.id).status == "completed")
    again.close()


def test_an_address_without_a_key_that_is_no_practice_server_is_refused_in_words(
    tmp_path: Path, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    with PracticeServer(tmp_path / "service", as_live=True) as server:
        monkeypatch.setenv("WAVESPEED_BASE_URL", server.url)
        with pytest.raises(SettingsError, match=r"which is not a practice server, and no key is found"):
            generate("A fox", duration=3, library=library)
        assert server.view()["totals"]["submits_received"] == 0
    monkeypatch.setenv("WAVESPEED_BASE_URL", "http://127.0.0.1:9")
    with pytest.raises(SettingsError, match="has not said yet what it is, and no key is found"):
        generate("A fox", duration=3, library=library)
    monkeypatch.setenv("WAVESPEED_BASE_URL", "https://api.wavespeed.ai")
    with pytest.raises(SettingsError, match="no key is found"):
        choose()
    assert library.takes() == []


@pytest.mark.parametrize(
    "reply",
    [
        answer(PRACTICE),
        answer(b"{}", 200, "X-Kling-Practice: 1"),
        answer(b"<html>", 200, "X-Kling-Practice: 1"),
        answer(b"[" * 3000, 200, "X-Kling-Practice: 1"),
        answer(b'{"practice": "yes"}', 200, "X-Kling-Practice: 1"),
        answer(PRACTICE, 404, "X-Kling-Practice: 1"),
        answer(PRACTICE, 302, "X-Kling-Practice: 1", "Location: /practice"),
    ],
    ids=["no header", "an empty object", "a page", "nested", "another word", "404", "a redirect"],
)
def test_what_only_looks_like_a_practice_server_is_none(reply: bytes) -> None:
    with RawServer(lambda heard: reply) as server:
        assert identity.ask(server.origin) == "other"
        assert not Service(server.origin).practice


def test_it_is_asked_without_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAVESPEED_API_KEY", KEY)
    with RawServer(lambda heard: answer(PRACTICE, 200, "X-Kling-Practice: 1")) as server:
        monkeypatch.setenv("WAVESPEED_BASE_URL", server.origin)
        assert ready(choose()).practice
        assert server.heard
        assert b"authorization" not in b"".join(server.heard).lower()


@pytest.mark.parametrize(
    "origin",
    [
        "https://api.wavespeed.ai",
        "https://API.WaveSpeed.AI",
        "https://api.wavespeed.ai.",
        "https://api.wavespeed.ai:8443",
        "http://wavespeed.ai",
        "https://eu.api.wavespeed.ai",
    ],
)
def test_the_vendors_own_service_is_never_practice(origin: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(identity._kinds, origin, "practice")
    assert is_vendor(origin)
    assert identity.ask(origin) == "other"  # and nobody is asked: tests reach no other machine
    assert not Service(origin).practice


def test_what_is_like_the_vendors_name_is_not_the_vendors() -> None:
    assert not is_vendor("https://wavespeed.ai.example")
    assert not is_vendor("https://notwavespeed.ai")
    assert not is_vendor("http://127.0.0.1:8765")


def test_a_story_that_calls_the_vendors_clip_practice_is_not_believed(
    named: PracticeServer, library: Library, tmp_path: Path
) -> None:
    saved = generate("A fox", duration=3, library=library).wait(60).save_as(tmp_path / "fox.mp4")
    said = story.read(saved)
    assert said is not None
    said["take"]["service"] = "https://api.wavespeed.ai"
    assert not read_story(said).practice


def test_what_was_asked_for_as_practice_is_not_sent_to_a_server_that_is_none(
    tmp_path: Path, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAVESPEED_API_KEY", KEY)
    with PracticeServer(tmp_path / "service", as_live=True) as server:
        monkeypatch.setenv("WAVESPEED_BASE_URL", server.url)
        monkeypatch.setitem(identity._kinds, server.url, "practice")  # as the one before it at this address was
        take = generate("A fox", duration=3, library=library)
        with pytest.raises(TakeFailed, match=r"no practice server any more\. Nothing was sent, nothing was charged"):
            take.wait(timeout=60)
        assert server.view()["totals"]["submits_received"] == 0


def test_a_server_that_comes_late_and_is_practice_is_known_before_anything_is_sent(
    tmp_path: Path, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAVESPEED_API_KEY", KEY)
    with PracticeServer(tmp_path / "first") as first:
        port = int(first.url.rsplit(":", 1)[1])
    monkeypatch.setenv("WAVESPEED_BASE_URL", f"http://127.0.0.1:{port}")
    take = generate("A fox", duration=3, library=library)
    assert [one.practice for one in library.takes()] == [False]  # nobody knows yet: it counts as real money
    until(lambda: take.problem)
    with PracticeServer(tmp_path / "service", port=port, median=0.2, scale=0.1):
        take.wait(timeout=60)
        until(lambda: take.record.settled)
    assert take.practice
    assert library.spent().total == 0


@pytest.mark.parametrize(
    "reply",
    [
        answer(b"no gzip", 200, "X-Kling-Practice: 1", "Content-Encoding: gzip"),
        answer(b"no deflate", 200, "X-Kling-Practice: 1", "Content-Encoding: deflate"),
        answer(PRACTICE, 200, "X-Kling-Practice: 1", length=500),
        b"HTTP/1.1 200 OK\r\nX-Kling-Practice: 1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}",
        None,
    ],
    ids=["no gzip", "no deflate", "cut short", "broken chunks", "cut without a word"],
)
def test_an_answer_that_does_not_come_whole_is_none(reply: bytes | None) -> None:
    with RawServer(lambda heard: reply) as server:
        with pytest.raises(NoAnswer):
            identity.ask(server.origin)
        assert identity.kind_of(server.origin) is None


def test_an_answer_that_drips_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identity, "_CALL_S", 0.5)
    given_up = threading.Event()

    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            with connection, contextlib.suppress(OSError):
                connection.sendall(b"HTTP/1.1 200 OK\r\n")
                while not given_up.wait(0.1):
                    connection.sendall(b"X: ")

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        host, port = listening.getsockname()
        try:
            with pytest.raises(NoAnswer):
                identity.ask(f"http://{host}:{port}")
        finally:
            given_up.set()
            thread.join(PATIENCE_S)


def test_nobody_who_answers_is_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NoAnswer):
        identity.ask("http://127.0.0.1:9")
    assert not Service("http://127.0.0.1:9").identified


def test_the_panel_is_there_at_once_and_says_what_the_server_is_when_it_has_said_so(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_answer = threading.Event()

    def reply(heard: bytes) -> bytes:
        may_answer.wait(30)
        return answer(PRACTICE, 200, "X-Kling-Practice: 1")

    with RawServer(reply) as server:
        monkeypatch.setenv("WAVESPEED_BASE_URL", server.origin)
        monkeypatch.setattr(identity, "_TIMEOUT_S", (30, 30))
        studio = Studio(library)
        host = server.origin.removeprefix("http://")
        before = studio._header.get_state()
        assert [before[name] for name in ("mode", "live", "unsure")] == [f"Not known yet · {host}", False, True]
        assert [studio._ordering.policy.live] == [True]  # until then, as if it cost money
        may_answer.set()
        until(lambda: studio._header.mode == f"Practice · no cost · {host}")
        until(lambda: (studio._header.live, studio._header.unsure) == (False, False))
        until(lambda: not studio._ordering.policy.live)
        assert studio._ordering.button.note == "play money"
        studio.close()


def test_the_panel_makes_nothing_on_a_server_that_is_none_of_both(
    tmp_path: Path, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    with PracticeServer(tmp_path / "service", as_live=True) as server:
        monkeypatch.setenv("WAVESPEED_BASE_URL", server.url)
        studio = Studio(library)
        until(lambda: studio._header.mode.startswith("No practice server · 127.0.0.1"))
        until(lambda: "no key is found" in studio._header.how)
        answered = studio._ordering._clicked({"prompt": "A fox"}, 1, "$0.56", False, studio.model)
        assert answered["refused"]
        assert "Nothing was sent" in str(answered["text"])
        assert library.takes() == []
        assert server.view()["posts"] == []
        studio.close()


def test_the_panels_own_takes_are_practice(named: PracticeServer, library: Library) -> None:
    studio = Studio(library)
    until(lambda: studio._service.practice)
    studio.prompt = "A fox"
    (take,) = studio.generate()
    take.wait(timeout=60)
    assert take.practice
    assert take.record.service == named.url
    studio.close()
