"""What a person can do in the panel while a take is not sent yet, or nobody knows whether it was."""

from __future__ import annotations

import re
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kling_widget import Library, Studio, Take
from kling_widget.engine import reconcile
from kling_widget.practice import PracticeServer
from kling_widget.request.catalog import O3_PRO
from kling_widget.service.client import Client
from kling_widget.service.submit_outcome import Accepted
from kling_widget.settings import Key
from kling_widget.store import Record, file_system
from kling_widget.widgets.player import Player

from ..patience import until
from .page import FOX, Page, click, submits, takes


def row_of(studio: Studio, words: str) -> dict[str, Any]:
    """The queue's row of a take, by its prompt; empty where there is none."""
    found: dict[str, Any] = next((row for row in studio._queue.rows if row["title"] == words), {})
    return found


def sent(studio: Studio, without: str) -> list[dict[str, Any]]:
    """The queue's rows but this one, once the service has them all."""
    others = [row for row in studio._queue.rows if row["id"] != without]
    return others if all(studio.library._gateway.record(row["id"]).prediction for row in others) else []


def ask_for(studio: Studio, words: str) -> Record:
    studio.prompt, studio.duration = words, 3
    assert click(studio)["ok"]
    found: Record = until(lambda: next((r for r in takes(studio.library) if r.words == words), None))
    return found


@pytest.fixture
def slow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, library: Library) -> Iterator[PracticeServer]:
    """A service that takes its time: what was sent stays under way."""
    with PracticeServer(ledger=tmp_path / "slow", median=60, scale=0.25, as_live=True) as server:
        monkeypatch.setenv("WAVESPEED_BASE_URL", server.url)
        yield server


def test_the_third_take_waits_for_a_place_says_why_and_can_be_stopped_at_no_cost(
    slow: PracticeServer, library: Library
) -> None:
    studio = Studio(library)
    for words in ("One", "Two", "Three"):
        ask_for(studio, words)
    (row,) = until(lambda: [row for row in studio._queue.rows if row["words"].startswith("Waiting for a place")])
    assert row["words"] == "Waiting for a place: your account runs 2 at once."
    assert row["actions"] == ["stop"]
    others = until(lambda: sent(studio, row["id"]))
    assert [other["actions"] for other in others] == [[], []]
    assert Page(studio._queue).tell("stop", take=row["id"])["ok"]
    until(lambda: row_of(studio, row["title"])["status"] == "Stopped, not charged")
    until(lambda: studio._header.spent["sum"] == "$0.672")
    until(lambda: not row_of(studio, row["title"]))
    assert len(submits(slow)) == 2
    studio.close()


def test_a_stop_that_comes_too_late_says_so_and_changes_nothing(slow: PracticeServer, library: Library) -> None:
    studio = Studio(library)
    take = ask_for(studio, FOX)
    until(lambda: library._gateway.record(take.id).prediction)
    answer = Page(studio._queue).tell("stop", take=take.id)
    assert not answer["ok"]
    assert "it goes on at the service, at its cost" in answer["error"]
    assert not library._gateway.record(take.id).final
    studio.close()


@pytest.fixture
def lost(server: PracticeServer, library: Library, monkeypatch: pytest.MonkeyPatch) -> Studio:
    """A panel whose take's answer is lost, while the account has two tasks like it from elsewhere."""
    monkeypatch.setattr(reconcile, "LOOKS_S", (0.0, 0.2))
    elsewhere = Client(server.url, Key("somebody-else"))
    for _ in range(2):
        assert isinstance(elsewhere.submit(O3_PRO, {"prompt": "From the website", "duration": 3}), Accepted)
    elsewhere.close()
    server.faults.add(call="submit", effect="status", status=502, created=True)
    return Studio(library)


def test_a_lost_answer_is_shown_as_unknown_with_what_it_may_cost(server: PracticeServer, library: Library) -> None:
    server.faults.add(call="submit", effect="status", status=502, created=False)
    studio = Studio(library)
    take = ask_for(studio, FOX)
    until(lambda: library._gateway.record(take.id).state == "reconciling")
    row = until(lambda: row_of(studio, FOX)["tone"] == "ask" and row_of(studio, FOX))
    assert row["status"] == "Outcome unknown; may cost $0.336"
    assert "looked for at the service, and not sent again" in row["words"]
    assert (row["actions"], row["choices"]) == ([], [])
    until(lambda: studio._header.spent["sum"] == "$0.336")
    studio.close()


