"""A page with chosen takes: whole, escaped, without a word of where it was made, and never over another's file."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import warnings
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kling_widget import Library
from kling_widget.errors import LibraryError
from kling_widget.store import Store
from kling_widget.store.take_filter import TakeFilter
from kling_widget.widgets.player import export
from kling_widget.widgets.player.clip import clip
from kling_widget.widgets.player.export_page import Leaf, Page, inert
from tests.made import a_record, a_take

LIVE = "https://api.wavespeed.ai"
HOSTILE = (
    "</script><script>alert(1)</script><!-- \"'> <img src=x onerror=alert(1)> &lt; \u2028 \u2029 ]]> "
    "</style><style>*{display:none}"
)


class Read(HTMLParser):
    """A page as a browser's parser reads it: its scripts, the text of its table, what it points at."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.scripts: list[tuple[dict[str, str | None], str]] = []
        self.addresses: list[str] = []
        self.metas: list[dict[str, str | None]] = []
        self.tags: list[str] = []
        self.prompts: list[str] = []
        self._inside: str | None = None
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        self.tags.append(tag)
        self._inside = tag
        self.addresses += [str(known[name]) for name in ("src", "href", "poster", "action") if name in known]
        if tag == "script":
            self.scripts.append((known, ""))
        elif tag == "meta":
            self.metas.append(known)
        elif tag == "p":
            self.prompts.append("")

    def handle_endtag(self, tag: str) -> None:
        self._inside = None

    def handle_data(self, data: str) -> None:
        if self._inside == "script":
            known, text = self.scripts[-1]
            self.scripts[-1] = (known, text + data)
        elif self._inside == "p":
            self.prompts[-1] += data

    def leaves(self) -> dict[str, Any]:
        """What the page's screen is told."""
        found: dict[str, Any] = json.loads(next(text for known, text in self.scripts if known.get("id") == "kw-leaves"))
        return found


def read(path: Path) -> Read:
    return Read(path.read_text("utf-8"))


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """A library with two finished takes, the older one live."""
    at = 1_790_000_000_000
    a_take(tmp_path / "lib", "A moon over fog", at=at, inputs={"sound": True}, service=LIVE, rating=4, tags=("hero",))
    a_take(tmp_path / "lib", "A moon over snow", at=at + 1000)
    library = Library(tmp_path / "lib")
    yield library
    library.close()


def test_clips_lie_beside_the_page_as_they_came(library: Library, tmp_path: Path) -> None:
    page = library.export_html(tmp_path / "moons.html")
    assert page == tmp_path / "moons.html"
    files = sorted((tmp_path / "moons_clips").iterdir())
    assert {hashlib.sha256(file.read_bytes()).hexdigest() for file in files} == {
        record.sha256 for record in library._gateway.records()
    }
    takes = read(page).leaves()["takes"]
    assert [take["prompt"] for take in takes] == ["A moon over snow", "A moon over fog"]
    assert [(tmp_path / take["beside"]).is_file() for take in takes] == [True, True]
    assert [part.name for part in tmp_path.iterdir() if "part" in part.name] == []


def test_clips_lie_inside_the_page_byte_for_byte(library: Library, tmp_path: Path) -> None:
    page = library.export_html(tmp_path / "moons.html", clips="inside")
    assert not (tmp_path / "moons_clips").exists()
    held = {known["data-clip"]: text for known, text in read(page).scripts if "data-clip" in known}
    assert {take: hashlib.sha256(base64.b64decode(text)).hexdigest() for take, text in held.items()} == {
        record.id: record.sha256 for record in library._gateway.records()
    }
    assert read(page).leaves()["inside"] is True
    assert [take["beside"] for take in read(page).leaves()["takes"]] == ["", ""]


def test_a_page_says_what_was_asked_and_what_it_cost(library: Library, tmp_path: Path) -> None:
    text = library.export_html(tmp_path / "moons", title="Two moons & a fog").read_text("utf-8")
    assert "<h1>Two moons &amp; a fog</h1>" in text
    assert "2 takes · $0.56 · $0.56 play money" in text
    assert "SIMULATED</b>1 take of practice: no real generation, and at no cost." in text
    for words in ("A moon over fog", "2 s · 16:9 · sound", "★★★★", "#hero", "$0.56 play money"):
        assert words in text
    only = library.export_html(tmp_path / "live", [library.takes()[1]]).read_text("utf-8")
    assert "1 take · $0.56<" in only
    assert "SIMULATED" not in only.partition("</header>")[0].partition("<header")[2]


def test_it_knows_what_takes_differ_in_and_when_frames_are_shown(library: Library, tmp_path: Path) -> None:
    leaves = read(library.export_html(tmp_path / "moons.html")).leaves()
    first, second = leaves["shown"]
    differences = leaves["differences"][f"{first} {second}"]
    assert ["del", "snow"] in differences["prompt"]
    assert ["ins", "fog"] in differences["prompt"]
    assert differences["inputs"] == [["sound", "off", "on"]]
    assert sum(frames for frames, _ in leaves["frames"][first]["runs"]) == 48


