"""A task's time: drawn from its id, moved by the clock, kept across servers and kills."""

from __future__ import annotations

import math
import statistics
from pathlib import Path

import pytest
import requests

from kling_widget.practice import PracticeServer
from kling_widget.practice.schedule import Schedule, draw, queue

from .conftest import Caller


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


def test_times_are_log_normal_and_follow_from_the_id() -> None:
    lengths = [draw(f"{i:032x}", 0, 3, 0.25).ends for i in range(2000)]
    assert lengths[0] == draw(f"{0:032x}", 0, 3, 0.25).ends
    assert statistics.median(lengths) == pytest.approx(3, rel=0.03)
    assert statistics.pstdev(map(math.log, lengths)) == pytest.approx(0.25, rel=0.06)


def test_past_the_limit_a_task_waits_for_the_first_place() -> None:
    assert queue(Schedule(10, 13), [], 2) == Schedule(10, 13)
    assert queue(Schedule(10, 13), [12, 11], None) == Schedule(10, 13)
    assert queue(Schedule(10, 13), [12, 11], 2) == Schedule(11, 14)
    assert queue(Schedule(10, 13), [12, 11, 14], 2) == Schedule(12, 15)


def test_a_status_moves_with_the_clock_and_never_back(tmp_path: Path) -> None:
    clock = Clock()
    with PracticeServer(tmp_path, clock=clock, median=100, sigma=0, scale=0.2) as server:
        call = Caller(server)
        task = call.task()
        seen = [call.result(task)["status"]]
        for _ in range(9):
            clock.now += 10
            seen.append(call.result(task)["status"])
        assert seen == ["created"] * 2 + ["processing"] * 8
        clock.now += 11
        done = call.finished(task)
        assert done["timings"]["inference"] >= 100_000


def test_a_place_in_the_queue_is_waited_for_as_created(tmp_path: Path) -> None:
    clock = Clock()
    with PracticeServer(tmp_path, clock=clock, median=100, sigma=0, concurrent=1, scale=0.2) as server:
        call = Caller(server)
        first, second = call.task(), call.task()
        clock.now += 99
        assert [call.result(task)["status"] for task in (first, second)] == ["processing", "created"]
        clock.now += 50
        assert call.finished(first)["status"] == "completed"
        assert call.result(second)["status"] == "processing"


def test_after_seven_days_a_task_is_gone(tmp_path: Path) -> None:
    clock = Clock()
    with PracticeServer(tmp_path, clock=clock, median=1, scale=0.2) as server:
        call = Caller(server)
        task = call.task()
        clock.now += 10
        clip = call.finished(task)["outputs"][0]
        clock.now += 7 * 86_400
        assert call("GET", f"predictions/{task}/result").status_code == 404
        assert requests.get(clip, timeout=10).status_code == 404
        assert call("POST", "predictions", json={"page": 1, "page_size": 10}).json()["data"]["items"] == []


def test_another_server_on_the_same_ledger_finishes_the_task_with_the_same_clip(tmp_path: Path) -> None:
    with PracticeServer(tmp_path, median=0.3, scale=0.2) as server:
        task = Caller(server).task()
    with PracticeServer(tmp_path, median=99, scale=0.2) as server:
        call = Caller(server)
        clip = requests.get(call.finished(task)["outputs"][0], timeout=10)
        assert clip.status_code == 200
        (tmp_path / "practice_clips" / f"{task}.mp4").unlink()
        again = requests.get(call.finished(task)["outputs"][0], timeout=20)
        assert (again.content, again.headers["ETag"]) == (clip.content, clip.headers["ETag"])
        assert server.view()["totals"]["tasks_created"] == 1


def test_two_servers_share_one_account(tmp_path: Path) -> None:
    with (
        PracticeServer(tmp_path, median=0.05, scale=0.2) as one,
        PracticeServer(tmp_path, median=0.05, scale=0.2) as other,
    ):
        task = Caller(one).task()
        assert Caller(other).finished(task)["status"] == "completed"
        assert one.view()["totals"] == other.view()["totals"]
