"""The bin: what is deleted can be had back, what is emptied is gone, and what it cost stays counted."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from kling_widget import Library
from kling_widget.errors import LibraryError
from kling_widget.library import Take
from kling_widget.library.emptying import empty
from kling_widget.request.states import FINAL, STATES
from kling_widget.store import Store
from kling_widget.store.database import writing
from kling_widget.store.record import KEPT_MS, now_ms
from kling_widget.store.schema import takes
from tests.made import a_record, a_take


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    opened = Library(tmp_path / "lib", tend=False)
    yield opened
    opened.close()


@pytest.fixture
def three(library: Library) -> list[Take]:
    """Three takes, oldest first; the second is made from the first."""
    fox = a_take(library.folder, "A red fox", at=1_790_000_000_000, rating=5, charge=None)
    snow = a_take(library.folder, "A red fox in snow", at=1_790_000_060_000, parent=fox.id, charge=None)
    owl = a_take(library.folder, "An owl", at=1_790_000_120_000, charge=None)
    return library.takes([fox.id, snow.id, owl.id])


def files(take: Take) -> list[Path]:
    """A take's clip, poster and strip; the last is made here."""
    folder, record = take.library.folder, take.record
    strip = folder / "strips" / f"{take.id}.jpg"
    strip.parent.mkdir(exist_ok=True)
    strip.write_bytes(b"strip")
    assert record.file is not None
    assert record.poster is not None
    return [folder / record.file, folder / record.poster, strip]


def test_what_is_deleted_leaves_the_history_and_can_be_had_back(library: Library, three: list[Take]) -> None:
    fox, snow, owl = three
    assert fox.delete() == fox
    owl.delete()
    assert library.takes() == list(library) == [snow]
    assert list(library.history()["id"]) == [snow.id]
    assert len(library) == library.spent().takes == 1
    assert library.takes(text="fox") == [snow]
    assert library.bin == [owl, fox]
    assert library.takes([fox.id]) == [library[fox.id]] == [fox]
    assert fox in library
    assert ", in the bin" in repr(fox)
    assert fox.delete() == fox  # once more changes nothing
    assert all(path.exists() for path in files(fox))
    assert fox.restore() == fox.restore() == fox
    assert library.takes() == [snow, fox]
    assert library.bin == [owl]
    assert ", in the bin" not in repr(fox)


def test_a_deleted_take_is_still_the_parent_of_what_was_made_from_it(library: Library, three: list[Take]) -> None:
    fox, snow, owl = three
    fox.delete()
    assert snow.parent == fox
    assert snow.diff(fox)
    assert fox.children == [snow]
    library.empty_bin()
    assert snow.parent == fox
    assert fox.rating == 5
    assert owl.parent is None


def test_what_was_spent_stays_spent(library: Library, three: list[Take]) -> None:
    before, entries = library.spent(), library.spend()
    for take in three:
        take.delete()
    assert library.spent() == replace(before, takes=0)
    library.empty_bin()
    assert library.spent() == replace(before, takes=0)
    assert library.spend().equals(entries)
    assert sum(take.cost for take in three) == before.practice_total == Decimal("1.68")


@pytest.mark.parametrize("state", sorted(STATES))
def test_only_what_has_ended_can_be_deleted(library: Library, state: str) -> None:
    record = a_take(library.folder, state=state, charge=None)
    take = library.take(record.id)
    if state in FINAL:
        assert take.delete() == library.bin[0]
        return
    with pytest.raises(LibraryError, match=r"Nothing was changed|nothing was changed") as error:
        take.delete()
    assert "take." in str(error.value)
    assert ("$0.56" in str(error.value)) == (state != "intent")
    assert library.bin == []
    assert library.takes() == [take]


