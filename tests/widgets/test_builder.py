"""The builder over a library and a service: every model, and all that helps with a request."""

from __future__ import annotations

import json
import threading
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from kling_widget import Library, RequestError, Studio, TakeTimeout, generate
from kling_widget.library import models, tools
from kling_widget.practice import PracticeServer
from kling_widget.request.catalog import O3_PRO, TOOL, Model, bundled
from kling_widget.store import Record

from ..patience import until
from .page import FOX, Page, click, submits, takes

VIDEO_MODELS = [m for m in bundled() if m.kind != TOOL]
IMAGE_MODEL = "kwaivgi/kling-video-o3-pro/image-to-video"
PICTURE = "https://pictures.example/fox.png"


def settled(library: Library, run: str) -> Record:
    """A run, when it has ended and billing has said its word."""
    found: Record = until(lambda: (r := library._gateway.record(run)).final and r.settled and r)
    return found


def choose(studio: Studio, model: str) -> dict[str, Any]:
    return Page(studio._header).tell("choose", model=model)


@pytest.mark.parametrize("model", VIDEO_MODELS, ids=lambda m: m.id)
def test_every_model_can_be_asked_from_the_panel(model: Model, library: Library, server: PracticeServer) -> None:
    studio = Studio(library)
    assert choose(studio, model.id)["ok"]
    studio.prompt = FOX
    held = {
        name: [PICTURE] if model.fields[name].get("type") == "array" else PICTURE
        for name in ("image", "end_image", "images", "video")
        if name in model.fields
    }
    studio._builder.fill(held)
    answer = click(studio)
    assert not answer.get("refused"), answer
    (task,) = until(lambda: server.view()["tasks"])
    assert task["model"] == model.id
    assert task["dropped"] == []
    assert task["inputs"]["prompt"] == FOX
    assert {name: task["inputs"][name] for name in held} == held
    studio.close()


def test_another_model_shows_its_inputs_keeps_what_it_takes_and_says_what_it_does_not(studio: Studio) -> None:
    studio.prompt, studio.sound, studio.aspect_ratio = FOX, True, "9:16"
    assert choose(studio, IMAGE_MODEL)["ok"]
    builder, go = studio._builder, studio._ordering.button
    assert studio._header.model == IMAGE_MODEL
    assert [slot["name"] for slot in builder._controls.media.slots] == ["image", "end_image"]
    assert builder._controls.rows["aspect_ratio"].layout.display == "none"
    assert "takes no aspect_ratio" in go.text
    assert studio.prompt == FOX
    assert studio.sound
    assert go.tariff["5 sound"]["1"]["price"] == "$0.70"
    refused = click(studio)
    assert (refused["refused"], refused["focus"]) == (True, "image")
    assert builder._controls.media.problem == {"image": "This is needed."}
    choose(studio, "kwaivgi/kling-v2.5-turbo-pro/text-to-video")
    seconds = studio._builder._controls.by_name["duration"]
    assert (seconds.low, seconds.high) == (5, 10)
    assert [tag["price"] for tag in go.batches] == ["$0.35", "$1.40"]


def test_a_model_that_does_not_exist_is_refused_in_words(studio: Studio) -> None:
    answer = choose(studio, "kwaivgi/kling-v99")
    assert not answer["ok"]
    assert "no model" in answer["error"]
    assert studio._header.model == O3_PRO
    with pytest.raises(RequestError):
        Studio(studio.library, model="kwaivgi/kling-v99")


def test_the_services_catalogue_is_learned_and_outlives_the_panel(library: Library, server: PracticeServer) -> None:
    known = json.loads(json.dumps(next(e for e in bundled().entries if e["model_id"] == O3_PRO)))
    del known["pricing"]
    new = {**known, "model_id": "kwaivgi/kling-v9/text-to-video", "name": "Kling V9", "base_price": 2}
    answer = json.dumps({"code": 200, "message": "success", "data": [{**known, "base_price": 0.5}, new]})
    server.faults.add(call="models", effect="body", body=answer, times=None)
    studio = Studio(library)
    until(lambda: "kwaivgi/kling-v9/text-to-video" in [m["id"] for m in studio._header.models])
    assert until(lambda: studio._ordering.button.batches[0]["price"] == "$0.50")
    studio.close()
    again = Studio(library, model="kwaivgi/kling-v9/text-to-video")
    assert again._ordering.button.batches[0]["price"] == "$2.00"
    again.close()


