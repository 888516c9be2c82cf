"""Clips in every host: in Voila and marimo by themselves, in VS Code and Colab by their documented rules."""

from __future__ import annotations

import base64
import functools
import http.server
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from kling_widget import Library
from kling_widget.widgets.base.page_code import built
from kling_widget.widgets.player import Player
from tests.made import a_take
from tools.bundle import module

from . import hosts
from .notebook import Jupyter, write

WIDGETS = Path(__file__).parents[2] / "kling_widget" / "widgets"
SHOW = """
from kling_widget import Library
from kling_widget.widgets.player import Player
Player(Library({folder!r}).takes()[0])
"""
VSCODE = "Mozilla/5.0 (X11; Linux x64) Code/1.132.0 Chrome/142.0.0.0 Electron/42.7.1 Safari/537.36"


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of no host yet."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield context.new_page()
    context.close()


def plays(page: Page, size: int) -> Locator:
    """The screen's card, once its clip came through the kernel whole, plays, and heeds its keys."""
    card = page.locator(".kw-screen-card")
    expect(card).to_have_attribute("data-route", "bytes", timeout=40_000)
    video = card.locator("video").first
    expect(video).to_have_js_property("readyState", 4)
    assert video.evaluate("async v => (await (await fetch(v.currentSrc)).blob()).size") == size
    card.focus()
    card.press(".")
    page.wait_for_function("v => Math.abs(v.currentTime - 1.5 / 24) < 0.03", arg=video.element_handle())
    card.press(" ")
    page.wait_for_function("v => v.currentTime > 0.4", arg=video.element_handle())
    card.press(" ")
    expect(video).to_have_js_property("paused", True)
    assert card.evaluate("card => getComputedStyle(card).borderTopLeftRadius") != "0px", "without its style"
    return card


def test_a_clip_plays_in_voila_though_it_serves_no_files(page: Page, tmp_path: Path) -> None:
    record = a_take(tmp_path / "lib", inputs={"duration": 3, "sound": True})
    write(
        tmp_path / "shown.ipynb",
        [f"{hosts.cell(tmp_path / 'lib')}\nimport ipywidgets\nipywidgets.VBox([screen, echo])"],
    )
    with hosts.voila(tmp_path) as address:
        page.goto(f"{address}/shown.ipynb")
        card = plays(page, int(record.bytes or 0))
        assert page.evaluate("async file => (await fetch(`/voila/files/${file}`)).status", f"lib/{record.file}") == 403
        expect(page.locator(".echo")).to_have_text("the same")
        card.get_by_role("button", name="4 of 5 stars").click()
        expect(card.locator('.kw-stars [aria-pressed="true"]')).to_have_count(4)
        assert js(page, "host.js", "m.hostOf()") == "voila"


def test_a_clip_plays_in_marimo_inside_of_a_shadow_root(page: Page, tmp_path: Path) -> None:
    record = a_take(tmp_path / "lib", inputs={"duration": 3, "sound": True})
    failed: list[str] = []
    page.on("response", lambda answer: failed.append(answer.url) if answer.status >= 400 else None)
    shown = "mo.vstack([mo.ui.anywidget(screen), mo.ui.anywidget(echo)])"
    with hosts.marimo(tmp_path, f"{hosts.cell(tmp_path / 'lib')}\n{shown}") as address:
        page.goto(address)
        card = plays(page, int(record.bytes or 0))
        assert card.evaluate("card => card.getRootNode() instanceof ShadowRoot")
        expect(page.locator(".echo")).to_have_text("the same")
        tags = card.get_by_role("textbox", name="Add a tag")
        tags.fill("#hero")
        tags.press("Enter")
        expect(card.locator(".kw-tag")).to_contain_text("#hero")
        assert js(page, "host.js", "m.hostOf()") == "marimo"
    assert [url for url in failed if ".mp4" in url] == [], "an address was tried that leads nowhere here"


def test_what_is_typed_inside_of_a_shadow_root_stays_as_it_is_typed(page: Page) -> None:
    page.goto("about:blank")
    shown = """(() => {
        const traits = { value: 5, low: 3, high: 15, quick: [], problem: "" }, heard = new Set();
        const model = {
            get: (name) => traits[name], set: (name, value) => { traits[name] = value; }, off() {},
            save_changes: () => heard.forEach((change) => change()),
            on: (name, change) => { if (name === "change:value") heard.add(change); },
        };
        const el = document.createElement("div");
        document.body.attachShadow({ mode: "open" }).append(el);
        m.default.render({ model, el, signal: new AbortController().signal });
    })()"""
    js(page, "../builder/seconds.js", shown)
    number = page.get_by_label("Seconds, as a number")
    number.press("ControlOrMeta+a")
    number.press_sequentially("07")
    expect(page.get_by_role("slider")).to_have_value("7")
    expect(number).to_have_value("07")
    number.blur()
    expect(number).to_have_value("7")


