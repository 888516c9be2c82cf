"""Clips on a JupyterHub: each comes by one request of the page's own, and a way that is barred is left alone."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from kling_widget import Library
from kling_widget.widgets.base.page_code import built
from kling_widget.widgets.player import Player
from tests.made import a_take

from .hosts.hub import BASE, Hub, hub

SHOW = """async ([source, code, shown]) => {
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const { default: make } = await import(url);
  for (const { traits, place, base64 } of shown) {
    const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    const heard = new Set();
    const answers = {
      code: () => [{ code: traits._code }, code.map((text) => new DataView(new TextEncoder().encode(text).buffer))],
      where: () => [{ place }],
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
    const el = document.body.appendChild(document.createElement("div"));
    const signal = new AbortController().signal, made = make();
    made.initialize({ model, signal });
    made.render({ model, el, signal });
  }
}"""


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Hub]:
    """A Hub that shows a folder."""
    with hub(tmp_path) as running:
        yield running


@pytest.fixture
def page(browser: Browser, served: Hub) -> Iterator[Page]:
    """A page of a person's server on it."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(served.page)
    yield page
    context.close()


def show(page: Page, folder: Path, *, times: int, elsewhere: bool = False) -> None:
    """Show a library's first take, in so many views; ``elsewhere``: the kernel's file is not the server's."""
    library = Library(folder)
    try:
        take = library.takes()[0]
        state, path = Player(take).get_state(), take.video
    finally:
        library.close()
    assert path is not None
    data = path.read_bytes()
    if elsewhere:
        path.write_bytes(bytes(len(data)))
    head = hashlib.sha256(data[:65_536]).hexdigest()
    traits = {name: value for name, value in state.items() if isinstance(value, (str, bool, int, list, dict))}
    view: dict[str, Any] = {
        "traits": traits,
        "place": {"path": path.as_posix(), "bytes": len(data), "head": head, "url": ""},
        "base64": base64.b64encode(data).decode(),
    }
    cards = page.locator(".kw-screen-card")
    before = cards.count()
    page.evaluate(SHOW, [state["_esm"], [built("page.js"), built("page.css")], [view] * times])
    expect(cards).to_have_count(before + times)


def come(page: Page, route: str, *, last: int = 0) -> None:
    """Wait until all clips are there by a route, or those that were shown last."""
    for card in page.locator(".kw-screen-card").all()[-last:]:
        card.scroll_into_view_if_needed()
        expect(card).to_have_attribute("data-route", route)
        expect(card.locator("video").first).to_have_js_property("readyState", 4)


def test_a_clip_comes_by_the_pages_own_proof_and_no_cookie_is_renewed(page: Page, served: Hub) -> None:
    a_take(served.root / "lib", inputs={"duration": 3, "sound": True})
    cookie = page.evaluate("document.cookie")
    show(page, served.root / "lib", times=3)
    come(page, "files")
    video = page.locator("video").first
    video.evaluate("v => { v.currentTime = 2; }")
    page.wait_for_function("v => !v.seeking && v.currentTime === 2", arg=video.element_handle())
    assert not [path for path in served.asked if "oauth" in path]
    assert page.evaluate("document.cookie") == cookie


def test_a_proof_that_was_renewed_meanwhile_is_read_anew(page: Page, served: Hub) -> None:
    a_take(served.root / "lib", inputs={"duration": 3})
    show(page, served.root / "lib", times=1)
    come(page, "files")
    page.evaluate("async () => { await fetch('/user/ann@b.org/oauth_callback?next=/user/ann@b.org/lab'); }")
    before = len(served.asked)
    show(page, served.root / "lib", times=1)
    come(page, "files")
    assert not [path for path in served.asked[before:] if "oauth" in path]


def test_a_way_that_is_barred_is_tried_twice_by_the_page_and_the_kernel_is_asked(page: Page, served: Hub) -> None:
    a_take(served.root / "lib", inputs={"duration": 3})
    served.shut = True
    cookie = page.evaluate("document.cookie")
    show(page, served.root / "lib", times=5)
    come(page, "bytes")
    proofs = cookie.count("_xsrf=")
    assert proofs == 2
    assert len([path for path in served.asked if path.startswith(f"{BASE}files/")]) == 2 * proofs
    before = len(served.asked)
    show(page, served.root / "lib", times=3)
    come(page, "bytes")
    assert served.asked[before:] == []
    assert not [path for path in served.asked if "oauth" in path]
    assert page.evaluate("document.cookie") == cookie


def test_a_folder_of_another_machine_is_asked_for_twice_and_is_no_other_folders_fault(page: Page, served: Hub) -> None:
    a_take(served.root / "lib", inputs={"duration": 3})
    a_take(served.root / "own", inputs={"duration": 3})
    show(page, served.root / "lib", times=5, elsewhere=True)
    come(page, "bytes")
    assert len([path for path in served.asked if "/files/lib/" in path]) == 2
    show(page, served.root / "own", times=2)
    come(page, "files", last=2)