def test_the_length_and_the_shots_are_always_the_same(studio: Studio) -> None:
    studio.multi_prompt = [{"prompt": "Wide", "duration": 3}, {"prompt": "Close", "duration": 4}]
    studio.duration = 7
    studio.duration = 14
    assert [shot["duration"] for shot in studio.multi_prompt] == [6, 8]
    assert [shot["prompt"] for shot in studio.multi_prompt] == ["Wide", "Close"]


def test_a_storyboard_is_sent_in_the_prompts_place(studio: Studio, server: PracticeServer) -> None:
    studio.prompt = FOX
    shots = [{"prompt": "Wide", "duration": 3}, {"prompt": "Close", "duration": 4}]
    studio.duration = 7
    answer = click(studio, multi_prompt=shots)
    assert not answer.get("refused"), answer
    task = until(lambda: server.view()["tasks"])[0]
    assert task["inputs"] == {"aspect_ratio": "16:9", "duration": 7, "sound": False, "multi_prompt": shots}


# Money


def test_a_sum_is_asked_about_where_it_is_large_or_for_several(library: Library, server: PracticeServer) -> None:
    studio = Studio(library, confirm_above="1.00")
    studio.prompt = FOX
    assert [tag["asks"] for tag in studio._ordering.button.batches] == [False, True]
    studio.duration = 10
    assert [tag["asks"] for tag in studio._ordering.button.batches] == [True, True]
    refused = click(studio, confirmed=False)
    assert refused["refused"]
    assert "Nothing was sent" in refused["text"]
    assert takes(library) == []
    assert not click(studio, confirmed=True).get("refused")
    until(lambda: submits(server))
    studio.close()


def test_the_services_own_quote_is_shown_where_it_differs_and_its_balance_too(
    library: Library, server: PracticeServer
) -> None:
    quote = {"code": 200, "data": {"model_id": O3_PRO, "price": 0.56, "discounted_price": 0.42}}
    server.faults.add(call="price", effect="body", body=json.dumps(quote))
    studio = Studio(library)
    studio.prompt = FOX
    until(lambda: studio._ordering.button.quote == "The service's own quote is $0.42 a take, less than the list price.")
    until(lambda: studio._header.balance == "balance $100.00")
    studio.duration = 6  # at the list price
    until(lambda: studio._ordering.button.quote == "")
    studio.close()


def test_play_money_is_neither_asked_about_nor_quoted(library: Library, server: PracticeServer) -> None:
    studio = Studio(library, practice=True)
    studio.prompt, studio.duration = FOX, 15
    assert not any(tag["asks"] for tag in studio._ordering.button.batches)
    assert (studio._header.balance, studio._ordering.button.quote) == ("", "")
    studio.close()


@pytest.mark.parametrize("amount", ["much", float("nan"), "1,50"])
def test_a_sum_to_ask_above_is_an_amount_of_money(library: Library, amount: Any) -> None:
    with pytest.raises(Exception, match="confirm_above"):
        Studio(library, confirm_above=amount)


def offered(studio: Studio, take: str) -> list[list[str]]:
    """The buttons under a take's clip."""
    found: list[list[str]] = studio._screen.actions.get(take, [])
    return found


