"""A job for the extraction process, its limits, and how it may end. Shared by both processes; pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import IntEnum
from typing import Any, Literal, cast, get_args

Kind = Literal["poster+strip", "sheet", "rows", "gif", "webp", "frame", "mp3"]
"""What can be extracted: a poster and a strip in one pass, a contact sheet of one clip, a row of frames for each of
several, an animation, one frame, or a copy of the clip with its sound as MP3."""

SMALL_BYTES = 40_000
"""The largest poster and the largest strip, in bytes: a notebook keeps them in its text."""

ANIMATION_BYTES = 20_000_000
"""The largest animation, in bytes: what chats and forges still accept as an attachment."""

ANIMATION_SECONDS = 30.0
"""The longest range of an animation, in seconds: beyond it the clip itself is smaller."""


@dataclass(frozen=True)
class Words:
    """The text on a contact sheet: a row's name (``"A"``), the clip's prompt, and a line with its settings."""

    name: str = ""
    prompt: str = ""
    line: str = ""


@dataclass(frozen=True)
class Job:
    """One job for the extraction process.

    Attributes
    ----------
    clips
        Absolute paths of the clips; several only for ``rows``.
    start, end
        The range in seconds: from the frame shown at ``start`` to the last one that begins before ``end`` (None: to
        the end). For ``frame`` the moment is ``start``.
    words
        One entry a clip, for sheets.
    outputs
        Names of the files to write, in the process's own folder.
    """

    kind: Kind
    clips: tuple[str, ...]
    start: float = 0.0
    end: float | None = None
    words: tuple[Words, ...] = ()
    outputs: tuple[str, ...] = ()

    def plain(self) -> str:
        """Return the job as JSON."""
        return json.dumps(asdict(self))

    @staticmethod
    def read(text: str) -> Job:
        """Read a job that ``plain`` wrote."""
        read = cast("Mapping[str, Any]", json.loads(text))
        return Job(
            kind=read["kind"],
            clips=tuple(read["clips"]),
            start=float(read["start"]),
            end=None if read["end"] is None else float(read["end"]),
            words=tuple(Words(**each) for each in read["words"]),
            outputs=tuple(read["outputs"]),
        )


@dataclass(frozen=True)
class Form:
    """An output file: its magic bytes (at ``offset``), and its largest size in bytes."""

    magic: bytes
    most: int
    offset: int = 0


@dataclass(frozen=True)
class Bounds:
    """What the process may use, and what it must produce.

    Attributes
    ----------
    title
        The name of the result in messages.
    seconds
        CPU time of one core; a busy machine may take three times as long by the clock.
    forms
        The output files, in the order of the targets.
    memory
        Bytes of address space.
    """

    title: str
    seconds: int
    forms: tuple[Form, ...]
    memory: int = 4 << 30

    @property
    def largest(self) -> int:
        """The largest file that the process may write, in bytes."""
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
"""The limits of each kind: some ten times what a clip of 15 s at 1080p takes on a core of 2020."""

assert set(BOUNDS) == set(get_args(Kind))


class End(IntEnum):
    """The exit codes of the process. Any other code is a crash or a limit that was reached."""

    DONE = 0
    UNREADABLE = 3  # no clip, or a damaged one
    NOTHING = 4  # no frame in the range
    SILENT = 5  # no sound track
    TOO_MUCH = 6  # of memory, or of bytes
