"""A take belongs to the account that made it, whichever key is found later."""

from __future__ import annotations

import os
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from kling_widget import Library, Take
from kling_widget.errors import LibraryError, SettingsError
from kling_widget.request.catalog import O3_PRO
from kling_widget.service.client import Client
from kling_widget.settings import Key
from kling_widget.store import Record

from ..patience import until
from .nursery import Nursery
from .two_accounts import KEY_A, KEY_B, TwoAccounts, two_accounts
from .world import ask, judge, settled

pytestmark = pytest.mark.promise("G2", "G3", "G12")

LEASE_MS = 700


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TwoAccounts]:
    monkeypatch.setenv("KLING_TIER", "gold")
    with two_accounts(tmp_path / "service", median=0.6) as running:
        monkeypatch.setenv("WAVESPEED_BASE_URL", running.origin)
        yield running


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    return lambda key: monkeypatch.setenv("WAVESPEED_API_KEY", key)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "library"


def left_by_a(service: TwoAccounts, nursery: Nursery, folder: Path, when: str, *, made: bool = True) -> Record:
    """A take of A's that a killed kernel left in a state."""
    add = service.a.faults.add
    if when == "sending":
        add(call="submit", hang=30, created=made)
    elif when == "reconciling":
        add(call="submit", cut=-1, created=made)
        add(call="list", hang=30, times=1)
    elif when == "accepted":
        add(call="result", hang=30)
    elif when == "downloading":
        add(call="file", hang=30)
    given = {"folder": str(folder), "origin": service.origin, "prompt": "A fox", "key": KEY_A, "lease_ms": LEASE_MS}
    kernel = nursery.kernel("wait_for_it", **given, interrupts=0)
    kernel.heard("t")
    with closing(sqlite3.connect(f"file:{folder / 'library.db'}?mode=ro", uri=True)) as base:
        until(lambda: base.execute("SELECT state FROM takes").fetchone() == (when,), kernel.said)
    if when == "sending":  # what never left is never made: that is another promise
        until(lambda: service.a.view()["totals"]["submits_received"])
    kernel.signal(signal.SIGKILL)
    assert kernel.ended() == -signal.SIGKILL
    service.a.faults.clear()
    library = Library(folder)
    (take,) = library.takes()
    until(lambda: not library._shared.store.leases.tended(take.id))
    record = take.record
    library.close()
    return record


def all_but_revision(record: Record) -> dict[str, object]:
    return {name: value for name, value in vars(record).items() if name != "revision"}


@pytest.mark.parametrize("when", ["sending", "reconciling", "accepted", "processing", "downloading"])
def test_another_accounts_key_leaves_a_take_as_it_is(
    service: TwoAccounts, nursery: Nursery, folder: Path, use: Callable[[str], None], when: str
) -> None:
    use(KEY_B)
    before = left_by_a(service, nursery, folder, when)
    elsewhere = Client(service.origin, Key(KEY_B))
    elsewhere.submit(O3_PRO, {"prompt": "From B's website", "duration": 3})  # of the same model, price and time
    elsewhere.close()
    library = Library(folder)
    take = library.take(before.id)
    mine = ask(library, service.origin, "A wolf")  # B's own take goes through all its steps meanwhile
    until(lambda: settled(mine), lambda: mine.record)
    assert mine.status == "completed"
    assert all_but_revision(take.record) == all_but_revision(before)
    assert f"Waits for the key that made it (account {take.account})" in take.problem
    assert f"account {take.account}" in repr(take)
    with pytest.raises(SettingsError, match="not that of account"):
        library._gateway.engine._connections.client_of(take.record)
    library.close()

    use(KEY_A)
    library = Library(folder)
    take = library.take(before.id)
    until(lambda: settled(take), lambda: take.record)
    assert (take.status, take.problem) == ("completed", "")
    assert not judge(service.a, [take.record], folder / "nowhere", count=False).lost
    assert {t.record.account for t in library.takes()} == {take.record.account, library.take(mine.id).record.account}
    assert take.account != library.take(mine.id).account
    library.close()


def test_a_lost_answer_of_one_account_is_not_found_among_anothers_tasks(
    service: TwoAccounts, nursery: Nursery, folder: Path, use: Callable[[str], None]
) -> None:
    use(KEY_A)
    before = left_by_a(service, nursery, folder, "reconciling", made=False)
    elsewhere = Client(service.origin, Key(KEY_B))
    elsewhere.submit(O3_PRO, {"prompt": "From B's website", "duration": 3})
    elsewhere.close()
    use(KEY_B)
    library = Library(folder)
    mine = ask(library, service.origin, "A wolf")
    until(lambda: settled(mine), lambda: mine.record)
    assert library._gateway.record(before.id).state == before.state
    library.close()
    use(KEY_A)
    library = Library(folder)
    take = library.take(before.id)
    until(lambda: settled(take), lambda: take.record)
    assert (take.status, take.record.prediction) == ("not_created", None)
    library.close()


