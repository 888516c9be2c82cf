"""What counts against a cap before billing has said its word."""

from __future__ import annotations

from pathlib import Path

import pytest

from kling_widget.errors import OverBudget
from kling_widget.request.budget import Budget
from kling_widget.request.money import micros
from kling_widget.store import Store
from kling_widget.store.record import fresh_id, now_ms
from tests.made import a_record, put_take

LIVE = "https://api.wavespeed.ai"


@pytest.mark.parametrize("state", ["completed", "deleted", "expired", "unverified", "processing", "unknown"])
def test_what_was_made_and_is_not_billed_yet_counts_by_its_estimate(tmp_path: Path, state: str) -> None:
    store, at = Store.in_folder(tmp_path), now_ms()
    take = put_take(
        store, a_record(id=fresh_id(at), at=at, service=LIVE, state=state, charge=None, prediction="p", settled=False)
    )
    assert store.ledger.spent().today == take.estimate == take.cost
    store.ledger.set_budget(Budget(day=micros("1.00")))
    with pytest.raises(OverBudget):
        store.add(a_record(id=fresh_id(at), at=at, service=LIVE, state="intent", charge=None))
    lease = store.leases.claim_one(take.id, "me", for_ms=60_000)
    assert lease is not None
    store.change(lease, charge=micros("0.40"))
    assert store.ledger.spent().today == store.get(take.id).cost == micros("0.40")
    store.close()


@pytest.mark.parametrize("state", ["failed", "cancelled", "timeout", "rejected", "not_created"])
def test_what_ends_without_a_clip_counts_when_billing_says_so(tmp_path: Path, state: str) -> None:
    store, at = Store.in_folder(tmp_path), now_ms()
    put_take(store, a_record(id=fresh_id(at), at=at, service=LIVE, state=state, charge=None, settled=False))
    assert store.ledger.spent().today == 0
    store.close()
