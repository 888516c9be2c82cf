"""What an account takes is learned from the service's 429: come down at once, climb again slowly, say so."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kling_widget import Library
from kling_widget.practice import PracticeServer
from kling_widget.store import Limits, Store, limits
from kling_widget.store.limits import Learned

from .world import a_service, admit, ask, judge, owing, settled, until

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


def test_an_account_that_takes_two_a_minute_is_sent_two_a_minute(tmp_path: Path) -> None:
    began = time.time()
    # A minute there is six tenths of a second, as it is here (``quick.py``).
    with PracticeServer(
        tmp_path / "service",
        median=0.1,
        scale=0.1,
        rate=2,
        as_live=True,
        clock=lambda: began + (time.time() - began) * 100,
    ) as server:
        admit(server.url)
        library = Library(tmp_path / "library")
        takes = [ask(library, server.url, f"A fox, take {n}") for n in range(8)]
        until(lambda: all(settled(take) for take in takes), lambda: [take.record for take in takes])
        assert [take.status for take in takes] == ["completed"] * 8
        assert not judge(server, [take.record for take in takes], library.folder)
        assert owing(library, server) == 0
        (learned,) = library.learned_limits().values()
        assert learned.a_minute <= 2
        library.close()


def test_one_that_is_sent_back_holds_the_others_for_as_long_as_the_service_asks(
    tmp_path: Path, server: PracticeServer
) -> None:
    server.faults.add(call="submit", effect="status", status=429, retry_after="1.2")
    library = Library(tmp_path / "library")
    first = ask(library, server.url, "A fox")
    until(lambda: first.trouble)
    assert "it will be sent as soon as there is room. Not charged. From now on" in first.trouble
    assert "and slowly more again" in first.trouble
    others = [ask(library, server.url, f"A wolf, take {n}") for n in range(2)]
    until(lambda: all(settled(take) for take in (first, *others)))
    sent_back, *after = [post["at"] for post in server.view()["posts"] if post["call"] == "submit"]
    assert len(after) == 3
    assert all(_seconds(at) - _seconds(sent_back) > 1.0 for at in after)
    library.close()


def _seconds(stamp: str) -> float:
    minutes, seconds = stamp.rstrip("Z").rsplit("T", 1)[-1].split(":", 1)[1].split(":")
    return float(minutes) * 60 + float(seconds)


def test_all_kernels_of_a_library_come_down_together(tmp_path: Path, server: PracticeServer) -> None:
    server.faults.add(call="submit", effect="status", status=429, retry_after="0")
    library = Library(tmp_path / "library")
    take = ask(library, server.url)
    until(lambda: settled(take))
    other = Store.in_folder(library.folder)
    assert other.learned_limits == library.learned_limits()
    assert list(other.learned_limits) == [take.record.account]
    assert other.learned_limits[take.record.account or ""].a_minute < 600
    other.close()
    library.close()


def test_it_climbs_a_step_for_each_time_of_peace_and_never_past_the_accounts_level() -> None:
    found = Learned(8, AT, AT)
    steps = [found.now(AT + n * limits.CLIMB_MS) for n in range(4)]
    assert steps == [8, 10, 12, 14]
    assert Learned(1, AT, AT).now(AT + limits.CLIMB_MS) == 2
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
