"""What a person is shown while a take runs: a bar that never runs back and is full only when the file is here."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kling_widget import Library
from kling_widget.engine.polling import LIVE_FLOOR_S, LearnedSchedule, Progress
from kling_widget.practice import PracticeServer
from kling_widget.store import Record
from kling_widget.store.record import now_ms
from tests.made import a_record

from ..patience import until
from .world import a_service, admit, ask, judge, owing, settled


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PracticeServer]:
    monkeypatch.setenv("KLING_TIER", "gold")
    with a_service(tmp_path / "service", median=0.8) as running:
        admit(running.url)
        yield running


FAULTS: dict[str, tuple[dict[str, Any], ...]] = {
    "all is well": (),
    "a slow clip": ({"call": "file", "drip": 50_000},),
    "a clip that is cut and begun again": (
        {"call": "file", "drip": 60_000, "cut": 30_000, "effect": "etag"},
        {"call": "file", "drip": 60_000},
    ),
    "looks that fail": ({"call": "result", "effect": "status", "status": 500, "times": 3},),
    "a lost answer": ({"call": "submit", "cut": -1},),
    "a status that runs back": (
        {"call": "result", "after": 4, "effect": "patch", "data": {"status": "created"}, "times": 3},
    ),
}  # fmt: skip


@pytest.mark.promise("G9", "G10")
@pytest.mark.parametrize("faults", FAULTS.values(), ids=FAULTS)
def test_a_bar_never_runs_back_and_is_full_only_when_the_file_is_here(
    tmp_path: Path, server: PracticeServer, faults: tuple[dict[str, Any], ...]
) -> None:
    for fault in faults:
        server.faults.add(**fault)
    library = Library(tmp_path / "library")
    take = ask(library, server.url)
    bars: list[tuple[Record, Progress, bool]] = []
    enough = threading.Event()

    def look() -> None:
        record = take.record
        path = library._gateway.path(record)
        bars.append((record, library._gateway.engine.progress(record), path is not None and path.is_file()))

    def watch() -> None:
        while not enough.wait(0.005):
            look()

    watcher = threading.Thread(target=watch)
    watcher.start()
    until(lambda: settled(take), lambda: take.record)
    enough.set()
    watcher.join()
    look()
    fractions = [bar.fraction for _, bar, _ in bars if bar.phase != "unknown"]
    assert fractions == sorted(fractions), [(r.state, b.fraction) for r, b, _ in bars]
    under_way = [bar.elapsed for _, bar, _ in bars if bar.phase != "done"]
    assert under_way == sorted(under_way)
    for record, bar, here in bars:
        assert 0 <= bar.fraction <= 1
        assert bar.fraction < 1 or (record.state == "completed" and here and bar.phase == "done")
        assert bar.low is None or bar.high is None or bar.low <= bar.high
    assert bars[-1][1].fraction == 1
    assert not judge(server, [take.record], library.folder)
    library.close()


@pytest.mark.promise("G10")
def test_what_is_recorded_as_spent_is_what_was_billed(tmp_path: Path, server: PracticeServer) -> None:
    library = Library(tmp_path / "library")
    for seconds, fault in ((3, {}), (5, {"cut": -1}), (10, {}), (15, {"effect": "status", "status": 400})):
        if fault:
            server.faults.add(call="submit", match=f'"duration": {seconds}', **fault)
    takes = [ask(library, server.url, f"A fox of {seconds} s", seconds=seconds) for seconds in (3, 5, 10, 15)]
    takes.append(ask(library, server.url, "nsfw"))
    until(lambda: all(settled(take) for take in takes), lambda: [take.record for take in takes])
    assert [take.status for take in takes] == ["completed", "completed", "completed", "rejected", "failed"]
    totals = server.view()["totals"]
    assert library._gateway.sums().total == totals["spent"] == sum(take.record.cost for take in takes)
    table = library.spend()
    booked = {kind: round(table[table["kind"] == kind]["dollars"].sum() * 1_000_000) for kind in ("charge", "refund")}
    assert booked == {"charge": totals["charged"], "refund": totals["refunded"]}
    assert owing(library, server) == 0
    assert not judge(server, [take.record for take in takes], library.folder)
    library.close()


@pytest.mark.promise("G8")
@pytest.mark.parametrize("state", ["accepted", "created", "processing"])
@pytest.mark.parametrize("age", [0, 1, 30, 90, 120, 600, 3600, 86_400, -3600])
def test_a_live_take_is_looked_at_every_five_seconds_at_most(age: int, state: str) -> None:
    now = now_ms()
    record = a_record(
        service="https://api.wavespeed.ai", state=state, confirmed_at=now - age * 1000, accepted_at=now - age * 1000
    )
    for _ in range(20):  # the jitter is another each time
        assert LIVE_FLOOR_S <= LearnedSchedule(lambda before: []).next_poll(record, now) <= 8.0
