"""What scenes are drawn with: skylines and ridges as lines of heights, and shapes cut out with smooth edges."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from .canvas import Bytes, Cutout, Floats, Specks, yuv
from .colour import Rgb, gradient, mix
from .layers import Backdrop, Layer, Stage

Point = tuple[float, float]
Detail = Callable[[Image.Image, ImageDraw.ImageDraw, int], None]
"""Paints on a layer before it is cut out: the picture, a pen on it, and the frame row of its upper edge."""

_FINE = 3
"""How many times larger a sprite is drawn than it is shown, for smooth edges (2 for large ones: they cost time)."""


def hills(rng: random.Random, width: int, base: float, height: float, length: float) -> Floats:
    """A rolling line around ``base``: waves ``height`` high and about ``length`` long (pixels)."""
    x = np.arange(width, dtype=np.float32)
    line = np.full(width, base, np.float32)
    for octave in range(3):
        turn = 2 * math.pi / (length / (1.9**octave) * rng.uniform(0.85, 1.2))
        line += (height * 0.5**octave * np.sin(x * turn + rng.uniform(0, 6.3))).astype(np.float32)
    return line


def peaks(rng: random.Random, width: int, base: float, height: float, length: float) -> Floats:
    """A jagged mountain line: summits up to ``height`` above ``base``, about ``length`` apart (pixels)."""
    xs, ys = [-length], [base]
    while xs[-1] < width + length:
        for share in (rng.uniform(0.0, 0.3), rng.uniform(0.55, 1.0)):
            xs.append(xs[-1] + length * rng.uniform(0.35, 0.6))
            ys.append(base - height * share)
    line = np.interp(np.arange(width), xs, ys)
    rough, step = height * 0.07, length / 7
    while step > 6:
        knots = np.arange(-step, width + 2 * step, step)
        line += np.interp(np.arange(width), knots, [rng.uniform(-rough, rough) for _ in knots])
        rough, step = rough * 0.5, step / 2.2
    ridge: Floats = line.astype(np.float32)
    return ridge


def pines(rng: random.Random, line: Floats, height: float, gap: float) -> Floats:
    """Spruces along a line: trees about ``height`` high, about ``gap`` apart (pixels)."""
    out = line.copy()
    x = -gap * rng.random()
    while x < len(line) + gap:
        tall = height * rng.uniform(0.55, 1.15)
        half = tall * rng.uniform(0.19, 0.27)
        left, right = max(0, int(x - half)), min(len(line), int(x + half) + 1)
        if left < right:
            away = np.minimum(1, np.abs(np.arange(left, right) - x) / half)  # 0 at the trunk, 1 at the boughs' tips
            edge = away - 0.1 * np.minimum(1, 3 * away) * (1 - away) ** 0.3 * ((away * 6.5) % 1.0)  # boughs in tiers
            foot = line[min(max(int(x), 0), len(line) - 1)]
            out[left:right] = np.minimum(out[left:right], foot - tall * (1 - edge))
        x += gap * rng.uniform(0.35, 1.4)
    return out


def spikes(rng: random.Random, line: Floats, height: float, gap: float) -> Floats:
    """Grass along a line: blades about ``height`` high, about ``gap`` apart (pixels), leaning a little."""
    out = line.copy()
    x = 0.0
    while x < len(line):
        tall, half, skew = height * rng.uniform(0.4, 1.1), gap * 0.7, rng.uniform(-0.7, 0.7)
        left, right = max(0, int(x - half)), min(len(line), int(x + half) + 1)
        away = np.clip(np.abs(np.arange(left, right) - x - skew * half) / half, 0, 1)
        out[left:right] = np.minimum(out[left:right], line[left:right] - tall * (1 - away) ** 1.5)
        x += gap * rng.uniform(0.3, 1.0)
    return out


def under(line: Floats, top: int, height: int) -> Bytes:
    """Coverage of what lies under a line, with smooth edges also on steep slopes."""
    slope = np.abs(np.gradient(line))
    sharp = 1 / np.sqrt(1 + np.minimum(slope, 6.0) ** 2)
    rows = np.arange(top, top + height, dtype=np.float32)[:, None]
    cover: Bytes = (np.clip((rows + 0.5 - line) * sharp + 0.5, 0, 1) * 255).astype(np.uint8)
    return cover


def land(
    stage: Stage,
    line: Floats,
    depth: float,
    colours: Sequence[tuple[float, Rgb]],
    *,
    reach: float | None = None,
    detail: Detail | None = None,
    sway: float = 0.0,
    beat: float = 5.0,
    wing: int = 0,
    ground: Floats | None = None,
) -> Layer:
    """Make a layer of everything under ``line``, painted in a gradient, with ``detail`` painted on it.

    The gradient runs from the line's highest point over ``reach`` pixels (default: to the frame's lower edge).
    """
    margin = int(12 * stage.unit)
    top = max(-8, int(line.min()) - 2) // 2 * 2
    height = max(4, (stage.height + margin - top + 3) // 4 * 4)
    run = max(2, int(reach) if reach else height)
    picture = Image.new("RGB", (len(line), height), colours[-1][1])
    picture.paste(gradient(len(line), min(run, height), colours if run <= height else _first(colours, height / run)))
    if detail:
        detail(picture, ImageDraw.Draw(picture), top)
    cutout = Cutout(picture, under(line, top, height))
    return Layer(stage, cutout, depth, top, line if ground is None else ground, sway, beat, wing)


def _first(colours: Sequence[tuple[float, Rgb]], share: float) -> list[tuple[float, Rgb]]:
    """The first ``share`` of a gradient."""
    places = [p for p, _ in colours]
    end = tuple(round(float(np.interp(share, places, [c[i] for _, c in colours]))) for i in range(3))
    return [(p / share, c) for p, c in colours if p < share] + [(1.0, (end[0], end[1], end[2]))]


def sky(
    stage: Stage, colours: Sequence[tuple[float, Rgb]], detail: Callable[[Image.Image], Image.Image] | None = None
) -> Backdrop:
    """Make a backdrop that runs through ``colours`` from top to bottom."""
    picture = gradient(stage.width, stage.height, colours)
    return Backdrop(yuv(detail(picture) if detail else picture))


def glow(picture: Image.Image, x: float, y: float, radius: float, colour: Rgb, strength: float) -> Image.Image:
    """Let light of a colour shine around a point of a picture (pixels; strength 0 to 1)."""
    small = 8
    light = Image.new("L", (max(1, picture.width // small), max(1, picture.height // small)), 0)
    r = radius / small
    ImageDraw.Draw(light).ellipse(
        (x / small - r / 2, y / small - r / 2, x / small + r / 2, y / small + r / 2), fill=round(255 * strength)
    )
    light = light.filter(ImageFilter.GaussianBlur(r / 2.4)).resize(picture.size, Image.Resampling.BICUBIC)
    return Image.composite(Image.new("RGB", picture.size, colour), picture, light)


def disc(picture: Image.Image, x: float, y: float, radius: float, colour: Rgb) -> Image.Image:
    """Draw a round shape with a smooth edge on a picture (pixels)."""
    box = (int(x - radius) - 2, int(y - radius) - 2, int(x + radius) + 3, int(y + radius) + 3)
    cover = Image.new("L", ((box[2] - box[0]) * 4, (box[3] - box[1]) * 4), 0)
    at = tuple(4 * v for v in (x - radius - box[0], y - radius - box[1], x + radius - box[0], y + radius - box[1]))
    ImageDraw.Draw(cover).ellipse(at, fill=255)
    picture.paste(colour, box, cover.reduce(4))
    return picture


class Pen:
    """Draws a small shape large, then cuts it out at its size, with smooth edges.

    Coordinates are 1080-line pixels times ``scale``, from the upper left corner of its sheet.
    """

    def __init__(self, width: float, height: float, scale: float, body: Rgb) -> None:
        size = ((int(width * scale) + 3) // 2 * 2, (int(height * scale) + 3) // 2 * 2)
        self._fine = _FINE if size[0] * size[1] < 200_000 else 2
        self._scale = scale * self._fine
        big = (size[0] * self._fine, size[1] * self._fine)
        self.picture = Image.new("RGB", big, body)
        self._cover = Image.new("L", big, 0)
        self._paint, self._cut = ImageDraw.Draw(self.picture), ImageDraw.Draw(self._cover)

    def polygon(self, points: Sequence[Point], colour: Rgb, cut: bool = True) -> None:
        """Fill a polygon; without ``cut`` only paint it on what is already there."""
        at = [(x * self._scale, y * self._scale) for x, y in points]
        self._paint.polygon(at, fill=colour)
        if cut:
            self._cut.polygon(at, fill=255)

    def blob(self, points: Sequence[Point], colour: Rgb) -> None:
        """Fill a closed smooth curve through the points."""
        self.polygon(smooth(points), colour)

    def ellipse(self, x: float, y: float, rx: float, ry: float, colour: Rgb) -> None:
        """Fill an ellipse around a point."""
        box = tuple(v * self._scale for v in (x - rx, y - ry, x + rx, y + ry))
        self._paint.ellipse(box, fill=colour)
        self._cut.ellipse(box, fill=255)

    def line(self, points: Sequence[Point], thick: float, colour: Rgb) -> None:
        """Draw a line with round ends."""
        at = [(x * self._scale, y * self._scale) for x, y in points]
        wide = max(1, round(thick * self._scale))
        for pen, ink in ((self._paint, colour), (self._cut, 255)):
            pen.line(at, fill=ink, width=wide, joint="curve")
            for x, y in (at[0], at[-1]):
                pen.ellipse((x - wide / 2, y - wide / 2, x + wide / 2, y + wide / 2), fill=ink)

    def cutout(self) -> Cutout:
        """What has been drawn."""
        cover = self._cover.reduce(self._fine)
        black = Image.new("RGB", self.picture.size)
        paint = Image.composite(self.picture, black, self._cover).reduce(self._fine)
        return Cutout(_outward(paint, cover), np.asarray(cover))


def _outward(paint: Image.Image, cover: Image.Image) -> Image.Image:
    """Carry a shape's own colours past its edge: half-covered pixels and coarse chroma then show no other colour.

    ``paint`` is black where ``cover`` is 0, and mixed with black where it is half.
    """
    colours = np.full((*cover.size[::-1], 3), 0, np.float32)
    missing = np.ones(cover.size[::-1], bool)
    for radius in (0, 1, 3):
        box = ImageFilter.BoxBlur(radius)
        weight = np.asarray(cover.filter(box) if radius else cover).astype(np.float32)
        spread = np.asarray(paint.filter(box) if radius else paint).astype(np.float32)
        found = missing & (weight > 8)
        colours[found] = spread[found] * (255 / weight[found][:, None])
        missing &= ~found
    return Image.fromarray(np.clip(colours, 0, 255).astype(np.uint8))


def smooth(points: Sequence[Point], steps: int = 8) -> list[Point]:
    """A closed curve through points (Catmull and Rom's)."""
    out: list[Point] = []
    count = len(points)
    for i in range(count):
        p0, p1, p2, p3 = (points[(i + k) % count] for k in (-1, 0, 1, 2))
        for s in range(steps):
            t = s / steps
            weights = (
                -0.5 * t + t * t - 0.5 * t**3,
                1 - 2.5 * t * t + 1.5 * t**3,
                0.5 * t + 2 * t * t - 1.5 * t**3,
                -0.5 * t * t + 0.5 * t**3,
            )
            x = sum(w * p[0] for w, p in zip(weights, (p0, p1, p2, p3), strict=True))
            y = sum(w * p[1] for w, p in zip(weights, (p0, p1, p2, p3), strict=True))
            out.append((x, y))
    return out


def specks(stage: Stage, count: int, size: tuple[float, float], slant: Point | None, luma: int, soft: bool) -> Specks:
    """Marks strewn over the frame: dots, or streaks along ``slant`` (1080-line pixels)."""
    tile = Image.new("L", (stage.width, stage.height), 0)
    pen = ImageDraw.Draw(tile)
    scale = stage.width * stage.height / (1920 * 1080)
    for _ in range(int(count * max(0.35, scale))):
        x, y = stage.rng.random() * stage.width, stage.rng.random() * stage.height
        r, bright = stage.rng.uniform(*size) * stage.unit, stage.rng.randint(90, 255)
        if slant is None:
            pen.ellipse((x - r, y - r, x + r, y + r), fill=bright)
        else:
            dx, dy = slant[0] * stage.unit * r, slant[1] * stage.unit * r
            pen.line((x, y, x + dx, y + dy), fill=bright // 2, width=max(1, round(1.6 * stage.unit)))
    if soft:
        tile = tile.filter(ImageFilter.BoxBlur(max(0.6, stage.unit)))
    return Specks(np.asarray(tile), luma)


def darker(colour: Rgb, share: float) -> Rgb:
    """The colour in shadow."""
    return mix(colour, (8, 10, 18), share)
