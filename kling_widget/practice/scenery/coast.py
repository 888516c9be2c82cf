"""The sea: rolling waves under a low sun or a moon, a headland, perhaps a lighthouse."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image, ImageDraw

from ..colour import mix
from ..layers import Actor, Drift, Layer, Piece, Stage
from ..shapes import Pen, disc, glow, hills, land, sky, specks, spikes
from .place import Place
from .subjects import flock

_DAYS = (
    (("#0f2a3f", "#2b6777", "#7fa88a", "#f2c14e"), ("#3f8791", "#0b2530"), "#ffe8a3"),
    (("#2a2350", "#7b3f72", "#e0676a", "#ffc27a"), ("#8a4a78", "#1a1438"), "#ffe3b8"),
    (("#1b5e8c", "#5fa8c8", "#b9dfe0", "#f5efd2"), ("#3b93ab", "#0d3f58"), "#fffbe6"),
)
_NIGHT = (("#060b1e", "#10264a", "#1f4a6c", "#4b7f94"), ("#265873", "#050d1c"), "#eef3ff")


def sea(stage: Stage) -> Place:
    """Open water before a coast."""
    unit, w, h, rng = stage.unit, stage.width, stage.height, stage.rng
    dark = stage.says("night", "moon", "midnight", "dark")
    heavens, water, light = _NIGHT if dark else rng.choice(_DAYS)
    horizon = 0.62 * h
    sun_x, sun_y, r = w * rng.uniform(0.62, 0.8), horizon - rng.uniform(40, 150) * unit, 92 * unit

    def shine(picture: Image.Image) -> Image.Image:
        picture = glow(picture, sun_x, sun_y, 8 * r, stage.colour(light), 0.5)
        disc(picture, sun_x, sun_y, r, stage.colour(light))
        for _ in range(9):  # long flat clouds
            y, long = horizon * rng.uniform(0.15, 0.8), rng.uniform(160, 620) * unit
            x, thick = rng.uniform(-0.1, 1.0) * w, rng.uniform(7, 16) * unit
            red, green, blue = (int(c) for c in np.asarray(picture)[int(y), w // 3])
            tone = mix((red, green, blue), stage.colour(light), 0.28)
            ImageDraw.Draw(picture).rounded_rectangle((x, y, x + long, y + thick), radius=thick / 2, fill=tone)
        return picture

    behind: list[Piece] = [
        sky(
            stage,
            [(p * 0.66, c) for p, c in stage.stops(*heavens, depth=0)] + [(1.0, stage.colour(heavens[-1], 0))],
            shine,
        )
    ]
    if dark:
        behind.append(Drift(specks(stage, 260, (0.6, 1.9), None, 230, soft=True), unit, (0.6, 0), twinkle=0.35))
    far = hills(rng, stage.span(0.12), horizon - 4 * unit, 26 * unit, 900 * unit)
    behind.append(
        land(
            stage,
            np.minimum(far, horizon + 4 * unit),
            0.12,
            [
                (0.0, mix(stage.colour(heavens[-1], 0), stage.colour(water[1], 0.1), 0.45)),
                (1.0, stage.colour(water[0], 0.1)),
            ],
            reach=80 * unit,
        )
    )
    waves = [_wave(stage, i / 5, horizon, water) for i in range(6)]
    behind += waves[:4]
    behind.append(_glitter(stage, sun_x, horizon, stage.colour(light), water))
    if stage.says("lighthouse"):
        behind.append(_lighthouse(stage, waves[1]))
    if not dark:
        behind += flock(stage, stage.colour("#22333f"), 4)
    if stage.says("boat", "ship", "sail", "yacht", "ferry"):
        return Place(behind, [*waves[4:]], waves[3], "boat", dark)
    shore = hills(rng, stage.span(1.0), h * 0.885, 26 * unit, 1300 * unit)
    cliff = land(
        stage,
        shore,
        1.0,
        stage.stops("#123642", "#0b2530", "#071820") if not dark else stage.stops("#0b1b2a", "#050d16"),
    )
    return Place([*behind, waves[4], cliff], [_reeds(stage)], cliff, "figure", dark)


def _wave(stage: Stage, near: float, horizon: float, water: tuple[str, str]) -> Layer:
    """One row of waves: ``near`` is 0 at the horizon and 1 at the feet."""
    unit, depth, sway = stage.unit, 0.1 + 0.8 * near, 10 + 34 * near
    width = stage.span(depth, sway)
    base = horizon + (stage.height - horizon) * 0.92 * near**1.35
    x = np.arange(width, dtype=np.float32)
    long = (90 + 330 * near) * unit
    crest = np.abs(np.sin(math.pi * x / long + stage.rng.uniform(0, 3)))
    crest += 0.35 * np.sin(2 * math.pi * x / (long * 2.7) + stage.rng.uniform(0, 6))
    line = (base + (4 + 26 * near) * unit * crest).astype(np.float32)
    tone = mix(stage.colour(water[0], depth), stage.colour(water[1], depth), near)
    foam = mix(tone, (255, 255, 255), 0.3)
    stops = [(0.0, foam), (0.08, tone), (1.0, mix(tone, stage.colour(water[1], depth), 0.55))]
    return land(stage, line, depth, stops, reach=(60 + 260 * near) * unit, sway=sway, beat=3.2 + 3 * (1 - near))


def _glitter(stage: Stage, x: float, horizon: float, light: tuple[int, int, int], water: tuple[str, str]) -> Actor:
    """The light's way on the water: dashes that come and go."""
    rng, unit, poses = stage.rng, stage.unit, []
    tall = (stage.height - horizon) * 0.62 / unit
    for _ in range(7):
        pen = Pen(420, tall, unit, light)
        for _ in range(30):
            down = rng.random() ** 1.4
            y, long = 4 + down * (tall - 12), rng.uniform(18, 84) * (0.4 + down)
            cx = 210 + rng.gauss(0, 1) * (20 + 60 * down)
            tone = mix(light, stage.colour(water[0]), 0.25 * rng.random() + 0.2 * down)
            pen.line([(cx - long / 2, y), (cx + long / 2, y)], 3 + 4 * down, tone)
        poses.append(pen.cutout())
    foot = horizon + tall * unit
    return Actor(poses, lambda view, second: (x, foot + stage.sink(0.2, view)), 5)


