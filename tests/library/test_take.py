"""Takes from code. A practice server stands in for the live service: the same wire, and a ledger to ask."""

from __future__ import annotations

import asyncio
import hashlib
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from kling_widget import BadValue, Library, RequestError, Take, TakeFailed, TakeTimeout, generate
from kling_widget.errors import LibraryError, LibraryNotWritable, OverBudget, SettingsError
from kling_widget.practice import PracticeServer
from kling_widget.practice.options import MODERATED
from kling_widget.request.catalog import O3_PRO
from kling_widget.request.money import micros
from kling_widget.service.client import Client
from kling_widget.service.submit_outcome import Accepted
from kling_widget.settings import Key

from ..patience import PATIENCE_S
from ..patience import until as _until

KEY = "wsk_live_canary_take_tests"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[PracticeServer]:
    with PracticeServer(ledger=tmp_path / "service", median=0.3, strict=True, scale=0.25, as_live=True) as running:
        yield running


def submits(server: PracticeServer) -> list[dict[str, Any]]:
    """Every submit that reached the server, answered or not."""
    return [post for post in server.view()["posts"] if post["call"] == "submit"]


def settled(take: Take) -> Take:
    """Wait until billing has said its word."""
    _until(lambda: take.record.settled, lambda: take.record)
    return take


def test_generate_returns_before_the_service_has_answered_and_the_clip_comes(
    library: Library, server: PracticeServer
) -> None:
    server.faults.add(call="submit", hang=1.0)
    take = generate("A red fox in snow", duration=3, library=library)
    assert library._gateway.path(take.record) is None
    assert take.wait(timeout=PATIENCE_S) is take
    record = take.record
    assert record.file is not None
    assert take.video is not None
    assert take.video.parent == library.folder / "takes"
    assert take.video.name == f"{take.id}-a-red-fox-in-snow.mp4"
    assert hashlib.sha256(take.video.read_bytes()).hexdigest() == record.sha256
    assert (record.width, record.height) == (480, 272)  # a quarter of full size, on whole macroblocks
    assert record.bytes == take.video.stat().st_size
    poster = library._gateway.poster(record)
    assert poster is not None
    assert 1000 < len(poster) <= 40_000
    assert record.service == server.url
    settled(take)
    assert take.cost == Decimal("0.336")
    assert library.spent().total == Decimal("0.336")


def test_several_takes_run_at_once_and_each_was_sent_once(library: Library, server: PracticeServer) -> None:
    takes = [generate(f"A fox, take {n}", duration=3, library=library) for n in range(4)]
    for take in takes:
        take.wait(timeout=PATIENCE_S)
    assert [row["prompt"] for _, row in library.history().iterrows()] == [f"A fox, take {n}" for n in (3, 2, 1, 0)]
    assert len(submits(server)) == 4
    assert len({take.record.prediction for take in takes}) == 4


def test_await_and_time_out_and_interrupt_leave_the_take_alone(library: Library) -> None:
    take = generate("A fox", duration=3, library=library)
    with pytest.raises(TakeTimeout, match="goes on and stays in the library"):
        take.wait(timeout=0)

    async def wait() -> Take:
        return await take

    assert asyncio.run(wait()) == take
    assert take.status == "completed"


def test_a_moderated_prompt_says_so_and_costs_nothing_in_the_end(library: Library, server: PracticeServer) -> None:
    take = generate(f"{MODERATED[0]} in the street", duration=3, library=library)
    with pytest.raises(TakeFailed, match="flagged the prompt as sensitive"):
        take.wait(timeout=PATIENCE_S)
    settled(take)
    assert take.status == "failed"
    assert take.cost == 0
    assert take.video is None
    assert library.spent().total == 0


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (401, "does not accept this key"),
        (402, "balance does not cover"),
        (403, "may not do that"),
        (400, "does not accept"),
    ],
)
def test_a_refused_submit_is_final_free_and_said_in_words(
    library: Library, server: PracticeServer, status: int, said: str
) -> None:
    server.faults.add(call="submit", effect="status", status=status)
    take = generate("A fox", duration=3, library=library)
    with pytest.raises(TakeFailed, match=said):
        take.wait(timeout=PATIENCE_S)
    assert take.status == "rejected"
    assert take.cost == 0
    assert "othing was charged" in take.problem
    assert server.ledger.tasks() == []


