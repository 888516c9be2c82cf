"""Read the shape of a pixel from an H.264 parameter set, the one field of it that a page heeds."""

from __future__ import annotations

_LONGEST = 4096  # the most bytes of a parameter set
_HIGH = frozenset((44, 83, 86, 100, 110, 118, 122, 128, 134, 135, 138, 139, 244))  # profiles with more fields
_RATIOS = (
    # ITU-T H.264, table E-1
    *((0, 0), (1, 1), (12, 11), (10, 11), (16, 11), (40, 33), (24, 11), (20, 11), (32, 11)),
    *((80, 33), (18, 11), (15, 11), (64, 33), (160, 99), (4, 3), (3, 2), (2, 1)),
)
_EXTENDED = 255


def pixel(configuration: bytes) -> tuple[int, int] | None:
    """Return width and height of a pixel from the body of an ``avcC`` box; None if it does not say.

    ITU-T H.264, 7.3.2.1.1 and E.1.1; ISO/IEC 14496-15, 5.3.3.1.
    """
    length = int.from_bytes(configuration[6:8], "big")
    if len(configuration) < 8 or not configuration[5] & 31 or length > _LONGEST:
        return None
    try:
        return _pixel(_Bits(configuration[9 : 8 + length]))  # behind the head of the unit
    except (EOFError, IndexError):
        return None


def _pixel(bits: _Bits) -> tuple[int, int] | None:
    profile = bits.take(8)
    bits.take(16)  # constraints, level
    bits.skip(1)  # its number
    if profile in _HIGH:
        chroma = bits.unsigned()
        bits.take(chroma == 3)
        bits.skip(2)  # depths
        bits.take(1)  # bypass
        if bits.take(1):
            for number in range(12 if chroma == 3 else 8):
                if bits.take(1):
                    _skip_scaling(bits, 16 if number < 6 else 64)
    bits.skip(1)  # frame numbers
    order = bits.unsigned()
    if order == 0:
        bits.skip(1)
    elif order == 1:
        bits.take(1)
        bits.skip(2)
        bits.skip(min(bits.unsigned(), 255))
    bits.skip(1)  # references
    bits.take(1)  # gaps
    bits.skip(2)  # width and height
    if not bits.take(1):  # fields
        bits.take(1)
    bits.take(1)
    if bits.take(1):  # cropping
        bits.skip(4)
    if not bits.take(1) or not bits.take(1):  # usability information, and a ratio in it
        return None
    ratio = bits.take(8)
    across, down = (bits.take(16), bits.take(16)) if ratio == _EXTENDED else _RATIOS[ratio]
    return (across, down) if across and down else None


def _skip_scaling(bits: _Bits, size: int) -> None:
    last = following = 8
    for _ in range(size):
        if following:
            following = (last + bits.signed()) % 256
        last = following or last


class _Bits:
    """Bits of a parameter set, one after the other, without the bytes that keep start codes out of it."""

    def __init__(self, unit: bytes) -> None:
        plain = unit.replace(b"\0\0\3", b"\0\0")
        self._bits, self._left = int.from_bytes(plain, "big"), 8 * len(plain)

    def take(self, count: int) -> int:
        """The next so many bits."""
        if count > self._left:
            raise EOFError
        self._left -= count
        return self._bits >> self._left & ((1 << count) - 1)

    def unsigned(self) -> int:
        """The next number in Exp-Golomb code."""
        zeros = 0
        while not self.take(1):
            zeros += 1
            if zeros > 32:
                raise EOFError
        return (1 << zeros) - 1 + self.take(zeros)

    def skip(self, count: int) -> None:
        """Pass over so many numbers in Exp-Golomb code."""
        for _ in range(count):
            self.unsigned()

    def signed(self) -> int:
        """The next number with a sign."""
        code = self.unsigned()
        return (code + 1) // 2 if code % 2 else -(code // 2)
