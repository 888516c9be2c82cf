"""Recognise a file that is no MP4 by its first bytes: for messages, and for the name that it is kept under."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Foreign:
    """A kind of file.

    Attributes
    ----------
    what
        Its kind in words: ``"a WebM or Matroska video"``.
    suffix
        The suffix for its name. Pages and scripts get ``.txt``, so that no double click runs them.
    a_clip
        Whether a player may show it.
    """

    what: str
    suffix: str
    a_clip: bool = False

    @property
    def is_text(self) -> bool:
        """Whether it is text or empty: what hosts send instead of a file."""
        return self.suffix == ".txt"


_MAGIC: tuple[tuple[int, bytes, Foreign], ...] = (
    (0, b"\x1aE\xdf\xa3", Foreign("a WebM or Matroska video", ".webm", a_clip=True)),
    (0, b"GIF8", Foreign("a GIF", ".gif", a_clip=True)),
    (0, b"\xff\xd8\xff", Foreign("a JPEG picture", ".jpg")),
    (0, b"\x89PNG", Foreign("a PNG picture", ".png")),
    (8, b"WEBP", Foreign("a WebP picture", ".webp")),
    (8, b"AVI ", Foreign("an AVI video", ".avi", a_clip=True)),
    (8, b"WAVE", Foreign("a sound file (WAV)", ".wav")),
    (0, b"ID3", Foreign("a sound file (MP3)", ".mp3")),
    (0, b"OggS", Foreign("an Ogg file", ".ogg", a_clip=True)),
    (0, b"FLV", Foreign("a Flash video", ".flv", a_clip=True)),
    (0, b"#EXTM3U", Foreign("a playlist (HLS)", ".txt")),
    (0, b"PK\x03\x04", Foreign("a ZIP archive", ".zip")),
    (0, b"\x1f\x8b", Foreign("compressed (gzip)", ".gz")),
)
_PAGES = (b"<!doctype", b"<html", b"<head", b"<body", b"<script")


def recognise(head: bytes) -> Foreign | None:
    """Return the kind of a file by its first bytes; None if they match nothing."""
    if not head:
        return Foreign("empty", ".txt")
    for at, magic, kind in _MAGIC:
        if head[at:].startswith(magic):
            return kind
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if text.startswith(_PAGES):
        return Foreign("a web page (HTML)", ".txt")
    if text.startswith((b"{", b"[")):
        return Foreign("JSON", ".txt")
    if text.startswith(b"<"):
        return Foreign("XML", ".txt")
    if not any(byte < 9 or 13 < byte < 32 for byte in head):
        return Foreign("text", ".txt")
    if not head.strip(b"\0"):
        return Foreign("nothing but zeros", ".bin")
    return None
