"""What a person takes away from the screen, in a real page: the clip and its story, frames, moving pictures, sheets."""

from __future__ import annotations

import hashlib
import shutil
import time
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Download, Locator, expect

from kling_widget import Library, generate
from kling_widget.practice import read_frame_number
from tests.made import a_take

from ..patience import PATIENCE_S
from .notebook import Jupyter

SHOW = """
from kling_widget import Library
from kling_widget.widgets.player import Player
Player(Library("lib").takes()[0])
"""
PROMPT = "A lighthouse above a stormy sea"


@pytest.fixture(scope="module")
def practised(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library with one practice clip of 4 s, with sound; each frame carries its number."""
    folder = tmp_path_factory.mktemp("practised") / "lib"
    library = Library(folder)
    generate(PROMPT, library=library, practice=True, duration=4, sound=True).wait(120)
    library.close()
    return folder


@pytest.fixture
def card(jupyter: Jupyter, practised: Path) -> Locator:
    """The screen with that clip, ready to play."""
    shutil.copytree(practised, jupyter.folder / "lib")
    notebook = jupyter.open([SHOW])
    notebook.run_all()
    card = notebook.output(0).locator(".kw-screen-card")
    expect(card.locator("video")).to_have_js_property("readyState", 4)
    return card


def choose(card: Locator, name: str) -> None:
    card.get_by_label("Save and share").click()
    card.get_by_role("menuitem", name=name, exact=True).click()


def taken(card: Locator, name: str, folder: Path) -> Path:
    """Choose something of the menu; gives the file that the browser saved."""
    with card.page.expect_download(timeout=60_000) as waiting:
        choose(card, name)
    found: Download = waiting.value
    path = folder / found.suggested_filename
    found.save_as(path)
    return path


def at_frame(card: Locator, frame: int) -> None:
    card.focus()
    for _ in range(frame // 24):
        card.press("ArrowRight")
    for _ in range(frame % 24):
        card.press(".")
    expect(card.locator(".kw-frame")).to_have_text(f"frame {frame}")
    card.page.wait_for_function("v => !v.seeking", arg=card.locator("video").element_handle())
    card.page.wait_for_timeout(150)


def number(image: Image.Image) -> int:
    return read_frame_number(np.asarray(image.convert("RGB")))


def test_the_clip_is_saved_as_it_came(card: Locator, practised: Path, tmp_path: Path) -> None:
    saved = taken(card, "Save the clip", tmp_path)
    assert saved.name.startswith("a-lighthouse-above-a-stormy-sea-")
    (original,) = (practised / "takes").glob("*.mp4")
    assert saved.read_bytes() == original.read_bytes()


def test_a_clip_that_is_saved_with_its_story_tells_it_elsewhere(card: Locator, practised: Path, tmp_path: Path) -> None:
    saved = taken(card, "Save with its story", tmp_path)
    elsewhere = Library(tmp_path / "elsewhere")
    try:
        take = elsewhere.adopt(saved)
        assert (take.record.words, take.request.seconds) == (PROMPT, 4)
    finally:
        elsewhere.close()
    (original,) = (practised / "takes").glob("*.mp4")
    assert hashlib.sha256(original.read_bytes()).hexdigest() != hashlib.sha256(saved.read_bytes()).hexdigest()
    expect(card.locator(".kw-screen-word")).to_contain_text("it is in the library too")


def test_the_frame_that_is_shown_is_the_frame_that_is_saved(card: Locator, tmp_path: Path) -> None:
    at_frame(card, 31)
    with Image.open(taken(card, "Save this frame (PNG)", tmp_path)) as image:
        assert (image.format, number(image)) == ("PNG", 31)


def test_a_frame_is_copied_or_saved_where_a_page_may_not(card: Locator, tmp_path: Path) -> None:
    at_frame(card, 3)
    card.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    choose(card, "Copy this frame")
    expect(card.locator(".kw-screen-word")).to_have_text("The frame is in the clipboard.")
    types = card.page.evaluate("async () => (await navigator.clipboard.read()).flatMap((one) => one.types)")
    assert types == ["image/png"]
    card.page.evaluate("() => { navigator.clipboard.write = () => Promise.reject(new Error('no')); }")
    with Image.open(taken(card, "Copy this frame", tmp_path)) as image:
        assert number(image) == 3


@pytest.mark.parametrize(("kind", "format_"), [("GIF", "GIF"), ("WebP", "WEBP")])
def test_a_moving_picture_is_of_the_range(card: Locator, tmp_path: Path, kind: str, format_: str) -> None:
    at_frame(card, 24)
    card.press("i")
    for _ in range(23):
        card.press(".")
    card.press("o")
    expect(card.locator(".kw-range")).to_be_visible()
    with Image.open(taken(card, f"{kind} of 0:01.00–0:02.00", tmp_path)) as image:
        assert image.format == format_
        frames = getattr(image, "n_frames", 1)
        lasts = []
        for frame in range(frames):
            image.seek(frame)
            image.load()
            lasts.append(image.info["duration"])
    assert sum(lasts) == pytest.approx(1000, abs=100)
    assert frames >= 10


def test_a_contact_sheet_is_a_picture(card: Locator, tmp_path: Path) -> None:
    with Image.open(taken(card, "Contact sheet (PNG)", tmp_path)) as image:
        assert image.format == "PNG"
        assert min(image.size) > 400


def test_a_frame_is_made_the_poster(card: Locator, jupyter: Jupyter) -> None:
    at_frame(card, 40)
    choose(card, "Make this frame its poster")
    expect(card.locator(".kw-screen-word")).to_have_text("The poster is this frame now.")
    (poster,) = (jupyter.folder / "lib" / "posters").glob("*.jpg")
    with Image.open(poster) as image:
        assert image.format == "JPEG"
        assert number(image.resize((640, 360))) == 40


def test_where_a_clips_sound_can_not_be_played_a_copy_is_offered_that_can(jupyter: Jupyter, practised: Path) -> None:
    # As in VS Code on a desktop: its page says what theme it has, its browser calls itself Electron.
    jupyter.before_all_else("""
        const agent = navigator.userAgent + " Electron/37.0.0";
        Object.defineProperty(Navigator.prototype, "userAgent", { get: () => agent });
        addEventListener("DOMContentLoaded", () => { document.body.dataset.vscodeThemeKind = "vscode-light"; });
    """)
    shutil.copytree(practised, jupyter.folder / "lib")
    notebook = jupyter.open([SHOW])
    notebook.run_all()
    card = notebook.output(0).locator(".kw-screen-card")
    expect(card.locator(".kw-screen-remarks")).to_contain_text("VS Code can't play this clip's sound (AAC)")
    at_frame(card, 30)
    card.get_by_role("button", name="Play with sound").click()
    expect(card.locator(".kw-screen-remarks")).to_be_hidden(timeout=60_000)
    video = card.locator("video")
    expect(video).to_have_js_property("readyState", 4)
    assert video.evaluate("v => v.currentTime") == pytest.approx(30.5 / 24, abs=0.01)
    (copy,) = (jupyter.folder / "lib" / "exports").glob("*-mp3.mp4")
    with av.open(str(copy)) as container:
        assert [stream.codec_context.name for stream in container.streams] == ["h264", "mp3float"]
    size = video.evaluate("async v => (await (await fetch(v.currentSrc)).blob()).size")
    assert size == copy.stat().st_size


def test_a_page_lends_a_poster_to_a_library_that_has_none(jupyter: Jupyter) -> None:
    record = a_take(jupyter.folder / "lib", inputs={"duration": 3})
    (jupyter.folder / "lib" / str(record.poster)).unlink()
    jupyter.open([SHOW]).run_all()
    posters = jupyter.folder / "lib" / "posters"
    end = time.monotonic() + PATIENCE_S
    while not (found := list(posters.glob("*.jpg"))):
        assert time.monotonic() < end
        jupyter.page.wait_for_timeout(100)
    with Image.open(found[0]) as image:
        assert (image.format, image.size) == ("JPEG", (480, 270))
