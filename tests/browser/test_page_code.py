"""The loader in a page: code comes once, whoever sends it, and a page that can't run it says so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from kling_widget.widgets.base.page_code import built

CODE = """
globalThis.ran = (globalThis.ran ?? 0) + 1;
export const widget = (name) => ({
  initialize({ early }) { globalThis.early = early; },
  render({ el }) { el.textContent = `${name} is here`; },
});
"""
SHEET = ".shown { color: rgb(1, 2, 3); }"
SHOW = """async ([loader, code, models]) => {
  const { default: make } = await import("data:text/javascript," + encodeURIComponent(loader));
  const view = (text) => new DataView(new TextEncoder().encode(text).buffer);
  globalThis.requests = [];
  for (const { name, version, gone, unasked, messages, shadow } of models) {
    const handlers = new Set();
    const deliver = (...message) => { for (const handler of [...handlers]) handler(...message); };
    const send = () => deliver({ code: version }, code.map(view));
    const model = {
      get: (trait) => ({ _widget: name, _code: version })[trait],
      on: (_, handler) => handlers.add(handler), off: (_, handler) => handlers.delete(handler),
      send: ({ kind }) => {
        requests.push([name, kind]);
        if (!gone) setTimeout(send);
      },
    };
    const host = document.body.appendChild(document.createElement("div"));
    const root = shadow ? host.attachShadow({ mode: "open" }) : host;
    const el = root.appendChild(Object.assign(document.createElement("p"), { className: "shown" }));
    const signal = new AbortController().signal, loaded = make();
    loaded.initialize({ model, signal });
    for (const message of messages ?? []) deliver(message);
    loaded.render({ model, el, signal }).catch(() => {});
    if (unasked) setTimeout(send, 50);
  }
}"""


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of no host."""
    context = browser.new_context()
    yield context.new_page()
    context.close()


def show(page: Page, *models: dict[str, Any], policy: str = "", code: str = CODE) -> None:
    """Show models, each with a loader of its own, in an empty page with a security policy."""
    head = f'<meta http-equiv="Content-Security-Policy" content="{policy}">' if policy else ""
    page.set_content(f"<!doctype html><head>{head}</head><body></body>")
    page.evaluate(SHOW, [built("loader.js"), [code, SHEET], [{"version": "1", **model} for model in models]])


def test_all_widgets_of_a_page_share_one_code_that_one_of_them_asks_for(page: Page) -> None:
    show(page, {"name": "player"}, {"name": "queue"}, {"name": "history", "shadow": True})
    for at, name in enumerate(("player", "queue", "history")):
        expect(page.locator(".shown").nth(at)).to_have_text(f"{name} is here")
        expect(page.locator(".shown").nth(at)).to_have_css("color", "rgb(1, 2, 3)")
    assert page.evaluate("[ran, requests.length]") == [1, 1]


def test_code_that_comes_unasked_is_not_asked_for(page: Page) -> None:
    show(page, {"name": "player", "unasked": True}, {"name": "queue"})
    expect(page.locator(".shown").nth(1)).to_have_text("queue is here")
    assert page.evaluate("[ran, requests.length]") == [1, 0]


def test_where_one_kernel_does_not_answer_the_next_one_is_asked(page: Page) -> None:
    show(page, {"name": "player"}, {"name": "queue", "gone": True})
    expect(page.locator(".shown").first).to_have_text("player is here")
    assert page.evaluate("requests") == [["queue", "code"], ["player", "code"]]


def test_code_of_another_version_is_another_one(page: Page) -> None:
    show(page, {"name": "player", "version": "1"}, {"name": "player", "version": "2"})
    expect(page.locator(".shown").nth(0)).to_have_text("player is here")
    expect(page.locator(".shown").nth(1)).to_have_text("player is here")
    assert page.evaluate("ran") == 2


def test_what_the_kernel_says_before_the_code_is_here_reaches_the_widget(page: Page) -> None:
    show(page, {"name": "player", "messages": [{"take": "1"}, {"take": "2"}]})
    expect(page.locator(".shown")).to_have_text("player is here")
    assert page.evaluate("early") == [{"take": "1"}, {"take": "2"}]


def test_a_kernel_that_is_silent_is_told_of(page: Page) -> None:
    show(page, {"name": "player", "gone": True})
    expect(page.locator(".shown")).to_contain_text("run the cell again")


def test_a_policy_without_blob_addresses_is_got_round(page: Page) -> None:
    show(page, {"name": "player"}, policy="script-src 'unsafe-eval' data:")
    expect(page.locator(".shown")).to_have_text("player is here")


def test_a_page_that_does_not_run_the_code_says_so(page: Page) -> None:
    show(page, {"name": "player"}, code="this is no module")
    expect(page.locator(".shown")).to_contain_text("may lack blob: in script-src")