def test_a_draft_is_made_final_by_one_click_that_says_its_price(studio: Studio, server: PracticeServer) -> None:
    final = {"duration": 10, "sound": True}
    studio._builder._controls.draft.final = final
    studio.duration = 3
    assert not click(studio, prompt=FOX).get("refused")
    draft = until(lambda: (found := takes(studio.library)) and found[0].state == "completed" and found[0])
    button = until(lambda: next((a for a in offered(studio, draft.id) if a[0].startswith("final")), None))
    assert button[1] == "Final: 10 s, sound · $1.40 ($1.064 more)"
    page = Page(studio._screen)
    assert page.tell("act", take=draft.id, action=button[0])["ok"]
    until(lambda: len(submits(server)) == 2)
    child = takes(studio.library)[0]
    assert (child.parent, child.inputs["duration"], child.inputs["sound"]) == (draft.id, 10, True)
    assert child.words == FOX
    # Nobody makes a second final by a second click.
    until(lambda: [a[0] for a in offered(studio, draft.id)] == ["remix"])
    assert not page.tell("act", take=draft.id, action=button[0])["ok"]
    assert len(takes(studio.library)) == 2


def test_a_final_that_is_dear_is_put_into_the_builder_first(library: Library, server: PracticeServer) -> None:
    studio = Studio(library, confirm_above="1.00")
    studio._builder._controls.draft.final = {"duration": 15, "sound": True}
    studio.duration = 3
    assert not click(studio, prompt=FOX).get("refused")
    draft = until(lambda: (found := takes(library)) and found[0].state == "completed" and found[0])
    button = until(lambda: next((a for a in offered(studio, draft.id) if a[0].startswith("final")), None))
    Page(studio._screen).tell("act", take=draft.id, action=button[0])
    assert (studio.duration, studio.sound) == (15, True)
    assert "$2.10" in studio._ordering.button.text
    assert len(takes(library)) == 1
    studio.close()


def test_a_final_is_what_the_take_was_meant_to_be_whatever_the_form_says_now(
    studio: Studio, server: PracticeServer
) -> None:
    studio._builder._controls.draft.final = {"duration": 10, "sound": True}
    studio.duration = 3
    assert not click(studio, prompt=FOX).get("refused")
    draft = until(lambda: (found := takes(studio.library)) and found[0].state == "completed" and found[0])
    assert draft.meant == {"duration": 10, "sound": True}
    studio._builder._controls.draft.final = {"duration": 15, "sound": False}
    studio.prompt, studio.duration = "Something else", 7
    button = until(lambda: next((a for a in offered(studio, draft.id) if a[0].startswith("final")), None))
    assert button[1] == "Final: 10 s, sound · $1.40 ($1.064 more)"
    assert Page(studio._screen).tell("act", take=draft.id, action=button[0])["ok"]
    until(lambda: len(submits(server)) == 2)
    child = takes(studio.library)[0]
    assert (child.parent, child.words, child.inputs["duration"], child.inputs["sound"]) == (draft.id, FOX, 10, True)
    assert child.meant is None
    assert studio.prompt == "Something else"


def test_a_draft_that_does_not_say_what_it_is_for_is_shown_in_the_builder_before_it_is_sent(
    studio: Studio, server: PracticeServer
) -> None:
    generate(FOX, duration=3, library=studio.library).wait(60)  # by code, or by an earlier version
    (draft,) = takes(studio.library)
    assert draft.meant is None
    button = until(lambda: next((a for a in offered(studio, draft.id) if a[0].startswith("final")), None))
    assert button[1] == "Final…: 5 s · $0.56 ($0.224 more)"
    assert Page(studio._screen).tell("act", take=draft.id, action=button[0])["ok"]
    assert "Generate makes it, for about $0.56" in studio._ordering.button.text
    assert (studio.prompt, studio.duration) == (FOX, 5)
    assert (studio._ordering.origin.line.word, studio._ordering.origin.line.of) == ("Final", FOX)
    assert len(submits(server)) == 1
    (child,) = studio.generate()
    assert child.parent == studio.library.take(draft.id)


