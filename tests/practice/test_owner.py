"""What happened is told to the server's owner, and to nobody else on the machine."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
import requests

from kling_widget.practice import PracticeServer

from ..patience import PATIENCE_S
from .conftest import Caller

SECRET = "A red fox that nobody else should read of"

ROUTES = [
    ("GET", "ledger", None),
    ("GET", "faults", None),
    ("DELETE", "faults", None),
    ("POST", "faults", {"call": "*"}),
    ("POST", "clock", {"skew": 3600}),
    ("POST", "balance", {"add": 5}),
]


@pytest.mark.parametrize(("method", "name", "sent"), ROUTES)
@pytest.mark.parametrize("key", [None, "Bearer anything", "Bearer ", "Basic {token}", "{token}", "Bearer {token}x"])
def test_without_the_owners_token_nothing_is_told_or_set(
    call: Caller, server: PracticeServer, method: str, name: str, sent: object, key: str | None
) -> None:
    call.task(prompt=SECRET, duration=3)
    headers = {} if key is None else {"Authorization": key.format(token=server.token)}
    before = server.view()
    answer = requests.request(method, f"{server.url}/practice/{name}", headers=headers, json=sent, timeout=PATIENCE_S)
    assert answer.status_code == 401
    assert "token" in answer.json()["message"]
    assert SECRET not in answer.text
    assert server.token not in answer.text
    assert (server.service.skew, server.faults.rules()) == (0.0, [])
    assert server.view()["totals"]["balance"] == before["totals"]["balance"]


def test_the_owner_sees_everything_by_header_or_in_a_browser(call: Caller, server: PracticeServer) -> None:
    call.task(prompt=SECRET, duration=3)
    assert SECRET in call.owner("GET", "ledger").text
    for token, status in ((server.token, 200), ("x", 401), ("", 401), ("é", 401)):
        answer = requests.get(f"{server.url}/practice/ledger", params={"token": token}, timeout=PATIENCE_S)
        assert (answer.status_code, SECRET in answer.text) == (status, status == 200)


def test_no_open_address_tells_of_prompts_or_of_the_token(call: Caller, server: PracticeServer) -> None:
    task = call.task(prompt=SECRET, duration=3)
    call.finished(task)
    for path in ("", "practice", "practice/", "practice/ledger/", "practice/token", "api/v3/predictions", "uploads/"):
        answer = requests.get(f"{server.url}/{path}", timeout=PATIENCE_S)
        assert SECRET not in answer.text
        assert server.token not in answer.text
        assert task not in answer.text


def test_a_private_server_takes_no_key_but_its_owners(tmp_path: Path) -> None:
    with PracticeServer(tmp_path, private=True, median=0.05, scale=0.2) as server:
        for key in ("anything", "play", server.token + "x", "é"):
            other = Caller(server, key.encode().decode("latin-1"))
            assert other("POST", "predictions", json={"page": 1}).status_code == 401
            assert other.submit().status_code == 401
        assert Caller(server, server.token).submit().status_code == 200
        assert server.view()["totals"]["tasks_created"] == 1


def test_a_ledgers_token_is_its_own_and_lasts(tmp_path: Path) -> None:
    tokens = []
    for name in ("one", "one", "two"):
        with PracticeServer(tmp_path / name) as server:
            tokens.append(server.token)
    assert len(tokens[0]) >= 32
    assert tokens[0] == tokens[1] != tokens[2]


def modes(folder: Path) -> dict[str, int]:
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in [folder, *folder.iterdir()]}


def test_a_ledger_is_its_owners_alone(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    old = tmp_path / "old"
    old.mkdir(mode=0o755)
    (old / "practice.db").touch(mode=0o644)
    for folder in (tmp_path / "new", old):
        with PracticeServer(folder, scale=0.2) as server:
            Caller(server).submit()
            assert modes(folder)["practice.db"] == 0o600
    assert modes(tmp_path / "new")["new"] == 0o700


def test_a_librarys_ledger_is_as_open_as_its_folder(tmp_path: Path) -> None:
    for shared in (0o700, 0o770, 0o755):
        folder = tmp_path / f"{shared:o}"
        folder.mkdir()
        folder.chmod(shared)
        with PracticeServer(folder, private=True, scale=0.2):
            assert modes(folder)["practice.db"] == shared & 0o666
