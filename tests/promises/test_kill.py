"""A kernel is killed at every step of a take, one step after the other, until no step is left."""

from __future__ import annotations

import itertools
import queue
import signal
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from kling_widget import Library
from kling_widget.engine import worker

from ..patience import until
from .nursery import Nursery
from .tally import TALLY
from .world import a_service, admit, judge, owing, settled

_SIDE_BY_SIDE = 4
_LEASE_MS = 700
_OFTEN = 3  # of steps that come again and again (looks), so many are tried; in a soak all

Steps = queue.SimpleQueue[tuple[str, int]]
Faults = tuple[Mapping[str, Any], ...]


@pytest.mark.promise("G1", "G2", "G3", "G4", "G5", "G6", "G10")
@pytest.mark.parametrize(
    ("faults", "often"),
    [
        pytest.param((), _OFTEN, id="of a take that nothing else happens to"),
        pytest.param(({"call": "submit", "cut": -1},), 1, id="of a take whose answer is lost"),
    ],
)
def test_a_kernel_may_be_killed_at_any_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest, faults: Faults, often: int
) -> None:
    monkeypatch.setenv("KLING_TIER", "gold")
    monkeypatch.setattr(worker, "LEASE_MS", _LEASE_MS)
    monkeypatch.setattr(worker, "_RENEW_S", 0.15)
    often = often if request.config.getoption("--rounds", default=1) == 1 else 1000
    with Nursery(tmp_path) as nursery:
        named = Counter(_steps(nursery, faults, tmp_path / "all"))
    for step in (
        "before Store.add",
        "after Store.add",
        "before Client.submit",
        "after Client.submit",
        "os.rename .part",
    ):
        assert step in named, named
    steps = Steps()
    for name, times in named.items():
        for number in range(1, min(times, often) + 1):
            steps.put((name, number))
    with ThreadPoolExecutor(_SIDE_BY_SIDE) as pool:
        tries = [pool.submit(_until_none_is_left, steps, faults, tmp_path / f"{n}") for n in range(_SIDE_BY_SIDE)]
        died_at = [name for nursery in tries for name in nursery.result()]
    TALLY.tried(kills=len(died_at))
    assert set(died_at) == set(named)


def _steps(nursery: Nursery, faults: Faults, folder: Path) -> list[str]:
    """The names of all steps of a take, from the confirmation to the bill."""
    with a_service(folder / "service", median=0.05) as server:
        for fault in faults:
            server.faults.add(**fault)
        given = {"folder": str(folder / "library"), "origin": server.url, "prompt": "A fox"}
        kernel = nursery.kernel("one_take", at="", number=0, **given)
        assert kernel.ended() == 0, kernel.said()
    return kernel.said()


def _until_none_is_left(steps: Steps, faults: Faults, folder: Path) -> list[str]:
    """Kill kernels at one step after the other; the steps at which they died."""
    folder.mkdir()
    died_at = []
    with Nursery(folder) as nursery:
        for number in itertools.count():
            try:
                step = steps.get_nowait()
            except queue.Empty:
                break
            if _killed_at(step, nursery, faults, folder / f"{number}"):
                died_at.append(step[0])
    return died_at


def _killed_at(step: tuple[str, int], nursery: Nursery, faults: Faults, folder: Path) -> bool:
    """Kill a kernel at a step, have the next one go on, and hold it to its promises; whether it came to that step."""
    folder.mkdir()
    with a_service(folder / "service", median=0.05) as server:
        for fault in faults:
            server.faults.add(**fault)
        given = {"folder": str(folder / "library"), "origin": server.url, "prompt": "A fox", "lease_ms": _LEASE_MS}
        kernel = nursery.kernel("one_take", at=step[0], number=step[1], **given)
        code = kernel.ended()
        assert code in (0, -signal.SIGKILL), kernel.said()
        admit(server.url)
        library = Library(folder / "library")
        try:
            takes = library.takes()
            until(lambda: all(settled(take) for take in takes), lambda: (step, [take.record for take in takes]))
            records = [take.record for take in takes]
            posts = server.view()["totals"]["submits_received"]
            # No take: it was killed before its confirmation was on disk. Not made: before the submit had left.
            ends = [(record.state, posts) for record in records]
            assert ends in ([("completed", 1)], [("not_created", 0)], []), (step, records)
            assert records or not posts, step
            assert owing(library, server) == 0, step
        finally:
            library.close()
        zeros = judge(server, records, library.folder)
        assert not zeros, (step, zeros)
        left = [path.name for path in (library.folder / "takes").glob(".*")]
        assert left == [], (step, left)
    return code != 0
