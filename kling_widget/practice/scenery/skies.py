"""Wide skies: meadows by day, and space."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image, ImageDraw

from ..canvas import Floats
from ..colour import Rgb, mix
from ..layers import Actor, Drift, Piece, Stage
from ..shapes import Detail, Pen, darker, disc, glow, hills, land, sky, specks, spikes
from .place import Place
from .subjects import flock


def meadow(stage: Stage) -> Place:
    """Green hills under travelling clouds."""
    unit, w, h, rng = stage.unit, stage.width, stage.height, stage.rng
    evening = stage.says("sunset", "dusk", "evening", "golden hour", "dawn", "sunrise")
    heavens = (
        ("#4a5d9c", "#c98a9e", "#f8c58f", "#fde6b8")
        if evening
        else rng.choice((("#5fb0e0", "#9fd4ee", "#dff3f5", "#f7f6e0"), ("#6aa9d8", "#b5dcea", "#eaf5ea", "#fbf3da")))
    )
    greens = (
        ("#8fa67a", "#87914f", "#6f7f3f", "#4f6a37", "#2f4a2c")
        if evening
        else ("#9cc7a6", "#83bd74", "#62a85a", "#468f4b", "#2a6a3f")
    )
    sun = (w * rng.uniform(0.15, 0.85), h * (0.5 if evening else 0.2))

    def shine(picture: Image.Image) -> Image.Image:
        r = 78 * unit
        picture = glow(picture, *sun, 8 * r, stage.colour("#fff4cf", 0), 0.7)
        disc(picture, *sun, r, stage.colour("#fff6d8", 0))
        return picture

    behind: list[Piece] = [sky(stage, stage.stops(*heavens, depth=0), shine)]
    tone = stage.colour("#ffe9d8" if evening else "#ffffff", 0.3)
    behind += [_cloud(stage, i, tone, stage.colour(heavens[1], 0)) for i in range(5)]
    for depth, foot, tall, i in ((0.14, 0.62, 52, 0), (0.32, 0.67, 46, 1), (0.55, 0.73, 40, 2), (0.78, 0.79, 30, 3)):
        line = hills(rng, stage.span(depth), h * foot, tall * unit, (900 + 700 * depth) * unit)
        crest = stage.colour(greens[i], depth)
        shaped = _hedges(stage, line, depth) if i in (1, 2) else line
        behind.append(
            land(
                stage,
                shaped,
                depth,
                [(0.0, crest), (1.0, mix(crest, stage.colour(greens[min(4, i + 1)], depth), 0.6))],
                reach=220 * unit,
                ground=line,
            )
        )
    line = hills(rng, stage.span(1.0), h * 0.86, 20 * unit, 1500 * unit)
    ground = land(
        stage,
        spikes(rng, line, 16 * unit, 9 * unit),
        1.0,
        stage.stops(greens[3], greens[4]),
        reach=h * 0.2,
        detail=_flowers(stage, line),
        ground=line,
    )
    behind += [*flock(stage, stage.colour("#3a4a55"), 3), ground]
    front = hills(rng, stage.span(1.5, 8), h * 1.0, 18 * unit, 700 * unit)
    grass = land(
        stage,
        spikes(rng, front, 92 * unit, 17 * unit),
        1.5,
        [(0.0, stage.colour(greens[4])), (1.0, darker(stage.colour(greens[4]), 0.5))],
        sway=8,
        beat=2.8,
    )
    return Place(behind, [grass], ground, "balloon" if rng.random() < 0.6 else "figure")


def _cloud(stage: Stage, index: int, tone: Rgb, sky_tone: Rgb) -> Actor:
    """A heap of cloud with a flat foot, drifting."""
    rng, unit = stage.rng, stage.unit
    size = rng.uniform(0.55, 1.25)
    pen = Pen(520, 200, unit * size, tone)
    pen.ellipse(260, 150, 235, 34, mix(tone, sky_tone, 0.35))
    for i in range(7):
        share = i / 6
        r = 34 + 62 * math.sin(math.pi * (0.12 + 0.76 * share)) * rng.uniform(0.75, 1.1)
        pen.ellipse(70 + 380 * share, 146 - r * 0.55, r, r * 0.86, tone)
    pen.polygon([(60, 140), (460, 140), (450, 166), (70, 166)], tone)
    x, y, pace = (
        stage.width * (index / 4 + rng.uniform(-0.12, 0.12)),
        stage.height * rng.uniform(0.14, 0.44),
        rng.uniform(7, 16),
    )
    return Actor(
        [pen.cutout()], lambda view, second: (x + pace * unit * second - 0.07 * view.pan, y + 0.05 * view.lift)
    )


def _hedges(stage: Stage, line: Floats, depth: float) -> Floats:
    """Round trees here and there along a line."""
    rng, unit = stage.rng, stage.unit
    out, x = line.copy(), rng.uniform(0, 200) * unit
    while x < len(line):
        r = rng.uniform(20, 44) * unit * (0.6 + depth)
        left, right = max(0, int(x - r)), min(len(line), int(x + r) + 1)
        bow = np.sqrt(np.maximum(0, r * r - (np.arange(left, right) - x) ** 2))
        out[left:right] = np.minimum(out[left:right], line[left:right] - bow - r * 0.35)
        x += r * rng.choice((1.2, 1.5, 9, 14))
    return out


def _flowers(stage: Stage, line: Floats) -> Detail:
    """Flowers strewn over the near grass, larger towards the camera."""

    def paint(picture: Image.Image, pen: ImageDraw.ImageDraw, top: int) -> None:
        rng, unit = stage.rng, stage.unit
        kinds = [stage.colour(c) for c in ("#ffe27a", "#ff8fa3", "#ffffff", "#c9a2ff", "#ff9b54")]
        for _ in range(int(len(line) / (9 * unit))):
            x, down = rng.uniform(0, len(line) - 1), rng.random() ** 1.3
            y, r = line[int(x)] - top + (14 + 150 * down) * unit, (2 + 4.5 * down) * unit
            pen.ellipse((x - r, y - r, x + r, y + r), fill=rng.choice(kinds))

    return paint


def space(stage: Stage) -> Place:
    """Stars, a ringed planet, and the ground of a moon."""
    unit, w, h, rng = stage.unit, stage.width, stage.height, stage.rng
    deep, cloud, other, ball = rng.choice(
        (
            ("#07081a", "#4b1f7a", "#b03a7a", "#e8a25c"),
            ("#050b1c", "#123f7a", "#1f8a8f", "#d98a6a"),
            ("#0a0716", "#6a2154", "#c2553f", "#7fb6c9"),
        )
    )

    def nebula(picture: Image.Image) -> Image.Image:
        for colour, count in ((cloud, 6), (other, 4)):
            for _ in range(count):
                x = rng.random()
                y = 0.75 - 0.6 * x + rng.gauss(0, 0.1)
                picture = glow(
                    picture,
                    x * w,
                    y * h,
                    rng.uniform(260, 620) * unit,
                    stage.colour(colour, 0),
                    rng.uniform(0.25, 0.5),
                )
        return picture

    ground = land(
        stage,
        _moon(stage, 1.0, h * 0.86, 26),
        1.0,
        stage.stops("#8d8797", "#4a4560", "#25223a"),
        reach=h * 0.26,
        detail=_craters(stage),
    )
    ridge = land(stage, _moon(stage, 0.5, h * 0.80, 60), 0.5, stage.stops("#565169", "#2d2a44"), reach=h * 0.2)
    front = land(stage, _moon(stage, 1.5, h * 1.0, 60), 1.5, stage.stops("#1c1930", "#0d0b1a"))
    behind: list[Piece] = [
        sky(stage, stage.stops(deep, deep, cloud, depth=0), nebula),
        Drift(specks(stage, 520, (0.5, 1.3), None, 220, soft=True), unit, (2, 0), depth=0.03, twinkle=0.15),
        Drift(specks(stage, 150, (1.1, 2.4), None, 235, soft=True), unit, (6, 0), depth=0.07, twinkle=0.45, phase=2),
        _planet(stage, stage.colour(ball, 0)),
        ridge,
        ground,
    ]
    return Place(behind, [front], ground, "rocket", dark=True)


def _moon(stage: Stage, depth: float, base: float, rough: float) -> Floats:
    """A moon's ground: soft swells and low rims."""
    line = hills(stage.rng, stage.span(depth), base, rough * 0.6 * stage.unit, 1200 * stage.unit)
    return line + hills(stage.rng, len(line), 0, rough * 0.16 * stage.unit, 170 * stage.unit)


