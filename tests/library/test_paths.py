"""A row, a message, a clip or a page never names a file outside the library's folder."""

from __future__ import annotations

import ast
import hashlib
import json
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import kling_widget
from kling_widget import Library, Take
from kling_widget.errors import LibraryError, PracticeError
from kling_widget.library.posters import choose_poster
from kling_widget.paths import existing, folder, found, is_plain, new
from kling_widget.practice.clip_store import Clips
from kling_widget.service.practice_process import ledger_folder
from kling_widget.store import Record, Store
from tests.made import a_take, write_clip

JPEG = b"\xff\xd8\xff" + bytes(100) + b"\xff\xd9"

OUTSIDE = (
    "../secret.jpg",
    "posters/../../secret.jpg",
    "posters/../posters/../../secret.jpg",
    "posters\\..\\..\\secret.jpg",
    "C:\\secret.jpg",
    "C:secret.jpg",
    "posters/C:secret.jpg",
    "\\\\host\\share\\secret.jpg",
    "//host/share/secret.jpg",
    "posters/a.jpg:stream",
    "posters/NUL",
    "posters/nul.jpg",
    "posters/CON .jpg",
    "posters/com¹.jpg",
    "posters/",
    "posters",
    "posters/.",
    "posters/..",
    "posters/a/b.jpg",
    "posters/a.jpg\0",
    "posters/a.jpg\n",
    "posters/a.jpg.",
    "posters/a.jpg ",
    "posters/*.jpg",
    "posters/\ud800.jpg",
    "posters/" + "a" * 300,
    "posters//a.jpg",
    "./posters/a.jpg",
    "strips/a.jpg",
    "library.db",
    "",
    ".",
    "/",
    "~/secret.jpg",
    "file:///etc/passwd",
)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A library's folder, beside a secret."""
    (tmp_path / "secret.jpg").write_bytes(JPEG)
    (tmp_path / "library" / "posters").mkdir(parents=True)
    return tmp_path / "library"


@pytest.mark.parametrize("name", [*OUTSIDE, None, 7, b"posters/a.jpg", 1.5])
def test_a_name_that_leads_elsewhere_names_no_file(home: Path, name: object) -> None:
    assert found(home, name, "posters") is None
    assert existing(home, name, "posters") is None


def test_a_name_in_its_folder_is_found(home: Path) -> None:
    picture = home / "posters" / "t0 – été.jpg"
    assert found(home, f"posters/{picture.name}", "posters") == picture
    assert existing(home, f"posters/{picture.name}", "posters") is None
    picture.write_bytes(JPEG)
    assert existing(home, f"posters/{picture.name}", "posters") == picture


@given(
    st.text(max_size=40)
    | st.lists(st.sampled_from(["..", ".", "posters", "secret.jpg", "a.jpg", "/", "\\", "C:"])).map("/".join)
)
@example("posters/a.jpg")
def test_whatever_a_row_says_it_names_a_file_in_that_folder_or_none(
    tmp_path_factory: pytest.TempPathFactory, name: str
) -> None:
    library = tmp_path_factory.getbasetemp() / "library"
    path = found(library, name, "posters")
    assert path is None or path.resolve().parent == (library / "posters").resolve()


def test_links_that_lead_out_are_no_files_of_the_library(home: Path) -> None:
    (home / "posters" / "link.jpg").symlink_to(home.parent / "secret.jpg")
    (home / "posters" / "round.jpg").symlink_to("round.jpg")
    (home / "strips").symlink_to(home.parent)
    (home / "posters" / "pipe.jpg").mkdir()
    for name, place in (
        ("posters/link.jpg", "posters"),
        ("posters/round.jpg", "posters"),
        ("strips/secret.jpg", "strips"),
        ("posters/pipe.jpg", "posters"),
    ):
        assert found(home, name, place) is None, name  # type: ignore[arg-type]  # both are places
    with pytest.raises(LibraryError, match="leads out of the library"):
        folder(home, "strips")
    with pytest.raises(LibraryError, match="leads out of the library"):
        new(home, "strips", "a.jpg")
    assert new(home, "posters", "link.jpg").is_symlink() is False
    assert (home.parent / "secret.jpg").read_bytes() == JPEG


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_not_opened(home: Path) -> None:
    os.mkfifo(home / "posters" / "pipe.jpg")
    assert existing(home, "posters/pipe.jpg", "posters") is None


