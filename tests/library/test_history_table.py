"""The history without pandas: what CSV, JSON, Parquet and Arrow give back is what went in, in whatever script."""

from __future__ import annotations

import csv
import json
import resource
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from datetime import timedelta, timezone
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from kling_widget import Library
from kling_widget.errors import BadValue, LibraryError, NoSuchTake
from kling_widget.library.arrow import arrow_table
from kling_widget.library.history_files import quoted, unquoted
from kling_widget.library.history_table import HistoryTable
from kling_widget.store.history import COLUMNS, MORE, reads
from tests.made import a_take

NOON = 1_795_780_800_123
PROMPTS = [
    "A red fox",
    "=HYPERLINK(\"http://127.0.0.1/\", \"click\")",
    "+1 fox",
    "-1 fox",
    "@fox",
    "\tfox",
    "\rfox",
    "'=fox, quoted before",
    "'Tis a fox",
    'A "fox", says she;\r\nthe second line\nand the third',
    "बर्फ में एक लाल लोमड़ी",
    "ثعلب أحمر في الثلج",
    "👩‍👩‍👧‍👦 and a 🦊",
    "\uff1dfull width",
]  # fmt: skip

ANY = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    opened = Library(tmp_path / "lib", tend=False)
    yield opened
    opened.close()


@pytest.fixture
def full(library: Library) -> Library:
    for number, prompt in enumerate(PROMPTS):
        a_take(
            library.folder, prompt, at=NOON + number, tags=("=tag", "wide, slow") if number % 2 else (),
            rating=number % 5 + 1 if number % 3 else None, note=prompt[::-1].replace("\r", ""), state="failed",
        )  # fmt: skip
    return library


def rows_of_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def a_table(rows: list[dict[str, Any]], columns: tuple[str, ...] = (*COLUMNS, *MORE), zone: Any = None) -> HistoryTable:
    """A table of rows as the database holds them."""
    names = reads(columns)
    return HistoryTable([[row[name] for name in names] for row in rows], columns, zone or ZoneInfo("Asia/Kolkata"))


WHOLE = st.none() | st.integers(0, 1 << 40)
ROWS = st.fixed_dictionaries(
    {
        "id": st.from_regex("t[0-9a-z]{14}", fullmatch=True),
        "poster": st.none() | ANY,
        "words": ANY,
        "model": ANY,
        "seconds": st.integers(0, 60),
        "inputs": st.fixed_dictionaries({}, optional={"sound": st.booleans(), "aspect_ratio": ANY}).map(json.dumps),
        "state": st.sampled_from(["completed", "failed", "intent"]),
        "estimate": st.integers(0, 10**9),
        "charge": st.none() | st.integers(0, 10**9),
        "refund": st.none() | st.integers(0, 10**9),
        "rating": st.none() | st.integers(1, 5),
        "tags": st.lists(ANY.map(lambda text: " ".join(text.split())).filter(bool), max_size=3).map(json.dumps),
        "note": ANY,
        "confirmed_at": st.integers(0, 4 * 10**12),
        "saved_at": st.none() | st.integers(4 * 10**12, 5 * 10**12),
        "file": st.none() | ANY,
        "parent": st.none() | ANY,
        "service": ANY,
        "simulated": st.none() | st.booleans(),
        "prediction": st.none() | ANY,
        "trouble": ANY,
        "width": WHOLE,
        "height": WHOLE,
        "bytes": WHOLE,
        "sha256": st.none() | ANY,
    }
)


@settings(max_examples=40)
@given(st.lists(ROWS, max_size=4))
def test_json_gives_back_what_went_in(tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, Any]]) -> None:
    table = a_table(rows)
    path = table.to_json(tmp_path_factory.mktemp("json") / "history.json")
    found = json.loads(path.read_text("utf-8"))
    assert found == list(table)
    assert len(found) == len(table) == len(rows)


