"""Sweeps from code: frozen and priced first, confirmed once, begun at the account's pace; nothing is lost or twice."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kling_widget import Library, Shot, Sweep, generate, sweep
from kling_widget.engine import sweep_feed
from kling_widget.engine.billing_audit import BillingAudit
from kling_widget.engine.sweep_feed import SweepFeed
from kling_widget.errors import (
    BadValue,
    KlingError,
    LibraryError,
    NoSuchSweep,
    OverBudget,
    RequestError,
    SettingsError,
    TakeTimeout,
    TemplateError,
    UnknownInput,
)
from kling_widget.practice import PracticeServer
from kling_widget.practice.options import MODERATED
from kling_widget.request.money import micros
from kling_widget.store import sweep_record
from kling_widget.store.sweep_record import SweepRecord, UnderWay
from kling_widget.store.sweeps import SweepStore

from ..patience import PATIENCE_S, until

KEY = "wsk_live_canary_sweep_tests"
PRICE = Decimal("0.336")
"""Of three seconds without sound."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[PracticeServer]:
    with PracticeServer(ledger=tmp_path / "service", median=0.1, strict=True, scale=0.1, as_live=True) as running:
        yield running


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep_feed, "_AGAIN_S", 0.2)


@pytest.fixture
def make(library: Library) -> Callable[..., Sweep]:
    """Make a sweep of clips of three seconds in the library."""

    def made(template: Any = "A {red|blue} fox", **given: Any) -> Sweep:
        known: dict[str, Any] = {"library": library, "duration": 3, **given}
        return sweep(template, **known)

    return made


def submits(server: PracticeServer) -> list[str]:
    """The prompts of all submits that reached the server, answered or not, in the order of the alphabet."""
    return sorted(task["inputs"]["prompt"] for task in server.view()["tasks"])


def received(server: PracticeServer) -> int:
    return len([post for post in server.view()["posts"] if post["call"] == "submit"])


def done(made: Sweep) -> Sweep:
    """Wait for a sweep, and for billing to have said its word."""
    made.wait(timeout=PATIENCE_S)
    until(lambda: all(take.record.settled for take in made.takes), lambda: [take.record for take in made.takes])
    return made


def test_live_nothing_is_sent_before_it_is_confirmed_and_then_each_cell_once(
    library: Library, server: PracticeServer, make: Callable[..., Sweep]
) -> None:
    made = make("A {red|blue} fox, {camera=dolly in|handheld}", repeats=2)
    assert made.status == "unconfirmed"
    assert made.axes == {"choice 1": ["red", "blue"], "camera": ["dolly in", "handheld"]}
    assert len(made) == 8
    assert made.price == made.unconfirmed == 8 * PRICE
    assert made.cost == 0
    assert {cell.status for cell in made} == {"unconfirmed"}
    assert "nothing is sent" in repr(made)
    assert received(server) == 0
    assert library.takes() == []
    done(made.confirm())
    assert made.status == "done"
    assert submits(server) == sorted(2 * [f"A {c} fox, {m}" for c in ("red", "blue") for m in ("dolly in", "handheld")])
    assert received(server) == 8
    assert made.cost == library.spent().total == 8 * PRICE
    assert made.unconfirmed == 0
    assert [cell.take for cell in made] == made.takes
    for cell in made:
        assert cell.take is not None
        assert cell.take.prompt == f"A {cell.values['choice 1']} fox, {cell.values['camera']}"
        assert cell.take.sweep == made
    assert set(library.takes(sweep=made)) == set(made.takes)
    assert set(library.history(sweep=made).id) == {take.id for take in made.takes}


def test_its_history_has_a_row_a_cell_and_a_column_an_axis(library: Library, make: Callable[..., Sweep]) -> None:
    made = make("A {red|blue} fox", sound=[False, True])
    frame = made.history()
    assert list(frame.columns[:4]) == ["choice 1", "sound", "repeat", "status"]
    assert frame.columns.is_unique
    assert list(frame["status"]) == ["unconfirmed"] * 4
    assert frame["cost"].isna().all()
    frame = done(made.confirm()).history()
    assert list(zip(frame["choice 1"], frame["sound"], strict=True)) == [
        (colour, sound) for colour in ("red", "blue") for sound in (False, True)
    ]
    assert list(frame["cost"]) == [0.336, 0.42, 0.336, 0.42]
    assert library.takes(frame) == made.takes


