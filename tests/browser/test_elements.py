"""The elements in a real page: named by typing, marked, pointed out, and known by ids that nobody rounds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from kling_widget.request.elements import named
from tools.bundle import module

from ..patience import until
from .audit import findings
from .notebook import Jupyter, Notebook, Theme

MARK = Path(__file__).parents[2] / "kling_widget" / "widgets" / "elements" / "name_marks.js"
BEYOND = "860627458713481247"  # a page that took it for a number would make it ...232
SHOW = f"""
import ipywidgets as w
from pathlib import Path
from kling_widget.widgets.elements.elements import Elements, element_row
from kling_widget.widgets.builder.generate import GenerateButton
heard = []
area = w.Textarea(description="Prompt", rows=4)
field = w.VBox([area, w.HTML("<span>0 / 2,500</span>").add_class("kw-character-count")])
field.add_class("kw-field").add_class("kw-field-prompt")
prompt = f"anywidget:{{area.model_id}}"
def save(name, element_id, note):
    face.available = [*face.available, element_row(name, element_id, note=note)]
def create(name, description, pictures, price):
    heard.append((name, description, pictures, price))
    face.available = [*face.available, element_row(name, state="making")]
    return {{"text": f"Confirmed: {{name}} is being made."}}
def forget(name):
    face.available = [one for one in face.available if one["name"] != name]
face = Elements(save, forget, create, lambda name: None, prompt=prompt, available=[
    element_row("Mara", "{BEYOND}", note="A dancer"), element_row("Ann Lee", "2"), element_row("Marlon", "3"),
    element_row("Nia", "4")])
def generate(values, *_):
    heard.append(values["prompt"])
    return {{"text": "Confirmed."}}
box = w.VBox([w.VBox([field]).add_class("kw-builder"), face, GenerateButton(generate, fields={{"prompt": prompt}})])
box.add_class("kw").add_class("kw-studio")
box.layout.min_height = "700px"
box
"""
TELL = "import json; print(json.dumps([face.value, heard, area.value]))"


def opened(jupyter: Jupyter, *more: str) -> tuple[Notebook, Locator, Locator]:
    """A notebook whose first cell shows a prompt and its elements, the panel's root, and the prompt."""
    notebook = jupyter.open([SHOW, TELL, *more])
    notebook.run(0)
    root = notebook.output(0).locator(".kw-studio")
    expect(root.get_by_role("button", name="+ add")).to_be_visible()
    expect(root.locator(".kw-marks")).to_be_attached()
    return notebook, root, root.get_by_label("Prompt", exact=True)


def told(notebook: Notebook) -> list[Any]:
    """Return what Python holds: the chosen elements, what was asked for, and the prompt."""
    notebook.run(1)
    found: list[Any] = json.loads(notebook.output(1).inner_text())
    return found


def until_told(notebook: Notebook, expected: list[Any], parts: slice = slice(None)) -> None:
    """Wait until Python holds this: ipywidgets holds back what is typed while the kernel is busy."""
    found: list[Any] = []

    def holds() -> bool:
        found[:] = told(notebook)[parts]
        return found == expected

    until(holds, lambda: f"{found} is not {expected}")


def test_a_names_beginning_is_completed_and_the_element_chosen(jupyter: Jupyter) -> None:
    notebook, root, prompt = opened(jupyter)
    options, chips, marks = root.locator(".kw-offers li"), root.locator(".kw-element:has(button)"), root.locator("mark")
    prompt.click()
    prompt.press_sequentially("Rain. ma")
    expect(options).to_have_text(["Mara", "Marlon"])
    first = options.first.get_attribute("id")
    expect(prompt).to_have_attribute("aria-activedescendant", str(first))
    prompt.press("Escape")
    expect(options.first).to_be_hidden()
    prompt.press("Enter")  # nobody took it: the text is the person's own
    expect(prompt).to_have_value("Rain. ma\n")
    prompt.press("Control+z")
    prompt.press("Backspace")
    prompt.press("Backspace")
    prompt.press_sequentially("MA")
    prompt.press("Tab")
    expect(prompt).to_have_value("Rain. Mara")
    expect(prompt).to_be_focused()
    expect(chips).to_have_text("Mara×")
    expect(marks).to_have_text("Mara")
    expect(marks).to_have_attribute("data-chosen", "yes")
    prompt.press("Control+z")
    expect(prompt).to_have_value("Rain. MA")
    prompt.press("Control+Shift+z")
    expect(prompt).to_have_value("Rain. Mara")
    prompt.press_sequentially(" meets @")
    prompt.press_sequentially("ni")
    options.first.click()
    expect(prompt).to_have_value("Rain. Mara meets Nia")
    expect(chips).to_have_text(["Mara×", "Nia×"])
    prompt.press_sequentially(" and an")
    expect(options).to_have_text("Ann Lee")
    prompt.press("Control+Enter")  # it generates, as everywhere in the panel, and takes nothing
    expect(options.first).to_be_hidden()
    words = "Rain. Mara meets Nia and an"
    until_told(notebook, [[{"element_id": BEYOND}, {"element_id": "4"}], [words], words])
    assert len(notebook.save()["cells"]) == 2


