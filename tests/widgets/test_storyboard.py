"""The storyboard's widget, as Python sees it."""

from __future__ import annotations

from typing import Any

import pytest

from kling_widget.request.catalog import O3_PRO, bundled
from kling_widget.widgets.storyboard.storyboard import Storyboard

SHOTS = [{"prompt": "Wide", "duration": 1}, {"prompt": "Close", "duration": 4}, {"prompt": "", "duration": 1}]


def schema(model: str) -> Any:
    return bundled()[model].schema


@pytest.fixture
def board() -> Storyboard:
    face = Storyboard(value=SHOTS)
    face.suit(schema("kwaivgi/kling-v3-turbo-pro/text-to-video"))
    return face


def test_it_takes_on_the_limits_of_its_model(board: Storyboard) -> None:
    assert (board.shortest, board.most, board.letters, board.offers_both) == (1, 6, 512, False)
    assert board.value == SHOTS
    assert board.suit(schema(O3_PRO))
    assert (board.low, board.high, board.shortest, board.most, board.offers_both) == (3, 15, 3, 5, True)


def test_its_shots_are_fitted_to_another_model(board: Storyboard) -> None:
    board.suit(schema(O3_PRO))
    assert [shot["duration"] for shot in board.value] == [3, 3, 3]
    assert [shot["prompt"] for shot in board.value] == ["Wide", "Close", ""]


def test_a_model_without_storyboards_changes_nothing(board: Storyboard) -> None:
    before = board.get_state()
    assert not board.suit(schema("kwaivgi/kling-v2.1-t2v-master"))
    assert board.get_state() == before


def test_what_the_page_sends_is_what_python_has(board: Storyboard) -> None:
    heard: list[Any] = []
    board.observe(lambda change: heard.append(change["new"]), "value")
    told = [{"prompt": "日の出 🦊", "duration": 5}]
    board.set_state({"value": told, "both": True})
    assert board.value == told
    assert heard == [told]
    assert board.both
