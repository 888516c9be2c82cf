"""What a scene is made of: a backdrop, layers at their depths, actors and weather, drawn from far to near."""

from __future__ import annotations

import math
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from .camera import Camera, View
from .canvas import Bytes, Canvas, Cutout, Floats, Specks
from .colour import Rgb, lean, mix, rgb


class Piece(Protocol):
    """Something that can be drawn for a view point and a moment (seconds into the shot)."""

    def draw(self, canvas: Canvas, view: View, second: float) -> None:
        """Lay it on the canvas."""
        ...


@dataclass(frozen=True)
class Stage:
    """The place where one shot is set up.

    Attributes
    ----------
    width, height
        The picture, in pixels.
    unit
        Pixels per pixel of a picture whose short side is 1080: sizes in scenes are given in the latter.
    seconds
        Length of the shot.
    words
        The shot's words, lower case.
    seed
        What varies between takes of the same words.
    camera
        The shot's camera.
    tint, own, fog
        A colour that everything leans towards, the subject's own colour, and how much fog swallows the distance
        (0 to 1).
    """

    width: int
    height: int
    unit: float
    seconds: float
    words: str
    seed: int
    camera: Camera
    tint: Rgb | None = None
    own: Rgb | None = None
    fog: float = 0.0
    _rng: random.Random = field(default_factory=random.Random, repr=False)

    @property
    def rng(self) -> random.Random:
        """Chance for this shot, the same every time."""
        return self._rng

    def says(self, *stems: str) -> bool:
        """Whether one of the word stems begins a word of the shot."""
        return any(re.search(rf"\b{stem}", self.words) for stem in stems)

    def colour(self, code: str, depth: float = 1.0) -> Rgb:
        """A scene's colour as this shot shows it: tinted, and paler the farther away in fog."""
        leaning = lean(rgb(code), self.tint, 0.42)
        if not self.fog:
            return leaning
        light = sum(leaning) / 3
        veil = mix((70, 80, 96), (226, 230, 232), min(1.0, light / 190))
        return mix(leaning, veil, self.fog * max(0.0, 0.85 - 0.6 * depth))

    def stops(self, *codes: str, depth: float = 1.0) -> list[tuple[float, Rgb]]:
        """Colours spread evenly along a gradient."""
        return [(i / max(1, len(codes) - 1), self.colour(c, depth)) for i, c in enumerate(codes)]

    def span(self, depth: float, sway: float = 0.0) -> int:
        """How wide a layer at that depth must be (pixels, divisible by four)."""
        wide = self.width + abs(self.camera.depth(depth)) * self.camera.reach + 2 * self.pad(sway)
        return (int(wide) + 7) // 4 * 4

    def pad(self, sway: float = 0.0) -> int:
        """What a layer has beyond the frame at each side, for shaking and swaying (pixels)."""
        return int((24 + sway) * self.unit) + 4

    def slide(self, depth: float, view: View, sway: float = 0.0) -> float:
        """Where a layer at that depth begins, for a view point: pixels right of the frame's left edge (below 0)."""
        answer = self.camera.depth(depth)
        moved = answer * view.pan if answer >= 0 else answer * view.pan - answer * self.camera.reach
        return -self.pad(sway) - moved

    def sink(self, depth: float, view: View) -> float:
        """How far a layer at that depth goes down for a view point (pixels)."""
        return depth * view.lift + 60 * self.unit * depth * depth * view.spread


@dataclass
class Backdrop:
    """The sky: it fills the frame and hardly moves."""

    planes: Sequence[Bytes]

    def draw(self, canvas: Canvas, view: View, second: float) -> None:
        """Fill the frame."""
        canvas.fill(self.planes)


@dataclass
class Layer:
    """A strip of land, houses, trees or water across the frame.

    Attributes
    ----------
    stage, cutout
        Where it stands and what it shows.
    depth
        0 far, 1 where the action is, above 1 before it.
    top
        Its upper edge on the frame (pixels).
    line
        Where its ground begins at each of its columns (pixels on the frame), for actors to stand on.
    sway, beat
        How far it swings sideways (1080-line pixels) and how long a swing takes (seconds).
    wing
        -1 or 1: it leaves the frame to that side as the camera goes in.
    """

    stage: Stage
    cutout: Cutout
    depth: float
    top: int
    line: Floats
    sway: float = 0.0
    beat: float = 5.0
    wing: int = 0

    def draw(self, canvas: Canvas, view: View, second: float) -> None:
        """Lay it where the view point puts it."""
        x = self.stage.slide(self.depth, view, self.sway)
        x += self.wing * view.spread * 260 * self.depth * self.stage.unit
        y = self.top + self.stage.sink(self.depth, view)
        if self.sway:
            phase = 2 * math.pi * second / self.beat + 3 * self.depth
            x += self.sway * self.stage.unit * math.sin(phase)
            y += self.sway * self.stage.unit * 0.12 * (1 + math.cos(phase * 1.3))
        self.cutout.lay(canvas, round(x), round(y))

    def ground(self, x: float, view: View) -> float:
        """Where its ground is under a column of the frame (pixels from the top)."""
        column = round(x - self.stage.slide(self.depth, view, self.sway))
        return float(self.line[min(max(column, 0), len(self.line) - 1)]) + self.stage.sink(self.depth, view)


@dataclass
class Actor:
    """Someone or something with poses that goes its own way.

    Attributes
    ----------
    poses
        Drawn one after the other, ``rate`` a second.
    path
        Where the feet are at a second of the shot, for a view point (pixels on the frame).
    """

    poses: Sequence[Cutout]
    path: Callable[[View, float], tuple[float, float]]
    rate: float = 8.0

    def draw(self, canvas: Canvas, view: View, second: float) -> None:
        """Lay the moment's pose with its feet on the path."""
        pose = self.poses[int(second * self.rate) % len(self.poses)]
        x, y = self.path(view, second)
        pose.lay(canvas, round(x - pose.width / 2), round(y - pose.height))


@dataclass
class Drift:
    """Rain, snow, stars or dust."""

    specks: Specks
    unit: float
    speed: tuple[float, float]
    depth: float = 0.0
    swing: float = 0.0
    twinkle: float = 0.0
    phase: float = 0.0

    def draw(self, canvas: Canvas, view: View, second: float) -> None:
        """Lay the marks where wind and camera have carried them."""
        dx = self.speed[0] * second * self.unit - self.depth * view.pan
        dx += self.swing * self.unit * math.sin(2 * math.pi * second / 3.1 + self.phase)
        dy = self.speed[1] * second * self.unit + self.depth * (view.lift + 80 * self.unit * view.spread)
        strength = 1 - self.twinkle * (0.5 + 0.5 * math.sin(4.1 * second + self.phase))
        self.specks.lay(canvas, round(dx), round(dy), strength)