def test_a_final_is_never_dearer_than_its_button_said(studio: Studio, server: PracticeServer) -> None:
    generate(FOX, duration=3, library=studio.library).wait(60)  # it does not say what it is for: the builder does
    draft = until(lambda: (found := takes(studio.library)) and found[0].state == "completed" and found[0])
    button = until(lambda: next((a for a in offered(studio, draft.id) if a[0].startswith("final")), None))
    page, draft_control = Page(studio._screen), studio._builder._controls.draft
    draft_control.final = {"duration": 15, "sound": True}  # the page says another final, and the button is not told yet
    studio._screen.actions = {draft.id: [["remix", "Remix"], button]}
    answer = page.tell("act", take=draft.id, action=button[0])
    assert not answer["ok"]
    assert "Nothing was sent" in answer["error"]
    until(lambda: any("$2.10" in words for _, words in offered(studio, draft.id)))
    assert len(submits(server)) == 1


def test_a_price_that_another_panel_learned_is_the_one_that_counts(studio: Studio, server: PracticeServer) -> None:
    known = next(e for e in bundled().entries if e["model_id"] == O3_PRO)
    models.learn(studio.library.folder, [{**known, "base_price": 1.12}])
    refused = click(studio, prompt=FOX)
    assert refused["refused"]
    assert "price changed" in refused["text"]
    assert submits(server) == []


def test_a_click_on_a_form_that_is_another_models_by_now_sends_nothing(studio: Studio, server: PracticeServer) -> None:
    go, seen = studio._ordering.button, studio._builder.values
    choose(studio, "kwaivgi/kling-v3.0-pro/text-to-video")  # at the same price
    asked: dict[str, Any] = {"values": {**seen, "prompt": FOX}, "takes": 1, "price": "$0.56", "model": O3_PRO}
    answer = Page(go).tell("generate", **asked)
    assert answer["refused"]
    assert "Nothing was sent" in answer["text"]
    assert submits(server) == []


def test_code_does_not_order_without_a_picture_that_is_on_its_way(library: Library) -> None:
    studio = Studio(library, model=IMAGE_MODEL)
    studio.prompt = FOX
    media = studio._builder.bindings.media
    media.value = {
        "image": [{"id": "x", "name": "x", "state": "uploading", "url": "", "bytes": 1, "type": "image/png"}]
    }
    with pytest.raises(RequestError, match="on its way"):
        studio.generate()
    assert takes(library) == []
    studio.close()


def test_a_tool_is_no_model_for_the_panel(studio: Studio) -> None:
    text = json.dumps({"model": tools.ENHANCER, "inputs": {"text": FOX}})
    answer = Page(studio._ordering.code).tell("fill", text=text)
    assert not answer["ok"]
    assert not choose(studio, tools.ELEMENTS)["ok"]
    assert studio.model == O3_PRO


def test_a_model_without_sound_is_told_of_once_and_a_draft_remembers_its_final(studio: Studio) -> None:
    studio.sound = True
    studio._builder._controls.draft.final = {"duration": 10, "sound": True}
    choose(studio, "kwaivgi/kling-v2.5-turbo-pro/text-to-video")
    assert "sound" in studio._ordering.button.text
    choose(studio, "kwaivgi/kling-v2.1-t2v-master")
    assert studio._ordering.button.text == ""
    assert studio._builder.final == {"duration": 10, "sound": True}


def test_a_closed_panel_leaves_no_control_behind(library: Library) -> None:
    studio = Studio(library)
    controls = studio._builder._controls.by_name.values()
    inside = [*studio._builder.children, *controls, studio._builder.bindings.pictures]
    assert all(widget.comm for widget in inside)
    studio.close()
    assert not any(widget.comm for widget in inside)


# The tools, which cost money too


def enhance(studio: Studio, text: str = FOX) -> dict[str, Any]:
    offer = studio._builder.bindings.prompt_tools.enhancer
    return Page(studio._builder.bindings.prompt_tools).tell("enhance", text=text, style="default", price=offer["price"])


