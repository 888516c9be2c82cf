"""Where a sweep's cells stand on the page, and what its card says: pure."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kling_widget.analysis.expansion import expand
from kling_widget.request.budget import Budget, Spend
from kling_widget.request.money import Micros, micros
from kling_widget.store.record import TakeId
from kling_widget.store.sweep_record import CellRecord
from kling_widget.widgets.sweep import words
from kling_widget.widgets.sweep.layout import ACROSS, DOWN, Layout

PRICE = micros("0.336")


def choice(letter: str, count: int) -> str:
    return "{" + "|".join(f"{letter}{number}" for number in range(count)) + "}"


def test_the_first_axis_has_the_rows_and_the_second_the_columns() -> None:
    sweep = expand({"prompt": f"{choice('r', 3)} {choice('c', 2)}"}, {}, {})
    page = Layout(sweep).page()
    assert (page.rows, page.columns, page.across, page.pages) == (("r0", "r1", "r2"), ("c0", "c1"), 2, 1)
    shown = [sweep.cells[index].inputs["prompt"] for index in page.cells if index is not None]
    assert shown == ["r0 c0", "r0 c1", "r1 c0", "r1 c1", "r2 c0", "r2 c1"]


def test_further_axes_and_repeats_are_fixed_at_a_value_each() -> None:
    sweep = expand(
        {"prompt": f"{choice('r', 2)} {choice('c', 2)}"}, {}, {"duration": [5, 10], "sound": [True]}, repeats=3
    )
    layout = Layout(sweep)
    assert [one.name for one in layout.further] == ["duration", "repeat"]
    page = layout.page(fixed={"duration": 1, "repeat": 2})
    cells = [sweep.cells[index] for index in page.cells if index is not None]
    assert [(cell.inputs["duration"], cell.repeat) for cell in cells] == [(10, 2)] * 4
    assert layout.page(fixed={"duration": 7}).cells == (None,) * 4


@pytest.mark.parametrize(
    "given_",
    [{"mode": "paired"}, {"mode": "random", "limit": 5}, {"limit": 5}],
    ids=str,
)
def test_what_is_no_full_product_stands_in_order(given_: Any) -> None:
    sweep = expand({"prompt": f"{choice('r', 6)} {choice('c', 6)}"}, {}, {}, **given_)
    page = Layout(sweep).page()
    assert (page.rows, page.columns) == ((), ())
    assert page.cells == tuple(range(len(sweep.cells)))
    assert page.across == ACROSS


@given(rows=st.integers(1, 11), columns=st.integers(1, 11), depth=st.integers(1, 3), repeats=st.integers(1, 2))
def test_the_pages_together_show_each_cell_once(rows: int, columns: int, depth: int, repeats: int) -> None:
    texts = {"prompt": f"{choice('r', rows)} {choice('c', columns)} {choice('d', depth)}"}
    sweep = expand(texts, {}, {}, repeats=repeats)
    layout = Layout(sweep)
    fixed: list[dict[str, int]] = [{}]
    for dimension in layout.further:
        fixed = [{**one, dimension.name: at} for one in fixed for at in range(len(dimension.labels))]
    seen: list[int] = []
    for one in fixed:
        for number in range(layout.page(0, one).pages):
            page = layout.page(number, one)
            assert page.number == number
            assert len(page.cells) <= ACROSS * DOWN
            assert len(page.cells) % page.across == 0 or not page.rows
            seen += [index for index in page.cells if index is not None]
    assert sorted(seen) == list(range(len(sweep.cells)))
    assert layout.page(10_000).number == layout.page().pages - 1
    assert layout.page(-1).number == 0


def cell(take: str | None = None, state: Any = None, *, skipped: bool = False) -> CellRecord:
    return CellRecord("k", 0, PRICE, skipped, TakeId(take) if take else None, state)


def test_how_the_cells_stand_is_one_line() -> None:
    cells = [
        cell("t1", "completed"), cell("t2", "completed"), cell("t3", "processing"), cell("t4", "failed"),
        cell("t5", "needs_you"), cell(), cell(), cell(skipped=True),
    ]  # fmt: skip
    assert words.stands(cells, micros("1.01"), micros("2.69")) == (
        "2 of 8 made · 1 under way · 2 wait · 1 need you · 1 not made · 1 skipped · $1.01 of $2.69"
    )
    assert words.stands([], Micros(0), Micros(0)) == ""


@pytest.mark.parametrize(
    ("seconds", "at_once", "count", "day", "said"),
    [
        (840.0, 2, 12, "5", "about 14 min, 2 at once · $0.97 of today's budget left after it"),
        (40.0, 12, 3, None, "about 40 s"),
        (0.0, 12, 3, "4", "$0.03 over today's budget"),
        (7300.0, 1, 100, None, "about 2:01 h"),
        (0.0, 1, 0, "5", ""),
    ],
)
def test_what_stands_beside_the_button(seconds: float, at_once: int, count: int, day: str | None, said: str) -> None:
    budget = Budget(day=None if day is None else micros(day))
    assert words.note(seconds, at_once, count, micros("4.03"), budget, Spend(), practice=False) == said


def test_the_template_is_shown_with_its_values_in_place() -> None:
    sweep = expand(
        {"prompt": "A {red|blue} \\{fox\\}, __pelt__"}, {}, {}, wildcards={"pelt": [str(n) for n in range(30)]}
    )
    assert [one["text"] for one in words.segments(sweep)][:4] == [
        "A ",
        "red | blue",
        " {fox}, ",
        words.segments(sweep)[3]["text"],
    ]
    assert words.segments(sweep)[3]["text"].endswith("23 | 6 more")
    assert [(line["name"], len(line["values"]), line["count"]) for line in words.axis_lines(sweep)] == [
        ("choice 1", 2, 2),
        ("pelt", 24, 30),
    ]
    assert words.order(60, micros("20.16"), 0) == "60 takes $20.16"
    assert words.order(1, PRICE, 60) == "Add 1 take $0.336"
    assert words.order(0, Micros(0), 60) == ""
    doubled = expand({"prompt": "A {red|red|blue} fox"}, {}, {}, repeats=2)
    assert words.summary(doubled) == "a sweep of 4 takes, each combination 2 times; 1 equal one is made once"