@pytest.mark.parametrize("host", ["lab", "notebook"], indirect=True)
def test_jupyters_own_applications_are_told_apart(jupyter: Jupyter, host: str) -> None:
    jupyter.open(["1"])
    assert js(jupyter.page, "host.js", "m.hostOf()") == host


def test_vs_code_plays_the_picture_and_says_that_it_can_not_play_the_sound(browser: Browser, tmp_path: Path) -> None:
    context = browser.new_context(user_agent=VSCODE)
    page = context.new_page()
    try:
        page.goto("about:blank")
        page.evaluate("() => { document.body.dataset.vscodeThemeKind = 'vscode-dark'; }")
        size = shown_by_a_fake_model(page, tmp_path, sound=True)
        plays(page, size)
        says = 'm.soundWords(m.hostOf(), { sound: true }, "/home/a/clip.mp4")'
        assert "can't play this clip's sound (AAC)" in js(page, "host.js", says)["words"]
        assert "/home/a/clip.mp4" in js(page, "host.js", says)["words"]
        assert js(page, "host.js", 'm.soundWords(m.hostOf(), { sound: false }, "")') is None
    finally:
        context.close()


def test_vs_code_in_a_browser_plays_what_the_browser_plays(page: Page) -> None:
    page.evaluate("() => { document.body.dataset.vscodeThemeKind = 'vscode-light'; }")
    assert js(page, "host.js", "[m.hostOf(), m.soundless(m.hostOf())]") == ["vscode-web", False]


def test_colab_is_asked_for_all_since_it_loses_what_it_was_not_asked_for(page: Page, tmp_path: Path) -> None:
    frame = "https://abc-496ff2-0-colab.googleusercontent.com/outputframe.html"
    page.route(frame, lambda route: route.fulfill(body="<!doctype html><body></body>", content_type="text/html"))
    page.goto(frame)
    size = shown_by_a_fake_model(page, tmp_path, sound=True)
    plays(page, size)
    assert js(page, "host.js", "[m.hostOf(), m.soundless(m.hostOf())]") == ["colab", False]


def test_a_kernel_that_dies_midway_is_told_of(jupyter: Jupyter, tmp_path: Path) -> None:
    a_take(tmp_path / "lib", inputs={"duration": 3})
    dies = """
import os
from kling_widget.widgets.player import delivery
honest = delivery.read
delivery.read = lambda path, offset, length: honest(path, offset, length) if length == 65536 else os._exit(1)
"""
    notebook = jupyter.open([dies + SHOW.format(folder=str(tmp_path / "lib"))])
    notebook.command("notebook:run-all-cells")
    expect(notebook.output(0)).to_contain_text("The kernel was restarted or is gone", timeout=30_000)


@pytest.mark.parametrize(("fate", "words"), [("gone", "can't be read"), ("changed", "holds something else now")])
def test_a_clip_that_is_not_here_any_more_is_played_from_the_service_which_is_said(
    jupyter: Jupyter, tmp_path: Path, fate: str, words: str
) -> None:
    (tmp_path / "service").mkdir()
    with files(tmp_path / "service") as origin:
        at = time.time_ns() // 1_000_000 - 60_000  # saved a minute ago: what is written now was written since
        said = json.dumps([f"{origin}/clip.mp4"])
        record = a_take(jupyter.folder / "lib", inputs={"duration": 3}, at=at, finished_at=at, outputs=said)
        path = jupyter.folder / "lib" / str(record.file)
        path.rename(tmp_path / "service" / "clip.mp4")
        if fate == "changed":
            path.write_bytes(b"\0" * int(record.bytes or 0))
        notebook = jupyter.open([SHOW.format(folder="lib")])
        notebook.run_all()
        card = notebook.output(0).locator(".kw-screen-card")
        expect(card).to_have_attribute("data-route", "service", timeout=20_000)
        expect(card.locator("video").first).to_have_js_property("videoWidth", 640)
        expect(card).to_contain_text("Played from the service")
        expect(card).to_contain_text(words)


