from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import update

from kling_widget.errors import AlreadyTaken, BadValue, LeaseLost, LibraryError, LibraryTooNew
from kling_widget.request.budget import Spend
from kling_widget.request.money import Micros, micros
from kling_widget.store import Lease, Record, Store
from kling_widget.store.database import writing
from kling_widget.store.history import COLUMNS, MORE, history, reads
from kling_widget.store.record import fresh_id, now_ms
from kling_widget.store.schema import takes
from kling_widget.store.take_filter import TakeFilter
from tests.made import put_take


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.in_folder(tmp_path)


def record(words: str = "A fox", **changes: object) -> Record:
    at = now_ms()
    base = Record(
        id=fresh_id(at),
        service="practice",
        model="kwaivgi/kling-video-o3-pro/text-to-video",
        inputs={"prompt": words, "sound": True},
        words=words,
        seconds=5,
        state="intent",
        confirmed_at=at,
        estimate=micros("0.70"),
    )
    return replace(base, **changes)  # type: ignore[arg-type]  # what a test changes is its own affair


def mine(store: Store, take: Record, owner: str = "me") -> Lease:
    lease = store.leases.claim_one(take.id, owner, for_ms=60_000)
    assert lease is not None
    return lease


def test_what_was_written_comes_back_as_it_was(store: Store) -> None:
    wanted = record(tags=("hero", "wide"), rating=4, note="“better”", parent=fresh_id(1))
    written = store.add(wanted)
    assert written == replace(wanted, revision=written.revision) == store.get(wanted.id)
    assert Store(str(store._engine.url)).get(wanted.id) == written


def test_every_write_moves_the_revision_and_shows_what_changed(store: Store) -> None:
    first, second = store.add(record("one")), store.add(record("two"))
    assert store.revision == second.revision == first.revision + 1
    store.annotate(first.id, rating=5)
    assert [r.words for r in store.changed_since(first.revision)] == ["two", "one"]
    assert store.changed_since(store.revision) == []


def test_takes_come_newest_first_and_are_found_by_their_words(store: Store) -> None:
    for n, words in enumerate(("100 % fox", "1000 foxes", "a_b")):
        store.add(record(words, id=fresh_id(now_ms() + n)))
    assert [r.words for r in store.page()] == ["a_b", "1000 foxes", "100 % fox"]
    assert [r.words for r in store.page(TakeFilter(text="100 %"))] == ["100 % fox"]
    assert [r.words for r in store.page(TakeFilter(text="a_b"))] == ["a_b"]
    assert [r.words for r in store.page(TakeFilter(text="FOX"), limit=1)] == ["1000 foxes"]
    assert [r.words for r in store.page(before=store.page()[1].id)] == ["100 % fox"]
    assert store.page(TakeFilter(states=("completed",))) == store.page(TakeFilter(rating=1)) == []


def test_one_kernel_tends_a_take_and_its_late_writes_are_refused(store: Store) -> None:
    take = store.add(record())
    first = mine(store, take)
    assert store.leases.claim_one(take.id, "you", for_ms=60_000) is None
    assert store.leases.claim("you", for_ms=60_000) == []
    store.leases.release("me", [first])
    (second,) = store.leases.claim("you", for_ms=60_000)
    assert second.token > first.token
    with pytest.raises(LeaseLost):
        store.change(first, state="failed")
    assert store.get(take.id).state == "intent"
    assert store.change(second, state="sending").state == "sending"
    assert store.leases.renew("me", [first], for_ms=1) == []
    assert store.leases.renew("you", [second], for_ms=1) == [second]


def test_a_lease_that_ran_out_is_free_for_the_next(store: Store) -> None:
    take = store.add(record())
    assert store.leases.claim_one(take.id, "me", for_ms=-1) is not None
    assert [lease.take for lease in store.leases.claim("you", for_ms=1000)] == [take.id]


def test_only_open_takes_of_services_within_reach_are_claimed(store: Store) -> None:
    open_take = store.add(record())
    store.add(record(service="https://api.wavespeed.ai"))
    store.add(record(state="completed", settled=True))
    put_take(store, record(state="needs_you"))
    found = store.leases.claim("me", for_ms=1000, reachable=lambda service, account: service == "practice")
    assert [lease.take for lease in found] == [open_take.id]


def test_charges_and_refunds_are_booked_once(store: Store) -> None:
    live = "https://api.wavespeed.ai"
    take = put_take(store, record(service=live, state="processing"))
    lease = mine(store, take)
    assert store.ledger.spent().today == micros("0.70")  # may cost: the estimate counts until billing says
    for _ in range(2):
        store.change(lease, charge=micros("0.56"))
    assert store.ledger.spent() == Spend(today=micros("0.56"), total=micros("0.56"), takes=1)
    assert store.get(take.id).cost == micros("0.56")
    store.change(lease, state="failed", refund=micros("0.56"), settled=True)
    assert store.ledger.spent() == Spend(takes=1)
    assert store.get(take.id).cost == Micros(0)
    assert store.ledger.spent(today="1999-01-01").today == 0


def test_play_money_is_kept_apart(store: Store) -> None:
    take = put_take(store, record(state="downloading"))
    store.change(mine(store, take), state="completed", charge=micros("0.70"))
    assert store.ledger.spent() == Spend(practice_today=micros("0.70"), practice_total=micros("0.70"), takes=1)


