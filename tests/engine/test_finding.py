"""What a lost answer comes to, by what the service's list, its billing and the clocks say."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from kling_widget.engine import finding, reconcile
from kling_widget.engine.polling import LearnedSchedule
from kling_widget.engine.step_context import StepContext, StepMemory
from kling_widget.engine.steps import StepRunner
from kling_widget.errors import KeyRejected, NoAnswer, NotSent, RateLimited, ServiceFailure
from kling_widget.request.money import Micros, micros
from kling_widget.service.answers import Prediction, Quote
from kling_widget.service.bills import Bill
from kling_widget.service.prediction_list import Listing
from kling_widget.service.submit_outcome import Outcome, Unknown
from kling_widget.settings import Key
from kling_widget.store import Lease, Limits, Record, Store
from kling_widget.store.claims import Claims
from kling_widget.store.record import fresh_id, now_ms
from tests.made import put_take

PRICE = micros("0.336")
HOUR = timedelta(hours=1)


class Service:
    """Stands in for a service: what its list shows, and what its billing says."""

    account, key, origin, skew_ms = "a" * 32, Key("wsk_canary_of_a_list"), "http://127.0.0.1:9", 0

    def __init__(self, *tasks: Prediction, failing: Exception | None = None) -> None:
        self.tasks, self.failing, self.bills_failing = tasks, failing, False
        self.billed: dict[str, Bill] = {}
        self.asked = 0

    def submit(self, model: str, inputs: object) -> Outcome:
        return Unknown("no answer")

    def recent(self, *, page: int = 1, before: int = 0) -> Listing:
        self.asked += 1
        if self.failing and not self.bills_failing:
            raise self.failing
        tasks = self.tasks if page == 1 else ()
        return Listing(tasks, entries=len(tasks), more=bool(tasks))

    def bills(self, predictions: list[str]) -> dict[str, Bill]:
        if self.failing:
            raise self.failing
        return self.billed

    def price(self, model: str, inputs: object) -> Quote:
        return Quote(PRICE, PRICE)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    running = Store.in_folder(tmp_path)
    yield running
    running.close()


@pytest.fixture(autouse=True)
def _one_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconcile, "LOOKS_S", (0.0,))


def a_take(store: Store, **changes: Any) -> tuple[Record, Lease]:
    at = now_ms()
    record = Record(
        id=fresh_id(at),
        service="http://127.0.0.1:9",
        model="m",
        inputs={"prompt": "A fox"},
        words="A fox",
        seconds=3,
        state="unknown",
        confirmed_at=at,
        submitted_at=at,
        estimate=PRICE,
        account="a" * 32,
        simulated=False,
    )
    record = put_take(store, replace(record, **changes))
    lease = store.leases.claim_one(record.id, "me", for_ms=60_000)
    assert lease is not None
    return record, lease


def a_runner(store: Store, folder: Path, service: Service) -> StepRunner:
    def client(record: Record) -> Any:
        return service

    schedule = LearnedSchedule(lambda before: [])
    return StepRunner(StepContext(store, folder, client, schedule, lambda service: Limits(), Claims(folder, folder)))


def a_task(name: str = "p1", *, later: timedelta = timedelta(0), zone: bool = True) -> Prediction:
    at = datetime.now(timezone.utc) + later
    return Prediction(name, "created", model="m", created_at=at.isoformat() if zone else at.isoformat()[:19])


def learned(store: Store, *, zone: bool = True) -> None:
    """An earlier take, from whose answer the service's clock is known."""
    at = now_ms()
    answer = json.dumps({"data": {"id": "p0", "status": "created", "created_at": a_task(zone=zone).created_at}})
    put_take(
        store,
        replace(
            a_take(store, state="accepted", prediction="p0")[0], id=fresh_id(at), accepted_at=at, answer=answer,
            prediction="p9",
        ),
    )  # fmt: skip


