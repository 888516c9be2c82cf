"""A paid clip whose file is none: fetched a few times, kept as it came, and left to the person."""

from __future__ import annotations

import hashlib
import os
import stat
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kling_widget import Library, Take
from kling_widget.errors import LibraryError, TakeFailed
from kling_widget.practice import Fault, PracticeServer, faults
from kling_widget.practice.faults import Answer, Effect
from kling_widget.service import refused_files
from kling_widget.service.refused_files import EQUAL, PASSING, RefusedFile, Tries

from .. import mp4s
from ..patience import until
from .world import a_service, admit, ask, owing, settled

pytestmark = pytest.mark.promise("G2", "G3", "G5", "G10")

BROKEN = mp4s.broken()


class Host:
    """Stands in for the clip's host: gives what it is told to, and counts."""

    def __init__(self) -> None:
        self.body: Callable[[int], bytes | None] = lambda number: None
        self.length: int | None = None
        self.asked = 0

    def answer(self, answer: Answer, fault: Fault) -> Answer:
        if answer.status >= 400:  # a kernel of another test may ask at a port that was its own server's
            return answer
        self.asked += 1
        body = self.body(self.asked)
        headers = {name: value for name, value in answer.headers.items() if name.lower() != "etag"}
        return answer if body is None else replace(answer, status=200, headers=headers, body=body)


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> Host:
    made = Host()
    monkeypatch.setitem(faults.EFFECTS, "another_file", Effect(made.answer, True, "another file"))
    return made


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, host: Host) -> Iterator[PracticeServer]:
    monkeypatch.setenv("KLING_TIER", "gold")
    with a_service(tmp_path / "service") as running:
        admit(running.url)
        running.faults.add(call="file", effect="another_file", times=None)
        yield running


@pytest.fixture
def library(tmp_path: Path, server: PracticeServer) -> Iterator[Library]:
    opened = Library(tmp_path / "library")
    yield opened
    opened.close()


def ended(library: Library, server: PracticeServer) -> Take:
    take = ask(library, server.url)
    until(lambda: settled(take), lambda: take.record)
    return take


@pytest.mark.parametrize(
    ("name", "suffix", "times"),
    [
        ("sound only", ".mp4", EQUAL),
        ("a fragment cut", ".mp4", EQUAL),
        ("ftyp and zeros", ".mp4", EQUAL),
        ("a WebM", ".webm", EQUAL),
        ("a GIF", ".gif", EQUAL),
        ("zeros", ".bin", EQUAL),
        ("HTML", ".txt", PASSING),
        ("JSON", ".txt", PASSING),
        ("nothing", ".txt", PASSING),
    ],
)
def test_a_file_that_is_no_clip_each_time_ends_in_words_and_is_kept_as_it_came(
    library: Library, server: PracticeServer, host: Host, name: str, suffix: str, times: int
) -> None:
    host.body = lambda number: BROKEN[name]
    take = ended(library, server)
    assert (take.status, host.asked) == ("unverified", times)
    for words in ("charged for", "kept as it is", "take.accept_as_is()", "take.fetch_again()", "seven days"):
        assert words in take.problem
    assert take.video is None
    assert take.kept == library.folder / "kept" / f"{take.id}{suffix}"
    assert take.kept.read_bytes() == BROKEN[name]
    assert take.record.sha256 == hashlib.sha256(BROKEN[name]).hexdigest()
    assert list((library.folder / "takes").iterdir()) == []
    assert owing(library, server) == 0
    assert take.cost > 0
    if os.name == "posix":
        assert stat.S_IMODE(take.kept.stat().st_mode) == 0o600
    with pytest.raises(TakeFailed, match=r"take\.accept_as_is"):
        take.wait(5)


def test_a_host_that_recovers_before_long_costs_nothing(library: Library, server: PracticeServer, host: Host) -> None:
    host.body = lambda number: BROKEN["HTML"] if number < PASSING else None
    take = ended(library, server)
    assert take.status == "completed"
    assert take.kept is None
    assert not (library.folder / "kept").exists()


