"""The fault matrix, row by row. Rows wait more than they work, so six are played at a time."""

from __future__ import annotations

import logging
import os
import re
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from kling_widget import Library, Take
from kling_widget.practice import faults

from ..patience import until
from .proxy import ChaosProxy
from .row import Row
from .stage import EFFECTS, PROMPT, Stage, late_to_come
from .table import ROWS
from .tally import TALLY, Zeros
from .world import a_service, admit, ask, judge, owing, settled

pytestmark = pytest.mark.promise("G1", "G2", "G3", "G4", "G5", "G10")

_AT_ONCE = 6
_ENVIRONMENT = threading.Lock()  # there is one for the whole process


@dataclass(frozen=True)
class Fate:
    """How a row ended."""

    states: tuple[str, ...]
    created: int
    posts: int
    zeros: Zeros
    owing: int
    stumbles: tuple[str, ...]


class Stumbles(logging.Handler):
    """What was logged as an error: an exception that no take was told of."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(self.format(record))


@pytest.fixture(scope="module")
def stumbles() -> Iterator[Stumbles]:
    handler, log = Stumbles(), logging.getLogger("kling_widget.engine")
    log.addHandler(handler)
    log.propagate = False  # the warnings of a hundred rows would bury what a failing test says
    yield handler
    log.propagate = True
    log.removeHandler(handler)


@pytest.fixture(scope="module")
def fates(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, quick: None, stumbles: Stumbles
) -> Iterator[dict[tuple[int, str], Future[Fate]]]:
    """The fates of all rows that this run has chosen, on their way from here on."""
    wanted: list[tuple[int, Row]] = []
    for item in request.session.items:
        if (
            isinstance(item, pytest.Function)
            and item.function is test_whatever_happens_nothing_is_lost_and_nothing_paid_twice
        ):
            params: dict[str, Any] = item.callspec.params
            wanted.append((params["turn"], params["row"]))
    folder = tmp_path_factory.mktemp("matrix")
    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(_AT_ONCE) as pool:
        patch.setenv("KLING_TIER", "gold")
        for name, effect in EFFECTS.items():
            patch.setitem(faults.EFFECTS, name, effect)
        yield {
            (turn, row.name): pool.submit(play, row, folder / f"{turn}-{number}", stumbles)
            for number, (turn, row) in enumerate(wanted)
        }
        pool.shutdown(cancel_futures=True)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "turn" in metafunc.fixturenames:
        metafunc.parametrize("turn", range(metafunc.config.getoption("--rounds", default=1)), scope="module")


@pytest.mark.parametrize("row", [pytest.param(row, id=row.name) for row in ROWS])
def test_whatever_happens_nothing_is_lost_and_nothing_paid_twice(
    row: Row, turn: int, fates: dict[tuple[int, str], Future[Fate]]
) -> None:
    fate = fates[turn, row.name].result()
    assert not fate.zeros, fate
    may = (row.ends,) if isinstance(row.ends, str) else row.ends
    assert set(fate.states) <= set(may), fate
    assert (fate.created, fate.posts) == (row.created, row.posts), fate
    assert fate.owing == 0, fate
    assert fate.stumbles == (), fate


def play(row: Row, folder: Path, stumbles: Stumbles) -> Fate:
    """Play a row to its end."""
    with ExitStack() as stack:
        server = stack.enter_context(a_service(folder / "service"))
        proxy = ChaosProxy(server.url, row.troubles)
        proxied = row.troubles or row.origin
        if proxied:
            stack.enter_context(proxy)
        origin = row.origin(proxy) if row.origin else proxy.origin if proxied else server.url
        library = Library(folder / "library")
        stack.callback(library.close)
        stage = Stage(server, proxy, origin, library)
        stack.callback(_close_others, stage)
        for fault in row.faults:
            server.faults.add(**fault)
        for one in {origin, proxy.origin}:
            admit(one)
        if row.environment:
            stack.enter_context(_ENVIRONMENT)
            stack.enter_context(mock.patch.dict(os.environ, row.environment))
        if row.before:
            row.before(stage)
        stage.takes.append(ask(library, stage.origin, PROMPT))
        if row.before is late_to_come:
            until(lambda: "Nothing was sent yet" in stage.takes[-1].problem, lambda: stage.takes[-1].record)
            stack.enter_context(proxy)
        if row.meanwhile:
            row.meanwhile(stage)
        if row.told:
            until(lambda: re.search(row.told, stage.takes[-1].problem), lambda: stage.takes[-1].record)
            server.faults.clear()
        try:
            return _come_to_rest(stage, stumbles)
        except AssertionError:
            judge(server, [take.record for take in stage.takes], library.folder, stage.foreign)
            raise


def _come_to_rest(stage: Stage, stumbles: Stumbles) -> Fate:
    server, library = stage.server, stage.library
    ends = [_ended(take) for take in stage.takes]
    for take in stage.takes:
        if take.status == "needs_you":
            _decide(stage, take)
    if {"failed", "cancelled", "expired"} & set(ends):  # such a one waits for a refund that this server does not give
        until(lambda: owing(library, server, stage.foreign) == 0, library.spend)
    else:
        until(lambda: all(settled(take) for take in stage.takes), lambda: [take.record for take in stage.takes])
    zeros = judge(server, [take.record for take in stage.takes], library.folder, stage.foreign)
    TALLY.tried(rows=1)
    view = server.view()
    ours = [t for t in view["tasks"] if t["inputs"].get("prompt", "") not in stage.foreign]
    strangers = len(view["tasks"]) - len(ours)
    return Fate(
        tuple(ends),
        len(ours),
        view["totals"]["submits_received"] - strangers,
        zeros,
        owing(library, server, stage.foreign),
        tuple(said for said in stumbles.said if any(take.id in said for take in stage.takes)),
    )


def _close_others(stage: Stage) -> None:
    for other in stage.others:
        other.close()


def _ended(take: Take) -> str:
    until(lambda: take.record.final or take.status == "needs_you", lambda: take.record)
    return take.status


def _decide(stage: Stage, take: Take) -> None:
    """Do what a person would: point at the task that is this take's, where there is one."""
    taken = {other.record.prediction for other in stage.takes}
    # Where the list could not be read, they look for it on the service's own site.
    shown = {c["id"] for c in take.candidates} or {t.id for t in stage.server.ledger.tasks()}
    asked = shown - taken
    mine = [t.id for t in stage.server.ledger.tasks() if t.id in asked and t.inputs.get("prompt") == take.record.words]
    take.decide(mine[0] if mine else None)
    until(lambda: take.record.final, lambda: take.record)
