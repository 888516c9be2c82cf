"""What fails in the engine's loop is logged, and stops nothing else of it."""

from __future__ import annotations

import contextlib
import logging
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kling_widget import VideoRequest
from kling_widget.engine import worker
from kling_widget.engine.faults import Faults
from kling_widget.engine.worker import Engine
from kling_widget.errors import LibraryError
from kling_widget.practice import PracticeServer
from kling_widget.store import Record, Store
from kling_widget.store.record import PRACTICE, fresh_id, now_ms
from tests.made import a_record, put_take
from tests.patience import until
from tests.promises.world import a_service, admit


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PracticeServer]:
    with a_service(tmp_path_factory.mktemp("service")) as running:
        admit(running.url)
        yield running


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    running = Store.in_folder(tmp_path)
    yield running
    running.close()


@contextlib.contextmanager
def an_engine(store: Store, folder: Path) -> Iterator[Engine]:
    engine = Engine(store, folder)
    try:
        yield engine
    finally:
        engine.close()


def asked(engine: Engine, server: PracticeServer, prompt: str = "A fox") -> Record:
    return engine.confirm(VideoRequest(prompt, duration=3), service=server.url)


def ended(store: Store, take: Record) -> bool:
    record = store.get(take.id)
    return record.final and record.settled


def test_a_setting_that_can_not_be_read_holds_up_no_take_that_has_nothing_to_do_with_it(
    store: Store, tmp_path: Path, server: PracticeServer, caplog: pytest.LogCaptureFixture
) -> None:
    waits: dict[str, Any] = {"state": "intent", "charge": None}
    theirs = put_take(store, a_record(id=fresh_id(now_ms()), service=server.url, account="f" * 32, **waits))
    mine = put_take(store, a_record(id=fresh_id(now_ms()), at=now_ms(), service=PRACTICE, **waits))
    with contextlib.closing(sqlite3.connect(tmp_path / "library.db", isolation_level=None)) as base:
        base.execute("INSERT INTO settings VALUES ('same_accounts', '{')")
    with caplog.at_level(logging.ERROR), an_engine(store, tmp_path):
        until(lambda: store.get(mine.id).state != "intent")
        assert store.get(theirs.id).state == "intent"
    assert "same_accounts can't be read" in caplog.text
    assert "the engine goes on" in caplog.text


@pytest.mark.parametrize(("part", "every"), [("claim", "_CLAIM_S"), ("renew", "_RENEW_S")])
def test_a_part_of_the_loop_that_fails_each_time_stops_no_other(
    part: str,
    every: str,
    store: Store,
    tmp_path: Path,
    server: PracticeServer,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise ZeroDivisionError("a surprise")

    monkeypatch.setattr(worker, every, 0.0)
    monkeypatch.setattr(store.leases, part, broken)
    told = threading.Event()
    with caplog.at_level(logging.ERROR), an_engine(store, tmp_path) as engine:
        take = asked(engine, server)
        until(lambda: ended(store, take), lambda: store.get(take.id))
        stop = engine.watch(told.set)
        until(told.is_set)
        stop()
    assert store.get(take.id).state == "completed"
    faults = [record for record in caplog.records if "the engine goes on" in record.getMessage()]
    assert len(faults) == 1  # and not at every turn


def test_leases_that_can_not_be_given_back_end_no_sender(
    store: Store, tmp_path: Path, server: PracticeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    release, failures = store.leases.release, list(range(2 * worker._SENDERS))

    def locked(*given: Any) -> None:
        if failures:
            failures.pop()
            raise LibraryError("locked")
        release(*given)

    monkeypatch.setattr(store.leases, "release", locked)
    monkeypatch.setenv("KLING_TIER", "gold")
    with an_engine(store, tmp_path) as engine:
        takes = [asked(engine, server, f"A fox, take {n}") for n in range(worker._SENDERS + 2)]
        until(lambda: all(ended(store, take) for take in takes), lambda: [store.get(take.id) for take in takes])


def test_a_fault_is_said_in_its_words_or_with_its_trace(caplog: pytest.LogCaptureFixture) -> None:
    def fail(error: Exception) -> Any:
        raise error

    faults = Faults()
    for error in (LibraryError("It is locked."), ZeroDivisionError("a surprise")):
        assert not faults.kept("a part", lambda error=error: fail(error))  # type: ignore[misc]
    in_words, with_trace = caplog.records
    assert in_words.getMessage() == "a part failed; the engine goes on. It is locked."
    assert in_words.exc_info is None
    assert with_trace.exc_info is not None
    assert faults.kept("a part", lambda: None)
