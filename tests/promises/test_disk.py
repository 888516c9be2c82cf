"""A disk that is full or fails; a database that is locked, read-only or torn. What can't be kept is not paid for."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kling_widget import Library
from kling_widget.errors import LibraryError
from kling_widget.practice import PracticeServer
from kling_widget.service import partial_file
from kling_widget.store import Store, database

from ..patience import until
from .nursery import Nursery
from .world import a_service, admit, ask, judge, owing, settled

pytestmark = pytest.mark.promise("G1", "G2", "G3", "G4", "G5", "G10")


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PracticeServer]:
    monkeypatch.setenv("KLING_TIER", "gold")
    with a_service(tmp_path / "service") as running:
        admit(running.url)
        yield running


@pytest.fixture
def library(tmp_path: Path, server: PracticeServer) -> Iterator[Library]:
    opened = Library(tmp_path / "library")
    yield opened
    opened.close()


class BadDisk:
    """A file system that fails in a library's folder: the Nth of some operation, and ``times`` of them.

    Stands where a disk can't be made to fail from outside: it replaces the calls of the operating system, and passes on
    those that are not its own.
    """

    def __init__(self, folder: Path, number: int, at: int, times: int) -> None:
        self.folder, self._number = str(folder), number
        self._fails = range(at, at + times)
        self._count = 0
        self.failed = 0

    def around(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def maybe(what: Any, *given: Any, **named: Any) -> Any:
            path = os.readlink(f"/proc/self/fd/{what}") if isinstance(what, int) else str(what)
            if path.startswith(self.folder):
                self._count += 1
                if self._count in self._fails:
                    self.failed += 1
                    raise OSError(self._number, os.strerror(self._number), path)
            return call(what, *given, **named)

        return maybe


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO], ids=errno.errorcode.get)
@pytest.mark.parametrize(
    ("call", "at"), [("fsync", 1), ("fsync", 2), ("fsync", 3), ("replace", 1), ("open", 1), ("open", 2), ("unlink", 1)]
)
def test_a_disk_that_fails_costs_time_and_nothing_else(
    library: Library, server: PracticeServer, monkeypatch: pytest.MonkeyPatch, call: str, at: int, number: int
) -> None:
    disk = BadDisk(library.folder / "takes", number, at, times=2)
    monkeypatch.setattr(os, call, disk.around(getattr(os, call)))
    take = ask(library, server.url)
    until(lambda: settled(take), lambda: take.record)
    assert take.status == "completed"
    assert not judge(server, [take.record], library.folder)
    assert owing(library, server) == 0
    assert [p.name for p in (library.folder / "takes").iterdir()] == [Path(take.record.file or "").name]


@pytest.mark.parametrize("when", ["sending", "accepted", "processing", "downloading"])
def test_files_that_can_not_grow_for_a_while_lose_nothing(
    tmp_path: Path, server: PracticeServer, nursery: Nursery, when: str
) -> None:
    if when in ("sending", "accepted"):
        server.faults.add(call={"sending": "submit", "accepted": "result"}[when], hang=0.3)
    elif when == "downloading":
        server.faults.add(call="file", drip=60_000)
    folder = tmp_path / "library"
    kernel = nursery.kernel("no_room", folder=str(folder), origin=server.url, prompt="A fox", when=when)
    assert kernel.ended() == 0, kernel.said()
    assert kernel.said() == ["completed"]
    library = Library(folder)
    assert not judge(server, [take.record for take in library.takes()], folder)
    assert owing(library, server) == 0
    library.close()


def test_a_disk_without_room_for_the_confirmation_takes_no_request(
    tmp_path: Path, server: PracticeServer, nursery: Nursery
) -> None:
    folder = tmp_path / "library"
    kernel = nursery.kernel("no_room", folder=str(folder), origin=server.url, prompt="A fox", when="not yet")
    assert kernel.ended() == 0, kernel.said()
    (said,) = kernel.said()
    assert said.startswith("refused: "), said
    library = Library(folder)
    assert library.takes() == []
    library.close()
    assert server.view()["totals"]["submits_received"] == 0


@pytest.mark.parametrize("bytes_free", [0, 4096, 30_000])
def test_a_full_disk_is_said_and_the_clip_comes_when_there_is_room(
    library: Library, server: PracticeServer, monkeypatch: pytest.MonkeyPatch, bytes_free: int
) -> None:
    room = {"left": bytes_free}
    write = partial_file.PartialFile.write

    def written(self: partial_file.PartialFile, piece: bytes) -> None:
        if len(piece) > room["left"]:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        room["left"] -= len(piece)
        write(self, piece)

    monkeypatch.setattr(partial_file.PartialFile, "write", written)
    take = ask(library, server.url)
    until(lambda: "No space left" in take.problem, lambda: take.record)
    assert take.status == "downloading"
    room["left"] = 1 << 30
    until(lambda: settled(take), lambda: take.record)
    record = library._gateway.record(take.id)
    assert (record.state, record.trouble) == ("completed", "")
    assert not judge(server, [take.record], library.folder)
    assert owing(library, server) == 0


@pytest.mark.parametrize("patience", [20, 0.1], ids=["shorter than it is waited for", "longer"])
@pytest.mark.parametrize("when", ["intent", "sending", "processing", "downloading"])
def test_a_database_that_another_program_holds_for_a_while_loses_nothing(
    tmp_path: Path, server: PracticeServer, monkeypatch: pytest.MonkeyPatch, when: str, patience: float
) -> None:
    monkeypatch.setattr(database, "_PATIENCE_S", patience)
    if when == "intent":
        server.faults.add(call="submit", effect="status", status=429, retry_after="0")
    elif when == "sending":
        server.faults.add(call="submit", hang=0.3)
    elif when == "downloading":
        server.faults.add(call="file", drip=60_000)
    library = Library(tmp_path / "library")
    take = ask(library, server.url)
    until(lambda: _read(lambda: take.status == when or take.record.final))
    other = sqlite3.connect(library.folder / "library.db", isolation_level=None, timeout=20)
    other.execute("BEGIN EXCLUSIVE")
    time.sleep(0.6)  # the lock itself: its length is the point
    other.execute("ROLLBACK")
    other.close()
    until(lambda: _read(lambda: settled(take)))
    library.close()
    monkeypatch.setattr(database, "_PATIENCE_S", 20)
    again = Library(library.folder)
    record = again._gateway.record(take.id)
    assert record.state == "completed", record
    assert not judge(server, [record], library.folder)
    assert owing(again, server) == 0
    again.close()


def _read(question: Callable[[], object]) -> object:
    """An answer of the library; None while it can't be read, as a face has it."""
    try:
        return question()
    except LibraryError:
        return None