def test_several_are_deleted_together_or_not_at_all(library: Library, three: list[Take]) -> None:
    waits = a_take(library.folder, "A hare", state="intent")
    ids = [take.id for take in three]
    with pytest.raises(LibraryError, match="waits to be sent"):
        library._gateway.delete(*ids, waits.id)
    assert library.bin == []
    assert [record.id for record in library._gateway.delete(*ids)] == ids
    assert len(library.bin) == 3
    library._gateway.restore(*ids)
    assert library.bin == []


def test_an_emptied_bin_has_no_files_and_its_takes_are_remembered(library: Library, three: list[Take]) -> None:
    fox, snow, _owl = three
    gone, stay = files(fox), files(snow)
    exports = library.folder / "exports"
    exports.mkdir()
    own = [f"a-red-fox-{fox.id}{ending}" for ending in ("-story.mp4", ".gif", "-0.500-end.gif", "-at-1.250.png")]
    others = [f"a-red-fox-in-snow-{snow.id}.gif", f"{fox.id}-{snow.id}-sheet.png", "mine.gif", f"a-red-fox-{fox.id}"]
    for name in (*own, *others):
        (exports / name).write_bytes(b"x" * 10)
    size = sum(path.stat().st_size for path in gone) + 10 * len(own)
    fox.delete()
    assert library.empty_bin() == size
    assert not any(path.exists() for path in gone)
    assert all(path.exists() for path in stay)
    assert sorted(path.name for path in exports.iterdir()) == sorted(others)
    assert library.bin == []
    assert library.take(fox.id).status == "completed"
    assert fox.video is None
    assert "its files removed" in repr(fox)
    with pytest.raises(LibraryError, match="gone for good"):
        fox.restore()
    with pytest.raises(LibraryError, match="gone for good"):
        fox.gif()
    assert library.empty_bin() == 0


def test_a_file_that_another_take_has_too_stays(library: Library, three: list[Take]) -> None:
    fox, snow, _owl = three
    shared = files(fox)[0]
    with closing(sqlite3.connect(library.folder / "library.db")) as base, base:
        base.execute("UPDATE takes SET file = ? WHERE id = ?", (fox.record.file, snow.id))
    fox.delete()
    library.empty_bin()
    assert snow.video == shared
    assert shared.exists()
    snow.delete()
    library.empty_bin()
    assert not shared.exists()


def test_a_row_that_names_a_file_elsewhere_has_none_removed(library: Library, tmp_path: Path) -> None:
    outside = tmp_path / "mine.mp4"
    outside.write_bytes(b"mine")
    names = ["../mine.mp4", str(outside), "takes/../../mine.mp4", "library.db"]
    made = [a_take(library.folder, f"Take {number}") for number in range(len(names))]
    link = library.folder / "takes" / "link.mp4"
    link.symlink_to(outside)
    with closing(sqlite3.connect(library.folder / "library.db")) as base, base:
        for record, name in zip(made, names, strict=True):
            base.execute("UPDATE takes SET file = ?, poster = ?, kept = ? WHERE id = ?", (*[name] * 3, record.id))
    linked = a_take(library.folder, "A link")
    with closing(sqlite3.connect(library.folder / "library.db")) as base, base:
        base.execute("UPDATE takes SET file = 'takes/link.mp4' WHERE id = ?", (linked.id,))
    for take in library.takes():
        take.delete()
    library.empty_bin()
    assert outside.read_bytes() == b"mine"
    assert (library.folder / "library.db").exists()
    assert library.takes() == library.bin == []


def test_an_emptying_that_was_cut_short_goes_on_when_the_library_is_opened(library: Library, three: list[Take]) -> None:
    fox, _snow, owl = three
    gone, stay = files(fox), files(owl)
    fox.delete()
    library._shared.store.bin.give_up([fox.id])  # a kernel ends here: what a person wanted is written, no file is gone
    gone[0].unlink()
    with pytest.raises(LibraryError, match="gone for good"):
        fox.restore()
    library.close()
    again = Library(library.folder, tend=False)
    try:
        assert not any(path.exists() for path in gone)
        assert all(path.exists() for path in stay)
        assert again.take(fox.id).record.file is None
        assert again._shared.store.bin.given_up() == []
        assert len(again) == 2
    finally:
        again.close()


