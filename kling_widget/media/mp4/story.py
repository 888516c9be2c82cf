"""The story in a clip: JSON in a box at the end of the file, and a few labels that players show.

The box is a ``uuid`` box (ISO/IEC 14496-12, 11.1) of the kind ``BOX``, one a file. It holds UTF-8 JSON,
``{"version": 1, "story": {...}}``, of at most ``MOST`` bytes. Players ignore it.
"""

from __future__ import annotations

import contextlib
import json
import struct
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

from ...atomic_write import READABLE, replacing
from ...errors import BadFile, LibraryError
from . import validation
from .boxes import MOST_HEADER, Box, boxes, inside, top_level
from .labels import labelled
from .layout import Layout, lay_out

BOX = uuid.UUID("266c1223-ba21-461f-abc6-d6f1a8ec3d5c")
"""The kind of the box: drawn at random once; it never changes."""

VERSION = 1
"""The version of the format."""

MOST = 1 << 20
"""The largest story in bytes, written or read."""

SHOWN = "shown"
"""The key of what players and file managers show: ``title``, ``comment``, ``tool``, ``date``, all text."""

_DEEPEST = 24  # levels of nested lists and objects
_PIECE = 1 << 20  # bytes copied at a time


def write(source: Path, target: Path, story: Mapping[str, Any]) -> None:
    """Copy a clip and put a story into the copy. Pictures, sound and their times stay the same to the byte.

    The copy gets its name once it is whole and replaces a file of that name. The source never changes; a story in it
    is replaced in the copy.

    Parameters
    ----------
    source
        A whole MP4.
    target
        Where the copy goes.
    story
        JSON values. The entries under ``SHOWN`` also become the clip's labels, unless it has its own.

    Raises
    ------
    BadFile
        If the source is no whole MP4.
    LibraryError
        If the story is too long, is no JSON, or the target is the source itself.
    OSError
        If it can't be read or written.
    """
    if target.exists() and target.samefile(source):
        raise LibraryError(f"{str(target)!r} is the clip itself, which stays as it came. Nothing was written.")
    box = _box(story)
    validation.check(source)
    with source.open("rb") as file:
        found = top_level(file, source.stat().st_size)  # drops trailing bytes that are no box
        kept = [one for one in found if not _ours(file, one)]
        moov = next(one for one in kept if one.kind == b"moov")
        header = inside(file, moov, MOST_HEADER)
        labels = labelled(header, _shown(story), _shown(_existing(file, found)))
        layout = lay_out(kept, header, labels)
        _write(file, layout, box, target)


def read(path: Path) -> dict[str, Any] | None:
    """Return the story in a clip, or None. Its content is untrusted.

    Raises
    ------
    LibraryError
        If it can't be read: too long, damaged, or written by a newer version.
    OSError
        If the file can't be read.
    """
    with path.open("rb") as file:
        story = None
        with contextlib.suppress(BadFile):  # another tool may have appended something broken
            for box in boxes(file, 0, path.stat().st_size):
                if _ours(file, box):
                    story = box
        return None if story is None else _parsed(file, story)


def _ours(file: BinaryIO, box: Box) -> bool:
    if box.kind != b"uuid" or box.end - box.start < 16:
        return False
    file.seek(box.start)
    return file.read(16) == BOX.bytes


def _existing(file: BinaryIO, found: list[Box]) -> Mapping[str, Any]:
    """Return the story that a clip already has; empty if it has none that can be read."""
    mine = [box for box in found if _ours(file, box)]
    with contextlib.suppress(LibraryError):
        return _parsed(file, mine[-1]) if mine else {}
    return {}


def _shown(story: Mapping[str, Any]) -> dict[str, str]:
    shown = story.get(SHOWN)
    return {k: v for k, v in shown.items() if isinstance(v, str)} if isinstance(shown, Mapping) else {}


def _box(story: Mapping[str, Any]) -> bytes:
    try:
        text = json.dumps({"version": VERSION, "story": story}, ensure_ascii=False, allow_nan=False).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise LibraryError(f"The clip's story can't be written ({error}). Nothing was written.") from error
    if len(text) > MOST:
        raise LibraryError("The clip's story is longer than a clip should carry. Save it without: story=False.")
    return struct.pack(">I4s", 24 + len(text), b"uuid") + BOX.bytes + text


def _parsed(file: BinaryIO, box: Box) -> dict[str, Any]:
    if box.end - box.start > MOST + 16:
        raise LibraryError("The story in the file is longer than any real one, so it is not read.")
    try:
        held = json.loads(inside(file, box, MOST + 16)[16:].decode(), parse_constant=_no_number)
        _plain(held)
    except (ValueError, RecursionError) as error:
        raise LibraryError("The story in the file is damaged, so it is not read.") from error
    if not isinstance(held, dict) or not isinstance(held.get("story"), dict) or type(held.get("version")) is not int:
        raise LibraryError("The story in the file has a shape that no version of this package writes.")
    if held["version"] != VERSION:
        raise LibraryError(
            f"The story in the file is of version {held['version']}; this package reads version {VERSION}. "
            "Update kling-widget to read it."
        )
    story: dict[str, Any] = held["story"]
    return story


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _plain(value: Any, depth: int = 0) -> None:
    """Refuse nesting that is too deep and text that no database accepts."""
    if depth > _DEEPEST:
        raise ValueError("too deep")
    if isinstance(value, str):
        if "\0" in value:
            raise ValueError("a zero in a text")
        value.encode()  # half of a pair of surrogates is refused here
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            _plain(name, depth + 1)
            _plain(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            _plain(inner, depth + 1)


def _write(source: BinaryIO, layout: Layout, box: bytes, target: Path) -> None:
    with replacing(target, mode=READABLE) as partial:
        with partial.open("wb") as file:
            for piece in layout:
                if isinstance(piece, bytes):
                    file.write(piece)
                else:
                    _copy(source, file, *piece)
            file.write(box)
        validation.check(partial)


def _copy(source: BinaryIO, target: BinaryIO, start: int, end: int) -> None:
    source.seek(start)
    while start < end:
        piece = source.read(min(_PIECE, end - start))
        if not piece:
            raise BadFile("The MP4 became shorter while it was copied. Nothing was written.")
        target.write(piece)
        start += len(piece)
