"""Libraries merged: nothing lost, nothing twice, in whatever order, and killed anywhere both are whole."""

from __future__ import annotations

import hashlib
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select, update

from kling_widget import Library, sweep
from kling_widget.analysis.votes import Vote
from kling_widget.errors import LibraryDamaged, LibraryError, LibraryTooNew, NoSuchTake, OverBudget
from kling_widget.library.merging import Merged
from kling_widget.request.money import Micros
from kling_widget.store import Record, Store, ledger
from kling_widget.store.database import read_only, writing
from kling_widget.store.layout import DATABASE
from kling_widget.store.library_settings import read, write
from kling_widget.store.media import media
from kling_widget.store.record import now_ms
from kling_widget.store.schema import cells, spend, sweeps, takes
from kling_widget.store.schema import ledger as entries
from tests import mp4s
from tests.made import a_record
from tests.store.test_migrations import OLD

LIVE = "https://api.wavespeed.ai"
AT = 1_790_000_000_000
FILM = [mp4s.film(frames=count) for count in (3, 4, 5)]


def a_film(number: int) -> bytes:
    return FILM[number % len(FILM)]


def put(folder: Path, record: Record, clip: bytes = FILM[0]) -> Record:
    """Put a take that has ended into the library of a folder, with its clip and its money."""
    store = Store.in_folder(folder)
    with closing(store):
        if record.state == "completed":
            files = {"takes": f"takes/{record.id}.mp4", "posters": f"posters/{record.id}.jpg"}
            for place, name in {**files, "strips": f"strips/{record.id}.jpg"}.items():
                (folder / place).mkdir(exist_ok=True)
                (folder / name).write_bytes(clip if place == "takes" else place.encode() + record.id.encode())
            digest = hashlib.sha256(clip).hexdigest()
            record = replace(record, file=files["takes"], poster=files["posters"], bytes=len(clip), sha256=digest)
        added = store.add(replace(record, state="intent", charge=None, refund=None, settled=False))
        with writing(store._engine) as connection:
            ledger.book(connection, added.id, {"charge": record.charge, "refund": record.refund}, store.zone)
            columns = {"charge": record.charge, "refund": record.refund, "settled": record.settled}
            connection.execute(update(takes).where(takes.c.id == added.id).values(state=record.state, **columns))
        return store.get(added.id)


def a_take(number: int = 0, **given: Any) -> Record:
    at = AT + number * 1000
    usual: dict[str, Any] = {"service": LIVE, "settled": True, "prediction": f"p{number}", "finished_at": at}
    return a_record(f"Fox {number}", at=at, **{**usual, **given})


def held(folder: Path) -> dict[str, Any]:
    """All that a library holds, without what tells when it came."""
    with closing(Store.in_folder(folder)) as store, read_only(store._engine) as connection:
        rows = [dict(row._mapping) for row in connection.execute(select(takes).order_by(takes.c.id))]
        money = connection.execute(select(entries.c.take, entries.c.kind, entries.c.amount, entries.c.at)).all()
        totals = {(row.service, row.day): row.amount for row in connection.execute(select(spend))}
        of_sweeps = connection.execute(select(cells.c.sweep, cells.c.cell, cells.c.attempt, cells.c.take)).all()
        uploads = connection.execute(select(media.c.url, media.c.sha256)).all()
        found = {
            "takes": [{name: row[name] for name in row if name != "revision"} for row in rows],
            "ledger": sorted(map(tuple, money)),
            "spend": totals,
            "votes": store.votes.among(),
            "cells": sorted(map(tuple, of_sweeps)),
            "elements": [(one.name, one.element_id) for one in store.elements.all()],
            "media": sorted(map(tuple, uploads)),
        }
    return found | {"files": files(folder)}


def files(folder: Path) -> dict[str, str]:
    places = ("takes", "posters", "strips", "media", "kept")
    found = [path for place in places for path in (folder / place).glob("*") if not path.name.startswith(".")]
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


def whole(folder: Path) -> bool:
    with closing(sqlite3.connect(folder / DATABASE)) as base:
        return bool(base.execute("PRAGMA integrity_check").fetchone() == ("ok",))


