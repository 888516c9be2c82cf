"""Half of a character is refused in words wherever a page sends it, and never goes back to the page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kling_widget import BadValue, Library, RequestError, Studio
from kling_widget.practice import PracticeServer
from kling_widget.request.catalog import O3_PRO
from tests.made import a_take

from ..patience import until
from .page import FOX, Page, click, submits, takes

HALF = "\ud83e fox"


@pytest.fixture
def sent(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What is sent to the page; it is encoded as a kernel does, more strictly."""
    found: list[Any] = []

    def send(_comm: object, data: Any = None, **_more: object) -> None:
        json.dumps(data, ensure_ascii=False).encode()
        found.append(data)

    monkeypatch.setattr(type(studio.comm), "send", send)
    return found


def control(studio: Studio, name: str) -> Any:
    """Return the control of an input."""
    return studio._builder._controls.by_name[name]


def typed(widget: Any, **state: Any) -> None:
    """Let a page change a control."""
    data = {"method": "update", "state": state, "buffer_paths": []}
    widget._handle_msg({"content": {"data": data}, "buffers": []})


def test_a_prompt_is_refused_beside_its_field_and_nothing_is_sent(
    studio: Studio, library: Library, server: PracticeServer, sent: list[Any]
) -> None:
    typed(control(studio, "prompt"), value=HALF)
    assert "half of a character" in studio._builder._controls._problems["prompt"].value
    answer = click(studio)
    assert answer["refused"]
    assert answer["focus"] == "prompt"
    with pytest.raises(RequestError, match="prompt: It holds half of a character"):
        studio.generate()
    control(studio, "prompt").value = "\udc80 in code"
    assert any("\ufffd" in json.dumps(message, ensure_ascii=False) for message in sent)
    assert takes(library) == []
    assert submits(server) == []
    typed(control(studio, "prompt"), value=FOX)
    assert studio._builder._controls._problems["prompt"].value == ""


@pytest.mark.parametrize("value", [HALF, "\u200b", "\ufeff\u2800", "\u3164"], ids=ascii)
def test_a_shot_is_refused_with_its_number(studio: Studio, sent: list[Any], value: str) -> None:
    shots = [{"prompt": "Wide", "duration": 3}, {"prompt": value, "duration": 3}]
    typed(control(studio, "multi_prompt"), value=shots)
    control(studio, "duration").value = 6
    assert control(studio, "multi_prompt").problem.startswith("Shot 2: ")
    assert click(studio)["refused"]
    assert sent


@pytest.mark.parametrize("value", ["\u200b", "\ufeff", "\u3164\u2800", "\ufe0f", "\u00ad\u2060"], ids=ascii)
def test_a_prompt_that_shows_nothing_is_empty(studio: Studio, library: Library, value: str) -> None:
    control(studio, "prompt").value = value
    assert click(studio)["focus"] == "prompt"
    assert "Write what should happen" in studio._builder._controls._problems["prompt"].value
    assert takes(library) == []


PASTED = (
    r'{"prompt": "\ud83e fox", "duration": 9}',
    f"generate({HALF!r}, duration=9)",
    f"%%kling --duration 9\n{HALF}",
    f"""curl https://x.example/api/v3/{O3_PRO} -d '{{"prompt": "\\udc80", "duration": 9}}'""",
)


@pytest.mark.parametrize("text", PASTED, ids=range(4))
def test_what_is_pasted_fills_nothing_in(studio: Studio, sent: list[Any], text: str) -> None:
    studio.prompt, studio.duration = FOX, 7
    answer = Page(studio._ordering.code).tell("fill", text=text)
    assert answer["ok"] is False
    assert answer["error"].startswith("It holds half of a character")
    assert answer["error"].endswith("Nothing was filled in.")
    assert (studio.prompt, studio.duration) == (FOX, 7)


def test_commands_say_so_in_words(studio: Studio, library: Library, sent: list[Any]) -> None:
    take = a_take(library.folder, FOX)
    until(lambda: studio._screen.clips)
    bindings = studio._builder.bindings
    price = bindings.prompt_tools.enhancer["price"]
    commands: list[tuple[Any, str, dict[str, Any]]] = [
        (studio._screen, "tag", {"take": take.id, "tags": [HALF]}),
        (studio._screen, "tag", {"take": HALF, "tags": ["x"]}),
        (studio._screen, "where", {"take": HALF}),
        (studio._shelf, "show", {"take": HALF}),
        (studio._shelf, "poster", {"take": HALF}),
        (studio._shelf, "find", {"text": "", "status": HALF}),
        (studio._queue, "stop", {"take": HALF}),
        (studio._header, "choose", {"model": HALF}),
        (bindings.elements, "save", {"name": HALF, "element_id": "1", "note": ""}),
        (bindings.elements, "save", {"name": "Mara", "element_id": HALF, "note": ""}),
        (bindings.elements, "save", {"name": "Mara", "element_id": "1", "note": HALF}),
        (bindings.elements, "forget", {"name": HALF}),
        (bindings.prompt_tools, "enhance", {"text": HALF, "style": "default", "price": price}),
        (bindings.prompt_tools, "save", {"template": {"name": HALF, "kind": "mood", "text": "x"}}),
        (bindings.prompt_tools, "save", {"template": {"name": "x", "kind": "mood", "text": HALF}}),
        (bindings.prompt_tools, HALF, {}),
    ]
    for face, kind, fields in commands:
        answer = Page(face).tell(kind, **fields)
        assert answer["ok"] is False, (kind, fields)
        assert not any(word in answer["error"] for word in ("codec", "surrogate", "UnicodeEncode", "Error:")), answer
    assert (library._gateway.record(take.id).tags, library._gateway.record(take.id).note) == ((), "")
    assert library.elements.all() == []
    assert not (library.folder / "templates.json").exists()


def test_a_search_finds_nothing_and_says_so(studio: Studio, library: Library, sent: list[Any]) -> None:
    a_take(library.folder, FOX)
    until(lambda: studio._shelf.cards)
    assert Page(studio._shelf).tell("find", text=HALF, status="all")["ok"]
    until(lambda: studio._shelf.cards == [] and studio._shelf.text)
    assert Page(studio._shelf).tell("find", text="\u200bFOX", status="all")["ok"]
    until(lambda: len(studio._shelf.cards) == 1)


def test_code_is_refused_in_words_too(library: Library, tmp_path: Path) -> None:
    take = library.take(a_take(library.folder, FOX).id)
    for act in (
        lambda: take.tag(HALF),
        lambda: library._gateway.annotate(take.id, note=HALF),
        lambda: library._gateway.annotate(take.id, tags=["a\0b"]),
        lambda: library._gateway.annotate(take.id, note=5),
        lambda: library.elements.add("Mara", "1", service="practice", note=HALF),
    ):
        with pytest.raises((BadValue, RequestError), match=r"no text|is text"):
            act()
    assert library.takes(text=HALF) == library.takes(text="a\0b") == []
    assert len(library.history(text=HALF)) == 0
    take.tag("  #two\nlines ", "\u200b", "#", "ok")
    assert take.record.tags == ("two lines", "ok")
