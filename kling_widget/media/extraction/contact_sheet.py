"""Draw contact sheets: one clip in sixteen frames, or several clips, a row each, at the same moments."""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image, ImageDraw

from .frames import EARLY_S, Clip, NoFrame, opened
from .job import Words
from .text_layout import font, font_for, wrap

COLUMNS, ROWS = 4, 4
"""Columns and rows of one clip's sheet."""

ROW_FRAMES = 6
"""Frames in a row where there are several clips."""

SIDE, ROW_SIDE = 480, 320
"""The longer side of a frame in pixels, on one clip's sheet and where there are several."""

_GROUND, _INK, _QUIET = (11, 12, 15), (238, 240, 244), (148, 154, 166)
_MARGIN, _GAP = 40, 12
_PROMPT, _LINE, _TIME = 26, 18, 16  # sizes of letters, in pixels


def sheet(clip_path: str, start: float, end: float | None, words: Words) -> Image.Image:
    """Draw one clip, or a range of it, in sixteen frames with the time of each. Raises ``NoFrame``."""
    with opened(clip_path) as clip:
        stop = min(clip.seconds, clip.seconds if end is None else end)
        if stop - start <= EARLY_S:
            raise NoFrame
        count = COLUMNS * ROWS
        moments = [start + (n + 0.5) / count * (stop - start) for n in range(count)]
        size = clip.fit(SIDE)
        frames = _at(clip, moments, size)
    head = _head(words, COLUMNS * (size[0] + _GAP) - _GAP)
    high = size[1] + _TIME + 2 * _GAP
    page = Image.new("RGB", (head.width + 2 * _MARGIN, head.height + ROWS * high + 2 * _MARGIN), _GROUND)
    page.paste(head, (_MARGIN, _MARGIN))
    for n, (moment, frame) in enumerate(zip(moments, frames, strict=True)):
        place = (_MARGIN + n % COLUMNS * (size[0] + _GAP), _MARGIN + head.height + n // COLUMNS * high)
        _put(page, frame, moment, place, size)
    return page


def rows(clip_paths: Sequence[str], words: Sequence[Words]) -> Image.Image:
    """Draw several clips, a row each, at the same moments, spread over the longest. Raises ``NoFrame``."""
    lengths: list[float] = []
    sizes: list[tuple[int, int]] = []
    for path in clip_paths:
        with opened(path) as clip:
            lengths.append(clip.seconds)
            sizes.append(clip.fit(ROW_SIDE))
    longest = max(lengths)
    if longest <= 0:
        raise NoFrame
    moments = [(n + 0.5) / ROW_FRAMES * longest for n in range(ROW_FRAMES)]
    wide = max(width for width, _ in sizes)
    blocks = []
    for path, length, size, text in zip(clip_paths, lengths, sizes, words, strict=True):
        with opened(path) as clip:
            frames = _at(clip, [moment for moment in moments if moment < length], size)
        head = _head(text, ROW_FRAMES * (wide + _GAP) - _GAP, lines=2)
        block = Image.new("RGB", (head.width, head.height + size[1] + _TIME + 2 * _GAP), _GROUND)
        block.paste(head, (0, 0))
        for n, moment in enumerate(moments):
            frame = frames[n] if n < len(frames) else None
            _put(block, frame, moment, (n * (wide + _GAP) + (wide - size[0]) // 2, head.height), size)
        blocks.append(block)
    high = sum(block.height for block in blocks) + _MARGIN // 2 * (len(blocks) - 1)
    page = Image.new("RGB", (blocks[0].width + 2 * _MARGIN, high + 2 * _MARGIN), _GROUND)
    top = _MARGIN
    for block in blocks:
        page.paste(block, (_MARGIN, top))
        top += block.height + _MARGIN // 2
    return page


def clock(seconds: float) -> str:
    """Format a moment as the player does: ``0:03.12``."""
    hundredths = int(seconds * 100 + 0.5)
    return f"{hundredths // 6000}:{hundredths // 100 % 60:02d}.{hundredths % 100:02d}"


def _at(clip: Clip, moments: Sequence[float], size: tuple[int, int]) -> list[Image.Image]:
    """Return the frames that a clip shows at the given moments, in one pass."""
    found: list[Image.Image] = []
    last = None
    for shown in clip.frames(moments[0] if moments else 0.0):
        while last and len(found) < len(moments) and moments[len(found)] < shown.at - EARLY_S:
            found.append(last.image(*size))
        if len(found) == len(moments):
            return found
        last = shown
    if last is None:
        raise NoFrame
    return found + [last.image(*size)] * (len(moments) - len(found))


def _put(
    page: Image.Image, frame: Image.Image | None, moment: float, place: tuple[int, int], size: tuple[int, int]
) -> None:
    """Put a frame on a page with its time below; an empty box if the clip has ended."""
    pen = ImageDraw.Draw(page)
    if frame is None:
        pen.rectangle((*place, place[0] + size[0] - 1, place[1] + size[1] - 1), outline=(44, 48, 56))
        middle = (place[0] + size[0] // 2, place[1] + size[1] // 2)
        pen.text(middle, "ended", font=font(_TIME), fill=_QUIET, anchor="mm")
    else:
        page.paste(frame, place)
    under = (place[0], place[1] + size[1] + _GAP // 2)
    pen.text(under, clock(moment), font=font(_TIME), fill=_QUIET, anchor="la")


def _head(words: Words, width: int, *, lines: int = 3) -> Image.Image:
    """Draw what goes above the frames, ``width`` pixels wide: a row's name, the prompt, the settings."""
    left = 56 if words.name else 0
    prompt = wrap(words.prompt, width - left, _PROMPT, lines)
    high = len(prompt) * (_PROMPT + 10) + (_LINE + 10 if words.line else 0) + _GAP
    head = Image.new("RGB", (width, max(high, 56 if words.name else 0)), _GROUND)
    pen = ImageDraw.Draw(head)
    if words.name:
        pen.rounded_rectangle((0, 0, 39, 39), radius=8, outline=_QUIET, width=2)
        pen.text((20, 20), words.name, font=font(_PROMPT - 4), fill=_INK, anchor="mm")
    top = 0
    for line in prompt:
        pen.text((left, top), line, font=font_for(words.prompt, _PROMPT), fill=_INK, anchor="la")
        top += _PROMPT + 10
    if words.line:
        line = wrap(words.line, width - left, _LINE, 1)[0]
        pen.text((left, top), line, font=font_for(line, _LINE), fill=_QUIET, anchor="la")
    return head
