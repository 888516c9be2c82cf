"""MP4s of every lawful shape, for tests: laid down by PyAV, and changed box by box."""

from __future__ import annotations

import struct
import tempfile
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import cast

import av
import numpy as np
from av.video.stream import VideoStream

ENTRY = (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsd", b"avc1")
"""The way to the first track's sample entry."""

_BEFORE = {b"stsd": 8, b"avc1": 78, b"meta": 4}  # bytes in these boxes before the boxes in them

CORNERS = {"red": (235, 20, 20), "green": (20, 235, 20), "blue": (20, 20, 235), "yellow": (235, 235, 20)}
"""Colours of a picture's corners: top left, top right, bottom left, bottom right."""

ONE = 1 << 16
TURNS: Mapping[str, tuple[int, int, int, int]] = {
    "none": (ONE, 0, 0, ONE),
    "right": (0, ONE, -ONE, 0),
    "half": (-ONE, 0, 0, -ONE),
    "left": (0, -ONE, ONE, 0),
    "mirrored": (-ONE, 0, 0, ONE),
    "upside down": (ONE, 0, 0, -ONE),
    "transposed": (0, ONE, ONE, 0),
    "transversed": (0, -ONE, -ONE, 0),
}
"""The matrices that turn a picture by whole turns, or flip it: a, b, c and d."""


@cache
def film(
    *,
    flags: str = "",
    sound: bool = False,
    frames: int = 24,
    size: tuple[int, int] = (96, 64),
    gop: int = 12,
    b_frames: int = 0,
    container: str = "mp4",
    corners: bool = False,
    pixel: Fraction | None = None,
    codec: str = "libx264",
) -> bytes:
    """A clip of ``frames`` pictures, 24 a second; number N is as bright as N says, or has four coloured corners."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clip"
        with av.open(str(path), "w", format=container, options={"movflags": flags} if flags else {}) as out:
            options = {"preset": "veryfast"} if codec == "libx264" else {}
            video = cast(VideoStream, out.add_stream(codec, rate=24, options=options))
            video.width, video.height, video.pix_fmt = *size, "yuv420p"
            video.codec_context.gop_size, video.codec_context.max_b_frames = gop, b_frames
            if pixel:
                video.codec_context.sample_aspect_ratio = pixel
            audio = out.add_stream("aac", rate=48_000) if sound else None
            for number in range(frames):
                picture = four_corners(*size) if corners else bright(number, *size)
                out.mux(video.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
            out.mux(video.encode())
            if audio is not None:
                tone = 0.1 * np.sin(np.arange(2000 * frames, dtype=np.float32) / 20)
                block = av.AudioFrame.from_ndarray(tone[None].astype(np.float32), format="fltp", layout="mono")
                block.sample_rate = 48_000
                out.mux(audio.encode(block))
                out.mux(audio.encode())
        return path.read_bytes()


def bright(number: int, width: int, height: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """A picture whose brightness is its number: 8 levels each."""
    return np.full((height, width, 3), 8 + 8 * number % 240, np.uint8)


def four_corners(width: int, height: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """A picture with a colour in each quarter."""
    picture = np.zeros((height, width, 3), np.uint8)
    for number, colour in enumerate(CORNERS.values()):
        down, across = divmod(number, 2)
        picture[down * height // 2 : (down + 1) * height // 2, across * width // 2 : (across + 1) * width // 2] = colour
    return picture


def box(kind: bytes, body: bytes = b"") -> bytes:
    """A box around a body."""
    return struct.pack(">I4s", 8 + len(body), kind) + body


def parts(body: bytes) -> list[tuple[bytes, bytes]]:
    """The boxes of a body, each with its kind and its own bytes, head included."""
    found, at = [], 0
    while at < len(body):
        length, kind = struct.unpack_from(">I4s", body, at)
        if length == 1:
            (length,) = struct.unpack_from(">Q", body, at + 8)
        length = length or len(body) - at
        found.append((kind, body[at : at + length]))
        at += length
    return found


def changed(body: bytes, path: tuple[bytes, ...], change: Callable[[bytes], bytes]) -> bytes:
    """A file with the inside of a box changed, by the kinds on the way to it: the first of each.

    Places in the file are not moved: where the box grows, it must lie behind the media.
    """
    out, done = b"", False
    for kind, whole in parts(body):
        if kind == path[0] and not done:
            inner, done = whole[8:], True
            if len(path) == 1:
                whole = box(kind, change(inner))
            else:
                skip = _BEFORE.get(kind, 0)
                whole = box(kind, inner[:skip] + changed(inner[skip:], path[1:], change))
        out += whole
    assert done, path
    return out


def put(body: bytes, at: int, piece: bytes) -> bytes:
    """Bytes with a piece written over them."""
    return body[:at] + piece + body[at + len(piece) :]


def turned(body: bytes, matrix: tuple[int, int, int, int], where: bytes = b"tkhd") -> bytes:
    """A clip whose picture is transformed by ``tkhd``, or by ``mvhd``."""
    a, b, c, d = matrix
    said = struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 1 << 30)
    if where == b"mvhd":
        return changed(body, (b"moov", b"mvhd"), lambda head: put(head, 36, said))
    return changed(body, (b"moov", b"trak", b"tkhd"), lambda head: put(head, 40, said))


def sized(body: bytes, width: int, height: int) -> bytes:
    """A clip whose ``tkhd`` says another size."""
    size = struct.pack(">II", width << 16, height << 16)
    return changed(body, (b"moov", b"trak", b"tkhd"), lambda head: put(head, 76, size))


def oblong(body: bytes, across: int, down: int) -> bytes:
    """A clip whose pixels have this shape. Its header lies behind its media."""
    return changed(without_pixel(body), ENTRY, lambda entry: entry + box(b"pasp", struct.pack(">II", across, down)))


def without_pixel(body: bytes) -> bytes:
    """A clip that says nothing of the shape of its pixels."""
    return changed(
        body, ENTRY, lambda entry: entry[:78] + b"".join(one for kind, one in parts(entry[78:]) if kind != b"pasp")
    )


def edited(body: bytes, *edits: tuple[int, int], rate: int = ONE) -> bytes:
    """A clip with this edit list: lengths in the movie's ticks, starts in the track's. Its header lies behind."""
    table = struct.pack(">II", 0, len(edits)) + b"".join(struct.pack(">Iii", *edit, rate) for edit in edits)
    edts = box(b"edts", box(b"elst", table))

    def into(track: bytes) -> bytes:
        kept = [one for kind, one in parts(track) if kind != b"edts"]
        return b"".join([kept[0], edts, *kept[1:]])  # behind tkhd

    return changed(body, (b"moov", b"trak"), into)


def reordered(body: bytes, *kinds: bytes) -> bytes:
    """A file's top-level boxes in another order, their samples found again."""
    named = dict(parts(body))
    before = dict(_starts(body))
    order = [named[kind] for kind in kinds]
    after = dict(_starts(b"".join(order)))
    return moved(b"".join(order), after[b"mdat"] - before[b"mdat"])


def moved(body: bytes, by: int) -> bytes:
    """A file whose tables of chunks point this much farther."""

    def table(inner: bytes) -> bytes:
        count = int.from_bytes(inner[4:8], "big")
        places = struct.unpack_from(f">{count}I", inner, 8)
        return inner[:8] + struct.pack(f">{count}I", *(place + by for place in places))

    def tables(track: bytes) -> bytes:
        return changed(track, (b"mdia", b"minf", b"stbl", b"stco"), table)

    def header(inner: bytes) -> bytes:
        return b"".join(box(kind, tables(one[8:])) if kind == b"trak" else one for kind, one in parts(inner))

    return changed(body, (b"moov",), header)


def _starts(body: bytes) -> list[tuple[bytes, int]]:
    found, at = [], 0
    for kind, one in parts(body):
        found.append((kind, at))
        at += len(one)
    return found


def _no_length(body: bytes, *path: bytes) -> bytes:
    """A header whose length is 0 (version 0 of ``mvhd``, ``tkhd`` or ``mdhd``)."""
    at = 20 if path[-1] == b"tkhd" else 16
    return changed(body, path, lambda inner: put(inner, at, bytes(4)))


def _far(body: bytes) -> bytes:
    """``co64`` for ``stco``, in a file whose header lies behind its media."""

    def tables(inner: bytes) -> bytes:
        out = b""
        for kind, one in parts(inner):
            if kind == b"stco":
                count = int.from_bytes(one[12:16], "big")
                places = struct.unpack_from(f">{count}I", one, 16)
                one = box(b"co64", one[8:16] + struct.pack(f">{count}Q", *places))
            out += one
        return out

    return changed(body, (b"moov", b"trak", b"mdia", b"minf", b"stbl"), tables)


def _wide_media(body: bytes) -> bytes:
    """A 64-bit size for ``mdat``: the eight bytes of the ``free`` box before it make room."""
    out = b""
    for kind, one in parts(body):
        if kind == b"free":
            continue
        out += struct.pack(">I4sQ", 1, b"mdat", len(one) + 8) + one[8:] if kind == b"mdat" else one
    return out


def _to_the_end(body: bytes) -> bytes:
    """Media without a length: it reaches to the file's end."""
    assert parts(body)[-1][0] == b"mdat"
    at = body.rindex(b"mdat", 0, len(body) - len(parts(body)[-1][1]) + 8) - 4
    return put(body, at, bytes(4))


def _with_length(body: bytes, seconds: float) -> bytes:
    """A file in fragments whose ``mehd`` says its length."""
    ticks = round(seconds * 1000)
    return changed(body, (b"moov", b"mvex"), lambda inner: box(b"mehd", bytes(4) + struct.pack(">I", ticks)) + inner)


_FRAGMENTS = "frag_keyframe+empty_moov+default_base_moof"


def whole() -> dict[str, bytes]:
    """Files that are whole by the standard, each laid down in another way; one second of pictures at least."""
    plain, fast = film(), film(flags="faststart")
    fragments = film(flags=_FRAGMENTS)
    ftyp = parts(plain)[0][1]
    return {
        "header last": plain,
        "header first": fast,
        "with sound": film(sound=True),
        "with B-frames": film(b_frames=3),
        "a byte behind": plain + b"x",
        "4 zeros behind": fast + bytes(4),
        "16 zeros behind": fast + bytes(16),
        "4096 zeros behind": plain + bytes(4096),
        "words behind": plain + b"what another tool hung behind it",
        "free behind": plain + box(b"free", bytes(100)),
        "skip behind": fast + box(b"skip", bytes(100)),
        "udta behind": fast + box(b"udta", box(b"name", b"x")),
        "an unknown box behind": fast + box(b"XYZ!", bytes(100)),
        "free without a length": fast + struct.pack(">I4s", 0, b"free") + bytes(50),
        "media to the end": _to_the_end(reordered(fast, b"ftyp", b"moov", b"free", b"mdat")),
        "media of 64 bits": _wide_media(plain),
        "places of 64 bits": _far(plain),
        "free first": moved(box(b"free", bytes(92)) + plain, 100),
        "wide first": moved(box(b"wide") + plain, 8),
        "no ftyp": moved(plain[len(ftyp) :], -len(ftyp)),
        "an unknown box in the header": changed(plain, (b"moov",), lambda inner: inner + box(b"XYZ!", b"abc")),
        "padding in the header": changed(plain, (b"moov",), lambda inner: inner + bytes(4)),
        "no length in mvhd": _no_length(plain, b"moov", b"mvhd"),
        "no length anywhere": _no_length(
            _no_length(_no_length(plain, b"moov", b"mvhd"), b"moov", b"trak", b"tkhd"),
            *(b"moov", b"trak", b"mdia", b"mdhd"),
        ),
        "a MOV": film(container="mov"),
        "fragments": fragments,
        "fragments, each with its base": film(flags="frag_keyframe+empty_moov"),
        "fragments, the first in the header": film(flags="frag_keyframe"),
        "fragments, with sound": film(flags=_FRAGMENTS, sound=True),
        "fragments, a picture each": film(flags="frag_every_frame+empty_moov+default_base_moof"),
        "fragments, B-frames": film(flags=_FRAGMENTS, b_frames=3),
        "fragments, offsets with a sign": film(flags=_FRAGMENTS + "+negative_cts_offsets", b_frames=3),
        "fragments, an index": film(flags=_FRAGMENTS + "+dash+global_sidx"),
        "fragments, an index each": film(flags=_FRAGMENTS + "+dash", sound=True),
        "fragments, CMAF": film(flags=_FRAGMENTS + "+cmaf"),
        "fragments, no index behind": film(flags=_FRAGMENTS + "+skip_trailer"),
        "fragments, a length": _with_length(fragments, 1.0),
        "fragments, zeros behind": fragments + bytes(16),
    }


def broken() -> dict[str, bytes]:
    """Files that are not whole, or none that could be: nobody may take one for a clip."""
    plain, fast, fragments = film(), film(flags="faststart"), film(flags=_FRAGMENTS)
    last = fragments.rindex(b"moof") - 4
    to_the_end = whole()["media to the end"]
    index = film(flags=_FRAGMENTS + "+dash+global_sidx")
    return {
        "nothing": b"",
        "a byte short": plain[:-1],
        "a byte short, header first": fast[:-1],
        "half": plain[: len(plain) // 2],
        "media to the end, a byte short": to_the_end[:-1],
        "media to the end, half": to_the_end[: -len(parts(to_the_end)[-1][1]) // 2],
        "a fragment cut": fragments[: fragments.index(b"mfra") - 5],
        "a fragment's header cut": fragments[: last + 20],
        "a fragment without its media": fragments[: last + int.from_bytes(fragments[last : last + 4], "big")],
        "a fragment too few for its length": _with_length(fragments, 1.0)[: last + 16],
        "a fragment too few for its index": index[: index.rindex(b"moof") - 4],
        "no fragment at all": fragments[: fragments.index(b"moof") - 4],
        "a segment without its header": fragments[fragments.index(b"moof") - 4 :],
        "sound only": _sound_only(),
        "a WebM": film(container="webm", codec="libvpx"),
        "a GIF": b"GIF89a" + bytes(300),
        "HTML": b"<html><body>sorry</body></html>" * 40,
        "JSON": b'{"error": "not found"}',
        "text": b"no such file",
        "zeros": bytes(5000),
        "ftyp and zeros": box(b"ftyp", b"isom" + bytes(12)) + bytes(3000),
    }


@cache
def _sound_only() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clip"
        with av.open(str(path), "w", format="mp4") as container:
            audio = container.add_stream("aac", rate=48_000)
            block = av.AudioFrame.from_ndarray(np.zeros((1, 48_000), np.float32), format="fltp", layout="mono")
            block.sample_rate = 48_000
            container.mux(audio.encode(block))
            container.mux(audio.encode())
        return path.read_bytes()
