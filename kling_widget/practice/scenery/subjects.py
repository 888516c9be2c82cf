"""Who a shot is about, and how they move across it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

from ..camera import View
from ..colour import TINTS, Rgb, mix, rgb
from ..layers import Actor, Layer, Stage
from .figures import balloon, bird, boat, figure, fox, rocket

Subject = Literal["figure", "fox", "birds", "boat", "balloon", "rocket", "nobody"]

_STEMS: tuple[tuple[Subject, tuple[str, ...]], ...] = (
    ("fox", ("fox", "wolf", "wolves", "dog", "cat", "kitten", "puppy", "deer", "animal")),
    ("boat", ("boat", "ship", "sail", "yacht", "ferry")),
    ("balloon", ("balloon", "zeppelin", "airship")),
    ("rocket", ("rocket", "spaceship", "spacecraft", "shuttle")),
    ("birds", ("bird", "gull", "crow", "swallow", "raven", "geese", "owl", "eagle")),
    (
        "figure",
        (
            "she",
            "he",
            "her",
            "his",
            "they",
            "woman",
            "man",
            "girl",
            "boy",
            "person",
            "people",
            "figure",
            "walk",
            "dancer",
            "astronaut",
            "child",
            "kid",
            "traveller",
            "traveler",
            "monk",
            "hero",
            "crowd",
            "lady",
            "portrait",
        ),
    ),
)

_COATS = ("#7a0f23", "#d1495b", "#17627a", "#c98a1b", "#40407a", "#0f766e")


def subject_of(stage: Stage, fallback: Subject, named: bool) -> Subject:
    """Who a shot is about: by its words, else a figure where an element is named, else the scene's own habit."""
    for subject, stems in _STEMS:
        if any(stage.says(rf"{stem}(s|es)?\b") for stem in stems):
            return subject
    return "figure" if named else fallback


def size_of(stage: Stage) -> float:
    """How large the subject is shown: close-ups large, wide shots small."""
    if stage.says("close-up", "close up", "closeup", "portrait", "macro"):
        return 2.1
    if stage.says("wide", "aerial", "drone", "establishing", "vast"):
        return 0.72
    return 1.15


def cast(stage: Stage, subject: Subject, ground: Layer, dark: bool) -> list[Actor]:
    """Put a shot's subject on its ground (flying things above it)."""
    unit, side = stage.unit, stage.camera.side
    size = size_of(stage)
    scale = unit * size
    start = stage.rng.uniform(0.34, 0.46)
    coat = stage.own or rgb(stage.rng.choice(_COATS))

    def across(second: float, share: float) -> float:
        way = share * second / stage.seconds
        return stage.width * (start + way if side > 0 else 1 - start - way)

    def walks(view: View, second: float) -> tuple[float, float]:
        x = across(second, 0.2)
        return x, ground.ground(x, view) + 9 * scale

    def floats(view: View, second: float) -> tuple[float, float]:
        x = across(second, 0.12)
        return x, ground.ground(x, view) + unit * (14 * size + 7 * math.sin(2.1 * second))

    def hangs(view: View, second: float) -> tuple[float, float]:
        y = 0.56 - 0.1 * second / stage.seconds
        return across(second, 0.16), stage.height * y + unit * 9 * math.sin(1.3 * second) + view.lift

    def climbs(view: View, second: float) -> tuple[float, float]:
        share = second / stage.seconds
        return across(second, 0.1), stage.height * (0.72 - 0.3 * share) + unit * 3 * math.sin(23 * second)

    if subject == "figure":
        others = _crowd(stage, ground, scale) if stage.says("crowd", "market", "people", "bazaar", "festival") else []
        return [*others, Actor(figure(scale, coat, side), walks, 8)]
    if subject == "fox":
        fur = _fur(stage)
        return [Actor(fox(scale, fur, side), walks, 12)]
    if subject == "boat":
        return [Actor(boat(scale, mix(coat, (255, 240, 220), 0.55), side), floats)]
    if subject == "balloon":
        return [Actor(balloon(scale, coat, side), hangs)]
    if subject == "rocket":
        return [Actor(rocket(scale, coat, side), climbs, 12)]
    if subject == "birds":
        return list(flock(stage, rgb("#f4f0ea") if dark else rgb("#2b3140")))
    return []


def _crowd(stage: Stage, ground: Layer, scale: float) -> list[Actor]:
    """Others, going either way behind the one that the shot is about, each at their own pace."""
    actors = []
    for i in range(6):
        side, start = stage.rng.choice((-1, 1)), stage.rng.uniform(-0.1, 1.1)
        pace, size = stage.rng.uniform(0.02, 0.05), scale * stage.rng.uniform(0.74, 0.92)

        def path(
            view: View, second: float, side: int = side, start: float = start, pace: float = pace, size: float = size
        ) -> tuple[float, float]:
            x = stage.width * (start + side * pace * second)
            return x, ground.ground(x, view) + 2 * size

        poses = figure(size, mix(rgb(_COATS[(i + stage.seed) % len(_COATS)]), (20, 16, 40), 0.45), side)
        actors.append(Actor(poses[i % 6 :] + poses[: i % 6], path, 7))
    return actors


def _fur(stage: Stage) -> Rgb:
    if stage.says("wolf", "wolves", "gray", "grey"):
        return rgb("#7d8794")
    if stage.says("cat", "kitten", "black"):
        return rgb("#39343f")
    if stage.says("dog", "puppy", "deer"):
        return rgb("#a5713f")
    return stage.own if stage.own and stage.own != TINTS["red"] else rgb("#c2410c")


def flock(stage: Stage, colour: Rgb, count: int = 7) -> Sequence[Actor]:
    """Birds crossing the sky, each at its own height and beat."""
    actors = []
    side = stage.camera.side
    for i in range(count):
        start, height = stage.rng.uniform(-0.1, 0.6), stage.rng.uniform(0.12, 0.42)
        pace, scale = stage.rng.uniform(0.05, 0.08), stage.unit * stage.rng.uniform(0.5, 1.15)

        def path(
            view: View, second: float, start: float = start, height: float = height, pace: float = pace, i: int = i
        ) -> tuple[float, float]:
            x = start + pace * second
            y = height + 0.012 * math.sin(1.7 * second + i)
            return stage.width * (x if side > 0 else 1 - x), stage.height * y

        poses = bird(scale, colour, side)
        actors.append(Actor(poses[i % 6 :] + poses[: i % 6], path, 9 + i % 3))
    return actors