@pytest.fixture
def open_library(tmp_path: Path) -> Iterator[Callable[[str], Library]]:
    with ExitStack() as stack:
        yield lambda name: stack.enter_context(closing(Library(tmp_path / name, tend=False)))


def full(folder: Path) -> list[Record]:
    """A library with something of everything; returns its takes, the one that is under way last."""
    folder.mkdir(exist_ok=True)
    with closing(Store.in_folder(folder)) as store:
        store.elements.add("Mara", "77", service=LIVE, take="")
        (folder / "media").mkdir()
        picture = b"a picture"
        sha = hashlib.sha256(picture).hexdigest()
        (folder / "media" / f"{sha}.png").write_bytes(picture)
        row = {"sha256": sha, "service": LIVE, "url": "https://cdn.example/fox.png", "name": "fox.png", "bytes": 9}
        with writing(store._engine) as connection:
            connection.execute(insert(media).values(**row, type="image/png", uploaded_at=AT))
    inputs = {"image": "https://cdn.example/fox.png", "element_list": [{"element_id": "77"}]}
    first = put(folder, a_take(1, inputs=inputs, rating=4, tags=("hero",), note="नोट 🦊"), a_film(1))
    second = put(folder, a_take(2, parent=first.id, charge=Micros(900_000), refund=Micros(100_000)), a_film(2))
    failed = put(folder, a_take(3, state="failed", charge=None))
    tool = put(folder, a_take(4, kind="tool", charge=Micros(10_000), state="failed"))
    open_one = put(folder, a_take(5, state="processing", settled=False, charge=None))
    with closing(Store.in_folder(folder)) as store:
        store.votes.add([Vote(first.id, second.id, "left", "ann", 1_790_000_000.5, "v1")])
        sweep_row = {"id": "s1", "digest": "d1", "service": LIVE, "template": "t", "expansion": "{}", "frozen_at": AT}
        cell = {"sweep": "s1", "attempt": 0, "model": "m", "inputs": "{}", "seconds": 5, "estimate": 100}
        with writing(store._engine) as connection:
            connection.execute(insert(sweeps).values(**sweep_row, allowance=300))
            for number, take in enumerate([first.id, second.id, None]):
                connection.execute(insert(cells).values(**cell, cell=f"c{number}", number=number, take=take))
            lost = [{"take": "t-lost", "service": LIVE, "at": AT, "kind": "charge", "amount": 5_000}]
            connection.execute(insert(entries), lost)
            ledger.recount(connection, store.zone)
    return [first, second, failed, tool, open_one]


def test_all_of_a_library_comes_and_what_is_under_way_stays(
    tmp_path: Path, open_library: Callable[[str], Library]
) -> None:
    *ended, open_one = full(tmp_path / "theirs")
    before = held(tmp_path / "theirs")
    mine = open_library("mine")
    put(mine.folder, a_take(9))
    said = mine.merge(tmp_path / "theirs")
    assert (said.takes, said.there, list(said.left), said.notes) == (3, 0, [open_one.id], ())
    assert str(said).startswith("3 takes came, 0 were here already, 1 stay there.\nTake t")
    assert "it is processing there, and can come when it has ended" in str(said)
    assert held(tmp_path / "theirs") == before
    after = held(mine.folder)
    theirs = {row["id"]: row for row in before["takes"]}
    ids = {one.id for one in ended}
    assert {row["id"]: row for row in after["takes"] if row["id"] in ids} == {take: theirs[take] for take in ids}
    assert after["files"].items() >= before["files"].items()
    assert (after["votes"], after["elements"], after["media"]) == (
        before["votes"], before["elements"], before["media"],
    )  # fmt: skip
    assert after["cells"] == [one for one in before["cells"] if one[3]]
    assert mine.takes(text="fox 2")[0].parent == mine[ended[0].id]
    assert mine._gateway.sweeps.get("s1").stopped  # what waits in it is their own library's to begin
    again = mine.merge(tmp_path / "theirs")
    assert (again.takes, again.there, list(again.left)) == (0, 3, [open_one.id])
    assert held(mine.folder) == after


