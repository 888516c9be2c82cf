"""The request as code in a real page: read by tab, copied, pasted and closed, by mouse and by keyboard."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, expect

from .notebook import Jupyter, Notebook

KEY = "wsk_live_canary_0123456789abcdef"
FACE = """
import ipywidgets as w
from kling_widget.request.code import forms, read
from kling_widget.widgets.code.code import Code

def fill(text):
    asked = read(text)
    face.forms = forms(asked.model, asked.inputs)
    return " ".join([f"Filled in: {', '.join(asked.inputs)}.", *asked.notes])

MODEL = "kwaivgi/kling-video-o3-pro/text-to-video"
face = Code(fill, forms=forms(MODEL, {"prompt": "It's a red fox\\nin snow", "duration": 10, "sound": True}))
opener = w.Button(description="as code")
opener.on_click(lambda _: setattr(face, "shown", True))
box = w.VBox([opener, face])
box.add_class("kw").add_class("kw-studio")
box
"""
CURL = f"""curl https://api.wavespeed.ai/api/v3/kwaivgi/kling-v3.0-pro/text-to-video \\
  -H 'Authorization: Bearer {KEY}' -d '{{"prompt": "A wolf", "duration": 5}}'"""


def opened(jupyter: Jupyter) -> tuple[Notebook, Locator]:
    """A notebook whose first cell shows the section, opened by its button."""
    jupyter.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    notebook = jupyter.open([FACE])
    notebook.run(0)
    code = jupyter.page.locator(".kw-code")
    expect(code).to_have_count(1)
    expect(code).to_be_hidden()
    jupyter.page.get_by_role("button", name="as code").click()
    expect(code).to_be_visible()
    return notebook, code


def test_a_request_is_read_by_tab_copied_as_it_stands_and_put_away(jupyter: Jupyter) -> None:
    _, code = opened(jupyter)
    page, text = jupyter.page, code.get_by_role("tabpanel")
    expect(text).to_contain_text("""generate("It's a red fox\\nin snow", duration=10, sound=True)""")
    code.get_by_role("tab", name="Python").focus()
    page.keyboard.press("ArrowRight")
    expect(code.get_by_role("tab", name="%%kling")).to_be_focused()
    expect(text).to_have_text("%%kling --duration 10 --sound\nIt's a red fox\nin snow\n", use_inner_text=True)
    page.keyboard.press("End")
    expect(code.get_by_role("tab", name="JSON", selected=True)).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(code.get_by_role("tab", selected=True)).to_have_text("curl")
    code.get_by_role("button", name="Copy").click()
    expect(code.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == text.text_content()
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('not here')); }")
    jupyter.spent = True  # the page's clipboard stays broken
    page.evaluate("() => { document.execCommand = () => false; }")  # a host that lets nobody at the clipboard
    expect(code.get_by_role("button", name="Copy", exact=True)).to_be_visible()
    code.get_by_role("button", name="Copy").click()
    expect(code.get_by_role("button", name="Marked: press Ctrl C")).to_be_visible()
    assert page.evaluate("getSelection().toString()") == text.text_content()
    page.keyboard.press("Escape")
    expect(code).to_be_hidden()
    expect(page.get_by_role("button", name="as code")).to_be_focused()


def test_what_is_pasted_fills_the_form_and_a_key_in_it_is_saved_nowhere(jupyter: Jupyter) -> None:
    notebook, code = opened(jupyter)
    page, box, said = jupyter.page, code.get_by_label("Paste a request"), code.locator(".kw-code-status")
    page.evaluate("text => navigator.clipboard.writeText(text)", CURL.replace("-d", "-F"))
    box.focus()
    page.keyboard.press("Control+V")
    expect(said).to_have_text(re.compile("^The command sends a form.+Nothing was filled in.$"))
    expect(box).to_have_value(CURL.replace("-d", "-F"))  # to be put right
    box.fill(CURL)
    page.keyboard.press("Control+Enter")
    expect(said).to_have_text("Filled in: prompt, duration. A key stood in the text; it was not kept.")
    expect(box).to_have_value("")
    expect(code.get_by_role("tabpanel")).to_contain_text("generate('A wolf', duration=5, model='kwaivgi/kling-v3.0-pro")
    code.get_by_role("button", name="Fill the form").click()
    expect(said).to_have_text("Paste a request here first.")
    assert KEY not in str(notebook.save())
    code.get_by_role("button", name="Close the code").click()
    expect(code).to_be_hidden()
