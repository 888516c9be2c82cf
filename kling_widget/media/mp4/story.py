"""The story that a clip carries: JSON in a box of its own behind everything else, and a few words that players show.

The box is a ``uuid`` box (ISO/IEC 14496-12, 11.1) of the kind ``BOX``, one a file. It holds UTF-8 JSON,
``{"version": 1, "story": {...}}``, of at most ``MOST`` bytes. Players pass over it.
"""

from __future__ import annotations

import contextlib
import json
import os
import struct
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

from ...errors import BadFile, LibraryError
from . import validation
from .boxes import MOST_HEADER, Box, boxes, inside, top_level
from .labels import labelled
from .layout import Layout, lay_out

BOX = uuid.UUID("266c1223-ba21-461f-abc6-d6f1a8ec3d5c")
"""The kind of our box: drawn at random once, and never to change."""

VERSION = 1
"""The shape of what the box holds."""

MOST = 1 << 20
"""Bytes of a story that are written and read."""

SHOWN = "shown"
"""The part of a story that players and file managers show: ``title``, ``comment``, ``tool``, ``date``, all text."""

_DEEPEST = 24  # lists and mappings in one another
_PIECE = 1 << 20  # bytes that are copied at a time


def write(source: Path, target: Path, story: Mapping[str, Any]) -> None:
    """Copy a clip and give the copy its story. Pictures and sound are the same to the byte, and so are their times.

    The copy gets its name when it is whole; what had that name is replaced. The source never changes. A story that it
    carried already is replaced in the copy.

    Parameters
    ----------
    source
        A whole MP4.
    target
        Where the copy goes.
    story
        JSON values. What stands under ``SHOWN`` is written in the clip's usual labels too, each where it has none.

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
        found = top_level(file, source.stat().st_size)  # what is no box, and stands behind the last one, stays behind
        kept = [one for one in found if not _ours(file, one)]
        moov = next(one for one in kept if one.kind == b"moov")
        header = inside(file, moov, MOST_HEADER)
        labels = labelled(header, _shown(story), _shown(_known(file, found)))
        layout = lay_out(kept, header, labels)
        _write(file, layout, box, target)


def read(path: Path) -> dict[str, Any] | None:
    """The story that a clip carries; None where it carries none. What it says is a stranger's word.

    Raises
    ------
    LibraryError
        If there is one that can't be read: too long, damaged, or written by a newer version.
    OSError
        If the file can't be read.
    """
    with path.open("rb") as file:
        story = None
        with contextlib.suppress(BadFile):  # what another tool hung behind it need not be whole
            for box in boxes(file, 0, path.stat().st_size):
                if _ours(file, box):
                    story = box
        return None if story is None else _parsed(file, story)


def _ours(file: BinaryIO, box: Box) -> bool:
    if box.kind != b"uuid" or box.end - box.start < 16:
        return False
    file.seek(box.start)
    return file.read(16) == BOX.bytes


def _known(file: BinaryIO, found: list[Box]) -> Mapping[str, Any]:
    """The story that a clip carries already, as far as it can be read."""
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
    """Refuse what goes too deep, and text that no database would take."""
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
    part = target.with_name(f".{uuid.uuid4().hex[:16]}.part")  # a suffix could make a long name too long
    descriptor = os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0), 0o644)
    try:
        with os.fdopen(descriptor, "wb") as file:
            for piece in layout:
                if isinstance(piece, bytes):
                    file.write(piece)
                else:
                    _copy(source, file, *piece)
            file.write(box)
            file.flush()
            os.fsync(file.fileno())
        validation.check(part)
        os.replace(part, target)
    finally:
        part.unlink(missing_ok=True)


def _copy(source: BinaryIO, target: BinaryIO, start: int, end: int) -> None:
    source.seek(start)
    while start < end:
        piece = source.read(min(_PIECE, end - start))
        if not piece:
            raise BadFile("The MP4 became shorter while it was copied. Nothing was written.")
        target.write(piece)
        start += len(piece)