def test_names_are_marked_exactly_where_they_stand_however_the_text_scrolls(jupyter: Jupyter) -> None:
    write = "area.value = 'mara, Nia & <b>Mara</b>\\n' * 40 + 'Amara'"
    notebook, root, prompt = opened(jupyter, write, "face.layout.display = 'none'", "face.layout.display = ''")
    notebook.run(2)  # what Python writes is marked too
    expect(root.locator("mark")).to_have_count(120)
    assert root.locator("mark").first.inner_text() == "mara"
    for top in (0, 137, 99_999):
        prompt.evaluate("(area, top) => { area.scrollTop = top; }", top)
        jupyter.page.wait_for_function(
            """area => {
              const words = area.parentElement.querySelector(".kw-marks-words"), layer = words.parentElement;
              const near = (one, other) => Math.abs(one - other) < 1;
              const [behind, text] = [words.getBoundingClientRect(), area.getBoundingClientRect()];
              return near(behind.top, text.top - area.scrollTop) && near(behind.left, text.left)
                && near(words.scrollHeight, area.scrollHeight) && near(behind.width, area.clientWidth)
                && near(layer.clientHeight, area.clientHeight);
            }""",
            arg=prompt.element_handle(),
        )
    notebook.run(3)  # a model that takes no elements
    expect(root.locator("mark")).to_have_count(0)
    notebook.run(4)
    expect(root.locator("mark")).to_have_count(120)
    prompt.fill("")
    expect(root.locator("mark")).to_have_count(0)


def test_a_chosen_one_that_nobody_names_is_pointed_out_and_a_fourth_is_refused(jupyter: Jupyter) -> None:
    notebook, root, prompt = opened(jupyter)
    add, hints = root.get_by_role("button", name="+ add"), root.locator(".kw-element-hint")
    prompt.fill("Rain on Nia, , slow")
    expect(hints).to_have_text("Nia is named, but not chosen.Choose")
    add.click()
    search = root.get_by_label("Search elements")
    expect(search).to_be_focused()
    search.press_sequentially("dancer")
    search.press("Enter")
    search.fill("")
    search.press("ArrowDown")
    for _ in range(3):
        jupyter.page.keyboard.press("ArrowDown")
    expect(root.get_by_role("button", name="Nia", exact=True)).to_be_focused()
    jupyter.page.keyboard.press("Enter")
    jupyter.page.keyboard.press("ArrowUp")
    jupyter.page.keyboard.press("Enter")
    expect(root.locator(".kw-element:has(button)")).to_have_text(["Mara×", "Nia×", "Marlon×"])
    root.locator(".kw-element-pick", has_text="Ann Lee").click()
    expect(root.locator(".kw-element-popup .kw-status").last).to_have_text(
        "At most 3 elements in a clip. Leave one out first."
    )
    jupyter.page.keyboard.press("Escape")
    expect(add).to_be_focused()
    expect(hints).to_have_text(["Mara is not named in the prompt.Insert", "Marlon is not named in the prompt.Insert"])
    prompt.evaluate("area => area.setSelectionRange(13, 13)")
    hints.first.get_by_role("button").click()
    expect(prompt).to_have_value("Rain on Nia, Mara, slow")
    expect(hints).to_have_text(["Marlon is not named in the prompt.Insert"])
    root.get_by_role("button", name="Leave Marlon out").click()
    expect(hints).to_have_count(0)
    until_told(notebook, [[{"element_id": BEYOND}, {"element_id": "4"}]], slice(1))


def test_an_id_comes_in_exactly_and_one_confirmation_makes_one_element(jupyter: Jupyter) -> None:
    notebook, root, _ = opened(jupyter, "face.available, face.value = [], []")
    notebook.run(2)
    add = root.get_by_role("button", name="+ add")
    add.click()
    root.get_by_label("Name, as the prompt").fill("Zoë")
    root.get_by_label("Its id").fill("9007199254740993")
    root.get_by_role("button", name="Save").click()
    expect(root.locator(".kw-element:has(button)")).to_have_text("Zoë×")
    add.click()
    root.get_by_role("button", name="New…").click()
    root.get_by_role("button", name="Make one from").click()
    root.get_by_label("Name, as the prompt").fill("Otto")
    root.get_by_role("button", name="Make it…").click()
    expect(root.locator(".kw-newcomer .kw-status")).to_have_text("Give it a picture first.")
    root.get_by_label("1 to 4 pictures").fill("https://pictures.example/a.png\n\n mine/b.png")
    root.get_by_role("button", name="Make it…").click()
    expect(root.get_by_text("Make Otto from 2 pictures?")).to_be_visible()
    assert told(notebook)[1] == [], "asked, not sent"
    root.get_by_role("button", name="Make Otto for about $0.01").click()
    expect(root.locator(".kw-element-below > .kw-status").first).to_have_text("Confirmed: Otto is being made.")
    expect(root.locator(".kw-element-making")).to_have_text("Otto · being made")
    pictures = ["https://pictures.example/a.png", "mine/b.png"]
    until_told(notebook, [[{"element_id": "9007199254740993"}], [["Otto", "", pictures, "$0.01"]]], slice(2))


