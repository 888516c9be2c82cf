from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from kling_widget import settings
from kling_widget.errors import KeyRejected, PracticeError, SettingsError
from kling_widget.service import connections as connections_module
from kling_widget.service.client import Client
from kling_widget.service.connections import Connections
from kling_widget.service.practice_process import PLAY_MONEY, PracticeProcess
from kling_widget.service.service import Service, choose, limits_of
from kling_widget.settings import Key
from kling_widget.store import Limits, Store

from ..patience import PATIENCE_S

LIVE = "https://api.wavespeed.ai"


def test_without_a_key_it_is_practice_and_with_one_live(monkeypatch: pytest.MonkeyPatch) -> None:
    assert choose() == Service("practice")
    assert choose().practice
    monkeypatch.setenv("WAVESPEED_API_KEY", "wsk_live_canary_service")
    assert choose() == choose(practice=False) == Service(LIVE)
    assert choose().host == "api.wavespeed.ai"
    assert choose(practice=True).practice


def test_live_without_a_key_and_without_a_person_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(prompt: str) -> str:
        raise EOFError

    monkeypatch.setattr("getpass.getpass", nobody)
    with pytest.raises(SettingsError, match="Nothing was sent"):
        choose(practice=False)


def test_a_live_take_is_left_to_a_kernel_with_its_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def find_key() -> Key | None:
        asked.append("once")
        return None

    monkeypatch.setattr(settings, "find_key", find_key)
    connections = Connections(tmp_path, Store.in_folder(tmp_path).accounts)
    assert connections.reachable("practice")
    assert [connections.reachable(LIVE) for _ in range(3)] == [False] * 3
    assert asked == ["once"]  # a locked keyring asks its person each time
    assert not connections.reachable("https://elsewhere.example")
    with pytest.raises(SettingsError, match="There is no key"):
        connections.client(LIVE)


def test_a_key_that_was_found_is_not_asked_for_at_each_take(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def find_key() -> Key | None:
        asked.append("once")
        return Key("wsk_live_canary_of_a_keyring")

    monkeypatch.setattr(settings, "find_key", find_key)
    connections = Connections(tmp_path, Store.in_folder(tmp_path).accounts)
    first = connections.account(LIVE)
    assert first is not None
    assert {connections.account(LIVE) for _ in range(3)} == {first}
    assert asked == ["once"]
    monkeypatch.setenv("WAVESPEED_API_KEY", "wsk_live_canary_another")
    assert connections.account(LIVE) not in (None, first)


def test_whose_a_take_is_waits_for_no_practice_server_that_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go = threading.Event(), threading.Event()

    def slow(ledger: Path) -> PracticeProcess:
        begun.set()
        go.wait(PATIENCE_S)
        raise PracticeError("too slow")

    monkeypatch.setattr(connections_module, "PracticeProcess", slow)
    monkeypatch.setenv("WAVESPEED_API_KEY", "wsk_live_canary_service")
    connections = Connections(tmp_path, Store.in_folder(tmp_path).accounts)
    starting = threading.Thread(target=_started, args=(connections,))
    starting.start()
    assert begun.wait(PATIENCE_S)
    told: queue.SimpleQueue[tuple[str | None, bool]] = queue.SimpleQueue()
    asking = threading.Thread(target=lambda: told.put((connections.account(LIVE), connections.reachable(LIVE))))
    asking.start()
    try:
        account, reachable = told.get(timeout=PATIENCE_S / 2)
    finally:
        go.set()
        starting.join()
        asking.join()
    assert account
    assert reachable


def _started(connections: Connections) -> None:
    with pytest.raises(PracticeError):
        connections.client("practice")


_A_KERNEL = """
import signal
import sys
import time
from pathlib import Path
from kling_widget.service.connections import Connections
from kling_widget.store import Store
folder = Path(sys.argv[1])
client = Connections(folder, Store.in_folder(folder).accounts).client("practice")
signal.signal(signal.SIGINT, signal.default_int_handler)  # a process of the background may be deaf to it
try:
    print("practising", flush=True)
    for _ in range(3000):
        time.sleep(0.1)  # a longer call may begin after the signal came, and would not hear of it
except KeyboardInterrupt:
    time.sleep(1)  # in which it would end
    print(client.balance(), flush=True)
"""


def test_the_practice_server_outlives_an_interrupt_of_the_kernels_whole_group(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _A_KERNEL, str(tmp_path)]
    with subprocess.Popen(command, text=True, start_new_session=True, stdout=subprocess.PIPE) as kernel:
        assert kernel.stdout is not None
        assert kernel.stdout.readline() == "practising\n"
        os.killpg(kernel.pid, signal.SIGINT)
        assert int(kernel.stdout.readline()) == PLAY_MONEY * 1_000_000


def test_the_practice_server_of_a_library_is_nobody_elses(tmp_path: Path) -> None:
    server = PracticeProcess(tmp_path)
    try:
        for key in ("anything", "play"):
            with pytest.raises(KeyRejected):
                Client(server.url, Key(key)).balance()
        assert Client(server.url, server.key).balance() == PLAY_MONEY * 1_000_000
    finally:
        server.close()


def test_an_accounts_tier_is_settable_and_practice_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    assert limits_of("practice") == Limits()
    assert limits_of(LIVE) == Limits(2, 2)
    monkeypatch.setenv("KLING_TIER", "Silver")
    assert limits_of(LIVE) == Limits(100, 60)
    for name, at_once, a_minute in (("gold", 2000, 600), ("ultra", 5000, 5000)):
        monkeypatch.setenv("KLING_TIER", name)
        assert limits_of(LIVE) == Limits(at_once, a_minute)
    monkeypatch.setenv("KLING_TIER", "wood")
    with pytest.raises(SettingsError, match="one of bronze, silver, gold, ultra"):
        limits_of(LIVE)
