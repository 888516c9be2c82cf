"""Many kernels on one library: stopped, interrupted, asleep, with a clock that jumps."""

from __future__ import annotations

import random
import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from kling_widget import Library, Take
from kling_widget.practice import PracticeServer

from ..patience import until
from .nursery import Kernel, Nursery
from .world import a_service, admit, judge, owing, settled

LEASE_MS = 3000


@dataclass
class House:
    """A service, a library, and kernels to come."""

    server: PracticeServer
    nursery: Nursery
    folder: Path

    def given(self, prompt: str) -> dict[str, str | int]:
        return {"folder": str(self.folder), "origin": self.server.url, "prompt": prompt, "lease_ms": LEASE_MS}

    def linger(self, when: str) -> None:
        """Have a take stay in a state for long enough to be met there."""
        add = self.server.faults.add
        if when == "sending":
            add(call="submit", hang=0.7)
        elif when == "accepted":
            add(call="result", hang=0.7)
        elif when == "reconciling":
            add(call="submit", cut=-1)
            add(call="list", effect="lag", seconds=0.7, times=None)
        elif when == "downloading":
            add(call="file", drip=50_000)

    def stop(self, kernel: Kernel) -> None:
        """Stop a kernel between two transactions: stopped within one, it would hold SQLite's lock, and nobody else's
        kernel could go on before it does."""
        while True:
            kernel.stop()
            try:
                with closing(sqlite3.connect(self.folder / "library.db", timeout=0, isolation_level=None)) as base:
                    base.execute("BEGIN EXCLUSIVE")
                    base.execute("ROLLBACK")
                return
            except sqlite3.OperationalError:
                kernel.signal(signal.SIGCONT)

    def opened(self) -> Library:
        admit(self.server.url)
        return Library(self.folder)

    def holds(self, library: Library, *, stopped: str | None = None) -> list[Take]:
        """Wait for all takes to end, and hold them to the promises.

        The kernel that was ``stopped``, by its notes, may have been so after it wrote "sending" and before it sent.
        """
        takes = library.takes()
        until(lambda: all(settled(take) for take in takes), lambda: [take.record for take in takes])
        assert not judge(self.server, [take.record for take in takes], self.folder)
        assert owing(library, self.server) == 0
        unsent = [take.record.note for take in takes if take.status == "not_created"]
        assert unsent in ([], [stopped])
        sent = len(takes) - len(unsent)
        assert len(self.server.ledger.tasks()) == self.server.view()["totals"]["submits_received"] == sent
        return takes


