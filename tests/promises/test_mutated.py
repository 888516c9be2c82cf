"""Every field of every answer is something else: each take ends in words, its money is not lost, and no other waits.

A server of real sockets keeps the ledger; what is changed is changed on its way out, one field a take.
"""

from __future__ import annotations

import copy
import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kling_widget import Library, Take
from kling_widget.practice import PracticeServer, faults
from kling_widget.practice import render as drawing
from kling_widget.practice.faults import Answer, Effect, Fault
from tests.clips import mp4

from ..patience import until
from .world import a_service, admit, ask, judge

pytestmark = pytest.mark.promise("G1", "G2", "G3", "G11")

GONE = object()
ODD: tuple[Any, ...] = (
    GONE, None, True, 0, -1, 10**400, 1e300, "", "x" * 5000, "\ud83e", "\0\x1b[2J\u202e", [], {}, [[None]],
    {"a": {"b": []}}, "https://[::1/1.mp4", "9999-12-31T23:59:59-23:59", "../../x",
)  # fmt: skip
TASK = (
    "data", "code", "message", "data.id", "data.model", "data.outputs", "data.urls", "data.urls.get", "data.status",
    "data.created_at", "data.code", "data.error", "data.executionTime", "data.timings", "data.timings.inference",
    "data.has_nsfw_contents",
)  # fmt: skip
ENTRY = ("id", "model", "outputs", "urls", "status", "created_at", "code", "error", "timings")
BILL = ("price", "order", "order.state", "prediction", "prediction.uuid", "billing_type", "uuid", "updated_at")

A_TURN = 3
"""Odd values a field: which, turns from field to field, so that each value meets many fields."""


def changed(answer: dict[str, Any], path: str, odd: Any) -> dict[str, Any]:
    """An answer with one field changed."""
    *above, name = path.split(".")
    said = copy.deepcopy(answer)
    at: Any = said
    for one in above:
        at = at.get(one) if isinstance(at, dict) else None
    if isinstance(at, dict):
        at.pop(name, None) if odd is GONE else at.update({name: odd})
    return said


def pairs(fields: tuple[str, ...]) -> list[tuple[str, Any]]:
    """Fields with odd values."""
    return [(field, ODD[(n * A_TURN + k) % len(ODD)]) for n, field in enumerate(fields) for k in range(A_TURN)]


class Mutations:
    """Changes answers about tasks: each task has a field and an odd value of its own.

    Attributes
    ----------
    met
        How many changed answers each task had.
    """

    def __init__(self, fields: tuple[str, ...]) -> None:
        self._waiting = pairs(fields)
        self._of: dict[str, tuple[str, Any]] = {}
        self._lock = threading.Lock()
        self.met: dict[str, int] = {}

    def of(self, task: str) -> tuple[str, Any]:
        with self._lock:
            if task not in self._of:
                self._of[task] = self._waiting[len(self._of) % len(self._waiting)]
            self.met[task] = self.met.get(task, 0) + 1
            return self._of[task]

    def record(self, answer: Answer, fault: Fault) -> Answer:
        """Change a task's record."""
        said = json.loads(answer.body)
        return replace(answer, body=json.dumps(changed(said, *self.of(said["data"]["id"]))).encode())

    def entries(self, answer: Answer, fault: Fault) -> Answer:
        """Change each entry of a list: of tasks, or of what was charged for them."""
        said = json.loads(answer.body)
        items = said["data"]["items"]
        said["data"]["items"] = [changed(i, *self.of(i.get("id") or i["prediction"]["uuid"])) for i in items]
        return replace(answer, body=json.dumps(said).encode())


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PracticeServer]:
    monkeypatch.setenv("KLING_TIER", "gold")
    # The clips are whole and all alike: drawing a hundred would take most of the time, and is not what is looked at.
    monkeypatch.setattr(drawing, "render", lambda film, path, going: path.write_bytes(mp4()))
    with a_service(tmp_path / "service") as running:
        admit(running.url)
        yield running


def play(
    server: PracticeServer,
    library: Library,
    monkeypatch: pytest.MonkeyPatch,
    call: str,
    mutations: Mutations,
    many: int,
) -> list[Take]:
    """Let so many takes meet changed answers, and after them one that is not to wait for them."""
    change = mutations.record if call in ("submit", "result") else mutations.entries
    monkeypatch.setitem(faults.EFFECTS, "mutated", Effect(change, True, "a field changed"))
    if call == "list":
        server.faults.add(call="submit", cut=-1, times=many, match='"Fox ')
    server.faults.add(call=call, effect="mutated", times=None, match='"Fox ' if call == "submit" else "")
    takes = [ask(library, server.url, f"Fox {number}") for number in range(many)]
    if call == "submit":
        another = ask(library, server.url, "A wolf")
        until(lambda: another.record.final, lambda: another.record)
        assert another.status == "completed"
    return takes


def in_words(take: Take) -> bool:
    record = take.record
    return record.state == "completed" or ((record.final or record.state == "needs_you") and bool(record.trouble))


@pytest.mark.parametrize("call", ["submit", "result", "list", "billing"])
def test_each_take_ends_in_words_and_holds_up_no_other(
    tmp_path: Path, server: PracticeServer, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    fields = {"list": ENTRY, "billing": BILL}.get(call, TASK)
    mutations, many = Mutations(fields), len(pairs(fields))
    library = Library(tmp_path / "library")
    takes = play(server, library, monkeypatch, call, mutations, many)
    if call in ("result", "billing"):
        # They must be met, more than once; what the service says afterwards is believed again.
        until(
            lambda: all(take.record.final or mutations.met.get(take.record.prediction or "", 0) >= 3 for take in takes),
            lambda: [(take.record.state, take.record.trouble) for take in takes if not take.record.final],
        )
        server.faults.clear()
    until(
        lambda: all(in_words(take) for take in takes),
        lambda: [(t.record.words, t.record.state, t.record.trouble) for t in takes if not in_words(t)],
    )
    assert len(mutations.met) >= many * 0.9  # all but those that were refused before they had an id
    for take in takes:
        record = take.record
        assert (record.trouble + record.words + (record.answer or "")).encode()
        if record.state == "completed":
            assert record.file is not None
            assert (library.folder / record.file).stat().st_size == record.bytes
    library.close()
    zeros = judge(server, [take.record for take in takes], library.folder, count=False)
    assert zeros.twice == ()
    if call == "list":  # each was made, and a list with one odd field does not say otherwise
        assert "not_created" not in {take.status for take in takes}
    elif call != "submit":  # a submit's answer that names another task leads there
        assert zeros.lost == ()
