"""Help with the prompt: what a page's commands come to, and what is never sent."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from kling_widget.errors import LibraryError, NoMoney
from kling_widget.request.prompt_help import Own, Template, builtin
from kling_widget.widgets.prompt_tools.prompt_tools import PromptTools, idle, rows
from tests.patience import PATIENCE_S

from .page import Page

PRICE, STYLES = "$0.001", ["default", "anime"]
FOX = "A fox in snow"


class Desk:
    """A face, its page, and what it asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Any]] = []
        self.trouble: Exception | None = None
        self.face = PromptTools(
            self.enhance,
            lambda accept: self.asked.append(("settle", accept)),
            self.save,
            lambda name: self.asked.append(("remove", name)),
            enhancer=idle(offered=True, price=PRICE, styles=STYLES),
        )
        self.page = Page(self.face)

    def enhance(self, text: str, style: str) -> None:
        self.asked.append(("enhance", (text, style)))
        if self.trouble:
            raise self.trouble

    def save(self, template: Template) -> None:
        self.asked.append(("save", template))
        if self.trouble:
            raise self.trouble

    def confirm(self, **other: Any) -> dict[str, Any]:
        return self.page.tell("enhance", **{"text": FOX, "style": "default", "price": PRICE, **other})


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_a_confirmed_prompt_is_asked_for_once_and_compared_with_what_came(desk: Desk) -> None:
    assert desk.confirm()["ok"]
    assert desk.face.enhancer["state"] == "running"
    assert not desk.confirm()["ok"]
    desk.face.enhanced("A red fox in snow")
    assert desk.face.enhancer["state"] == "done"
    assert desk.face.enhancer["pieces"] == [["same", "A"], ["ins", " red"], ["same", " fox in snow"]]
    assert desk.page.tell("settle", accept=True)["ok"]
    assert desk.face.enhancer == idle(offered=True, price=PRICE, styles=STYLES)
    desk.page.tell("settle", accept=False)  # another view of the same panel
    assert desk.asked == [("enhance", (FOX, "default")), ("settle", True)]


def test_a_price_that_comes_meanwhile_takes_nothing_back(desk: Desk) -> None:
    """The catalog is refreshed on a thread of its own: what the enhancer came to must not be lost to it."""
    desk.face.resume(FOX)
    came = threading.Thread(target=lambda: desk.face.not_enhanced("No money. Nothing was sent."))

    def styles() -> Iterator[str]:
        came.start()  # in the middle of the offer
        came.join(0.3)  # it is over by then, unless it has to wait for the offer
        yield from STYLES

    desk.face.offer("$0.002", styles())
    came.join(PATIENCE_S)
    assert (desk.face.enhancer["state"], desk.face.enhancer["words"]) == ("failed", "No money. Nothing was sent.")
    assert (desk.face.enhancer["price"], desk.face.enhancer["styles"]) == ("$0.002", STYLES)


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ({"text": "  "}, "no prompt"),
        ({"text": None}, "no prompt"),
        ({"price": "$0.002"}, "price changed"),
        ({"style": "cubist"}, "no style"),
        ({"style": ["default"]}, "no style"),
    ],
)
def test_what_was_not_confirmed_as_it_is_is_not_sent(desk: Desk, other: dict[str, Any], words: str) -> None:
    answer = desk.confirm(**other)
    assert not answer["ok"]
    assert words in answer["error"]
    assert "Nothing was sent" in answer["error"]
    assert desk.asked == []
    assert desk.face.enhancer["state"] == ""


def test_where_no_enhancer_is_offered_none_is_asked(desk: Desk) -> None:
    desk.face.enhancer = idle(offered=False, price=PRICE, styles=STYLES)
    assert not desk.confirm()["ok"]
    assert desk.asked == []


def test_two_clicks_on_two_threads_are_one_order(desk: Desk) -> None:
    start = threading.Barrier(8)

    def click(known: int) -> None:
        start.wait()
        desk.confirm(known=str(known))

    threads = [threading.Thread(target=click, args=(known,)) for known in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert desk.asked == [("enhance", (FOX, "default"))]


def test_an_order_that_could_not_be_given_says_why_and_can_be_given_again(desk: Desk) -> None:
    desk.trouble = NoMoney("The balance is empty. Nothing was charged.", status=402)
    assert desk.confirm()["error"] == "The balance is empty. Nothing was charged."
    assert desk.face.enhancer["state"] == ""
    desk.trouble = None
    assert desk.confirm()["ok"]


def test_an_order_of_before_a_restart_is_compared_with_its_own_text_and_not_given_twice(desk: Desk) -> None:
    desk.face.resume("A hare in snow")
    assert not desk.confirm()["ok"]
    desk.face.enhanced("A grey hare in snow")
    assert desk.face.enhancer["old"] == "A hare in snow"
    assert desk.page.tell("settle", accept=False)["ok"]
    assert desk.asked == [("settle", False)]


def test_an_enhancer_that_failed_says_so_until_it_is_read_or_asked_again(desk: Desk) -> None:
    desk.confirm()
    desk.face.not_enhanced("The service had trouble. Nothing was charged.")
    assert desk.face.enhancer["words"] == "The service had trouble. Nothing was charged."
    assert desk.confirm()["ok"]
    assert desk.face.enhancer["state"] == "running"


def test_a_template_that_a_person_keeps_is_read_with_care(desk: Desk) -> None:
    mine = {"name": "Mine", "kind": "mood", "text": "calm"}
    assert desk.page.tell("save", template=mine)["ok"]
    assert not desk.page.tell("save", template={**mine, "kind": "colour"})["ok"]
    assert not desk.page.tell("save")["ok"]
    assert desk.asked == [("save", Template("Mine", "mood", "calm"))]
    desk.trouble = LibraryError("It can't be written.")
    assert desk.page.tell("save", template=mine)["error"] == "It can't be written."
    assert desk.page.tell("remove", name="Mine")["ok"]
    assert desk.asked[-1] == ("remove", "Mine")


def test_a_persons_own_templates_stand_before_the_built_in_ones_and_their_trouble_is_told(desk: Desk) -> None:
    assert len(desk.face.templates) == len(builtin())
    desk.face.show(Own((Template("Mine", "light", "lit by {source: fire | stars}"),), "One can't be read."))
    assert desk.face.templates[0] == {
        "name": "Mine",
        "kind": "light",
        "text": "lit by {source: fire | stars}",
        "own": True,
        "pieces": ["lit by ", {"blank": "source", "choices": ["fire", "stars"]}],
    }
    assert desk.face.problem == "One can't be read."
    assert desk.face.templates[1:] == rows(Own())


def test_hints_follow_the_prompt_and_a_silenced_one_is_said_no_more(desk: Desk) -> None:
    desk.face.show_hints("A portrait of an old fisherman", sound=False, has_sound=True)
    assert [hint["name"] for hint in desk.face.hints] == ["action", "camera"]
    desk.face.silenced = ["camera"]
    assert [hint["name"] for hint in desk.face.hints] == ["action", "light"]
    desk.face.show_hints("", sound=False, has_sound=True)
    assert desk.face.hints == []
