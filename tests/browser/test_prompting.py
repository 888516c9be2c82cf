"""Help with the prompt in a real page: templates, hints, and an enhancer that costs nothing before it is confirmed."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, expect

from .notebook import Jupyter, Notebook

CELL = """
import ipywidgets as w
from kling_widget.request.prompt_help import Own
from kling_widget.widgets.prompt_tools.prompt_tools import PromptTools, idle

prompt, sound, sent = w.Textarea(description="Prompt"), w.Checkbox(description="Sound"), []
kept = []

def enhance(text, style):
    sent.append(("enhance", text, style))

def settle(accept):
    sent.append(("settle", accept))

def save(template):
    kept.append(template)
    face.show(Own(tuple(kept)))

def remove(name):
    kept[:] = [one for one in kept if one.name != name]
    face.show(Own(tuple(kept)))

face = PromptTools(
    enhance, settle, save, remove,
    prompt=f"anywidget:{prompt.model_id}", sound=f"anywidget:{sound.model_id}",
    enhancer=idle(offered=True, price="$0.001", styles=["default", "anime"]),
)
look = lambda change=None: face.show_hints(prompt.value, sound=sound.value, has_sound=True)
prompt.observe(look, "value"), sound.observe(look, "value")
field = w.VBox([prompt, face])
field.add_class("kw-field").add_class("kw-field-prompt")
box = w.VBox([field, sound])
box.add_class("kw").add_class("kw-studio")
box
"""
SENT = "print('SENT', sent)"
MADE = "face.enhanced('A red fox crosses deep snow')"
FOX = "A fox crosses snow"


@dataclass(frozen=True)
class Help:
    """The face in a page, and its prompt."""

    notebook: Notebook
    root: Locator

    @property
    def prompt(self) -> Locator:
        return self.root.get_by_label("Prompt", exact=True)

    def button(self, name: str) -> Locator:
        return self.root.get_by_role("button", name=name, exact=True)

    def sent(self) -> str:
        """What was asked of the kernel, by a cell that says it."""
        self.notebook.run(1)
        return self.notebook.output(1).inner_text()


@pytest.fixture
def shown(jupyter: Jupyter) -> Help:
    notebook = jupyter.open([CELL, SENT, MADE])
    notebook.run(0)
    root = jupyter.page.locator(".kw-studio")
    root.get_by_role("button", name="Templates").wait_for()
    return Help(notebook, root)


def test_a_template_is_filled_and_lands_at_the_caret(shown: Help) -> None:
    shown.prompt.fill("A fox crosses snow, at dawn")
    shown.prompt.evaluate("(area) => area.setSelectionRange(18, 18)")
    shown.button("Templates").click()
    dialog = shown.root.get_by_role("dialog", name="Templates")
    expect(dialog.get_by_role("tab", name="Camera")).to_be_focused()
    shown.root.page.keyboard.press("ArrowRight")
    dialog.get_by_role("button", name="Rack focus").click()
    expect(dialog.get_by_label("foreground")).to_be_focused()
    dialog.get_by_label("foreground").fill("the fox")
    dialog.get_by_role("button", name="Insert").click()
    expect(dialog.get_by_label("background")).to_be_focused()  # nothing is inserted with a hole in it
    dialog.get_by_label("background").fill("{the} hills")
    shown.root.page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(shown.prompt).to_have_value("A fox crosses snow, rack focus from the fox to {the} hills, at dawn")
    expect(shown.prompt).to_be_focused()
    shown.root.page.keyboard.type("!")
    expect(shown.prompt).to_have_value(re.compile(r"hills!, at dawn$"))


def test_a_prompt_is_kept_as_a_template_found_again_and_removed(shown: Help) -> None:
    shown.prompt.fill("A {who} crosses snow")
    shown.button("Templates").click()
    dialog = shown.root.get_by_role("dialog", name="Templates")
    dialog.get_by_role("button", name="Save the prompt as a template").click()
    dialog.get_by_label("The template's name").fill("Mine")
    dialog.get_by_label("The template's kind").select_option("Whole prompt")
    dialog.get_by_role("button", name="Save", exact=True).click()
    dialog.get_by_role("button", name="Mine", exact=True).click()
    dialog.get_by_role("textbox", name="who").fill("hare")
    dialog.get_by_role("button", name="Insert").click()
    expect(shown.prompt).to_have_value("A hare crosses snow")
    shown.button("Undo").click()  # it came in place of a prompt
    expect(shown.prompt).to_have_value("A {who} crosses snow")
    shown.button("Templates").click()
    remove = dialog.get_by_role("button", name="Remove Mine")
    remove.click()
    expect(remove).to_have_text("Remove?")
    remove.click()
    expect(dialog.get_by_role("button", name="Mine", exact=True)).to_have_count(0)
    shown.root.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(shown.button("Templates")).to_be_focused()


def test_a_hint_turns_the_sound_on_and_another_is_silenced(shown: Help) -> None:
    shown.prompt.fill("Rain drums on a tin roof at night")
    hints = shown.root.locator(".kw-hint")
    expect(hints).to_have_count(2)
    shown.button("Turn the sound on").click()
    expect(shown.root.get_by_label("Sound", exact=True)).to_be_checked()
    expect(hints).to_have_count(1)
    shown.button("No more hints like this: How does the camera move?").click()
    expect(hints).to_have_count(0)
    shown.prompt.fill("Rain")
    shown.button("Add to the prompt: wide shot, soft daylight").click()
    expect(shown.prompt).to_have_value("Rain, wide shot, soft daylight")
    assert "SENT []" in shown.sent()


def test_the_enhancer_is_asked_once_after_its_price_was_confirmed_and_can_be_undone(shown: Help) -> None:
    shown.prompt.fill(FOX)
    shown.button("✦ Enhance").dblclick()
    expect(shown.root.get_by_text("Enhance for about $0.001?")).to_be_visible()
    shown.button("Not now").click()
    assert "SENT []" in shown.sent()
    shown.button("✦ Enhance").click()
    shown.root.get_by_label("Style").select_option("anime")
    shown.button("Enhance · $0.001").dblclick()
    expect(shown.button("✦ Enhancing …")).to_be_disabled()
    expect(shown.button("Enhance · $0.001")).to_be_hidden()
    assert f"SENT [('enhance', '{FOX}', 'anime')]" in shown.sent()
    shown.notebook.run(2)
    expect(shown.root.locator(".kw-diff del")).to_have_count(0)
    expect(shown.root.locator(".kw-diff ins")).to_have_text(["red ", "deep "])
    shown.button("Use it").click()
    expect(shown.prompt).to_have_value("A red fox crosses deep snow")
    shown.button("Undo").click()
    expect(shown.prompt).to_have_value(FOX)
    expect(shown.button("Use it")).to_be_hidden()
    expect(shown.button("✦ Enhance")).to_be_enabled()
    assert "('settle', True)]" in shown.sent()