def test_two_takes_never_share_a_prediction(store: Store) -> None:
    one, two = store.add(record()), store.add(record())
    store.change(mine(store, one), prediction="p1")
    with pytest.raises(AlreadyTaken):
        store.change(mine(store, two), prediction="p1")
    assert store.get(two.id).prediction is None


def test_an_interrupt_in_the_middle_of_a_transaction_comes_after_it(store: Store) -> None:
    take = store.add(record())

    def interrupted() -> None:
        with writing(store._engine) as connection:
            signal.raise_signal(signal.SIGINT)
            connection.execute(update(takes).where(takes.c.id == take.id).values(note="whole"))

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert store.get(take.id).note == "whole"
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_column_that_does_not_exist_is_an_error(store: Store) -> None:
    take = store.add(record())
    with pytest.raises(TypeError, match="no colour"):
        store.change(mine(store, take), colour="red")
    with pytest.raises(LibraryError, match="Only rating, tags"):
        store.annotate(take.id, state="completed")
    with pytest.raises(LibraryError, match="no take"):
        store.get("t0")


def test_a_newer_library_is_refused_and_left_as_it_was(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "library.db"
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE meta SET value = 99 WHERE name = 'schema'")
    before = file.read_bytes()
    with pytest.raises(LibraryTooNew, match="schema 99"):
        Store.in_folder(tmp_path)
    assert file.read_bytes() == before


def test_a_damaged_library_is_refused_and_left_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "library.db"
    file.write_bytes(b"not a database, and longer than a hundred bytes " * 30)
    before = file.read_bytes()
    with pytest.raises(LibraryError, match="left as it is"):
        Store.in_folder(tmp_path)
    assert file.read_bytes() == before


def test_no_update_is_lost_between_processes(store: Store, tmp_path: Path) -> None:
    take = store.add(record(note="0"))
    code = f"""
from pathlib import Path
from kling_widget.store import Store
store = Store.in_folder(Path({str(tmp_path)!r}))
for n in range(40):
    store.annotate({take.id!r}, note=str(n))
"""
    before = store.revision
    writers = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(3)]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    assert store.revision == before + 3 * 40


def test_the_history_is_a_table_with_its_kinds(store: Store) -> None:
    take = put_take(store, record(state="downloading", confirmed_at=1_700_000_000_000))
    store.change(
        mine(store, take), state="completed", saved_at=1_700_000_061_500, file="takes/x.mp4", charge=micros("0.7")
    )
    table = history(store.columns(reads(COLUMNS)))
    assert tuple(table.columns) == COLUMNS
    row = table.iloc[0]
    assert (row["prompt"], row["seconds"], row["status"], row["cost"], row["took"]) == (
        "A fox",
        5,
        "completed",
        0.7,
        61.5,
    )
    assert row["aspect_ratio"] == "16:9"  # the service's default, since it was not set
    assert bool(row["sound"]) is True
    assert row["confirmed"].timestamp() == 1_700_000_000
    assert table["rating"].isna().all()
    assert history([]).empty
    assert tuple(history([]).columns) == COLUMNS
    assert {name: str(kind) for name, kind in table.dtypes.items() if str(kind) not in ("object", "str")} == {
        "model": "category", "seconds": "Int64", "aspect_ratio": "category", "sound": "boolean", "status": "category",
        "cost": "float64", "rating": "Int64", "confirmed": str(table["confirmed"].dtype), "took": "Float64",
    }  # fmt: skip
    assert str(table["confirmed"].dtype).endswith(", UTC]")


def test_the_history_has_the_columns_that_are_asked_for(store: Store) -> None:
    first = store.add(record("A fox", id=fresh_id(1)))
    store.add(record("A fox, again", id=fresh_id(2), parent=first.id, service="https://api.example"))
    every = (*COLUMNS, *MORE)
    table = history(store.columns(reads(every)), columns=every)
    assert tuple(table.columns) == every
    assert list(table["parent"].fillna("")) == [first.id, ""]
    assert list(table["practice"]) == [False, True]
    asked = ("cost", "prompt", "cost")
    assert list(history(store.columns(reads(asked)), columns=asked).columns) == ["cost", "prompt"]
    with pytest.raises(BadValue, match=r"no column 'price'\. There are: poster, prompt"):
        reads(["price"])


@pytest.mark.parametrize("state", ["completed", "unverified", "needs_you"])
def test_a_take_that_goes_on_by_a_persons_word_is_nobodys_who_tended_it_before(tmp_path: Path, state: str) -> None:
    store = Store.in_folder(tmp_path)
    take = put_take(store, record(state=state, prediction="p")).id
    lease = store.leases.claim_one(take, "one", for_ms=60_000)
    assert lease is not None
    if state == "completed":
        store.reopen(take)
    else:
        store.decide(take, {"state": "accepted"}, state=state)  # type: ignore[arg-type]
    with pytest.raises(LeaseLost):
        store.change(lease, settled=True)
    assert not store.get(take).settled
    assert [found.take for found in store.leases.claim("other", for_ms=60_000)] == [take]
    store.close()