def test_a_new_element_is_being_made_until_its_name_completes(jupyter: Jupyter) -> None:
    late = "face._on_create = lambda name, *_: {'text': f'Confirmed: {name} is being made.'}"
    making = "face.available = [*face.available, element_row('Otto', state='making')]"
    made = "face.available = [*face.available[:-1], element_row('Otto', '5')]"
    notebook, root, prompt = opened(jupyter, late, making, made)
    notebook.run(2)  # the kernel lists the element some time after it has answered
    waits = root.locator(".kw-element-making")
    root.get_by_role("button", name="+ add").click()
    root.get_by_role("button", name="New…").click()
    root.get_by_role("button", name="Make one from").click()
    root.get_by_label("Name, as the prompt").fill("  Otto ")
    root.get_by_label("1 to 4 pictures").fill("https://pictures.example/a.png")
    root.get_by_role("button", name="Make it…").click()
    root.get_by_role("button", name="Make Otto for about $0.01").click()
    expect(root.locator(".kw-element-below > .kw-status").first).to_have_text("Confirmed: Otto is being made.")
    assert waits.text_content() == "Otto · being made"
    notebook.run(3)
    expect(waits).to_have_text("Otto · being made")
    prompt.click()
    prompt.press_sequentially("Ot")
    offers = root.locator(".kw-offers li")
    expect(offers).to_have_count(0)
    notebook.page.evaluate(
        """code => {
          const notebook = [...window.jupyterapp.shell.widgets("main")].find((one) => one.content?.widgets);
          notebook.sessionContext.session.kernel.requestExecute({ code });
        }""",
        made,
    )
    expect(offers).to_have_text("Otto")  # what was typed is completed as soon as it can be
    assert waits.count() == 0
    prompt.press("Tab")
    expect(prompt).to_have_value("Otto")


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_axe_finds_nothing_serious_in_chips_list_form_and_offers(jupyter: Jupyter, theme: Theme) -> None:
    otto, kim = 'element_row("Otto", state="failed", problem="Not charged.")', 'element_row("Kim", state="making")'
    more = f"face.available = [*face.available, {otto}, {kim}]; face.value = [{{'element_id': '2'}}]"
    notebook, root, prompt = opened(jupyter, more)
    notebook.theme(theme)
    notebook.run(2)
    prompt.click()
    prompt.press_sequentially("Nia, ma")
    expect(root.locator(".kw-offers")).to_be_visible()
    assert findings(jupyter.page, ".kw-studio") == []
    root.get_by_role("button", name="+ add").click()
    expect(root.locator(".kw-element-pick")).to_have_count(6)
    assert findings(jupyter.page, ".kw-studio") == []
    root.get_by_role("button", name="New…").click()
    assert findings(jupyter.page, ".kw-studio") == []


def test_the_page_finds_the_names_that_python_finds(jupyter: Jupyter) -> None:
    names = ["Mara", "Ann", "Ann Lee", "Straße", "ZOË", "小红", "미라", "ΣΑΣ", "Iı"]
    texts = [
        "Mara and MARA, Maralynn, amara; Ann Lee's Ann. Ann_Lee Ann2 (ann)",
        "STRASSE STRAẞE ſtraße straße zoë Zoë Mara\u0301 mara",
        "小红走在街上 미라가 걷는다 σας ΣΑς Iı",
        "𝄞Mara😀Mara 😀 Ann",
    ]
    script = """async ([source, call, given]) => {
        const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
        return new Function("m", "given", `return ${call}`)(await import(url), given);
    }"""

    def js(call: str, texts: list[str], names: list[str]) -> Any:
        return jupyter.page.evaluate(script, [module(MARK), f"given[0].map((t) => {call})", [texts, names]])

    found = js("m.namedIn(t, given[1]).map(({ start, end, name }) => [t.slice(start, end), name])", texts, names)
    assert found == [[[text[start:end], name] for start, end, name in named(text, names)] for text in texts]
    assert all(found)
    two = ["Ann", "Ann Lee"]
    typed: dict[str, Any] = {
        "An": [0, False, two],
        "x@an": [2, False, two],
        "@a": [0, False, two],
        "see ann l": [4, False, ["Ann Lee"]],
        "Ann": [0, True, two],
        "@": [0, False, ["Mara", *two, "小红"]],
        **dict.fromkeys(("a", "an ", "banana", "Mara\u0301", "小", ""), None),
    }
    begun = "[m.begunAt(t, t.length, given[1])].map((b) => b && [b.start, b.whole, b.names])[0]"
    assert js(begun, list(typed), ["Mara", *two, "小红"]) == list(typed.values())