def test_what_is_taken_out_while_the_bin_is_emptied_keeps_its_files(library: Library, three: list[Take]) -> None:
    fox, snow, _owl = three
    kept = files(fox)
    fox.delete()
    snow.delete()
    listed = [record.id for record in library._shared.store.bin.takes()]
    fox.restore()  # by another kernel, between the two
    library._shared.store.bin.give_up(listed)
    library.empty_bin()
    assert all(path.exists() for path in kept)
    assert fox in library.takes()
    assert snow.video is None


def test_two_kernels_that_empty_at_once_free_each_file_once(tmp_path: Path) -> None:
    made = [a_take(tmp_path, f"Take {number}") for number in range(12)]
    store = Store.in_folder(tmp_path)
    store.bin.put(*(record.id for record in made))
    size = sum(path.stat().st_size for place in ("takes", "posters") for path in (tmp_path / place).iterdir())

    def one(_number: int) -> int:
        with closing(Store.in_folder(tmp_path)) as own:
            return empty(own, tmp_path)

    with closing(store), ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(one, range(4))) == size
        assert store.bin.takes() == store.bin.given_up() == []
        assert not list((tmp_path / "takes").iterdir())


def test_the_engine_fetches_nothing_again_of_what_is_in_the_bin(library: Library) -> None:
    """It does of a take whose file is missing while the service keeps it."""
    at = now_ms() - KEPT_MS // 2
    given = {"prediction": "p1", "finished_at": at, "settled": True}
    binned = a_take(library.folder, "One", at=at, **given)
    emptied = a_take(library.folder, "Two", at=at, **{**given, "prediction": "p2"})
    lost = a_take(library.folder, "Three", at=at, **{**given, "prediction": "p3"})
    with closing(Store.in_folder(library.folder)) as store:
        store.bin.put(emptied.id)
        empty(store, library.folder)
        store.bin.put(binned.id)
    for record in (binned, lost):
        (library.folder / str(record.file)).unlink()
    library.close()
    again = Library(library.folder, tend=False)
    try:
        states = {record.id: again.take(record.id).status for record in (binned, emptied, lost)}
        assert states == {binned.id: "completed", emptied.id: "completed", lost.id: "accepted"}
    finally:
        again.close()


def test_an_unverified_take_in_the_bin_is_not_fetched_or_accepted(library: Library) -> None:
    take = library.take(a_take(library.folder, state="unverified").id).delete()
    with pytest.raises(LibraryError, match=r"in the bin.*restore"):
        take.fetch_again()
    assert take.status == "unverified"


