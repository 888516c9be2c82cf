"""Where things stand: nothing jumps when words come and go, and nothing is cut off at any width."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.made import a_take

from .notebook import Jupyter
from .panel import MADE_WITHIN, Panel

OPEN = "from kling_widget import Studio\nstudio = Studio(practice=True, budget=0.60)\nstudio"
KNOWN = (
    OPEN
    + """
studio.library.elements.add("Mara", str(2**60), service="practice", note="A dancer")
studio.library._gateway.engine.soon(studio._refresh)
studio
"""
)
FOX = "A red fox crosses fresh snow"

_STANDS = """root => Object.fromEntries([
  ".kw-go-button", ".kw-film", ".kw-slide", ".kw-queue", ".kw-shelf"].map((name) => {
  const ground = root.getBoundingClientRect(), box = root.querySelector(name).getBoundingClientRect();
  return [name, [Math.round(box.x - ground.x), Math.round(box.y - ground.y)]];
}))"""
# How its parts lie: in it, whole, unbroken, apart, and on how many lines.
_HEAD = """head => {
  const ground = head.getBoundingClientRect();
  const parts = [...head.children].map((el) => ({ el, box: el.getBoundingClientRect() }));
  const apart = (one, other) => one.right < other.left + 1 || other.right < one.left + 1
    || one.bottom < other.top + 1 || other.bottom < one.top + 1;
  const sticksOut = (box) => box.left < ground.left - 1 || box.right > ground.right + 1
    || box.top < ground.top - 1 || box.bottom > ground.bottom + 1;
  const cut = (el) => !el.matches("select, option, optgroup, input") && getComputedStyle(el).display !== "inline"
    && el.scrollWidth > el.clientWidth + 1;
  const broken = (el) => el.getClientRects().length > 1 || el.getBoundingClientRect().height > 34;
  const names = (els) => els.map((el) => el.className || el.textContent);
  return {
    outside: names(parts.filter(({ box }) => sticksOut(box)).map(({ el }) => el)),
    cut: names([...head.querySelectorAll("*")].filter(cut)),
    wrapped: names([...head.querySelectorAll("button, select, .kw-label small")].filter(broken)),
    over: parts.flatMap((one, i) => parts.slice(i + 1).filter((other) => !apart(one.box, other.box))
      .map((other) => [one.el.className, other.el.className])),
    lines: new Set(parts.map(({ box }) => Math.round((box.top + box.bottom) / 4))).size,
  };
}"""


def stands(panel: Panel) -> dict[str, Any]:
    found: dict[str, Any] = panel.root.evaluate(_STANDS)
    return found


def wide(root: Locator, width: int) -> None:
    """Give the panel a width, whatever the page has."""
    root.evaluate("(root, width) => { root.style.width = `${width}px`; root.style.maxWidth = 'none'; }", width)


@pytest.mark.parametrize("width", [420, 1000])
def test_nothing_moves_when_words_come_and_go(jupyter: Jupyter, width: int) -> None:
    jupyter.page.set_viewport_size({"width": 1900, "height": 1000})
    a_take(jupyter.folder / "kling_library", FOX, inputs={"duration": 3}, estimate=0, charge=0)
    notebook = jupyter.open([OPEN])
    notebook.run(0)
    panel = Panel(jupyter.page.locator(".kw-studio"))
    wide(panel.root, width)
    panel.wait_for_clip()
    panel.prompt.fill("Rain")
    at_rest = stands(panel)

    expect(panel.root.locator(".kw-hint").first).to_be_visible()  # a hint
    assert stands(panel) == at_rest
    panel.seconds(16)  # a problem beside its field, no price, and a refusal
    expect(panel.root.locator(".kw-field-duration .kw-problem")).to_contain_text("this is 16")
    panel.click()
    expect(panel.said).to_contain_text("Nothing was sent")
    assert stands(panel) == at_rest
    panel.prompt.fill("")
    panel.click()
    expect(panel.root.locator(".kw-field-prompt .kw-problem")).to_contain_text("Write what should happen")
    assert stands(panel) == at_rest
    panel.seconds(5)  # another price
    panel.prompt.fill(FOX)
    expect(panel.go).to_contain_text("$0.56")
    assert stands(panel) == at_rest
    panel.click()  # the queue has a line, then none
    expect(panel.rows).to_have_count(1)
    assert stands(panel) == at_rest
    expect(panel.rows).to_have_count(0, timeout=MADE_WITHIN)
    panel.click()  # over the budget
    expect(panel.said).to_contain_text("the budget allows")
    assert stands(panel) == at_rest
    panel.root.get_by_label("Save and share").click()
    panel.root.get_by_role("menuitem", name="Make this frame its poster").click()
    expect(panel.root.locator(".kw-screen-word")).to_have_text("The poster is this frame now.")
    assert stands(panel) == at_rest


def test_a_line_about_an_element_has_its_room(jupyter: Jupyter) -> None:
    notebook = jupyter.open([KNOWN])
    notebook.run(0)
    jupyter.page.locator(".kw-element-saved").wait_for()
    panel = Panel(jupyter.page.locator(".kw-studio"))
    hints = panel.root.locator(".kw-element-hint")
    before = panel.go.bounding_box()
    panel.prompt.fill("Mara walks home")
    expect(hints).to_have_count(1)
    assert panel.go.bounding_box() == before
    panel.root.get_by_role("button", name="Choose: Mara").click()
    expect(hints).to_have_count(0)
    assert panel.go.bounding_box() == before


def test_the_historys_head_is_whole_at_every_width(jupyter: Jupyter) -> None:
    jupyter.page.set_viewport_size({"width": 1900, "height": 900})
    for n in range(12):
        a_take(
            jupyter.folder / "kling_library", FOX, at=1_790_000_000_000 + n, inputs={"duration": 3}, charge=99_336_000
        )
    notebook = jupyter.open([OPEN])
    notebook.run(0)
    panel = Panel(jupyter.page.locator(".kw-studio"))
    head = panel.root.locator(".kw-shelf-head")
    expect(head).to_contain_text("12 takes")
    for width in range(360, 1601, 20):
        wide(panel.root, width)
        found = head.evaluate(_HEAD)
        assert found["lines"] == (1 if width > 660 else 2), f"{width} px: {found}"
        assert {name: found[name] for name in ("outside", "cut", "wrapped", "over")} == {
            name: [] for name in ("outside", "cut", "wrapped", "over")
        }, f"{width} px: {found}"
