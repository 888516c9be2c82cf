"""How far apart clips are that are played as one: measured from the frames that the browser says it presents.

A busy machine leaves frames out, for each clip other ones. So numbers of frames that are on the screen at the same time
say little; what counts is where each clip is in its own time when it presents a frame.
"""

from __future__ import annotations

from dataclasses import dataclass

from playwright.sync_api import Locator

NEAR_MS = 45
"""Milliseconds, a frame of a clip of 24 a second: what lies between two frames that are further apart is guessed."""

Presented = list[list[float]]
"""Frames as pairs: when each was on the screen (milliseconds), and which moment of the clip it is of (seconds)."""

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


@dataclass(frozen=True)
class Apart:
    """How far the others were from the first clip at each frame that they presented while both moved, in frames."""

    frames: list[float]
    """Signed: positive where another clip was ahead."""

    span: float
    """From the first to the last of these frames, in seconds of the clip: what of its length was seen."""

    @property
    def most(self) -> float:
        """The largest distance."""
        return max(map(abs, self.frames))

    @property
    def mean(self) -> float:
        """What they were apart on average."""
        return sum(self.frames) / len(self.frames)

    def beyond(self, frames: float) -> float:
        """The part (0 to 1) of the frames presented that were further apart than so many."""
        return sum(abs(gap) > frames for gap in self.frames) / len(self.frames)


def watch(card: Locator) -> None:
    """Write down from now on which frame of each clip is presented when."""
    card.evaluate(_WATCH)


def presented(card: Locator) -> list[Presented]:
    """What was presented since, for each clip."""
    found: list[Presented] = card.page.evaluate("() => window.kwSeen")
    return found


def apart(card: Locator, *, per_second: int = 24, rate: float = 1) -> Apart:
    """What was seen since, for clips of so many frames a second that are played at a rate."""
    first, *others = presented(card)
    found = [gap for other in others for gap in _gaps(first, other, rate)]
    moments = [moment for moment, _ in found]
    return Apart([gap * per_second for _, gap in found], max(moments) - min(moments) if moments else 0.0)


def _gaps(first: Presented, other: Presented, rate: float) -> list[tuple[float, float]]:
    """At frames of the other: which moment it is of, and how far that is from where the first is then, in seconds.

    Where the first presents no frame at about that time, the screen stands still, and nothing can be measured.
    """
    gaps = []
    for when, media in other:
        at, moment = min(first, key=lambda frame: abs(frame[0] - when), default=(0.0, 0.0))
        if first and abs(when - at) <= NEAR_MS:
            gaps.append((media, round(media - moment - (when - at) / 1000 * rate, 6)))  # browsers tell microseconds
    return gaps
