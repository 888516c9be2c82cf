"""How a widget answers its page: one answer for each command, whatever happens."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import pytest

import kling_widget
from kling_widget.errors import LibraryError
from kling_widget.widgets.base.page_code import BUILT
from kling_widget.widgets.base.widget import Answer, Buffers, Command, CommandWidget

HOME = Path(kling_widget.__file__).parent


class Recorded(CommandWidget):
    """A widget that notes what it sends."""

    _esm = "export default {}"
    commands: ClassVar[Mapping[str, str]] = {"echo": "_echo", "refuse": "_refuse", "break": "_break"}

    def __init__(self) -> None:
        self._sent: list[tuple[dict[str, Any], list[bytes]]] = []
        self._echoes = 0
        super().__init__()

    def send(self, content: Any, buffers: Any = None) -> None:
        self._sent.append((content, list(buffers or ())))

    def _echo(self, command: Command, buffers: Buffers) -> Answer:
        self._echoes += 1
        return {"word": command.get("word")}, buffers

    def _refuse(self, _command: Command, _buffers: Buffers) -> Answer:
        raise LibraryError("It is not here. Nothing was charged. Look there.")

    def _break(self, _command: Command, _buffers: Buffers) -> Answer:
        raise ZeroDivisionError("by zero")

    def receive(self, buffers: Buffers = (), **command: Any) -> None:
        self._handle_custom_msg(command, buffers)


def test_a_command_gets_its_answer_with_its_bytes() -> None:
    widget = Recorded()
    widget.receive(id="1", kind="echo", word="fox", buffers=[memoryview(b"abc")])
    assert widget._sent == [({"re": "1", "ok": True, "word": "fox"}, [b"abc"])]


def test_a_command_that_comes_twice_is_carried_out_once() -> None:
    widget = Recorded()
    for _ in range(3):
        widget.receive(id="1", kind="echo")
    widget.receive(id="2", kind="echo")
    assert widget._echoes == 2


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("refuse", "It is not here. Nothing was charged. Look there."),
        ("break", "ZeroDivisionError: by zero"),
        ("sing", "This panel knows no command 'sing'."),
    ],
)
def test_what_went_wrong_is_an_answer_in_words(kind: str, words: str) -> None:
    widget = Recorded()
    widget.receive(id="1", kind=kind)
    assert widget._sent == [({"re": "1", "ok": False, "error": words}, [])]


def test_what_is_no_command_is_left_alone() -> None:
    widget = Recorded()
    widget._handle_custom_msg("hello", [])
    widget.receive(kind="echo")
    widget.receive(id=5, kind="echo")
    assert widget._sent == []


def test_every_rule_of_every_sheet_is_scoped_to_the_panel() -> None:
    own = HOME / "widgets" / "player" / "export_page.css"  # of a page that is all ours; no host gets it
    for sheet in set(HOME.rglob("*.css")) - {own, *BUILT.iterdir()}:
        bare = re.sub(r"/\*.*?\*/", "", sheet.read_text("utf-8"), flags=re.DOTALL)
        for selectors in re.findall(r"([^{}]+)\{", bare):
            if selectors.strip().startswith("@"):
                continue
            assert ".kw" in selectors, f"{sheet.name}: {selectors.strip()}"


def test_no_widget_takes_a_keyword_or_an_attribute_that_it_does_not_have() -> None:
    with pytest.raises(TypeError, match=r"CommandWidget\(\) takes no 'tooltp'. Did you mean 'tooltip'"):
        CommandWidget(tooltp="a")
    with pytest.raises(AttributeError, match="no 'comands'"):
        Recorded().comands = {}