def test_what_came_can_be_accepted_where_it_may_be_a_clip(library: Library, server: PracticeServer, host: Host) -> None:
    host.body = lambda number: BROKEN["a WebM"]
    take = ended(library, server)
    before = take.cost
    take.accept_as_is()
    assert (take.status, take.problem, take.kept, take.cost) == ("completed", "", None, before)
    assert take.video is not None
    assert take.video.read_bytes() == BROKEN["a WebM"]
    assert take.video.suffix == ".webm"
    assert take.wait(1) is take
    assert list((library.folder / "kept").iterdir()) == []
    with pytest.raises(LibraryError, match="nothing is kept"):
        take.accept_as_is()


@pytest.mark.parametrize("name", ["HTML", "nothing"])
def test_what_is_no_clip_at_all_is_not_accepted(
    library: Library, server: PracticeServer, host: Host, name: str
) -> None:
    host.body = lambda number: BROKEN[name]
    take = ended(library, server)
    with pytest.raises(LibraryError, match="is no clip"):
        take.accept_as_is()
    assert take.status == "unverified"
    assert take.kept is not None


def test_what_came_is_fetched_again_when_the_person_says_so(
    library: Library, server: PracticeServer, host: Host
) -> None:
    host.body = lambda number: BROKEN["sound only"] if number <= EQUAL else None
    take = ended(library, server)
    assert take.status == "unverified"
    kept = take.kept
    take.fetch_again().wait(30)
    assert (take.status, take.kept) == ("completed", None)
    assert kept is not None
    assert not kept.exists()
    until(lambda: settled(take), lambda: take.record)
    assert owing(library, server) == 0
    with pytest.raises(LibraryError, match="does not wait for a decision"):
        take.fetch_again()


def test_a_file_that_is_cut_off_in_the_same_place_each_time_is_kept_too(
    library: Library, server: PracticeServer, host: Host
) -> None:
    """No ETag says what it is, so that each try begins anew: without an end it would be fetched for ever."""
    whole = mp4s.film(frames=48)
    server.faults.clear()
    server.faults.add(call="file", effect="another_file", cut=700, times=None)
    host.body = lambda number: whole
    take = ended(library, server)
    assert take.status == "unverified"
    assert "cut off" in take.problem
    assert take.kept is not None
    assert take.kept.read_bytes() == whole[:700]
    assert host.asked <= PASSING + 1


def test_another_file_each_time_is_asked_for_less_and_less_and_ends(
    library: Library, server: PracticeServer, host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refused_files, "IN_ALL", 5)
    host.body = lambda number: b"\x02" * (1000 + number)
    take = ended(library, server)
    assert (take.status, host.asked) == ("unverified", 5)
    assert take.kept is not None
    assert len(take.kept.read_bytes()) == 1005


def a_file(number: int, size: int, *, cut: bool = False) -> RefusedFile:
    return RefusedFile(f"{number:064x}", size, "It is none.", cut=cut, head=b"\x02" * 16)


def test_tries_are_bounded_by_bytes_too() -> None:
    tries, number = Tries(), 0
    while not tries.over:
        number += 1
        tries.add(a_file(number, (400 << 20) + number))
    assert number == 3


def test_what_is_gone_on_with_after_each_cut_is_never_given_up() -> None:
    tries = Tries()
    for number in range(500):
        tries.add(a_file(number, 1000 * (number + 1), cut=True))
        assert not tries.over


def test_what_a_person_decides_while_billing_is_asked_is_not_settled_by_its_answer(
    library: Library, server: PracticeServer, host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, answered = threading.Event(), threading.Event()

    def late(answer: Answer, fault: Fault) -> Answer:
        asked.set()
        answered.wait(30)
        return answer

    monkeypatch.setitem(faults.EFFECTS, "waits", Effect(late, True, "waits"))
    server.faults.add(call="billing", effect="waits", times=1)
    host.body = lambda number: BROKEN["sound only"] if number <= EQUAL else None
    take = ask(library, server.url)
    try:
        assert asked.wait(30)
        assert take.status == "unverified"
        take.fetch_again()
    finally:
        answered.set()
    take.wait(30)
    until(lambda: settled(take), lambda: take.record)
    assert take.status == "completed"
    assert owing(library, server) == 0
