"""Faults, kernels that come and go, lost answers and a clock that jumps, in any order that hypothesis thinks of."""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from kling_widget import VideoRequest
from kling_widget.engine import worker
from kling_widget.engine.worker import Engine
from kling_widget.request.states import FINAL
from kling_widget.store import Record, Store, TakeId
from kling_widget.store.record import now_ms

from ..patience import until
from .world import a_service, admit, judge

SUBMITS: tuple[Mapping[str, Any], ...] = (
    {"cut": -1},
    {"cut": -1, "created": False},
    {"cut": 30},
    {"hang": 1.3},
    {"effect": "no_id"},
    {"effect": "status", "status": 502, "created": True},
    {"effect": "status", "status": 504, "created": False},
    {"effect": "status", "status": 429, "retry_after": "0"},
    {"effect": "status", "status": 400},
)
OTHERS: tuple[Mapping[str, Any], ...] = (
    {"call": "list", "effect": "status", "status": 500},
    {"call": "list", "effect": "lag", "seconds": 0.6, "times": 3},
    {"call": "result", "effect": "status", "status": 503, "times": 3},
    {"call": "result", "cut": -1},
    {"call": "file", "cut": 20_000},
    {"call": "file", "effect": "etag", "cut": 20_000},
    {"call": "file", "effect": "page"},
    {"call": "file", "effect": "truncate"},
    {"call": "file", "drip": 60_000},
    {"call": "billing", "effect": "status", "status": 500},
    {"call": "billing", "cut": -1},
)


class Kernel:
    """A kernel within this process: a store and an engine of its own."""

    def __init__(self, folder: Path) -> None:
        self.store = Store.in_folder(folder)
        self.engine = Engine(self.store, folder)

    def close(self) -> None:
        """End in order, leases given back."""
        self.engine.close()
        self.store.close()

    def die(self) -> None:
        """End without a word: its leases run out by themselves."""
        self.store.leases.release = lambda owner, held=None: None  # type: ignore[method-assign]  # a dead one gives nothing
        self.close()


