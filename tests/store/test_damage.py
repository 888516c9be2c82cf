"""A damaged library is refused and left as it is; a row that can't be read costs that row, and no more."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from kling_widget import Library
from kling_widget.errors import KlingError, LibraryDamaged, LibraryError
from kling_widget.practice import PracticeServer
from kling_widget.request.budget import Budget
from kling_widget.request.money import micros
from kling_widget.settings import Key
from kling_widget.store import Limits, Record, Store, integrity
from kling_widget.store.claims import Claims, ClaimsUnusable
from kling_widget.store.history import COLUMNS, MORE, history, ledger, readable, reads
from kling_widget.store.record import fresh_id, now_ms
from kling_widget.store.take_filter import TakeFilter
from kling_widget.widgets.history import cards
from tests.made import a_record, put_take
from tests.promises.world import a_service, admit

LIVE = "https://api.wavespeed.ai"
KEY = Key("wsk_canary_of_a_damaged_library")
FEW = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def fill(store: Store) -> list[Record]:
    """Put takes of many kinds into a library: finished, charged, tagged, waiting, in doubt, a tool's run."""
    made = []
    for number, state in enumerate(("completed", "completed", "failed", "intent", "unknown", "needs_you", "accepted")):
        at = now_ms() - 1000 * number
        record = a_record(
            f"A moon, number {number}",
            at=at,
            state=state,
            service=LIVE,
            prediction=f"p{number}" if state in ("completed", "failed", "accepted") else None,
            charge=None,
            settled=False,
            finished_at=at if state in ("completed", "failed") else None,
            tags=("hero", "été") if number == 0 else (),
            candidates='[{"id": "q"}]' if state == "needs_you" else "",
            answer="{}" if state == "accepted" else None,
            accepted_at=at if state == "accepted" else None,
            file=f"takes/{number}.mp4" if state == "completed" else None,
        )
        made.append(put_take(store, record))
    for record in made[:2]:
        lease = store.leases.claim_one(record.id, "me", for_ms=60_000)
        assert lease is not None
        store.change(lease, charge=micros("0.56"), settled=True)
    store.add(a_record("An enhanced prompt", kind="tool", charge=None, outputs='["better"]'))
    store.elements.add("Mara", "123", service=LIVE, note="a heroine")
    store.ledger.set_budget(Budget(day=micros("50")))
    store.accounts.of(KEY)
    store.accounts.join("a" * 32, "b" * 32)
    store.sent_back(replace(made[6], account="c" * 32), Limits(10, 10), 5.0)
    return made


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sound library's folder, never changed."""
    folder = tmp_path_factory.mktemp("sound")
    store = Store.in_folder(folder)
    fill(store)
    store.close()
    return folder


@pytest.fixture
def library(sound: Path, tmp_path: Path) -> Path:
    """A copy of it, to be damaged."""
    shutil.copyfile(sound / "library.db", tmp_path / "library.db")
    return tmp_path


def used(folder: Path) -> str:
    """Do with a library all that its faces and its engine do: only words may come. Gives what opening said."""
    database = folder / "library.db"
    before = database.read_bytes() if database.is_file() else b""
    beside = {path.name for path in folder.iterdir()}
    try:
        store = Store.in_folder(folder)
    except LibraryError as refused:
        assert (database.read_bytes() if database.is_file() else b"") == before
        assert {path.name for path in folder.iterdir()} == beside
        return str(refused)
    try:
        _read(store)
        _write(store)
        _read(store)
    finally:
        store.close()
    return ""


