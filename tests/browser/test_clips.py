"""What the kernel says of a clip's file is what a page shows: whether it plays, its size, its corners, its frames."""

from __future__ import annotations

import base64
import itertools
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

from kling_widget.media.extraction import Job, extract
from kling_widget.media.mp4.frame_times import frame_times
from kling_widget.media.mp4.validation import check

from .. import mp4s
from ..media.test_geometry import SEEN, corners
from ..media.test_mp4_times import EDITS

LOAD = """async (uri) => {
  const video = document.createElement("video");
  video.muted = true;
  document.body.replaceChildren(video);
  video.src = uri;
  const failed = await new Promise((resolve) => {
    video.onerror = () => resolve(video.error?.message ?? "no reason");
    video.requestVideoFrameCallback(() => resolve(""));
  });
  // A clip whose header names no length has one once all of it was read.
  const read = new Promise((resolve) => video.addEventListener("durationchange", resolve, { once: true }));
  const limit = new Promise((resolve) => setTimeout(resolve, 20000));
  if (!failed && video.duration === Infinity) await Promise.race([read, limit]);
  return { failed, width: video.videoWidth, height: video.videoHeight, seconds: video.duration };
}"""
"""Shows a clip in an empty page, and waits for its first frame."""

PICTURE = """() => {
  const video = document.querySelector("video"), canvas = document.createElement("canvas");
  canvas.width = video.videoWidth; canvas.height = video.videoHeight;
  canvas.getContext("2d").drawImage(video, 0, 0);
  return canvas.toDataURL("image/png").split(",")[1];
}"""

PRESENTED = """async (moments) => {
  const video = document.querySelector("video"), found = [];
  for (const moment of moments) {
    let frame = found.at(-1);  // where none is presented, it is the one that was there
    const shown = new Promise((resolve) => {
      video.requestVideoFrameCallback((_, about) => resolve(frame = about.mediaTime));
    });
    const seeked = new Promise((resolve) => {
      video.addEventListener("seeked", () => setTimeout(resolve, 300), { once: true });
    });
    video.currentTime = moment;
    await Promise.race([shown, seeked]);
    found.push(frame);
  }
  return found;
}"""
"""When the frames begin that are shown at some moments, in seconds."""


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    fresh = browser.new_page()
    try:
        yield fresh
    finally:
        fresh.close()


def shown(page: Page, body: bytes) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate(LOAD, "data:video/mp4;base64," + base64.b64encode(body).decode())
    return found


def test_what_is_taken_as_whole_plays(page: Page, tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    for name, body in mp4s.whole().items():
        path.write_bytes(body)
        ours, theirs = check(path), shown(page, body)
        assert not theirs["failed"], f"{name}: {theirs['failed']}"
        assert (ours.width, ours.height) == (theirs["width"], theirs["height"]), name
        assert ours.seconds == pytest.approx(theirs["seconds"], abs=0.05), name


CLAP = mp4s.box(b"clap", b"".join(n.to_bytes(4, "big") for n in (48, 1, 24, 1, 0, 1, 0, 1)))
FILM = mp4s.film(corners=True, size=(96, 48))
STREAM = mp4s.without_pixel(mp4s.film(corners=True, size=(96, 48), pixel=Fraction(4, 3)))
SHAPES = {
    **{turn: mp4s.turned(FILM, matrix) for turn, matrix in mp4s.TURNS.items()},
    **{f"{turn}, 4:3": mp4s.turned(mp4s.oblong(FILM, 4, 3), matrix) for turn, matrix in mp4s.TURNS.items()},
    "narrow pixels": mp4s.oblong(FILM, 3, 4),
    "pixels of no size": mp4s.oblong(FILM, 0, 0),
    "pixels of an absurd size": mp4s.oblong(FILM, 2**32 - 1, 1),
    "turned in mvhd": mp4s.turned(FILM, mp4s.TURNS["right"], b"mvhd"),
    "turned in both": mp4s.turned(mp4s.turned(FILM, mp4s.TURNS["mirrored"]), mp4s.TURNS["right"], b"mvhd"),
    "turned a little": mp4s.turned(FILM, (46341, 46341, -46341, 46341)),
    "enlarged": mp4s.turned(FILM, (2 * mp4s.ONE, 0, 0, 2 * mp4s.ONE)),
    "stretched": mp4s.turned(FILM, (2 * mp4s.ONE, 0, 0, mp4s.ONE)),
    "stretched, with pixels of 4:3": mp4s.turned(mp4s.oblong(FILM, 4, 3), (2 * mp4s.ONE, 0, 0, mp4s.ONE)),
    "another size in tkhd": mp4s.sized(mp4s.without_pixel(FILM), 144, 48),
    "another size in tkhd, square pixels": mp4s.sized(mp4s.oblong(FILM, 1, 1), 144, 48),
    "a stream of 4:3": STREAM,
    "a stream of 4:3, square pixels": mp4s.oblong(STREAM, 1, 1),
    "a stream of 4:3, another size in tkhd": mp4s.sized(STREAM, 192, 48),
    "a stream of 4:3, turned": mp4s.turned(STREAM, mp4s.TURNS["left"]),
    "no size in tkhd": mp4s.sized(mp4s.without_pixel(FILM), 0, 0),
    "a clean aperture, which pages leave alone": mp4s.changed(FILM, mp4s.ENTRY, lambda entry: entry + CLAP),
}


def test_a_clip_is_as_large_and_as_it_is_turned_as_a_page_shows_it(page: Page, tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    for name, body in SHAPES.items():
        path.write_bytes(body)
        theirs, ours = shown(page, body), check(path)
        assert (ours.width, ours.height) == (theirs["width"], theirs["height"]), name
        (tmp_path / "page.png").write_bytes(base64.b64decode(page.evaluate(PICTURE)))
        frame = extract(Job("frame", (str(path),)), tmp_path / "ours.png")
        with Image.open(tmp_path / "page.png") as seen, Image.open(frame) as made:
            assert (made.size, corners(made)) == (seen.size, corners(seen)), name
            if name in SEEN:
                assert corners(seen) == SEEN[name]


ONE_PART = [name for name in EDITS if "part" not in name]
"""Where two parts meet, the page shows no frame of its own for the last moment of the first."""


@pytest.mark.parametrize("b_frames", [0, 3])
def test_a_page_shows_our_frame_at_the_middle_of_each(page: Page, tmp_path: Path, b_frames: int) -> None:
    path = tmp_path / "clip.mp4"
    clips = {
        **{name: mp4s.edited(mp4s.film(b_frames=b_frames, gop=8), *EDITS[name]) for name in ONE_PART},
        "no edit list": mp4s.film(b_frames=b_frames),
    }
    if not b_frames:  # with them a page that seeks passes over the last frames of a fragment
        clips["fragments"] = mp4s.film(flags="frag_keyframe+empty_moov+default_base_moof")
    for name, body in clips.items():
        path.write_bytes(body)
        found = frame_times(path)
        assert found is not None, name
        seconds, times = shown(page, body)["seconds"], found.times()
        # Of the last one pages show nothing at times, where the edit list cuts off what follows.
        middles = [(a + b) / 2 for a, b in itertools.pairwise(times) if b < seconds] or [seconds / 2]
        presented = page.evaluate(PRESENTED, middles)
        first = presented[0] - times[0]  # a frame that is due later is shown from the beginning on
        assert first >= 0
        assert presented[1:] == pytest.approx(times[1 : len(middles)], abs=0.001), name