def test_a_new_key_of_the_same_account_is_named_by_the_person(
    service: TwoAccounts, nursery: Nursery, folder: Path, use: Callable[[str], None]
) -> None:
    use(KEY_A)
    before = left_by_a(service, nursery, folder, "processing")
    renewed = KEY_A + "_renewed"  # the gate knows the account by what the keys have in common
    use(renewed)
    library = Library(folder)
    take = library.take(before.id)
    assert f'library.same_account("{take.account}")' in take.problem
    with pytest.raises(LibraryError, match="No account of this library begins with 'zz'"):
        library.same_account("zz")
    assert take.record == before
    library.same_account(take.account or "")
    until(lambda: settled(take), lambda: take.record)
    assert take.status == "completed"
    library.close()


def test_without_a_key_it_says_that_none_is_found(
    service: TwoAccounts, nursery: Nursery, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = left_by_a(service, nursery, folder, "accepted")
    monkeypatch.delenv("WAVESPEED_API_KEY", raising=False)
    library = Library(folder)
    assert "no key for 127.0.0.1" in library.take(before.id).problem
    with pytest.raises(SettingsError, match="No key is found"):
        library.same_account(library.take(before.id).account or "")
    library.close()


def test_a_key_that_changes_while_the_kernel_runs_makes_the_next_take_and_not_the_one_under_way(
    service: TwoAccounts, folder: Path, use: Callable[[str], None]
) -> None:
    use(KEY_A)
    service.a.faults.add(call="result", hang=0.5)
    library = Library(folder)
    first = ask(library, service.origin, "A fox")
    until(lambda: first.record.prediction, lambda: first.record)
    use(KEY_B)
    second = ask(library, service.origin, "A wolf")
    until(lambda: settled(first) and settled(second), lambda: [first.record, second.record])
    assert (first.status, second.status) == ("completed", "completed")
    assert [t.inputs["prompt"] for t in service.a.ledger.tasks()] == ["A fox"]
    assert [t.inputs["prompt"] for t in service.b.ledger.tasks()] == ["A wolf"]
    library.close()


def _of_before(folder: Path) -> None:
    """Make a take one of a version that did not note accounts."""
    with closing(sqlite3.connect(folder / "library.db")) as base, base:
        base.execute("UPDATE takes SET account = NULL")


def test_an_accepted_take_of_an_earlier_version_is_whosever_key_finds_it(
    service: TwoAccounts, nursery: Nursery, folder: Path, use: Callable[[str], None]
) -> None:
    use(KEY_B)
    before = left_by_a(service, nursery, folder, "processing")
    _of_before(folder)
    library = Library(folder)
    take = library.take(before.id)
    until(lambda: "does not know this take with the key found now" in take.problem, lambda: take.record)
    asked = len(service.b.view()["posts"])
    mine = ask(library, service.origin, "A wolf")
    until(lambda: settled(mine), lambda: mine.record)
    assert (take.status, take.record.account) == (before.state, None), asked
    library.close()
    use(KEY_A)
    library = Library(folder)
    take = library.take(before.id)
    until(lambda: settled(take), lambda: take.record)
    assert take.status == "completed"
    assert take.record.account == before.account
    library.close()


@pytest.mark.parametrize("theirs", [True, False], ids=["B has a task like it", "B has none"])
def test_a_lost_answer_of_an_earlier_version_is_decided_by_the_person(
    service: TwoAccounts, nursery: Nursery, folder: Path, use: Callable[[str], None], theirs: bool
) -> None:
    use(KEY_B)
    before = left_by_a(service, nursery, folder, "reconciling")
    _of_before(folder)
    if theirs:
        elsewhere = Client(service.origin, Key(KEY_B))
        elsewhere.submit(O3_PRO, {"prompt": "From B's website", "duration": 3})
        elsewhere.close()
    library = Library(folder)
    take = library.take(before.id)
    until(lambda: take.status == "needs_you" or take.record.final, lambda: take.record)
    assert take.status == "needs_you"
    assert "does not say which key sent it" in take.problem
    assert len(take.candidates) == theirs
    library.close()


def test_the_library_holds_no_key_and_the_fingerprint_is_salted(
    service: TwoAccounts, tmp_path: Path, use: Callable[[str], None]
) -> None:
    use("kurz")  # a word of a class: short enough to be guessed, if guessing were cheap
    prints = []
    for name in ("one", "two"):
        library = Library(tmp_path / name)
        take = Take(ask(library, service.origin).id, library)
        prints.append(take.record.account)
        library.close()
        assert b"kurz" not in (tmp_path / name / "library.db").read_bytes()
    assert None not in prints
    assert prints[0] != prints[1]
    state = Path(os.environ["KLING_STATE"])
    assert not [path for path in state.rglob("*") if b"kurz" in path.read_bytes()]
