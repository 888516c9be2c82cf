"""The three zeros are worth what the judge sees: each broken promise, made by hand, is found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from kling_widget import Library
from kling_widget.practice import PracticeServer
from kling_widget.service.client import Client
from kling_widget.settings import Key
from kling_widget.store import Record

from ..patience import until
from .tally import Zeros
from .world import KEY, a_service, admit, ask, judge, owing, settled


@dataclass
class Case:
    """A take that is all right, until a test sees to it."""

    server: PracticeServer
    library: Library
    record: Record

    def judged(self) -> Zeros:
        return judge(self.server, [self.record], self.library.folder, count=False)

    def send(self, prompt: str = "A fox") -> None:
        client = Client(self.server.url, Key(KEY))
        client.submit(self.record.model, {"prompt": prompt, "duration": 3})
        client.close()


@pytest.fixture
def case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Case]:
    monkeypatch.setenv("KLING_TIER", "gold")
    with a_service(tmp_path / "service") as server:
        admit(server.url)
        library = Library(tmp_path / "library")
        take = ask(library, server.url)
        until(lambda: settled(take), lambda: take.record)
        made = Case(server, library, take.record)
        assert not made.judged()
        assert owing(library, server) == 0
        yield made
        library.close()


def test_a_submit_that_was_received_twice_is_seen(case: Case) -> None:
    case.server.faults.add(call="submit", effect="status", status=502, created=False)
    case.send()
    assert [len(found) for found in (case.judged().twice, case.judged().lost)] == [1, 0]


def test_a_task_that_no_take_has_is_seen(case: Case) -> None:
    case.send("A wolf")
    assert [len(found) for found in (case.judged().twice, case.judged().lost)] == [0, 1]
    assert owing(case.library, case.server) == -case.record.estimate


def test_a_file_that_changed_is_seen(case: Case) -> None:
    path = case.library.folder / (case.record.file or "")
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    assert case.judged().bad_files


def test_a_file_that_is_gone_is_seen(case: Case) -> None:
    (case.library.folder / (case.record.file or "")).unlink()
    assert case.judged().bad_files


def test_a_file_that_nobody_made_is_seen(case: Case) -> None:
    (case.library.folder / "takes" / "other.mp4").write_bytes(b"half a clip")
    assert case.judged().bad_files
