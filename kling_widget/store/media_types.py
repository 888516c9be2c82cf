"""What may be given to a model as a picture or a video, told by a file's first bytes. Pure: nothing is decoded."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ..errors import MediumRefused

MediumKind = Literal["image", "video"]

MOST_BYTES: Mapping[MediumKind, int] = {"image": 10_000_000, "video": 200_000_000}
"""The largest file in bytes: the vendor's 10 MB for pictures, read strictly; for videos a bound of our own."""

LEAST_SIDE = 300
"""The least width and height of a picture in pixels, by the vendor's page on elements."""

HEAD = 1 << 20
"""How many of a file's first bytes are looked at: a camera's own notes come before a JPEG's size."""

FREE = "Nothing was sent and nothing was charged."

ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "video/mp4": "mp4", "video/quicktime": "mov"}
_TAKEN: Mapping[MediumKind, str] = {"image": "a JPEG, PNG or WebP picture", "video": "an MP4 or MOV video"}
_BRANDS = {b"heic": "HEIC", b"heix": "HEIC", b"mif1": "HEIC", b"avif": "AVIF", b"avis": "AVIF", b"M4A ": "M4A sound"}
_OTHERS = {b"GIF8": "GIF", b"BM": "BMP", b"\x1aE\xdf\xa3": "WebM", b"%PDF": "PDF", b"<svg": "SVG"}


@dataclass(frozen=True)
class Medium:
    """A picture or a video.

    Attributes
    ----------
    sha256
        The hash of its bytes, in hex.
    name
        Its name for people.
    type
        Its MIME type, by its first bytes.
    bytes
        Its size.
    width, height
        In pixels; None for videos, and where a picture's header does not say.
    """

    sha256: str
    name: str
    type: str
    bytes: int
    width: int | None = None
    height: int | None = None

    @property
    def kind(self) -> MediumKind:
        """Picture or video."""
        return "video" if self.type.startswith("video/") else "image"

    @property
    def file_name(self) -> str:
        """Its file's name in a library."""
        return f"{self.sha256}.{ENDINGS[self.type]}"


def input_kind(name: str) -> MediumKind | None:
    """What an input of that name refers to (``image``, ``end_image``, ``images``, ``video``); None for other inputs."""
    last = name.rpartition("_")[2]
    return "video" if last == "video" else "image" if last in ("image", "images") else None


def examine(sha256: str, name: str, size: int, head: bytes, kind: MediumKind | None = None) -> Medium:
    """Say what a file is, and whether it can be used.

    Parameters
    ----------
    sha256, name, size
        Its hash in hex, its name, its size in bytes.
    head
        Its first bytes, up to ``HEAD`` of them.
    kind
        What it must be; None: a picture or a video.

    Raises
    ------
    MediumRefused
        If it is none of the types that are taken, too large, or a picture that is too small.
    """
    name = plain(name)
    found = recognise(head)
    medium = Medium(sha256, name, found, size, *(dimensions(head, found) or (None, None)))
    if not found or (kind and medium.kind != kind):
        wanted = _TAKEN[kind] if kind else f"{_TAKEN['image']}, or {_TAKEN['video']}"
        raise MediumRefused(f"{name} is not {wanted}{_instead(head, found)}. {FREE} Choose another file.")
    small_enough(name, size, medium.kind)
    if medium.width is not None and medium.height is not None and min(medium.width, medium.height) < LEAST_SIDE:
        raise MediumRefused(
            f"{name} has {medium.width} x {medium.height} pixels; the models take pictures from {LEAST_SIDE} x "
            f"{LEAST_SIDE}. {FREE} Choose a larger one."
        )
    return medium


def small_enough(name: str, size: int, kind: MediumKind) -> None:
    """Refuse a file that is too large. Raises ``MediumRefused``."""
    most = MOST_BYTES[kind]
    if size > most:
        what = "pictures" if kind == "image" else "videos"
        raise MediumRefused(
            f"{plain(name)} has {size / 1e6:,.1f} MB; {what} of at most {most / 1e6:,.0f} MB are taken. {FREE} "
            "Choose a smaller one."
        )


def recognise(head: bytes) -> str:
    """The MIME type that a file's first bytes tell; empty where it is none that is taken."""
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] == b"ftyp" and head[8:12] not in _BRANDS:
        return "video/quicktime" if head[8:12] == b"qt  " else "video/mp4"
    return ""


def dimensions(head: bytes, kind: str) -> tuple[int, int] | None:
    """A picture's width and height in pixels, by the header of its MIME type; None where it does not say."""
    read = {"image/jpeg": _jpeg, "image/png": _png, "image/webp": _webp}.get(kind)
    found = read(head) if read else None
    return found if found and all(found) else None


def plain(name: str) -> str:
    """A file's name as people may see it: no folders, nothing that can't be printed, at most 100 characters."""
    last = re.split(r"[/\\]", name.rstrip("/\\"))[-1]
    return "".join(c for c in last if c.isprintable()).strip()[-100:] or "The file"


def _jpeg(head: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 <= len(head) and head[at] == 0xFF:
        marker = head[at + 1]
        if marker == 0xFF:  # padding
            at += 1
        elif marker == 0x01 or 0xD0 <= marker <= 0xD8:  # these stand alone
            at += 2
        elif 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):  # a frame's header
            return int.from_bytes(head[at + 7 : at + 9], "big"), int.from_bytes(head[at + 5 : at + 7], "big")
        elif marker in (0xD9, 0xDA):  # the picture itself
            return None
        else:
            at += 2 + int.from_bytes(head[at + 2 : at + 4], "big")
    return None


def _png(head: bytes) -> tuple[int, int] | None:
    if len(head) < 24 or head[12:16] != b"IHDR":
        return None
    return int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big")


def _webp(head: bytes) -> tuple[int, int] | None:
    if len(head) < 30:
        return None
    form = head[12:16]
    if form == b"VP8X":
        return 1 + int.from_bytes(head[24:27], "little"), 1 + int.from_bytes(head[27:30], "little")
    if form == b"VP8L" and head[20] == 0x2F:
        bits = int.from_bytes(head[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if form == b"VP8 " and head[23:26] == b"\x9d\x01\x2a":
        return int.from_bytes(head[26:28], "little") & 0x3FFF, int.from_bytes(head[28:30], "little") & 0x3FFF
    return None


def _instead(head: bytes, found: str) -> str:
    """What a file is instead, where that is known: ``, but GIF``."""
    other = _BRANDS.get(head[8:12]) if head[4:8] == b"ftyp" else None
    other = other or next((name for start, name in _OTHERS.items() if head.startswith(start)), None)
    other = other or (found and ENDINGS[found].upper())
    return f", but {other}" if other else ""
