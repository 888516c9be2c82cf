"""The panel, as its page speaks with it. A practice server stands in for the live service, and keeps a ledger."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kling_widget import Library, RequestError, Studio
from kling_widget.errors import LibraryNotWritable
from kling_widget.practice import PracticeServer
from kling_widget.practice.options import MODERATED
from tests.made import a_take

from ..patience import PATIENCE_S, until
from .page import FOX, KEY, Page, click, submits, takes, typed


def test_a_click_makes_a_clip_and_the_panel_tells_of_it(
    studio: Studio, library: Library, server: PracticeServer
) -> None:
    studio.prompt, studio.duration, studio.sound = FOX, 3, True
    assert click(studio)["ok"]
    until(lambda: studio._queue.rows)
    assert studio._queue.rows[0]["title"] == FOX
    until(lambda: studio._screen.clips and studio._screen.clips[0]["file"])
    (record,) = takes(library)
    assert record.inputs == {"prompt": FOX, "aspect_ratio": "16:9", "duration": 3, "sound": True}
    assert len(submits(server)) == 1
    until(lambda: [card["status"] for card in studio._shelf.cards] == ["finished"])
    assert studio._shelf.selected == (record.id,)
    assert studio._shelf.sum == "1 take, $0.42"
    assert (studio._header.spent["before"], studio._header.spent["sum"]) == ("spent today ", "$0.42")


def test_one_click_is_one_take_however_often_its_message_comes(
    studio: Studio, library: Library, server: PracticeServer
) -> None:
    studio.prompt, studio.duration = FOX, 3
    assert click(studio, "the-click")["ok"]
    assert click(studio, "the-click") == {}
    until(lambda: takes(library))
    until(lambda: submits(server))
    studio.library._gateway.engine.soon(lambda: None)
    assert len(takes(library)) == 1


def test_four_takes_of_a_request_are_begun_by_one_click(studio: Studio, library: Library) -> None:
    studio.prompt, studio.duration = FOX, 3
    click(studio, takes=4)
    until(lambda: len(studio._queue.rows) == 4)
    assert {record.words for record in takes(library)} == {FOX}
    assert len(takes(library)) == 4


def test_what_the_person_saw_is_what_is_made_even_if_the_kernel_had_not_heard(studio: Studio, library: Library) -> None:
    studio.prompt, studio.duration = "An older text", 3
    click(studio, prompt=FOX, aspect_ratio="9:16")
    (record,) = until(lambda: takes(library))
    assert record.words == FOX
    assert record.inputs["aspect_ratio"] == "9:16"


def test_a_price_that_is_no_longer_true_is_not_charged(
    studio: Studio, library: Library, server: PracticeServer
) -> None:
    studio.prompt = FOX
    answer = click(studio, price="$0.56", duration=10)
    assert answer["refused"]
    assert "price changed" in answer["text"]
    assert takes(library) == []
    assert submits(server) == []


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"prompt": ""}, "prompt"),
        ({"prompt": "x" * 2501}, "prompt"),
        ({"prompt": FOX, "duration": 2}, "duration"),
        ({"prompt": FOX, "duration": 16}, "duration"),
        ({"prompt": FOX, "duration": "5"}, "duration"),
    ],
)
def test_a_click_on_what_can_not_be_made_shows_what_is_wrong_and_sends_nothing(
    studio: Studio, library: Library, server: PracticeServer, values: dict[str, Any], field: str
) -> None:
    answer = click(studio, **values)
    assert (answer["refused"], answer["focus"]) == (True, field)
    assert studio._builder._controls._problems[field].value
    assert takes(library) == []
    assert submits(server) == []


def test_an_unknown_shape_is_refused_in_words(studio: Studio, library: Library) -> None:
    answer = click(studio, prompt=FOX, aspect_ratio="4:3")
    assert not answer["ok"]
    assert answer["error"]
    assert takes(library) == []


def test_problems_stand_beside_their_control_as_one_types_and_go_when_mended(studio: Studio) -> None:
    place = studio._builder._controls._problems["prompt"]
    until(lambda: studio._ordering.button.batches)
    assert place.value == ""
    typed(studio, prompt="x" * 2501)
    assert "Shorten it by 1" in place.value
    typed(studio, prompt="x" * 2500)
    assert place.value == ""


def test_a_prompt_is_text_and_never_markup(studio: Studio) -> None:
    typed(studio, duration="<img src=x>")
    place = studio._builder._controls._problems["duration"].value
    assert "<img" not in place
    assert "&lt;img" in place


def test_the_price_follows_the_controls(studio: Studio) -> None:
    studio.duration, studio.sound = 10, True
    assert [(tag["takes"], tag["price"]) for tag in studio._ordering.button.batches] == [(1, "$1.40"), (4, "$5.60")]


def test_a_moderated_prompt_says_what_happened_and_can_be_edited(studio: Studio, library: Library) -> None:
    words = f"A {MODERATED[0]} scene"
    studio.prompt, studio.duration = words, 4
    click(studio)
    row = until(lambda: next((r for r in studio._queue.rows if r["tone"] == "bad"), None))
    assert row["status"].startswith("Not made")
    assert row["words"]
    assert row["actions"] == ["edit", "dismiss"]
    studio.prompt, studio.duration = FOX, 9
    assert Page(studio._queue).tell("edit", take=row["id"])["ok"]
    assert (studio.prompt, studio.duration) == (words, 4)
    until(lambda: studio._queue.rows == [])
    until(lambda: [card["tone"] for card in studio._shelf.cards] == ["bad"])


def test_an_empty_account_is_told_in_the_queue_and_nothing_is_charged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with PracticeServer(ledger=tmp_path / "poor", balance=0.1, strict=True, as_live=True) as server:
        monkeypatch.setenv("WAVESPEED_API_KEY", KEY)
        monkeypatch.setenv("WAVESPEED_BASE_URL", server.url)
        library = Library(tmp_path / "library")
        studio = Studio(library)
        studio.prompt = FOX
        click(studio)
        row = until(lambda: next((r for r in studio._queue.rows if r["tone"] == "bad"), None))
        assert row["status"] == "Not made, not charged"
        until(lambda: studio._header.spent["sum"] == "$0.00")
        studio.close()
        library.close()


def test_a_folder_that_can_not_be_written_is_refused_when_the_panel_opens(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(LibraryNotWritable, match="Nothing was sent"):
        Studio(tmp_path / "file" / "library", practice=True)


def test_a_model_that_is_not_in_the_catalogue_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="no model 'kling-9'"):
        Studio(tmp_path, model="kling-9", practice=True)


def test_the_panel_says_that_it_may_cost_money_and_never_holds_the_key(studio: Studio) -> None:
    until(lambda: studio._header.mode.startswith("May cost money · 127.0.0.1"))
    until(lambda: (studio._header.live, studio._header.unsure) == (True, False))
    states = [widget.get_state() for widget in everything(studio)]
    assert KEY not in json.dumps(states, default=str)


def test_traits_hold_no_bytes_and_stay_small(studio: Studio, library: Library) -> None:
    for n in range(3):
        a_take(library.folder, f"Moon {n}", at=1_790_000_000_000 + n)
    until(lambda: len(studio._shelf.cards) == 3)
    for widget in everything(studio):
        state = {k: v for k, v in widget.get_state().items() if not k.startswith("_")}
        assert len(json.dumps(state, default=refuse_bytes)) < 20_000


def refuse_bytes(value: Any) -> str:
    assert not isinstance(value, (bytes, memoryview)), "bytes in a trait"
    return str(value)


def everything(studio: Studio) -> list[Any]:
    """The panel and every widget in it."""
    found, due = [], [studio]
    while due:
        widget = due.pop()
        found.append(widget)
        due.extend(getattr(widget, "children", ()))
    return found


def test_a_panel_that_opens_later_finds_all_takes_and_shows_the_newest(tmp_path: Path) -> None:
    for n in range(2):
        a_take(tmp_path, f"Moon {n}", at=1_790_000_000_000 + n)
    library = Library(tmp_path)
    studio = Studio(library, practice=True)
    assert [card["title"] for card in studio._shelf.cards] == ["Moon 1", "Moon 0"]
    assert studio._screen.clips[0]["prompt"] == "Moon 1"
    assert studio._examples.layout.display == "none"
    studio.close()
    library.close()


def test_an_empty_library_invites(studio: Studio) -> None:
    assert len(studio._examples.examples) == 3
    assert studio._examples.layout.display is None or studio._examples.layout.display == ""
    assert studio._screen.layout.display == "none"


def test_the_shelf_finds_narrows_and_puts_on_the_screen(studio: Studio, library: Library) -> None:
    fox = a_take(library.folder, FOX, at=1_790_000_000_000)
    a_take(library.folder, "Pines", at=1_790_000_000_001)
    until(lambda: len(studio._shelf.cards) == 2)
    page = Page(studio._shelf)
    assert page.tell("find", text="fox", status="all")["ok"]
    until(lambda: [card["id"] for card in studio._shelf.cards] == [fox.id])
    assert studio._shelf.sum == "1 of 2 takes, $0.56 of play money"
    assert page.tell("show", take=fox.id)["ok"]
    until(lambda: studio._screen.clips and studio._screen.clips[0]["id"] == fox.id)
    assert page.tell("find", text="", status="failed")["ok"]
    until(lambda: studio._shelf.cards == [])
    assert "can't be narrowed" in page.tell("find", text="", status="lost")["error"]
    assert not page.tell("show", take="t0")["ok"]


def test_posters_travel_as_buffers_of_answers(studio: Studio, library: Library) -> None:
    take = a_take(library.folder, FOX)
    page = Page(studio._shelf)
    assert page.tell("poster", take=take.id)["ok"]
    assert page.heard[-1][1][0].startswith(b"\xff\xd8")


def test_a_clip_that_was_put_on_the_screen_stays_there_when_another_is_found(studio: Studio, library: Library) -> None:
    first = a_take(library.folder, "First", at=1_790_000_000_000)
    until(lambda: studio._screen.clips)
    studio.show(first.id)
    a_take(library.folder, "Second", at=1_790_000_000_001)
    until(lambda: len(studio._shelf.cards) == 2)
    assert studio._shelf.selected == (first.id,)


def test_two_panels_on_a_library_show_the_same(studio: Studio, library: Library) -> None:
    other = Studio(library)
    studio.prompt, studio.duration = FOX, 3
    click(studio)
    until(lambda: other._queue.rows and other._queue.rows[0]["title"] == FOX)
    until(lambda: len(other._shelf.cards) == 1)
    other.close()


def test_code_can_do_what_the_button_does(studio: Studio, library: Library) -> None:
    studio.prompt, studio.duration = FOX, 3
    (take,) = studio.generate()
    assert take.record.words == FOX
    take.wait(timeout=PATIENCE_S)
    assert take.video is not None
    until(lambda: studio._shelf.selected == (take.id,))
    studio.prompt = ""
    with pytest.raises(RequestError):
        studio.generate()


def test_a_remix_knows_its_parent(studio: Studio, library: Library) -> None:
    moon = a_take(library.folder, "A moon", inputs={"duration": 5, "aspect_ratio": "9:16"})
    until(lambda: studio._screen.clips)
    assert Page(studio._screen).tell("act", take=moon.id, action="remix")["ok"]
    assert (studio.prompt, studio.aspect_ratio) == ("A moon", "9:16")
    click(studio)
    until(lambda: len(takes(library)) == 2)
    assert takes(library)[0].parent == moon.id


def test_a_look_at_an_unchanged_library_sends_nothing(studio: Studio, library: Library) -> None:
    a_take(library.folder, "A moon")
    until(lambda: studio._shelf.cards and studio._header.balance)
    studio._refresh()  # the engine's own is over by then
    heard: list[Any] = []
    for widget in everything(studio):
        widget.observe(heard.append)
    for _ in range(3):
        studio._refresh()
    assert heard == []


def test_a_closed_panel_hears_nothing_more(studio: Studio, library: Library) -> None:
    other = Studio(library)
    other.close()
    a_take(library.folder, "A moon")
    until(lambda: studio._shelf.cards)
    assert other._shelf.cards == []


def test_a_model_with_fewer_inputs_shows_fewer_controls(library: Library) -> None:
    studio = Studio(library, model="kwaivgi/kling-v2.5-turbo-pro/text-to-video")
    builder = studio._builder
    shown = [name for name, row in builder._controls.rows.items() if row.layout.display != "none"]
    assert shown == ["prompt", "aspect_ratio", "duration"]
    assert [extra["name"] for extra in builder._controls.extras.extras] == ["negative_prompt", "guidance_scale"]
    assert builder._controls.media.layout.display == "none"
    typed(studio, prompt=FOX, duration=7)
    assert "5 or 10" in studio._builder._controls._problems["duration"].value
    studio.close()