@pytest.fixture(params=[{}])
def house(
    tmp_path: Path, nursery: Nursery, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[House]:
    monkeypatch.setenv("KLING_TIER", "gold")
    with a_service(tmp_path / "service", **request.param) as server:
        yield House(server, nursery, tmp_path / "library")


@pytest.mark.promise("G1", "G2", "G4", "G5", "G6", "G10")
def test_six_kernels_share_a_library_and_one_sleeps_past_its_leases(house: House) -> None:
    house.server.faults.add(call="submit", hang=0.3, times=None)
    kernels = [house.nursery.kernel("some_takes", **house.given(f"Kernel {n}"), count=2, all=12) for n in range(6)]
    sleeper, *others = kernels
    sleeper.heard("confirmed")
    house.stop(sleeper)
    for kernel in others:
        kernel.heard("ended")  # the sleeper's takes with theirs
    sleeper.signal(signal.SIGCONT)
    assert [kernel.ended() for kernel in kernels] == [0] * 6, [kernel.said() for kernel in kernels]
    library = house.opened()
    takes = house.holds(library, stopped="Kernel 0")
    assert len(takes) == 12
    # Each kernel's notes are on its own takes: no write of one undid another's.
    assert sorted(take.record.note for take in takes) == sorted(f"Kernel {n}" for n in range(6) for _ in range(2))
    assert all(take.record.words.startswith(take.record.note) for take in takes)
    library.close()


@pytest.mark.promise("G1", "G2", "G6")
@pytest.mark.parametrize("house", [{"median": 0.6}], indirect=True)
@pytest.mark.parametrize("when", ["sending", "accepted", "processing", "downloading"])
def test_a_kernel_that_wakes_after_its_lease_writes_nothing_more(house: House, when: str) -> None:
    house.linger(when)
    kernel = house.nursery.kernel("wait_for_it", **house.given("A fox"), interrupts=0)
    library = house.opened()
    until(lambda: library.takes() and library.takes()[0].status == when, library.takes)
    if when == "sending":  # what never left is never made: that is another promise
        until(lambda: house.server.view()["totals"]["submits_received"])
    house.stop(kernel)
    (take,) = library.takes()
    library._gateway.start()
    until(lambda: settled(take), lambda: take.record)
    library.close()
    again = house.opened()
    revision = again.take(take.id).record.revision
    kernel.signal(signal.SIGCONT)
    kernel.heard("completed")  # it sees what the other kernel did
    assert kernel.ended() == 0, kernel.said()
    assert again.take(take.id).record.revision == revision
    assert [t.status for t in house.holds(again)] == ["completed"]
    again.close()


@pytest.mark.promise("G1", "G2", "G4")
@pytest.mark.parametrize("house", [{"median": 0.6}], indirect=True)
@pytest.mark.parametrize("when", ["sending", "reconciling", "processing", "downloading"])
def test_an_interrupted_wait_leaves_the_take_alone(house: House, when: str) -> None:
    house.linger(when)
    kernel = house.nursery.kernel("wait_for_it", **house.given("A fox"), interrupts=1)
    library = house.opened()
    until(lambda: library.takes() and library.takes()[0].status == when, library.takes)
    kernel.signal(signal.SIGINT)
    kernel.heard("interrupted 1")
    assert library.takes()[0].status not in ("failed", "cancelled", "timeout", "rejected", "not_created")
    kernel.heard("completed")
    assert kernel.ended() == 0, kernel.said()
    house.holds(library)
    library.close()


@pytest.mark.promise("G1", "G2", "G4", "G6")
@pytest.mark.parametrize("house", [{"median": 1.5}], indirect=True)
def test_a_wait_may_be_interrupted_again_and_again(house: House) -> None:
    kernel = house.nursery.kernel("wait_for_it", **house.given("A fox"), interrupts=100)
    kernel.heard("t")
    for number in range(1, 101):
        time.sleep(random.random() / 100)  # now here, now there in what the waiting does
        kernel.signal(signal.SIGINT)
        kernel.heard(f"interrupted {number}")
    kernel.heard("completed")
    assert kernel.ended() == 0, kernel.said()
    library = house.opened()
    house.holds(library)
    library.close()


@pytest.mark.promise("G2", "G4")
def test_no_interrupt_leaves_the_engine_deaf(house: House) -> None:
    kernel = house.nursery.kernel("interrupted_calls", **house.given("A fox"), interrupts=1000)
    kernel.heard("it ")
    assert kernel.said() == ["it listens"]


@pytest.mark.promise("G1", "G2", "G4")
@pytest.mark.parametrize("house", [{"median": 0.6}], indirect=True)
@pytest.mark.parametrize("when", ["sending", "processing", "downloading"])
def test_a_kernel_may_end_at_any_time_and_the_next_goes_on(house: House, when: str) -> None:
    house.linger(when)
    kernel = house.nursery.kernel("wait_for_it", **house.given("A fox"), interrupts=0)
    library = house.opened()
    until(lambda: library.takes() and library.takes()[0].status == when, library.takes)
    if when == "sending":  # what never left is never made: that is another promise
        until(lambda: house.server.view()["totals"]["submits_received"])
    kernel.signal(signal.SIGTERM)
    assert kernel.ended() == -signal.SIGTERM
    library._gateway.start()
    assert [take.status for take in house.holds(library)] == ["completed"]
    library.close()


@pytest.mark.promise("G1", "G2", "G4", "G9")
@pytest.mark.parametrize("house", [{"median": 0.6}], indirect=True)
@pytest.mark.parametrize("when", ["reconciling", "processing", "downloading"])
@pytest.mark.parametrize("seconds", [-3600, 3600], ids=["set back an hour", "asleep for an hour"])
def test_the_wall_clock_may_jump(house: House, seconds: int, when: str) -> None:
    house.linger(when)
    kernel = house.nursery.kernel("clock_moves", **house.given("A fox"), when=when, seconds=seconds)
    kernel.heard("completed 1.0 True")
    assert kernel.ended() == 0, kernel.said()
    library = house.opened()
    assert [take.status for take in house.holds(library)] == ["completed"]
    library.close()
