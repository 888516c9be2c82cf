"""Colours of the scenes: mixing, gradients, and the tint that colour words in a prompt give."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image

Rgb = tuple[int, int, int]

TINTS: dict[str, Rgb] = {
    "red": (214, 48, 62), "crimson": (176, 24, 52), "scarlet": (226, 54, 44), "orange": (240, 134, 52),
    "amber": (244, 176, 60), "gold": (238, 190, 78), "golden": (238, 190, 78), "yellow": (246, 212, 84),
    "green": (72, 160, 92), "emerald": (24, 150, 104), "teal": (28, 150, 150), "turquoise": (52, 190, 184),
    "cyan": (64, 196, 222), "blue": (58, 110, 214), "indigo": (80, 72, 200), "violet": (132, 80, 206),
    "purple": (132, 62, 178), "magenta": (214, 56, 160), "pink": (240, 140, 178), "rose": (232, 110, 140),
    "grey": (128, 132, 138), "gray": (128, 132, 138), "sepia": (160, 122, 84),
}  # fmt: skip
"""Colour words, and what each leans a scene towards."""


def rgb(code: str) -> Rgb:
    """Read ``#rrggbb``."""
    return int(code[1:3], 16), int(code[3:5], 16), int(code[5:7], 16)


def mix(a: Rgb, b: Rgb, share: float) -> Rgb:
    """Mix two colours; ``share`` is how much of ``b`` (0 to 1)."""
    return (
        round(a[0] + (b[0] - a[0]) * share),
        round(a[1] + (b[1] - a[1]) * share),
        round(a[2] + (b[2] - a[2]) * share),
    )


_THINGS = (
    "fox|wolf|dog|cat|bird|boat|sail|ship|balloon|rocket|car|coat|dress|hat|scarf|umbrella|hair|jacket|kite|door"
    "|flower|shirt|cloak|hood"
)


def tints_of(words: str) -> tuple[Rgb | None, Rgb | None]:
    """The colours that a prompt gives to the whole scene and to its subject (the first of each, or None).

    A colour right before a thing ("a red fox") is the thing's own; any other is the scene's ("teal dusk").
    """
    scene: Rgb | None = None
    subject: Rgb | None = None
    for word, following in re.findall(r"\b([a-z]+)\b(?=[\s-]*([a-z]*))", words.lower()):
        if word in TINTS:
            if re.fullmatch(rf"({_THINGS})(s|es|ed)?", following):
                subject = subject or TINTS[word]
            else:
                scene = scene or TINTS[word]
    return scene, subject


def lean(colour: Rgb, tint: Rgb | None, share: float) -> Rgb:
    """Lean a colour towards a tint and keep its lightness: night stays night in a green city."""
    if tint is None:
        return colour
    weight = (0.2126, 0.7152, 0.0722)
    light = sum(c * w for c, w in zip(colour, weight, strict=True))
    own = sum(c * w for c, w in zip(tint, weight, strict=True)) or 1.0
    scaled = tuple(min(255, round(c * light / own)) for c in tint)
    return mix(colour, (scaled[0], scaled[1], scaled[2]), share)


def ramp(stops: Sequence[tuple[float, Rgb]], count: int) -> npt.NDArray[np.float64]:
    """Colours along a gradient: an array of ``count`` by 3 floats; ``stops`` are positions 0 to 1 with colours."""
    at = np.linspace(0.0, 1.0, count, dtype=np.float32)
    where = [p for p, _ in stops]
    return np.stack([np.interp(at, where, [c[i] for _, c in stops]) for i in range(3)], axis=1)


def gradient(width: int, height: int, stops: Sequence[tuple[float, Rgb]]) -> Image.Image:
    """A picture that runs through ``stops`` from top to bottom, dithered a little against banding."""
    rows = ramp(stops, height)[:, None, :]
    grain = np.random.default_rng(7).uniform(-0.5, 0.5, (height, 64, 1))  # fixed: the same sky every time
    tile = np.clip(np.rint(rows + grain), 0, 255).astype(np.uint8)
    wide = np.tile(tile, (1, -(-width // 64), 1))[:, :width]
    return Image.fromarray(np.ascontiguousarray(wide))
