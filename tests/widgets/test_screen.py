"""What the screen says of a take, and what it gives to a page that asks."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kling_widget import Library
from kling_widget.engine.polling import Progress
from kling_widget.request.money import micros
from kling_widget.widgets.player import Player
from kling_widget.widgets.player.clip import beside, clip, file_name, notebook_folder, settings
from kling_widget.widgets.player.delivery import CHUNK_MOST, HEAD
from kling_widget.widgets.player.saved_output import SavedOutput
from kling_widget.widgets.queue.take_row import row
from tests.made import a_record, a_take

from ..patience import until


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """A library with one finished take."""
    # Its billing is settled: otherwise the engine settles it, and the take changes while a test looks at it.
    a_take(tmp_path / "lib", "A moon", rating=3, tags=("hero",), settled=True)
    library = Library(tmp_path / "lib")
    yield library
    library.close()


class Heard(Player):
    """A player that notes what it sends to its page."""

    _sent: list[tuple[dict[str, Any], list[bytes]]]

    def __init__(self, *takes: Any, **given: Any) -> None:
        self._sent = []
        super().__init__(*takes, **given)

    def send(self, content: Any, buffers: Any = None) -> None:
        self._sent.append((content, list(buffers or ())))

    def asked(self, kind: str, **fields: Any) -> tuple[dict[str, Any], list[bytes]]:
        self._handle_custom_msg({"id": f"id{len(self._sent)}", "kind": kind, **fields}, [])
        return self._sent[-1]


@pytest.fixture
def screen(library: Library) -> Heard:
    """A screen that shows it."""
    return Heard(library.takes()[0])


def whole(library: Library) -> bytes:
    path = library._gateway.path(library._gateway.records()[0])
    assert path is not None
    return path.read_bytes()


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ({}, "2 s · 16:9 · $0.56 play money"),
        ({"inputs": {"sound": True, "duration": 10}}, "10 s · 16:9 · sound · $0.56 play money"),
        ({"service": "https://api.wavespeed.ai"}, "2 s · 16:9 · $0.56"),
        ({"service": "https://api.wavespeed.ai", "charge": None}, "2 s · 16:9 · about $0.56"),
        ({"service": "https://api.wavespeed.ai", "refund": micros("0.56"), "state": "failed"}, "2 s · 16:9"),
        ({"state": "failed", "charge": None}, "2 s · 16:9"),
        (
            {"model": "kwaivgi/kling-video-o3-std/text-to-video", "inputs": {"aspect_ratio": "9:16"}},
            "Kling O3 Standard · text to video · 2 s · 9:16 · $0.56 play money",
        ),
        ({"model": "somebody/a-new-model"}, "somebody/a-new-model · 2 s · $0.56 play money"),
    ],
)
def test_one_line_says_what_was_asked_for_and_what_it_cost(given: dict[str, Any], line: str) -> None:
    assert settings(a_record(**given)) == line


def test_a_saved_clip_is_called_by_its_words() -> None:
    record = a_record("../Mara walks: through \n neon rain/ slow dolly in at shoulder height, wet asphalt")
    assert file_name(record) == f"mara-walks-through-neon-rain-slow-dolly-in-at-{record.id}.mp4"
    assert file_name(a_record("…", id="t1")) == "t1.mp4"


def test_a_file_is_named_from_the_notebook_only_below_it(tmp_path: Path) -> None:
    assert beside(tmp_path / "a b" / "c#.mp4", tmp_path) == "a%20b/c%23.mp4"
    assert beside(tmp_path.parent / "c.mp4", tmp_path) == ""


def test_the_notebooks_folder_outlives_a_change_of_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.setenv("JPY_SESSION_NAME", str(tmp_path / "notebook.ipynb"))
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert notebook_folder() == tmp_path
    for unusable in ("a-console", "notebook.ipynb", str(tmp_path / "gone" / "notebook.ipynb")):
        monkeypatch.setenv("JPY_SESSION_NAME", unusable)
        assert notebook_folder() == tmp_path / "elsewhere"


def test_what_is_shown_holds_no_path_of_this_machine(screen: Heard, tmp_path: Path) -> None:
    assert screen.clips[0]["beside"] == f"lib/takes/{screen.clips[0]['id']}.mp4"
    assert str(tmp_path) not in json.dumps(screen.clips)


@pytest.mark.parametrize("state", ["processing", "failed"])
def test_a_take_without_a_clip_has_a_row_instead(state: Any) -> None:
    record = a_record(state=state, charge=None)
    how = row(record, Progress("rendering", 0.4, 12.0))
    waiting = clip(record, row=how, beside="x")
    assert (waiting["file"], waiting["beside"], waiting["note"]) == ("", "", "")
    assert waiting["row"] == how


def test_showing_the_same_again_sends_nothing(screen: Heard, library: Library) -> None:
    before = screen.clips
    screen.show(*library._gateway.records())
    assert screen.clips is before


def test_a_page_is_told_where_the_clip_is_before_it_asks(screen: Heard, library: Library, tmp_path: Path) -> None:
    told, _ = screen._sent[0]
    bytes_ = whole(library)
    assert told["take"] == screen.clips[0]["id"]
    assert told["place"] == {
        "path": (tmp_path / "lib" / "takes" / f"{told['take']}.mp4").as_posix(),
        "bytes": len(bytes_),
        "head": hashlib.sha256(bytes_[:HEAD]).hexdigest(),
        "url": "",
    }
    answer, _ = screen.asked("where", take=told["take"])
    assert answer["place"] == told["place"]


def test_the_pieces_are_the_file(screen: Heard, library: Library) -> None:
    bytes_, pieces = whole(library), []
    for offset in range(0, len(bytes_), 10_000):
        answer, buffers = screen.asked("chunk", take=screen.clips[0]["id"], offset=offset, length=10_000)
        assert answer["ok"]
        pieces += buffers
    assert b"".join(pieces) == bytes_


def test_a_piece_is_never_large(screen: Heard, library: Library) -> None:
    path = library._gateway.path(library._gateway.records()[0])
    assert path is not None
    with path.open("ab") as file:
        file.truncate(CHUNK_MOST * 2)
    _, buffers = screen.asked("chunk", take=screen.clips[0]["id"], offset=0, length=1 << 40)
    assert len(buffers[0]) == CHUNK_MOST


@pytest.mark.parametrize("piece", [{"offset": -1, "length": 9}, {"offset": 1 << 40, "length": 9}, {"offset": "0"}])
def test_a_piece_that_does_not_exist_is_refused(screen: Heard, piece: dict[str, Any]) -> None:
    answer, buffers = screen.asked("chunk", take=screen.clips[0]["id"], **piece)
    assert not answer["ok"]
    assert buffers == []


def test_a_picture_that_a_page_asks_for_is_made_and_given_whole(screen: Heard, library: Library) -> None:
    job = screen.asked("make", take=screen.clips[0]["id"], export="frame", start=0.5)[0]["job"]
    until(lambda: any(content.get("job") == job and "made" in content for content, _ in list(screen._sent)))
    made = screen.asked("made", job=job)[0]["made"]
    _, pieces = screen.asked("piece", job=job, offset=0, length=made["bytes"])
    assert made["type"] == "image/png"
    assert pieces == [(library.folder / "exports" / made["name"]).read_bytes()]
    assert not screen.asked("piece", job="another", offset=0, length=9)[0]["ok"]


@pytest.mark.parametrize("kind", ["where", "chunk", "poster"])
def test_only_takes_of_the_library_are_given(screen: Heard, kind: str) -> None:
    for take in ("../../etc/passwd", "t000000000nobody", None):
        answer, buffers = screen.asked(kind, take=take, offset=0, length=9)
        assert not answer["ok"]
        assert buffers == []


def test_a_file_that_leads_out_of_the_library_is_not_given(library: Library, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"key")
    path = library._gateway.path(library._gateway.records()[0])
    assert path is not None
    path.unlink()
    path.symlink_to(tmp_path / "secret")
    answer, buffers = Heard(library.takes()[0]).asked(
        "chunk", take=library._gateway.records()[0].id, offset=0, length=9
    )
    assert "not in the library's folder" in answer["error"]
    assert buffers == []


def test_a_missing_file_says_what_to_do(library: Library) -> None:
    path = library._gateway.path(library._gateway.records()[0])
    assert path is not None
    path.unlink()
    answer, _ = Heard(library.takes()[0]).asked("where", take=library._gateway.records()[0].id)
    assert str(path) in answer["error"]
    assert "Put the file back there" in answer["error"]


def test_a_poster_comes_as_bytes(screen: Heard) -> None:
    answer, buffers = screen.asked("poster", take=screen.clips[0]["id"])
    assert answer["ok"]
    assert buffers[0][:2] == b"\xff\xd8"


def test_stars_and_tags_are_kept(screen: Heard, library: Library) -> None:
    take = screen.clips[0]["id"]
    assert screen.asked("rate", take=take, rating=5)[0]["ok"]
    assert screen.asked("tag", take=take, tags=["hero", "night"])[0]["ok"]
    record = library._gateway.record(take)
    assert (record.rating, record.tags) == (5, ("hero", "night"))
    assert (screen.clips[0]["rating"], screen.clips[0]["tags"]) == (5, ["hero", "night"])
    assert not screen.asked("rate", take=take, rating=9)[0]["ok"]
    assert library._gateway.record(take).rating == 5


def test_an_action_reaches_who_offered_it(library: Library) -> None:
    chosen: list[tuple[str, str]] = []
    take, other = library._gateway.records()[0].id, a_take(library.folder, "Another moon").id
    offered = {take: [["remix", "Remix"]], other: []}
    screen = Heard(library.takes(), actions=offered, act=lambda take, name: chosen.append((take, name)))
    assert screen.asked("act", take=take, action="remix")[0]["ok"]
    assert not screen.asked("act", take=take, action="delete")[0]["ok"]
    assert not screen.asked("act", take=other, action="remix")[0]["ok"]
    assert chosen == [(take, "remix")]


def test_what_is_said_of_a_take_in_code_reaches_every_screen_of_it(library: Library) -> None:
    take = library.takes()[0]
    screens = [Player(take), Player(take), Player(library=library)]
    screens[2].show(take.record)
    screens[2].keep_up()
    take.rate(5)
    take.tag("night")
    for screen in screens:
        until(lambda screen=screen: screen.clips[0]["rating"] == 5 and "night" in screen.clips[0]["tags"])  # type: ignore[misc]


def test_what_another_kernel_says_of_a_take_reaches_a_screen_whose_takes_have_ended(library: Library) -> None:
    screen = Player(library.takes()[0])
    other = Library(library.folder)
    try:
        other.takes()[0].rate(1)
        until(lambda: screen.clips[0]["rating"] == 1)
    finally:
        other.close()


def test_a_rating_on_one_screen_reaches_the_other_and_what_the_notebook_keeps(library: Library) -> None:
    one, other = Heard(library.takes()[0]), Player(library.takes()[0])
    kept = SavedOutput(library)
    renewed: list[int | None] = []
    kept.renew = lambda records: renewed.append(records[0].rating)  # type: ignore[method-assign]
    other.keep_up(kept)
    one.asked("rate", take=one.clips[0]["id"], rating=2)
    until(lambda: other.clips[0]["rating"] == 2 and renewed == [2])


def test_a_screen_that_was_closed_is_told_nothing_more(library: Library) -> None:
    closed, open_ = Player(library.takes()[0]), Player(library.takes()[0])
    closed.close()
    library.takes()[0].rate(1)
    until(lambda: open_.clips[0]["rating"] == 1)
    assert closed.clips[0]["rating"] == 3
