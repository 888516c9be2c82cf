"""A file out of a form (``multipart/form-data``), read piece by piece from the disk."""

from __future__ import annotations

from dataclasses import dataclass
from email.message import Message
from email.parser import BytesHeaderParser
from pathlib import Path
from typing import BinaryIO

_PIECE = 256 * 1024
_HEAD = 16_000
"""Bytes that the headers of one part may have."""


@dataclass(frozen=True)
class FormFile:
    """A file in a form: its name, its type, and where its bytes lie in the form."""

    name: str
    kind: str
    start: int
    length: int


def find_file(path: Path, content_type: str, field: str) -> FormFile | None:
    """Find the file that a form holds in a field.

    Parameters
    ----------
    path
        The form's bytes.
    content_type
        The request's header, which names the boundary between the parts.
    field
        The field's name.
    """
    header = Message()
    header["Content-Type"] = content_type
    boundary = header.get_boundary()
    if header.get_content_type() != "multipart/form-data" or not boundary:
        return None
    line = b"--" + boundary.encode("utf-8", "replace")
    with path.open("rb") as form:
        at = _find(form, line, 0)
        while at is not None:
            at += len(line)
            form.seek(at)
            head = form.read(_HEAD)
            end = head.find(b"\r\n\r\n")
            if head.startswith(b"--") or end < 0:
                return None  # the end of the form, or a part without headers
            about = BytesHeaderParser().parsebytes(head[2 : end + 4])
            start = at + end + 4
            at = _find(form, b"\r\n" + line, start)
            name = about.get_filename()
            if at is None:
                return None  # a form that breaks off
            if about.get_param("name", header="content-disposition") == field and name is not None:
                kind = about.get_content_type() if "Content-Type" in about else "application/octet-stream"
                return FormFile(name, kind, start, at - start)
            at += 2
    return None


def _find(file: BinaryIO, wanted: bytes, start: int) -> int | None:
    """Where bytes stand in a file, at or after ``start``."""
    file.seek(start)
    held, base = b"", start
    while piece := file.read(_PIECE):
        held += piece
        found = held.find(wanted)
        if found >= 0:
            return base + found
        kept = min(len(held), len(wanted) - 1)
        base += len(held) - kept
        held = held[len(held) - kept :]
    return None