def _lighthouse(stage: Stage, ground: Layer) -> Actor:
    """A striped tower on its rock."""
    pen = Pen(360, 430, stage.unit, stage.colour("#efe7dc"))
    rock = stage.colour("#12303a")
    pen.blob([(20, 420), (60, 350), (130, 318), (220, 314), (300, 350), (345, 424), (180, 428)], rock)
    red, white = stage.colour("#c8433f"), stage.colour("#f4ece0")
    for i in range(6):
        a, b = i / 6, (i + 1) / 6
        half_a, half_b = 26 + 16 * a, 26 + 16 * b
        y_a, y_b = 92 + 236 * a, 92 + 236 * b + 1
        pen.polygon(
            [(180 - half_a, y_a), (180 + half_a, y_a), (180 + half_b, y_b), (180 - half_b, y_b)],
            white if i % 2 else red,
        )
    pen.polygon([(144, 84), (216, 84), (212, 96), (148, 96)], rock)
    pen.polygon([(160, 50), (200, 50), (200, 86), (160, 86)], stage.colour("#ffe58a"))
    pen.polygon([(154, 52), (180, 22), (206, 52)], red)
    x = stage.width * (0.24 if stage.camera.side < 0 else 0.2)
    return Actor(
        [pen.cutout()],
        lambda view, second: (x - 0.35 * view.pan + 60 * stage.unit, ground.ground(x, view) + 40 * stage.unit),
    )


def _reeds(stage: Stage) -> Layer:
    """Grass at the camera's feet."""
    unit = stage.unit
    line = hills(stage.rng, stage.span(1.5, 6), stage.height * 1.0, 26 * unit, 700 * unit)
    return land(
        stage, spikes(stage.rng, line, 74 * unit, 15 * unit), 1.5, stage.stops("#0a1c24", "#050e13"), sway=6, beat=3
    )
