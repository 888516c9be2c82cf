"""What a person takes away of a take: animations, pictures, contact sheets, copies."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from .. import paths, permissions
from ..engine.extractor import Done
from ..errors import BadValue, LibraryError, NotExtracted
from ..media.extraction import Job, Words, extract, stills
from ..media.extraction.job import ANIMATION_SECONDS
from ..media.extraction.process import SAFE, Going
from ..store import Record
from .exported_names import ENDINGS, file_name
from .exported_names import Kind as Kind
from .records import Records
from .story import write_to

MOST_ROWS = 16
"""How many takes one sheet shows: as many as a screen compares."""

_RANGED = frozenset(("gif", "webp", "sheet"))
_PICTURES: tuple[paths.Place, ...] = ("posters", "strips")


@dataclass(frozen=True)
class Export:
    """What to make of a take.

    Attributes
    ----------
    kind
        What it is.
    start, end
        Seconds into the clip. For a GIF, a WebP and a sheet the range, from the frame that is shown at ``start`` to the
        last that begins before ``end``; unless given, the clip's own ends. For a frame ``start`` is its moment. A story
        and an MP3 copy are always of the whole clip.

    Raises
    ------
    BadValue
        If the kind is unknown or the range is none. Nothing was made.
    """

    kind: Kind
    start: float | None = None
    end: float | None = None

    def __post_init__(self) -> None:
        problems = [
            f"A moment of a clip is a number of seconds from 0 on; {name} is {value!r}."
            for name, value in (("start", self.start), ("end", self.end))
            if value is not None and not _is_moment(value)
        ]
        if self.kind not in get_args(Kind):
            problems.append(f"There are {', '.join(get_args(Kind))}; this is {self.kind!r}.")
        elif not problems and self.end is not None:
            length = self.end - (self.start or 0.0)
            if length <= 0:
                problems.append("A range ends after it starts.")
            elif length > ANIMATION_SECONDS and self.kind in ("gif", "webp"):
                problems.append(f"An animation is at most {ANIMATION_SECONDS:g} s long; this is {length:g} s.")
        if problems:
            raise BadValue(" ".join(problems))

    @property
    def ending(self) -> str:
        """The end of its file's name: ``-0.50-2.00.gif``. The same ending means the same export."""
        if self.kind == "frame":
            return f"-at-{self.start or 0.0:.3f}{ENDINGS['frame']}"
        if self.kind in _RANGED and (self.start or self.end is not None):
            until = "end" if self.end is None else f"{self.end:.3f}"
            return f"-{self.start or 0.0:.3f}-{until}{ENDINGS[self.kind]}"
        return ENDINGS[self.kind]