def outcome(store: Store, folder: Path, service: Service, *, sent: Callable[[StepMemory], None] | None = None) -> str:
    """The state in which a lost submit ends; ``sent`` notes what this process knows of sending it."""
    record, lease = a_take(store)
    runner = a_runner(store, folder, service)
    memory = runner._memories.setdefault(record.id, StepMemory())
    (sent or StepMemory.note_clock)(memory)
    for _ in range(3):
        if runner.run_step(lease) is None:
            break
    return store.get(record.id).state


ERRORS = [
    ServiceFailure("HTTP 500", status=500),
    ServiceFailure("code 500 in HTTP 200", status=200, code=500),
    KeyRejected("HTTP 401", status=401),
    RateLimited("HTTP 429", status=429),
    NoAnswer("too late"),
    ZeroDivisionError("a surprise"),
]


@pytest.mark.parametrize("error", ERRORS, ids=str)
def test_a_list_that_fails_for_good_is_for_a_person_to_look_at(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    record, lease = a_take(store)
    service = Service(failing=error)
    runner = a_runner(store, tmp_path, service)
    assert runner.run_step(lease) is not None
    assert store.get(record.id).state == "reconciling"
    begun = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: begun + finding.UNREAD_S - 5)
    assert runner.run_step(lease) is not None
    assert store.get(record.id).state == "reconciling"
    monkeypatch.setattr(time, "monotonic", lambda: begun + finding.UNREAD_S + 1)
    assert runner.run_step(lease) is None
    told = store.get(record.id)
    assert (told.state, told.trouble, json.loads(told.candidates)) == ("needs_you", finding.UNREAD, [])
    assert service.asked == 3


def test_while_the_network_is_down_here_nobody_is_asked(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record, lease = a_take(store)
    runner = a_runner(store, tmp_path, Service(failing=NotSent("no network")))
    assert runner.run_step(lease) is not None
    begun = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: begun + 10 * finding.UNREAD_S)
    assert runner.run_step(lease) is not None
    assert store.get(record.id).state == "reconciling"


