"""What the panel says of the library."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kling_widget.engine.polling import Progress
from kling_widget.library import Library
from kling_widget.request.budget import Spend
from kling_widget.request.catalog import O3_PRO, bundled
from kling_widget.request.money import micros
from kling_widget.request.states import STATES
from kling_widget.service.service import Service
from kling_widget.store import Record, TakeId
from kling_widget.widgets.history import cards
from kling_widget.widgets.queue.rows import FEW, LINGER, Rows
from kling_widget.widgets.queue.take_row import clock, row
from kling_widget.widgets.studio import view
from tests.made import a_take

AT = 1_790_000_000_000
LIVE = "https://api.wavespeed.ai"


def take(name: str = "t1", **given: Any) -> Record:
    known: dict[str, Any] = {
        "service": "practice",
        "model": O3_PRO,
        "inputs": {"prompt": "A fox", "duration": 5},
        "words": "A fox",
        "seconds": 5,
        "state": "processing",
        "confirmed_at": AT,
        "estimate": micros("0.56"),
    }
    return Record(id=TakeId(name), **{**known, **given})


RENDERING = Progress("rendering", 0.54, 70, 100, 140, 12)
ENDED = Progress("trouble", 0.0, 9.0)


def words(progress: Progress, **given: Any) -> str:
    return row(take(**given), progress)["words"]


def test_a_row_says_how_long_it_runs_and_how_long_takes_like_it_need() -> None:
    assert words(RENDERING) == "Rendering, 1:10 so far. Takes like this need 1:40 to 2:20 (12 takes)."


def test_a_row_promises_nothing_where_nothing_is_known() -> None:
    assert words(Progress("rendering", 0.3, 8)) == "Rendering, 0:08 so far."


def test_a_late_take_is_spoken_of_calmly() -> None:
    late = Progress("rendering", 0.9, 200, 205, 250, 12, late=True)
    assert words(late) == (
        "Rendering, 3:20 so far. Longer than most takes like this (12 takes). It goes on, perhaps until 4:10."
    )


@pytest.mark.parametrize("state", sorted(STATES))
def test_every_state_has_a_row_with_words(state: Any) -> None:
    shown = row(take(state=state), RENDERING)
    assert shown["words"]
    assert shown["tone"] in ("wait", "run", "done", "bad", "ask", "off")
    assert bool(shown["status"]) == (shown["tone"] not in ("wait", "run"))


@pytest.mark.parametrize(
    ("given", "outcome"),
    [
        ({"state": "rejected"}, "Not made, not charged"),
        ({"state": "failed", "service": LIVE}, "Not made; a charge comes back"),
        (
            {
                "state": "failed",
                "service": LIVE,
                "charge": micros("0.56"),
                "refund": micros("0.56"),
            },
            "Not made, refunded",
        ),
        (
            {"state": "failed", "service": LIVE, "charge": micros("0.56")},
            "Not made; $0.56 to come back",
        ),
        ({"state": "failed"}, "Not made, not charged"),
        ({"state": "unknown"}, "Outcome unknown"),
        ({"state": "reconciling", "service": LIVE}, "Outcome unknown; may cost $0.56"),
        ({"state": "needs_you", "service": LIVE}, "Needs you; may cost $0.56"),
        ({"state": "not_created", "service": LIVE}, "Not made, not charged"),
        ({"state": "cancelled", "service": LIVE}, "Stopped, not charged"),
        ({"state": "cancelled", "service": LIVE, "prediction": "p1"}, "Not made; a charge comes back"),
        ({"state": "expired"}, "Made for $0.56, no longer kept"),
    ],
)
def test_a_take_without_a_clip_says_what_it_means_for_the_money(given: dict[str, Any], outcome: str) -> None:
    assert row(take(**given), ENDED)["status"] == outcome


def test_trouble_is_told_in_its_own_words() -> None:
    assert words(ENDED, state="failed", trouble="The prompt was flagged.") == "The prompt was flagged."


def test_the_queue_holds_what_is_under_way_and_what_failed_and_lets_the_finished_go() -> None:
    now = AT + 60_000
    first, second = take("t1"), take("t2", confirmed_at=AT + 5)
    failed = take("t3", state="failed")
    just_done = take("t4", state="completed", saved_at=now - 1000)
    long_done = take("t5", state="completed", saved_at=now - LINGER)
    rows = Rows().update([second, first], [failed, just_done, long_done], lambda r: RENDERING, now=now)
    assert [r["id"] for r in rows] == ["t1", "t2", "t3", "t4"]
    assert [r["actions"] for r in rows] == [[], [], ["edit", "dismiss"], []]


def test_many_open_takes_are_told_anew_once_a_second_and_a_changed_one_at_once() -> None:
    takes, asked, rows = [take(f"t{n:02}") for n in range(FEW + 1)], [], Rows()

    def progress(record: Record) -> Progress:
        asked.append(record.id)
        return RENDERING

    for now in (AT, AT + 250, AT + 750):
        rows.update(takes, [], progress, now=now)
    assert len(asked) == len(takes)
    takes[3] = take("t03", state="downloading", revision=9)
    rows.update(takes, [], progress, now=AT + 800)
    assert asked[len(takes) :] == ["t03"]
    rows.update(takes, [], progress, now=AT + 1000)
    assert len(asked) == 2 * len(takes)


def test_few_open_takes_are_told_anew_each_time() -> None:
    rows = Rows()
    (before,) = rows.update([take()], [], lambda _: Progress("rendering", 0.7, 70), now=AT)
    (after,) = rows.update([take()], [], lambda _: Progress("rendering", 0.71, 70.25), now=AT + 250)
    assert (before["fraction"], after["fraction"]) == (0.7, 0.71)


def test_what_was_taken_back_is_seen_to_stop_and_leaves() -> None:
    stopped = take(state="cancelled", finished_at=AT, trouble="Stopped before it was sent. Nothing was charged.")
    (shown,) = Rows().update([], [stopped], lambda r: ENDED, now=AT + 1000)
    assert (shown["tone"], shown["status"], shown["actions"]) == ("off", "Stopped, not charged", [])
    assert Rows().update([], [stopped], lambda r: ENDED, now=AT + LINGER) == []
    assert cards.card(stopped)["status"] == "stopped"


def test_the_shelf_says_how_many_takes_there_are_and_what_they_came_to() -> None:
    assert cards.summary(Spend(), Spend(), 1) == "0 takes"
    three = Spend(total=micros("31.92"), takes=3)
    assert cards.summary(three, three, 1) == "3 takes, $31.92"
    mixed = Spend(total=micros("0.56"), practice_total=micros("1.12"), takes=3)
    assert cards.summary(mixed, mixed, 1) == "3 takes, $0.56 and $1.12 of play money"


def test_the_shelf_says_which_of_many_takes_it_shows() -> None:
    everything = Spend(takes=1_240)
    assert cards.summary(everything, everything, 1) == "1–200 of 1,240 takes"
    assert cards.summary(everything, everything, 7) == "1,201–1,240 of 1,240 takes"
    assert cards.summary(everything, Spend(takes=512, total=micros(9)), 2) == "201–400 of 512 found, $9.00"


def test_a_narrowed_shelf_sums_what_it_shows() -> None:
    found = Spend(total=micros("0.56"), practice_total=micros("0.56"), takes=2)
    everything = Spend(total=micros("9"), practice_total=micros("9"), takes=48)
    assert cards.summary(everything, found, 1) == "2 of 48 takes, $0.56 and $0.56 of play money"
    assert cards.summary(everything, Spend(), 1) == "0 of 48 takes"


def test_the_bar_says_plainly_whether_takes_cost_money() -> None:
    model = bundled()[O3_PRO]
    practice = view.bar(model, Service("practice"))
    assert (practice["model"], practice["mode"]) == (O3_PRO, "Practice · no cost")
    assert "WAVESPEED_API_KEY" in practice["how"]
    live = view.bar(model, Service(LIVE))
    assert live["live"]
    assert live["mode"] == "Live · api.wavespeed.ai"
    assert "real money" in live["how"]


def test_the_table_has_the_columns_of_the_history_and_says_the_same(tmp_path: Path) -> None:
    record = a_take(tmp_path, "A moon", inputs={"sound": True, "duration": 2, "aspect_ratio": "1:1"}, rating=4)
    library = Library(tmp_path)
    try:
        history = library.history()
    finally:
        library.close()
    card = cards.cells(record)
    assert list(card) == list(history.columns)
    line = history.iloc[0]
    assert card["prompt"] == line["prompt"]
    assert card["seconds"] == str(line["seconds"])
    assert card["aspect_ratio"] == line["aspect_ratio"]
    assert (card["sound"] == "on") == bool(line["sound"])
    assert card["cost"] == f"${line['cost']:.2f}"
    assert card["rating"] == "★" * line["rating"]
    assert card["took"] == clock(float(line["took"]))
    assert card["confirmed"] == line["confirmed"].strftime("%Y-%m-%d %H:%M")
    assert card["id"] == line["id"]


def test_a_card_is_short_and_one_line_whatever_the_prompt() -> None:
    shown = cards.card(take(words="a\nb " * 700))
    assert "\n" not in shown["title"]
    assert len(shown["title"]) <= 160