def _read(store: Store) -> None:
    def shown() -> None:
        for record in (*store.page(limit=None), *store.page(kind="tool"), *store.changed_since(0)):
            cards.card(record, store.zone)
            assert store.get(record.id).id == record.id

    def told() -> None:
        columns = (*COLUMNS, *MORE)
        found = store.columns(reads(columns))
        try:
            history(found, store.zone, columns)
        except Exception:  # noqa: BLE001  as the library does
            whole, others = readable(reads(columns), found)
            assert others
            history(whole, store.zone, columns)

    for read in (
        shown,
        told,
        lambda: store.ledger.spent(),
        lambda: store.ledger.budget,
        lambda: ledger(store.ledger.entries(), store.zone),
        lambda: store.elements.all(),
        lambda: store.ended(now_ms()),
        lambda: store.settled(0),
        lambda: store.adopted(),
        lambda: store.answers(LIVE),
        lambda: store.page(TakeFilter(text="moon", states=("completed",))),
        lambda: store.has_open(),
        lambda: store.learned_limits,
        lambda: store.accounts.of(KEY),
        lambda: store.accounts.same("a" * 32),
        lambda: store.accounts.beginning(""),
        lambda: store.leases.tended(store.page()[0].id),
    ):
        with contextlib.suppress(KlingError):
            read()


def _write(store: Store) -> None:
    with contextlib.suppress(KlingError):
        for lease in store.leases.claim("engine", for_ms=60_000):
            with contextlib.suppress(KlingError):
                store.begin_sending(lease, Limits(), "a" * 32)
            with contextlib.suppress(KlingError):
                store.change(lease, charge=micros("0.20"), trouble="…")
        store.leases.release("engine")
    with contextlib.suppress(KlingError):
        record = store.add(a_record("One more", id=fresh_id(now_ms()), service=LIVE, state="intent", charge=None))
        store.leases.claim_one(record.id, "engine", for_ms=1)
        store.annotate(record.id, note="one more")


# Whole files


def flipped(whole: bytes, at: int, to: int) -> bytes:
    return whole[:at] + bytes([whole[at] ^ (to or 1)]) + whole[at + 1 :]


@FEW
@given(st.data())
def test_whatever_became_of_the_bytes_nothing_comes_but_words(sound: Path, tmp_path: Path, data: st.DataObject) -> None:
    whole = (sound / "library.db").read_bytes()
    at = data.draw(st.integers(0, len(whole) - 1), "at")
    how = data.draw(st.sampled_from(("flip", "cut", "zeros", "noise")), "how")
    length = data.draw(st.integers(1, 9000), "length")
    (tmp_path / "library.db").write_bytes(
        {
            "flip": lambda: flipped(whole, at, data.draw(st.integers(1, 255), "to")),
            "cut": lambda: whole[:at],
            "zeros": lambda: whole[:at] + bytes(len(whole[at : at + length])) + whole[at + length :],
            "noise": lambda: whole[:at] + data.draw(st.binary(min_size=1, max_size=64)) + whole[at + 64 :],
        }[how]()
    )
    (tmp_path / "library.db-journal").unlink(missing_ok=True)
    used(tmp_path)


def zeros(folder: Path) -> None:
    path = folder / "library.db"
    path.write_bytes(bytes(path.stat().st_size))


def a_folder(folder: Path) -> None:
    (folder / "library.db").unlink()
    (folder / "library.db").mkdir()


def cut_off(folder: Path) -> None:
    path = folder / "library.db"
    path.write_bytes(path.read_bytes()[:-4096])


def nothing_left(folder: Path) -> None:
    (folder / "library.db").write_bytes(b"")
    (folder / "takes").mkdir()
    (folder / "takes" / "t0.mp4").write_bytes(b"a paid clip")


def of_another_program(folder: Path) -> None:
    (folder / "library.db").unlink()
    with contextlib.closing(sqlite3.connect(folder / "library.db")) as base:
        base.executescript("CREATE TABLE bookmarks (url TEXT); INSERT INTO bookmarks VALUES ('x');")