def test_an_enhanced_prompt_is_shown_paid_for_once_and_no_take(studio: Studio, server: PracticeServer) -> None:
    helped = studio._builder.bindings.prompt_tools
    assert helped.enhancer["price"] == "$0.001"
    assert enhance(studio)["ok"]
    assert not enhance(studio)["ok"]  # it is at work
    until(lambda: helped.enhancer["state"] == "done")
    assert helped.enhancer["new"].startswith(FOX)
    (run,) = studio.library._gateway.runs(tools.ENHANCER, server.url)
    settled(studio.library, run.id)
    assert studio.library.spent().total == Decimal("0.001")
    assert len(submits(server)) == 1
    assert takes(studio.library) == []
    assert len(studio.library.history()) == 0
    assert list(studio.library.spend()["kind"]) == ["quote", "charge"]
    Page(helped).tell("settle", accept=True)
    assert studio.library._gateway.record(run.id).note == "taken"


def test_an_enhanced_prompt_that_nobody_saw_is_there_in_the_next_panel(
    library: Library, server: PracticeServer
) -> None:
    first = Studio(library)
    enhance(first)
    run = until(lambda: library._gateway.runs(tools.ENHANCER, server.url))[0]
    first.close()
    settled(library, run.id)
    second = Studio(library)
    helped = second._builder.bindings.prompt_tools
    until(lambda: helped.enhancer["state"] == "done")
    assert helped.enhancer["old"] == FOX
    Page(helped).tell("settle", accept=False)
    second.close()
    third = Studio(library)
    assert third._builder.bindings.prompt_tools.enhancer["state"] == ""
    third.close()


def test_an_enhancer_without_money_says_what_it_means(library: Library, server: PracticeServer) -> None:
    server.faults.add(call="submit", effect="status", status=402, message="insufficient balance")
    studio = Studio(library)
    enhance(studio)
    helped = studio._builder.bindings.prompt_tools
    until(lambda: helped.enhancer["state"] == "failed")
    assert "not charged" in helped.enhancer["words"] or "Nothing was" in helped.enhancer["words"]
    studio.close()


def test_a_cap_holds_for_tools_too(library: Library, server: PracticeServer) -> None:
    library.cap(library="0.0005")
    studio = Studio(library)
    enhance(studio)
    helped = studio._builder.bindings.prompt_tools
    until(lambda: helped.enhancer["state"] == "failed")
    assert "Nothing was sent" in helped.enhancer["words"]
    assert submits(server) == []
    studio.close()


def test_an_element_is_made_from_pictures_and_can_be_chosen(studio: Studio, server: PracticeServer) -> None:
    elements = studio._builder.bindings.elements
    page = Page(elements)
    asked: dict[str, Any] = {"name": "Mara", "description": "A woman", "pictures": [PICTURE], "price": "$0.01"}
    assert page.tell("create", **asked)["ok"]
    assert not page.tell("create", **asked)["ok"]  # one of that name is in the cast
    made = until(lambda: next((e for e in elements.available if e["state"] == "ready"), None))
    (task,) = server.view()["tasks"]
    assert task["inputs"]["image"] == PICTURE
    assert made["name"] == "Mara"
    assert int(made["element_id"]) > 2**53
    (run,) = studio.library._gateway.runs(tools.ELEMENTS, server.url)
    settled(studio.library, run.id)
    assert studio.library.spent().total == Decimal("0.01")
    click(studio, prompt="Mara in the rain", element_list=[{"element_id": made["element_id"]}])
    task = until(lambda: next((t for t in server.view()["tasks"] if "prompt" in t["inputs"]), None))
    assert task["inputs"]["element_list"] == [{"element_id": made["element_id"]}]


def test_an_element_whose_maker_died_between_its_writes_is_in_the_cast_all_the_same(
    library: Library, server: PracticeServer
) -> None:
    run = library._gateway.engine.confirm(tools.making(library, "Mara", "", [PICTURE]), service=server.url)
    settled(library, run.id)
    studio = Studio(library)
    until(lambda: [e["name"] for e in studio._builder.bindings.elements.available] == ["Mara"])
    Page(studio._builder.bindings.elements).tell("forget", name="Mara")
    until(lambda: not studio._builder.bindings.elements.available)
    studio.close()
    again = Studio(library)
    assert again._builder.bindings.elements.available == []  # what was forgotten stays so
    again.close()