def test_the_same_sweep_asked_for_again_is_the_one_that_is_there(
    library: Library, server: PracticeServer, make: Callable[..., Sweep], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = make()
    assert make() == made
    assert [one.id for one in library.sweeps()] == [made.id]
    done(made.confirm())
    again = make(confirm=True)
    assert again == made
    assert again.status == "done"
    assert make("A {red|blue} fox ") != made
    assert make(repeats=2) != made
    assert library.sweep(made.id) == made
    with pytest.raises(NoSuchSweep, match="no sweep 's0'"):
        library.sweep("s0")
    assert received(server) == 2
    monkeypatch.setenv("WAVESPEED_API_KEY", "wsk_live_canary_of_somebody_else")
    assert make() != made  # another account's


def test_a_library_that_is_opened_again_goes_on_with_it(
    library: Library, server: PracticeServer, make: Callable[..., Sweep]
) -> None:
    server.faults.add(call="submit", hang=0.5, times=2)
    made = make("A {red|blue|green|white|black|grey} fox", confirm=True)
    until(lambda: received(server) >= 1)
    library.close()
    with closing(Library(library.folder)) as opened:
        found = opened.sweep(made.id)
        done(found)
        assert {cell.status for cell in found} == {"completed"}
        assert received(server) == len(opened.takes()) == 6


@pytest.mark.parametrize(
    ("cap", "words"),
    [
        ({"call": 0.3}, "One of these takes would cost \\$0.336"),
        ({"day": 1.3}, "These 4 takes would cost \\$1.344, but the budget allows \\$1.30 a day"),
        ({"library": 1.3}, "in all"),
    ],
    ids=str,
)
def test_what_would_pass_a_cap_is_refused_as_a_whole(
    library: Library, server: PracticeServer, make: Callable[..., Sweep], cap: dict[str, float], words: str
) -> None:
    library.cap(**cap)
    made = make("A {red|blue|green|white} fox")
    with pytest.raises(OverBudget, match=words):
        made.confirm()
    assert made.status == "unconfirmed"
    assert received(server) == 0
    library.cap(**dict.fromkeys(cap, Decimal("1.344")))
    done(made.confirm())


def test_what_waits_counts_where_another_sweep_is_confirmed(
    library: Library, server: PracticeServer, make: Callable[..., Sweep], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep_feed, "AHEAD", 1)
    server.faults.add(call="submit", hang=0.5)
    library.cap(library=4 * PRICE)
    first = make("A {red|blue|green} fox", confirm=True)
    with pytest.raises(OverBudget, match=r"These 2 takes would cost \$0.672.*and \$1.008 is spent"):
        make("A {red|blue} hare", confirm=True)
    assert make("A {red} hare", confirm=True).status == "running"
    done(first)


def test_a_budget_that_runs_out_in_the_middle_lets_the_rest_wait_and_says_so(
    library: Library, server: PracticeServer, make: Callable[..., Sweep], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep_feed, "AHEAD", 1)
    server.faults.add(call="submit", hang=0.4, times=None)
    made = make("A {red|blue|green|white} fox", confirm=True)
    until(lambda: received(server) == 1)
    library.cap(library=2 * PRICE)
    until(lambda: made.problem, lambda: made.cells)
    until(lambda: all(take.status == "completed" for take in made.takes))
    assert "but the budget allows $0.672 in all" in made.problem
    assert made.status == "waiting"
    waiting = [cell.status for cell in made].count("waiting")
    assert waiting >= 2
    with pytest.raises(LibraryError, match="Raise the budget"):
        made.wait(timeout=PATIENCE_S)
    library.cap(library=None)
    assert done(made).status == "done"
    assert made.problem == ""
    assert received(server) == 4


def test_a_cell_that_is_refused_or_moderated_holds_up_no_other_and_can_be_made_again(
    server: PracticeServer, make: Callable[..., Sweep]
) -> None:
    made = done(make(f"A fox with {{a hat|{MODERATED[0]}|a scarf|{MODERATED[0]} again}}", confirm=True))
    assert [cell.status for cell in made] == ["completed", "failed", "completed", "failed"]
    assert made.cost == 2 * PRICE
    with pytest.raises(BadValue, match=r"2 clips would be made again, for \$0.672. Nothing was sent"):
        made.redo()
    assert received(server) == 4
    done(made.redo(confirm=True))
    assert received(server) == 6
    assert [cell.attempt for cell in made] == [0, 1, 0, 1]
    done(made.redo(made[0]))
    assert [cell.attempt for cell in made] == [1, 1, 0, 1]
    assert made.cost == 3 * PRICE  # the clip that was replaced is paid for, too
    assert len(made.takes) == 4


def test_cells_are_left_out_and_taken_in_again(server: PracticeServer, make: Callable[..., Sweep]) -> None:
    made = make("A {red|blue|green} fox")
    with pytest.raises(BadValue, match=r"Cell 1 .*blue.* is not confirmed"):
        made.skip(1)
    server.faults.add(call="submit", hang=1.0)
    made.confirm().skip(1, made[2])
    assert [cell.status for cell in made][1:] == ["skipped", "skipped"]
    done(made)
    assert submits(server) == ["A red fox"]
    with pytest.raises(BadValue, match=r"Cell 0 \(choice 1: red\) was sent already \(completed\)"):
        made.skip(made.takes[0])
    done(made.redo(2))
    assert submits(server) == ["A green fox", "A red fox"]
    assert [cell.attempt for cell in made] == [0, 0, 0]
    assert made.status == "done"


@pytest.mark.parametrize("which", [-1, 3, True, "0", None, 1.0], ids=repr)
def test_what_is_no_cell_is_refused(make: Callable[..., Sweep], which: Any) -> None:
    with pytest.raises(BadValue, match="A cell is needed, its take, or its index from 0 to 1"):
        make().skip(which)


def test_stopped_it_takes_back_what_was_not_sent_and_resumed_it_makes_the_rest(
    library: Library, server: PracticeServer, make: Callable[..., Sweep]
) -> None:
    server.faults.add(call="submit", hang=0.6)
    made = make("A {red|blue|green|white|black|grey} fox", confirm=True)
    until(lambda: received(server) == 1)
    made.stop()
    assert made.status in ("running", "stopped")
    until(lambda: made.status == "stopped" and all(take.record.final for take in made.takes))
    assert received(server) == 1
    with pytest.raises(LibraryError, match=r"was stopped\. sweep.resume"):
        made.wait(timeout=PATIENCE_S)
    done(made.resume())
    assert received(server) == 6
    assert {cell.status for cell in made} == {"completed"}
    assert {take.status for take in library.takes(sweep=made)} == {"completed"}  # what was taken back is no cell's


def test_an_axis_gets_a_value_later_and_only_what_is_new_is_paid(
    server: PracticeServer, make: Callable[..., Sweep]
) -> None:
    made = done(make("A {red|blue} fox", duration=[3], confirm=True))
    before = made.takes
    made.extend(duration=[4])
    assert (made.unconfirmed, made.price) == (2 * Decimal("0.448"), 2 * PRICE + 2 * Decimal("0.448"))
    assert [cell.status for cell in made] == ["completed", "unconfirmed", "completed", "unconfirmed"]
    assert received(server) == 2
    done(made.confirm())
    assert received(server) == 4
    assert [made.takes[0], made.takes[2]] == before
    done(made.extend({"choice 1": ["green"]}, confirm=True))
    assert received(server) == 6
    done(made.extend(repeats=2, confirm=True))
    assert received(server) == 12
    with pytest.raises(BadValue, match="no axis colour"):
        made.extend(colour=["white"])
    with pytest.raises(RequestError, match=r"from 3 to 15; this is 99. Cell \d+ of 18 \(.*duration 99\) would"):
        made.extend(duration=[99])
    assert len(made) == 12


def test_wildcards_are_files_of_the_library_and_stay_as_they_were(
    library: Library, server: PracticeServer, make: Callable[..., Sweep]
) -> None:
    with pytest.raises(TemplateError, match=r"no wildcard pelt.*a file, pelt\.txt"):
        make("A __pelt__ fox")
    folder = library.folder / "wildcards"
    folder.mkdir()
    (folder / "pelt.txt").write_text("\ufeff# of foxes\nred\n\n  silver  \n", "utf-8")
    (folder / "wild cats.txt").write_text("लोमड़ी\nثعلب\n🦊\n", "utf-8")
    made = make("A __pelt__ fox")
    assert made.axes == {"pelt": ["red", "silver"]}
    assert make("__wild cats__", confirm=False).axes == {"wild cats": ["लोमड़ी", "ثعلب", "🦊"]}
    (folder / "pelt.txt").write_text("white\n", "utf-8")
    done(made.confirm())
    assert submits(server) == ["A red fox", "A silver fox"]
    assert make("A __pelt__ fox", confirm=False) != made
    (folder / "pelt.txt").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadValue, match="wildcard pelt can't be read"):
        make("A __pelt__ fox")
    (library.folder.parent / "secret.txt").write_text("secret", "utf-8")
    (folder / "out.txt").symlink_to(library.folder.parent / "secret.txt")
    for name in ("out", "a/secret", "pelts"):
        with pytest.raises(TemplateError, match=f"no wildcard {name}"):
            make(f"A __{name}__ fox {{a|b}}")


