"""What the files are called that a person takes away of a take."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from ..filenames import slug
from ..store import Record

Kind = Literal["story", "gif", "webp", "sheet", "frame", "mp3"]
"""What can be taken away: the clip with its story in it, a GIF, an animated WebP, a contact sheet or one frame (both
PNG), the clip with its sound as MP3."""

ENDINGS: Mapping[Kind, str] = {
    "story": "-story.mp4",
    "gif": ".gif",
    "webp": ".webp",
    "sheet": "-sheet.png",
    "frame": ".png",
    "mp3": "-mp3.mp4",
}
"""How the file's name of each kind ends."""

_SECONDS = r"\d+\.\d{3}"
_ENDING = re.compile(
    rf"(?:-at-{_SECONDS}|-{_SECONDS}-(?:{_SECONDS}|end))?(?:{'|'.join(map(re.escape, ENDINGS.values()))})"
)
_EXPORT = re.compile(rf"(.+?){_ENDING.pattern}")


def file_name(record: Record) -> str:
    """What a saved clip is called: the beginning of its prompt and its id."""
    begins = slug(record.words)
    return f"{begins}-{record.id}.mp4" if begins else f"{record.id}.mp4"


def stem(record: Record) -> str:
    """How the names of a take's exports begin."""
    return Path(file_name(record)).stem


def stem_of(leaf: str) -> str | None:
    """Return how the name of an export of one take begins; None where it is no such name."""
    found = _EXPORT.fullmatch(leaf)
    return found[1] if found else None