def test_many_clips_take_turns_and_an_aborted_one_asks_for_no_more(page: Page) -> None:
    many = """async (source) => {
        const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
        const bytes = 4 * 4 * 1024 * 1024;
        const asked = {}, manager = {}, gone = new AbortController();
        const underWay = new Set();
        let most = 0;
        const fake = () => {  // a widget of its own for each, as each cell has one, of the same kernel
            const heard = new Set();
            return {
                widget_manager: manager, on: (_, f) => heard.add(f), off: (_, f) => heard.delete(f), get() {},
                send({ id, kind, take, length }) {
                    if (kind !== "chunk") return;
                    asked[take] = (asked[take] ?? 0) + 1;
                    underWay.add(id + take);
                    most = Math.max(most, underWay.size);
                    if (take === "t0" && asked.t0 === 2) {
                        gone.abort(new Error("left"));
                        for (const piece of underWay) if (piece.endsWith("t0")) underWay.delete(piece);  // nobody waits
                    }
                    setTimeout(() => {
                        underWay.delete(id + take);
                        for (const f of [...heard]) f({ re: id, ok: true }, [new DataView(new ArrayBuffer(length))]);
                    }, 3);
                },
            };
        };
        const one = async (id, signal) => {
            const { deliver } = await import(url + "#" + id);  // a module of its own for each, as each widget has
            const where = async () => ({ path: "/x.mp4", bytes, head: "", url: "" });
            return deliver(fake(), { id, beside: "" }, where, { signal, without: new Set(), progress() {} });
        };
        const never = new AbortController().signal;
        const takes = Array.from({ length: 6 }, (_, n) => one(`t${n}`, n ? never : gone.signal));
        const all = await Promise.allSettled(takes);
        const size = async ({ value }) => (await (await fetch(value.url)).blob()).size;
        const sizes = await Promise.all(all.slice(1).map(size));
        for (const { value } of all.slice(1)) value.free();
        const freed = await fetch(all[1].value.url).then(() => false, () => true);
        return { most, left: all[0].reason?.message, asked, whole: sizes.every((size) => size === bytes), freed };
    }"""
    page.goto("about:blank")
    found = page.evaluate(many, module(WIDGETS / "player" / "delivery.js"))
    assert found["most"] == 4
    assert found["left"] == "left"
    assert found["asked"] == {"t0": 2, **{f"t{n}": 4 for n in range(1, 6)}}
    assert found["whole"]
    assert found["freed"]


@contextmanager
def files(folder: Path) -> Iterator[str]:
    """A plain server of a folder's files, which stands for where the service keeps clips; gives its origin."""
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def js(page: Page, name: str, call: str) -> Any:
    """What a call of one of the modules in ``base``, ``m``, gives in a page."""
    script = """async ([source, call]) => {
        const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
        try { return new Function("m", `return ${call}`)(await import(url)); } finally { URL.revokeObjectURL(url); }
    }"""
    return page.evaluate(script, [module(WIDGETS / "base" / name), call])


def shown_by_a_fake_model(page: Page, folder: Path, *, sound: bool) -> int:
    """Show a screen in a page whose model answers what is asked, and says nothing by itself; gives the clip's size."""
    record = a_take(folder / "lib", inputs={"duration": 3, "sound": sound})
    library = Library(folder / "lib")
    state = Player(library.takes()[0]).get_state()
    library.close()
    data = (folder / "lib" / str(record.file)).read_bytes()
    traits = {name: value for name, value in state.items() if isinstance(value, (str, bool, int, list, dict))}
    page.evaluate(
        """async ([source, code, traits, base64]) => {
            const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
            const heard = new Set();
            const view = (text) => new DataView(new TextEncoder().encode(text).buffer);
            const answers = {
                code: () => [{ code: traits._code }, code.map(view)],
                where: () => [{ place: { path: "/elsewhere/clip.mp4", bytes: bytes.length, head: "", url: "" } }],
                chunk: ({ offset, length }) => [{}, [new DataView(bytes.slice(offset, offset + length).buffer)]],
            };
            const model = {
                get: (name) => traits[name], set: (name, value) => { traits[name] = value; }, save_changes() {},
                on: (name, f) => { if (name === "msg:custom") heard.add(f); }, off: (_, f) => heard.delete(f),
                send: (command) => setTimeout(() => {
                    const [said, buffers] = answers[command.kind]?.(command) ?? [{}, []];
                    for (const f of [...heard]) f({ re: command.id, ok: true, ...said }, buffers ?? []);
                }),
            };
            const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
            const { default: make } = await import(url);
            const signal = new AbortController().signal;
            const made = make();
            made.initialize({ model, signal });
            made.render({ model, el: document.body, signal });
        }""",
        [state["_esm"], [built("page.js"), built("page.css")], traits, base64.b64encode(data).decode()],
    )
    return len(data)
