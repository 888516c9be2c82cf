"""How far apart clips are that are played as one: measured from the frames that the browser says it presents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Locator

_WATCH = """card => {
  const videos = [...card.querySelectorAll("video")];
  window.kwSeen = videos.map(() => []);
  videos.forEach((video, i) => {
    const see = (now, { mediaTime, expectedDisplayTime }) => {
      window.kwSeen[i].push([expectedDisplayTime, mediaTime]);
      video.requestVideoFrameCallback(see);
    };
    video.requestVideoFrameCallback(see);
  });
}"""
_SEEN = "() => window.kwSeen"


@dataclass(frozen=True)
class Apart:
    """How far the others were from the first clip, in frames, at each frame that it showed while both moved."""

    frames: list[int]
    """Signed: positive where another clip was ahead."""

    @property
    def most(self) -> int:
        """The largest distance."""
        return max(map(abs, self.frames))

    @property
    def mean(self) -> float:
        """What they were apart on average."""
        return sum(self.frames) / len(self.frames)

    def beyond(self, frames: int) -> float:
        """The part (0 to 1) of the frames shown that were further apart than so many."""
        return sum(abs(gap) > frames for gap in self.frames) / len(self.frames)


def watch(card: Locator) -> None:
    """Write down from now on which frame of each clip is presented when."""
    card.evaluate(_WATCH)


def apart(card: Locator, rate: int = 24) -> Apart:
    """What was seen since, for clips of ``rate`` frames a second."""
    seen: list[list[list[float]]] = card.page.evaluate(_SEEN)
    return Apart([gap for other in seen[1:] for gap in _gaps(seen[0], other, rate)])


def _gaps(first: list[list[float]], other: list[list[float]], rate: int) -> list[int]:
    """At each frame of the one, the frame of the other that is on the screen at that moment."""
    gaps = []
    if not first or not other:
        return []
    for at, media in first:
        # What is presented within half a refresh of the screen is presented together.
        shown = [time for when, time in other if when <= at + 9]
        if shown and at <= other[-1][0]:
            gaps.append(round(shown[-1] * rate) - round(media * rate))
    return gaps


def presented(card: Locator) -> list[Any]:
    """The raw record: for each clip its frames as pairs of when (milliseconds) and which moment of it (seconds)."""
    found: list[Any] = card.page.evaluate(_SEEN)
    return found
