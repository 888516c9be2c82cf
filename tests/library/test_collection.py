"""A library as a collection: what can be asked of it, its table and back, who was made from whom."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kling_widget import Library
from kling_widget.errors import BadValue, LibraryError, NoSuchTake
from kling_widget.library import Take
from kling_widget.library.wanted import take_filter, take_ids
from kling_widget.request.catalog import O3_PRO, bundled
from tests.made import a_take

NOON = int(datetime(2026, 11, 20, 12, tzinfo=timezone.utc).timestamp() * 1000)
DAY = 86_400_000
OTHER = next(model.id for model in bundled() if model.id != O3_PRO and model.kind == "text-to-video")


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    opened = Library(tmp_path / "lib", tend=False)
    yield opened
    opened.close()


def words(takes: list[Take]) -> list[str]:
    return [take.prompt for take in takes]


@pytest.fixture
def five(library: Library) -> list[Take]:
    """Five takes of five days, oldest first: two are made from the first, and one from one of these."""
    fox = a_take(library.folder, "A red fox", at=NOON, rating=5, tags=("Hero", "wide"), inputs={"duration": 3})
    snow = a_take(library.folder, "A red fox in snow", at=NOON + DAY, parent=fox.id, rating=2, tags=("hero",))
    night = a_take(library.folder, "A red fox at night", at=NOON + 2 * DAY, parent=fox.id, note="#hero")
    stars = a_take(library.folder, "A red fox below stars", at=NOON + 3 * DAY, parent=night.id, rating=4)
    owl = a_take(library.folder, "#hero", at=NOON + 4 * DAY, model=OTHER, state="failed", charge=None)
    return library.takes([fox.id, snow.id, night.id, stars.id, owl.id])


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"text": "FOX"}, [3, 2, 1, 0]),
        ({"rating": 4}, [3, 0]),
        ({"tags": "hero"}, [1, 0]),  # neither a prompt nor a note that reads like a tag
        ({"tags": "#HERO"}, [1, 0]),
        ({"tags": ["hero", "wide"]}, [0]),
        ({"tags": "her"}, []),
        ({"cost": (0.5, None)}, [3, 2, 1, 0]),
        ({"cost": (None, 0.5)}, [4]),
        ({"cost": (0.56, 0.56), "rating": 5}, [0]),
        ({"cost": (0, 1e300)}, [4, 3, 2, 1, 0]),
        ({"status": "failed"}, [4]),
        ({"status": ["failed", "completed"], "limit": 2}, [4, 3]),
        ({"model": OTHER}, [4]),
        ({"model": "O3 Pro"}, [3, 2, 1, 0]),
        ({"model": ["O3 Pro", OTHER], "rating": 5}, [0]),
        ({"model": "kwaivgi/gone-by-now"}, []),
        ({"since": "2026-11-23"}, [4, 3]),
        ({"until": date(2026, 11, 21)}, [1, 0]),
        ({"since": "2026-11-21", "until": "2026-11-21"}, [1]),
        ({"until": datetime(2026, 11, 20, 12, tzinfo=timezone.utc)}, []),
        ({"since": pd.Timestamp("2026-11-22T13:00:00+01:00")}, [4, 3, 2]),
        ({"since": "2026-11-22T12:00:00Z"}, [4, 3, 2]),
        ({"text": "fox", "rating": 3, "tags": "wide"}, [0]),
    ],
    ids=str,
)
def test_takes_and_history_find_what_is_asked(
    library: Library, five: list[Take], asked: dict[str, Any], found: list[int]
) -> None:
    assert library.takes(**asked) == [five[n] for n in found]
    assert list(library.history(**asked)["id"]) == [five[n].id for n in found]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"rating": 6}, "1 to 5; this is 6"),
        ({"rating": True}, "1 to 5; this is True"),
        ({"status": "finished"}, "No take's status is 'finished'. There are: accepted, cancelled"),
        ({"model": "Sora"}, "no model 'Sora'"),
        ({"since": "yesterday"}, "since= takes a day or a moment"),
        ({"until": 5}, "until= takes a day or a moment"),
        ({"until": "9999-12-31"}, "until= takes"),
        ({"text": 5}, "text= takes a text"),
        ({"tags": 5}, "tags= takes one word or several"),
        ({"tags": [5]}, "tags= takes a text"),
        ({"parent": 5}, "A take, its id, or a row"),
    ],
    ids=str,
)
def test_what_no_take_can_have_is_refused_in_words(library: Library, asked: dict[str, Any], said: str) -> None:
    for ask in (library.takes, library.history):
        with pytest.raises(BadValue) as caught:
            ask(**asked)
        assert said in str(caught.value)


def test_the_name_of_0_1_0_for_a_text_still_finds(library: Library, five: list[Take]) -> None:
    with pytest.warns(DeprecationWarning, match=r"search= is text= now\."):
        assert library.takes(search="snow") == library.takes(text="snow") == [five[1]]
    with pytest.warns(DeprecationWarning, match=r"search= is text= now\."):
        assert list(library.history(search="snow")["id"]) == [five[1].id]


def test_it_is_told_who_was_made_from_whom(library: Library, five: list[Take]) -> None:
    fox, snow, night, stars, owl = five
    assert (fox.parent, snow.parent, stars.parent) == (None, fox, night)
    assert (fox.children, night.children, stars.children) == ([snow, night], [stars], [])
    for one in (fox, snow, night, stars):
        assert one.family == [fox, snow, night, stars]
    assert owl.family == [owl]
    assert library.takes(parent=fox) == library.takes(parent=fox.id) == [night, snow]
    table = library.history(family=stars, columns=["parent", "id"])
    assert dict(zip(table["id"], table["parent"], strict=True))[stars.id] == night.id


def test_a_family_ends_where_rows_go_in_circles(library: Library, five: list[Take]) -> None:
    fox, _snow, _night, stars, _owl = five
    a_take(library.folder, "Its own parent", at=NOON + 5 * DAY, parent=stars.id, id="t-circle")
    with closing(sqlite3.connect(library.folder / "library.db")) as base, base:
        base.execute("UPDATE takes SET parent = 't-circle' WHERE id = ?", (fox.id,))
    assert len(library[fox.id].family) == 5


def test_a_library_is_a_collection_of_its_takes(library: Library, five: list[Take]) -> None:
    assert len(library) == 5
    assert list(library) == five[::-1]
    assert library[five[1].id] == five[1]
    assert five[1].id in library
    assert five[1] in library
    assert "t1" not in library
    assert 5 not in library
    for error in (NoSuchTake, KeyError, LibraryError):
        with pytest.raises(error) as caught:
            library["t1"]
        assert str(caught.value) == "This library holds no take 't1'."
    with pytest.raises(TypeError, match=r"by their ids, not by 0\. The newest is takes\(\)\[0\]"):
        library[0]  # type: ignore[index]


def test_an_empty_library_is_true_and_another_librarys_take_is_not_in_it(
    library: Library, tmp_path: Path, five: list[Take]
) -> None:
    other = Library(tmp_path / "other", tend=False)
    assert (len(other), list(other), bool(other)) == (0, [], True)
    assert five[0] not in other
    assert other != library
    assert Library(tmp_path / "other", tend=False) == other
    other.close()


def test_all_takes_are_gone_through_page_by_page(library: Library) -> None:
    made = [a_take(library.folder, f"A fox, {n}", at=NOON + n, inputs={"duration": 3}).id for n in range(205)]
    assert [take.id for take in library] == made[::-1]


@pytest.mark.parametrize(
    "among",
    [
        lambda takes, table: table.iloc[[2, 0]],
        lambda takes, table: table["id"].iloc[[2, 0]],
        lambda takes, table: [row for _, row in table.iloc[[2, 0]].iterrows()],
        lambda takes, table: list(table.iloc[[2, 0]].itertuples()),
        lambda takes, table: (takes[2], takes[0].id),
    ],
    ids=["table", "column", "rows", "tuples", "takes"],
)
def test_a_table_leads_back_to_its_takes(library: Library, five: list[Take], among: Callable[..., Any]) -> None:
    table = library.history()
    newest = five[::-1]
    assert library.takes(among(newest, table)) == [newest[2], newest[0]]
    assert library.takes(table.iloc[0]) == [newest[0]]
    assert library.takes(table.head(0)) == []


def test_a_table_without_ids_and_a_narrowed_one_are_refused_in_words(library: Library, five: list[Take]) -> None:
    table = library.history(columns=["prompt"])
    assert list(table.columns) == ["prompt"]
    with pytest.raises(BadValue, match="has no column id"):
        library.takes(table)
    with pytest.raises(TypeError, match="can't be narrowed as well"):
        library.takes(five, rating=4)
    with pytest.raises(NoSuchTake, match="'t1'"):
        library.takes(["t1"])
    with pytest.raises(BadValue, match="A take, its id, or a row"):
        library.takes([five[0], 5])


def test_a_diff_says_what_the_second_take_has_otherwise(library: Library, five: list[Take]) -> None:
    fox, snow, *_ = five
    diff = fox.diff(snow)
    assert "".join(text for kind, text in diff.prompt if kind != "ins") == fox.prompt
    assert "".join(text for kind, text in diff.prompt if kind != "del") == snow.prompt
    assert dict(diff.inputs) == {"duration": (3, 5)}
    assert repr(diff).splitlines() == [
        f"[-first: {fox.id}-] {{+second: {snow.id}+}}",
        "prompt: A red fox{+ in snow+}",
        "duration: [-3-] {+5+}",
    ]
    assert diff
    same = fox.diff(fox)
    assert not same
    assert repr(same).endswith("\nthe same request")


def test_a_diffs_page_shows_outside_words_as_words(library: Library) -> None:
    one = library[a_take(library.folder, "<b>A</b> & fox", at=NOON).id]
    other = library[a_take(library.folder, "<i>A</i> & fox", at=NOON + 1, model=OTHER).id]
    page = one.diff(other)._repr_html_()
    assert "<b>" not in page
    assert "<i>" not in page
    assert "&lt;" in page
    assert f"first: {one.id}" in page
    assert bundled()[OTHER].name in page
    assert "the same request" in one.diff(one)._repr_html_()


def test_a_diff_of_storyboards_tells_their_shots_seconds_too(library: Library) -> None:
    def shots(*seconds: int) -> dict[str, Any]:
        return {"duration": 8, "multi_prompt": [{"prompt": f"Shot {n}", "duration": s} for n, s in enumerate(seconds)]}

    def made(at: int, words: str, inputs: dict[str, Any]) -> Take:
        return library[a_take(library.folder, words, at=NOON + at, inputs=inputs).id]

    one, other = made(0, "Shot 0\nShot 1", shots(3, 5)), made(1, "Shot 0\nShot 1", shots(4, 4))
    assert dict(one.diff(other).inputs) == {"multi_prompt": ([3, 5], [4, 4])}
    assert one.diff(other)
    plain = made(2, "Shot 0\nShot 1", {"duration": 8, "prompt": "Shot 0\nShot 1"})
    assert dict(one.diff(plain).inputs) == {"multi_prompt": ([3, 5], None)}


@given(day=st.dates(date(1990, 1, 1), date(2100, 1, 1)), hours=st.integers(-14, 14))
def test_a_day_is_from_its_midnight_to_the_next_by_the_librarys_zone(day: date, hours: int) -> None:
    zone = timezone(timedelta(hours=hours))
    asked = take_filter(bundled(), zone, since=day, until=str(day))
    assert asked.since is not None
    assert asked.until is not None
    assert datetime.fromtimestamp(asked.since / 1000, zone) == datetime(day.year, day.month, day.day, tzinfo=zone)
    assert asked.until - asked.since == DAY


def test_ids_are_read_from_any_table_with_a_column_of_that_name() -> None:
    class Table:
        """As polars has it: columns by name, each a series."""

        columns = ("id", "prompt")

        def __getitem__(self, name: str) -> list[str]:
            return {"id": ["t1", "t2"]}[name]

    assert take_ids(Table()) == ["t1", "t2"]