def test_money_goes_with_its_take_once(tmp_path: Path, open_library: Callable[[str], Library]) -> None:
    full(tmp_path / "theirs")
    mine, theirs = open_library("mine"), open_library("theirs")
    mine.cap(library=1)
    mine.merge(theirs)
    mine.merge(theirs)
    # 0.56 + (0.90 - 0.10) + 0.01 of the tool + 0.005 of the take that is lost; the one under way stays with its own
    assert str(mine.spent().total) == "1.375"
    assert mine.spend().groupby("kind").dollars.sum().round(6).to_dict()["charge"] == 1.475
    with closing(Store.in_folder(mine.folder)) as store, writing(store._engine) as connection:
        totals = dict(held(mine.folder)["spend"])
        ledger.recount(connection, store.zone)
    assert held(mine.folder)["spend"] == totals
    with closing(Store.in_folder(mine.folder)) as store, pytest.raises(OverBudget):
        store.add(replace(a_take(20), state="intent", charge=None, settled=False, prediction=None))
    theirs.merge(mine)
    assert len(theirs) == 4


def test_a_part_brings_what_it_refers_to_and_nothing_else(
    tmp_path: Path, open_library: Callable[[str], Library]
) -> None:
    first, second, *_ = full(tmp_path / "theirs")
    theirs, other, mine = open_library("theirs"), open_library("other"), open_library("mine")
    assert other.merge(theirs, theirs.takes([second.id])).takes == 1
    after = held(other.folder)
    assert ([row["id"] for row in after["takes"]], after["votes"]) == ([second.id], [])
    assert (after["elements"], after["media"], len(after["files"])) == ([], [], 3)
    assert [one[3] for one in after["cells"]] == [second.id]
    assert other[second.id].parent is None
    mine.merge(theirs, theirs.history()[lambda frame: frame.rating == 4])
    after = held(mine.folder)
    assert ([row["id"] for row in after["takes"]], after["elements"]) == ([first.id], [("Mara", "77")])
    assert len(after["media"]) == 1
    assert len([name for name in after["files"] if name.startswith("media/")]) == 1
    mine.merge(other)
    assert held(mine.folder)["votes"] == []
    mine.merge(theirs, [second.id])
    assert len(held(mine.folder)["votes"]) == 1
    assert mine._gateway.sweeps.get("s1").allowance == 200
    with pytest.raises(NoSuchTake, match=r"holds no take 't0'\. Nothing was merged"):
        mine.merge(theirs, ["t0"])


def test_a_copy_is_a_library_of_its_own_with_the_same_days_and_keys(
    tmp_path: Path, open_library: Callable[[str], Library]
) -> None:
    full(tmp_path / "theirs")
    with closing(Store.in_folder(tmp_path / "theirs")) as store, writing(store._engine) as connection:
        write(connection, "zone", "Asia/Kathmandu")
        write(connection, "account_salt", "0" * 32)
        ledger.recount(connection, store.zone)
    theirs = open_library("theirs")
    said = theirs.copy_to(tmp_path / "copy")
    assert said.takes == 3
    copy = open_library("copy")
    assert str(copy.zone) == "Asia/Kathmandu"
    with closing(Store.in_folder(copy.folder)) as store, read_only(store._engine) as connection:
        assert read(connection, "account_salt") == "0" * 32
    assert held(copy.folder)["spend"] == held(theirs.folder)["spend"]
    assert theirs.copy_to(copy.folder).there == 3
    assert theirs.copy_to(tmp_path / "best", theirs.takes(rating=4)).takes == 1
    with pytest.raises(LibraryError, match="is this library itself"):
        theirs.copy_to(theirs.folder)


WORDS = st.fixed_dictionaries({"rating": st.none() | st.integers(1, 5), "note": st.sampled_from(["", "नोट", "🦊"])})