@pytest.mark.parametrize("clips", ["beside", "inside"])
def test_no_word_of_this_machine_or_of_the_service_is_in_the_page(clips: Any, tmp_path: Path) -> None:
    folder = tmp_path / "lib"
    where = f"The file can't be saved in {folder}/takes. Ask https://api.wavespeed.ai/api/v3/predictions/p1 again."
    made = [
        a_take(folder, "From a file", inputs={"image": f"{tmp_path}/private/fox.png"}),
        a_take(folder, "From the service", service=LIVE, prediction="p1", inputs={"image": f"{LIVE}/u/secret/owl.png"}),
        a_take(folder, "Failed", state="failed", service=LIVE, trouble=where, note="not for others"),
    ]
    library = Library(folder)
    text = library.export_html(tmp_path / "page.html", [one.id for one in made], clips=clips).read_text("utf-8")
    library.close()
    for secret in (str(tmp_path), "wavespeed.ai", "secret", "private", "not for others", "p1 again", str(Path.home())):
        assert secret not in text
    assert '["image","fox.png","owl.png"]' in text
    assert "The file can't be saved in (the library)/takes. Ask (an address) again." in json.dumps(Read(text).leaves())


def test_a_page_points_at_nothing_but_its_own_clips(library: Library, tmp_path: Path) -> None:
    found = read(library.export_html(tmp_path / "my moons.html")).addresses
    assert found
    assert all(one.startswith(("data:image/jpeg;base64,", "my%20moons_clips/")) for one in found)


def test_only_the_pages_own_scripts_may_run(library: Library, tmp_path: Path) -> None:
    page = read(library.export_html(tmp_path / "moons.html"))
    policy = str(next(meta["content"] for meta in page.metas if meta.get("http-equiv") == "Content-Security-Policy"))
    run = [text for known, text in page.scripts if known.get("type", "module") == "module"]
    hashes = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in run]
    assert re.findall(r"'sha256-([^']+)'", policy) == hashes
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "http" not in policy


def whole(words: str) -> str:
    """A page of one take with these words wherever a person's words stand."""
    record = replace(a_record(words, file="takes/t.mp4", sha256="0" * 64, rating=1), tags=(words,))
    leaf = Leaf(record, clip(record, row=None, beside="a_clips/b.mp4"))
    page = Page(words, date(2026, 11, 25), [leaf], [record.id], {}, inside=False)
    return page.head() + page.tail()


PLAIN = Read(whole("plain"))


@given(st.one_of(st.text(), st.sampled_from(["</script", "<!--", "<script", "]]>", "\u2028"])))
def test_json_in_a_page_is_read_back_and_ends_nothing(words: str) -> None:
    text = inert("kw-x", {"words": words, words: [words]})
    assert not re.search(r"[<>&\u2028\u2029]", text.removeprefix('<script type="application/json" id="kw-x">')[:-9])
    [(_, held)] = Read(text).scripts
    assert json.loads(held) == {"words": words, words: [words]}


# A parser makes one of carriage returns and line feeds, and drops what is no character of a page.
WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1)


@settings(max_examples=40)
@given(WORDS, st.integers(0, len(HOSTILE)))
def test_words_from_outside_stay_words(words: str, at: int) -> None:
    hostile = HOSTILE[:at] + words + HOSTILE[at:]
    page = Read(whole(hostile))
    assert page.tags == PLAIN.tags
    assert hostile in page.prompts
    assert page.leaves()["takes"][0]["prompt"] == hostile
    assert page.leaves()["takes"][0]["tags"] == [hostile]


def test_a_take_without_a_clip_says_what_became_of_it(library: Library, tmp_path: Path) -> None:
    folder = library.folder
    failed = a_take(folder, "Flagged", state="failed", trouble="Flagged. Nothing was charged.", charge=None)
    under_way = a_take(folder, "Slow", state="processing", service="https://service.invalid", charge=None)
    kept, lost = library._gateway.records(TakeFilter(states={"completed"}))
    (folder / str(lost.file)).unlink()
    page = read(library.export_html(tmp_path / "moons.html", [failed.id, under_way.id, kept.id, lost.id]))
    rows = {take["id"]: take["row"] for take in page.leaves()["takes"]}
    assert rows[failed.id]["status"] == "Not made, not charged"
    assert rows[failed.id]["words"] == "Flagged. Nothing was charged."
    assert rows[under_way.id]["status"] == "Under way"
    assert rows[lost.id]["status"] == "Its file is missing"
    assert all(rows[take.id]["actions"] == [] for take in (failed, under_way, lost))
    assert rows[kept.id] is None
    assert page.leaves()["shown"] == [kept.id]
    assert "Not made, not charged" in page.prompts


def test_unless_chosen_they_are_the_newest_finished_ones(library: Library, tmp_path: Path) -> None:
    a_take(library.folder, "Flagged", state="failed", charge=None)
    assert [take["prompt"] for take in read(library.export_html(tmp_path / "a")).leaves()["takes"]] == [
        *("A moon over snow", "A moon over fog")
    ]


