"""What an account takes is learned from the service's 429: come down at once, climb again slowly, say so."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from kling_widget import Library
from kling_widget.practice import PracticeServer
from kling_widget.service.timestamps import moment
from kling_widget.store import Limits, Store, Wait, learned_limit, limits
from kling_widget.store.learned_limit import MINUTE_MS, Learned
from kling_widget.store.record import now_ms

from ..made import a_record, put_take
from ..patience import until
from .world import a_service, admit, ask, judge, owing, settled

pytestmark = pytest.mark.promise("G1", "G10")

AT = 1_790_000_000_000


@pytest.fixture(autouse=True)
def gold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KLING_TIER", "gold")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[PracticeServer]:
    with a_service(tmp_path / "service") as running:
        admit(running.url)
        yield running


def test_an_account_that_takes_two_a_minute_is_sent_two_a_minute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    began, going = time.time(), list[float]()

    def clock() -> float:
        """Stands until the service has sent one back; then a minute is six tenths of a second, as in ``quick.py``."""
        return began + 61 + (time.time() - going[0]) * 100 if going else began

    minute = MINUTE_MS
    monkeypatch.setattr(limits, "MINUTE_MS", 600_000)
    with PracticeServer(tmp_path / "service", median=0.1, scale=0.1, rate=2, as_live=True, clock=clock) as server:
        admit(server.url)
        library = Library(tmp_path / "library")
        takes = [ask(library, server.url, f"A fox, take {n}") for n in range(6)]
        until(library._gateway.learned_limits)
        assert [found.a_minute for found in library._gateway.learned_limits().values()] == [2]
        monkeypatch.setattr(limits, "MINUTE_MS", minute)
        going.append(time.time())
        until(lambda: all(settled(take) for take in takes), lambda: [take.record for take in takes])
        assert [take.status for take in takes] == ["completed"] * 6
        assert not judge(server, [take.record for take in takes], library.folder)
        assert owing(library, server) == 0
        library.close()


def test_one_that_is_sent_back_holds_the_others_for_as_long_as_the_service_asks(
    tmp_path: Path, server: PracticeServer
) -> None:
    server.faults.add(call="submit", effect="status", status=429, retry_after="1.2")
    library = Library(tmp_path / "library")
    first = ask(library, server.url, "A fox")
    until(lambda: first.problem)
    assert "it will be sent as soon as there is room. Not charged. From now on" in first.problem
    assert "and slowly more again" in first.problem
    others = [ask(library, server.url, f"A wolf, take {n}") for n in range(2)]
    until(lambda: all(settled(take) for take in (first, *others)))
    sent_back, *after = [moment(post["at"]) or 0 for post in server.view()["posts"] if post["call"] == "submit"]
    assert len(after) == 3
    assert all(at - sent_back > 1000 for at in after)
    library.close()


def test_a_service_that_sends_all_back_at_once_is_not_sent_them_at_once_again(
    tmp_path: Path, server: PracticeServer
) -> None:
    server.faults.add(call="submit", effect="status", status=429, retry_after="0", times=5)
    library = Library(tmp_path / "library")
    take = ask(library, server.url)
    until(lambda: settled(take), lambda: take.record)
    at = [moment(post["at"]) or 0 for post in server.view()["posts"] if post["call"] == "submit"]
    assert len(at) == 6
    gaps = [later - earlier for earlier, later in pairwise(at)]
    assert all(gap > least for gap, least in zip(gaps, (40, 90, 190, 390, 790), strict=True)), gaps
    library.close()


def test_all_kernels_of_a_library_come_down_together(tmp_path: Path, server: PracticeServer) -> None:
    server.faults.add(call="submit", effect="status", status=429, retry_after="0")
    library = Library(tmp_path / "library")
    take = ask(library, server.url)
    until(lambda: settled(take))
    other = Store.in_folder(library.folder)
    assert other.learned_limits == library._gateway.learned_limits()
    whose = (server.url, take.record.account)
    assert list(other.learned_limits) == [whose]
    assert other.learned_limits[whose].a_minute < 600
    other.close()
    library.close()


def test_it_climbs_a_step_for_each_time_of_peace_and_never_past_the_accounts_level() -> None:
    found = Learned(8, AT, AT)
    steps = [found.now(AT + n * learned_limit.CLIMB_MS) for n in range(4)]
    assert steps == [8, 10, 12, 14]
    assert Learned(1, AT, AT).now(AT + learned_limit.CLIMB_MS) == 2
    assert found.within(Limits(2, 2), AT) == Limits(2, 2)
    assert found.within(Limits(100, 60), AT) == Limits(100, 8)
    assert found.within(Limits(100, 60), AT + 10**9) == Limits(100, 60)
    assert found.within(Limits(), AT) == Limits(None, 8)


def test_a_clock_that_was_set_back_makes_nobody_wait_for_years() -> None:
    found = Learned(3, AT, AT + 30_000)
    assert found.patience(AT) == 30
    assert found.patience(AT + 30_000) == 0
    assert found.patience(AT - 3_600_000) == 0
    assert found.now(AT - 3_600_000) == 3


def test_one_that_takes_fewer_at_once_is_given_as_many_as_run_and_slowly_more(tmp_path: Path) -> None:
    store, now = Store.in_folder(tmp_path), now_ms()
    mine: dict[str, Any] = {"service": "https://api.wavespeed.ai", "account": "a" * 32, "charge": None}
    running = [put_take(store, a_record(state="processing", submitted_at=now - 90_000, **mine)) for _ in range(2)]
    waits = put_take(store, a_record(state="intent", **mine))
    found = store.sent_back(waits, Limits(100, 60), 5.0)
    assert found.at_once == len(running)
    assert found.within(Limits(100, 60), found.at).at_once == 2
    assert found.within(Limits(100, 60), found.at + learned_limit.CLIMB_MS).at_once == 3
    assert found.within(Limits(1, 60), found.at).at_once == 1
    assert found.within(Limits(), found.at + 10**9).a_minute
    lease = store.leases.claim_one(waits.id, "me", for_ms=60_000)
    assert lease is not None
    assert isinstance(store.begin_sending(lease, Limits(100, 60)), Wait)
    # Where it took some in this very minute, the minute is at fault: nothing is said of how many run.
    put_take(store, a_record(state="processing", submitted_at=now, **mine))
    elsewhere = put_take(store, a_record(state="intent", **{**mine, "service": "https://elsewhere.example"}))
    assert store.sent_back(elsewhere, Limits(100, 60), 5.0).at_once is None
    assert store.sent_back(waits, Limits(100, 60), 5.0).at_once == 2
    assert set(store.learned_limits) == {(mine["service"], mine["account"]), (elsewhere.service, mine["account"])}
    store.close()
