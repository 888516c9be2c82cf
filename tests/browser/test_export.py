"""An exported page in a real browser: opened from a file, without a network, it plays and compares."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from kling_widget import Library
from tests.made import a_take

from . import chrome
from .sync import apart, watch

HOSTILE = "</script><script>window.harmed = 1</script><img src=x onerror='window.harmed = 1'> <!-- <b> \u2028 &amp;"


@contextmanager
def opened(browser: Browser, path: Path, *, scripts: bool = True, forgiven: str = "") -> Iterator[Page]:
    """The page in a tab of its own, with no network; it must not complain, but of what a test causes."""
    context = browser.new_context(viewport={"width": 1240, "height": 900}, java_script_enabled=scripts)
    context.set_offline(True)
    page, console = context.new_page(), chrome.Console()
    console.listen(page)
    if forgiven:
        console.forgive(forgiven)
    try:
        page.goto(path.as_uri())
        yield page
    finally:
        context.close()
    assert not console.faults(), "the page complained:\n" + "\n".join(console.faults())


def ready(page: Page, clips: int) -> Locator:
    """The screen, once its clips can play."""
    card = page.locator(".kw-screen-card")
    page.evaluate("scrollTo(0, 0)")  # only what is looked at is loaded
    expect(card.locator("video")).to_have_count(clips)
    for video in card.locator("video").all():
        expect(video).to_have_js_property("readyState", 4)
    return card


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """A library with three takes; the newest two have sound, the oldest is shorter and tall."""
    at, both = 1_790_000_000_000, {"sound": True, "duration": 3}
    a_take(tmp_path / "lib", "A tall moon", at=at, inputs={"aspect_ratio": "9:16", "duration": 2}, rating=4)
    a_take(tmp_path / "lib", "A moon over fog", at=at + 1000, inputs=both, tags=(HOSTILE,))
    a_take(tmp_path / "lib", f"A moon over snow {HOSTILE}", at=at + 2000, inputs=both, rating=5)
    library = Library(tmp_path / "lib")
    yield library
    library.close()


@pytest.mark.alone
@pytest.mark.parametrize("clips", ["beside", "inside"])
def test_two_takes_are_compared_in_step_without_kernel_and_network(
    browser: Browser, library: Library, tmp_path: Path, clips: str
) -> None:
    page_file = library.export_html(tmp_path / "out #1.html", library.takes()[:2], clips=clips)  # type: ignore[arg-type]
    with opened(browser, page_file) as page:
        card = ready(page, 2)
        expect(card.locator(".kw-film")).to_have_attribute("data-arrangement", "side")
        expect(card.locator(".kw-story-prompt del").first).to_contain_text("snow")
        expect(card.locator(".kw-story-prompt ins").first).to_contain_text("fog")
        card.focus()
        for _ in range(3):
            card.press(".")
        expect(card.locator(".kw-frame")).to_have_text("frame 3")
        for video in card.locator("video").all():
            expect(video).to_have_js_property("currentTime", round(3.5 / 24, 6))
        card.press("Home")
        page.set_viewport_size({"width": 700, "height": 600})  # two cores draw small pictures in time
        watch(card)
        card.press(" ")
        page.wait_for_function("v => v.paused && v.currentTime > 2.9", arg=card.locator("video").first.element_handle())
        # How close they keep is measured over whole clips in test_compare.py; here, that the page locks them at all.
        found = apart(card)
        assert len(found.frames) > 20
        assert found.beyond(1.25) <= 0.1
        assert found.most <= 3
        card.press("v")
        expect(card.locator(".kw-film")).to_have_attribute("data-arrangement", "wipe")
        card.press("]")
        expect(card.get_by_role("slider", name="Where the wipe stands")).to_have_value("55")
        card.press("2")
        expect(card.locator(".kw-tag")).to_have_text(f"#{HOSTILE}")
        assert page.evaluate("window.harmed") is None
        assert card.get_by_role("textbox").count() == 0
        assert card.get_by_role("button", name="stars").count() == 0


def test_pictures_of_the_table_choose_what_is_on_the_screen(browser: Browser, library: Library, tmp_path: Path) -> None:
    with opened(browser, library.export_html(tmp_path / "out.html")) as page:
        card = ready(page, 3)
        expect(card.locator(".kw-film")).to_have_attribute("data-arrangement", "grid")
        lines = page.locator("tbody tr")
        expect(lines.locator("b")).to_have_text(["A", "B", "C"])
        lines.nth(0).get_by_role("button").press("Enter")
        expect(lines.locator("b")).to_have_text(["", "A", "B"])
        expect(lines.nth(0).get_by_role("button")).to_have_attribute("aria-pressed", "false")
        ready(page, 2)
        page.get_by_role("button", name="Take all off").click()
        expect(card.locator(".kw-film-words")).to_contain_text("Choose takes from the table below.")
        lines.nth(2).get_by_role("button").click()
        ready(page, 1)
        expect(card.locator(".kw-story-prompt")).to_have_text("A tall moon")
        expect(card.get_by_role("img", name="4 of 5 stars")).to_be_visible()
        page.get_by_role("button", name="As at first").click()
        ready(page, 3)


def test_it_takes_away_what_a_page_can(browser: Browser, library: Library, tmp_path: Path) -> None:
    take = library.takes()[1]
    with opened(browser, library.export_html(tmp_path / "in.html", [take], clips="inside")) as page:
        card = ready(page, 1)
        card.get_by_label("Save and share").click()
        items = card.get_by_role("menuitem")
        expect(items).to_have_text(["Save the clip", "Copy this frame", "Save this frame (PNG)"])
        with page.expect_download() as frame:
            items.nth(2).click()
        assert frame.value.path().read_bytes().startswith(b"\x89PNG")
        card.get_by_label("Save and share").click()
        with page.expect_download() as clip:
            items.nth(0).click()
        assert take.video is not None
        assert clip.value.path().read_bytes() == take.video.read_bytes()
    with opened(browser, library.export_html(tmp_path / "out.html", [take])) as page:
        card = ready(page, 1)
        card.get_by_label("Save and share").click()
        card.get_by_role("menuitem", name="Save this frame").click()
        expect(card.locator(".kw-screen-word")).to_contain_text("may not read pictures of the files beside it")
        card.get_by_label("Save and share").click()
        expect(card.get_by_role("menuitem", name="Open the clip")).to_have_attribute("target", "_blank")


def test_a_page_without_its_clips_says_where_they_belong(browser: Browser, library: Library, tmp_path: Path) -> None:
    page_file = library.export_html(tmp_path / "out.html", library.takes()[2:])
    (tmp_path / "out_clips").rename(tmp_path / "elsewhere")
    with opened(browser, page_file, forgiven="ERR_FILE_NOT_FOUND") as page:
        expect(page.locator(".kw-film-words")).to_contain_text("This file is not beside the page")
        expect(page.locator(".kw-film-words")).to_contain_text("out_clips/a-tall-moon")


def test_without_scripts_it_is_still_a_list_of_takes(browser: Browser, library: Library, tmp_path: Path) -> None:
    with opened(browser, library.export_html(tmp_path / "out.html"), scripts=False) as page:
        expect(page.locator("#kw-screen")).to_contain_text("scripts are off")
        expect(page.locator("tbody tr")).to_have_count(3)
        expect(page.locator("tbody tr").nth(0)).to_contain_text(f"A moon over snow {HOSTILE}"[:60])
        expect(page.get_by_role("link", name="the clip")).to_have_count(3)


def test_it_follows_the_persons_theme_and_a_narrow_window(browser: Browser, library: Library, tmp_path: Path) -> None:
    with opened(browser, library.export_html(tmp_path / "out.html")) as page:
        ready(page, 3)
        body = page.locator("body")
        expect(body).to_have_css("background-color", "rgb(243, 244, 246)")
        page.emulate_media(color_scheme="dark")
        expect(body).to_have_css("background-color", "rgb(15, 17, 21)")
        for width in (1240, 760, 600, 340):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") <= width