@settings(max_examples=40)
@given(st.lists(ROWS, min_size=1, max_size=4))
def test_csv_gives_back_what_went_in_to_csv_and_to_pandas(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, Any]]
) -> None:
    table = a_table(rows)
    path = table.to_csv(tmp_path_factory.mktemp("csv") / "history.csv")
    by_csv: list[dict[Any, Any]] = [*rows_of_csv(path)]
    by_pandas: list[dict[Any, Any]] = pd.read_csv(path, dtype=str, keep_default_na=False).to_dict("records")
    assert len(by_csv) == len(by_pandas) == len(rows)
    for found in (by_csv, by_pandas):
        for back, row in zip(found, table, strict=True):
            for name, value in row.items():
                text = back[name]
                if name == "confirmed":
                    assert text == value[:19].replace("T", " ")
                elif name == "tags":
                    assert [one for one in unquoted(text).split("\n") if one] == value
                elif isinstance(value, bool):
                    assert text == ("true" if value else "false")
                elif isinstance(value, (int, float)):
                    assert float(text) == value
                else:
                    assert unquoted(text) == (value or "")
                    assert not text.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


@settings(max_examples=40)
@given(st.lists(ROWS, max_size=4))
def test_parquet_and_arrow_give_back_what_went_in(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, Any]]
) -> None:
    table = a_table(rows)
    expected = [{**row, "confirmed": at["confirmed_at"]} for row, at in zip(table, rows, strict=True)]
    path = table.to_parquet(tmp_path_factory.mktemp("parquet") / "history.parquet")
    for found in (parquet.read_table(path), pa.table(table)):
        assert found.column_names == table.columns
        moments = found["confirmed"].cast(pa.int64()).to_pylist()
        assert [{**row, "confirmed": at} for row, at in zip(found.to_pylist(), moments, strict=True)] == expected
    by_polars = pl.DataFrame(table)
    assert by_polars.columns == table.columns
    moments = by_polars["confirmed"].dt.epoch("ms").to_list()
    assert [{**row, "confirmed": at} for row, at in zip(by_polars.to_dicts(), moments, strict=True)] == expected


@given(st.text())
@example("=1")
@example("'=1")
@example("''")
@example("'Tis")
def test_an_apostrophe_is_added_once_and_can_be_taken_away(text: str) -> None:
    assert unquoted(quoted(text)) == text
    assert not quoted(text).startswith(("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20"))


def test_a_library_saves_its_history_with_the_same_filters_and_columns(full: Library, tmp_path: Path) -> None:
    frame = full.history()
    table = full.table()
    assert table.columns == list(frame.columns)
    assert [row["id"] for row in table] == list(frame["id"])
    rows = rows_of_csv(table.to_csv(tmp_path / "all.csv"))
    assert [unquoted(row["prompt"]) for row in rows] == list(frame["prompt"])
    assert [float(row["cost"]) for row in rows] == list(frame["cost"])
    asked: dict[str, Any] = {"rating": 4, "status": "failed", "columns": ["prompt", "rating"], "limit": 2}
    few = full.table(**asked)
    assert (len(few), few.columns) == (2, ["prompt", "rating"])
    assert [row["prompt"] for row in few] == list(full.history(**asked)["prompt"])
    with pytest.raises(BadValue, match="no column 'size'"):
        full.table(columns=["size"])


def test_takes_that_are_named_come_in_their_order(full: Library) -> None:
    ids = list(full.history()["id"])[3:0:-1]
    assert [row["id"] for row in full.table(full.takes(ids))] == ids
    assert [row["id"] for row in full.table(full.history()[:0])] == []
    with pytest.raises(NoSuchTake):
        full.table(["t0"])
    with pytest.raises(TypeError, match="can't be narrowed"):
        full.table(ids, rating=4)


def test_a_spreadsheet_is_told_that_it_is_utf_8_and_finds_moments(full: Library, tmp_path: Path) -> None:
    raw = full.table(columns=["prompt", "confirmed"]).to_csv(tmp_path / "history").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbfprompt,confirmed\r\n")
    row = rows_of_csv(tmp_path / "history.csv")[-1]
    assert row["confirmed"] == str(full.history()["confirmed"].iloc[-1])[:19]
    assert pl.read_csv(tmp_path / "history.csv").columns == ["prompt", "confirmed"]


