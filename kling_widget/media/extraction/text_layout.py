"""Words in a picture: a face for them, and where their lines break."""

from __future__ import annotations

from functools import cache

from PIL import ImageFont

Face = ImageFont.FreeTypeFont | ImageFont.ImageFont

_WIDER = (
    # Faces with more scripts than Pillow's own, as systems name them.
    "NotoSansCJK-Regular.ttc",
    "NotoSans-Regular.ttf",
    "PingFang.ttc",
    "Arial Unicode.ttf",
    "msyh.ttc",
    "DejaVuSans.ttf",
)
_LATIN = 0x17F  # the last letter of Latin Extended-A


@cache
def face(size: int, *, wide: bool = False) -> Face:
    """A face ``size`` pixels high: Pillow's own, the same on every machine; ``wide``: one with more scripts, if any."""
    for name in _WIDER if wide else ():
        try:
            return ImageFont.truetype(name, size)
        except OSError:
            continue
    return ImageFont.load_default(size)


def face_for(text: str, size: int) -> Face:
    """The face that a text needs."""
    return face(size, wide=any(ord(letter) > _LATIN and letter not in "–—‘’“”…·×" for letter in text))


def wrap(text: str, width: int, size: int, lines: int) -> list[str]:
    """Break a text into at most ``lines`` lines of ``width`` pixels; what does not fit ends in an ellipsis."""
    letters = face_for(text, size)
    fitting: list[str] = []
    rest = " ".join(text.split())
    while rest and len(fitting) < lines:
        end = len(rest)
        if letters.getlength(rest) > width:
            end = _reach(rest, letters, width)
            if len(fitting) == lines - 1:
                return [*fitting, rest[: _reach(rest, letters, width - letters.getlength("…"))].rstrip(" ,.;:") + "…"]
            space = rest.rfind(" ", 1, end + 1)  # where there is none (Chinese, a long word) it breaks anywhere
            end = space if space > 0 else end
        fitting.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    return fitting


def _reach(text: str, letters: Face, width: float) -> int:
    """How many letters of a text stand on ``width`` pixels, at least one."""
    low, high = 1, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if letters.getlength(text[:middle]) <= width else (low, middle - 1)
    return low