def test_a_wrong_key_is_named_without_being_shown(
    library: Library, server: PracticeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAVESPEED_API_KEY", "bad-key-canary")
    take = generate("A fox", duration=3, library=library)
    with pytest.raises(TakeFailed, match="WAVESPEED_API_KEY") as failed:
        take.wait(timeout=PATIENCE_S)
    assert "bad-key-canary" not in str(failed.value)
    assert take.status == "rejected"


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lost answers are looked for within a second instead of a minute."""
    monkeypatch.setattr("kling_widget.engine.reconcile.LOOKS_S", (0.0, 0.2, 0.5, 1.0))


def until(take: Take, *states: str) -> Take:
    _until(lambda: take.status in states, lambda: take.record)
    return take


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param({"cut": -1}, id="cut"),
        pytest.param({"effect": "truncate"}, id="truncated"),
        pytest.param({"effect": "no_id"}, id="no id"),
        pytest.param({"effect": "status", "status": 502, "created": True}, id="502"),
        pytest.param({"effect": "status", "status": 504, "created": True}, id="504"),
    ],
)
def test_a_lost_answer_is_found_again_and_never_sent_twice(
    library: Library, server: PracticeServer, fault: dict[str, Any], impatient: None
) -> None:
    server.faults.add(call="submit", **fault)
    take = generate("A fox", duration=3, library=library).wait(timeout=PATIENCE_S)
    assert take.status == "completed"
    assert len(submits(server)) == len(server.ledger.tasks()) == 1
    assert settled(take).cost == Decimal("0.336")


@pytest.mark.parametrize("status", [408, 500, 502, 504])
def test_what_was_not_made_is_declared_so_after_looking_long_enough(
    library: Library, server: PracticeServer, status: int, impatient: None
) -> None:
    server.faults.add(call="submit", effect="status", status=status, created=False)
    server.faults.add(call="list", effect="status", status=500)
    take = generate("A fox", duration=3, library=library)
    with pytest.raises(TakeFailed, match="most likely not made and not charged"):
        take.wait(timeout=PATIENCE_S)
    assert take.status == "not_created"
    assert len(submits(server)) == 1
    assert library.spent().total == 0


def test_a_list_that_can_not_be_read_never_lets_a_take_be_called_not_made(
    library: Library, server: PracticeServer, impatient: None
) -> None:
    server.faults.add(call="submit", cut=-1)
    server.faults.add(call="list", effect="status", status=500, times=None)
    take = generate("A fox", duration=3, library=library)
    until(take, "reconciling")
    time.sleep(2.5)
    assert take.status == "reconciling"
    assert take.cost == Decimal("0.336")  # it may cost: counted until it is known
    server.faults.clear()
    assert take.wait(timeout=PATIENCE_S).status == "completed"
    assert len(submits(server)) == 1


def test_where_two_tasks_fit_a_person_decides(library: Library, server: PracticeServer, impatient: None) -> None:
    decoy = Client(server.url, Key(KEY)).submit(O3_PRO, {"prompt": "From the website", "duration": 3})
    assert isinstance(decoy, Accepted)
    server.faults.add(call="submit", cut=-1)
    take = generate("A fox", duration=3, library=library)
    with pytest.raises(TakeFailed, match="say which is yours"):
        take.wait(timeout=PATIENCE_S)
    assert take.status == "needs_you"
    (mine,) = [c["id"] for c in take.candidates if c["id"] != decoy.prediction.id]
    take.decide(mine).wait(timeout=PATIENCE_S)
    assert take.record.prediction == mine
    with pytest.raises(LibraryError, match="does not wait for a decision"):
        take.decide(None)


def test_a_person_may_say_that_none_of_the_tasks_is_theirs(
    library: Library, server: PracticeServer, impatient: None
) -> None:
    for n in range(2):
        Client(server.url, Key(KEY)).submit(O3_PRO, {"prompt": f"From the website {n}", "duration": 3})
    server.faults.add(call="submit", effect="status", status=500, created=False)
    take = until(generate("A fox", duration=3, library=library), "needs_you").decide(None)
    assert take.status == "not_created"
    assert take.cost == 0


def test_what_waits_to_be_sent_can_be_stopped_and_costs_nothing(
    library: Library, server: PracticeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KLING_TIER", "bronze")
    takes = [generate(f"A fox, take {n}", duration=3, library=library) for n in range(3)]
    with pytest.raises(LibraryError, match="not at the service"):
        takes[2].delete_at_service()
    takes[2].stop()
    assert takes[2].status == "cancelled"
    with pytest.raises(TakeFailed, match="Stopped before it was sent"):
        takes[2].wait(timeout=10)
    for take in takes[:2]:
        until(take, "sending", "accepted", "created", "processing", "downloading", "completed")
        take.stop()  # too late, and harmless
        assert take.wait(timeout=PATIENCE_S).status == "completed"
    assert len(submits(server)) == 2


def test_an_account_is_given_no_more_than_its_tier_allows(
    library: Library, server: PracticeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kling_widget.settings.TIERS", {"gold": (2, 100)})
    takes = [generate(f"A fox, take {n}", duration=3, library=library) for n in range(5)]
    for take in takes:
        take.wait(timeout=PATIENCE_S)
    tasks = sorted((task.starts, +1) for task in server.ledger.tasks())
    tasks += sorted((task.done or 0.0, -1) for task in server.ledger.tasks())
    running = most = 0
    for _, step in sorted(tasks):
        running += step
        most = max(most, running)
    assert most <= 2
    assert len(submits(server)) == 5


def test_a_budget_is_kept_by_all_takes_together(library: Library, server: PracticeServer) -> None:
    library.cap(call="0.50", day=1)
    with pytest.raises(OverBudget, match=r"would cost \$0.56, but the budget allows \$0.50 a take"):
        generate("A fox", duration=5, library=library)
    takes = [generate("A fox", duration=3, library=library) for _ in range(2)]
    with pytest.raises(OverBudget, match=r"allows \$1.00 a day, and \$0.672 is spent"):
        generate("A fox", duration=3, library=library)
    library.cap(day=None)
    assert library.budget.call == Decimal("0.50")  # one cap is set or removed, the others stay
    takes.append(generate("A fox", duration=3, library=library))
    for take in takes:
        settled(take.wait(timeout=PATIENCE_S))
    assert len(submits(server)) == 3
    ledger = library.spend()
    assert ledger.groupby("kind")["dollars"].sum().round(6).to_dict() == {"quote": 1.008, "charge": 1.008}
    assert library._gateway.sums().total == server.view()["totals"]["spent"] == micros("1.008")


def test_no_network_is_said_and_nothing_was_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAVESPEED_API_KEY", KEY)
    monkeypatch.setenv("WAVESPEED_BASE_URL", "http://127.0.0.1:9")
    monkeypatch.setattr("kling_widget.engine.sending.UNSENT_S", 1.0)
    library = Library(tmp_path / "library")
    take = generate("A fox", library=library)
    with pytest.raises(TakeFailed, match="Nothing was sent, nothing was charged"):
        take.wait(timeout=PATIENCE_S)
    assert take.status == "rejected"
    assert library.spent().total == 0
    library.close()


def test_looks_that_fail_are_repeated_and_the_take_is_never_marked_failed(
    library: Library, server: PracticeServer
) -> None:
    server.faults.add(call="result", effect="status", status=500, times=2)
    take = generate("A fox", duration=3, library=library).wait(timeout=PATIENCE_S)
    assert take.status == "completed"
    assert len(submits(server)) == 1


def test_what_can_not_be_asked_is_refused_before_anything_is_written(library: Library, server: PracticeServer) -> None:
    with pytest.raises(RequestError):
        generate("", library=library)
    with pytest.raises(TypeError, match="Did you mean 'duration'"):
        generate("A fox", durations=5, library=library)
    assert library.history().empty
    assert submits(server) == []


def test_a_folder_that_can_not_be_written_is_refused_first(
    tmp_path: Path, server: PracticeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("a file, where a folder is wanted")
    monkeypatch.setenv("KLING_LIBRARY", str(tmp_path / "file" / "library"))
    with pytest.raises(LibraryNotWritable, match="Nothing was sent"):
        generate("A fox", duration=3)
    assert submits(server) == []


def test_remix_rate_tag_and_code(library: Library) -> None:
    take = generate("A fox", duration=3, library=library)
    again = take.remix(prompt="A wolf", sound=True)
    assert again.request == take.request.but(prompt="A wolf", sound=True)
    assert again.record.parent == take.id
    take.rate(4).tag("hero", "#wide").tag("hero")
    assert (take.record.rating, take.record.tags) == (4, ("hero", "wide"))
    with pytest.raises(BadValue, match="1 to 5"):
        take.rate(6)
    code = again.to_code()
    assert code == "generate('A wolf', duration=3, sound=True)"
    assert library.take(take.id) == take
    assert {t.id for t in library.takes()} == {take.id, again.id}
    assert "A fox" in repr(take)
    for each in (take, again):
        each.wait(timeout=PATIENCE_S)


SCRIPT = """
import sys, time
from kling_widget import Library, generate
from kling_widget.engine import worker
worker.LEASE_MS = 1500
library = Library(sys.argv[1])
take = generate("A fox that outlives its kernel", duration=3, library=library)
while take.status not in ("accepted", "created", "processing"):
    time.sleep(0.01)
print(take.id, flush=True)
time.sleep(60)
"""


def test_a_killed_kernel_loses_nothing(tmp_path: Path, server: PracticeServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAVESPEED_API_KEY", KEY)
    monkeypatch.setenv("WAVESPEED_BASE_URL", server.url)
    folder = tmp_path / "library"
    kernel = subprocess.Popen([sys.executable, "-c", SCRIPT, str(folder)], stdout=subprocess.PIPE, text=True)
    assert kernel.stdout is not None
    with kernel.stdout:
        take_id = kernel.stdout.readline().strip()
    kernel.send_signal(signal.SIGKILL)
    kernel.wait(PATIENCE_S)
    library = Library(folder)  # opening it is enough
    take = library.take(take_id)
    take.wait(timeout=PATIENCE_S)
    assert take.status == "completed"
    assert take.video is not None
    assert len(submits(server)) == 1
    library.close()


def test_without_a_key_it_is_practice_and_survives_its_server(tmp_path: Path) -> None:
    library = Library(tmp_path / "library")
    take = generate("A lighthouse at dawn", duration=3, library=library)
    assert take.record.practice
    _until(lambda: take.status not in ("intent", "sending"), lambda: take.record)
    library.close()  # the practice server ends with it
    again = Library(tmp_path / "library").take(take.id).wait(timeout=PATIENCE_S)
    assert again.status == "completed"
    settled(again)
    spent = again.library.spent()
    assert (spent.total, spent.practice_total) == (Decimal(0), Decimal("0.336"))
    assert again.to_code() == "generate('A lighthouse at dawn', duration=3, practice=True)"
    again.library.close()


def test_a_clip_that_went_missing_is_fetched_again_while_the_service_keeps_it(library: Library) -> None:
    take = settled(generate("A fox", duration=3, library=library).wait(timeout=PATIENCE_S))
    video, charged = take.video, take.cost
    assert video is not None
    library.close()
    video.unlink()
    again = Library(library.folder)
    take = settled(again.take(take.id).wait(timeout=PATIENCE_S))
    assert video.exists()
    assert take.cost == charged == again.spent().total
    again.close()


def test_a_take_that_the_service_no_longer_knows_is_past_rescue_and_said_so(
    library: Library, server: PracticeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kling_widget.engine.fetching.GONE_AFTER_S", 1.0)
    server.faults.add(call="result", effect="status", status=404, times=None)
    take = generate("A fox", duration=3, library=library)
    with pytest.raises(TakeFailed, match="no longer knows this take"):
        take.wait(timeout=PATIENCE_S)
    assert take.status == "expired"
    assert settled(take).cost == Decimal("0.336")  # it was made and paid for


def test_a_service_that_does_not_know_a_take_for_a_moment_is_asked_again(
    library: Library, server: PracticeServer
) -> None:
    server.faults.add(call="result", effect="html", status=404, times=2)
    assert generate("A fox", duration=3, library=library).wait(timeout=PATIENCE_S).status == "completed"
    assert len(submits(server)) == 1


def test_a_take_can_be_deleted_at_the_service_and_its_clip_stays_here(library: Library, server: PracticeServer) -> None:
    take = settled(generate("A fox", duration=3, library=library).wait(timeout=PATIENCE_S))
    take.delete_at_service()
    assert server.view()["tasks"][0]["status"] == "deleted"
    assert take.status == "completed"
    assert take.video is not None
    assert take.video.exists()


@pytest.mark.parametrize("cap", ["abc", float("nan"), float("inf"), -1, 1e30, True])
def test_a_cap_that_is_no_money_is_refused_in_words(library: Library, cap: Any) -> None:
    library.cap(day="$2")
    with pytest.raises(SettingsError, match="Nothing was changed"):
        library.cap(day=cap)
    assert library.budget.day == 2


def test_a_library_may_be_named_by_its_folder(library: Library) -> None:
    take = generate("A fox", duration=3, library=library.folder).wait(timeout=PATIENCE_S)
    assert take.library.folder == library.folder
    with pytest.raises(TypeError, match="words"):
        take.tag(3)  # type: ignore[arg-type]  # what a slip of the hand gives


def test_the_key_is_nowhere_in_the_library(library: Library, tmp_path: Path) -> None:
    take = generate("A fox", duration=3, library=library).wait(timeout=PATIENCE_S)
    settled(take)
    assert KEY not in f"{take!r} {library!r} {vars(take)} {take.record!r} {library.history().to_dict()}"
    for path in library.folder.rglob("*"):
        if path.is_file():
            assert KEY.encode() not in path.read_bytes(), path
