"""What hosts other than IPython are offered of a take, a player and a comparison."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest

from kling_widget import Library, Player, Studio, compare
from tests.made import a_take

VIEW = "application/vnd.jupyter.widget-view+json"


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    for number in range(2):
        a_take(tmp_path / "lib", f"A moon, {number}", at=1_790_000_000_000 + number, inputs={"duration": 1})
    library = Library(tmp_path / "lib", tend=False)
    yield library
    library.close()


def test_a_take_a_player_and_a_comparison_offer_a_view_a_poster_html_and_text(library: Library) -> None:
    first, second = library.takes()
    for shown in (first, Player(first), compare(first, second)):
        bundle = shown._repr_mimebundle_()
        assert bundle[VIEW]["model_id"]
        assert isinstance(bundle["image/jpeg"], str)
        assert len(bundle["image/jpeg"]) <= 40_000
        assert base64.b64decode(bundle["image/jpeg"]).startswith(b"\xff\xd8")
        assert f"{first.id}.mp4" in bundle["text/html"]
        assert first.prompt in bundle["text/plain"]


def test_a_player_with_nothing_to_show_offers_words(library: Library) -> None:
    bundle = Player(library=library)._repr_mimebundle_()
    assert "image/jpeg" not in bundle
    assert "No clip yet" in bundle["text/html"]


def test_a_take_says_in_a_line_where_it_stands(library: Library) -> None:
    assert repr(library.takes()[0]).endswith(" completed, $0.56 of play money: 'A moon, 1', 1 s>")
    late = library.take(a_take(library.folder, "A late moon", state="processing", prediction="p").id)
    assert " processing, " in repr(late)
    assert "%: 'A late moon'" in repr(late)
    assert "\n" not in repr(late)


def test_a_panel_offers_a_view_its_newest_poster_html_and_text(library: Library) -> None:
    panel = Studio(library, practice=True)
    newest = library.takes()[0]
    bundle = panel._repr_mimebundle_()
    assert bundle[VIEW]["model_id"] == panel.model_id
    assert len(bundle["image/jpeg"]) <= 40_000
    assert base64.b64decode(bundle["image/jpeg"]).startswith(b"\xff\xd8")
    assert f"{newest.id}.mp4" in bundle["text/html"]
    assert newest.prompt in bundle["text/plain"]
    panel.close()


def test_a_panel_of_an_empty_library_says_how_to_open_it(tmp_path: Path) -> None:
    empty = Library(tmp_path / "empty")
    panel = Studio(empty, practice=True)
    bundle = panel._repr_mimebundle_()
    assert "image/jpeg" not in bundle
    assert "run this cell to open the panel" in bundle["text/html"]
    panel.close()
    empty.close()