def test_a_library_may_lie_behind_a_link_of_the_persons_own(home: Path) -> None:
    (home.parent / "linked").symlink_to(home)
    (home / "posters" / "a.jpg").write_bytes(JPEG)
    linked = home.parent / "linked"
    assert existing(linked, "posters/a.jpg", "posters") == linked / "posters" / "a.jpg"
    assert new(linked, "takes", "a.mp4").parent.is_dir()


# A hostile library


@pytest.fixture
def hostile(tmp_path: Path) -> Iterator[tuple[Library, Record]]:
    """A library with one finished take, to be changed by a test: its row, by ``put``."""
    record = a_take(tmp_path / "library", "A moon", inputs={"duration": 3})
    (tmp_path / "secret.jpg").write_bytes(JPEG)
    write_clip(tmp_path / "outside.mp4", 160, 90, 1)
    library = Library(tmp_path / "library")
    yield library, record
    library.close()


def put(library: Library, record: Record, **columns: object) -> Record:
    """Write into a take's row as a stranger would."""
    with sqlite3.connect(library.folder / "library.db") as base:
        for name, value in columns.items():
            base.execute(f"UPDATE takes SET {name} = ? WHERE id = ?", (value, record.id))
    return library._gateway.record(record.id)


@pytest.mark.parametrize("link", [False, True], ids=["a path", "a link"])
def test_a_poster_outside_is_neither_shown_nor_deleted(hostile: tuple[Library, Record], *, link: bool) -> None:
    library, record = hostile
    secret = library.folder.parent / "secret.jpg"
    name = "posters/link.jpg" if link else "../secret.jpg"
    if link:
        (library.folder / name).symlink_to(secret)
    changed = put(library, record, poster=name)
    assert library._gateway.poster(changed) is None
    page = library.export_html(library.folder.parent / "page.html", [record.id])
    assert "/9j/" not in page.read_text("utf-8").split("kw-clips")[0]
    assert choose_poster(library._gateway, record.id, JPEG).poster != name
    assert secret.read_bytes() == JPEG


@pytest.mark.parametrize("link", [False, True], ids=["a path", "a link"])
def test_a_clip_outside_is_neither_saved_nor_exported(hostile: tuple[Library, Record], *, link: bool) -> None:
    library, record = hostile
    outside = library.folder.parent / "outside.mp4"
    name = "takes/link.mp4" if link else "../outside.mp4"
    if link:
        (library.folder / name).symlink_to(outside)
    digest = hashlib.sha256(outside.read_bytes()).hexdigest()
    changed = put(library, record, file=name, sha256=digest, bytes=outside.stat().st_size)
    take = Take(record.id, library)
    assert library._gateway.path(changed) is None
    assert take.video is None
    for story in (True, False):
        with pytest.raises(LibraryError, match="is not here"):
            take.save_as(library.folder.parent / "mine.mp4", story=story)
    with pytest.raises(LibraryError, match="is not in the library"):
        take.gif()
    library.export_html(library.folder.parent / "page.html", [record.id])
    assert not list(library.folder.parent.glob("page_clips/*"))
    assert not (library.folder.parent / "mine.mp4").exists()


def test_what_is_made_is_not_written_through_links(hostile: tuple[Library, Record]) -> None:
    library, record = hostile
    (library.folder / "exports").symlink_to(library.folder.parent)
    with pytest.raises(LibraryError, match="leads out of the library"):
        Take(record.id, library).frame(0.5)
    (library.folder / "exports").unlink()
    secret = library.folder.parent / "secret.jpg"
    made = Take(record.id, library).frame(0.5)
    made.unlink()
    made.symlink_to(secret)
    assert Take(record.id, library).frame(0.5).read_bytes()[:4] == b"\x89PNG"
    assert secret.read_bytes() == JPEG


def test_an_uploaded_medium_outside_is_not_sent_again(hostile: tuple[Library, Record]) -> None:
    library, _record = hostile
    digest = "0" * 64
    (library.folder / "media").mkdir()
    (library.folder / "media" / f"{digest}.jpg").symlink_to(library.folder.parent / "secret.jpg")
    rows = ((digest, "https://h/1"), ("../../secret", "https://h/2"))
    with sqlite3.connect(library.folder / "library.db") as base:
        for name, url in rows:
            base.execute(
                "INSERT INTO media (sha256, service, url, name, bytes, type, uploaded_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (name, "practice", url, "x.jpg", 105, "image/jpeg", 0),
            )
    assert library._gateway.media.find(digest) is None
    assert [library._gateway.media.by_url(url) for _name, url in rows] == [None, None]