def test_billing_that_fails_for_good_leaves_the_candidates_to_the_person(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = Service(a_task(), failing=ServiceFailure("HTTP 500", status=500))
    service.bills_failing = True
    record, lease = a_take(store)
    runner = a_runner(store, tmp_path, service)
    assert runner.run_step(lease) is not None
    monkeypatch.setattr(finding, "UNREAD_S", 0.0)
    assert runner.run_step(lease) is None
    told = store.get(record.id)
    assert (told.state, told.trouble) == ("needs_you", finding.UNCLEAR)
    assert [one["id"] for one in json.loads(told.candidates)] == ["p1"]


def test_a_list_that_is_there_again_in_time_is_read(store: Store, tmp_path: Path) -> None:
    service = Service(a_task(), failing=ServiceFailure("HTTP 500", status=500))
    record, lease = a_take(store)
    runner = a_runner(store, tmp_path, service)
    assert runner.run_step(lease) is not None
    service.failing = None
    runner.run_step(lease)
    assert store.get(record.id).prediction == "p1"


@pytest.mark.parametrize(
    "bill",
    [
        Bill("p1", micros("1"), settled=False),
        Bill("p1", Micros(0), settled=True),
        Bill("p1", Micros(0), settled=False),
        Bill("p1", Micros(1), settled=True, currency="CNY"),
        None,
    ],
    ids=str,
)
def test_a_bill_that_is_not_settled_excludes_no_task(store: Store, tmp_path: Path, bill: Bill | None) -> None:
    service = Service(a_task("p1"), a_task("p2"))
    service.billed = {"p2": Bill("p2", PRICE, settled=True), **({"p1": bill} if bill else {})}
    assert outcome(store, tmp_path, service) == "needs_you"


def test_a_bill_that_is_settled_tells_two_tasks_apart(store: Store, tmp_path: Path) -> None:
    service = Service(a_task("p1"), a_task("p2"))
    service.billed = {"p2": Bill("p2", PRICE, settled=True), "p1": Bill("p1", micros("1"), settled=True)}
    assert outcome(store, tmp_path, service) == "accepted"


def test_a_sure_clock_excludes_a_task_of_another_hour(store: Store, tmp_path: Path) -> None:
    learned(store)
    assert outcome(store, tmp_path, Service(a_task(later=-HOUR))) == "not_created"


@pytest.mark.parametrize("hours", [-8, 8])
def test_but_not_one_whose_time_has_no_zone(store: Store, tmp_path: Path, hours: int) -> None:
    learned(store)
    assert outcome(store, tmp_path, Service(a_task(later=hours * HOUR, zone=False))) == "needs_you"


def test_a_zone_that_earlier_answers_do_not_name_is_not_learned(store: Store, tmp_path: Path) -> None:
    learned(store, zone=False)
    assert outcome(store, tmp_path, Service(a_task(later=-HOUR))) == "needs_you"


@pytest.mark.parametrize("hours", [-1, 1, 50])
def test_a_clock_that_was_set_between_the_submit_and_the_look_excludes_nothing(
    store: Store, tmp_path: Path, hours: int
) -> None:
    """This machine's clock was so many hours behind when it sent the take."""

    def sent(memory: StepMemory) -> None:
        memory.note_clock()
        assert memory.sent_by is not None
        memory.sent_by -= hours * 3600

    learned(store)
    assert outcome(store, tmp_path, Service(a_task(later=hours * HOUR)), sent=sent) == "needs_you"


def test_nor_where_another_process_sent_it(store: Store, tmp_path: Path) -> None:
    learned(store)
    assert outcome(store, tmp_path, Service(a_task(later=-HOUR)), sent=lambda memory: None) == "needs_you"


def test_the_clock_by_which_a_submit_was_sent_is_noted(store: Store, tmp_path: Path) -> None:
    _, lease = a_take(store, state="intent", submitted_at=None, service="https://api.wavespeed.ai")
    runner = a_runner(store, tmp_path, Service())
    runner.run_step(lease)
    by = runner._memories[lease.take].clock_set_by()
    assert by is not None
    assert abs(by) < 1
    assert StepMemory().clock_set_by() is None


def test_a_submit_that_the_list_no_longer_covers_is_for_a_person(store: Store, tmp_path: Path) -> None:
    long_ago = now_ms() - 8 * 24 * 3600 * 1000
    record, lease = a_take(store, submitted_at=long_ago, confirmed_at=long_ago)
    assert a_runner(store, tmp_path, Service()).run_step(lease) in (None, 0.0)
    assert store.get(record.id).state == "needs_you"


@pytest.mark.parametrize(
    ("theirs", "rivals"),
    [
        ({}, 1),
        ({"estimate": micros("9")}, 1),  # a quote with a discount may be this price as well
        ({"account": "b" * 32}, 1),  # a renewed key of the same account
        ({"account": "b" * 32, "hours": 3}, 0),
        ({"hours": 3}, 1),
        ({"hours": 30}, 0),
        ({"hours": 30, "submitted_at": None}, 1),
        ({"model": "another/model"}, 0),
        ({"service": "http://127.0.0.1:8"}, 0),
        ({"inputs": {"prompt": "A fox"}}, 0),
        ({"state": "accepted", "prediction": "p1"}, 0),
    ],
    ids=str,
)
def test_takes_in_doubt_of_one_model_and_time_are_rivals(store: Store, theirs: dict[str, Any], rivals: int) -> None:
    record, _ = a_take(store)
    ago = theirs.pop("hours", 0) * 3600 * 1000
    assert record.submitted_at is not None
    a_take(store, **{"inputs": {"prompt": "A wolf"}, "submitted_at": record.submitted_at - ago, **theirs})
    assert store.rivals(record) == rivals
