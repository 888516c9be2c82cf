"""Words that are read from the right stand so wherever they are shown or typed: in the panel, on an exported page."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from unicodedata import bidirectional

from playwright.sync_api import Browser, Locator, expect

from kling_widget import Library
from tests.made import a_take

from .notebook import Jupyter
from .panel import Panel
from .test_export import opened, ready
from .test_studio import OPEN

HEBREW = "שועל אדום בשלג, close-up, ואז לילה."
ARABIC = "ثعلب أحمر في الثلج, 35 mm, ثم الليل."
ENGLISH = "A fox named שועל, at night."

WALK = """root => {
  const rtl = /[\\u0590-\\u08ff]/, found = [];
  const say = (el, words) =>
    found.push([el.tagName.toLowerCase(), el.className, words, getComputedStyle(el).direction]);
  for (const el of root.querySelectorAll("*")) {
    if (el.closest("script, style, title, option, pre")) continue;  // an option isolates its prompt, code has lines
    if (/^(TEXTAREA|INPUT)$/.test(el.tagName) && rtl.test(el.value)) say(el, el.value);
    for (const node of el.childNodes) if (node.nodeType === 3 && rtl.test(node.data)) say(el, node.data);
  }
  return found;
}"""


def side(words: str) -> str:
    """The direction of words, by the first letter that has one."""
    first = next(kind for kind in map(bidirectional, words) if kind in ("L", "R", "AL"))
    return "ltr" if first == "L" else "rtl"


def shown(root: Locator) -> dict[str, str]:
    """Where words with letters that are read from the right stand, and the direction there: none but the right one."""
    found: list[list[Any]] = root.evaluate(WALK)
    wrong = [one for one in found if one[3] != side(one[2])]
    assert wrong == []
    return {f"{tag}.{name}": words for tag, name, words, _ in found}


def places(root: Locator, *wanted: str) -> None:
    """Hold that words stand in these places, whatever else they stand in."""
    there = " ".join(shown(root))
    assert [place for place in wanted if place not in there] == []


def starts_right(words: Locator) -> None:
    """The first word stands at the right of the last."""
    places = words.evaluate("""el => { const node = el.firstChild, at = (from, to) => {
        const range = document.createRange(); range.setStart(node, from); range.setEnd(node, to);
        return range.getBoundingClientRect().left; };
      return [at(0, 3), at(node.data.length - 3, node.data.length)]; }""")
    assert places[0] > places[1]


SWEEP = """
from kling_widget import Library, sweep
sweep("A fox {צבע=אדום|כחול}, {מצלמה=ימינה|שמאלה}, {קול=שקט|רועש}", duration=3, practice=True, confirm=False,
      library=Library("lib"))
"""


def fill(folder: Path) -> None:
    at = 1_790_000_000_000
    a_take(folder, ENGLISH, at=at)
    a_take(folder, ARABIC, at=at + 1000, tags=("ليل",), rating=4)
    a_take(folder, HEBREW, at=at + 2000, tags=("לילה",), note="אולי", inputs={"negative_prompt": "טשטוש"})


def test_a_page_shows_each_prompt_from_its_own_side(browser: Browser, tmp_path: Path) -> None:
    fill(tmp_path / "library")
    library = Library(tmp_path / "library")
    try:
        path = library.export_html(tmp_path / "page", title="שועלים")
    finally:
        library.close()
    with opened(browser, path) as page:
        card = ready(page, 3)
        places(page.locator("body"), "h1.", "p.", "p.kw-story-prompt", "span.kw-tag")
        starts_right(card.locator(".kw-story-prompt"))
        page.get_by_role("row").filter(has_text=ENGLISH).get_by_role("button").click()  # two stay, and are compared
        expect(card.locator(".kw-story-prompt del").first).to_be_visible()
        places(page.locator("body"), "del.", "ins.")


def test_a_panel_shows_and_takes_words_from_their_own_side(jupyter: Jupyter) -> None:
    fill(jupyter.folder / "kling_library")
    notebook = jupyter.open([OPEN])
    notebook.run(0)
    panel = Panel(jupyter.page.locator(".kw-studio"))
    expect(panel.cards).to_have_count(3)
    panel.prompt.fill(HEBREW)
    expect(panel.prompt).to_have_css("direction", "rtl")
    panel.root.get_by_label("Search prompts").fill("שועל")
    expect(panel.cards).to_have_count(2)
    panel.root.get_by_role("button", name="Cut into shots").click()
    panel.root.get_by_role("button", name="Cut, 6 s for").click()
    expect(panel.root.get_by_label("Words of shot 1")).to_have_value(HEBREW)
    panel.root.get_by_label("Add a tag").fill("שלג")
    places(panel.root, "textarea.widget-input", "textarea.kw-shot-words", "input.kw-find", "span.kw-take-title",
           "p.kw-story-prompt", "span.kw-tag", "input.kw-tag-field")  # fmt: skip
    starts_right(panel.root.locator(".kw-story-prompt"))
    panel.root.get_by_role("button", name="Table", exact=True).click()
    expect(panel.root.locator(".kw-link").first).to_be_visible()
    places(panel.root, "span.kw-short", "td.kw-col-tags", "td.kw-col-note")
    panel.prompt.fill(f"{ENGLISH}\n{HEBREW}")  # a line each from its own side
    expect(panel.prompt).to_have_css("direction", "ltr")
    expect(panel.prompt).to_have_css("unicode-bidi", "plaintext")


def test_a_sweep_shows_its_axes_and_their_values_from_their_own_side(jupyter: Jupyter) -> None:
    notebook = jupyter.open([SWEEP])
    notebook.run_all()
    output = notebook.output(0)
    expect(output.locator(".kw-sweep-slider")).to_be_visible()
    places(output, "dt.kw-label", "span.", "mark.kw-sweep-axis", "span.kw-label", "output.kw-num")