def test_a_page_names_only_its_own_clips(hostile: tuple[Library, Record]) -> None:
    library, record = hostile
    page = library.folder.parent / "page.html"
    secret = library.folder.parent / "secret.jpg"
    digest = hashlib.sha256(JPEG).hexdigest()
    library.export_html(page, [record.id])
    said = page.read_text("utf-8")
    start = said.index('id="kw-clips">') + len('id="kw-clips">')
    names = {"../secret.jpg": digest, "..": digest, "..\\secret.jpg": digest, str(secret): digest}
    page.write_text(said[:start] + json.dumps(names) + said[said.index("</script>", start) :], "utf-8")
    library.export_html(page, [record.id], clips="inside")
    assert secret.read_bytes() == JPEG


def test_a_page_writes_no_clips_through_a_link(hostile: tuple[Library, Record]) -> None:
    library, record = hostile
    elsewhere = library.folder.parent / "elsewhere"
    elsewhere.mkdir()
    (library.folder.parent / "page_clips").symlink_to(elsewhere)
    with pytest.raises(LibraryError, match="would lie elsewhere"):
        library.export_html(library.folder.parent / "page.html", [record.id])
    assert list(elsewhere.iterdir()) == []


def test_the_practice_server_keeps_its_files_in_the_library(tmp_path: Path) -> None:
    outside, library = tmp_path / "outside", tmp_path / "library"
    outside.mkdir()
    library.mkdir()
    (library / "practice").symlink_to(outside)
    with pytest.raises(PracticeError, match="leads out of the library"):
        ledger_folder(library)
    (library / "practice").unlink()
    (ledger_folder(library) / "practice_clips").symlink_to(outside)
    with pytest.raises(PracticeError, match="practice_clips"):
        ledger_folder(library)
    clips = Clips(outside, lambda task: None, lambda task: None, lambda task, error: None)
    (outside / f"{'a' * 32}.mp4").symlink_to("/etc/hostname")
    assert not clips.path("a" * 32).is_symlink()


def test_a_database_behind_a_link_out_of_the_library_is_refused(tmp_path: Path) -> None:
    (tmp_path / "library").mkdir()
    Store.in_folder(tmp_path).close()
    before = (tmp_path / "library.db").read_bytes()
    (tmp_path / "library" / "library.db").symlink_to(tmp_path / "library.db")
    with pytest.raises(LibraryError, match="leads out of the library"):
        Store.in_folder(tmp_path / "library")
    assert (tmp_path / "library.db").read_bytes() == before


@pytest.mark.parametrize("name", ["t0.mp4", "été-t0.mp4", "कि-t0.mp4", "t0-at-1.500.png", "con-t0.mp4"])
def test_names_of_ours_are_plain(name: str) -> None:
    assert is_plain(name)


JOINED_ELSEWHERE = {
    "paths.py": "is the one way",
    "request/prompt_help/templates.py": "reads what came with the package",
    "store/claims.py": "names one file of this machine, in a folder that is no library",
    "store/media.py": "names a part, whose folder is checked before its first byte is written",
    "practice/simulated_service.py": "stands alone: the practice server's own folder",
    "practice/clip_store.py": "stands alone: the practice server's own folder",
    "practice/ledger.py": "stands alone: the practice server's own folder",
}
"""Where a folder may be joined with a name, and why."""


def test_nothing_else_joins_a_librarys_folder_with_a_name() -> None:
    package = Path(kling_widget.__file__).parent
    joined = {
        f"{path.relative_to(package).as_posix()}:{node.lineno}"
        for path in package.rglob("*.py")
        if path.relative_to(package).as_posix() not in JOINED_ELSEWHERE
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and _is_folder(node.left))
        or (isinstance(node, ast.Call) and _is_join(node))
    }
    assert joined == set()


def _is_folder(node: ast.expr) -> bool:
    return ast.unparse(node).rpartition(".")[2] in ("folder", "_folder", "library", "_library")


def _is_join(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and call.func.attr == "joinpath" and _is_folder(call.func.value)
