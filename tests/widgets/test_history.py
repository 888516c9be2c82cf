"""A history as a table to work with: it sorts, narrows, turns pages, and works with many takes at once."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from traitlets import TraitError

from kling_widget import History, Library
from kling_widget.request.catalog import O3_PRO
from kling_widget.store import Store
from kling_widget.store.take_order import SORTED
from kling_widget.widgets.base.ids import MOST
from kling_widget.widgets.history.cards import SHOWN
from kling_widget.widgets.history.chips import chips
from kling_widget.widgets.history.filters import DEFAULTS
from tests.made import a_record, put_take

from ..patience import until
from .page import Page

DAWN = 1_790_000_000_000  # 2026-09-21, in UTC
DAY = 86_400_000


def make(folder: Path, *given: dict[str, Any], day: int = 0) -> list[str]:
    """Put takes into a library without their clips, a day apart, and return their ids."""
    folder.mkdir(parents=True, exist_ok=True)
    store = Store.in_folder(folder)
    try:
        return [
            put_take(store, a_record(one.pop("prompt"), at=DAWN + (day + n) * DAY, **one)).id
            for n, one in enumerate(map(dict, given))
        ]
    finally:
        store.close()


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """A library with three takes: a fox with stars, an owl made from it, and a hen that failed."""
    (fox,) = make(tmp_path, {"prompt": "A fox", "rating": 4, "tags": ("hero",), "charge": 2_000_000})
    make(
        tmp_path,
        {"prompt": "b owl", "rating": 2, "tags": ("hero", "night"), "parent": fox, "charge": 1_000_000},
        {"prompt": "C hen", "state": "failed", "charge": None},
        day=1,
    )
    library = Library(tmp_path, tend=False)
    yield library
    library.close()


def letters(history: History) -> str:
    """The first letters of what is shown, in order."""
    return "".join(card["prompt"].split()[-1][0] for card in history.cards)


def test_a_history_is_sorted_by_a_word_and_refuses_others_in_words(library: Library) -> None:
    history = History(library, sort="-cost")
    assert letters(history) == "foh"
    assert Page(history).tell("find", sort="cost")["ok"]
    assert (history.sort, letters(history)) == ("cost", "hof")
    history.sort = "-rating"
    assert letters(history) == "foh"
    history.sort = ""
    assert history.sort == "-confirmed"
    with pytest.raises(TraitError, match="can't be sorted by 'price'"):
        history.sort = "price"
    assert "can't be sorted" in Page(history).tell("find", sort="poster")["error"]
    assert letters(history) == "hof"


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"rating": 3}, "f"),
        ({"tags": "#HERO"}, "of"),
        ({"tags": ["hero", "night"]}, "o"),
        ({"model": "O3 Pro"}, "hof"),
        ({"cost": (0.5, 1)}, "o"),
        ({"cost": (None, 0)}, "h"),
        ({"since": datetime.fromtimestamp(DAWN / 1000 + 2 * 86400, timezone.utc)}, "h"),
        ({"status": "failed"}, "h"),
        ({"rating": 1, "sort": "rating"}, "of"),
        ({"text": "owl", "rating": 5}, ""),
    ],
)
def test_a_history_is_narrowed_by_the_words_of_takes(library: Library, asked: dict[str, Any], found: str) -> None:
    history = History(library, **asked)
    assert letters(history) == found
    assert [chip["name"] for chip in history.chips if chip["name"] != "sort"] == [
        name for name in DEFAULTS if name in asked and name not in ("text", "sort")
        for _ in (asked[name] if isinstance(asked[name], list) else [None])
    ]  # fmt: skip


def test_a_family_and_who_was_made_from_a_take_are_asked_for_with_takes(library: Library) -> None:
    hen, owl, fox = library.takes()
    history = History(library, family=owl)
    assert (history.family, letters(history)) == (owl.id, "of")
    assert history.chips == [{"name": "family", "words": "family: b owl", "rest": ""}]
    history.family, history.parent = "", fox
    assert letters(history) == "o"
    with pytest.raises(TraitError, match="no take 'nobody'"):
        history.family = "nobody"
    with pytest.raises(TraitError, match="A take, its id"):
        history.parent = 5
    assert hen.id not in [card["id"] for card in history.cards]


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("rating", 6, "number of stars"),
        ("tags", 5, "takes one word or several"),
        ("model", "No such model", "No such model"),
        ("cost", 3, "takes the least and the most"),
        ("cost", (2, 1), "the lesser first"),
        ("since", "yesterday", "takes a day or a moment"),
        ("columns", ["cost", "price"], "no column 'price'"),
        ("page", 0, "0"),
    ],
)
def test_what_no_take_can_have_is_refused_in_words(library: Library, name: str, value: Any, words: str) -> None:
    history = History(library)
    before = getattr(history, name)
    with pytest.raises(TraitError, match=words):
        setattr(history, name, value)
    assert getattr(history, name) == before
    assert letters(history) == "hof"


def test_one_command_narrows_by_several_and_one_clears_all(library: Library) -> None:
    history = History(library)
    page = Page(history)
    assert page.tell("find", tags=["hero"], rating=3, cost=[1, None])["ok"]
    assert (letters(history), history.tags, history.cost) == ("f", ("hero",), (1.0, None))
    assert [chip["words"] for chip in history.chips] == ["★ 3 and more", "#hero", "from $1.00"]
    assert history.sum == "1 of 3 takes, $2.00 of play money"
    assert page.tell("find", **DEFAULTS)["ok"]
    assert (letters(history), history.chips) == ("hof", [])
    assert "number of stars" in page.tell("find", rating=9)["error"]


def test_a_chip_takes_off_what_it_names_alone(library: Library) -> None:
    history = History(library, tags=("hero", "night"), rating=1)
    assert letters(history) == "o"
    tag = next(chip for chip in history.chips if chip["words"] == "#night")
    assert Page(history).tell("find", **{tag["name"]: tag["rest"]})["ok"]
    assert (history.tags, history.rating, letters(history)) == (("hero",), 1, "of")


def test_every_filter_has_words() -> None:
    values = {
        **DEFAULTS, "rating": 5, "model": ("m",), "cost": (None, 1.5), "since": "2026-11-01", "until": "2026-11-02",
        "sweep": "s", "sort": "-aspect_ratio",
    }  # fmt: skip
    words = [chip["words"] for chip in chips(values, lambda name, of: f"<{name} {of}>")]
    assert words == [
        "★ 5", "<model m>", "up to $1.50", "since 2026-11-01", "until 2026-11-02", "sweep: <sweep s>",
        "sorted by aspect ratio, descending",
    ]  # fmt: skip


def test_what_is_offered_comes_from_the_library(library: Library) -> None:
    answer = Page(History(library)).tell("offer")
    assert answer["tags"] == ["hero", "night"]
    assert answer["models"] == [[O3_PRO, "O3 Pro · text to video"]]
    assert answer["sweeps"] == []


def test_a_history_of_many_takes_has_pages_and_says_which_it_shows(tmp_path: Path) -> None:
    ids = make(tmp_path, *[{"prompt": f"Take {n}"} for n in range(SHOWN + 3)])
    library = Library(tmp_path, tend=False)
    history = History(library)
    try:
        assert (history.pages, len(history.cards), history.cards[0]["id"]) == (2, SHOWN, ids[-1])
        assert history.sum.startswith("1–200 of 203 takes")
        history.page = 2
        assert [card["id"] for card in history.cards] == ids[2::-1]
        assert history.sum.startswith("201–203 of 203 takes")
        history.sort = "confirmed"  # another order begins at its beginning
        assert (history.page, history.cards[0]["id"]) == (1, ids[0])
        history.page = 9
        assert history.page == 2
        assert Page(history).tell("find", text="Take 20")["ok"]
        assert (history.page, history.pages, history.sum[:14]) == (1, 1, "4 of 203 takes")
    finally:
        library.close()


def test_many_takes_are_rated_and_tagged_at_once_and_it_is_said(library: Library) -> None:
    history = History(library)
    page, ids = Page(history), [take.id for take in library.takes()]
    assert page.tell("rate", takes=ids[:2], rating=5)["ok"]
    until(lambda: history.notice == {"text": "2 takes now have 5 stars.", "tone": "ok"})
    assert [take.rating for take in library.takes()] == [5, 5, 4]
    assert page.tell("rate", takes=ids[:1], rating=None)["ok"]
    until(lambda: history.notice["text"] == "1 take now has no stars.")
    assert page.tell("tag", takes=ids, tag=" #{wide} ")["ok"]
    until(lambda: history.notice["text"] == "3 takes now have #{wide}.")
    assert [take.tags for take in library.takes()] == [("{wide}",), ("hero", "night", "{wide}"), ("hero", "{wide}")]
    assert page.tell("untag", takes=ids[1:], tag="hero")["ok"]
    until(lambda: history.notice["text"] == "2 takes have #hero no more.")
    until(lambda: [card["tags"] for card in history.cards] == [["{wide}"], ["night", "{wide}"], ["{wide}"]])


def test_what_can_t_be_written_is_refused_and_the_others_are_written(library: Library) -> None:
    history = History(library)
    page, newest = Page(history), library.takes()[0]
    assert "1 to 5" in page.tell("rate", takes=[newest.id], rating=9)["error"]
    assert "No take is selected" in page.tell("rate", takes=[], rating=3)["error"]
    assert "A tag is a word" in page.tell("tag", takes=[newest.id], tag=" # ")["error"]
    assert page.tell("rate", takes=[newest.id, "nobody"], rating=3)["ok"]
    until(lambda: history.notice.get("tone") == "bad")
    assert history.notice["text"].startswith("1 take now has 3 stars. 1 was not changed: ")
    assert newest.rating == 3


def test_marked_takes_are_compared_up_to_what_a_screen_shows(library: Library) -> None:
    chosen: list[tuple[str, ...]] = []
    history = History(library, choose=chosen.append)
    page, ids = Page(history), tuple(take.id for take in library.takes())
    history.marked = library.takes()
    assert history.marked == ids
    assert page.tell("compare", takes=list(ids))["ok"]
    assert (history.selected, chosen, history.marked) == (ids, [ids], ids)
    assert "at most 16" in page.tell("compare", takes=[f"t{n}" for n in range(MOST + 1)])["error"]
    with pytest.raises(TraitError, match="no take 'nobody'"):
        history.marked = ["nobody"]


def test_the_table_has_the_columns_that_are_chosen(library: Library) -> None:
    history = History(library, columns=["cost", "prompt", "practice", "parent"])
    assert history.cards[1]["cells"] == ["$1.00", "", "yes", library.takes()[2].id]
    history = History(library, columns=[])  # none: those that a history has at first
    assert history.columns[:3] == ("poster", "prompt", "model")
    assert len(history.cards[0]["cells"]) == len(history.columns)
    history.columns = history.every_column
    assert set(history.columns) == {"poster", *SORTED}
    assert len(history.cards[0]["cells"]) == len(history.columns)


def test_prompts_that_begin_alike_have_titles_that_differ(tmp_path: Path) -> None:
    make(tmp_path, {"prompt": "A robot walks along a beach"}, {"prompt": "A robot walks along a street"})
    library = Library(tmp_path, tend=False)
    try:
        cards = History(library).cards
        assert [card["title"] for card in cards] == ["… street", "… beach"]
        assert cards[0]["prompt"] == "A robot walks along a street"
    finally:
        library.close()


def test_importing_a_history_brings_no_numpy() -> None:
    program = (
        "import sys, kling_widget.widgets.history.history; "
        "print([name for name in ('numpy', 'pandas', 'sqlalchemy') if name in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True).stdout.strip() == "[]"