def test_the_panel_asks_which_task_is_the_persons_and_goes_on_with_it(
    lost: Studio, library: Library, server: PracticeServer
) -> None:
    take = ask_for(lost, FOX)
    row = until(lambda: row_of(lost, FOX).get("choices") and row_of(lost, FOX))
    assert row["status"] == "Needs you; may cost $0.336"
    assert re.search(r"say which is yours, if any; .* It was sent at \d\d:\d\d:\d\d\.$", row["words"])
    assert len(row["choices"]) == 3
    mine = next(task["id"] for task in server.view()["tasks"] if task["inputs"]["prompt"] == FOX)
    (words,) = (choice["words"] for choice in row["choices"] if choice["prediction"] == mine)
    assert words.startswith("Made ")
    assert words.endswith(mine)
    page = Page(lost._queue)
    assert "not in doubt about that task" in page.tell("decide", take=take.id, prediction="p-of-nobody")["error"]
    assert "can't be read" in page.tell("decide", take=take.id)["error"]
    assert library._gateway.record(take.id).state == "needs_you"
    assert page.tell("decide", take=take.id, prediction=mine)["ok"]
    until(lambda: library._gateway.record(take.id).state == "completed")
    assert library._gateway.record(take.id).prediction == mine
    assert len(submits(server)) == 3  # two from elsewhere, one of ours
    lost.close()


def test_where_the_list_cant_be_read_the_person_gives_the_id_or_says_that_it_was_not_made(
    server: PracticeServer, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconcile, "LOOKS_S", (0.0, 0.2))
    server.faults.add(call="submit", effect="status", status=502, created=True)
    server.faults.add(call="list", effect="patch", data={"items": None}, times=None)
    studio = Studio(library)
    take = ask_for(studio, FOX)
    row = until(lambda: row_of(studio, FOX).get("asks") and row_of(studio, FOX))
    assert row["status"] == "Needs you; may cost $0.336"
    assert row["choices"] == []
    assert "can't be read in full" in row["words"]
    assert Take(take.id, library).candidates == []
    until(lambda: studio._header.spent["sum"] == "$0.336")
    page = Page(studio._queue)
    for odd in ("", "../x", "two words"):
        assert "no id of a task" in page.tell("decide", take=take.id, prediction=odd)["error"]
    assert library._gateway.record(take.id).state == "needs_you"
    (mine,) = (task["id"] for task in server.view()["tasks"])
    assert page.tell("decide", take=take.id, prediction=f" {mine}\n")["ok"]
    until(lambda: library._gateway.record(take.id).state == "completed")
    studio.close()


def test_none_of_the_tasks_means_not_made_and_free_to_generate_again(lost: Studio, library: Library) -> None:
    take = ask_for(lost, FOX)
    until(lambda: row_of(lost, FOX).get("choices"))
    assert Page(lost._queue).tell("decide", take=take.id, prediction=None)["ok"]
    row = until(lambda: row_of(lost, FOX)["tone"] == "bad" and row_of(lost, FOX))
    assert (row["status"], row["actions"]) == ("Not made, not charged", ["edit", "dismiss"])
    lost.prompt = ""
    assert Page(lost._queue).tell("edit", take=take.id)["ok"]
    assert lost.prompt == FOX
    lost.close()


def test_a_cell_that_shows_the_take_asks_as_well(lost: Studio, library: Library) -> None:
    take = ask_for(lost, FOX)
    until(lambda: library._gateway.record(take.id).state == "needs_you")
    screen = Player(Take(take.id, library), compact=True)
    assert len(screen.clips[0]["row"]["choices"]) == 3
    assert Page(screen).tell("decide", take=take.id, prediction=None)["ok"]
    assert screen.clips[0]["row"]["status"] == "Not made, not charged"
    assert not Page(screen).tell("stop", take=take.id)["ok"]
    lost.close()


def test_a_library_on_a_network_is_told_of_calmly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"36 35 98:0 / {tmp_path} rw shared:1 - nfs4 home:/exports rw\n")
    monkeypatch.setattr(file_system, "_MOUNTS", mounts)
    with pytest.warns(UserWarning, match="network file system"):
        studio = Studio(tmp_path / "library", practice=True)
    assert "network file system (nfs4)" in studio._header.notice
    assert "one kernel at a time" in studio._header.notice
    studio.close()
    studio.library.close()


def test_a_library_on_this_machine_needs_no_notice(studio: Studio) -> None:
    assert studio._header.notice == ""


OTHER = """
    import sys, time
    from kling_widget import Studio
    studio = Studio(sys.argv[1])
    studio.prompt, studio.duration = "From the other kernel", 3
    print("open", flush=True)
    sys.stdin.readline()
    (take,) = studio.generate()
    take.wait(120)
    end = time.monotonic() + 120
    while len(studio._shelf.cards) < 2 and time.monotonic() < end:
        time.sleep(0.02)
    print(sorted(card["title"] for card in studio._shelf.cards), flush=True)
    studio.close()
    studio.library.close()
"""


def test_two_panels_of_two_kernels_on_one_library_show_the_same_takes(studio: Studio, library: Library) -> None:
    command = [sys.executable, "-c", textwrap.dedent(OTHER), str(library.folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdin is not None
        assert other.stdout is not None
        assert other.stdout.readline() == "open\n"
        ask_for(studio, FOX)
        other.stdin.write("go\n")
        other.stdin.flush()
        until(lambda: row_of(studio, "From the other kernel"))
        until(lambda: [card["status"] for card in studio._shelf.cards] == ["finished", "finished"])
        assert other.stdout.readline() == f"{['A red fox crosses fresh snow', 'From the other kernel']}\n"
    assert other.returncode == 0
    assert {record.words for record in takes(library)} == {FOX, "From the other kernel"}
