"""Fonts and line breaks for text in a picture."""

from __future__ import annotations

from functools import cache

from PIL import ImageFont

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

_WIDER = (
    # Fonts with more scripts than Pillow's own, by their file names on common systems.
    "NotoSansCJK-Regular.ttc",
    "NotoSans-Regular.ttf",
    "PingFang.ttc",
    "Arial Unicode.ttf",
    "msyh.ttc",
    "DejaVuSans.ttf",
)
_LATIN = 0x17F  # the last letter of Latin Extended-A


@cache
def font(size: int, *, wide: bool = False) -> Font:
    """Return a font ``size`` pixels high: Pillow's own, the same everywhere, or with ``wide`` one with more scripts."""
    for name in _WIDER if wide else ():
        try:
            return ImageFont.truetype(name, size)
        except OSError:
            continue
    return ImageFont.load_default(size)


def font_for(text: str, size: int) -> Font:
    """Return the font that a text needs."""
    return font(size, wide=any(ord(letter) > _LATIN and letter not in "–—‘’“”…·×" for letter in text))


def wrap(text: str, width: int, size: int, lines: int) -> list[str]:
    """Break a text into at most ``lines`` lines of ``width`` pixels; what does not fit ends in an ellipsis."""
    letters = font_for(text, size)
    fitting: list[str] = []
    rest = " ".join(text.split())
    while rest and len(fitting) < lines:
        end = len(rest)
        if letters.getlength(rest) > width:
            end = _reach(rest, letters, width)
            if len(fitting) == lines - 1:
                return [*fitting, rest[: _reach(rest, letters, width - letters.getlength("…"))].rstrip(" ,.;:") + "…"]
            space = rest.rfind(" ", 1, end + 1)  # without a space (Chinese, a long word) it breaks anywhere
            end = space if space > 0 else end
        fitting.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    return fitting


def _reach(text: str, letters: Font, width: float) -> int:
    """Return how many letters of a text fit into ``width`` pixels, at least one."""
    low, high = 1, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if letters.getlength(text[:middle]) <= width else (low, middle - 1)
    return low
