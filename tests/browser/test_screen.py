"""The screen in a real page: clips play by each route, and what a notebook keeps lives without a kernel."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from kling_widget.widgets.player.clip import clip
from tests.made import a_take, complete
from tools.bundle import module

from .notebook import Jupyter, Notebook

SCREENS = Path(__file__).parents[2] / "kling_widget" / "widgets" / "player"
SHOW = """
from kling_widget import Library
from kling_widget.widgets.player import Player
Player(Library({folder!r}).takes()[0])
"""
TAKE = """
from kling_widget import Library
Library({folder!r}).takes()[0]
"""
HOSTS = pytest.mark.parametrize("host", ["lab", "notebook"], indirect=True)


def opened(jupyter: Jupyter, folder: Path | str, source: str = SHOW, *more: str) -> Notebook:
    notebook = jupyter.open([source.format(folder=str(folder)), *more])
    notebook.run_all()
    return notebook


def ready(notebook: Notebook, route: str) -> Locator:
    """The video, once it can play."""
    card = notebook.output(0).locator(".kw-screen-card")
    expect(card).to_have_attribute("data-route", route, timeout=20_000)
    video = card.locator("video")
    expect(video).to_have_js_property("readyState", 4, timeout=20_000)
    return video


def now(video: Locator) -> float:
    return float(video.evaluate("v => v.currentTime"))


@HOSTS
@pytest.mark.parametrize(("shape", "size"), [("16:9", (640, 360)), ("9:16", (360, 640)), ("1:1", (480, 480))])
def test_a_clip_plays_from_the_servers_files(jupyter: Jupyter, shape: str, size: tuple[int, int]) -> None:
    a_take(jupyter.folder / "lib", inputs={"aspect_ratio": shape, "duration": 4, "sound": True})
    notebook = opened(jupyter, "lib")
    video = ready(notebook, "files")
    assert "/files/" in video.evaluate("v => v.currentSrc")
    assert video.evaluate("v => [v.videoWidth, v.videoHeight]") == list(size)
    assert video.evaluate("v => v.duration") == pytest.approx(4, abs=0.1)
    notebook.output(0).get_by_role("button", name="Play").click()
    jupyter.page.wait_for_function("v => v.currentTime > 0.4", arg=video.element_handle())
    expect(notebook.output(0).get_by_role("button", name="Pause")).to_be_visible()
    expect(notebook.output(0).locator(".kw-frame")).not_to_have_text("frame 0")


@pytest.mark.parametrize("hashes", [True, False], ids=["with a hash", "over plain http"])
def test_the_same_file_is_known_by_its_head(jupyter: Jupyter, hashes: bool) -> None:
    if not hashes:
        jupyter.before_all_else("Object.defineProperty(Crypto.prototype, 'subtle', { value: undefined });")
    a_take(jupyter.folder / "lib", inputs={"duration": 3, "sound": True})
    ready(opened(jupyter, "lib"), "files")


def test_a_clip_outside_of_the_server_comes_through_the_kernel(jupyter: Jupyter, tmp_path: Path) -> None:
    record = a_take(tmp_path / "lib", inputs={"duration": 3, "sound": True})
    notebook = opened(jupyter, tmp_path / "lib")
    video = ready(notebook, "bytes")
    assert video.evaluate("v => v.currentSrc").startswith("blob:")
    assert video.evaluate("async v => (await (await fetch(v.currentSrc)).blob()).size") == record.bytes
    video.evaluate("v => { v.currentTime = 2; }")
    jupyter.page.wait_for_function("v => !v.seeking && v.currentTime === 2", arg=video.element_handle())


def test_another_file_at_the_same_path_is_not_shown(jupyter: Jupyter, tmp_path: Path) -> None:
    # As where the kernel runs on another machine: the server has a file of that name too, and it is not this one.
    record = a_take(tmp_path / "lib", inputs={"duration": 3, "sound": True})
    assert record.file is not None
    other = jupyter.folder / "lib" / record.file
    other.parent.mkdir(parents=True)
    other.write_bytes(b"\0" * int(record.bytes or 0))
    lies = f"""
