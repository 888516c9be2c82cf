"""One frame in YUV planes, and cut-outs that are laid on it fast enough for 1080p on one core.

Everything that moves is drawn once, by Pillow, and turned into planes; a frame is then only moving memory: inside a
cut-out two bitwise operations a plane, along its edge one blend for the few pixels that are half covered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace
from PIL import Image

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float32]

_SOLID = 250
"""Coverage (of 256) from which a pixel counts as fully covered: the last 2 % are not seen and cost a blend."""


def yuv(picture: Image.Image) -> tuple[Bytes, Bytes, Bytes]:
    """Turn an RGB picture into limited-range BT.709 planes, the chroma at half size (4:2:0)."""
    width, height = picture.size
    rgb = np.asarray(picture.convert("RGB"))
    if width % 2 or height % 2:
        rgb = np.pad(rgb, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
    frame = VideoFrame.from_ndarray(np.ascontiguousarray(rgb), format="rgb24").reformat(
        format="yuv420p",
        dst_colorspace=Colorspace.ITU709,
        src_color_range=ColorRange.JPEG,
        dst_color_range=ColorRange.MPEG,
    )
    planes = [
        np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)[:, : plane.width].copy()
        for plane in frame.planes
    ]
    return planes[0], planes[1], planes[2]


class Canvas:
    """One frame, 4:2:0: ``buffer`` holds the three planes one after the other, as the encoder takes them.

    Parameters
    ----------
    width, height
        Size in pixels, both even and divisible by four (the chroma planes lie behind the luma in one array).
    """

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self.buffer: Bytes = np.zeros((height * 3 // 2, width), np.uint8)
        quarter = height // 4
        chroma = (height // 2, width // 2)
        self.planes: tuple[Bytes, Bytes, Bytes] = (
            self.buffer[:height],
            self.buffer[height : height + quarter].reshape(chroma),
            self.buffer[height + quarter :].reshape(chroma),
        )

    def fill(self, planes: Sequence[Bytes], left: int = 0) -> None:
        """Cover the whole frame with a backdrop at least as large, starting at its column ``left``."""
        for level, (target, source) in enumerate(zip(self.planes, planes, strict=True)):
            start = left >> (level > 0)
            np.copyto(target, source[: target.shape[0], start : start + target.shape[1]])


@dataclass(frozen=True)
class _Cut:
    """One plane of a cut-out: its inside, and its edge sorted by column. From row ``full`` on it has no holes."""

    paint: Bytes
    keep: Bytes
    full: int
    rows: Ints
    columns: Ints
    alpha: Ints
    value: Ints

    @classmethod
    def of(cls, plane: Bytes, coverage: Bytes) -> _Cut:
        solid = coverage >= _SOLID
        columns, rows = np.nonzero((coverage.T > 6) & ~solid.T)  # transposed: sorted by column
        holes = np.flatnonzero(~solid.all(axis=1))
        return cls(
            paint=np.where(solid, plane, 0).astype(np.uint8),
            keep=np.where(solid, 0, 255).astype(np.uint8),
            full=int(holes[-1]) + 1 if holes.size else 0,
            rows=rows.astype(np.int32),
            columns=columns.astype(np.int32),
            alpha=coverage[rows, columns].astype(np.int32),
            value=plane[rows, columns].astype(np.int32),
        )

    def lay(self, target: Bytes, x: int, y: int) -> None:
        height, width = target.shape
        top, bottom = max(0, y), min(height, y + self.paint.shape[0])
        left, right = max(0, x), min(width, x + self.paint.shape[1])
        if top >= bottom or left >= right:
            return
        solid = min(bottom, max(top, y + self.full))
        inside = target[top:solid, left:right]
        inside &= self.keep[top - y : solid - y, left - x : right - x]
        inside |= self.paint[top - y : solid - y, left - x : right - x]
        target[solid:bottom, left:right] = self.paint[solid - y : bottom - y, left - x : right - x]
        first, last = np.searchsorted(self.columns, (left - x, right - x))
        if first == last:
            return
        rows, columns = self.rows[first:last], self.columns[first:last]
        alpha, value = self.alpha[first:last], self.value[first:last]
        if top != y or bottom != y + self.paint.shape[0]:
            seen = (rows >= top - y) & (rows < bottom - y)
            rows, columns, alpha, value = rows[seen], columns[seen], alpha[seen], value[seen]
        at = (rows + y) * width + (columns + x)
        flat = target.reshape(-1)
        under = flat[at].astype(np.int32)
        flat[at] = under + ((value - under) * alpha >> 8)


class Cutout:
    """A shape cut from a painted picture.

    Parameters
    ----------
    picture
        RGB, painted past the edge of the shape, so that half-covered pixels have the shape's own colour.
    coverage
        How much of each pixel the shape covers, 0 to 255, as large as the picture.
    """

    def __init__(self, picture: Image.Image, coverage: Bytes) -> None:
        luma, cb, cr = yuv(picture)
        height, width = luma.shape
        cover = np.zeros((height, width), np.uint8)
        cover[: coverage.shape[0], : coverage.shape[1]] = coverage
        rows = cover[0::2].astype(np.uint16) + cover[1::2]
        half = ((rows[:, 0::2] + rows[:, 1::2]) >> 2).astype(np.uint8)
        self.width, self.height = width, height
        self._cuts = (_Cut.of(luma, cover), _Cut.of(cb, half), _Cut.of(cr, half))

    def lay(self, canvas: Canvas, x: int, y: int) -> None:
        """Lay it on the canvas with its top left corner at ``(x, y)`` (pixels; what lies outside is cut off)."""
        for level, (cut, target) in enumerate(zip(self._cuts, canvas.planes, strict=True)):
            shift = level > 0
            cut.lay(target, x >> shift, y >> shift)


class Glaze:
    """A half-transparent picture at a fixed place: captions, marks, veils.

    Parameters
    ----------
    picture
        RGBA.
    x, y
        Its top left corner on the canvas (pixels, even).
    """

    def __init__(self, picture: Image.Image, x: int, y: int) -> None:
        width, height = picture.size[0] // 2 * 2, picture.size[1] // 2 * 2
        picture = picture.crop((0, 0, width, height))
        self.x, self.y = x, y
        alpha = np.asarray(picture.getchannel("A")).astype(np.float32) / 255
        half = alpha.reshape(height // 2, 2, width // 2, 2).mean(axis=(1, 3))
        self._layers = [
            ((256 * (1 - cover)).astype(np.uint16), (plane * cover * 256 + 128).astype(np.uint16))
            for plane, cover in zip(yuv(picture.convert("RGB")), (alpha, half, half), strict=True)
        ]

    def lay(self, canvas: Canvas) -> None:
        """Blend it with what is on the canvas."""
        for level, ((rest, paint), target) in enumerate(zip(self._layers, canvas.planes, strict=True)):
            shift = level > 0
            x, y = self.x >> shift, self.y >> shift
            region = target[y : y + rest.shape[0], x : x + rest.shape[1]]
            blended = region * rest
            blended += paint
            blended >>= 8
            region[...] = blended


class Specks:
    """Many small bright marks that drift over the frame and come in again on the other side: rain, snow, stars.

    Parameters
    ----------
    coverage
        How bright each pixel of a frame-sized tile is, 0 to 255.
    luma
        The brightness of a mark (16 to 235).
    """

    def __init__(self, coverage: Bytes, luma: int) -> None:
        rows, columns = np.nonzero(coverage > 6)
        self._at: Ints = (rows * coverage.shape[1] + columns).astype(np.int32)
        self._alpha: Ints = coverage[rows, columns].astype(np.int32)
        self._luma = luma

    def lay(self, canvas: Canvas, dx: int, dy: int, strength: float = 1.0) -> None:
        """Lay them moved by ``(dx, dy)`` pixels; ``strength`` (0 to 1) dims them all."""
        flat = canvas.planes[0].reshape(-1)
        at = (self._at + (dy * canvas.width + dx)) % flat.size
        under = flat[at].astype(np.int32)
        alpha = (self._alpha * int(strength * 256)) >> 8
        flat[at] = under + ((self._luma - under) * alpha >> 8)