@settings(max_examples=8)
@given(
    lived=st.lists(st.sets(st.integers(0, 2), min_size=1), min_size=1, max_size=4),
    words=st.lists(WORDS, min_size=4, max_size=4),
    order=st.permutations([(0, 1), (1, 2), (2, 0), (0, 2), (1, 0)]),
)
def test_libraries_merged_in_any_order_and_twice_are_the_same(
    tmp_path_factory: pytest.TempPathFactory,
    lived: list[set[int]],
    words: list[dict[str, Any]],
    order: list[tuple[int, int]],
) -> None:
    root = tmp_path_factory.mktemp("order")
    folders = [root / str(number) for number in range(3)]
    for folder in folders:
        folder.mkdir()
    made = [a_take(number, **words[number]) for number in range(len(lived))]
    for number, homes in enumerate(lived):
        for home in homes:
            put(folders[home], made[number], a_film(number))
    for home, folder in enumerate(folders):
        mine = [made[number].id for number, homes in enumerate(lived) if home in homes]
        with closing(Store.in_folder(folder)) as store:
            cast = pairwise(mine)
            store.votes.add([Vote(one, other, "tie", "ann", 1.0, f"{one}{other}") for one, other in cast])
    with ExitStack() as stack:
        opened = [stack.enter_context(closing(Library(folder, tend=False))) for folder in folders]
        for source, target in order:
            opened[target].merge(opened[source])
        ends: list[dict[str, Any]] = []
        for round_ in ((0, 1, 2), (2, 1, 0, 1)):
            last = stack.enter_context(closing(Library(root / f"end{len(ends)}", tend=False)))
            for source in round_:
                last.merge(opened[source])
            ends.append(held(last.folder))
    for end in ends:
        for entry in end["ledger"]:
            assert entry[2] == 560_000
        end["ledger"] = [entry[:3] for entry in end["ledger"]]
    assert ends[0] == ends[1]
    assert [row["id"] for row in ends[0]["takes"]] == sorted(one.id for one in made)
    assert sum(ends[0]["spend"].values()) == 560_000 * len(made)


KILLED = """
import os, signal, sys
from kling_widget import Library
from kling_widget.store import ledger, rows

left = int(sys.argv[2])

def counted(call):
    def before(*arguments, **named):
        global left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return call(*arguments, **named)
    return before

if sys.argv[1] == "files":
    os.replace = counted(os.replace)
else:
    ledger.copy_in = counted(ledger.copy_in)
Library("mine", tend=False).merge("theirs")
"""


@pytest.mark.parametrize(("where", "after"), [("files", 0), ("files", 2), ("files", 5), ("rows", 0), ("rows", 3)])
def test_killed_in_the_middle_both_are_whole_and_the_next_merge_goes_on(
    tmp_path: Path, where: str, after: int, open_library: Callable[[str], Library]
) -> None:
    full(tmp_path / "theirs")
    before = held(tmp_path / "theirs")
    ran = subprocess.run([sys.executable, "-c", KILLED, where, str(after)], cwd=tmp_path, check=False)
    assert ran.returncode == -signal.SIGKILL
    assert held(tmp_path / "theirs") == before
    mine = open_library("mine")
    assert whole(mine.folder)
    for take in mine:
        assert take.video is None or take.video.is_file()
    mine.merge(tmp_path / "theirs")
    untouched = open_library("untouched")
    untouched.merge(tmp_path / "theirs")
    assert held(mine.folder) == held(untouched.folder)


def test_a_clip_that_differs_or_can_still_be_fetched_stays_and_an_old_lost_one_is_said(
    tmp_path: Path, open_library: Callable[[str], Library]
) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    now = now_ms()
    rotten, young, old, fine = (
        put(theirs, a_take(1)),
        put(theirs, a_take(2, finished_at=now)),
        put(theirs, a_take(3)),
        put(theirs, a_take(4)),
    )
    (theirs / str(rotten.file)).write_bytes(FILM[1])
    (theirs / str(young.file)).unlink()
    (theirs / str(old.file)).unlink()
    mine = open_library("mine")
    said = mine.merge(theirs)
    assert (said.takes, set(said.left)) == (2, {rotten.id, young.id})
    assert "its hash differs" in said.left[rotten.id]
    assert "fetches it again" in said.left[young.id]
    assert said.notes == (f"Take {old.id} came without its clip, which is not there.",)
    assert sorted(files(mine.folder)) == sorted(
        [str(fine.file), *(f"{place}/{one.id}.jpg" for place in ("posters", "strips") for one in (old, fine))]
    )
    for record in (rotten, young, old):
        (theirs / str(record.file)).write_bytes(FILM[0])
    assert mine.merge(theirs).left == {}
    assert {take.id for take in mine if take.video and take.video.is_file()} == {
        rotten.id, young.id, old.id, fine.id,
    }  # fmt: skip


