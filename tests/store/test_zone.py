"""A library has one day, whatever zone its kernels are in, and tells a moment by the zone of that moment."""

from __future__ import annotations

import itertools
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from kling_widget import Library
from kling_widget.request.budget import Budget
from kling_widget.request.money import micros
from kling_widget.store import Store
from kling_widget.store.time_zone import bounds, day, of_machine, of_name
from tests.made import a_record, a_take

from .test_migrations import OLD

KERNEL = """
import os, sys, time
from pathlib import Path
from kling_widget.errors import OverBudget
from kling_widget.request.money import micros
from kling_widget.store import Store
from kling_widget.store.record import now_ms
from tests.made import a_record
store = Store.in_folder(Path(sys.argv[1]))
for _ in range(3):
    try:
        take = a_record(at=now_ms(), state="intent", charge=None, saved_at=None, estimate=micros("0.56"))
        print(store.add(take).id)
    except OverBudget:
        print("over")
"""


def in_zone(name: str, code: str, *words: str) -> str:
    """Run code as a kernel in another time zone would."""
    environment = {**os.environ, "TZ": name}
    return subprocess.run(
        [sys.executable, "-c", code, *words], env=environment, check=True, capture_output=True, text=True, timeout=60
    ).stdout


@pytest.fixture
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    if not hasattr(time, "tzset"):
        pytest.skip("this system changes its zone otherwise")
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="this system takes no zone from TZ")
@pytest.mark.parametrize("zones", [("Pacific/Kiritimati", "Etc/GMT+12"), ("UTC-14", "UTC+12")])
def test_a_cap_for_a_day_holds_in_kernels_of_several_zones(tmp_path: Path, zones: tuple[str, str]) -> None:
    store = Store.in_folder(tmp_path)
    store.ledger.set_budget(Budget(day=micros("0.60")))
    said = [line for name in (*zones, *zones) for line in in_zone(name, KERNEL, str(tmp_path)).split()]
    assert len([line for line in said if line != "over"]) == 1
    store.close()


def test_a_librarys_zone_is_that_of_the_machine_that_made_it_and_stays(tmp_path: Path, berlin: None) -> None:
    Store.in_folder(tmp_path).close()
    said = in_zone(
        "Asia/Tokyo",
        "import sys; from pathlib import Path; from kling_widget.store import Store; "
        "print(Store.in_folder(Path(sys.argv[1])).zone)",
        str(tmp_path),
    )
    assert said.strip() == "Europe/Berlin"


def test_a_library_of_an_earlier_version_gets_this_machines_zone(tmp_path: Path, berlin: None) -> None:
    with sqlite3.connect(tmp_path / "library.db") as base:
        base.executescript(OLD[1].read_text("utf-8"))
    base.close()
    store = Store.in_folder(tmp_path)
    assert str(store.zone) == "Europe/Berlin"
    store.close()


def test_history_and_ledger_tell_a_moment_by_the_zone_of_that_moment(tmp_path: Path, berlin: None) -> None:
    summer, winter = (datetime(2026, month, 1, 23, 30, tzinfo=ZoneInfo("Europe/Berlin")) for month in (7, 12))
    for moment in (summer, winter):
        a_take(tmp_path, at=round(moment.timestamp() * 1000), inputs={"duration": 3})
    library = Library(tmp_path)
    assert [str(at) for at in library.history()["confirmed"]] == [
        "2026-12-01 23:30:00+01:00",
        "2026-07-01 23:30:00+02:00",
    ]
    with sqlite3.connect(tmp_path / "library.db") as base:
        base.execute("UPDATE ledger SET at = ?", (round(summer.timestamp() * 1000),))
    base.close()
    assert {str(at) for at in library.spend()["at"]} == {"2026-07-01 23:30:00+02:00"}
    library.close()


@pytest.mark.parametrize(
    ("date", "hours"),
    [("2026-03-29", 23), ("2026-10-25", 25), ("2026-07-01", 24), ("2026-12-31", 24)],
)
def test_days_have_as_many_hours_as_they_have(date: str, hours: int) -> None:
    zone = ZoneInfo("Europe/Berlin")
    since, until = bounds(date, zone)
    assert until - since == hours * 3_600_000
    assert day(since, zone) == day(until - 1, zone) == date
    assert day(since - 1, zone) < date < day(until, zone)


@pytest.mark.parametrize("name", ["Africa/Cairo", "America/Santiago", "Asia/Beirut", "Pacific/Apia", "UTC+05:45"])
def test_every_moment_lies_in_one_day(name: str) -> None:
    zone = of_name(name)
    start = datetime(2026, 1, 1, tzinfo=zone)
    dates = [f"{start + timedelta(days=number):%Y-%m-%d}" for number in range(365)]
    ends = [bounds(date, zone) for date in dates]
    assert all(before[1] == after[0] for before, after in itertools.pairwise(ends))


@pytest.mark.parametrize(
    ("name", "hours"), [("UTC+14:00", 14), ("UTC-12:00", -12), ("UTC+00:00", 0), ("UTC+05:30", 5.5)]
)
def test_a_zone_without_a_name_is_its_distance(name: str, hours: float) -> None:
    assert of_name(name).utcoffset(None) == timedelta(hours=hours)
    found = of_name(of_machine(lambda at: round(hours * 3600)))
    assert datetime.now(found).utcoffset() == timedelta(hours=hours)


NO_ZONES = ("", "Atlantis/Capital", "../../etc/passwd", "/etc/localtime", "UTC+99:00", None, 7, "A\0")


@pytest.mark.parametrize("name", NO_ZONES)
def test_a_zone_that_nobody_knows_is_the_same_for_all(name: object) -> None:
    assert of_name(name) == timezone.utc


def test_a_machine_whose_zone_has_no_name_gets_one_whose_clocks_go_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    paris = ZoneInfo("Europe/Paris")

    def offset(at: int) -> int:
        ahead = datetime.fromtimestamp(at, paris).utcoffset()
        assert ahead is not None
        return round(ahead.total_seconds())

    monkeypatch.setenv("TZ", "Nonsense/Name")
    found = of_machine(offset)
    for month in range(1, 13):
        at = datetime(2026, month, 15, tzinfo=timezone.utc)
        assert at.astimezone(of_name(found)).utcoffset() == at.astimezone(paris).utcoffset()


def test_a_take_of_yesterday_evening_is_not_of_today(tmp_path: Path, berlin: None) -> None:
    store = Store.in_folder(tmp_path)
    midnight, _ = bounds("2026-07-02", ZoneInfo("Europe/Berlin"))
    for at in (midnight - 1, midnight):
        store.add(a_record(at=at, state="intent", charge=None, saved_at=None, service="https://a.example"))
    assert store.ledger.spent("2026-07-01").today == store.ledger.spent("2026-07-02").today == micros("0.56")
    assert store.ledger.spent("2026-07-02").total == micros("1.12")
    store.close()
