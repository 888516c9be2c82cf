"""What stands in the builder is never lost: replacing it can be undone, and running the cell again brings it back."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kling_widget import Library, Studio
from kling_widget.practice import PracticeServer
from kling_widget.request.catalog import O3_PRO, bundled
from kling_widget.widgets.builder import form
from kling_widget.widgets.studio import saved_draft
from kling_widget.widgets.studio.saved_draft import MOST, Draft
from tests.made import a_take

from ..patience import until
from .page import FOX, Page, click, takes, typed

V3 = "kwaivgi/kling-v3.0-pro/text-to-video"
HALF_WRITTEN = "A lighthouse in a storm, and then"


def remix(studio: Studio, take: str) -> None:
    studio._act(take, "remix")


@pytest.fixture
def take(library: Library) -> str:
    return a_take(library.folder, FOX, inputs={"duration": 10, "sound": True}).id


def test_a_remix_can_be_undone_and_the_undoing_too(library: Library, take: str) -> None:
    studio = Studio(library)
    origin = Page(studio._ordering.origin.line)
    assert (origin.face.of, origin.face.replaced) == ("", False)
    studio.prompt, studio.duration = HALF_WRITTEN, 7
    remix(studio, take)
    assert (studio.prompt, studio.duration, studio.sound) == (FOX, 10, True)
    assert (origin.face.of, origin.face.before, origin.face.replaced) == (FOX, HALF_WRITTEN, True)
    assert origin.tell("put_back")["ok"]
    assert (studio.prompt, studio.duration, studio.sound) == (HALF_WRITTEN, 7, False)
    assert (origin.face.of, origin.face.replaced) == ("", True)
    assert origin.tell("put_back")["ok"]
    assert (studio.prompt, origin.face.of) == (FOX, FOX)
    studio.close()


def test_several_remixes_in_a_row_keep_what_a_person_wrote(library: Library, take: str) -> None:
    other = a_take(library.folder, "A blue fox", at=1_790_000_001_000).id
    studio = Studio(library)
    studio.prompt = HALF_WRITTEN
    for one in (take, other, take):
        studio.show(one)
        remix(studio, one)
    origin = Page(studio._ordering.origin.line)
    assert origin.tell("put_back")["ok"]
    assert studio.prompt == HALF_WRITTEN
    assert origin.tell("put_back")["ok"]
    assert studio.prompt == FOX
    studio.fill({"prompt": "Something else"})
    assert origin.tell("put_back")["ok"]
    assert studio.prompt == HALF_WRITTEN
    studio.close()
    until(lambda: HALF_WRITTEN in library._gateway.draft)
    studio = Studio(library)  # what was brought back is a person's too
    studio._act(take, "remix")
    assert Page(studio._ordering.origin.line).tell("put_back")["ok"]
    assert studio.prompt == HALF_WRITTEN
    studio.close()


def test_whatever_fills_the_builder_can_be_undone(library: Library, take: str) -> None:
    studio = Studio(library)
    ordering = studio._ordering
    for fill in (
        lambda: studio.fill({"prompt": FOX}),
        lambda: Page(ordering.code).tell("fill", text=f"generate({FOX!r}, model={V3!r})"),
        lambda: studio._edit(take),
        lambda: studio._adopted(library._gateway.record(take)),
    ):
        ordering.origin.take_parent()
        studio.prompt = HALF_WRITTEN
        ordering.choose(O3_PRO)
        fill()
        assert studio.prompt == FOX
        assert Page(ordering.origin.line).tell("put_back")["ok"]
        assert (studio.prompt, studio.model) == (HALF_WRITTEN, O3_PRO)
    studio.close()


def test_an_untouched_builder_has_nothing_to_put_back(library: Library, take: str) -> None:
    studio = Studio(library)
    remix(studio, take)
    assert (studio._ordering.origin.line.of, studio._ordering.origin.line.replaced) == (FOX, False)
    studio.close()


def test_it_is_a_remix_until_it_is_generated_or_let_go(library: Library, server: PracticeServer, take: str) -> None:
    studio = Studio(library)
    origin = Page(studio._ordering.origin.line)
    remix(studio, take)
    studio.prompt = "A red fox at night"
    assert origin.face.of == FOX
    refused = click(studio, price="$0.01")
    assert refused["refused"]
    assert origin.face.of == FOX  # nothing was generated
    assert not click(studio).get("refused")
    assert origin.face.of == ""
    until(lambda: len(takes(library)) == 2)
    assert takes(library)[0].parent == take
    remix(studio, take)
    assert origin.tell("let_go")["ok"]
    assert (origin.face.of, studio.prompt) == ("", FOX)
    (free,) = studio.generate()
    assert free.parent is None
    studio.close()


def test_a_panel_that_closes_after_its_library_starts_nothing(library: Library) -> None:
    studio = Studio(library)
    studio.prompt = HALF_WRITTEN
    library.close()
    studio.close()
    assert not library._gateway.tends


def test_running_the_cell_again_brings_back_what_was_typed(library: Library, take: str) -> None:
    studio = Studio(library)
    remix(studio, take)
    studio.prompt, studio.duration = HALF_WRITTEN, 12
    studio.multi_prompt = [{"prompt": "Wide", "duration": 5}, {"prompt": "", "duration": 7}]
    studio.close()
    library.close()  # at the latest now it is on disk
    again = Library(library.folder)
    studio = Studio(again)
    assert (studio.prompt, studio.duration, studio.sound) == (HALF_WRITTEN, 12, True)
    assert studio.multi_prompt == [{"prompt": "Wide", "duration": 5}, {"prompt": "", "duration": 7}]
    assert studio._ordering.origin.line.of == FOX
    studio.close()
    again.close()


def test_the_model_comes_back_too_unless_another_is_asked_for(library: Library) -> None:
    studio = Studio(library, model=V3)
    studio.prompt = HALF_WRITTEN
    until(lambda: HALF_WRITTEN in library._gateway.draft)
    studio.close()
    studio = Studio(library)
    assert (studio.model, studio.prompt) == (V3, HALF_WRITTEN)
    studio.close()
    studio = Studio(library, model=O3_PRO)
    assert (studio.model, studio.prompt) == (O3_PRO, HALF_WRITTEN)
    studio.close()


def test_of_two_panels_the_last_written_one_counts_and_an_open_one_writes_nothing(library: Library) -> None:
    one, other = Studio(library), Studio(library)
    one.prompt = "Written first"
    until(lambda: "Written first" in library._gateway.draft)
    other.prompt = "Written last"
    until(lambda: "Written last" in library._gateway.draft)
    assert one.prompt == "Written first"  # nobody writes into another's panel
    third = Studio(library)
    assert third.prompt == "Written last"
    third.prompt = ""
    until(lambda: library._gateway.draft == "")
    for studio in (one, other, third):
        studio.close()


def test_a_draft_that_is_damaged_hostile_or_too_long_opens_an_empty_panel(library: Library) -> None:
    broken: list[Any] = ["{", "[]", "null", '{"model": 1, "values": {}}', '{"model": "x", "values": []}', "[" * 90_000]
    for text in broken:
        library._gateway.keep_draft(text)
        assert saved_draft.read(library) is None
    hostile = {
        "prompt": 5,
        "duration": "10",
        "sound": "yes",
        "aspect_ratio": "3:7",
        "multi_prompt": [{"prompt": 1}],
        "element_list": ["x"],
        "nonsense": 1,
        "both": 3,
    }
    library._gateway.keep_draft(json.dumps({"model": O3_PRO, "values": hostile, "parent": "../t1"}))
    found = saved_draft.read(library)
    assert found is not None
    assert found.values == form.defaults(bundled()[O3_PRO])
    Studio(library).close()
    place = {"image": "/etc/passwd", "prompt": "A fox"}
    library._gateway.keep_draft(json.dumps({"model": "kwaivgi/kling-video-o3-pro/image-to-video", "values": place}))
    found = saved_draft.read(library)
    assert found is not None
    assert (found.values["image"], found.values["prompt"]) == ("", "A fox")


def test_half_a_character_and_a_text_without_end_are_kept_in_bounds(library: Library) -> None:
    studio = Studio(library)
    typed(studio, prompt="A fox \ud83e")
    until(lambda: "A fox" in library._gateway.draft)
    found = saved_draft.read(library)
    assert found is not None
    assert found.values["prompt"] == "A fox \ufffd"
    typed(studio, prompt="x" * (MOST + 1))
    studio._ordering.origin.saved._last = 0
    studio._ordering.origin.saved._keep()
    assert "A fox" in library._gateway.draft
    studio.close()


@pytest.mark.parametrize("model", [model for model in bundled() if model.kind != "tool"], ids=lambda model: model.id)
def test_every_models_draft_is_read_as_it_was_written(model: Any, library: Library) -> None:
    values = {**form.defaults(model), "prompt": FOX}
    library._gateway.keep_draft(Draft(model.id, values).text())
    found = saved_draft.read(library)
    assert found == Draft(model.id, values)
    assert found is not None
    assert found.values == values
