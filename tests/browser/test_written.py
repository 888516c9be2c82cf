"""The builder's own pieces in a page without a kernel: names go where they count, a longer clip is said first."""

from __future__ import annotations

import functools
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

import kling_widget

PACKAGE = Path(kling_widget.__file__).parent

BODY = """<div class="kw kw-studio"><div class="kw-builder"><div id="origin"></div>
<div class="kw-field kw-field-prompt"><textarea></textarea></div><div id="elements"></div><div id="storyboard"></div>
</div></div>"""

# What a host gives a view: a model with values, and other models by their references.
MODELS = """async () => {
  class Model {
    constructor(values) { this.values = values; this.heard = []; this.sent = []; }
    get(name) { return this.values[name]; }
    set(name, value) {
      this.values[name] = value;
      for (const [names, hear] of [...this.heard]) if (names.split(" ").includes(`change:${name}`)) hear();
    }
    save_changes() {}
    on(names, hear) { this.heard.push([names, hear]); }
    off(names, hear) { this.heard = this.heard.filter(([, one]) => one !== hear); }
    send(message) {
      this.sent.push(message.kind);
      for (const [names, hear] of [...this.heard]) if (names === "msg:custom") hear({ id: message.id, ok: true }, []);
    }
  }
  const models = {
    seconds: new Model({ value: 5 }), prompt: new Model({ value: "A fox runs" }), sound: new Model({ value: false }),
    go: new Model({ tariff: { 5: { 1: { price: "$0.56" } }, 6: { 1: { price: "$0.672" } } } }),
    storyboard: new Model({ value: [], low: 3, high: 15, shortest: 3, most: 5, letters: 512, duration: "seconds",
      prompt: "prompt", prices: "go", sound: "sound", both: false, offers_both: true, problem: "" }),
    elements: new Model({ value: [{ element_id: "7" }], most: 3, prompt: "prompt", board: "storyboard", pictures: "",
      price: "$0.01", problem: "",
      available: [{ name: "Mara", element_id: "7", note: "", picture: false, state: "ready", problem: "" }] }),
    origin: new Model({ of: "A red fox", word: "Remix", before: "A lighthouse", replaced: true }),
  };
  window.models = models;
  const signal = new AbortController().signal, host = { getModel: async (ref) => models[ref] };
  const places = { origin: "builder/origin", storyboard: "storyboard/storyboard", elements: "elements/elements" };
  for (const [name, place] of Object.entries(places)) {
    const { default: view } = await import(`/widgets/${place}.js`);
    await view.render({ model: models[name], el: document.getElementById(name), signal, host });
  }
}"""


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    handler = functools.partial(SimpleHTTPRequestHandler, directory=str(PACKAGE))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        context = browser.new_context()
        opened, faults = context.new_page(), list[str]()
        opened.on("pageerror", lambda error: faults.append(str(error)))
        opened.goto(f"http://127.0.0.1:{server.server_port}/request/catalog.json")
        opened.set_content(BODY)
        opened.evaluate(MODELS)
        yield opened
        context.close()
        server.shutdown()
    assert faults == []


def value(page: Page, model: str) -> Any:
    return page.evaluate("name => models[name].get('value')", model)


def test_cutting_into_shots_says_a_longer_clip_and_its_price_before(page: Page) -> None:
    asks = page.get_by_role("group", name="Confirm the longer clip")
    page.get_by_role("button", name="Cut into shots").click()
    expect(asks).to_contain_text("2 shots of at least 3 s need a clip of 6 s instead of 5 s, $0.672 instead of $0.56.")
    assert (value(page, "seconds"), value(page, "storyboard")) == (5, [])
    page.get_by_role("button", name="Leave it").click()
    expect(asks).to_be_hidden()
    assert (value(page, "seconds"), value(page, "storyboard")) == (5, [])
    page.get_by_role("button", name="Cut into shots").click()
    page.get_by_role("button", name="Cut, 6 s for $0.672").click()
    assert value(page, "seconds") == 6
    assert [shot["prompt"] for shot in value(page, "storyboard")] == ["A fox runs", ""]


def test_a_cut_that_costs_no_more_asks_nothing(page: Page) -> None:
    page.evaluate("models.seconds.set('value', 8)")
    page.get_by_role("button", name="Cut into shots").click()
    assert value(page, "seconds") == 8
    assert [shot["duration"] for shot in value(page, "storyboard")] == [4, 4]


def test_an_elements_name_goes_where_it_counts(page: Page) -> None:
    words, insert = page.locator(".kw-field-prompt textarea"), page.get_by_role("button", name="Insert")
    expect(page.locator("#elements")).to_contain_text("Mara is not named in the prompt.")
    insert.click()
    expect(words).to_have_value("Mara")
    shots = [{"prompt": "A fox runs", "duration": 3}, {"prompt": "", "duration": 3}]
    page.evaluate("shots => models.storyboard.set('value', shots)", shots)
    # The prompt names her still, and is not sent.
    expect(page.locator("#elements")).to_contain_text("Mara is not named in a shot.")
    page.locator(".kw-shot-words").nth(1).click()
    page.keyboard.type("she waves")
    insert.click()
    expect(words).to_have_value("Mara")
    assert [shot["prompt"] for shot in value(page, "storyboard")] == ["A fox runs", "she waves Mara"]
    expect(insert).to_have_count(0)


def test_what_the_request_is_a_remix_of_stands_there_with_the_way_back(page: Page) -> None:
    origin = page.locator("#origin")
    expect(origin).to_contain_text("Remix of")
    expect(origin).to_contain_text("A red fox")
    page.get_by_role("button", name="Put back what was here").click()
    page.get_by_role("button", name="Let go").click()
    assert page.evaluate("models.origin.sent") == ["put_back", "let_go"]
    page.evaluate("() => { models.origin.set('of', ''); models.origin.set('replaced', false); }")
    expect(origin).to_be_hidden()
