"""Open country without people in it: snow fields, pine forests, deserts."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw

from ..camera import View
from ..canvas import Floats
from ..colour import Rgb, mix
from ..layers import Actor, Drift, Layer, Piece, Stage
from ..shapes import Detail, Pen, darker, disc, glow, hills, land, peaks, pines, sky, specks
from .place import Place


def caps(line: Floats, snow: Rgb, deep: float, jitter: Floats) -> Detail:
    """Snow on summits: down to ``deep`` pixels under the line, with a ragged lower edge."""

    def paint(picture: Image.Image, pen: ImageDraw.ImageDraw, top: int) -> None:
        high = np.clip((line.max() - line) / max(1.0, float(np.ptp(line))), 0, 1)
        edge = line + deep * high**1.5 * (0.6 + jitter)
        rows = np.arange(top, top + picture.height, dtype=np.float32)[:, None]
        cover = (np.clip(edge - rows + 0.5, 0, 1) * 255).astype(np.uint8)
        picture.paste(snow, mask=Image.fromarray(cover))

    return paint


def _ragged(stage: Stage, width: int) -> Floats:
    x = np.arange(width, dtype=np.float32)
    waves = np.abs(((x / (46 * stage.unit)) % 2) - 1) + 0.6 * np.abs(((x / (19 * stage.unit) + 0.3) % 2) - 1)
    ragged: Floats = (0.5 * waves).astype(np.float32)
    return ragged


def snow(stage: Stage) -> Place:
    """A field of fresh snow before mountains."""
    unit, w, h, rng = stage.unit, stage.width, stage.height, stage.rng
    dark = stage.says("night", "moon", "aurora", "midnight")
    heavens = (
        ("#0a1533", "#1e3a66", "#5c86ab")
        if dark
        else rng.choice(
            (("#cfe0ee", "#e7f0f7", "#f6efe6"), ("#b9d3ea", "#e2edf5", "#f9e9dc"), ("#aebfda", "#e6d5e4", "#fbe3d2"))
        )
    )
    white, shade = ("#c3d6ea", "#6f90b5") if dark else ("#ffffff", "#b9cfe0")
    rock = "#27436b" if dark else "#9db7cc"

    def shine(picture: Image.Image) -> Image.Image:
        x, y, r = w * rng.uniform(0.2, 0.8), h * rng.uniform(0.18, 0.3), 62 * unit
        picture = glow(picture, x, y, 9 * r, stage.colour("#fff6e0"), 0.6)
        disc(picture, x, y, r, stage.colour("#fffaf0"))
        return picture

    alps = peaks(rng, stage.span(0.14), h * 0.62, h * 0.34, 420 * unit)
    near_alps = peaks(rng, stage.span(0.28), h * 0.66, h * 0.19, 300 * unit)
    wood = pines(rng, hills(rng, stage.span(0.5), h * 0.69, 14 * unit, 900 * unit), 96 * unit, 34 * unit)
    rise = hills(rng, stage.span(0.75), h * 0.74, 30 * unit, 1500 * unit)
    field_line = hills(rng, stage.span(1.0), h * 0.82, 24 * unit, 1700 * unit)
    field = land(stage, field_line, 1.0, stage.stops(white, white, shade), reach=h * 0.34)
    tint = stage.colour
    behind: list[Piece] = [
        sky(stage, stage.stops(*heavens, depth=0), shine),
        land(
            stage,
            alps,
            0.14,
            [(0.0, tint(rock, 0.1)), (1.0, mix(tint(rock, 0.1), tint(heavens[-1], 0), 0.55))],
            reach=h * 0.36,
            detail=caps(alps, tint(white, 0.2), 170 * unit, _ragged(stage, len(alps))),
        ),
        land(
            stage,
            near_alps,
            0.28,
            [(0.0, mix(tint(rock, 0.3), tint(white), 0.25)), (1.0, tint(shade, 0.3))],
            reach=h * 0.2,
            detail=caps(near_alps, tint(white, 0.3), 120 * unit, _ragged(stage, len(near_alps))),
        ),
        land(
            stage,
            wood,
            0.5,
            stage.stops("#3f6273" if not dark else "#16304a", "#8aa9ba" if not dark else "#2c4d70", depth=0.5),
            reach=120 * unit,
        ),
        land(stage, rise, 0.75, stage.stops(white, shade, depth=0.8), reach=170 * unit),
        field,
    ]
    near = hills(rng, stage.span(1.45), h * 1.0, 22 * unit, 900 * unit)
    trees = pines(rng, near, 400 * unit, 1150 * unit)
    front = land(
        stage,
        trees,
        1.45,
        stage.stops("#2f5563" if not dark else "#0d2138", "#1d3a47" if not dark else "#091627"),
        detail=caps(trees, tint(white), 0.0, _ragged(stage, len(trees))),
    )
    return Place(behind, [front], field, "fox", dark)


def forest(stage: Stage) -> Place:
    """Rows of pines, the farther the paler."""
    unit, w, h, rng = stage.unit, stage.width, stage.height, stage.rng
    dark = stage.says("night", "moon", "midnight")
    sets = (
        (("#dfe9c4", "#a9c48a", "#6f9a5c"), ("#90a951", "#6f8f45", "#4a7040", "#31572c", "#132a13")),
        (("#fbe3b8", "#d9b877", "#9aa05c"), ("#b9a558", "#8a8f48", "#55743d", "#2f5130", "#12240f")),
        (("#d5ebe6", "#93c1b4", "#5c9484"), ("#7fb3a0", "#568f7c", "#35705f", "#1f5044", "#0d2a24")),
    )
    heavens, greens = rng.choice(sets)
    if dark:
        heavens, greens = ("#081426", "#12324a", "#2f6068"), ("#2c5c60", "#1e4650", "#143440", "#0c222e", "#06121a")

    def shine(picture: Image.Image) -> Image.Image:
        x, y = w * rng.uniform(0.3, 0.7), h * 0.24
        picture = glow(picture, x, y, 720 * unit, stage.colour("#fffbe0" if not dark else "#cfe6ee"), 0.75)
        r = 66 * unit
        disc(picture, x, y, r, stage.colour("#fffdf0" if not dark else "#e8f2f4"))
        return picture

    behind: list[Piece] = [sky(stage, stage.stops(*heavens, depth=0), shine)]
    rows = ((0.12, 0.60, 170, 46), (0.28, 0.66, 230, 70), (0.5, 0.73, 310, 118), (0.75, 0.80, 400, 210))
    for (depth, foot, tall, gap), green in zip(rows, greens, strict=False):
        floor = hills(rng, stage.span(depth), h * foot, 16 * unit, 1100 * unit)
        line = pines(rng, floor, tall * unit, gap * unit)
        pale = mix(stage.colour(green, depth), stage.colour(heavens[1], 0), 0.5 - 0.4 * depth)
        behind.append(
            land(stage, line, depth, [(0.0, stage.colour(green, depth)), (1.0, pale)], reach=(tall + 60) * unit)
        )
    floor = hills(rng, stage.span(1.0), h * 0.85, 16 * unit, 1300 * unit)
    ground = land(
        stage,
        floor,
        1.0,
        [(0.0, mix(stage.colour(greens[3]), stage.colour(greens[1]), 0.3)), (1.0, stage.colour(greens[4]))],
        reach=h * 0.2,
    )
    behind.append(ground)
    pollen = Drift(
        specks(stage, 110, (1.4, 3.0), None, 226 if not dark else 200, soft=True),
        unit,
        (14, -22),
        depth=0.9,
        swing=26,
        twinkle=0.5,
    )
    return Place(behind, [_trunks(stage, darker(stage.colour(greens[4]), 0.35)), pollen], ground, "fox", dark)


def _trunks(stage: Stage, colour: Rgb) -> Layer:
    """Trunks close to the camera, passing quickly."""
    unit, rng = stage.unit, stage.rng
    width = stage.span(1.6)
    line = np.full(width, stage.height + 6.0, np.float32)
    x = rng.uniform(-0.02, 0.12) * stage.width
    while x < width:
        thick = int(rng.uniform(60, 118) * unit)
        left, right = max(0, int(x)), min(width, int(x) + thick)
        line[left:right] = -6
        for side in (-1, 1):  # roots
            for k in range(int(70 * unit)):
                at = left - k if side < 0 else right + k
                if 0 <= at < width:
                    line[at] = min(line[at], stage.height - 66 * unit * np.exp(-k / (16 * unit)))
        x += rng.uniform(0.9, 1.3) * max(stage.width, 0.8 * stage.height)
    return land(stage, line, 1.6, [(0.0, mix(colour, (60, 70, 50), 0.15)), (1.0, colour)])


def desert(stage: Stage) -> Place:
    """Dunes and table mountains under a large sun."""
    unit, w, h, rng = stage.unit, stage.width, stage.height, stage.rng
    dark = stage.says("night", "moon", "midnight")
    heavens, sands, light = rng.choice(
        (
            (
                ("#5f3b6b", "#c9586a", "#f49b5e", "#fcd592"),
                ("#b8586a", "#d9744f", "#e9965a", "#c06a44", "#7f3a35"),
                "#fff0c2",
            ),
            (
                ("#6fb2c9", "#b8d8cf", "#f3e3b8", "#f7d194"),
                ("#c79a7a", "#e0ab6c", "#eebf7c", "#d29a58", "#9a6238"),
                "#fff8dc",
            ),
        )
    )
    if dark:
        heavens, sands, light = (
            ("#0a0d2a", "#28225a", "#60417c", "#a8688a"),
            ("#3d2c5e", "#4a3568", "#5c4172", "#402c54", "#221836"),
            "#f4efff",
        )
    x, y, r = w * rng.uniform(0.3, 0.72), h * rng.uniform(0.36, 0.46), 128 * unit

    def shine(picture: Image.Image) -> Image.Image:
        picture = glow(picture, x, y, 7 * r, stage.colour(light), 0.55)
        disc(picture, x, y, r, stage.colour(light))
        return picture

    behind: list[Piece] = [sky(stage, stage.stops(*heavens, depth=0), shine)]
    if dark:
        behind.append(Drift(specks(stage, 300, (0.6, 1.9), None, 232, soft=True), unit, (0.6, 0), twinkle=0.3))
    haze = stage.colour(heavens[-1], 0)
    behind.append(
        land(
            stage, _mesas(stage, 0.16, h * 0.64), 0.16, [(0.0, stage.colour(sands[0], 0.1)), (1.0, haze)], reach=h * 0.2
        )
    )
    for depth, foot, tall, tone in ((0.32, 0.66, 26, 1), (0.58, 0.71, 40, 2), (0.8, 0.77, 46, 3)):
        line = _dunes(stage, stage.span(depth), h * foot, tall * unit, (520 + 420 * depth) * unit)
        crest = stage.colour(sands[tone], depth)
        behind.append(
            land(
                stage,
                line,
                depth,
                [
                    (0.0, mix(crest, stage.colour(light, 0), 0.35)),
                    (0.16, crest),
                    (1.0, mix(crest, stage.colour(sands[4], depth), 0.6)),
                ],
                reach=(110 + 140 * depth) * unit,
            )
        )
    line = _dunes(stage, stage.span(1.0), h * 0.86, 34 * unit, 1500 * unit)
    ground = land(
        stage,
        line,
        1.0,
        [
            (0.0, mix(stage.colour(sands[2]), stage.colour(light), 0.2)),
            (0.12, stage.colour(sands[3])),
            (1.0, stage.colour(sands[4])),
        ],
        reach=h * 0.2,
    )
    dust = Drift(specks(stage, 90, (1.0, 2.0), (9, 0.6), 215, soft=True), unit, (190, 6), depth=0.9)
    return Place(
        [*behind, ground], [*_cacti(stage, darker(stage.colour(sands[4]), 0.45)), dust], ground, "figure", dark
    )


def _dunes(stage: Stage, width: int, base: float, height: float, length: float) -> Floats:
    """Dunes: they rise slowly on one side and fall steeply on the other."""
    x = np.arange(width, dtype=np.float32)
    phase = (x / length + stage.rng.random()) % 1.0
    shape = np.where(phase < 0.7, np.sin(np.pi * phase / 1.4) ** 1.6, np.cos(np.pi * (phase - 0.7) / 0.3) * 0.5 + 0.5)
    swell = 0.5 + 0.5 * np.sin(2 * np.pi * x / (length * 2.3) + stage.rng.uniform(0, 6))
    line: Floats = (base + height * 0.6 - height * (1.1 * shape * (0.6 + 0.7 * swell))).astype(np.float32)
    return line


def _mesas(stage: Stage, depth: float, base: float) -> Floats:
    """Table mountains on the horizon."""
    rng, unit = stage.rng, stage.unit
    width = stage.span(depth)
    line, x = np.full(width, base, np.float32), rng.uniform(-100, 200) * unit
    while x < width:
        broad, tall, slope = rng.uniform(130, 420) * unit, rng.uniform(70, 190) * unit, rng.uniform(20, 46) * unit
        xs = [x, x + slope, x + slope * 1.4, x + broad, x + broad + slope * 0.4, x + broad + slope * 1.5]
        ys = [base, base - tall * 0.45, base - tall, base - tall * 0.96, base - tall * 0.4, base]
        line = np.minimum(line, np.interp(np.arange(width), xs, ys, left=base, right=base)).astype(np.float32)
        x += broad + rng.uniform(160, 620) * unit
    return line


def _cacti(stage: Stage, colour: Rgb) -> list[Piece]:
    """Cacti close to the camera."""
    unit, rng = stage.unit, stage.rng
    pieces: list[Piece] = []
    x, end = rng.uniform(0.04, 0.14) * stage.width, stage.span(1.5)
    while x < end:
        pen = Pen(300, 520, unit * rng.uniform(0.8, 1.1), colour)
        left, right = rng.uniform(190, 260), rng.uniform(130, 220)
        rib = mix(colour, (120, 130, 90), 0.16)
        pen.line([(150, 40), (150, 516)], 62, colour)
        pen.line([(52, left - 84), (52, left), (80, left + 44), (150, left + 56)], 40, colour)
        pen.line([(246, right - 60), (246, right + 60), (220, right + 98), (150, right + 112)], 40, colour)
        for shift in (-14, 10):
            pen.line([(150 + shift, 40), (150 + shift, 516)], 3, rib)
        pieces.append(Actor([pen.cutout()], _stands(stage, x, 1.5)))
        x += rng.uniform(0.8, 1.2) * max(stage.width, stage.height)
    return pieces


def _stands(stage: Stage, x: float, depth: float) -> Callable[[View, float], tuple[float, float]]:
    """Where something that stands at column ``x`` of a layer is seen, with its foot just out of the frame."""

    def path(view: View, second: float) -> tuple[float, float]:
        return x + stage.slide(depth, view), stage.height + 14 * stage.unit + stage.sink(depth, view)

    return path
