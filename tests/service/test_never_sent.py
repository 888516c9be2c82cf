"""What never left this machine costs nothing: the settings at fault are named, and nothing is said of charges."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest

from kling_widget.errors import KlingError, SettingsError
from kling_widget.service.client import Client
from kling_widget.service.submit_outcome import Rejected, Unsent
from kling_widget.settings import Key

ELSEWHERE = "https://service.invalid"
SECRET = "pass#word"


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http", "https", "all", "no"):
        monkeypatch.delenv(f"{name}_proxy", raising=False)
        monkeypatch.delenv(f"{name.upper()}_PROXY", raising=False)
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("ALL_PROXY", "socks5://127.0.0.1:1080", "PySocks"),
        ("all_proxy", "socks5h://127.0.0.1:1080", "PySocks"),
        ("HTTPS_PROXY", f"http://me:{SECRET}@127.0.0.1:3128", "no address of a proxy"),
        ("https_proxy", "http://[::1", "no address of a proxy"),
        ("HTTPS_PROXY", "http://127.0.0.1:port", "no address of a proxy"),
        ("HTTPS_PROXY", "http://", "no address of a proxy"),
        ("HTTPS_PROXY", "ftp://127.0.0.1:1", "no address of a proxy"),
        ("REQUESTS_CA_BUNDLE", "nowhere/ca.pem", "there is no such file"),
        ("REQUESTS_CA_BUNDLE", __file__, "no certificates that can be read"),
    ],
)
def test_a_setting_that_keeps_it_from_leaving_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str
) -> None:
    monkeypatch.setenv(name, value)
    client = Client(ELSEWHERE, Key("k" * 40))
    outcome = client.submit("m", {"prompt": "a"})
    assert isinstance(outcome, Rejected), outcome
    assert isinstance(outcome.error, SettingsError)
    said = str(outcome.error)
    assert said.startswith(f"{name} names ")
    assert words in said
    assert "Nothing was sent and nothing was charged." in said
    assert "word" not in said.replace("words", "")  # a proxy's password is nobody's affair
    with pytest.raises(KlingError, match=f"{name} names "):
        client.balance()


@pytest.mark.parametrize(
    ("name", "value"),
    [("REQUESTS_CA_BUNDLE", "nowhere/ca.pem"), ("HTTP_PROXY", "http://[::1"), ("ALL_PROXY", "socks5://x")],
)
def test_a_setting_that_the_call_does_not_use_is_not_blamed(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    outcome = Client("http://127.0.0.1:9", Key("k" * 40)).submit("m", {"prompt": "a"})
    assert isinstance(outcome, Unsent), outcome
    assert "it refused the connection" in outcome.reason


def test_a_setting_that_was_mended_counts_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    client = Client(ELSEWHERE, Key("k" * 40))
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:1080")
    assert isinstance(client.submit("m", {}), Rejected)
    monkeypatch.delenv("ALL_PROXY")
    outcome = client.submit("m", {})
    assert isinstance(outcome, Unsent)
    assert "its name was not found" in outcome.reason


def test_each_way_of_not_connecting_has_its_own_words(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    here = Client(f"http://127.0.0.1:{port}", Key("k")).submit("m", {})
    assert here == Unsent("The service could not be reached (it refused the connection).")
    monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{port}")
    there = Client(ELSEWHERE, Key("k")).submit("m", {})
    assert isinstance(there, Unsent)
    assert "it refused the connection, through the proxy that https_proxy names" in there.reason


def test_a_proxy_that_lets_nobody_through_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    from .raw import RawServer, answer

    with RawServer(lambda heard: answer(b"", 407)) as proxy:
        monkeypatch.setenv("https_proxy", proxy.origin)
        outcome = Client(ELSEWHERE, Key("k" * 40)).submit("m", {})
        assert isinstance(outcome, Unsent)
        assert "the proxy did not let us through" in outcome.reason
        assert b"Authorization" not in b"".join(proxy.heard)


def test_a_request_that_cant_be_written_was_not_sent() -> None:
    outcome = Client("http://127.0.0.1:9", Key("k")).submit("m", {"guidance_scale": float("nan")})
    assert isinstance(outcome, Unsent)
    assert "could not be put together" in outcome.reason


@pytest.mark.parametrize("given", [{"prompt": "\ud83e"}, {"prompt": "\0"}])
def test_words_that_are_half_a_character_do_not_raise(given: dict[str, Any]) -> None:
    assert isinstance(Client("http://127.0.0.1:9", Key("k")).submit("\ud83e", given), Unsent)


@pytest.mark.parametrize("origin", ["https://[::1", "https://ex\u2100mple.com", "https://"])
def test_an_origin_that_is_none_is_refused(origin: str) -> None:
    with pytest.raises(SettingsError, match="Nothing was sent"):
        Client(origin, Key("k"))


def test_certificates_in_a_folder_are_taken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path))
    assert isinstance(Client(ELSEWHERE, Key("k")).submit("m", {}), Unsent)