class Exports:
    """Makes files to take away, in the library's folder ``exports``.

    What was made before is given again, unless the clip is newer.

    Parameters
    ----------
    library
        The takes' library.
    """

    def __init__(self, library: Records) -> None:
        self._library = library

    @property
    def folder(self) -> Path:
        """Where they lie; made with the first one. Raises ``LibraryError`` where that is out of the library."""
        return paths.folder(self._library.folder, "exports")

    def _target(self, leaf: str) -> Path:
        return paths.new(self._library.folder, "exports", leaf)

    def make(self, record: Record, export: Export, *, going: Going = lambda: True) -> Path:
        """Make a file and wait for it: some seconds, so not for a handler.

        Raises
        ------
        LibraryError
            If the take's clip is not here.
        NotExtracted
            If the file could not be made. Nothing was spent, and the clip is untouched.
        """
        clip, target = self._clip(record), self._target(Path(file_name(record)).stem + export.ending)
        if export.kind == "story":
            return self._story(record, target)
        if _fresh(target, [clip]):
            return target
        words = (Words(prompt=record.words, line=settings(record)),)
        job = Job(export.kind, (str(clip),), export.start or 0.0, export.end, words)
        return extract(job, target, going=going)

    def begin(self, record: Record, export: Export, done: Done) -> None:
        """Make a file in the background; returns at once.

        Parameters
        ----------
        record, export
            What to make.
        done
            Told where the file is and no words, or no place and what went wrong; on the extractor's thread.
        """
        self._begin(f"{record.id}{export.ending}", lambda going: self.make(record, export, going=going), done)

    def sheet(self, records: Sequence[Record], *, going: Going = lambda: True) -> Path:
        """One contact sheet of several takes: a row each (A, B, …), at the same moments. Waits for it.

        Raises
        ------
        BadValue
            If there are no takes, or more than 16.
        LibraryError, NotExtracted
            As ``make`` does.
        """
        if not 0 < len(records) <= MOST_ROWS:
            why = f"A sheet shows 1 to {MOST_ROWS} takes; these are {len(records)}. Choose fewer."
            raise BadValue(why if records else "Choose the takes that it shows.")
        clips, target = [self._clip(record) for record in records], self._target(_sheet_name(records))
        if _fresh(target, clips):
            return target
        words = tuple(Words(chr(65 + n), record.words, settings(record)) for n, record in enumerate(records))
        return extract(Job("rows", tuple(map(str, clips)), words=words), target, going=going)

    def begin_sheet(self, records: Sequence[Record], done: Done) -> None:
        """Make one contact sheet of several takes in the background; returns at once. ``done`` is as for ``begin``."""
        chosen = list(records)
        self._begin(_sheet_name(chosen), lambda going: self.sheet(chosen, going=going), done)

    def draw_strip(self, record: Record, done: Callable[[], None] = lambda: None) -> None:
        """Draw a take's strip in the background, and its poster where it has none; returns at once.

        For takes that were saved before there were strips, or that came from elsewhere.

        Parameters
        ----------
        record
            The take; one without a clip is left alone.
        done
            Called when the strip is there, on the extractor's thread; never where the clip can't be read.
        """

        def draw(going: Going) -> Path:
            clip, name = self._clip(record), f"{record.id}.jpg"
            poster, strip = (paths.new(self._library.folder, place, name) for place in _PICTURES)
            made, now = stills(clip, poster, strip, going=going), self._library.record(record.id)
            if made and not now.poster:
                self._library.annotate(record.id, poster=f"posters/{name}")
            elif now.poster != f"posters/{name}":  # a person chose another one
                poster.unlink(missing_ok=True)
            if not strip.exists():
                raise NotExtracted(f"The strip of take {record.id} was not drawn. {SAFE}")
            return strip

        self._begin(f"{record.id} strip", draw, lambda path, _words: done() if path else None)

    def _begin(self, about: str, job: Callable[[Going], Path], done: Done) -> None:
        self._library.extractor.begin(about, job, done)

    def _clip(self, record: Record) -> Path:
        path = self._library.path(record)
        if record.emptied_at is not None:
            raise LibraryError(
                f"Take {record.id} was in the bin when it was emptied: its clip is gone for good, so nothing can be "
                "made of it. Nothing was spent."
            )
        if path is None or not path.is_file():
            raise LibraryError(
                f"The clip of take {record.id} is not in the library ({record.state}), so nothing can be made of it. "
                "Nothing was spent. While the service keeps it (seven days), opening the library anew fetches it."
            )
        return path

    def _story(self, record: Record, target: Path) -> Path:
        """Always anew: stars and tags are part of it, and copying takes no time."""
        try:
            written = write_to(self._library, record, target)
            permissions.follow(written)
            return written
        except OSError as error:
            raise NotExtracted(
                f"The clip with its story could not be written to {str(target.parent)!r} "
                f"({error.strerror or type(error).__name__}). {SAFE} Make room there and try again."
            ) from error


def settings(record: Record) -> str:
    """What a sheet says below the prompt: ``5 s · 16:9 · sound · kwaivgi/kling-video-o3-pro/text-to-video``."""
    facts = [f"{record.seconds} s", *(str(record.inputs[name]) for name in ("aspect_ratio",) if name in record.inputs)]
    facts += ["sound"] if record.inputs.get("sound") is True else []
    facts += [record.model, *(["simulated: practice"] if record.practice else [])]
    return " · ".join(facts)


def _sheet_name(records: Sequence[Record]) -> str:
    ids = [record.id for record in records]
    if len(ids) <= 2:  # readable where that leaves a name that file systems take
        return f"{'-'.join(ids)}-sheet.png"
    return f"{ids[0]}-and-{len(ids) - 1}-more-{hashlib.sha256('-'.join(ids).encode()).hexdigest()[:8]}-sheet.png"


def _is_moment(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value) and value >= 0


def _fresh(made: Path, clips: Sequence[Path]) -> bool:
    """Whether what was made is newer than the clips."""
    try:
        return made.stat().st_mtime_ns >= max(clip.stat().st_mtime_ns for clip in clips)
    except OSError:
        return False