from kling_widget.widgets.player import delivery
honest = delivery.place
delivery.place = lambda path, url="": dict(honest(path, url), path={str(other)!r})
"""
    ready(opened(jupyter, tmp_path / "lib", lies + SHOW), "bytes")


@HOSTS
def test_keys_and_the_track_move_the_playhead(jupyter: Jupyter) -> None:
    a_take(jupyter.folder / "lib", inputs={"duration": 4, "sound": True})
    notebook = opened(jupyter, "lib")
    video = ready(notebook, "files")
    card = notebook.output(0).locator(".kw-screen-card")
    cells = len(notebook.saved()["cells"])
    card.focus()
    for _ in range(3):
        card.press(".")
    expect(card.locator(".kw-frame")).to_have_text("frame 3")
    card.press(",")
    expect(card.locator(".kw-frame")).to_have_text("frame 2")
    card.press("ArrowRight")
    assert now(video) == pytest.approx(1.1, abs=0.05)
    card.press("Home")
    assert now(video) == 0
    card.press("l")
    assert video.evaluate("v => v.loop")
    card.press("m")
    assert video.evaluate("v => v.muted")
    card.press(" ")
    jupyter.page.wait_for_function("v => v.currentTime > 0.2", arg=video.element_handle())
    card.press(" ")
    assert video.evaluate("v => v.paused")
    track = card.get_by_role("slider", name="Position")
    box = track.bounding_box()
    assert box is not None
    track.click(position={"x": box["width"] / 2, "y": box["height"] / 2})
    assert now(video) == pytest.approx(2, abs=0.1)
    assert re.match(r"0:0[12]\.\d\d of 0:04\.\d\d", track.get_attribute("aria-valuetext") or "")
    for part in (card, track, card.get_by_role("button", name="Play"), card.get_by_role("textbox")):
        part.press("b")  # a shortcut of the host's: it would insert a cell
    assert len(notebook.save()["cells"]) == cells


def test_an_opinion_reaches_the_library_and_does_not_disturb_the_clip(jupyter: Jupyter) -> None:
    a_take(jupyter.folder / "lib", inputs={"duration": 4})
    notebook = opened(
        jupyter, "lib", SHOW, "record = Library('lib')._gateway.records()[0]\nprint(record.rating, record.tags)"
    )
    video = ready(notebook, "files")
    video.evaluate("v => { v.currentTime = 1.5; v.dataset.mark = 'the same'; }")
    output = notebook.output(0)
    output.get_by_role("button", name="4 of 5 stars").click()
    expect(output.locator('.kw-stars [aria-pressed="true"]')).to_have_count(4)
    output.get_by_role("textbox", name="Add a tag").fill("#hero")
    output.get_by_role("textbox", name="Add a tag").press("Enter")
    expect(output.locator(".kw-tag")).to_contain_text("#hero")
    assert now(video) == 1.5
    assert video.get_attribute("data-mark") == "the same"
    notebook.run(1)
    assert notebook.saved()["cells"][1]["outputs"][0]["text"] == "4 ('hero',)\n"


@pytest.mark.parametrize(
    ("fate", "words"),
    [
        ("gone", "Put the file back there, and show the take again."),
        ("cut", "was changed after it was saved"),
        ("broken", "holds something else now"),
    ],
)
def test_a_file_that_can_not_be_shown_says_what_to_do(jupyter: Jupyter, fate: str, words: str) -> None:
    record = a_take(jupyter.folder / "lib", inputs={"duration": 3})
    clip = jupyter.folder / "lib" / str(record.file)
    if fate == "gone":
        clip.unlink()
    else:
        clip.write_bytes(b"\0" * (int(record.bytes or 0) - (fate == "cut")))
    notebook = opened(jupyter, "lib")
    expect(notebook.output(0).locator(".kw-film-words")).to_contain_text(words, timeout=20_000)
    expect(notebook.output(0).locator(".kw-film-words")).to_contain_text("The clip can't be shown")


def under_way(folder: Path, **given: Any) -> str:
    """A take of a service that nobody here can reach: nothing happens to it but what a test does."""
    fields = {"state": "processing", "service": "https://service.invalid", "charge": None, "saved_at": None}
    return a_take(folder, "A red fox in snow", at=int(time.time() * 1000), **{**fields, **given}).id


def test_a_cell_shows_how_it_goes_then_the_clip_and_the_notebook_keeps_it(jupyter: Jupyter) -> None:
    take = under_way(jupyter.folder / "lib", inputs={"duration": 3, "sound": True})
    notebook = opened(jupyter, "lib", TAKE)
    output = notebook.output(0)
    expect(output.locator(".kw-job-words")).to_contain_text("Waits for the key that made it")
    expect(output.locator(".kw-screen-card")).to_be_hidden()
    expect(output.locator(".kw-still")).to_be_hidden()
    before = len(str(notebook.save()))
    output.locator(".kw-screen").evaluate("view => { view.dataset.mark = 'the same'; }")
    complete(jupyter.folder / "lib", take)
    ready(notebook, "files")
    expect(output.locator(".kw-job")).to_have_count(0)
    expect(output.locator(".kw-still video")).to_be_hidden()
    # The still was renewed without the live view being drawn anew, so nothing that plays is disturbed.
    expect(output.locator(".kw-screen")).to_have_attribute("data-mark", "the same")
    saved = notebook.save()
    assert len(str(saved)) - before < 60_000

    for kernel in jupyter.server.ask("/api/sessions"):
        jupyter.server.ask(f"/api/sessions/{kernel['id']}", "DELETE")
    later = jupyter.show_copy(notebook)  # no kernel knows its widgets, and nobody trusts it
    video = later.output(0).locator(".kw-still video")
    expect(video).to_be_visible()
    assert str(video.get_attribute("poster")).startswith("data:image/jpeg;base64,")
    expect(later.output(0).locator("figcaption")).to_contain_text("A red fox in snow")
    video.evaluate("v => { v.muted = true; return v.play(); }")
    jupyter.page.wait_for_function("v => v.currentTime > 0.3", arg=video.element_handle())


def test_a_take_that_fails_says_so_in_the_cell_and_in_the_notebook(jupyter: Jupyter) -> None:
    a_take(jupyter.folder / "lib", state="failed", trouble="Flagged. Nothing was charged. Change it.", charge=None)
    notebook = opened(jupyter, "lib", TAKE)
    expect(notebook.output(0).locator(".kw-job-status")).to_have_text("Not made, not charged")
    expect(notebook.output(0).locator(".kw-job-words")).to_have_text("Flagged. Nothing was charged. Change it.")
    assert "Not made, not charged" in notebook.save()["cells"][0]["outputs"][1]["data"]["text/html"]


@pytest.mark.parametrize("width", [700, 1000, 1600])
def test_nothing_sticks_out(jupyter: Jupyter, width: int) -> None:
    jupyter.page.set_viewport_size({"width": width, "height": 900})
    a_take(jupyter.folder / "lib", "word" * 80, inputs={"aspect_ratio": "9:16", "duration": 3})
    notebook = opened(jupyter, "lib")
    ready(notebook, "files")
    card = notebook.output(0).locator(".kw-screen-card")
    assert card.evaluate("card => card.scrollWidth <= card.clientWidth")
    over = card.evaluate("""card => {
        const end = card.getBoundingClientRect().right;
        const parts = [...card.querySelectorAll(".kw-controls > *, .kw-story *")];
        return parts.filter((one) => one.getBoundingClientRect().right > end).map((one) => one.className);
    }""")
    assert over == []


def test_a_page_without_a_kernel_plays_the_file_beside_it(jupyter: Jupyter) -> None:
    # As the notebook exported to HTML, with the widgets' state in it.
    record = a_take(jupyter.folder / "lib", inputs={"duration": 3})
    shown = clip(record, row=None, beside=f"lib/{record.file}")
    traits = {
        "clips": [shown],
        "takes": [record.id],
        "arrangement": "grid",
        "selected": "",
        "compact": False,
        "time": 0,
        "playing": False,
        "rate": 1,
        "range": None,
        "loop": False,
        "actions": {},
        "still": "",
        "invitation": "",
    }
    (jupyter.folder / "page.html").write_text("<!doctype html><body></body>")
    jupyter.page.goto((jupyter.folder / "page.html").as_uri())
    jupyter.page.evaluate(
        """async ([source, traits]) => {
            const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
            const { default: make } = await import(url);
            const model = {
                get: (name) => traits[name], set: (name, value) => { traits[name] = value; },
                save_changes() {}, on() {}, off() {}, send() {},
            };
            make().render({ model, el: document.body, signal: new AbortController().signal });
        }""",
        [module(SCREENS / "player.js"), traits],
    )
    expect(jupyter.page.locator(".kw-screen-card")).to_have_attribute("data-route", "beside")
    video = jupyter.page.locator("video")
    expect(video).to_have_js_property("videoWidth", 640)
    video.evaluate("v => v.play()")
    jupyter.page.wait_for_function("v => v.currentTime > 0.3", arg=video.element_handle())


def test_the_pages_arithmetic(jupyter: Jupyter) -> None:
    script = """async ([source, call]) => {
        const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
        try { return new Function("m", `return ${call}`)(await import(url)); } finally { URL.revokeObjectURL(url); }
    }"""

    def js(name: str, call: str) -> Any:
        return jupyter.page.evaluate(script, [module(SCREENS / name), call])

    assert js("timecode.js", "[0, 3.12, 59.999, 61, NaN].map(m.clockTime)") == [
        *("0:00.00", "0:03.12", "0:59.99", "1:01.00", "0:00.00")
    ]
    steady = "m.newFrames(null, 15)"
    assert js("timecode.js", f"[0, 1, 2, 75, 359, 360].map((n) => {steady}.at({steady}.middle(n)))") == [
        *(0, 1, 2, 75, 359, 359)
    ]
    assert js("timecode.js", f"[0, 1, 75].map((n) => {steady}.at(n / 24))") == [0, 1, 75]
    uneven = "m.newFrames({ scale: 10, runs: [[2, 1], [1, 5], [3, 2]] }, 0)"
    assert js("timecode.js", f"[0, 1, 2, 3, 5, 6].map((n) => {uneven}.start(n))") == [0, 0.1, 0.2, 0.7, 1.1, 1.3]
    assert js("timecode.js", f"[0, 0.15, 0.2, 0.69, 0.7, 9].map((t) => {uneven}.at(t))") == [0, 1, 2, 2, 3, 5]
    shape = "[[1, 1.78], [2, 1.78], [3, 1.78], [7, 1.78], [16, 1.78], [3, 0.5625], [4, 1]]"
    assert js("film.js", f"{shape}.map(([count, shape]) => m.columns(count, shape))") == [1, 2, 2, 3, 4, 3, 2]
    lab = '{ baseUrl: "/user/a/", serverRoot: "/home/a", rootUri: "file:///home/a" }'
    windows = '{ baseUrl: "/", serverRoot: "C:/Users/A", rootUri: "file:///C:/Users/A" }'
    for server, path, address in (
        (lab, "/home/a/x/é #1.mp4", "/user/a/files/x/%C3%A9%20%231.mp4"),
        (lab, "/home/ab/x.mp4", ""),  # another folder that begins alike
        (lab, "/home/a/.hidden/x.mp4", ""),  # servers hide these
        (windows, "C:\\\\Users\\\\A\\\\x.mp4", "/files/x.mp4"),
        ('{ baseUrl: "/", serverRoot: "~/clips" }', "/home/a/clips/x.mp4", ""),
        ('{ baseUrl: "/" }', "/home/a/x.mp4", ""),
        ('{ baseUrl: "/", serverRoot: "/" }', "/tmp/x.mp4", "/files/tmp/x.mp4"),
    ):
        assert js("delivery.js", f'm.filesAddress({server}, "{path}")') == address
