"""The builder in a real page: another model, pictures, shots, elements, code, and a second question about money."""

from __future__ import annotations

import io
import json
from typing import Any

from PIL import Image
from playwright.sync_api import FilePayload, expect

from .audit import findings
from .cells import STUDIO, service
from .notebook import Jupyter, Notebook
from .panel import MADE_WITHIN, Panel

IMAGE_MODEL = "kwaivgi/kling-video-o3-pro/image-to-video"
PRACTICE = "from kling_widget import Studio\nstudio = Studio(practice=True)\nstudio"
MARA = "9223372036854775809"  # beyond what JavaScript counts to

CAST = f"""
studio.library.elements.add("Mara", "{MARA}", service="practice", note="A woman in a red coat")
studio.library._gateway.engine.soon(studio._refresh)
"""
INPUTS = """
import json
print("INPUTS", json.dumps([take.record.inputs for take in studio.library.takes()]))
"""


def opened(jupyter: Jupyter, *cells: str) -> tuple[Notebook, Panel]:
    notebook = jupyter.open(cells)
    for at in range(len(cells)):
        if cells[at] != INPUTS:
            notebook.run(at)
    return notebook, Panel(jupyter.page.locator(".kw-studio"))


def asked(notebook: Notebook, at: int) -> list[dict[str, Any]]:
    """What the library's takes were asked with, newest first."""
    notebook.run(at)
    found: list[dict[str, Any]] = json.loads(notebook.output(at).inner_text().split("INPUTS", 1)[1])
    return found


def a_picture() -> FilePayload:
    out = io.BytesIO()
    Image.linear_gradient("L").resize((400, 300)).save(out, "PNG")
    return {"name": "dusk.png", "mimeType": "image/png", "buffer": out.getvalue()}


def test_a_picture_is_brought_to_another_model_and_the_take_is_made_of_it(jupyter: Jupyter) -> None:
    notebook, panel = opened(jupyter, PRACTICE, INPUTS)
    panel.prompt.fill("It turns its head")
    panel.root.get_by_role("group", name="Shape").get_by_role("button", name="9:16").click()
    panel.root.get_by_label("Model", exact=True).select_option(IMAGE_MODEL)
    expect(panel.said).to_contain_text("takes no aspect_ratio")
    expect(panel.prompt).to_have_value("It turns its head")
    panel.click()
    expect(panel.said).to_contain_text("Nothing was sent")
    media = panel.root.locator(".kw-media:not(.kw-newcomer-pictures)")
    expect(media).to_contain_text("This is needed")
    media.locator("input[type=file]").first.set_input_files(a_picture())
    expect(media.locator("img")).to_be_visible()
    expect(media).not_to_contain_text("This is needed")
    assert not findings(jupyter.page, ".kw-studio")
    panel.seconds(3)
    panel.click()
    panel.wait_for_clip()
    (inputs,) = asked(notebook, 1)
    assert inputs["image"].startswith("http://127.0.0.1:")
    assert {**inputs, "image": ""} == {"prompt": "It turns its head", "image": "", "duration": 3, "sound": False}


def test_shots_and_an_element_are_asked_for_as_they_stand_on_the_page(jupyter: Jupyter) -> None:
    notebook, panel = opened(jupyter, PRACTICE, CAST, INPUTS)
    panel.seconds(8)
    panel.prompt.click()
    panel.prompt.press_sequentially("Ma", delay=30)
    expect(panel.root.get_by_role("option", name="Mara")).to_be_visible()
    panel.prompt.press("Tab")
    expect(panel.prompt).to_have_value("Mara")
    panel.prompt.press_sequentially(" enters. Cut to: she looks up", delay=5)
    panel.root.get_by_role("button", name="Cut into shots").click()
    words = panel.root.locator(".kw-shot-words")
    expect(words).to_have_count(2)
    panel.root.locator(".kw-shot").first.focus()
    panel.page.keyboard.press("Shift+ArrowRight")
    expect(panel.root.locator(".kw-shot-head b").first).to_have_text("5 s")
    assert not findings(jupyter.page, ".kw-studio")
    panel.root.get_by_role("button", name="as code").click()
    expect(panel.root.locator(".kw-code pre")).to_contain_text("multi_prompt")
    panel.click()
    expect(panel.cards).to_have_count(1)
    (inputs,) = asked(notebook, 2)
    shots = [{"prompt": "Mara enters.", "duration": 5}, {"prompt": "she looks up", "duration": 3}]
    assert inputs["multi_prompt"] == shots
    assert inputs["element_list"] == [{"element_id": MARA}]
    assert "prompt" not in inputs