class Promises(RuleBasedStateMachine):
    """A library, its kernels, and a service on which anything may go wrong."""

    kernels = Bundle("kernels")

    @initialize(target=kernels, faults=st.lists(st.sampled_from(SUBMITS), max_size=3))
    def begin(self, faults: list[Mapping[str, Any]]) -> Kernel:
        self.root = Path(tempfile.mkdtemp(prefix="kling-promises-"))
        self.folder = self.root / "library"
        self.folder.mkdir()
        self.server = a_service(self.root / "service")
        self.server.start()
        admit(self.server.url)
        self.reader = Store.in_folder(self.folder)
        self.living = [Kernel(self.folder)]
        self.ended: dict[TakeId, str] = {}
        self.confirmed: set[TakeId] = set()
        for fault in faults:
            self.a_person_confirms(0, fault)
        return self.living[0]

    # What may happen

    @rule(target=kernels)
    def another_kernel_opens_the_library(self) -> Kernel:
        kernel = Kernel(self.folder)
        self.living.append(kernel)
        return kernel

    @rule(kernel=kernels, gently=st.booleans())
    def a_kernel_ends(self, kernel: Kernel, gently: bool) -> None:
        if kernel in self.living:
            self.living.remove(kernel)
            if gently:
                kernel.close()
            else:
                kernel.die()

    @precondition(lambda self: self.living and len(self.confirmed) < 5)
    @rule(choice=st.integers(0, 5), fault=st.sampled_from((None, *SUBMITS)))
    def a_person_confirms(self, choice: int, fault: Mapping[str, Any] | None) -> None:
        kernel = self.living[choice % len(self.living)]
        if fault is not None:
            self.server.faults.add(call="submit", **fault)
        request = VideoRequest(f"A fox, take {len(self.confirmed)}", duration=3)
        self.confirmed.add(kernel.engine.confirm(request, service=self.server.url).id)

    @rule(fault=st.sampled_from(OTHERS))
    def something_goes_wrong(self, fault: Mapping[str, Any]) -> None:
        self.server.faults.add(**fault)

    @rule(skew=st.sampled_from((0.0, 0.0, 2.0, -2.0)))
    def the_services_clock_moves(self, skew: float) -> None:
        self.server.service.skew = skew

    @rule(tenths=st.integers(1, 5))
    def time_passes(self, tenths: int) -> None:
        time.sleep(tenths / 10)

    @precondition(lambda self: self.confirmed)
    @rule(number=st.integers(0, 4))
    def a_person_takes_one_back(self, number: int) -> None:
        take = sorted(self.confirmed)[number % len(self.confirmed)]
        self.reader.withdraw(take)

    @precondition(lambda self: self.confirmed)
    @rule(number=st.integers(0, 4), stars=st.integers(1, 5))
    def a_person_gives_stars(self, number: int, stars: int) -> None:
        take = sorted(self.confirmed)[number % len(self.confirmed)]
        assert self.reader.annotate(take, rating=stars).rating == stars

    # What must hold

    @invariant()
    def nothing_is_lost_or_paid_twice(self) -> None:
        if not hasattr(self, "reader"):
            return
        seen: list[Record] = []
        zeros = judge(self.server, self._records(seen), self.folder, final=False, count=False)
        assert not zeros, zeros
        assert {record.id for record in seen} == self.confirmed
        for record in seen:
            if record.id in self.ended:
                assert record.state == self.ended[record.id], record  # what has ended stays as it is
            elif record.state in FINAL:
                self.ended[record.id] = record.state
            assert record.state not in ("failed", "timeout", "deleted", "expired"), record  # the service failed none

    def teardown(self) -> None:
        if not hasattr(self, "reader"):
            return
        try:
            self._comes_to_rest()
        finally:
            for kernel in self.living:
                kernel.close()
            self.reader.close()
            self.server.close()
            shutil.rmtree(self.root)

    def _comes_to_rest(self) -> None:
        """All faults end, somebody opens the library: every take ends, and every cent is accounted for."""
        self.server.faults.clear()
        self.living.append(Kernel(self.folder))
        until(self._rested, self.reader.page)
        self.nothing_is_lost_or_paid_twice()
        assert not judge(self.server, self.reader.page(), self.folder)
        assert self.reader.ledger.spent().total == self.server.view()["totals"]["spent"]

    def _records(self, seen: list[Record]) -> Any:
        # Read when the judge has seen the server's ledger: what the server had by then, the library must know of.
        seen += self.reader.page()
        yield from seen

    def _rested(self) -> bool:
        records = self.reader.page()
        for record in records:
            if record.state == "needs_you":
                self._decide(record)
        return all(record.final and record.settled for record in records)

    def _decide(self, record: Record) -> None:
        """Do what a person would: point at the task that is this take's, where there is one."""
        tasks = {task.id: task.inputs.get("prompt") for task in self.server.ledger.tasks()}
        mine = [c["id"] for c in json.loads(record.candidates) if tasks.get(c["id"]) == record.words]
        changes: dict[str, Any] = {"state": "not_created", "settled": True, "finished_at": now_ms()}
        if mine:
            changes = {"state": "accepted", "prediction": mine[0], "accepted_at": now_ms(), "trouble": ""}
        self.reader.decide(record.id, changes)


@pytest.mark.promise("G1", "G2", "G3", "G4", "G5", "G6", "G10")
def test_in_whatever_order_it_happens(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    rounds = request.config.getoption("--rounds", default=1)
    monkeypatch.setenv("KLING_TIER", "gold")
    monkeypatch.setattr(worker, "LEASE_MS", 800)
    monkeypatch.setattr(worker, "_RENEW_S", 0.2)
    run_state_machine_as_test(
        Promises,
        settings=settings(
            max_examples=12 * rounds,
            stateful_step_count=14,
            deadline=None,
            database=None,
            derandomize=rounds == 1,
            suppress_health_check=list(HealthCheck),
        ),
    )