def changed(*statements: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        with contextlib.closing(sqlite3.connect(folder / "library.db", isolation_level=None)) as base:
            for statement in statements:
                base.execute(statement)

    return change


def a_foreign_journal(folder: Path) -> None:
    """A journal of another database, of the same kind, beside ours: going back by it would write that one's pages."""
    other = folder / "other"
    other.mkdir()
    store = Store.in_folder(other)
    for _ in range(3):
        fill(replace_names(store))
    store.close()
    with contextlib.closing(sqlite3.connect(other / "library.db", isolation_level=None)) as base:
        base.execute("PRAGMA cache_size=1")
        base.execute("BEGIN IMMEDIATE")
        base.execute("UPDATE takes SET note = note || hex(randomblob(3000))")
        shutil.copyfile(other / "library.db-journal", folder / "library.db-journal")
        base.execute("ROLLBACK")
    shutil.rmtree(other)


def replace_names(store: Store) -> Store:
    """Make room for the same takes once more."""
    with contextlib.closing(sqlite3.connect(str(store._engine.url.database), isolation_level=None)) as base:
        base.execute("UPDATE takes SET prediction = NULL")
        base.execute("DELETE FROM elements")
    return store


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PracticeServer]:
    with a_service(tmp_path_factory.mktemp("service")) as server:
        admit(server.url)
        yield server


REFUSED: dict[str, Callable[[Path], None]] = {
    "zeros": zeros,
    "a folder": a_folder,
    "cut off": cut_off,
    "nothing left": nothing_left,
    "another program's": of_another_program,
    "a table is missing": changed("DROP TABLE ledger"),
    "a column is missing": changed("ALTER TABLE takes DROP COLUMN charge"),
    "nothing keeps predictions apart": changed(
        "CREATE TABLE t AS SELECT * FROM takes", "DROP TABLE takes", "ALTER TABLE t RENAME TO takes"
    ),
    "no version": changed("DELETE FROM meta WHERE name = 'schema'"),
    "an odd version": changed("UPDATE meta SET value = 'two' WHERE name = 'schema'"),
    "an odd revision": changed("UPDATE meta SET value = 9223372036854775807 WHERE name = 'revision'"),
    "a trigger": changed("CREATE TRIGGER again AFTER UPDATE ON takes BEGIN UPDATE takes SET state = 'intent'; END"),
    "a foreign journal": a_foreign_journal,
    "no salt": changed("UPDATE settings SET value = 'zz' WHERE name = 'account_salt'"),
    "half a salt": changed("UPDATE settings SET value = substr(value, 1, 16) WHERE name = 'account_salt'"),
    "a salt of bytes": changed("UPDATE settings SET value = x'ff00' WHERE name = 'account_salt'"),
    "accounts that are no JSON": changed("UPDATE settings SET value = '{' WHERE name = 'same_accounts'"),
    "accounts without end": changed(f"UPDATE settings SET value = '{'[' * 100_000}' WHERE name = 'same_accounts'"),
    "accounts of numbers": changed("UPDATE settings SET value = '[[1, 2]]' WHERE name = 'same_accounts'"),
    "accounts of bytes": changed("UPDATE settings SET value = x'5b5d' WHERE name = 'same_accounts'"),
}


@pytest.mark.parametrize("damage", REFUSED.values(), ids=REFUSED.keys())
def test_a_damaged_library_is_refused_left_as_it_was_and_sends_nothing(
    library: Path, damage: Callable[[Path], None], service: PracticeServer
) -> None:
    changed(f"UPDATE takes SET service = '{service.url}'")(library)
    damage(library)
    said = used(library)
    assert "can't be used" in said
    assert "nothing was sent" in said
    with pytest.raises(LibraryDamaged, match=r"Library\.rescue"):
        Library(library)
    assert service.view()["posts"] == []


def test_a_write_that_was_cut_off_is_taken_back_as_before(library: Path) -> None:
    with contextlib.closing(sqlite3.connect(library / "library.db", isolation_level=None)) as base:
        base.execute("PRAGMA cache_size=1")
        base.execute("BEGIN IMMEDIATE")
        base.execute("UPDATE takes SET note = hex(randomblob(9000))")
        halfway = {name: (library / name).read_bytes() for name in ("library.db", "library.db-journal")}
        base.execute("ROLLBACK")
    for name, content in halfway.items():
        (library / name).write_bytes(content)
    store = Store.in_folder(library)
    assert {record.note for record in store.page()} == {""}
    store.close()