def test_a_pasted_request_fills_the_form(jupyter: Jupyter) -> None:
    _, panel = opened(jupyter, PRACTICE)
    panel.root.get_by_role("button", name="as code").click()
    box = panel.root.get_by_label("Paste a request")
    box.fill('{"prompt": "A hare in the rain", "duration": 7, "sound": true, "seed": 3}')
    panel.root.get_by_role("button", name="Fill the form").click()
    expect(panel.prompt).to_have_value("A hare in the rain")
    expect(panel.root.get_by_label("Seconds, as a number")).to_have_value("7")
    expect(panel.root.locator(".kw-code")).to_contain_text("seed")
    expect(panel.go).to_contain_text("$0.98")
    panel.root.get_by_role("button", name="Draft").click()
    expect(panel.go).to_contain_text("$0.336")
    panel.root.get_by_role("button", name="Final").click()
    expect(panel.go).to_contain_text("$0.98")


def test_several_takes_are_asked_about_once_more_where_they_cost_money(jupyter: Jupyter) -> None:
    _, panel = opened(jupyter, service(tier="gold"), STUDIO)
    panel.seconds(3)
    panel.prompt.fill("A fox")
    panel.root.get_by_role("button", name="4 takes").click()
    panel.go.click()
    sure = panel.root.locator(".kw-sure")
    expect(sure).to_contain_text("Make 4 takes for about $1.344?")
    expect(sure.get_by_role("button", name="Yes")).to_be_focused()
    panel.page.keyboard.press("Escape")
    expect(sure).not_to_be_visible()
    expect(panel.go).to_be_focused()
    panel.page.keyboard.press("Control+Enter")
    expect(sure).to_be_visible()
    assert not findings(jupyter.page, ".kw-studio")
    expect(panel.cards).to_have_count(0)
    panel.page.keyboard.press("Enter")
    expect(panel.cards).to_have_count(4)
    expect(panel.root.get_by_text("balance $")).to_be_visible()


def test_an_element_is_made_of_a_picture_and_called_by_its_name(jupyter: Jupyter) -> None:
    notebook, panel = opened(jupyter, PRACTICE, INPUTS)
    panel.root.get_by_role("button", name="+ add").click()
    form = panel.root.locator(".kw-newcomer")
    form.get_by_role("button", name="Make one from").click()
    form.get_by_label("Name, as the prompt").fill("Mara")
    form.locator("input[type=file]").first.set_input_files(a_picture())
    expect(form.locator("img")).to_be_visible()
    expect(form.locator('[data-state="ready"]')).to_be_visible()  # the service has it
    form.get_by_role("button", name="Make it…").click()
    form.get_by_role("button", name="Make Mara for about $0.01").click()
    expect(panel.root.get_by_text("Mara is being made").last).to_be_visible()
    expect(panel.root.locator(".kw-element-making")).to_have_count(0, timeout=MADE_WITHIN)
    panel.prompt.click()
    panel.prompt.press_sequentially("Ma", delay=30)
    panel.prompt.press("Tab")
    panel.prompt.press_sequentially(" in the rain")
    panel.click()
    expect(panel.cards).to_have_count(1)
    (inputs,) = asked(notebook, 1)
    assert inputs["prompt"] == "Mara in the rain"
    assert int(inputs["element_list"][0]["element_id"]) > 2**53