_ON_A_FOLDER_OF_OTHERS = """
import os, sys
from pathlib import Path
from kling_widget.errors import LibraryError
from kling_widget.library.emptying import empty
from kling_widget.store import Store
if os.getuid() == 0:
    os.setgid(65534)
    os.setuid(65534)  # root may write everywhere
folder = Path(sys.argv[1])
store = Store.in_folder(folder)
try:
    empty(store, folder)
except LibraryError as error:
    print(error)
[record] = store.bin.takes()
store.bin.restore(record.id)
print(len(store.page()))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="permissions are POSIX's")
def test_a_folder_that_may_not_be_written_to_is_said_and_all_stays_in_the_bin() -> None:
    with tempfile.TemporaryDirectory() as name:  # pytest's own folders may not be entered by another user
        folder = Path(name)
        record = a_take(folder)
        with closing(Store.in_folder(folder)) as store:
            store.bin.put(record.id)
        for path in (folder, *folder.rglob("*")):
            if os.getuid() == 0:
                os.chown(path, 65534, 65534)
            path.chmod(0o700 if path.is_dir() else 0o600)
        (folder / "takes").chmod(0o500)
        command = [sys.executable, "-c", _ON_A_FOLDER_OF_OTHERS, name]
        ran = subprocess.run(command, capture_output=True, text=True, timeout=120)
        (folder / "takes").chmod(0o700)
        said, shown = ran.stdout.splitlines()
        assert "may not be written to" in said, ran.stderr
        assert "still in the bin" in said
        assert shown == "1"
        assert (folder / str(record.file)).exists()


def test_a_file_that_can_not_be_removed_is_said_and_tried_again(
    library: Library, three: list[Take], monkeypatch: pytest.MonkeyPatch
) -> None:
    fox, snow, _owl = three
    clip, *_others = left = files(fox)
    fox.delete()
    snow.delete()
    remove = Path.unlink

    def refused(path: Path, missing_ok: bool = False) -> None:
        if path == clip:  # as Windows says where a program has it open
            raise PermissionError(13, "The file is in use")
        remove(path, missing_ok)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", refused)
        with pytest.raises(LibraryError, match=r"1 of 2 takes could not be removed.*in use.*empty_bin"):
            library.empty_bin()
    assert snow.video is None
    size = sum(path.stat().st_size for path in left)
    assert library.empty_bin() == size
    assert not clip.exists()


def test_a_clip_that_is_brought_in_again_comes_out_of_the_bin(library: Library, tmp_path: Path) -> None:
    fox = library.take(a_take(library.folder, "A red fox", settled=True).id)
    saved = fox.save_as(tmp_path / "fox.mp4")
    fox.delete()
    assert library.adopt(saved) == fox
    assert library.takes() == [fox]
    fox.delete()
    library.empty_bin()
    brought = library.adopt(saved)
    assert brought != fox
    assert brought.video is not None
    assert brought.video.exists()
    assert library.takes() == [brought]


def test_a_rescued_library_has_the_same_bin(library: Library, three: list[Take], tmp_path: Path) -> None:
    fox, snow, owl = three
    fox.delete()
    library.empty_bin()
    snow.delete()
    library.close()
    Library.rescue(library.folder, tmp_path / "rescued")
    rescued = Library(tmp_path / "rescued", tend=False)
    try:
        assert [take.id for take in rescued.takes()] == [owl.id]
        assert [take.id for take in rescued.bin] == [snow.id]
        assert rescued.take(fox.id).record.emptied_at == fox.record.emptied_at
        assert rescued.spent() == library.spent()
    finally:
        rescued.close()


def test_a_damaged_moment_of_deletion_costs_that_take_and_no_other(library: Library, three: list[Take]) -> None:
    fox, snow, _owl = three
    fox.delete()
    snow.delete()
    store = library._shared.store
    with writing(store._engine) as connection:
        connection.execute(takes.update().where(takes.c.id == fox.id).values(binned_at=-5))
    assert library.bin == [snow]
    assert fox.id in library.unreadable


def test_a_tools_run_is_no_take_to_delete(library: Library) -> None:
    run = library._shared.store.add(replace(a_record("words"), kind="tool", state="intent"))
    with pytest.raises(LibraryError, match="tool's run"):
        library._gateway.delete(run.id)


def test_a_merge_brings_what_is_in_the_bin_there_and_no_clip_of_what_was_emptied_here(
    library: Library, three: list[Take], tmp_path: Path
) -> None:
    for take in three:
        with closing(sqlite3.connect(library.folder / "library.db")) as base, base:
            base.execute("UPDATE takes SET settled = 1 WHERE id = ?", (take.id,))
    fox, snow, owl = three
    fox.delete()
    other = Library(tmp_path / "other", tend=False)
    try:
        other.merge(library.folder)
        assert other.takes() == [other.take(owl.id), other.take(snow.id)]
        assert other.bin == [other.take(fox.id)]
        fox.restore()
        other.take(snow.id).delete()
        other.empty_bin()
        other.merge(library.folder)
        assert other.takes() == [other.take(owl.id)]
        assert other.take(fox.id).video is other.take(snow.id).video is None
        assert [path.name for path in (other.folder / "takes").iterdir()] == [f"{owl.id}.mp4"]
    finally:
        other.close()
