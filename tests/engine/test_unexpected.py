"""A step that meets what it did not expect says so on its take, is tried again less and less, and blocks nobody."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from kling_widget.engine import reconcile
from kling_widget.engine.polling import LIVE_FLOOR_S, LearnedSchedule
from kling_widget.engine.sending import conclude
from kling_widget.engine.step_context import StepContext, StepMemory
from kling_widget.engine.steps import StepRunner
from kling_widget.errors import (
    DamagedRow,
    InputRefused,
    LeaseLost,
    LibraryError,
    NotAllowed,
    NotFound,
    PracticeError,
    RateLimited,
)
from kling_widget.request.money import micros
from kling_widget.service.answers import Prediction, Quote
from kling_widget.service.bills import Bill
from kling_widget.service.prediction_list import Listing
from kling_widget.service.submit_outcome import Accepted, Outcome, Rejected, Throttled, Unknown, Unsent
from kling_widget.settings import Key
from kling_widget.store import Lease, Limits, Record, Store, TakeId, Wait
from kling_widget.store.claims import Claims
from kling_widget.store.record import fresh_id, now_ms
from tests.made import put_take

HALF = "\ud83e"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    running = Store.in_folder(tmp_path)
    yield running
    running.close()


def a_take(store: Store, **changes: Any) -> tuple[Record, Lease]:
    at = now_ms()
    record = Record(
        id=fresh_id(at),
        service="http://127.0.0.1:9",
        model="m",
        inputs={},
        words="A fox",
        seconds=3,
        state="intent",
        confirmed_at=at,
        estimate=micros("0.336"),
    )
    record = put_take(store, replace(record, **changes))
    lease = store.leases.claim_one(TakeId(record.id), "me", for_ms=60_000)
    assert lease is not None
    return record, lease


def context(store: Store, folder: Path, client: Any = None) -> StepContext:
    return StepContext(
        store, folder, client, LearnedSchedule(lambda before: []), lambda service: Limits(), Claims(folder, folder)
    )


def test_an_error_that_nobody_foresaw_is_told_and_tried_again_with_growing_patience(
    store: Store, tmp_path: Path
) -> None:
    def broken(service: str) -> Any:
        raise ZeroDivisionError("a surprise")

    _, lease = a_take(store, state="processing", prediction="p", accepted_at=now_ms())
    runner = StepRunner(context(store, tmp_path, broken))
    waits = [runner.run_step(lease) or 0.0 for _ in range(8)]
    assert waits == sorted(waits)
    assert waits[0] < waits[-1] == 60.0
    told = store.get(lease.take)
    assert told.state == "processing"
    assert "ZeroDivisionError" in told.trouble
    assert "paid for" in told.trouble


def test_a_service_that_asks_for_no_patience_is_asked_less_and_less(store: Store, tmp_path: Path) -> None:
    class Busy:
        account, origin = None, "https://api.wavespeed.ai"

        def result(self, prediction: str, address: str | None) -> Prediction:
            error = RateLimited("too many", status=429)
            error.retry_after = 0.0
            raise error

    running: dict[str, Any] = {"state": "processing", "prediction": "p", "accepted_at": now_ms(), "simulated": False}
    _, here = a_take(store, **running)
    runner = StepRunner(context(store, tmp_path, lambda record: Busy()))
    waits = [runner.run_step(here) or 0.0 for _ in range(8)]
    assert waits == [0.1, 0.2, 0.4, 0.8, 1.6, 2.0, 2.0, 2.0]
    _, elsewhere = a_take(store, service="https://api.wavespeed.ai", **{**running, "prediction": "q"})
    waits = [runner.run_step(elsewhere) or 0.0 for _ in range(16)]  # some only wait for their turn among all polls
    looked = [wait for wait in waits if wait >= 1]
    assert looked == sorted(looked)
    assert looked[0] == LIVE_FLOOR_S
    assert looked[-1] == 60.0


@pytest.mark.parametrize("asked", [0.0, None, 7.0])
def test_a_submit_that_is_sent_back_again_and_again_is_sent_less_and_less(
    store: Store, tmp_path: Path, asked: float | None
) -> None:
    record, lease = a_take(store, state="sending", service="https://api.wavespeed.ai", submitted_at=now_ms())
    memory, waits = StepMemory(), []
    for _ in range(6):
        memory.outcome = Throttled(asked)
        waits.append(conclude(context(store, tmp_path), record, lease, memory))
        record = store.change(lease, state="sending", submitted_at=now_ms())
    least = max(asked or 0.0, LIVE_FLOOR_S)
    assert waits == [max(wait, least) for wait in (2.0, 4.0, 8.0, 16.0, 32.0, 60.0)]


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (Accepted(Prediction("p1", "created", address=HALF), HALF), "accepted"),
        (Unknown(HALF, HALF), "unknown"),
        (Rejected(InputRefused(HALF, status=400), HALF), "rejected"),
        (Throttled(1.0, HALF), "intent"),
        (Unsent(HALF), "intent"),
    ],
)
def test_an_outcome_that_cant_be_kept_is_kept_in_short(
    store: Store, tmp_path: Path, outcome: Outcome, state: str
) -> None:
    record, lease = a_take(store, state="sending", submitted_at=now_ms())
    memory = StepMemory(outcome=outcome, failures=3)  # the library did not take it as it is
    conclude(context(store, tmp_path), record, lease, memory)
    told = store.get(record.id)
    assert told.state == state
    assert told.prediction == ("p1" if state == "accepted" else None)
    assert told.trouble or state == "accepted"
    assert memory.outcome is None


def test_a_take_whose_outcome_is_not_written_down_for_minutes_holds_up_no_other(store: Store) -> None:
    first, lease = a_take(store)
    second, other = a_take(store)
    assert isinstance(store.begin_sending(lease, Limits()), Record)
    assert isinstance(store.begin_sending(other, Limits()), Wait)
    store.change(lease, submitted_at=now_ms() - 200_000)
    assert isinstance(store.begin_sending(other, Limits()), Record)
    assert store.get(first.id).state == store.get(second.id).state == "sending"


def test_nor_does_one_that_was_sent_in_a_future_that_a_clock_was_set_back_from(store: Store) -> None:
    _, lease = a_take(store)
    _, other = a_take(store)
    assert isinstance(store.begin_sending(lease, Limits()), Record)
    store.change(lease, submitted_at=now_ms() + 3600_000)
    assert isinstance(store.begin_sending(other, Limits()), Record)


@pytest.mark.parametrize(
    "told",
    [
        {"inference_ms": -5},
        {"width": 2_000_000},
        {"bytes": -1},
        {"charge": 2**53 + 1},
        {"finished_at": 9_000_000_000_000},
        {"outputs": "{}"},
        {"state": "dancing"},
        {"service": ""},
    ],
)
def test_what_could_not_be_read_again_is_not_written(store: Store, told: dict[str, Any]) -> None:
    record, lease = a_take(store, state="processing", prediction="p", accepted_at=now_ms())
    with pytest.raises(LibraryError, match=next(iter(told))) as refused:
        store.change(lease, **told)
    assert not isinstance(refused.value, DamagedRow)  # the row is as it was, and can be read
    assert store.get(record.id) == store.changed_since(record.revision - 1)[-1]
    assert store.get(record.id).state == "processing"


def test_a_step_that_would_write_such_a_value_says_so_and_is_tried_again(store: Store, tmp_path: Path) -> None:
    class Odd:
        account, origin = None, "http://127.0.0.1:9"

        def result(self, prediction: str, address: str | None) -> Prediction:
            return Prediction(prediction, "failed", inference_ms=-5)

    _, lease = a_take(store, state="processing", prediction="p", accepted_at=now_ms(), simulated=False)
    runner = StepRunner(context(store, tmp_path, lambda record: Odd()))
    waits = [runner.run_step(lease) for _ in range(3)]
    assert None not in waits
    told = store.get(lease.take)
    assert told.state == "processing"
    assert "inference_ms" in told.trouble


class Listed:
    """Stands in for a service whose list shows no task."""

    account, key, origin, skew_ms = "a" * 32, Key("wsk_canary_of_a_list"), "http://127.0.0.1:9", 0

    def recent(self, *, page: int = 1, before: int = 0) -> Listing:
        return Listing()


def test_what_was_claimed_before_a_kernel_was_killed_is_the_takes(store: Store, tmp_path: Path) -> None:
    record, lease = a_take(store, state="sending", submitted_at=now_ms(), account="a" * 32, simulated=False)
    Claims(tmp_path, tmp_path).claim(record, "p1")  # and here it was killed, the library unwritten
    runner = StepRunner(context(store, tmp_path, lambda record: Listed()))
    while store.get(record.id).state in ("sending", "unknown"):
        runner.run_step(lease)
    told = store.get(record.id)
    assert (told.state, told.prediction, told.trouble) == ("accepted", "p1", "")


def test_but_not_what_a_copy_of_the_library_claimed_for_it(store: Store, tmp_path: Path) -> None:
    record, lease = a_take(store, state="unknown", submitted_at=now_ms(), account="a" * 32, simulated=False)
    Claims(tmp_path, tmp_path / "copy").claim(record, "p1")  # the copy may have sent it as well
    StepRunner(context(store, tmp_path, lambda record: Listed())).run_step(lease)
    assert store.get(record.id).state == "reconciling"


def test_but_not_where_another_take_of_the_library_has_it(store: Store, tmp_path: Path) -> None:
    other, theirs = a_take(store, state="sending", submitted_at=now_ms() - 1)
    record, lease = a_take(store, state="sending", submitted_at=now_ms(), account="a" * 32, simulated=False)
    store.change(theirs, state="accepted", prediction="p1", accepted_at=now_ms())
    Claims(tmp_path, tmp_path).claim(record, "p1")
    runner = StepRunner(context(store, tmp_path, lambda record: Listed()))
    waits = [runner.run_step(lease) for _ in range(3)]
    assert None not in waits
    assert store.get(record.id).state == "reconciling"
    assert store.get(other.id).prediction == "p1"


def test_a_list_whose_next_page_is_refused_proves_nothing_and_shows_what_it_showed(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = Prediction("p1", "created", model="m", created_at=datetime.now(timezone.utc).isoformat())

    class FirstPageOnly(Listed):
        def recent(self, *, page: int = 1, before: int = 0) -> Listing:
            if page > 1:
                raise NotFound("no such page", status=404)
            return Listing((task,), entries=1, more=True)

        def bills(self, predictions: list[str]) -> dict[str, Bill]:
            raise NotAllowed("not this key", status=403)

        def price(self, model: str, inputs: object) -> Quote:
            raise NotFound("no such price", status=404)

    monkeypatch.setattr(reconcile, "LOOKS_S", (0.0,))
    record, lease = a_take(store, state="unknown", submitted_at=now_ms(), account="a" * 32, simulated=False)
    runner = StepRunner(context(store, tmp_path, lambda record: FirstPageOnly()))
    assert runner.run_step(lease) is None
    told = store.get(record.id)
    assert told.state == "needs_you"
    assert [one["id"] for one in json.loads(told.candidates)] == ["p1"]


def test_a_kernel_that_lost_the_take_before_it_sent_does_not_send(store: Store, tmp_path: Path) -> None:
    class Slow(Claims):
        def sending(self, record: Record, key: Key) -> None:
            store.leases.release("me")
            assert store.leases.claim_one(record.id, "another", for_ms=60_000) is not None

    class Sends(Listed):
        sent = 0

        def submit(self, model: str, inputs: object) -> Outcome:
            self.sent += 1
            return Unknown("no answer")

    client = Sends()
    record, lease = a_take(store, account="a" * 32, simulated=False, service="https://api.wavespeed.ai")
    working = replace(context(store, tmp_path, lambda record: client), claims=Slow(tmp_path, tmp_path))
    with pytest.raises(LeaseLost):
        StepRunner(working).run_step(lease)
    assert client.sent == 0
    assert store.get(record.id).state == "sending"  # whoever has it looks for it, and never sends


def test_a_library_that_fails_just_before_a_take_is_sent_leaves_no_doubt(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(lease: Lease) -> None:
        raise LibraryError("locked")

    record, lease = a_take(store, account="a" * 32, simulated=False, service="https://api.wavespeed.ai")
    runner = StepRunner(context(store, tmp_path, lambda record: Listed()))  # which could not send
    monkeypatch.setattr(store.leases, "require", locked)
    runner.run_step(lease)
    runner.run_step(lease)
    told = store.get(record.id)
    assert told.state == "intent"
    assert "Nothing was sent" in told.trouble


def test_a_take_that_is_withdrawn_while_a_step_would_reject_it_stays_withdrawn(store: Store, tmp_path: Path) -> None:
    def withdrawn(record: Record) -> Any:
        store.withdraw(record.id)
        raise PracticeError("The practice server did not start.")

    record, lease = a_take(store)
    runner = StepRunner(context(store, tmp_path, withdrawn))
    assert runner.run_step(lease) is not None  # its write was refused: it looks again
    stopped = store.get(record.id)
    assert (stopped.state, stopped.trouble) == ("cancelled", "Stopped before it was sent. Nothing was charged.")
    assert runner.run_step(lease) is None
    assert store.get(record.id) == stopped
