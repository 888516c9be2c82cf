"""The ledger ends equal to the service's billing, however often that changes its mind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from kling_widget import Library
from kling_widget.engine.settlement import GIVE_UP_S, NOT_BILLED, booked, settle
from kling_widget.errors import (
    KeyRejected,
    KlingError,
    NoAnswer,
    NotAllowed,
    NotFound,
    ServiceFailure,
    Unreadable,
)
from kling_widget.practice import PracticeServer, faults
from kling_widget.request.money import Micros, micros
from kling_widget.service.bills import Bill
from kling_widget.store import Record, Store, TakeId
from kling_widget.store.record import fresh_id, now_ms
from tests.made import a_record, put_take
from tests.patience import until
from tests.promises.stage import EFFECTS
from tests.promises.world import a_service, admit, ask, owing, settled

PRICE = micros("0.56")
LIVE = "https://api.wavespeed.ai"


def record(**given: Any) -> Record:
    return a_record(service=LIVE, charge=None, prediction="p", **given)


def bill(charge: str, refund: str = "0", *, settled: bool = True, currency: str = "") -> Bill:
    return Bill("p", micros(charge), micros(refund), settled, currency)


@pytest.mark.parametrize(
    ("told", "changes"),
    [
        (None, {}),
        (bill("0"), {}),  # a clip that costs: what it cost follows
        (bill("0.56", settled=False), {}),
        (bill("0.56"), {"charge": PRICE, "settled": True}),
        (bill("0.40"), {"charge": micros("0.40"), "settled": True}),  # a promotion
        (bill("0.56", "0.20"), {"charge": PRICE, "refund": micros("0.20"), "settled": True}),
    ],
)
def test_what_a_bill_changes(told: Bill | None, changes: dict[str, object]) -> None:
    assert booked(record(), told) == changes


def test_what_failed_waits_until_all_of_it_is_given_back() -> None:
    failed = record(state="failed")
    assert booked(failed, bill("0.56")) == {"charge": PRICE}
    charged = replace(failed, charge=PRICE)
    assert booked(charged, bill("0.56", "0.20")) == {"refund": micros("0.20")}
    assert booked(replace(charged, refund=micros("0.20")), bill("0.56", "0.56")) == {"refund": PRICE, "settled": True}


def test_after_a_day_what_billing_says_is_taken_as_its_last_word() -> None:
    assert booked(record(), bill("0"), late=True) == {"charge": Micros(0), "settled": True}
    assert booked(record(), None, late=True) == {"charge": PRICE, "trouble": NOT_BILLED, "settled": True}
    assert booked(record(state="failed"), None, late=True) == {"settled": True}


def test_what_is_not_in_dollars_is_never_booked_as_dollars_and_is_said() -> None:
    changes = booked(record(), bill("3.976", currency="CNY"))
    assert set(changes) == {"trouble"}
    assert "CNY" in str(changes["trouble"])
    assert "$0.56" in str(changes["trouble"])
    told = record(**changes)
    assert booked(told, bill("3.976", currency="CNY")) == {}
    assert booked(told, bill("0.56")) == {"charge": PRICE, "trouble": "", "settled": True}
    assert booked(told, bill("3.976", currency="CNY"), late=True)["charge"] == PRICE


def test_a_ledger_keeps_each_entry_and_adds_what_differs(tmp_path: Path) -> None:
    store = Store.in_folder(tmp_path)
    take = store.add(record(settled=True, state="completed"))
    told: list[tuple[str, str]] = [("0.56", "0"), ("0.70", "0"), ("0.70", "0.10"), ("0.70", "0.70"), ("0.40", "0")]
    for charge, refund in told:
        for _twice in range(2):  # two kernels that ask at the same time book it once
            store.correct(take.id, lambda now, c=charge, r=refund: booked(now, bill(c, r)))  # type: ignore[misc]
        assert store.ledger.spent().total == micros(charge) - micros(refund)
    entries = [(entry["kind"], entry["amount"] / 1_000_000) for entry in store.ledger.entries()]
    assert entries == [
        ("quote", 0.56),
        ("charge", 0.56),
        ("charge", pytest.approx(0.14)),
        ("refund", 0.10),
        ("refund", pytest.approx(0.60)),
        ("charge", pytest.approx(-0.30)),
        ("refund", -0.70),
    ]
    store.close()


@pytest.mark.parametrize(
    "trouble",
    [
        Unreadable("no list"),
        NotFound("not found", status=404),
        NotAllowed("not allowed", status=403),
        NoAnswer("no answer"),
        ServiceFailure("broken", status=500),
        KeyRejected("no such key", status=401),
    ],
    ids=lambda trouble: type(trouble).__name__,
)
def test_billing_that_never_answers_is_given_up_after_a_day(tmp_path: Path, trouble: KlingError) -> None:
    class Silent:
        def bills(self, predictions: object) -> dict[str, Bill]:
            raise trouble

    store = Store.in_folder(tmp_path)
    ended = now_ms()
    made = put_take(store, record(id=fresh_id(ended), state="completed", finished_at=ended))
    lease = store.leases.claim_one(TakeId(made.id), "me", for_ms=60_000)
    assert lease is not None
    context: Any = SimpleNamespace(store=store, client=lambda record: Silent())
    if isinstance(trouble, (Unreadable, NotFound, NotAllowed)):
        assert (settle(context, made, lease) or 0) >= 10
    else:
        with pytest.raises(type(trouble)):
            settle(context, made, lease)
    assert not store.get(made.id).settled
    old = store.change(lease, finished_at=ended - round(GIVE_UP_S * 1000) - 1000)
    assert settle(context, old, lease) is None
    told = store.get(made.id)
    assert (told.settled, told.charge, told.trouble) == (True, PRICE, NOT_BILLED)
    store.close()


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PracticeServer]:
    for name, effect in EFFECTS.items():
        monkeypatch.setitem(faults.EFFECTS, name, effect)
    with a_service(tmp_path / "service") as server:
        admit(server.url)
        yield server


@pytest.mark.parametrize("first", ["0.1", "0.9"])
def test_a_price_that_changes_after_it_was_booked_is_corrected(
    service: PracticeServer, tmp_path: Path, first: str
) -> None:
    library = Library(tmp_path / "library")
    service.faults.add(call="billing", effect="odd_price", body=first, times=1)
    take = ask(library, service.url)
    until(lambda: settled(take), lambda: take.record)
    until(lambda: owing(library, service) == 0, library.spend)
    ledger = library.spend()
    charges = ledger[ledger["kind"] == "charge"]["dollars"]
    assert charges.iloc[0] == float(first)
    assert round(charges.sum(), 6) == 0.336
    assert take.record.charge == micros("0.336")
    library.close()
