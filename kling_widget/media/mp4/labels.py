"""The labels that players and file managers show: ``moov/udta/meta/ilst``, in iTunes' format."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable, Mapping

from ...errors import BadFile
from .boxes import Box, boxes

LABELS = {"title": b"\xa9nam", "comment": b"\xa9cmt", "tool": b"\xa9too", "date": b"\xa9day"}
"""The item kinds, by label."""

_LEFT_ALONE = (b"mvex", b"saio", b"iloc")  # a header with one of these holds more file offsets than the chunk tables
_HANDLER = b"mdirappl"
_META_HEAD = bytes(4)  # version and flags, which QuickTime leaves out


def labelled(header: bytes, wanted: Mapping[str, str], earlier: Mapping[str, str]) -> bytes:
    """Add labels to a header. Existing labels stay and win.

    Parameters
    ----------
    header
        The body of ``moov``.
    wanted
        The labels to add, by the names of ``LABELS``.
    earlier
        The labels of an earlier story in the same clip, which are removed first.

    Returns
    -------
    bytes
        The header with labels; unchanged if its labels are in another format.
    """
    if not (wanted or earlier) or any(kind in header for kind in _LEFT_ALONE):
        return header
    mine = {_item(LABELS[name], text) for name, text in earlier.items() if name in LABELS}
    fresh = {LABELS[name]: text for name, text in wanted.items() if name in LABELS and text}
    try:
        return _replaced(header, b"udta", lambda body: _user(body, mine, fresh))
    except BadFile:
        return header


def _user(body: bytes | None, mine: set[bytes], fresh: Mapping[bytes, str]) -> bytes:
    body = body or b""
    end = b""
    if body.endswith(bytes(4)) and not _tiles(body):  # QuickTime ends a list with a zero
        body, end = body[:-4], bytes(4)
    return _replaced(body, b"meta", lambda meta: _meta(meta, mine, fresh)) + end


def _meta(body: bytes | None, mine: set[bytes], fresh: Mapping[bytes, str]) -> bytes:
    if body is None:
        body = _META_HEAD + box(b"hdlr", bytes(8) + _HANDLER + bytes(9))
    head, inner = (b"", body) if body[4:8] == b"hdlr" else (body[:4], body[4:])
    handler = next((inner[one.start : one.end] for one in _walk(inner) if one.kind == b"hdlr"), b"")
    if handler[8:12] != _HANDLER[:4]:
        raise BadFile("The MP4's words are laid down in another way.")
    return head + _replaced(inner, b"ilst", lambda items: _items(items or b"", mine, fresh))


def _items(body: bytes, mine: set[bytes], fresh: Mapping[bytes, str]) -> bytes:
    there = [(one.kind, body[one.at : one.end]) for one in _walk(body)]
    kept = [(kind, item) for kind, item in there if item not in mine]
    present = {kind for kind, _ in kept}
    return b"".join(
        [*(item for _, item in kept), *(_item(kind, text) for kind, text in fresh.items() if kind not in present)]
    )


def _item(kind: bytes, text: str) -> bytes:
    return box(kind, box(b"data", struct.pack(">II", 1, 0) + text.encode()))  # 1: UTF-8; 0: any language


def box(kind: bytes, body: bytes) -> bytes:
    """Return a box around a body of less than 4 GiB."""
    return struct.pack(">I4s", 8 + len(body), kind) + body


def _replaced(body: bytes, kind: bytes, change: Callable[[bytes | None], bytes]) -> bytes:
    """Change the first box of a kind; append one if there is none."""
    found = next((one for one in _walk(body) if one.kind == kind), None)
    if found is None:
        return body + box(kind, change(None))
    return body[: found.at] + box(kind, change(body[found.start : found.end])) + body[found.end :]


def _walk(body: bytes) -> list[Box]:
    return list(boxes(io.BytesIO(body), 0, len(body)))


def _tiles(body: bytes) -> bool:
    try:
        return bool(_walk(body)) or not body
    except BadFile:
        return False