def test_more_takes_than_a_screen_has_places_are_all_in_the_page(library: Library, tmp_path: Path) -> None:
    first = library._gateway.records()[0]
    store = Store.in_folder(library.folder)
    for n in range(17):
        same = {"file": first.file, "sha256": first.sha256, "bytes": first.bytes}
        store.add(a_record(f"Number {n}", at=1_790_000_100_000 + n, **same))
    store.close()
    leaves = read(library.export_html(tmp_path / "a", library.takes())).leaves()
    assert len(leaves["takes"]) == 19
    assert len(leaves["shown"]) == 16
    assert first.id in [take["id"] for take in leaves["takes"]]
    assert len(list((tmp_path / "a_clips").iterdir())) == 19


def test_another_export_replaces_its_own_page_and_clips_and_nothing_else(library: Library, tmp_path: Path) -> None:
    new, old = library.takes()
    library.export_html(tmp_path / "moons.html")
    mine = tmp_path / "moons_clips" / "mine.txt"
    mine.write_text("mine")
    library.export_html(tmp_path / "moons.html", [new], title="One moon")
    assert "One moon" in (tmp_path / "moons.html").read_text("utf-8")
    assert sorted(file.name for file in (tmp_path / "moons_clips").iterdir()) == sorted(
        [f"a-moon-over-snow-{new.id}.mp4", "mine.txt"]
    )
    mine.unlink()
    library.export_html(tmp_path / "moons.html", [old], clips="inside")
    assert not (tmp_path / "moons_clips").exists()


def test_a_clip_that_somebody_changed_since_is_theirs(library: Library, tmp_path: Path) -> None:
    new, old = library.takes()
    library.export_html(tmp_path / "moons.html")
    theirs = tmp_path / "moons_clips" / f"a-moon-over-fog-{old.id}.mp4"
    theirs.write_bytes(b"cut by hand")
    library.export_html(tmp_path / "moons.html", [new])
    assert theirs.read_bytes() == b"cut by hand"
    before = (tmp_path / "moons.html").read_bytes()
    with pytest.raises(LibraryError, match="is another file"):
        library.export_html(tmp_path / "moons.html", [new, old])
    assert (tmp_path / "moons.html").read_bytes() == before


def test_another_file_of_that_name_is_left_alone(library: Library, tmp_path: Path) -> None:
    (tmp_path / "mine.html").write_text("<h1>mine</h1>")
    with pytest.raises(LibraryError, match="is there already, and is another file"):
        library.export_html(tmp_path / "mine.html")
    assert (tmp_path / "mine.html").read_text() == "<h1>mine</h1>"
    assert not (tmp_path / "mine_clips").exists()


def test_a_clip_that_changed_after_it_was_saved_is_not_passed_on(library: Library, tmp_path: Path) -> None:
    new, old = library.takes()
    path = old.video
    assert path is not None
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    for clips in ("beside", "inside"):
        with pytest.raises(LibraryError, match="was changed after it was saved"):
            library.export_html(tmp_path / "out.html", [new, old], clips=clips)
        assert sorted(one.name for one in tmp_path.iterdir()) == ["lib"]


def test_too_much_for_one_page_is_refused_and_much_is_warned_of(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "INSIDE_LARGE", 1000)
    with pytest.warns(UserWarning, match="a third larger"):
        library.export_html(tmp_path / "a", clips="inside")
    monkeypatch.setattr(export, "INSIDE_MOST", 1000)
    with pytest.raises(LibraryError, match='clips="beside"'):
        library.export_html(tmp_path / "b", clips="inside")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        library.export_html(tmp_path / "b")


def test_nothing_to_show_is_said_in_words(library: Library, tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match="No takes were chosen"):
        library.export_html(tmp_path / "a", [])
    empty = Library(tmp_path / "empty")
    with pytest.raises(LibraryError, match="no finished takes yet"):
        empty.export_html(tmp_path / "a")
    with pytest.raises(LibraryError, match="in another library"):
        empty.export_html(tmp_path / "a", library.takes())
    empty.close()
    with pytest.raises(LibraryError, match="no take"):
        library.export_html(tmp_path / "a", ["t-unknown"])
    with pytest.raises(TypeError, match="takes or their ids"):
        library.export_html(tmp_path / "a", [7])  # type: ignore[list-item]  # what the test is about
    with pytest.raises(LibraryError, match="beside"):
        library.export_html(tmp_path / "a", clips="within")  # type: ignore[arg-type]  # what the test is about
    with pytest.raises(LibraryError, match="can't be written"):
        library.export_html(tmp_path / "nowhere" / "a")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["empty", "lib"]


def test_a_folder_gets_a_page_by_a_plain_name(library: Library, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    take = library.takes()[0]
    assert library.export_html(tmp_path / "out", take.id) == tmp_path / "out" / "kling-takes.html"
    assert library.export_html(str(tmp_path / "v1.2"), [take, take.id]).name == "v1.2.html"