def test_what_a_person_wrote_here_stays_and_gaps_are_filled(
    tmp_path: Path, open_library: Callable[[str], Library]
) -> None:
    (tmp_path / "theirs").mkdir()
    one = put(tmp_path / "theirs", a_take(1, rating=2, tags=("theirs",), note="theirs"))
    theirs, mine = open_library("theirs"), open_library("mine")
    mine.merge(theirs)
    mine[one.id].rate(5).write_note("")
    theirs[one.id].rate(1).write_note("newer")
    mine.merge(theirs)
    assert (mine[one.id].rating, mine[one.id].note, mine[one.id].tags) == (5, "newer", ("theirs",))
    assert mine.takes(text="newer") == [mine[one.id]]


def test_two_takes_with_one_task_or_one_file_name_do_not_touch_each_other(
    tmp_path: Path, open_library: Callable[[str], Library]
) -> None:
    mine = open_library("mine")
    here = put(mine.folder, a_take(1), FILM[0])
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    same_task = put(theirs, a_take(1), FILM[1])
    same_name = put(theirs, a_take(2), FILM[2])
    (theirs / f"takes/{here.id}.mp4").write_bytes(FILM[2])
    with closing(sqlite3.connect(theirs / DATABASE)) as base, base:
        base.execute("UPDATE takes SET file = ? WHERE id = ?", (f"takes/{here.id}.mp4", same_name.id))
    said = mine.merge(theirs)
    assert said.left == {same_task.id: f"its task at the service is that of take {here.id} here"}
    assert (mine.folder / str(here.file)).read_bytes() == FILM[0]
    video = mine[same_name.id].video
    assert video is not None
    assert video.read_bytes() == FILM[2]


def test_a_take_given_up_here_and_made_there_is_said(tmp_path: Path, open_library: Callable[[str], Library]) -> None:
    mine = open_library("mine")
    one = a_take(1)
    put(mine.folder, replace(one, state="cancelled", charge=None, prediction=None))
    (tmp_path / "theirs").mkdir()
    put(tmp_path / "theirs", one)
    said = mine.merge(tmp_path / "theirs")
    assert said.left == {one.id: "it is cancelled here and completed there, and what is here is left as it is"}


def test_an_element_of_a_name_that_is_taken_gets_another(
    tmp_path: Path, open_library: Callable[[str], Library]
) -> None:
    mine, theirs = open_library("mine"), open_library("theirs")
    mine.elements.add("Mara", "1", service=LIVE)
    theirs.elements.add("MARA", "2", service=LIVE)
    theirs.elements.add("Nia", "1", service=LIVE)
    said = mine.merge(theirs)
    assert said.notes == ("The element 'MARA' is called 'MARA 2' here, where that name is another one's.",)
    assert mine.merge(theirs).notes == ()
    assert [(one.name, one.element_id) for one in mine.elements.all()] == [("Mara", "1"), ("MARA 2", "2")]


@pytest.mark.parametrize("version", OLD)
def test_an_earlier_library_is_read_and_not_migrated(
    tmp_path: Path, version: int, open_library: Callable[[str], Library]
) -> None:
    (tmp_path / "theirs").mkdir()
    with closing(sqlite3.connect(tmp_path / "theirs" / DATABASE)) as base:
        base.executescript(OLD[version].read_text("utf-8"))
    before = (tmp_path / "theirs" / DATABASE).read_bytes()
    mine = open_library("mine")
    said = mine.merge(tmp_path / "theirs")
    assert said.takes + len(said.left) == 2
    assert (tmp_path / "theirs" / DATABASE).read_bytes() == before
    assert [path.name for path in (tmp_path / "theirs").iterdir()] == [DATABASE]


