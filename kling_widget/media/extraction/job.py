"""What is ordered of the process that reads a clip, in what bounds, and how it may end. Known on both sides; pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import IntEnum
from typing import Any, Literal, cast, get_args

Kind = Literal["poster+strip", "sheet", "rows", "gif", "webp", "frame", "mp3"]
"""What can be made: a poster and a strip in one pass, a contact sheet of one clip, a row of frames for each of several,
an animation, one frame, and the clip again with its sound as MP3."""

SMALL_BYTES = 40_000
"""The largest poster and the largest strip, in bytes: a notebook keeps them in its text."""

ANIMATION_BYTES = 20_000_000
"""The largest animation, in bytes: what chats and forges still take as an attachment."""

ANIMATION_SECONDS = 30.0
"""The longest range of an animation, in seconds: beyond it the clip itself is the smaller file."""


@dataclass(frozen=True)
class Words:
    """What a sheet says of a clip: a row's name (``"A"``), its prompt, and a line about its settings."""

    name: str = ""
    prompt: str = ""
    line: str = ""


@dataclass(frozen=True)
class Order:
    """One piece of work for the process.

    Attributes
    ----------
    clips
        Paths of the clips, absolute; one, but for ``rows``.
    start, end
        The range by the clip's own time in seconds: from the frame that is shown at ``start`` to the last that begins
        before ``end`` (None: all that follow). For ``frame`` the moment is ``start``.
    words
        One entry a clip, for sheets.
    parts
        Where each file is written: names in the process's own folder.
    """

    kind: Kind
    clips: tuple[str, ...]
    start: float = 0.0
    end: float | None = None
    words: tuple[Words, ...] = ()
    parts: tuple[str, ...] = ()

    def plain(self) -> str:
        """The order as JSON."""
        return json.dumps(asdict(self))

    @staticmethod
    def read(text: str) -> Order:
        """The order that ``plain`` wrote."""
        read = cast("Mapping[str, Any]", json.loads(text))
        return Order(
            kind=read["kind"],
            clips=tuple(read["clips"]),
            start=float(read["start"]),
            end=None if read["end"] is None else float(read["end"]),
            words=tuple(Words(**each) for each in read["words"]),
            parts=tuple(read["parts"]),
        )


@dataclass(frozen=True)
class Form:
    """A file that is made: how its bytes begin (at ``offset``), and how many it may have."""

    magic: bytes
    most: int
    offset: int = 0


@dataclass(frozen=True)
class Bounds:
    """What the process may use, and what it must give.

    Attributes
    ----------
    title
        What a person calls the result.
    seconds
        Of one core; the clock on the wall may show three times as much, since the machine is busy.
    forms
        The files, in the order of the targets.
    memory
        Bytes of address space.
    """

    title: str
    seconds: int
    forms: tuple[Form, ...]
    memory: int = 4 << 30

    @property
    def largest(self) -> int:
        """Bytes of the largest file that the process may write."""
        return max(form.most for form in self.forms)


_JPEG, _PNG = Form(b"\xff\xd8\xff", SMALL_BYTES), Form(b"\x89PNG\r\n\x1a\n", 64_000_000)

BOUNDS: Mapping[Kind, Bounds] = {
    "poster+strip": Bounds("The poster", 20, (_JPEG, _JPEG)),
    "sheet": Bounds("The contact sheet", 40, (_PNG,)),
    "rows": Bounds("The contact sheet", 120, (_PNG,)),
    "gif": Bounds("The GIF", 120, (Form(b"GIF89a", ANIMATION_BYTES),)),
    "webp": Bounds("The WebP", 180, (Form(b"WEBP", ANIMATION_BYTES, offset=8),)),
    "frame": Bounds("The picture", 30, (_PNG,)),
    "mp3": Bounds("The copy with MP3 sound", 60, (Form(b"ftyp", 2_000_000_000, offset=4),)),
}
"""What each kind may use: some ten times what a clip of 15 s at 1080p takes on a core of 2020."""

assert set(BOUNDS) == set(get_args(Kind))


class End(IntEnum):
    """How the process ends: its exit codes. All else is a crash, or a limit that was reached."""

    DONE = 0
    UNREADABLE = 3  # no clip, or a damaged one
    NOTHING = 4  # no frame in the range
    SILENT = 5  # no sound track
    TOO_MUCH = 6  # of memory, or of bytes
