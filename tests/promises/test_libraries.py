"""Several libraries on one machine, with one key: a prediction belongs to one take."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from kling_widget import Library, Take
from kling_widget.errors import AlreadyTaken
from kling_widget.practice import PracticeServer
from kling_widget.request.money import Micros
from kling_widget.settings import Key
from kling_widget.store import TakeId
from kling_widget.store.claims import Claims, ClaimsUnusable
from kling_widget.store.record import now_ms

from ..patience import until
from .world import KEY, a_service, admit, ask, settled

pytestmark = pytest.mark.promise("G2", "G3", "G10", "G12")


@dataclass
class Both:
    """Two libraries, a service, and where the libraries leave word for each other."""

    server: PracticeServer
    one: Library
    two: Library
    state: Path

    def fate(self, prompt: str, **how: object) -> None:
        self.server.faults.add(call="submit", match=prompt, **how)

    def rest(self, *takes: Take) -> list[str]:
        """Wait for takes to end, or to wait for a person."""
        until(lambda: all(settled(take) for take in takes), lambda: [take.record for take in takes])
        return [take.status for take in takes]

    def spent(self) -> int:
        sums = [library._gateway.sums() for library in (self.one, self.two)]
        return sum(spend.total + spend.practice_total for spend in sums)


@pytest.fixture
def both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Both]:
    monkeypatch.setenv("KLING_TIER", "gold")
    monkeypatch.setenv("KLING_STATE", str(tmp_path / "state"))
    with a_service(tmp_path / "service") as server:
        admit(server.url)
        one, two = Library(tmp_path / "one"), Library(tmp_path / "two")
        yield Both(server, one, two, tmp_path / "state")
        one.close()
        two.close()


def test_one_submit_was_lost_and_not_made_and_the_other_made(both: Both) -> None:
    both.fate("A fox", cut=-1, created=False)
    both.fate("A wolf", cut=-1, created=True)
    both.server.faults.add(call="list", effect="status", status=500, times=None)
    fox, wolf = ask(both.one, both.server.url, "A fox"), ask(both.two, both.server.url, "A wolf")
    until(lambda: fox.status == wolf.status == "reconciling", lambda: [fox.record, wolf.record])
    both.server.faults.clear()
    assert both.rest(fox, wolf) == ["needs_you", "needs_you"]
    (task,) = both.server.ledger.tasks()
    assert [c["id"] for c in fox.candidates] == [c["id"] for c in wolf.candidates] == [task.id]
    wolf.decide(task.id)
    with pytest.raises(AlreadyTaken, match=f"belongs to take {wolf.id} of the library"):
        fox.decide(task.id)
    fox.decide(None)
    assert both.rest(fox, wolf) == ["not_created", "completed"]
    assert both.spent() == both.server.view()["totals"]["spent"]


def test_one_submit_was_lost_and_not_made_and_the_other_answered(both: Both) -> None:
    both.fate("A fox", cut=-1, created=False)
    fox, wolf = ask(both.one, both.server.url, "A fox"), ask(both.two, both.server.url, "A wolf")
    assert both.rest(fox, wolf) == ["not_created", "completed"]
    assert both.spent() == both.server.view()["totals"]["spent"]


def test_the_other_submit_is_still_under_way_while_the_lost_one_is_looked_for(both: Both) -> None:
    both.fate("A wolf", hang=0.4, created=True)
    both.fate("A fox", cut=-1, created=False)
    wolf = ask(both.two, both.server.url, "A wolf")
    until(lambda: both.server.ledger.tasks())
    fox = ask(both.one, both.server.url, "A fox")
    assert both.rest(wolf) == ["completed"]
    until(lambda: fox.record.final or fox.status == "needs_you", lambda: fox.record)
    assert fox.record.prediction is None
    assert fox.status == "not_created"  # by the last look the wolf has its task


def test_a_lost_submit_that_was_made_is_found_where_no_other_is_in_doubt(both: Both) -> None:
    other = ask(both.two, both.server.url, "A wolf")
    assert both.rest(other) == ["completed"]
    both.fate("A fox", cut=-1, created=True)
    fox = ask(both.one, both.server.url, "A fox")
    assert both.rest(fox) == ["completed"]
    assert both.spent() == both.server.view()["totals"]["spent"]


def test_a_false_answer_with_another_librarys_task_is_not_believed(both: Both) -> None:
    wolf = ask(both.two, both.server.url, "A wolf")
    assert both.rest(wolf) == ["completed"]
    both.fate("A fox", effect="patch", data={"id": wolf.record.prediction}, created=False)
    fox = ask(both.one, both.server.url, "A fox")
    assert both.rest(fox) == ["not_created"]
    assert both.spent() == both.server.view()["totals"]["spent"]


def test_where_claims_can_not_be_kept_a_person_is_asked(
    tmp_path: Path, both: Both, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "no folder").write_text("")
    monkeypatch.setenv("KLING_STATE", str(tmp_path / "no folder"))
    library = Library(tmp_path / "three")
    assert both.rest(ask(library, both.server.url, "A heron")) == ["completed"]  # its own answer proves it
    both.fate("A fox", cut=-1, created=True)
    fox = ask(library, both.server.url, "A fox")
    assert both.rest(fox) == ["needs_you"]
    fox.decide(fox.candidates[0]["id"])
    assert both.rest(fox) == ["completed"]
    library.close()


def test_the_file_of_claims_is_the_persons_own_and_holds_no_key(both: Both) -> None:
    assert both.rest(ask(both.one, both.server.url)) == ["completed"]
    (path,) = [path for path in both.state.iterdir() if path.is_file()]
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(both.state.stat().st_mode) == 0o700
    assert KEY.encode() not in path.read_bytes()


def test_a_take_may_claim_again_and_old_claims_go(both: Both, monkeypatch: pytest.MonkeyPatch) -> None:
    fox = ask(both.one, both.server.url, "A fox")
    assert both.rest(fox) == ["completed"]
    record = fox.record
    assert record.prediction is not None
    mine, theirs = (Claims(both.state, Path(name)) for name in ("one", "two"))
    mine.claim(record, record.prediction)  # as after a crash between the claim and the take
    wolf = ask(both.two, both.server.url, "A wolf").record
    with pytest.raises(AlreadyTaken):
        theirs.claim(wolf, record.prediction)
    assert theirs.taken(wolf, [record.prediction, "another"]) == {record.prediction}
    monkeypatch.setattr("kling_widget.store.claims._KEPT_MS", -60_000)
    theirs.claim(wolf, record.prediction)


def test_a_file_of_claims_that_is_damaged_is_said_to_be_unusable(tmp_path: Path, both: Both) -> None:
    record = ask(both.one, both.server.url).record
    (tmp_path / "claims.db").write_bytes(b"no database, " * 100)
    with pytest.raises(ClaimsUnusable, match=r"claims\.db can't be used"):
        Claims(tmp_path, Path("one")).claim(record, "a" * 32)


def test_a_submit_with_another_key_or_at_another_price_is_a_rival(both: Both) -> None:
    fox = ask(both.one, both.server.url, "A fox").record
    mine, theirs = (Claims(both.state, Path(name)) for name in ("one", "two"))
    other = replace(fox, id=TakeId("t0000000000000"), submitted_at=now_ms(), estimate=Micros(1))
    theirs.sending(other, Key("a-renewed-key-of-the-same-account"))
    assert mine.rivals(replace(fox, submitted_at=now_ms())) == 1
    assert mine.rivals(replace(fox, submitted_at=now_ms() - 3600_000)) == 0
    assert mine.rivals(replace(fox, submitted_at=now_ms(), model="another/model")) == 0
    assert theirs.rivals(replace(fox, submitted_at=now_ms(), id=other.id)) == 0