def test_two_clicks_at_once_make_one_element(studio: Studio, server: PracticeServer) -> None:
    asked: dict[str, Any] = {"name": "Mara", "description": "", "pictures": [PICTURE], "price": "$0.01"}
    answers: list[dict[str, Any]] = []
    clicks = [
        threading.Thread(target=lambda: answers.append(Page(studio._builder.bindings.elements).tell("create", **asked)))
        for _ in range(2)
    ]
    for thread in clicks:
        thread.start()
    for thread in clicks:
        thread.join()
    until(lambda: [e["state"] for e in studio._builder.bindings.elements.available] == ["ready"])
    assert len(studio.library._gateway.runs(tools.ELEMENTS, server.url)) == 1


def test_an_element_whose_name_was_taken_meanwhile_is_kept_under_another(
    library: Library, server: PracticeServer
) -> None:
    run = library._gateway.engine.confirm(tools.making(library, "Mara", "", [PICTURE]), service=server.url)
    library.elements.add("Mara", "123", service=server.url)
    settled(library, run.id)
    tools.conclude_elements(library, server.url)
    assert [member.name for member in library.elements.all()] == ["Mara", "Mara 2"]


def test_an_element_that_was_not_waited_for_is_found_again_and_not_made_twice(
    library: Library, server: PracticeServer
) -> None:
    with pytest.raises(TakeTimeout):
        tools.make_element("Mara", "", [PICTURE], library=library, timeout=0)
    made = tools.make_element("Mara", "", [PICTURE], library=library, timeout=30)
    assert made == tools.make_element("Mara", "", [PICTURE], library=library, timeout=30)
    assert len(submits(server)) == 1


def test_an_element_is_made_of_a_file_too(library: Library, server: PracticeServer, tmp_path: Path) -> None:
    Image.linear_gradient("L").resize((400, 300)).save(tmp_path / "mara.png")
    made = tools.make_element("Mara", "", tmp_path / "mara.png", library=library, timeout=30)
    (task,) = server.view()["tasks"]
    assert task["inputs"]["image"].startswith(server.url)
    assert [member.element_id for member in library.elements.all()] == [made]


def test_code_can_enhance_and_make_elements(library: Library, server: PracticeServer) -> None:
    assert tools.enhance(FOX, library=library, timeout=30).startswith(FOX)
    made = tools.make_element("Mara", "", [PICTURE], library=library, timeout=30)
    assert int(made) > 2**53
    assert [member.element_id for member in library.elements.all()] == [made]
    panel = Studio(library)
    assert panel._builder.bindings.prompt_tools.enhancer["state"] == ""  # its words were given already
    panel.close()


# The request as code


def test_a_pasted_request_fills_the_form_and_another_model_if_it_names_one(studio: Studio) -> None:
    code = studio._ordering.code
    text = f"""curl https://api.wavespeed.ai/api/v3/{IMAGE_MODEL} -H "Authorization: Bearer wsk_live_canary_paste" \\
      -d '{{"prompt": "A hare", "image": "{PICTURE}", "duration": 8, "seed": 7}}'"""
    answer = Page(code).tell("fill", text=text)
    assert answer["ok"], answer
    assert "seed" in answer["text"]
    assert studio._header.model == IMAGE_MODEL
    assert (studio.prompt, studio.duration) == ("A hare", 8)
    assert studio._builder._controls.media.ready == {"image": PICTURE}
    assert "wsk_live_canary_paste" not in str(studio._ordering.code.get_state()) + str(answer)


def test_the_code_is_written_while_it_is_open(studio: Studio) -> None:
    code = studio._ordering.code
    studio.prompt = FOX
    assert code.forms == {}
    code.shown = True
    assert list(code.forms) == ["Python", "%%kling", "curl", "JSON"]
    studio.duration = 9
    assert all("9" in text and FOX in text for text in code.forms.values())
    assert "canary" not in str(code.forms)
