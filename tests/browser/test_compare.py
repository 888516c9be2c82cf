"""Several takes on one screen, in a real page: they are played as one, and never part."""

from __future__ import annotations

import base64
import io
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from kling_widget import Library, generate
from kling_widget.practice import read_frame_number
from tests.made import a_take

from . import sync
from .notebook import Jupyter, Notebook

COMPARE = """
from kling_widget import Library, compare
compare(*sorted(Library("lib").takes(), key=lambda take: take.id))
"""
RATE = 24  # frames a second of practice clips


@pytest.fixture(scope="module")
def practised(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library with two practice clips of unequal length, the first with sound; each frame carries its number."""
    folder = tmp_path_factory.mktemp("practised") / "lib"
    library = Library(folder)
    takes = [
        generate(f"A red fox crosses snow, {how}", library=library, practice=True, duration=seconds, sound=sound)
        for how, seconds, sound in (("pan left", 6, True), ("dolly in", 8, False))
    ]
    for take in takes:
        take.wait(120)
    library.close()
    return folder


def opened(jupyter: Jupyter, folder: Path, source: str = COMPARE) -> tuple[Notebook, Locator]:
    """A notebook that compares all takes of a library that lies elsewhere, and the screen's card, ready to play."""
    shutil.copytree(folder, jupyter.folder / "lib")
    notebook = jupyter.open([source])
    notebook.run_all()
    return notebook, ready(notebook)


def ready(notebook: Notebook) -> Locator:
    card = notebook.output(0).locator(".kw-screen-card")
    card.scroll_into_view_if_needed()
    for video in card.locator("video").all():
        expect(video).to_have_js_property("readyState", 4)
    return card


def play(card: Locator, rate: float = 1) -> None:
    speed = card.locator(".kw-speed")
    while speed.inner_text() != f"{rate:g}×":
        speed.click()
    card.get_by_role("button", name="Play", exact=True).click()


def until_it_rests(card: Locator) -> None:
    expect(card.get_by_role("button", name="Play", exact=True)).to_be_visible(timeout=40_000)
    still(card)


def still(card: Locator) -> None:
    """Wait until all clips show the frame that they were sent to."""
    card.page.wait_for_function(
        "card => [...card.querySelectorAll('video')].every(v => !v.seeking && v.paused)", arg=card.element_handle()
    )
    card.page.wait_for_timeout(120)  # the frame that was sought is painted after it is said to be there


def shown(card: Locator) -> list[int]:
    """The numbers written into the frames that the clips show."""
    return [shown_of(video) for video in card.locator("video").all()]


def shown_of(video: Locator) -> int:
    """The number written into the frame that a clip shows."""
    picture: str = video.evaluate("""video => {
        const canvas = document.createElement("canvas");
        [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
        canvas.getContext("2d").drawImage(video, 0, 0);
        return canvas.toDataURL("image/png").split(",")[1];
    }""")
    with Image.open(io.BytesIO(base64.b64decode(picture))) as image:
        return read_frame_number(np.asarray(image.convert("RGB")))


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library with two clips of unequal length that two cores draw in time at any speed."""
    folder = tmp_path_factory.mktemp("small") / "lib"
    for number, seconds in enumerate((6, 8)):
        a_take(folder, f"Moon {number}", at=1_790_000_000_000 + number, inputs={"duration": seconds})
    return folder


@pytest.mark.alone
@pytest.mark.parametrize(("rate", "clips"), [(1, "practised"), (1, "small"), (2, "small")])
def test_clips_stay_within_a_frame_of_each_other_over_their_whole_length(
    jupyter: Jupyter, request: pytest.FixtureRequest, rate: int, clips: str
) -> None:
    _, card = opened(jupyter, request.getfixturevalue(clips))
    sync.watch(card)
    play(card, rate)
    until_it_rests(card)
    found = sync.apart(card, per_second=RATE, rate=rate)
    assert found.span > 5  # of the six seconds of the shorter clip; a busy screen leaves frames out
    assert len(found.frames) > 12
    # The browser tells times by refreshes of the screen: half of one, a fifth of a frame, can not be measured.
    assert found.beyond(1.25) <= 0.05
    assert abs(found.mean) <= 0.5
    assert found.most <= 1 + 1.5 * rate
    assert card.locator("video").evaluate_all("all => all.map(v => v.ended)") == [True, True]


def test_a_shorter_clip_rests_on_its_last_frame_and_says_so(jupyter: Jupyter, practised: Path) -> None:
    _, card = opened(jupyter, practised)
    expect(card.locator(".kw-ends i")).to_have_count(1)
    expect(card.locator(".kw-total")).to_have_text("0:08.00")
    card.press("End")
    still(card)
    expect(card.locator(".kw-film-ended").first).to_contain_text("ended at 0:06.0")
    expect(card.locator(".kw-film-ended").last).to_have_text("")
    assert shown(card) == [6 * RATE - 1, 8 * RATE - 1]


def test_a_step_is_exactly_one_frame_of_every_clip(jupyter: Jupyter, practised: Path) -> None:
    _, card = opened(jupyter, practised)
    card.focus()
    for key, frame in ((".", 1), (".", 2), (".", 3), (",", 2)):
        card.press(key)
        still(card)
        assert shown(card) == [frame, frame]
        expect(card.locator(".kw-frame")).to_have_text(f"frame {frame}")
    card.press("ArrowRight")
    card.press("ArrowRight")
    for _ in range(5):  # faster than a clip can be sought: none is lost
        card.press(".")
    still(card)
    expected = 2 + 2 * RATE + 5
    assert shown(card) == [expected, expected]


def test_a_step_follows_the_clips_own_times(jupyter: Jupyter) -> None:
    # Frames that last one, two and three ticks in turn: a fixed step would pass some over, and rest on others.
    record = a_take(jupyter.folder / "lib", inputs={"duration": 2})
    path = jupyter.folder / "lib" / str(record.file)
    begins = uneven(path)
    record_again(jupyter.folder / "lib", record.id, path)
    notebook = jupyter.open([COMPARE.replace("compare(*", "from kling_widget import Player\nPlayer(")])
    notebook.run_all()
    card = ready(notebook)
    card.focus()
    for frame in range(1, 12):
        card.press(".")
        still(card)
        expect(card.locator(".kw-frame")).to_have_text(f"frame {frame}")
        at = card.locator("video").evaluate("v => v.currentTime")
        assert begins[frame] < at < begins[frame + 1]


def uneven(path: Path) -> list[float]:
    """Write a clip of uneven frames; gives when each begins, in seconds."""
    from fractions import Fraction

    import av

    from tests.made import frame

    ticks = [0]
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=24, options={"preset": "ultrafast", "bf": "2"})
        stream.width, stream.height, stream.pix_fmt = 640, 360, "yuv420p"
        stream.codec_context.time_base = Fraction(1, 48)
        for number in range(24):
            picture = av.VideoFrame.from_ndarray(frame(number / 24, 640, 360), format="rgb24")
            picture.pts, picture.time_base = ticks[-1], Fraction(1, 48)
            container.mux(stream.encode(picture))
            ticks.append(ticks[-1] + 1 + number % 3)
        container.mux(stream.encode())
    return [tick / 48 for tick in ticks]


def record_again(folder: Path, take: str, path: Path) -> None:
    """Let the library know a clip that a test wrote anew."""
    import hashlib

    from sqlalchemy import create_engine, text

    whole = path.read_bytes()
    engine = create_engine(f"sqlite:///{folder / 'library.db'}")
    with engine.begin() as connection:
        connection.execute(
            text("update takes set bytes = :bytes, sha256 = :sha256 where id = :id"),
            {"bytes": len(whole), "sha256": hashlib.sha256(whole).hexdigest(), "id": take},
        )
    engine.dispose()


def test_only_one_clip_is_heard_and_a_person_says_which(jupyter: Jupyter, practised: Path) -> None:
    _, card = opened(jupyter, practised)
    muted = "all => all.map(v => v.muted)"
    assert card.locator("video").evaluate_all(muted) == [False, True]
    expect(card.locator(".kw-film-letter").first).to_have_text("A · sound")
    card.focus()
    card.press("2")
    assert card.locator("video").evaluate_all(muted) == [True, True]  # the second has no sound
    expect(card.get_by_role("button", name="No sound in this clip")).to_be_disabled()
    card.get_by_role("button", name="Choose A").click()
    assert card.locator("video").evaluate_all(muted) == [False, True]
    card.press("m")
    assert card.locator("video").evaluate_all(muted) == [True, True]


@pytest.mark.alone
def test_a_range_begins_and_ends_on_its_frames_and_loops(jupyter: Jupyter, practised: Path) -> None:
    _, card = opened(jupyter, practised)
    card.focus()
    card.press("ArrowRight")
    still(card)
    card.press("i")
    for _ in range(12):
        card.press(".")
    still(card)
    card.press("o")
    expect(card.locator(".kw-range")).to_have_text("0:01.00–0:01.54 ×")
    sync.watch(card)
    card.press(" ")  # from the last frame: it begins at the beginning of the range
    until_it_rests(card)
    assert shown(card) == [RATE + 12, RATE + 12]
    seen = [round(media * RATE) for _, media in sync.presented(card)[0]]
    assert min(seen) >= RATE
    assert max(seen) <= RATE + 14  # a frame or two may pass before a playing clip stops
    card.press("l")
    card.press(" ")
    card.page.wait_for_timeout(2500)
    expect(card.get_by_role("button", name="Pause", exact=True)).to_be_visible()
    times = card.locator("video").evaluate_all("all => all.map(v => v.currentTime)")
    assert all(0.9 < at < 1.7 for at in times)
    card.press("x")
    expect(card.locator(".kw-range")).to_be_hidden()


def looks(card: Locator) -> list[dict[str, Any]]:
    """How the clips lie over each other."""
    found: list[dict[str, Any]] = card.locator("video").evaluate_all("""all => all.map((video) => {
        const { left, width } = video.getBoundingClientRect();
        const own = getComputedStyle(video);
        const tile = getComputedStyle(video.parentElement);
        return { left, width, clip: own.clipPath, opacity: own.opacity, blend: tile.mixBlendMode };
    })""")
    return found


def test_clips_stand_beside_each_other_or_lie_one_over_the_other(jupyter: Jupyter, practised: Path) -> None:
    notebook, card = opened(jupyter, practised)
    card.press("ArrowRight")
    one, other = looks(card)
    assert other["left"] >= one["left"] + one["width"]
    marks = "all => all.forEach((v, i) => { v.dataset.mark = String(i); })"
    card.locator("video").evaluate_all(marks)
    for name, style in (("Wipe", {"clip": "inset(0px 0px 0px 50%)"}), ("Onion", {"opacity": "0.5"})):
        card.get_by_role("button", name=name, exact=True).click()
        one, other = looks(card)
        assert (one["left"], one["width"]) == (other["left"], other["width"])
        assert {key: other[key] for key in style} == style
    card.get_by_role("slider", name="How much of the second").fill("80")
    assert looks(card)[1]["opacity"] == "0.8"
    card.get_by_role("button", name="Difference", exact=True).click()
    assert looks(card)[1]["blend"] == "difference"
    # Shown in another way, they are the same clips, on the same frame.
    assert card.locator("video").evaluate_all("all => all.map(v => v.dataset.mark)") == ["0", "1"]
    assert card.locator("video").evaluate_all("all => all.map(v => v.currentTime)") == [1, 1]
    card.get_by_role("button", name="One", exact=True).click()
    expect(card.locator("video")).to_have_count(1)  # what is not shown is not held
    assert "wipe" not in str(notebook.saved()["cells"][0]["outputs"])


def test_a_wipe_is_drawn_by_hand(jupyter: Jupyter, practised: Path) -> None:
    _, card = opened(jupyter, practised)
    card.get_by_role("button", name="Wipe", exact=True).click()
    handle, film = card.locator(".kw-film-wipe").bounding_box(), card.locator(".kw-film").bounding_box()
    assert handle is not None
    assert film is not None
    mouse = card.page.mouse
    mouse.move(handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2)
    mouse.down()
    mouse.move(film["x"] + film["width"] * 0.25, film["y"] + 40, steps=4)
    mouse.up()
    assert looks(card)[1]["clip"] == "inset(0px 0px 0px 25%)"
    card.press("]")
    assert looks(card)[1]["clip"] == "inset(0px 0px 0px 30%)"


def test_what_two_takes_differ_in_stands_below(jupyter: Jupyter, practised: Path) -> None:
    _, card = opened(jupyter, practised)
    expect(card.locator(".kw-story-prompt del")).to_have_text("pan left")
    expect(card.locator(".kw-story-prompt ins")).to_have_text("dolly in")
    expect(card.locator(".kw-story-inputs")).to_contain_text("duration")
    assert card.locator(".kw-story-inputs del").all_inner_texts() == ["6", "on"]
    assert card.locator(".kw-story-inputs ins").all_inner_texts() == ["8", "off"]


def test_a_grid_holds_sixteen_and_any_two_of_them_can_be_compared(jupyter: Jupyter) -> None:
    for number in range(16):
        a_take(jupyter.folder / "lib", f"Moon {number}", at=1_790_000_000_000 + number, inputs={"duration": 2})
    notebook = jupyter.open([COMPARE])
    notebook.run_all()
    card = notebook.output(0).locator(".kw-screen-card")
    expect(card.locator("video")).to_have_count(16)
    card = ready(notebook)
    play(card)
    until_it_rests(card)
    # On a busy machine Chromium leaves `ended` false of a clip that was sought to its very end, where it is.
    jupyter.page.wait_for_function(
        "card => [...card.querySelectorAll('video')].filter(v => v.duration - v.currentTime < 1e-6).length === 16",
        arg=card.element_handle(),
    )
    card.get_by_role("button", name="Side", exact=True).click()
    expect(card.locator("video")).to_have_count(2)
    card.get_by_label("Right", exact=True).select_option(label="P · Moon 15")
    expect(card.locator(".kw-story-prompt ins")).to_have_text("15")
    expect(card.locator("video").last).to_have_js_property("readyState", 4)


def test_a_screen_that_begins_to_be_heard_silences_the_others(jupyter: Jupyter, practised: Path) -> None:
    shutil.copytree(practised, jupyter.folder / "lib")
    notebook = jupyter.open([COMPARE, COMPARE])
    notebook.run_all()
    first = ready(notebook)
    play(first)
    other = notebook.output(1).locator(".kw-screen-card")
    other.scroll_into_view_if_needed()
    expect(other.locator("video").first).to_have_js_property("readyState", 4)
    play(other)
    expect(other.get_by_role("button", name="Pause", exact=True)).to_be_visible()
    expect(first.get_by_role("button", name="Play", exact=True)).to_be_visible()


def memory(page: Page) -> dict[str, float]:
    """What a page holds once its garbage is collected: ``bytes`` of JavaScript's heap, ``nodes``, ``listeners``."""
    tools = page.context.new_cdp_session(page)
    try:
        tools.send("HeapProfiler.collectGarbage")
        counted = tools.send("Memory.getDOMCounters")
        used = tools.send("Runtime.getHeapUsage")["usedSize"]
        return {"bytes": used, "nodes": counted["nodes"], "listeners": counted["jsEventListeners"]}
    finally:
        tools.detach()


def test_fifty_takes_opened_and_closed_leave_nothing_behind(jupyter: Jupyter, tmp_path: Path) -> None:
    # Outside of what the server shows: each clip comes as a Blob, which stays for as long as its address does.
    for number in range(4):
        a_take(tmp_path / "lib", f"Moon {number}", at=1_790_000_000_000 + number, inputs={"duration": 3, "sound": True})
    source = f"""
from kling_widget import Library
from kling_widget.widgets.player import Player
records = Library({str(tmp_path / "lib")!r})._gateway.records()
screen = Player(library=Library({str(tmp_path / "lib")!r}))
screen.show(records[0])
screen
"""
    jupyter.before_all_else("""
        window.kwBlobs = new Set();
        const { createObjectURL, revokeObjectURL } = URL;
        URL.createObjectURL = (blob) => {
            const url = createObjectURL.call(URL, blob);
            if (blob.type === "video/mp4") window.kwBlobs.add(url);
            return url;
        };
        URL.revokeObjectURL = (url) => {
            window.kwBlobs.delete(url);
            revokeObjectURL.call(URL, url);
        };
    """)
    notebook = jupyter.open(
        [source, "turn = globals().get('turn', 0) + 1\nscreen.show(records[turn % 4])", "screen.close()"]
    )
    notebook.run(0)
    card = notebook.output(0).locator(".kw-screen-card")
    held = []
    for turn in range(1, 51):
        notebook.run(1)
        expect(card.locator(".kw-story-prompt")).to_have_text(f"Moon {3 - turn % 4}")
        expect(card.locator("video")).to_have_js_property("readyState", 4)
        expect(card).to_have_attribute("data-route", "bytes")
        if turn % 20 == 10:
            held.append(memory(jupyter.page))
    first, *_, last = held  # forty takes lie between them; the host remembers a little of each run
    assert last["bytes"] - first["bytes"] < 40 * 30_000
    assert last["nodes"] - first["nodes"] < 40 * 5
    assert last["listeners"] - first["listeners"] < 40 * 10
    assert jupyter.page.evaluate("window.kwBlobs.size") == 1
    assert jupyter.page.locator("video").count() == 1
    notebook.run(2)
    jupyter.page.wait_for_function("window.kwBlobs.size === 0")


def test_a_saved_comparison_lives_without_a_kernel(jupyter: Jupyter, practised: Path) -> None:
    notebook, _ = opened(jupyter, practised)
    notebook.save()
    assert len(notebook.path.read_text()) < 120_000  # 60 KB a take
    for kernel in jupyter.server.ask("/api/sessions"):
        jupyter.server.ask(f"/api/sessions/{kernel['id']}", "DELETE")
    later = jupyter.show_copy(notebook).output(0)
    expect(later.locator(".kw-still video")).to_have_count(2)
    expect(later.locator("figcaption").first).to_contain_text("pan left")
    video = later.locator(".kw-still video").first
    video.evaluate("v => { v.muted = true; return v.play(); }")
    jupyter.page.wait_for_function("v => v.currentTime > 0.3", arg=video.element_handle())


def test_a_clip_that_turns_out_damaged_holds_nobody_up(jupyter: Jupyter, practised: Path) -> None:
    jupyter.console.forgive("ERR_CONNECTION_REFUSED")  # the practice server that made it is gone, and is asked last
    library = jupyter.folder / "lib"
    shutil.copytree(practised, library)
    clip = sorted((library / "takes").glob("*.mp4"))[1]
    whole = bytearray(clip.read_bytes())
    middle = len(whole) // 3
    whole[middle:] = b"\xff" * (len(whole) - middle)  # its header stays: it begins well
    clip.write_bytes(whole)
    record_again(library, clip.name[:15], clip)
    notebook = jupyter.open([COMPARE])
    notebook.run_all()
    card = notebook.output(0).locator(".kw-screen-card")
    expect(card.locator("video").first).to_have_js_property("readyState", 4)
    play(card)
    expect(card.locator(".kw-film-tile").last).to_contain_text("The clip can't be shown", timeout=40_000)
    until_it_rests(card)
    assert shown_of(card.locator("video").first) == 6 * RATE - 1


def test_one_shows_the_clip_that_was_chosen(jupyter: Jupyter, practised: Path) -> None:
    _, card = opened(jupyter, practised)
    card.focus()
    card.press("2")
    card.get_by_role("button", name="One", exact=True).click()
    expect(card.locator("video")).to_have_count(1)
    expect(card.locator(".kw-story-prompt")).to_have_text("A red fox crosses snow, dolly in")
    card.get_by_role("button", name="Side", exact=True).click()
    expect(card.locator(".kw-chosen .kw-film-letter")).to_have_text("B")
