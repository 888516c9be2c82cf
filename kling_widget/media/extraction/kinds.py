"""Which module makes which kind. Imported only in the process with limits: these modules read foreign files."""

from __future__ import annotations

from pathlib import Path

from . import animation, contact_sheet, mp3_sound, overview
from .frames import png, still
from .job import Kind, Order, Words


def make(kind: Kind, order: Order) -> None:
    """Make what is ordered and write it to the order's parts.

    Raises
    ------
    Unreadable, NoFrame, NoSound, TooMuch, OSError, ValueError, MemoryError
        If it can't be made.
    """
    clip, part = order.clips[0], Path(order.parts[0])
    words = order.words or (Words(),) * len(order.clips)
    if kind == "poster+strip":
        overview.make(clip, part, Path(order.parts[1]))
    elif kind == "sheet":
        part.write_bytes(png(contact_sheet.sheet(clip, order.start, order.end, words[0])))
    elif kind == "rows":
        part.write_bytes(png(contact_sheet.rows(order.clips, words)))
    elif kind == "gif":
        part.write_bytes(animation.gif(clip, order.start, order.end))
    elif kind == "webp":
        part.write_bytes(animation.webp(clip, order.start, order.end))
    elif kind == "frame":
        part.write_bytes(png(still(clip, order.start)))
    else:
        mp3_sound.with_mp3(clip, part)