def test_newer_damaged_missing_and_the_same_are_said(tmp_path: Path, open_library: Callable[[str], Library]) -> None:
    mine = open_library("mine")
    with pytest.raises(LibraryError, match=r"There is no library in .*nowhere.*Nothing was merged"):
        mine.merge(tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()
    with pytest.raises(LibraryError, match="is this library itself"):
        mine.merge(mine)
    newer = tmp_path / "newer"
    newer.mkdir()
    put(newer, a_take(1))
    with closing(sqlite3.connect(newer / DATABASE)) as base, base:
        base.execute("UPDATE meta SET value = 99 WHERE name = 'schema'")
    with pytest.raises(LibraryTooNew, match=r"Nothing was merged from .*newer.*Upgrade kling-widget"):
        mine.merge(newer)
    with (newer / DATABASE).open("rb+") as file:
        file.truncate(9_000)
    with pytest.raises(LibraryDamaged, match=r"Library\.rescue"):
        mine.merge(newer)
    assert len(mine) == 0


def test_a_row_that_can_not_be_read_costs_itself(tmp_path: Path, open_library: Callable[[str], Library]) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    odd, _fine = put(theirs, a_take(1)), put(theirs, a_take(2))
    with closing(sqlite3.connect(theirs / DATABASE)) as base, base:
        base.execute("UPDATE takes SET inputs = '[' WHERE id = ?", (odd.id,))
    said = open_library("mine").merge(theirs)
    assert said.takes == 1
    assert "Library.rescue" in said.left[odd.id]


def test_a_full_disk_stops_it_in_words_and_it_goes_on(
    tmp_path: Path, open_library: Callable[[str], Library], monkeypatch: pytest.MonkeyPatch
) -> None:
    full(tmp_path / "theirs")
    mine = open_library("mine")
    (mine.folder / "posters").write_text("in the way")
    with pytest.raises(LibraryError, match=r"The merge stopped \(.*Both libraries are whole.*merge again to go on"):
        mine.merge(tmp_path / "theirs")
    (mine.folder / "posters").unlink()
    assert mine.merge(tmp_path / "theirs").takes == 3


def test_a_sweep_of_practice_comes_with_its_takes(tmp_path: Path, open_library: Callable[[str], Library]) -> None:
    theirs, mine = open_library("theirs"), open_library("mine")
    planned = sweep("A {red|blue} fox", duration=3, practice=True, library=theirs)
    assert mine.merge(theirs).takes == 0
    assert [one.id for one in mine.sweeps()] == [planned.id]
    assert mine.sweep(planned.id).takes == []
    assert len(mine.sweep(planned.id).cells) == 2
    again = sweep("A {red|blue} fox", duration=3, practice=True, library=mine)
    assert again.id == planned.id  # asked for here, it is the one that came: no cell that was made is made twice


def test_two_kernels_that_merge_at_once_bring_each_take_once(
    tmp_path: Path, open_library: Callable[[str], Library]
) -> None:
    full(tmp_path / "theirs")
    code = "from kling_widget import Library; print(Library('mine', tend=False).merge('theirs').takes)"
    both = [
        subprocess.Popen([sys.executable, "-c", code], cwd=tmp_path, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]  # fmt: skip
    assert [process.wait() for process in both] == [0, 0]
    for process in both:
        with process:
            assert process.stdout is not None
    alone = open_library("alone")
    alone.merge(tmp_path / "theirs")
    assert held(tmp_path / "mine") == held(alone.folder)


def test_what_a_lost_take_cost_counts_once_when_it_comes_after_all(
    tmp_path: Path, open_library: Callable[[str], Library]
) -> None:
    theirs, mine = tmp_path / "theirs", open_library("mine")
    theirs.mkdir()
    one = put(theirs, a_take(1, charge=Micros(900_000), refund=Micros(100_000)))
    spent = [{"take": one.id, "service": LIVE, "at": AT, "kind": "charge", "amount": 400_000}]
    with closing(Store.in_folder(mine.folder)) as store, writing(store._engine) as connection:
        connection.execute(insert(entries), spent)
        ledger.recount(connection, store.zone)
    mine.merge(theirs)
    assert str(mine.spent().total) == "0.8"
    (theirs / DATABASE).rename(tmp_path / DATABASE)
    with closing(Store.in_folder(tmp_path)) as store, writing(store._engine) as connection:
        connection.execute(takes.delete())
    for _ in range(2):
        mine.merge(tmp_path)
        assert str(mine.spent().total) == "0.8"
    empty = open_library("empty")
    assert empty.merge(tmp_path).takes == 0
    assert str(empty.spent().total) == "0.8"


HELD = """
import os, signal
from kling_widget.store import Store
from kling_widget.store.database import writing
from kling_widget.store.schema import takes
from sqlalchemy import delete
store = Store.in_folder(__import__("pathlib").Path("theirs"))
with writing(store._engine) as connection:
    connection.exec_driver_sql("PRAGMA cache_size = 0")
    connection.execute(delete(takes))
    connection.exec_driver_sql("PRAGMA cache_spill = 1")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_library_whose_kernel_was_killed_in_mid_write_is_read_as_it_was(
    tmp_path: Path, open_library: Callable[[str], Library]
) -> None:
    full(tmp_path / "theirs")
    ran = subprocess.run([sys.executable, "-c", HELD], cwd=tmp_path, check=False)
    assert ran.returncode == -signal.SIGKILL
    assert (tmp_path / "theirs" / f"{DATABASE}-journal").exists()
    assert open_library("mine").merge(tmp_path / "theirs").takes == 3


def test_wildcards_come_with_a_whole_library_and_replace_none(
    tmp_path: Path, open_library: Callable[[str], Library]
) -> None:
    theirs, mine = open_library("theirs"), open_library("mine")
    for library, name, words in ((theirs, "colour", "red"), (theirs, "mood", "calm"), (mine, "mood", "wild")):
        (library.folder / "wildcards").mkdir(exist_ok=True)
        (library.folder / "wildcards" / f"{name}.txt").write_text(words)
    said = mine.merge(theirs)
    assert said.notes == ("The wildcard file mood.txt stays there: another one is called so here.",)
    assert (mine.folder / "wildcards" / "colour.txt").read_text() == "red"
    assert (mine.folder / "wildcards" / "mood.txt").read_text() == "wild"


def test_a_file_that_leads_out_of_a_library_is_not_followed(
    tmp_path: Path, open_library: Callable[[str], Library]
) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    one = put(theirs, a_take(1))
    (tmp_path / "secret.mp4").write_bytes(FILM[0])
    (theirs / str(one.file)).unlink()
    (theirs / str(one.file)).symlink_to(tmp_path / "secret.mp4")
    mine = open_library("mine")
    (mine.folder / "takes").mkdir()
    mine.merge(theirs)
    assert not (mine.folder / str(one.file)).exists()


def test_a_merge_tells_of_some_in_words_and_of_all_in_numbers() -> None:
    said = Merged(1_200, 3, {f"t{number}": "its bill is still to come there" for number in range(40)})
    assert str(said).splitlines()[0] == "1,200 takes came, 3 were here already, 40 stay there."
    assert str(said).splitlines()[-1] == "And 30 more, in left and notes."


def test_a_take_whose_bill_is_still_to_come_stays_until_it_came(
    tmp_path: Path, open_library: Callable[[str], Library]
) -> None:
    (tmp_path / "theirs").mkdir()
    one = put(tmp_path / "theirs", a_take(1, settled=False, charge=None))
    mine = open_library("mine")
    assert "its bill is still to come there" in mine.merge(tmp_path / "theirs").left[one.id]
    assert mine.spent().total == 0
    with closing(Store.in_folder(tmp_path / "theirs")) as store:
        lease = store.leases.claim_one(one.id, "a test", for_ms=60_000)
        assert lease is not None
        store.change(lease, charge=Micros(600_000), settled=True)
    assert mine.merge(tmp_path / "theirs").takes == 1
    assert str(mine.spent().total) == "0.6"
