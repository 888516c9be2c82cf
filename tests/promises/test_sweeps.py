"""Sweeps, whatever happens in the middle of one: each cell is one take, paid once, and none is forgotten."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from kling_widget import Library, Sweep, Take
from kling_widget.engine import worker
from kling_widget.practice import PracticeServer

from ..patience import until
from .nursery import Kernel, Nursery
from .tally import TALLY
from .world import a_service, admit, judge, owing, settled

LEASE_MS = 700
TEMPLATE = "A {red|blue|green} fox"
CELLS = 3


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KLING_TIER", "gold")
    monkeypatch.setattr(worker, "LEASE_MS", LEASE_MS)
    monkeypatch.setattr(worker, "_RENEW_S", 0.15)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[PracticeServer]:
    with a_service(tmp_path / "service", median=0.05) as running:
        admit(running.url)
        yield running


def kernel(nursery: Nursery, server: PracticeServer, folder: Path, **given: Any) -> Kernel:
    known = {"prompt": TEMPLATE, "at": "", "number": 0, "lease_ms": LEASE_MS}
    return nursery.kernel("one_sweep", **{**known, "folder": str(folder), "origin": server.url, **given})


def holds(library: Library, server: PracticeServer) -> list[Take]:
    """Wait for all sweeps and takes to end, and hold them to the promises."""
    for made in library.sweeps():
        if made.status != "unconfirmed":
            until(lambda made=made: made.status in ("done", "waiting"), lambda made=made: (made.problem, made.cells))  # type: ignore[misc]
    takes = library.takes(limit=None)
    until(lambda: all(map(settled, takes)), lambda: [take.record for take in takes])
    assert not judge(server, [take.record for take in takes], library.folder)
    assert owing(library, server) == 0
    return takes


def complete(made: Sweep, server: PracticeServer) -> None:
    """Make those cells again whose submit never arrived, as a person would; then all have their clip."""
    if any(cell.status == "not_created" for cell in made):
        made.redo(confirm=True)
        holds(made.library, server)
    assert {cell.status for cell in made} == {"completed"}


@pytest.mark.promise("G1", "G2", "G6", "G10")
def test_six_kernels_that_confirm_the_same_sweep_make_each_cell_once(
    tmp_path: Path, server: PracticeServer, nursery: Nursery
) -> None:
    server.faults.add(call="submit", hang=0.2, times=None)
    kernels = [kernel(nursery, server, tmp_path / "library") for _ in range(6)]
    assert [one.ended() for one in kernels] == [0] * 6, [one.said() for one in kernels]
    with closing(Library(tmp_path / "library")) as library:
        takes = holds(library, server)
        (made,) = library.sweeps()
        assert sorted(take.prompt for take in takes) == ["A blue fox", "A green fox", "A red fox"]
        complete(made, server)
        assert made.cost == made.price
    assert server.view()["totals"]["submits_received"] == CELLS


@pytest.mark.promise("G1", "G10")
def test_six_kernels_with_a_sweep_each_pass_no_cap_together(
    tmp_path: Path, server: PracticeServer, nursery: Nursery
) -> None:
    with closing(Library(tmp_path / "library", tend=False)) as library:
        library.cap(library="3.00")  # for two sweeps of $1.008, not for three
    kernels = [kernel(nursery, server, tmp_path / "library", prompt=f"{TEMPLATE} of kernel {n}") for n in range(6)]
    assert [one.ended() for one in kernels] == [0] * 6, [one.said() for one in kernels]
    assert sorted(one.said()[0] for one in kernels) == ["confirmed"] * 2 + ["refused"] * 4
    with closing(Library(tmp_path / "library")) as library:
        assert len(holds(library, server)) == 2 * CELLS
        assert [made.status for made in library.sweeps()].count("unconfirmed") == 4


STEPS = [
    ("before SweepStore.freeze", 1),
    ("after SweepStore.freeze", 1),
    ("before SweepStore.order", 1),
    ("after SweepStore.order", 1),
    ("before SweepStore.begin", 1),
    ("after SweepStore.begin", 2),
    ("before Store.begin_sending", 2),
    ("after Store.begin_sending", 1),
    ("before Client.submit", 2),
    ("after Client.submit", 1),
    ("after Client.submit", 3),
    ("os.rename .part", 1),
    ("before Client.bills", 2),
]


@pytest.mark.promise("G1", "G2", "G3", "G4", "G5", "G6", "G10")
@pytest.mark.parametrize(("step", "number"), STEPS, ids=str)
def test_a_kernel_may_be_killed_in_the_middle_of_a_sweep(
    tmp_path: Path, server: PracticeServer, nursery: Nursery, step: str, number: int
) -> None:
    killed = kernel(nursery, server, tmp_path / "library", at=step, number=number)
    assert killed.ended() == -signal.SIGKILL, killed.said()
    TALLY.tried(kills=1)
    with closing(Library(tmp_path / "library")) as library:
        takes = holds(library, server)
        found = library.sweeps()
        confirmed = [made for made in found if made.status != "unconfirmed"]
        assert len(found) == (step != "before SweepStore.freeze")
        assert len(confirmed) == (
            step not in ("before SweepStore.freeze", "after SweepStore.freeze", "before SweepStore.order")
        )
        received = server.view()["totals"]["submits_received"]
        # Not made: it was killed before the submit had left.
        unsent = [take for take in takes if take.status == "not_created"]
        assert len(unsent) <= 1
        assert received == len(takes) - len(unsent)
        assert len(takes) == len(confirmed) * CELLS
        for made in confirmed:
            assert {cell.take for cell in made} == set(takes)
            complete(made, server)


@pytest.mark.promise("G1", "G3", "G10")
@pytest.mark.parametrize("lost", [1, 2])
@pytest.mark.parametrize("fault", [{"cut": -1}, {"cut": 0}, {"effect": "status", "status": 502}], ids=str)
def test_a_lost_answer_is_looked_for_and_its_cell_not_sent_again(
    tmp_path: Path, server: PracticeServer, nursery: Nursery, fault: dict[str, Any], lost: int
) -> None:
    server.faults.add(call="submit", times=lost, **fault)
    ran = kernel(nursery, server, tmp_path / "library")
    assert ran.ended() == 0, ran.said()
    with closing(Library(tmp_path / "library")) as library:
        takes = holds(library, server)
        assert len(takes) == CELLS
        statuses = [take.status for take in takes]
        if lost == 1:
            assert statuses.count("completed") == len(server.view()["tasks"])
            assert set(statuses) <= {"completed", "not_created"}
        else:  # two that cost the same can't be told apart by the service's list
            assert set(statuses) <= {"completed", "not_created", "needs_you"}
    assert server.view()["totals"]["submits_received"] <= CELLS