def test_a_large_library_is_looked_through_before_it_sends(library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(integrity, "_LARGE", 0)
    monkeypatch.setattr(integrity, "_SMALL", 0)
    database = library / "library.db"
    with contextlib.closing(sqlite3.connect(database)) as base:
        (root,) = base.execute("SELECT rootpage FROM sqlite_master WHERE name = 'media'").fetchone()
    whole = bytearray(database.read_bytes())
    whole[(root - 1) * 4096 : (root - 1) * 4096 + 8] = b"\xff" * 8
    database.write_bytes(whole)
    store = Store.in_folder(library)
    waiting = next(record for record in store.page() if record.state == "intent")
    lease = store.leases.claim_one(waiting.id, "me", for_ms=60_000)
    assert lease is not None
    for _ in range(2):
        with pytest.raises(LibraryDamaged, match="nothing was sent"):
            store.begin_sending(lease, Limits())
    assert store.get(waiting.id).state == "intent"
    with pytest.raises(LibraryDamaged):
        store.annotate(waiting.id, note="written into a damaged library")
    store.close()


@pytest.mark.parametrize("change", ["", "CREATE TABLE more (x)"], ids=["held", "written to"])
def test_a_library_that_is_locked_is_not_called_damaged(
    library: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    monkeypatch.setattr(integrity, "_PATIENCE_S", 0.1)
    with contextlib.closing(sqlite3.connect(library / "library.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        other.execute(change)
        with pytest.raises(LibraryError, match=r"locked.*nothing was sent") as refused:
            Library(library)
        assert not isinstance(refused.value, LibraryDamaged)
    Library(library, tend=False).close()


def test_one_that_is_locked_before_the_first_take_is_sent_is_looked_through_later(
    library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(integrity, "_LARGE", 0)
    monkeypatch.setattr(integrity, "_SMALL", 0)
    monkeypatch.setattr(integrity, "_PATIENCE_S", 0.1)
    store = Store.in_folder(library)
    waiting = next(record for record in store.page() if record.state == "intent")
    lease = store.leases.claim_one(waiting.id, "me", for_ms=60_000)
    assert lease is not None
    with contextlib.closing(sqlite3.connect(library / "library.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(LibraryError, match="locked") as refused:
            store.begin_sending(lease, Limits())
        assert not isinstance(refused.value, LibraryDamaged)
    sent = store.begin_sending(lease, Limits())
    assert isinstance(sent, Record)
    store.close()


_A_DISK_THAT_IS_FULL_FOR_A_MOMENT = """
import resource
import sys
from pathlib import Path

from kling_widget.errors import LibraryDamaged, LibraryError
from kling_widget.store import Store

store = Store.in_folder(Path(sys.argv[1]))
before = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
try:
    store.keep("draft", "of a moon")
except LibraryError as error:
    assert not isinstance(error, LibraryDamaged), error
    assert "at the moment" in str(error), error
else:
    raise AssertionError("the disk took it")
resource.setrlimit(resource.RLIMIT_FSIZE, before)
store.keep("draft", "of a fox")
assert store.value("draft") == "of a fox"
"""


@pytest.mark.skipif(sys.platform == "win32", reason="the limit on a file's size is POSIX's")
def test_a_disk_that_fails_for_a_moment_is_written_to_again(library: Path) -> None:
    command = [sys.executable, "-c", _A_DISK_THAT_IS_FULL_FOR_A_MOMENT, str(library)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert ran.returncode == 0, ran.stderr


# Rows

ODD = st.one_of(
    st.none(),
    st.sampled_from([2**63 - 1, -(2**63), 2**53 + 1, -1, 0, 1e300, -1e300, 0.5, 10**17, 253402300800000]),
    st.sampled_from(
        ["", "nonsense", "[1]", "{", "[" * 2000, '{"prompt": 7}', "../../x", "\0", "NaN", "[{}]", "{}, {}"]
    ),
    st.binary(max_size=8),
    st.integers(-(2**63), 2**63 - 1),
    st.text(max_size=8),
)
TABLES = ("takes", "takes", "takes", "ledger", "spend", "budget", "leases", "settings", "elements", "meta")


def put(database: Path, table: str, column: str, rowid: int, value: Any) -> bool:
    """Put any value into any column of a row, null where none may be too, and bytes that are no text."""
    with contextlib.closing(sqlite3.connect(database, isolation_level=None)) as base:
        try:
            base.execute("PRAGMA writable_schema = ON")
            before = base.execute("SELECT sql FROM sqlite_master WHERE name = ?", (table,)).fetchone()[0]
            loose = before.replace(" NOT NULL", "")
            base.execute("UPDATE sqlite_master SET sql = ? WHERE name = ?", (loose, table))
            base.close()
            with contextlib.closing(sqlite3.connect(database, isolation_level=None)) as again:
                if isinstance(value, bytes):
                    again.execute(f"UPDATE {table} SET {column} = CAST(? AS TEXT) WHERE rowid = ?", (value, rowid))
                else:
                    again.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", (value, rowid))
                again.execute("PRAGMA writable_schema = ON")
                again.execute("UPDATE sqlite_master SET sql = ? WHERE name = ?", (before, table))
        except sqlite3.IntegrityError:
            return False
    return True


@FEW
@given(st.data())
def test_whatever_a_row_holds_it_costs_that_row_and_no_other(sound: Path, tmp_path: Path, data: st.DataObject) -> None:
    database = tmp_path / "library.db"
    shutil.copyfile(sound / "library.db", database)
    table = data.draw(st.sampled_from(TABLES), "table")
    with contextlib.closing(sqlite3.connect(database)) as base:
        columns = [row[1] for row in base.execute(f"PRAGMA table_info({table})")]
        rowids = [row[0] for row in base.execute(f"SELECT rowid FROM {table}")]
        takes = base.execute("SELECT count(*) FROM takes WHERE kind = 'clip'").fetchone()[0]
    column, rowid = data.draw(st.sampled_from(columns), "column"), data.draw(st.sampled_from(rowids), "row")
    value = data.draw(ODD, "value")
    assume(put(database, table, column, rowid, value))
    if used(tmp_path):
        assert table in ("meta", "takes", "settings"), "only what a library can't do without is refused"
        return
    store = Store.in_folder(tmp_path)
    shown = [record for record in store.page(limit=None) if record.words != "One more"]
    assert len(shown) >= takes - 1
    store.ledger.spent()
    store.close()


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("inputs", "{"),
        ("inputs", "[1]"),
        ("inputs", "[" * 100_000),
        ("tags", "7"),
        ("confirmed_at", 10**17),
        ("confirmed_at", "yesterday"),
        ("estimate", 2**63 - 1),
        ("estimate", 0.5),
        ("words", b"\xff\xfe"),
        ("words", None),
        ("state", "nonsense"),
        ("rating", "five"),
        ("id", "../../x"),
        ("seconds", None),
        ("service", b"\xff"),
        ("service", "https://[::1"),
        ("service", "http://127.0.0.1:port"),
        ("candidates", "7"),
    ],
)
def test_a_row_that_can_not_be_read_is_said_and_the_others_are_shown(library: Path, column: str, value: Any) -> None:
    assert put(library / "library.db", "takes", column, 1, value)
    opened = Store.in_folder(library)
    before = opened.ledger.spent()
    assert len(opened.page(limit=None)) == 6
    assert len(opened.unreadable) == 1
    assert f"its {column} " in next(iter(opened.unreadable.values()))
    assert before.today + before.total > 0
    opened.close()


def test_panel_history_and_worker_go_on_beside_a_row_that_can_not_be_read(tmp_path: Path) -> None:
    from kling_widget import Studio, generate

    library = Library(tmp_path / "library")
    first = generate("A red fox", duration=3, library=library, practice=True).wait(120)
    second = generate("A blue fox", duration=3, library=library, practice=True).wait(120)
    with contextlib.closing(sqlite3.connect(library.folder / "library.db", isolation_level=None)) as base:
        base.execute("UPDATE takes SET inputs = '{', settled = 0, state = 'intent' WHERE id = ?", (first.id,))
    with pytest.warns(UserWarning, match=f"row of take {first.id} can't be read"):
        table = library.history()
    assert list(table["id"]) == [second.id]
    with pytest.raises(LibraryError, match="left as it is"):
        library.take(first.id)
    studio = Studio(library)
    assert [card["id"] for card in studio._shelf.cards] == [second.id]
    assert first.id in studio._header.notice
    third = generate("A green fox", duration=3, library=library, practice=True).wait(120)
    assert third.status == "completed"
    studio.close()
    library.close()


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("amount", "much"),
        ("amount", -1),
        ("amount", None),
        ("cap", "dxy"),
        ("cap", ""),
        ("cap", b"\xff"),
        ("cap", None),
    ],
)
def test_a_cap_that_can_not_be_read_lets_nothing_through(library: Path, column: str, value: Any) -> None:
    assert put(library / "library.db", "budget", column, 1, value)
    store = Store.in_folder(library)
    with pytest.raises(LibraryError, match=r"\$0\.00"):
        store.add(a_record("One more", id=fresh_id(now_ms()), state="intent", charge=None))
    store.close()


@pytest.mark.parametrize(
    ("column", "value"), [("amount", "much"), ("amount", None), ("day", "nonsense"), ("day", b"\xff"), ("day", None)]
)
def test_totals_that_can_not_be_read_are_counted_from_the_ledger(library: Path, column: str, value: Any) -> None:
    store = Store.in_folder(library)
    before = store.ledger.spent()
    store.close()
    assert put(library / "library.db", "spend", column, 1, value)
    store = Store.in_folder(library)
    assert store.ledger.spent() == before
    take = next(record for record in store.page() if record.state == "failed")
    lease = store.leases.claim_one(take.id, "me", for_ms=60_000)
    assert lease is not None
    store.change(lease, charge=micros("0.56"))
    after = store.ledger.spent()
    assert after.total == before.total + micros("0.56")
    store.close()


@pytest.mark.parametrize("value", ["zz", "", b"\xff", None, "A" * 32])
def test_a_salt_that_breaks_while_a_library_is_open_is_said_in_words(library: Path, value: Any) -> None:
    store = Store.in_folder(library)
    assert put(library / "library.db", "settings", "value", row_of(library, "account_salt"), value)
    for _ in range(2):
        with pytest.raises(LibraryDamaged, match="account_salt can't be read"):
            store.accounts.of(KEY)
    store.close()


@pytest.mark.parametrize("value", ["{", "", "[" * 100_000, "7", "[[7]]", '[[["a"]]]', b"\xff", None])
def test_accounts_that_break_while_a_library_is_open_are_said_in_words_and_send_nothing(
    library: Path, value: Any
) -> None:
    store = Store.in_folder(library)
    waiting = next(record for record in store.page() if record.state == "intent")
    with contextlib.closing(sqlite3.connect(library / "library.db", isolation_level=None)) as base:
        base.execute("UPDATE takes SET account = ? WHERE id = ?", ("a" * 32, waiting.id))
    lease = store.leases.claim_one(waiting.id, "me", for_ms=60_000)
    assert lease is not None
    assert put(library / "library.db", "settings", "value", row_of(library, "same_accounts"), value)
    for use in (
        lambda: store.accounts.same("a" * 32),
        lambda: store.accounts.join("a" * 32, "c" * 32),
        lambda: store.begin_sending(lease, Limits(2, 2)),
    ):
        with pytest.raises(LibraryDamaged, match="same_accounts can't be read"):
            use()
    assert store.get(waiting.id).state == "intent"
    store.close()


def row_of(library: Path, setting: str) -> int:
    with contextlib.closing(sqlite3.connect(library / "library.db")) as base:
        return int(base.execute("SELECT rowid FROM settings WHERE name = ?", (setting,)).fetchone()[0])


@pytest.mark.parametrize(
    ("column", "value"),
    [("owner", None), ("until", None), ("until", "never"), ("token", None), ("token", "one"), ("token", b"\xff")],
)
def test_a_lease_that_can_not_be_read_leaves_no_take_untended(library: Path, column: str, value: Any) -> None:
    store = Store.in_folder(library)
    takes = {lease.take for lease in store.leases.claim("me", for_ms=60_000)}
    store.leases.release("me")
    with contextlib.closing(sqlite3.connect(library / "library.db")) as base:
        (take, rowid) = base.execute("SELECT take, rowid FROM leases WHERE take IN (SELECT id FROM takes)").fetchone()
    assert put(library / "library.db", "leases", column, rowid, value)
    assert store.leases.tended(take) is False
    assert {lease.take for lease in store.leases.claim("you", for_ms=60_000)} == takes
    store.close()


def test_takes_that_were_sent_at_no_moment_hold_up_no_other(library: Path) -> None:
    store = Store.in_folder(library)
    waiting = next(record for record in store.page() if record.state == "intent")
    with contextlib.closing(sqlite3.connect(library / "library.db", isolation_level=None)) as base:
        base.execute("UPDATE takes SET state = 'failed', submitted_at = 'never' WHERE id <> ?", (waiting.id,))
    lease = store.leases.claim_one(waiting.id, "me", for_ms=60_000)
    assert lease is not None
    assert isinstance(store.begin_sending(lease, Limits(2, 2)), Record)
    store.close()


@pytest.mark.parametrize(
    "value",
    [
        *("{", "[" * 100_000, "7", "null", b"\xff"),
        *('{"a_minute": 0, "at": 1, "until": 1}', '{"a_minute": -9, "at": 1, "until": 1}'),
        *('{"a_minute": 1e400, "at": 1, "until": 1}', '{"a_minute": 1, "at": 7000000000000, "until": 1}'),
        *('{"a_minute": 1, "at": 1, "until": 1, "at_once": 0}', '{"a_minute": 1, "at": 1}'),
    ],
)
def test_a_limit_that_can_not_be_read_is_learned_anew(library: Path, value: Any) -> None:
    with contextlib.closing(sqlite3.connect(library / "library.db")) as base:
        name = base.execute("SELECT name FROM settings WHERE name LIKE 'limit %'").fetchone()[0]
        base.execute("UPDATE takes SET account = ? WHERE state = 'intent'", ("c" * 32,))
        base.commit()
    store = Store.in_folder(library)
    assert len(store.learned_limits) == 1
    assert put(library / "library.db", "settings", "value", row_of(library, name), value)
    assert store.learned_limits == {}
    waiting = next(record for record in store.page() if record.state == "intent")
    lease = store.leases.claim_one(waiting.id, "me", for_ms=60_000)
    assert lease is not None
    assert isinstance(store.begin_sending(lease, Limits(9, 9)), Record)
    store.close()


@pytest.mark.parametrize("value", ["zz", "", "ff", None, b"\xff\x00"])
def test_claims_whose_salt_can_not_be_read_are_unusable_in_words(tmp_path: Path, value: Any) -> None:
    claims, record = Claims(tmp_path, tmp_path), a_record()
    claims.sending(record, KEY)
    with contextlib.closing(sqlite3.connect(tmp_path / "claims.db", isolation_level=None)) as base:
        base.executescript("DROP TABLE salt; CREATE TABLE salt (value);")
        base.execute("INSERT INTO salt VALUES (?)", (value,))
    with pytest.raises(ClaimsUnusable):
        claims.sending(record, KEY)
    assert claims.rivals(record) == 0  # asked of no account, so of no salt


# Rescue


def test_a_rescue_leaves_settings_behind_that_would_be_refused(
    library: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    changed("UPDATE settings SET value = '{' WHERE name IN ('account_salt', 'same_accounts')")(library)
    target = tmp_path_factory.mktemp("rescued") / "library"
    found = Library.rescue(library, target)
    assert "account_salt was left out" in str(found)
    assert "same_account(" in str(found)
    store = Store.in_folder(target)
    assert store.accounts.of(KEY)
    store.close()


def test_a_rescue_brings_over_what_can_be_read_and_says_what_can_not(
    library: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    (library / "takes").mkdir()
    (library / "takes" / "0.mp4").write_bytes(b"a clip")
    (library / "takes" / "out.mp4").symlink_to("/etc/hostname")
    put(library / "library.db", "takes", "note", 2, b"\xff\xfe")
    put(library / "library.db", "takes", "inputs", 3, "{")
    changed("DROP TABLE budget")(library)
    before = {path: path.read_bytes() for path in library.rglob("*") if path.is_file() and not path.is_symlink()}
    store_total = 2 * micros("0.56")
    target = tmp_path_factory.mktemp("rescued") / "library"
    found = Library.rescue(library, target)
    assert {path: path.read_bytes() for path in before} == before
    assert found.takes == 7
    assert found.files == 1
    said = str(found)
    assert "without its note" in said
    assert "its inputs can't be read" in said
    assert "out.mp4 is a link" in said
    store = Store.in_folder(target)
    states = {record.words: record.state for record in store.page(limit=None)}
    assert len(states) == 6
    assert states["A moon, number 3"] == "cancelled"
    assert store.get(next(r.id for r in store.page() if r.state == "cancelled")).trouble.startswith("It waited")
    assert sum(e["amount"] for e in store.ledger.entries() if e["kind"] == "charge") == store_total
    assert store.elements.all()[0].name == "Mara"
    store.close()


def test_a_rescue_reads_around_pages_that_are_gone(tmp_path: Path) -> None:
    (tmp_path / "library").mkdir()
    store = Store.in_folder(tmp_path / "library")
    for number in range(60):
        store.adopt(a_record(f"Number {number} " + "word " * 700, at=1_790_000_000_000 + number))
    store.close()
    database = tmp_path / "library" / "library.db"
    whole = bytearray(database.read_bytes())
    with contextlib.closing(sqlite3.connect(database)) as base:
        pages = len(whole) // 4096
        assert base.execute("PRAGMA page_size").fetchone() == (4096,)
    middle = pages // 2 * 4096
    whole[middle : middle + 8192] = bytes(8192)
    database.write_bytes(whole)
    found = Library.rescue(tmp_path / "library", tmp_path / "rescued")
    assert bytes(whole) == database.read_bytes()
    assert found.takes >= 40
    Store.in_folder(tmp_path / "rescued").close()


@FEW
@example(b"")
@example(b"no database")
@given(st.binary(max_size=200))
def test_a_rescue_of_anything_ends_in_words(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    folder = tmp_path_factory.mktemp("anything")
    (folder / "library").mkdir()
    (folder / "library" / "library.db").write_bytes(content)
    found = Library.rescue(folder / "library", folder / "rescued")
    assert found.takes == 0
    assert (folder / "library" / "library.db").read_bytes() == content


def test_a_rescue_writes_over_nothing(library: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    full = tmp_path_factory.mktemp("full")
    (full / "mine.txt").write_text("mine")
    for target in (full, library, library / "inside"):
        with pytest.raises(LibraryError, match="Nothing was written"):
            Library.rescue(library, target)
    with pytest.raises(LibraryError, match="There is no library"):
        Library.rescue(full / "nowhere", full / "new")