def test_halves_of_characters_and_nuls_of_a_strange_row_break_no_file(tmp_path: Path) -> None:
    row = {
        "id": "t1", "words": "half \ud83e of a fox\0", "tags": '["\\ud83e"]', "inputs": '{"aspect_ratio": "\\ud83e"}',
        "model": "m",
    }  # fmt: skip
    table = a_table([row], ("id", "prompt", "tags", "aspect_ratio"))
    assert rows_of_csv(table.to_csv(tmp_path / "h"))[0]["prompt"] == "half \ufffd of a fox\ufffd"
    assert json.loads(table.to_json(tmp_path / "h").read_text("utf-8"))[0]["tags"] == ["\ufffd"]
    assert pl.DataFrame(table)["aspect_ratio"].to_list() == ["\ufffd"]


@pytest.mark.parametrize("zone", [timezone.utc, timezone(timedelta(hours=5, minutes=30), "UTC+05:30")])
def test_a_zone_without_a_name_is_an_offset(zone: timezone) -> None:
    table = a_table([{"id": "t1", "confirmed_at": NOON}], ("id", "confirmed"), zone)
    assert pa.table(table)["confirmed"].to_pylist()[0].timestamp() * 1000 == NOON
    assert next(iter(table))["confirmed"].endswith("+00:00" if zone is timezone.utc else "+05:30")


def test_types_and_units_are_as_the_page_says(full: Library) -> None:
    schema = arrow_table({name: [] for name in (*COLUMNS, *MORE)}, ZoneInfo("Europe/Berlin")).schema
    assert schema.field("cost").metadata == {b"unit": b"US dollars"}
    page = HistoryTable.__doc__ or ""
    assert all(name in page for name in schema.names)
    assert str(schema.field("confirmed").type) == "timestamp[ms, tz=Europe/Berlin]"
    assert pa.table(full.table()).schema.field("tags").type == pa.list_(pa.string())


def test_a_file_is_written_whole_or_not_at_all(full: Library, tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match=r"there is no such folder.*Make the folder first"):
        full.table().to_csv(tmp_path / "none" / "history.csv")
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(LibraryError, match=r"can't be saved as .*folder\.csv.*The library is as it was"):
        full.table().to_csv(tmp_path / "folder.csv")
    with pytest.raises(LibraryError, match="half of a character, or a NUL"):
        full.table().to_json("a\0b")
    before = full.table(limit=1).to_json(tmp_path / "history.json").read_bytes()
    broken = full.table()
    broken._values = {"id": [float("nan")]}
    with pytest.raises(ValueError, match="not JSON compliant"):
        broken.to_json(tmp_path / "history.json")
    assert (tmp_path / "history.json").read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder.csv", "history.json", "lib"]
    full.table().to_json(tmp_path / "lib" / "library.db")
    assert len(full) == len(PROMPTS)  # the database is no JSON file, and is not replaced by one


def test_a_place_that_takes_no_file_is_said(full: Library, tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match=r"can't be saved as '/sys/history\.csv' \(.+\)\. .* name another place"):
        full.table().to_csv("/sys/history.csv")
    table, before = full.table(), resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
    try:
        with pytest.raises(LibraryError, match="File too large"):
            table.to_parquet(tmp_path / "history.parquet")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert [path.name for path in tmp_path.iterdir()] == ["lib"]


WITHOUT = """
    import sys
    sys.modules["pyarrow"] = None
    from kling_widget import Library, MissingPackage
    library = Library("lib", tend=False)
    table = library.table()
    print(table.to_csv("a.csv").name, table.to_json("a.json").name)
    for ask in (lambda: table.to_parquet("a.parquet"), table.__arrow_c_stream__):
        try:
            ask()
        except MissingPackage as error:
            print(error)
    print(sorted({"pandas", "numpy"} & set(sys.modules)))
    library.close()
"""


def test_what_is_not_installed_is_named_and_pandas_is_not_imported(tmp_path: Path) -> None:
    code = textwrap.dedent(WITHOUT)
    ran = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    first, second, third, last = ran.stdout.splitlines()
    assert first == "a.csv a.json"
    assert second == third
    assert "pip install 'kling-widget[arrow]'" in second
    assert last == "[]"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "a.json", "lib"]
