"""The storyboard in a real page: dragged, typed in, driven by keys, and always as long as the clip."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Locator, Page, expect

from ..patience import PATIENCE_S
from .audit import findings
from .notebook import Jupyter, Notebook

CELL = """
import json
import ipywidgets as w
from kling_widget.widgets.builder.seconds import Seconds
from kling_widget.widgets.storyboard.storyboard import Storyboard
prompt = w.Textarea(description="Prompt", value={prompt!r})
seconds = Seconds(value={seconds}, quick=[5, 10])
face = Storyboard(value={value!r}, duration=f"anywidget:{{seconds.model_id}}", prompt=f"anywidget:{{prompt.model_id}}")
saves = []
face.observe(lambda change: saves.append(change["new"]), "value")
box = w.VBox([prompt, face, seconds])
box.add_class("kw").add_class("kw-studio")
box
"""
FILL = f"seconds.value = 12; face.value = {[{'prompt': 'Snow', 'duration': 3}, {'prompt': 'Sun', 'duration': 9}]!r}"
FORM = """
import json, time
from kling_widget import Builder
form = Builder(multi_prompt={value!r})
form.observe(lambda change: time.sleep(0.05), "duration")
form
"""
"""A whole form, in a kernel that comes to other seconds late."""
HELD = "print('KNOWN', json.dumps([form.multi_prompt, form.duration, '']))"
KNOWN = "print('KNOWN', json.dumps([face.value, seconds.value, prompt.value, len(saves)]))"
TWO = [{"prompt": "Wide, she enters", "duration": 4}, {"prompt": "Close, she looks up", "duration": 6}]


@dataclass(frozen=True)
class Board:
    """A storyboard in a page, and what a person does with it."""

    root: Locator

    @property
    def page(self) -> Page:
        return self.root.page

    @property
    def shots(self) -> Locator:
        return self.root.locator(".kw-shot")

    def words(self, number: int) -> Locator:
        """The words of a shot, by its number from 1."""
        return self.root.get_by_label(f"Words of shot {number}")

    def tool(self, name: str) -> Locator:
        return self.root.get_by_role("button", name=name, exact=True)

    def drag(self, what: Locator, seconds: float, steps: Sequence[float] = ()) -> None:
        """Drag something along the line by some seconds, over these first, and let go."""
        box, line = what.bounding_box(), self.root.locator(".kw-board-track").bounding_box()
        assert box
        assert line
        second = line["width"] / int(self.root.get_by_label("Seconds, as a number").input_value())
        x, y = box["x"] + min(12, box["width"] / 2), box["y"] + min(10, box["height"] / 2)
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        for shift in (*steps, seconds):
            self.page.mouse.move(x + shift * second, y, steps=4)
        self.page.mouse.up()

    def expect(self, *lengths: int) -> None:
        """Wait until the shots have these lengths, and the clip theirs."""
        expect(self.shots.locator("b")).to_have_text([f"{n} s" for n in lengths])
        expect(self.root.get_by_label("Seconds, as a number")).to_have_value(str(sum(lengths)))


def opened(
    jupyter: Jupyter, value: Sequence[Any] = TWO, *, seconds: int = 10, prompt: str = ""
) -> tuple[Notebook, Board]:
    notebook = jupyter.open([CELL.format(value=list(value), seconds=seconds, prompt=prompt), KNOWN, FILL])
    notebook.run(0)
    board = Board(jupyter.page.locator(".kw-studio"))
    expect(board.root.get_by_label("Seconds, as a number")).to_be_visible()
    return notebook, board


def known(notebook: Notebook) -> Any:
    """What Python has: shots, seconds, the prompt, and how often it heard of other shots."""
    notebook.run(1)
    return json.loads(notebook.output(1).inner_text().partition("KNOWN ")[2])


def wait_until_known(notebook: Notebook, seconds: int, *shots: tuple[str, int], prompt: str = "") -> Any:
    """Wait until Python has this: what a page has to tell waits its turn behind what it told before."""
    end = time.monotonic() + PATIENCE_S
    wanted = [[{"prompt": words, "duration": n} for words, n in shots], seconds, prompt]
    while (found := known(notebook))[:3] != wanted:
        assert time.monotonic() < end, found
    return found


def test_borders_and_blocks_are_dragged_and_each_drag_is_one_step_and_one_save(jupyter: Jupyter) -> None:
    notebook, board = opened(jupyter)
    board.expect(4, 6)
    board.drag(board.root.locator(".kw-grip").first, 2, steps=(1, 9, 5))
    board.expect(6, 4)
    assert wait_until_known(notebook, 10, ("Wide, she enters", 6), ("Close, she looks up", 4))[3] == 1
    board.drag(board.shots.first, 5, steps=(1, 3))
    board.expect(4, 6)
    expect(board.words(2)).to_have_value("Wide, she enters")
    assert wait_until_known(notebook, 10, ("Close, she looks up", 4), ("Wide, she enters", 6))[3] == 2
    board.tool("Undo").click()
    board.expect(6, 4)
    board.tool("Undo").click()
    board.expect(4, 6)
    expect(board.words(1)).to_have_value("Wide, she enters")
    expect(board.tool("Undo")).to_be_disabled()
    board.tool("Redo").click()
    board.expect(6, 4)
    box = board.shots.first.bounding_box()
    assert box
    board.page.mouse.move(box["x"] + 12, box["y"] + 8)
    board.page.mouse.down()
    board.page.mouse.move(box["x"] + 300, box["y"] + 8, steps=4)
    board.page.keyboard.press("Escape")
    board.page.mouse.up()
    expect(board.words(1)).to_have_value("Wide, she enters")
    wait_until_known(notebook, 10, ("Wide, she enters", 6), ("Close, she looks up", 4))


def test_what_is_typed_goes_to_its_shot_and_is_counted_and_split_at_the_caret(jupyter: Jupyter) -> None:
    notebook, board = opened(jupyter)
    board.words(2).click()
    board.page.keyboard.press("Control+a")
    board.page.keyboard.type("Rain 🦊 on glass")
    expect(board.root.get_by_text("15 / 512")).to_be_visible()
    board.page.keyboard.press("Control+ArrowLeft")
    board.tool("Split").click()
    board.expect(4, 3, 3)
    expect(board.words(3)).to_be_focused()
    wait_until_known(notebook, 10, ("Wide, she enters", 4), ("Rain 🦊 on", 3), ("glass", 3))
    board.page.keyboard.press("Escape")
    board.words(1).fill("x" * 513)
    expect(board.words(1)).to_have_attribute("aria-invalid", "true")
    board.words(2).click()
    expect(board.root.get_by_text("513 / 512")).to_be_visible()
    assert findings(board.page, ".kw-storyboard") == []


def test_the_keyboard_does_all_of_it(jupyter: Jupyter) -> None:
    notebook, board = opened(jupyter)
    press = board.page.keyboard.press
    board.shots.first.focus()
    press("Shift+ArrowRight")
    board.expect(5, 5)
    press("-")
    press("-")
    board.expect(3, 7)
    press("-")  # no shorter than a shot may be
    press("Alt+ArrowRight")
    board.expect(7, 3)
    expect(board.shots.nth(1)).to_be_focused()
    press("+")
    board.expect(6, 4)
    press("ArrowLeft")
    expect(board.shots.first).to_be_focused()
    press("s")
    board.expect(3, 3, 4)
    expect(board.words(2)).to_be_focused()
    board.page.keyboard.type("she blinks")
    press("Escape")
    press("j")
    board.expect(3, 7)
    expect(board.words(2)).to_have_value("she blinks Wide, she enters")
    press("Delete")
    board.expect(3)
    expect(board.shots.first).to_be_focused()
    for lengths in ((3, 7), (3, 3, 4), (3, 3, 4), (6, 4)):  # the words that were typed are one step
        press("Control+z")
        board.expect(*lengths)
    expect(board.words(1)).to_have_value("Close, she looks up")
    press("Control+Shift+z")
    board.expect(3, 3, 4)
    press("Enter")
    expect(board.words(1)).to_be_focused()
    board.tool("Add a shot").click()
    board.expect(3, 3, 4, 3)
    expect(board.words(4)).to_be_focused()
    board.tool("Add a shot").click()
    board.expect(3, 3, 3, 3, 3)
    expect(board.tool("Add a shot")).to_be_disabled()
    expect(board.tool("Add a shot")).to_have_attribute(
        "title", "Full: a clip has at most 15 s and a shot at least 3 s, so no other fits."
    )
    said = ("Close, she looks up", "", "Wide, she enters", "", "")
    wait_until_known(notebook, 15, *((words, 3) for words in said))


def test_other_seconds_fit_the_shots_and_the_way_back_changes_nothing(jupyter: Jupyter) -> None:
    notebook, board = opened(jupyter)
    number = board.root.get_by_label("Seconds, as a number")
    slide = board.root.get_by_label("Seconds", exact=True)
    slide.focus()
    for _ in range(5):
        slide.press("ArrowLeft")
    board.expect(3, 3)  # five would be too short for two
    for _ in range(9):
        slide.press("ArrowRight")
    board.expect(6, 9)
    number.fill("1")  # of what may become 12
    expect(board.shots.locator("b")).to_have_text(["6 s", "9 s"])
    number.fill("12")
    board.expect(5, 7)
    wait_until_known(notebook, 12, ("Wide, she enters", 5), ("Close, she looks up", 7))
    board.tool("Undo").click()
    board.expect(4, 6)
    notebook.run(2)  # Python sets both: its shots are not taken for those that other seconds make
    board.expect(3, 9)
    wait_until_known(notebook, 12, ("Snow", 3), ("Sun", 9))


def test_a_form_in_a_slow_kernel_ends_with_what_its_page_shows(jupyter: Jupyter) -> None:
    notebook = jupyter.open([FORM.format(value=TWO), HELD, "form.duration = 14"])
    notebook.run(0)
    board = Board(jupyter.page.locator(".kw-studio"))
    board.expect(4, 6)
    slide = board.root.get_by_label("Seconds", exact=True)
    slide.focus()
    for key, times in (("ArrowRight", 5), ("ArrowLeft", 9), ("ArrowRight", 7)):
        for _ in range(times):
            slide.press(key, delay=5)
    board.expect(5, 8)
    wait_until_known(notebook, 13, ("Wide, she enters", 5), ("Close, she looks up", 8))
    board.expect(5, 8)
    slide.press("Home")
    board.expect(3, 3)
    wait_until_known(notebook, 6, ("Wide, she enters", 3), ("Close, she looks up", 3))
    board.tool("Undo").click()
    board.expect(4, 6)
    wait_until_known(notebook, 10, ("Wide, she enters", 4), ("Close, she looks up", 6))
    notebook.run(2)  # code sets the seconds alone: the shots follow in both places
    board.expect(6, 8)
    wait_until_known(notebook, 14, ("Wide, she enters", 6), ("Close, she looks up", 8))


def test_a_prompt_becomes_shots_and_they_a_prompt_while_the_kernel_is_busy(jupyter: Jupyter) -> None:
    notebook, board = opened(jupyter, [], seconds=5, prompt="A fox runs. Cut to: snow falls (6 s)")
    prompt = board.root.get_by_label("Prompt", exact=True)
    notebook.page.evaluate(
        """() => [...window.jupyterapp.shell.widgets("main")].find((one) => one.sessionContext && one.content?.widgets)
          .sessionContext.session.kernel.requestExecute({ code: "import time; time.sleep(6)" })"""
    )
    board.tool("Cut into shots").click()
    expect(board.root.get_by_text("2 shots of at least 3 s need a clip of 9 s instead of 5 s.")).to_be_visible()
    board.tool("Leave it").click()
    expect(board.shots).to_have_count(0)
    board.tool("Cut into shots").click()
    board.tool("Cut, 9 s").click()
    board.expect(3, 6)
    expect(board.root.get_by_text("2 shots, in place of the prompt above")).to_be_visible()
    board.root.get_by_label("Send the prompt too").check()
    expect(board.root.get_by_text("2 shots, sent with the prompt above")).to_be_visible()
    board.words(1).fill("A dog runs")
    board.tool("Back to one prompt").click()
    expect(prompt).to_have_value("A dog runs\nCut to: snow falls")
    expect(board.shots).to_have_count(0)
    board.tool("Undo").click()
    expect(prompt).to_have_value("A fox runs. Cut to: snow falls (6 s)")
    board.expect(3, 6)
    board.tool("Redo").click()
    prompt.fill("Only one")
    board.tool("Cut into shots").click()
    board.expect(5, 4)
    expect(board.words(2)).to_be_focused()
    board.page.keyboard.type("and another")
    notebook.wait_until_idle()
    wait_until_known(notebook, 9, ("Only one", 5), ("and another", 4), prompt="Only one")
