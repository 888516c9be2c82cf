"""The marks of elements lie on their words: asked of the browser, which knows where each letter of a text field is."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from .notebook import Jupyter
from .panel import Panel

OPEN = """
from kling_widget import Studio
studio = Studio(practice=True)
for n, name in enumerate(("Mara", "Old Tom", "שרה", "Zoë")):
    studio.library.elements.add(name, str(2**60 + n), service="practice")
studio.library._gateway.engine.soon(studio._refresh)
studio
"""
PLAIN = "Mara walks home with Old Tom, past Zoë and the harbour; Mara looks back, Old Tom does not. " * 3
EMOJI = "🌧️🌧️ Mara 👩‍👩‍👧‍👦 under a 🌂 with Old Tom\tand 🦊Zoë🦊, " * 3 + "\n\nMara again"
HEBREW = "שרה הולכת הביתה עם Mara, ואז שרה חוזרת לבד. " * 3 + "\nMara and שרה, side by side. שרה"
LONG = "\n".join(f"{n}. Mara meets Old Tom and שרה in the rain, wet asphalt mirrors the signs" for n in range(40))
TEXTS = {"plain": PLAIN, "emoji": EMOJI, "hebrew": HEBREW, "long": LONG}

# For each mark that can be seen: the places in the text that the browser has under its two ends, and those of the word.
_LIE = """(root, inset) => {
  const area = root.querySelector(".kw-field-prompt textarea"), words = root.querySelector(".kw-marks-words");
  const ground = area.getBoundingClientRect(), found = [];
  const scale = ground.width / area.offsetWidth, bottom = ground.top + (area.clientTop + area.clientHeight) * scale;
  const under = (x, y) => {
    const at = document.caretPositionFromPoint(x, y);
    return at && at.offsetNode === area ? at.offset : null;
  };
  let start = 0;
  for (const node of words.childNodes) {
    const end = start + node.textContent.length;
    const boxes = node.nodeName === "MARK" ? [...node.getClientRects()] : [];
    if (boxes.length && boxes.every((box) => box.top > ground.top + 2 && box.bottom < bottom - 2)) {
      const places = boxes.flatMap(({ left, right, top, bottom }) => {
        const by = Math.max(0.75, inset * (right - left));
        return [left + by, right - by].map((x) => under(x, (top + bottom) / 2));
      });
      found.push({ word: node.textContent, places: [Math.min(...places), Math.max(...places)], wanted: [start, end] });
    }
    start = end;
  }
  return found;
}"""


def lie(panel: Panel, inset: float = 0) -> int:
    """All marks that can be seen lie on their words; gives how many those are.

    ``inset`` is how far from a mark's ends it is looked, in parts of its width. At the very end, a browser's answer
    may be the place on the other side, where words run against their line.
    """
    found: list[dict[str, Any]] = panel.root.evaluate(_LIE, inset)
    for one in found:
        (first, last), (start, end) = one["places"], one["wanted"]
        assert (start <= first <= last <= end) if inset else (first, last) == (start, end), one
    return len(found)


def at_rest(page: Page) -> None:
    """Let what observes sizes do its part: it does before the next picture."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def style(root: Locator, **css: str) -> None:
    root.evaluate("(root, css) => Object.assign(root.style, { maxWidth: 'none', ...css })", css)


@pytest.mark.parametrize("scale", [1, 1.25])
def test_marks_lie_on_their_words(jupyter: Jupyter, scale: float) -> None:
    page = jupyter.page
    page.set_viewport_size({"width": 1900, "height": 1000})
    notebook = jupyter.open([OPEN])
    notebook.run(0)
    panel = Panel(page.locator(".kw-studio"))
    panel.root.locator(".kw-element-saved").wait_for()
    if scale != 1:
        jupyter.spent = True
        session = page.context.new_cdp_session(page)
        size = {"width": 1520, "height": 800, "deviceScaleFactor": scale, "mobile": False}
        session.send("Emulation.setDeviceMetricsOverride", size)  # as the browser's zoom: fewer, larger pixels
    seen = 0
    for text in TEXTS.values():
        panel.prompt.fill(text)
        expect(panel.root.locator(".kw-marks mark").first).to_be_attached()
        for direction in ("", "auto", "rtl"):
            panel.prompt.evaluate("(area, dir) => { area.dir = dir; }", direction)
            for css in (
                {"width": "361px"},
                {"width": "777.7px"},
                {"width": "1033.3px", "fontSize": "17px"},
                {"width": "1401px", "fontFamily": "serif"},
            ):
                style(panel.root, **{"fontSize": "", "fontFamily": "", **css})
                for down in (0, 61, 10_000):
                    panel.prompt.evaluate("(area, down) => { area.scrollTop = down; }", down)
                    at_rest(page)
                    seen += lie(panel, 0.3 if direction == "rtl" or "שרה" in text else 0)
    assert seen > 200


def test_marks_follow_a_font_that_grows_and_a_page_that_is_zoomed(jupyter: Jupyter) -> None:
    notebook = jupyter.open([OPEN])
    notebook.run(0)
    panel = Panel(jupyter.page.locator(".kw-studio"))
    panel.root.locator(".kw-element-saved").wait_for()
    panel.prompt.fill(PLAIN)
    grown = {"fontSize": "19px", "letterSpacing": "0.7px", "wordSpacing": "3px", "textIndent": "9px"}
    for name, value in grown.items():
        panel.prompt.evaluate("(area, [name, value]) => { area.style[name] = value; }", [name, value])
        at_rest(jupyter.page)
        assert lie(panel) > 0, name
    for zoom in ("0.9", "1.1", "1.33"):
        jupyter.page.evaluate("(zoom) => { document.querySelector('.kw-studio').style.zoom = zoom; }", zoom)
        at_rest(jupyter.page)
        assert lie(panel) > 0, zoom
