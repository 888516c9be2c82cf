"""City nights: skylines with lit windows, wet streets under signs, and markets under lanterns."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image, ImageDraw

from ..canvas import Cutout
from ..colour import mix
from ..layers import Drift, Layer, Piece, Stage
from ..shapes import Detail, Pen, darker, disc, glow, land, sky, specks, under
from .place import Place

_SIGNS = ("#ff4d8d", "#37e0d5", "#ffd166", "#9b6bff", "#ff7a45")

_SKIES = (
    ("#141a33", "#3b1d5c", "#8c2f66", "#d1495b"),
    ("#101a3a", "#27306e", "#7a3f88", "#f08a5d"),
    ("#0d2037", "#123f58", "#2f6f7a", "#f2a65a"),
)

House = tuple[int, int, int]
"""A house in a row: left and right column, and the row of its roof (pixels)."""


def night(stage: Stage) -> Place:
    """A street at night under a skyline."""
    unit, h = stage.unit, stage.height
    codes = stage.rng.choice(_SKIES)
    moon = (stage.rng.uniform(0.62, 0.85), stage.rng.uniform(0.16, 0.26))

    def shine(picture: Image.Image) -> Image.Image:
        x, y, r = moon[0] * stage.width, moon[1] * h, 58 * unit
        picture = glow(picture, x, y, 9 * r, stage.colour("#ffc9b0"), 0.34)
        disc(picture, x, y, r, stage.colour("#ffe9cf"))
        return picture

    ground = _street(stage, h * 0.83)
    behind: list[Piece] = [
        sky(stage, stage.stops(*codes, depth=0), shine),
        Drift(specks(stage, 130, (0.6, 1.7), None, 225, soft=True), unit, (1, 0), depth=0.02, twinkle=0.3),
        _row(stage, 0.18, h * 0.70, h * 0.30, 130, ("#55285f", "#a03c63"), lit=0.10),
        _row(stage, 0.42, h * 0.74, h * 0.42, 170, ("#2c1a46", "#55245c"), lit=0.16),
        _row(stage, 0.75, h * 0.84, h * 0.58, 230, ("#0d0e1e", "#1c1431"), lit=0.2, signs=0.5, gaps=0.4),
        ground,
    ]
    if stage.says("market", "bazaar", "stall", "festival", "lantern"):
        behind.insert(-1, _stalls(stage, h * 0.84))
        return Place(behind, [_lanterns(stage)], ground, dark=True)
    return Place(behind, [_corner(stage)], ground, dark=True)


def _row(
    stage: Stage,
    depth: float,
    foot: float,
    tall: float,
    wide: float,
    colours: tuple[str, str],
    lit: float,
    signs: float = 0.0,
    gaps: float = 0.1,
) -> Layer:
    """A row of houses: roofs up to ``tall`` above ``foot``, about ``wide`` broad, a share of windows lit."""
    rng, unit = stage.rng, stage.unit
    width = stage.span(depth)
    line = np.full(width, foot, np.float32)
    houses: list[House] = []
    x = -int(wide * unit * rng.random())
    while x < width:
        broad = int(wide * unit * rng.uniform(0.55, 1.15)) // 2 * 2
        if rng.random() > gaps:
            roof = int(foot - tall * rng.uniform(0.45, 1.0))
            line[max(0, x) : max(0, x + broad)] = roof
            houses.append((x, x + broad, roof))
            if rng.random() < 0.3:  # an aerial or a tank on the roof
                mid = x + broad // 2
                line[max(0, mid) : max(0, mid + int(5 * unit))] = roof - int(rng.uniform(26, 60) * unit)
            elif rng.random() < 0.4:
                line[max(0, x + broad // 5) : max(0, x + broad // 2)] = roof - int(22 * unit)
        x += broad + int(rng.choice((0, 0, 8, 24)) * unit)

    def windows(picture: Image.Image, pen: ImageDraw.ImageDraw, top: int) -> None:
        pane, step = max(2, round(13 * unit * (0.55 + depth * 0.6))), max(6, round(40 * unit * (0.55 + depth * 0.6)))
        warm = (stage.colour("#ffd166", depth), stage.colour("#ffb35c", depth), stage.colour("#ffe7b0", depth))
        for left, right, roof in houses:
            mood = rng.random() * 2 * lit
            side = mix(stage.colour(colours[0], depth), (0, 0, 0), 0.25)
            pen.rectangle((left, roof - top, left + (right - left) // 9, picture.height), fill=side)
            for wy in range(roof + step // 2, int(foot), step):
                for wx in range(left + step // 2, right - pane, step):
                    if rng.random() < mood:
                        colour = mix(warm[rng.randrange(3)], stage.colour(colours[1], depth), 0.45 * rng.random())
                        pen.rectangle((wx, wy - top, wx + pane, wy - top + round(pane * 1.25)), fill=colour)
            if rng.random() < signs:
                _sign(stage, picture, left, right, roof - top, depth)

    fade = [(0.0, stage.colour(colours[0], depth)), (1.0, stage.colour(colours[1], depth))]
    return land(stage, line, depth, fade, reach=tall * 1.05, detail=windows)


def _sign(stage: Stage, picture: Image.Image, left: int, right: int, roof: int, depth: float) -> None:
    """An upright shop sign with signs that nobody can read, and its shine on the wall."""
    rng, unit = stage.rng, stage.unit
    colour = stage.colour(rng.choice(_SIGNS), depth)
    wide, tall = int(38 * unit), int(rng.uniform(150, 260) * unit)
    x, y = rng.randint(left, max(left, right - wide)), roof + int(rng.uniform(60, 160) * unit)
    area = (max(0, left), max(0, y - 5 * wide), min(right, picture.width), min(picture.height, y + tall + 5 * wide))
    if area[0] >= area[2] or area[1] >= area[3]:
        return
    patch = picture.crop(area)
    for share in (0.2, 0.5, 0.8):
        patch = glow(patch, x + wide / 2 - area[0], y + tall * share - area[1], 3.6 * wide, colour, 0.6)
    picture.paste(patch, area[:2])
    pen = ImageDraw.Draw(picture)
    pen.rounded_rectangle(
        (x, y, x + wide, y + tall),
        radius=6 * unit,
        fill=darker(colour, 0.72),
        outline=colour,
        width=max(1, round(4 * unit)),
    )
    for i in range(int(tall // (wide * 0.95))):
        cy = y + wide * (0.28 + i * 0.95)
        pen.rectangle((x + wide * 0.28, cy, x + wide * 0.72, cy + wide * 0.12), fill=colour)
        pen.rectangle(
            (x + wide * rng.uniform(0.3, 0.6), cy, x + wide * 0.66, cy + wide * 0.5),
            fill=mix(colour, (255, 255, 255), 0.4),
        )


def _street(stage: Stage, top: float) -> Layer:
    """The street: wet, it mirrors the signs in streaks."""
    width = stage.span(1.0)
    line = np.full(width, top, np.float32)
    wet = stage.says("wet", "rain", "neon", "puddle", "mirror", "reflect") or stage.rng.random() < 0.5

    def mirror(picture: Image.Image, pen: ImageDraw.ImageDraw, row: int) -> None:
        rng, unit = stage.rng, stage.unit
        base = np.asarray(picture).astype(np.float32)
        fall = np.linspace(1, 0.1, picture.height, dtype=np.float32)[:, None, None]
        for _ in range(int(width / (85 * unit))):
            colour = np.array(stage.colour(rng.choice((*_SIGNS, "#ffd166", "#ffb35c"))), np.float32)
            x, wide = rng.uniform(0, width), rng.uniform(10, 46) * unit
            away = np.abs(np.arange(width, dtype=np.float32) - x) / wide
            bright = np.clip(1 - away, 0, 1)[None, :, None] * rng.uniform(0.18, 0.5) * fall
            first, last = max(0, int(x - wide)), min(width, int(x + wide) + 1)
            base[:, first:last] += (colour - base[:, first:last]) * bright[:, first:last]
        picture.paste(Image.fromarray(base.astype(np.uint8)))
        pen = ImageDraw.Draw(picture)
        for _ in range(int(width / (22 * unit))):  # breaks in the mirror
            y = rng.uniform(0.05, 1) ** 1.5 * picture.height
            x, long = rng.uniform(0, width), rng.uniform(40, 200) * unit
            pen.rectangle((x, y, x + long, y + max(1, 2.5 * unit)), fill=stage.colour("#14122a"))
        pen.rectangle((0, 0, width, max(1, round(5 * unit))), fill=stage.colour("#33264f"))

    fade = stage.stops("#241a3f", "#120f24", "#0a0a18")
    return land(stage, line, 1.0, fade, detail=mirror if wet else _kerb(stage))


def _kerb(stage: Stage) -> Detail:
    """A dry street: a kerb, and a broken line along it."""

    def paint(picture: Image.Image, pen: ImageDraw.ImageDraw, row: int) -> None:
        unit = stage.unit
        pen.rectangle((0, 0, picture.width, 7 * unit), fill=stage.colour("#3a2c58"))
        y = picture.height * 0.5
        for x in range(0, picture.width, max(8, int(260 * unit))):
            pen.rectangle((x, y, x + 130 * unit, y + 9 * unit), fill=stage.colour("#6b5a7d"))

    return paint


def _corner(stage: Stage) -> Layer:
    """Near the camera: lamp posts passing by."""
    unit, rng = stage.unit, stage.rng
    width = stage.span(1.5)
    line = np.full(width, stage.height + 6.0, np.float32)
    thick, arm, head = max(2, int(9 * unit)), int(64 * unit), stage.height * 0.3
    posts: list[int] = []
    x = rng.uniform(0.1, 0.3) * stage.width
    while x < width - thick:
        posts.append(int(x))
        line[int(x) : int(x) + thick] = head
        x += rng.uniform(0.75, 1.1) * max(stage.width, stage.height)

    def lamps(picture: Image.Image, pen: ImageDraw.ImageDraw, top: int) -> None:
        for post in posts:
            pen.rectangle((post - arm, 0, post - arm // 3, 12 * unit), fill=stage.colour("#ffe7b0"))

    layer_line = line.copy()
    for post in posts:
        layer_line[max(0, post - arm) : post + thick] = head
    picture = Image.new("RGB", (width, (stage.height - int(head) + 16) // 4 * 4), stage.colour("#07070f"))
    lamps(picture, ImageDraw.Draw(picture), int(head))
    cover = under(line, int(head), picture.height)
    for post in posts:
        cover[2 : int(14 * unit), max(0, post - arm) : post + thick] = 255
    return Layer(stage, Cutout(picture, cover), 1.5, int(head), layer_line)


def _stalls(stage: Stage, foot: float) -> Layer:
    """Market stalls with striped awnings, lit from within."""
    rng, unit = stage.rng, stage.unit
    width = stage.span(0.9)
    line = np.full(width, foot, np.float32)
    stalls: list[House] = []
    x = -int(120 * unit)
    while x < width:
        broad, roof = int(rng.uniform(250, 340) * unit), int(foot - rng.uniform(225, 285) * unit)
        line[max(0, x) : max(0, x + broad)] = roof
        stalls.append((x, x + broad, roof))
        x += broad + int(rng.uniform(10, 60) * unit)

    def furnish(picture: Image.Image, pen: ImageDraw.ImageDraw, top: int) -> None:
        for left, right, roof in stalls:
            y, colour = roof - top, stage.colour(rng.choice(("#d1495b", "#2a9d8f", "#e9a23b", "#7c4dbd")))
            lamp = glow(
                picture.crop((left, y, right, picture.height)),
                (right - left) / 2,
                120 * unit,
                420 * unit,
                stage.colour("#ffbf69"),
                0.95,
            )
            picture.paste(lamp, (left, y))
            for i in range(8):
                stripe = colour if i % 2 else stage.colour("#f6e7cf")
                a, b = left + (right - left) * i / 8, left + (right - left) * (i + 1) / 8
                pen.rectangle((a, y, b, y + 52 * unit), fill=stripe)
                pen.ellipse((a, y + 38 * unit, b, y + 68 * unit), fill=stripe)
            desk = y + 185 * unit
            for i in range(int((right - left) / (30 * unit))):
                gx, r = left + 30 * unit * (i + 0.5), rng.uniform(9, 14) * unit
                pen.ellipse(
                    (gx - r, desk - r, gx + r, desk + r),
                    fill=stage.colour(rng.choice(("#e76f51", "#f4a261", "#8ab17d", "#e9c46a"))),
                )
            pen.rectangle((left, desk, right, picture.height), fill=stage.colour("#3a1f2c"))

    return land(stage, line, 0.9, stage.stops("#4a2434", "#2a1526"), detail=furnish)


def _lanterns(stage: Stage) -> Layer:
    """Strings of paper lanterns over the street, near the camera."""
    rng, unit = stage.rng, stage.unit
    width, tall = stage.span(1.35), 250
    pen = Pen(width / unit, tall, unit, stage.colour("#e2574c"))
    x = -60.0
    while x < width / unit:
        broad, sag = rng.uniform(420, 620), rng.uniform(50, 90)
        rope = [(x + broad * i / 24, 24 + sag * math.sin(math.pi * i / 24)) for i in range(25)]
        pen.line(rope, 2.5, stage.colour("#1d1226"))
        for i in range(3, 24, 4):
            (cx, cy), r = rope[i], rng.uniform(19, 27)
            colour = stage.colour(rng.choice(("#e2574c", "#f2b14a", "#ef7f45", "#f6d57a")))
            pen.line([(cx, cy), (cx, cy + 14)], 2.5, stage.colour("#1d1226"))
            pen.ellipse(cx, cy + 16 + r, r * 1.12, r, colour)
            pen.ellipse(cx, cy + 16 + r, r * 0.6, r * 0.92, mix(colour, (255, 250, 220), 0.55))
            pen.polygon(
                [(cx - 8, cy + 14), (cx + 8, cy + 14), (cx + 8, cy + 19), (cx - 8, cy + 19)], stage.colour("#5b2333")
            )
        x += broad
    return Layer(stage, pen.cutout(), 1.35, int(36 * unit), np.full(width, 0, np.float32), sway=5, beat=4)