def test_what_a_model_would_refuse_is_refused_before_it_is_written_down(
    library: Library, make: Callable[..., Sweep]
) -> None:
    with pytest.raises(
        RequestError, match=r"(?s)2,600 characters.*Cell 2 of 3 \(choice 1: x+…\) would be refused\. So"
    ):
        make(f"{{a fox|{'x' * 2600}|{'y' * 2600}}}")
    with pytest.raises(UnknownInput, match="seconds"):
        make(seconds=[3, 5])
    with pytest.raises(RequestError, match="no model"):
        make(model=["O3 Pro", "no such model"])
    with pytest.raises(BadValue, match="has no values"):
        make(sound=[])
    with pytest.raises(TemplateError, match="never closed"):
        make("A {red fox")
    assert library.sweeps() == []


def test_an_account_without_money_is_not_asked_cell_after_cell(
    server: PracticeServer, make: Callable[..., Sweep]
) -> None:
    server.faults.add(call="submit", effect="status", status=402, times=None)
    made = make("A {a|b|c|d|e|f|g|h|i|j|k|l} fox", confirm=True)
    until(lambda: made.status == "waiting", lambda: made.cells)
    assert "were refused one after another, so the rest waits." in made.problem
    until(lambda: all(take.record.final for take in made.takes))
    assert received(server) <= sweep_feed.REFUSED + sweep_feed.AHEAD
    refused = len(made.takes)
    server.faults.clear()
    done(made.resume())
    assert [take.status for take in made.takes].count("completed") == 12 - refused
    done(made.redo(confirm=True))
    assert {cell.status for cell in made} == {"completed"}
    assert made.cost == 12 * PRICE