def _craters(stage: Stage) -> Detail:
    """Craters, flat as the ground is seen."""

    def paint(picture: Image.Image, pen: ImageDraw.ImageDraw, top: int) -> None:
        rng, unit = stage.rng, stage.unit
        for _ in range(int(picture.width / (70 * unit))):
            down = rng.random()
            x, y = rng.uniform(0, picture.width), (60 + 170 * down) * unit
            rx, ry = rng.uniform(18, 60) * (0.5 + down) * unit, rng.uniform(4, 9) * (0.5 + down) * unit
            pen.ellipse((x - rx, y - ry, x + rx, y + ry), fill=stage.colour("#9c96aa"))
            pen.ellipse((x - rx, y - ry + 3 * unit, x + rx, y + ry), fill=stage.colour("#3b3753"))

    return paint


def _planet(stage: Stage, colour: Rgb) -> Actor:
    """A planet in stripes with its ring, lit from one side."""
    rng, unit = stage.rng, stage.unit
    r = rng.uniform(165, 215)
    pen = Pen(r * 4, r * 3, unit, colour)
    m, c = (2 * r, 1.5 * r), mix(colour, (255, 240, 220), 0.25)
    ring = mix(colour, (255, 236, 210), 0.6)

    def arc(first: float, last: float, wide: float, tone: Rgb) -> None:
        turns = [first + (last - first) * i / 60 for i in range(61)]
        outer = [
            (m[0] + wide * r * math.cos(t), m[1] + wide * r * 0.22 * math.sin(t) - 0.28 * wide * r * math.cos(t))
            for t in turns
        ]
        inner = [
            (
                m[0] + (wide - 0.2) * r * math.cos(t),
                m[1] + (wide - 0.2) * r * 0.22 * math.sin(t) - 0.28 * (wide - 0.2) * r * math.cos(t),
            )
            for t in reversed(turns)
        ]
        pen.polygon(outer + inner, tone)

    arc(math.pi, 2 * math.pi, 1.82, mix(ring, (0, 0, 0), 0.35))
    pen.ellipse(*m, r, r, c)
    for i in range(7):
        y = -0.8 + 1.6 * i / 6
        half = math.sqrt(1 - y * y)
        thick = rng.uniform(0.05, 0.12)
        bend = [
            (m[0] + r * half * math.cos(t) * 0.995, m[1] + r * (y + 0.09 * math.sin(t)))
            for t in np.linspace(math.pi, 0, 20)
        ]
        lower = [(x, y2 + thick * r) for x, y2 in reversed(bend)]
        pen.polygon(bend + lower, mix(colour, rng.choice(((40, 20, 50), (255, 250, 240))), 0.22), cut=False)
    turn = -0.75  # where the light comes from: the far side lies in shadow, up to a bent edge
    night = [(math.cos(a), math.sin(a)) for a in np.linspace(turn, turn + math.pi, 40)]
    across, down = (math.cos(turn), math.sin(turn)), (-math.sin(turn), math.cos(turn))
    edge = [
        (math.cos(a) * across[0] + 0.45 * math.sin(a) * down[0], math.cos(a) * across[1] + 0.45 * math.sin(a) * down[1])
        for a in np.linspace(math.pi, 0, 40)
    ]
    pen.polygon([(m[0] + r * x, m[1] + r * y) for x, y in night + edge], mix(colour, (14, 8, 30), 0.6), cut=False)
    arc(0, math.pi, 1.82, ring)
    x, y = stage.width * rng.uniform(0.6, 0.74), stage.height * 0.34
    return Actor(
        [pen.cutout()],
        lambda view, second: (x - 0.1 * view.pan - 4 * unit * second, y + 1.5 * r * unit + 0.08 * view.lift),
    )