@pytest.mark.parametrize(
    ("method", "at"), [("change", 1), ("change", 2), ("change", 3), ("begin_sending", 1), ("get", 1), ("get", 4)]
)
def test_a_database_that_fails_is_written_when_it_works_again(
    library: Library, server: PracticeServer, monkeypatch: pytest.MonkeyPatch, method: str, at: int
) -> None:
    count = {"calls": 0}
    real = getattr(Store, method)

    def failing(self: Store, *given: Any, **named: Any) -> Any:
        count["calls"] += 1
        if at <= count["calls"] < at + 2:
            raise LibraryError("disk I/O error")
        return real(self, *given, **named)

    monkeypatch.setattr(Store, method, failing)
    take = ask(library, server.url)
    until(lambda: _read(lambda: settled(take)))
    assert count["calls"] >= at + 2  # it did fail
    assert take.status == "completed"
    assert not judge(server, [take.record], library.folder)
    assert owing(library, server) == 0


def test_a_database_that_became_read_only_takes_no_request(tmp_path: Path, server: PracticeServer) -> None:
    Library(tmp_path / "library").close()
    with (tmp_path / "library" / "library.db").open("r+b") as file:
        file.seek(18)
        file.write(b"\x03")  # a write version above 2: to SQLite the file is read-only, also for root
    library = Library(tmp_path / "library")
    with pytest.raises(LibraryError, match="readonly"):
        ask(library, server.url)
    library.close()
    assert server.view()["totals"]["submits_received"] == 0


def test_a_torn_database_is_refused_before_money_is_spent_and_left_as_it_is(
    tmp_path: Path, server: PracticeServer
) -> None:
    first = Library(tmp_path / "first")
    take = ask(first, server.url)
    until(lambda: settled(take), lambda: take.record)
    first.close()
    torn = tmp_path / "torn"
    shutil.copytree(tmp_path / "first", torn)
    file = torn / "library.db"
    whole = file.read_bytes()
    file.write_bytes(whole[:4096] + bytes(4096) + whole[8192:])
    before = file.read_bytes()
    with pytest.raises(LibraryError):
        ask(Library(torn), server.url)
    assert file.read_bytes() == before
    assert server.view()["totals"]["submits_received"] == 1