def test_a_sweep_costs_no_more_than_was_confirmed_whatever_billing_says(
    server: PracticeServer, make: Callable[..., Sweep], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep_feed, "AHEAD", 1)
    monkeypatch.setattr(BillingAudit, "run_due", lambda *_given: None)  # the bill of below is none of the server's
    server.faults.add(call="submit", hang=1.0)
    made = make("A {red|blue|green} fox", confirm=True)
    until(lambda: received(server) == 1)
    made.stop()
    until(lambda: made.takes[0].record.settled)
    made.library._shared.store.correct(made.takes[0].record.id, lambda _record: {"charge": micros("0.40")})
    made.resume()
    until(lambda: made.problem and all(take.record.final for take in made.takes), lambda: made.cells)
    assert "and $1.008 was confirmed. Nothing more is sent. sweep.resume(more='0.064') confirms" in made.problem
    assert received(server) == 2
    with pytest.raises(SettingsError):
        made.resume(more=-1)
    done(made.resume(more="0.064"))
    assert received(server) == 3


def test_a_confirmation_goes_stale(
    library: Library, server: PracticeServer, make: Callable[..., Sweep], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = make().confirm().stop()
    with closing(sqlite3.connect(library.folder / "library.db")) as base:
        base.execute("UPDATE sweeps SET stopped = 0, ordered_at = ordered_at - ?", (sweep_record.FRESH_MS,))
        base.execute("UPDATE sweeps SET begun_at = NULL")
        base.commit()
    before = received(server)
    with pytest.raises(LibraryError, match="Nothing of it was begun for a day"):
        made.wait(timeout=PATIENCE_S)
    assert made.status == "waiting"
    assert received(server) == before
    done(made.resume())


def test_waiting_ends_and_leaves_it_alone(server: PracticeServer, make: Callable[..., Sweep]) -> None:
    made = make()
    with pytest.raises(LibraryError, match="Nothing of this sweep is confirmed"):
        made.wait()
    server.faults.add(call="submit", hang=0.5)
    with pytest.raises(TakeTimeout, match="goes on and stays in the library"):
        made.confirm().wait(timeout=0)

    async def wait() -> Sweep:
        return await made

    assert asyncio.run(wait()).status == "done"


def test_a_sweep_of_another_account_waits_for_its_key(
    library: Library, server: PracticeServer, make: Callable[..., Sweep], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = make()
    library.close()
    monkeypatch.setenv("WAVESPEED_API_KEY", "wsk_live_canary_of_somebody_else")
    with closing(Library(library.folder)) as opened:
        with pytest.raises(LibraryError, match=r"another account's.*Nothing was sent"):
            opened.sweep(made.id).confirm()
        assert opened.sweep(made.id).status == "unconfirmed"
    assert received(server) == 0


def test_models_shots_and_lists_are_axes_too(make: Callable[..., Sweep]) -> None:
    made = make("A fox", model=["O3 Pro", "O3 Std"])
    assert list(made.axes) == ["model"]
    assert {cell.inputs["prompt"] for cell in made} == {"A fox"}
    assert len({order.model for order in made._orders}) == 2
    made = make(None, duration=6, multi_prompt=[Shot("A {red|blue} fox", 3), Shot("It {sleeps|runs}", 3)])
    assert [shot["prompt"] for shot in made[3].inputs["multi_prompt"]] == ["A blue fox", "It runs"]
    made = make(["A {fox}", "A hare"], duration=np.arange(3, 5))
    assert made.axes == {"prompt": ["A {fox}", "A hare"], "duration": [3, 4]}
    boards = [[Shot("A fox", 3)], [{"prompt": "A hare", "duration": 3}]]
    made = make(None, multi_prompt=boards)
    assert [cell.inputs["multi_prompt"][0]["prompt"] for cell in made] == ["A fox", "A hare"]
    made = make("A fox", aspect_ratio=(ratio for ratio in ("16:9", "9:16")), sound=None)
    assert made.axes == {"aspect_ratio": ["16:9", "9:16"]}
    made = make("A {a|b|c|d} {e|f|g|h}", mode="random", limit=5, seed=3)
    assert len({cell.inputs["prompt"] for cell in made}) == 5


def test_practice_begins_at_once_and_costs_play_money(tmp_path: Path) -> None:
    with closing(Library(tmp_path)) as library:
        priced = sweep("A {red|blue} fox", duration=3, practice=True, library=library, confirm=False)
        assert priced.status == "unconfirmed"
        made = sweep("A {red|blue} fox", duration=3, practice=True, library=library)
        assert made == priced
        made.wait(timeout=PATIENCE_S)
        assert made.practice
        assert made.cost == 2 * PRICE
        assert library.spent().total == 0
        made.redo(*made).wait(timeout=PATIENCE_S)
        assert [cell.attempt for cell in made] == [1, 1]


def test_a_row_that_cant_be_read_costs_its_sweep_and_no_other(
    library: Library, server: PracticeServer, make: Callable[..., Sweep]
) -> None:
    first, second = make("A {red|blue} fox").confirm().stop(), make("A {red|blue} hare").confirm().stop()
    until(lambda: all(take.record.final for take in library.takes()))
    with closing(sqlite3.connect(library.folder / "library.db")) as base:
        base.execute("UPDATE cells SET inputs = '[' WHERE sweep = ? AND take IS NULL", (first.id,))
        base.commit()
    done(second.resume())
    first.resume()
    if any(cell.status == "waiting" for cell in first):
        until(lambda: "was never written there" in first.problem)
    with closing(sqlite3.connect(library.folder / "library.db")) as base:
        base.execute("UPDATE sweeps SET frozen_at = 'soon' WHERE id = ?", (first.id,))
        base.commit()
    assert library.sweeps() == [second]
    with pytest.raises(LibraryError, match="can't be read"):
        _ = first.status


def test_cells_that_are_paid_for_and_can_be_fetched_again_are_not_made_again_by_themselves(
    library: Library, make: Callable[..., Sweep], server: PracticeServer
) -> None:
    made = done(make(confirm=True))
    with closing(sqlite3.connect(library.folder / "library.db")) as base:
        base.execute("UPDATE takes SET state = 'unverified' WHERE id = ?", (made.takes[0].id,))
        base.commit()
    made.redo()
    assert received(server) == 2
    made.redo(0)
    done(made)
    assert received(server) == 3


COLUMNS = {
    "sweeps": "service account simulated template expansion digest ordered_at begun_at allowance stopped trouble",
    "cells": "cell attempt number model inputs seconds estimate skipped",
}
"""What a damaged row may hold something else in."""

ODD = ["soon", b"\xff", 2**60, -1, 0.5]


@pytest.mark.parametrize("odd", ODD)
def test_whatever_a_row_holds_other_sweeps_and_takes_go_on(
    library: Library, make: Callable[..., Sweep], monkeypatch: pytest.MonkeyPatch, odd: object
) -> None:
    cases = [(table, name) for table, names in COLUMNS.items() for name in names.split()]
    with monkeypatch.context() as patch:
        patch.setattr(SweepFeed, "run_due", lambda *_given: None)  # nothing begins before all are broken
        broken = [make(f"A {{red}} fox {number}", confirm=True) for number, _ in enumerate(cases)]
        with closing(sqlite3.connect(library.folder / "library.db")) as base:
            for one, (table, name) in zip(broken, cases, strict=True):
                key = "id" if table == "sweeps" else "sweep"
                value = f"{odd}{one.id}" if name == "digest" else odd  # no two may be alike
                changed = base.execute(f"UPDATE {table} SET {name} = ? WHERE {key} = ?", (value, one.id))
                assert changed.rowcount == 1
            base.commit()
    whole, take = make("A {white|grey} hare", confirm=True), generate("An owl", duration=3, library=library)
    take.wait(timeout=PATIENCE_S)
    done(whole)
    for one in (*broken, *library.sweeps()):
        with suppress(KlingError):  # in words, whatever it holds
            _ = one.status, one.problem, one.cost, len(one), repr(one), one.cells
        with suppress(KlingError):
            one.stop()


def test_a_fault_in_one_sweep_holds_up_no_other(make: Callable[..., Sweep], monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = make("A {red|blue} fox"), make("A {red|blue} hare")
    whole = SweepStore.under_way

    def faulty(store: SweepStore, record: SweepRecord) -> UnderWay:
        if record.id == first.id:
            raise TypeError("not foreseen")
        return whole(store, record)

    monkeypatch.setattr(SweepStore, "under_way", faulty)
    first.confirm()
    done(second.confirm())
    assert {cell.status for cell in first} == {"waiting"}
    monkeypatch.undo()
    first.stop()


def test_a_take_that_needs_its_person_is_no_end_of_its_sweep(
    library: Library, server: PracticeServer, make: Callable[..., Sweep]
) -> None:
    made = done(make("A {red|blue} fox", confirm=True))
    with closing(sqlite3.connect(library.folder / "library.db")) as base:
        base.execute("UPDATE takes SET state = 'needs_you', settled = 0 WHERE id = ?", (made.takes[0].id,))
        base.execute("UPDATE meta SET value = value + 1 WHERE name = 'revision'")
        base.commit()
    assert made.status == "waiting"
    assert "1 of its takes needs you" in made.problem
    with pytest.raises(LibraryError, match="only you can say which task"):
        made.wait(timeout=PATIENCE_S)


def test_a_rescued_library_has_its_sweeps_stopped(
    library: Library, server: PracticeServer, make: Callable[..., Sweep], tmp_path: Path
) -> None:
    server.faults.add(call="submit", hang=0.5, times=None)
    made = make("A {red|blue|green|white|black|grey} fox").confirm()
    until(lambda: received(server) >= 1)
    library.close()
    Library.rescue(library.folder, tmp_path / "rescued")
    with closing(Library(tmp_path / "rescued")) as copy:
        found = copy.sweep(made.id)
        assert found.record.stopped
        assert found.axes == made.axes
        assert any(cell.status == "waiting" for cell in found)


def test_a_cell_whose_take_is_deleted_counts_as_made_and_is_not_begun_again(
    server: PracticeServer, make: Callable[..., Sweep], library: Library
) -> None:
    made = done(make().confirm())
    cost = made.cost
    made.takes[0].delete()
    library.empty_bin()
    made.takes[1].delete()
    assert made.status == "done"
    assert [cell.status for cell in made] == ["completed", "completed"]
    assert made.unconfirmed == 0
    assert made.cost == cost
    done(made.confirm())
    library.close()
    again = Library(library.folder)
    try:
        same = again.sweep(made.id).confirm().wait(timeout=PATIENCE_S)
        assert list(same.history().status) == ["completed", "completed"]
        assert again.takes() == []
    finally:
        again.close()
    assert received(server) == 2
