"""What is written over a clip: the shot's words, the elements by name, and that all of it is simulated."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont

from .canvas import Glaze

MARK = "SIMULATED"
"""What the mark in the upper right corner says."""

_INK = (255, 255, 255)
_SPELLED = {"–": "-", "—": "-", "×": "x", "→": "->", "ß": "ss", "‘": "’", "æ": "ae", "ø": "o", "ł": "l"}


@dataclass(frozen=True)
class Words:
    """What a shot's caption says.

    Attributes
    ----------
    text
        The shot's own words.
    line
        A small line above them: which shot it is, and what was given besides words.
    chips
        Names of elements.
    """

    text: str
    line: str
    chips: Sequence[str] = ()


def font(size: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Pillow's own font (the same on every machine), ``size`` pixels high."""
    return ImageFont.load_default(size=max(6.0, size))


def spell(text: str) -> str:
    """Write text with the letters that the font has: accents fall off, other scripts become dots."""
    plain = "".join(_SPELLED.get(c, c) for c in " ".join(text.split()))
    out = []
    for letter in plain:
        if letter in "“”’…·°":
            out.append(letter)
        else:
            folded = (c for c in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(c))
            out += [c if c.isascii() else "·" for c in folded]
    return "".join(out)


def wrap(text: str, width: float, size: float, lines: int) -> list[str]:
    """Break text into at most ``lines`` lines of ``width`` pixels; what does not fit ends in an ellipsis."""
    typeface = font(size)
    out: list[str] = []
    rest = text.split()
    while rest and len(out) < lines:
        line = rest.pop(0)
        while rest and typeface.getlength(f"{line} {rest[0]}") <= width:
            line += f" {rest.pop(0)}"
        while typeface.getlength(line) > width and len(line) > 1:
            line = line[:-2].rstrip() + "…"
        out.append(line)
    if rest:
        last = out[-1].rstrip("…")
        while typeface.getlength(last + "…") > width and len(last) > 1:
            last = last[:-1].rstrip(" ,.;:")
        out[-1] = last.rstrip(" ,.;:") + "…"
    return out


def caption(words: Words, width: int, height: int) -> Glaze:
    """The lower third: a dark glass card with the shot's words."""
    unit = min(width, height) / 1080
    margin, inner = 44 * unit, 34 * unit
    size, small = 40 * unit, 25 * unit
    inner_width = width - 2 * (margin + inner)
    lines = wrap(spell(words.text) or "(no words)", inner_width, size, 2 if width > height else 4)
    head = 40 * unit if words.line or words.chips else 0
    tall = 2 * inner * 0.8 + head + len(lines) * size * 1.28
    long = max([font(size).getlength(line) for line in lines] + [_head_width(words, small, unit)])
    card = (int(min(width - 2 * margin, long + 2 * inner)) // 4 * 4, int(tall) // 4 * 4)
    picture = Image.new("RGBA", card, (10, 12, 20, 0))
    picture.putalpha(_rounded(card, 20 * unit).point(lambda a: a * 158 // 255))
    pen = ImageDraw.Draw(picture)
    x, y = inner, inner * 0.8
    if head:
        pen.text((x, y), spell(words.line), font=font(small), fill=(*_INK, 190))
        x += font(small).getlength(spell(words.line)) + (18 * unit if words.line else 0)
        for chip in words.chips:
            x = _chip(picture, x, y - 5 * unit, spell(chip), small, unit)
        y += head
    for line in lines:
        pen.text((inner, y - 0.06 * size), line, font=font(size), fill=(*_INK, 255))
        y += size * 1.28
    left = int(margin) // 2 * 2
    return Glaze(picture, left, int(height - card[1] - margin) // 2 * 2)


def mark(width: int, height: int) -> Glaze:
    """The mark in the upper right corner: this clip is no model's work."""
    unit = min(width, height) / 1080
    size, gap = 27 * unit, 4.2 * unit
    typeface = font(size)
    long = sum(typeface.getlength(c) + gap for c in MARK) - gap
    pill = (int(long + 92 * unit) // 4 * 4, int(56 * unit) // 4 * 4)
    picture = Image.new("RGBA", pill, (10, 12, 20, 0))
    picture.putalpha(_rounded(pill, pill[1] / 2).point(lambda a: a * 150 // 255))
    pen = ImageDraw.Draw(picture)
    r, cx, cy = 9 * unit, 32 * unit, pill[1] / 2
    ring = Image.new("L", (pill[0] * 3, pill[1] * 3), 0)
    ImageDraw.Draw(ring).ellipse(
        tuple(3 * v for v in (cx - r, cy - r, cx + r, cy + r)), outline=255, width=max(2, round(11 * unit))
    )
    picture.paste((94, 234, 212, 255), mask=ring.reduce(3))
    x = 56 * unit
    for letter in MARK:
        pen.text((x, cy), letter, font=typeface, fill=(*_INK, 255), anchor="lm")
        x += typeface.getlength(letter) + gap
    return Glaze(picture, int(width - pill[0] - 36 * unit) // 2 * 2, int(30 * unit) // 2 * 2)


def _head_width(words: Words, small: float, unit: float) -> float:
    typeface = font(small)
    chips = sum(typeface.getlength(spell(c)) + 66 * unit for c in words.chips)
    return typeface.getlength(spell(words.line)) + 18 * unit + chips


def _rounded(size: tuple[int, int], radius: float) -> Image.Image:
    big = Image.new("L", (size[0] * 3, size[1] * 3), 0)
    ImageDraw.Draw(big).rounded_rectangle((0, 0, big.width - 1, big.height - 1), radius=3 * radius, fill=255)
    return big.reduce(3)


def _chip(picture: Image.Image, x: float, y: float, name: str, small: float, unit: float) -> float:
    """One element: a round swatch and its name. Gives back where the next may begin."""
    long = font(small).getlength(name) + 52 * unit
    size = (int(long), int(36 * unit))
    if x + long > picture.width:
        return x
    picture.paste((74, 80, 100, 236), (int(x), int(y)), _rounded(size, size[1] / 2))
    dot = Image.new("L", (size[1] * 3, size[1] * 3), 0)
    ImageDraw.Draw(dot).ellipse((12 * unit, 12 * unit, size[1] * 3 - 12 * unit, size[1] * 3 - 12 * unit), fill=255)
    hue = sum(map(ord, name)) % 3
    picture.paste(
        ((249, 168, 168, 255), (167, 139, 250, 255), (94, 234, 212, 255))[hue], (int(x), int(y)), dot.reduce(3)
    )
    ImageDraw.Draw(picture).text(
        (x + 38 * unit, y + size[1] / 2), name, font=font(small), fill=(*_INK, 235), anchor="lm"
    )
    return x + long + 12 * unit
