"""The sound of a practice clip: a soft chord, the noise of the place, and a tick at every cut."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from .scene import Kind
from .seeded import seeded

RATE = 48_000
"""Samples a second, for each of two channels."""

PEAK = 0.25
"""The loudest sample, of 1.0: about -12 dBFS."""

Samples = npt.NDArray[np.float32]

_CHORDS: dict[Kind, tuple[float, tuple[int, ...]]] = {
    "city": (110.0, (0, 7, 10, 15, 19)),
    "sea": (98.0, (0, 7, 12, 16, 23)),
    "snow": (130.8, (0, 7, 14, 16, 24)),
    "forest": (103.8, (0, 7, 12, 16, 21)),
    "desert": (92.5, (0, 7, 13, 17, 24)),
    "space": (73.4, (0, 7, 14, 21, 26)),
    "meadow": (123.5, (0, 7, 12, 16, 19)),
}
"""The lowest note (Hz) and the chord above it (semitones) of each place."""

_NOISE: dict[Kind, tuple[float, float, float, float]] = {
    "city": (60, 300, 0.5, 0.05),
    "sea": (120, 1400, 1.3, 0.16),
    "snow": (300, 2200, 0.5, 0.09),
    "forest": (400, 3200, 0.45, 0.13),
    "desert": (150, 900, 0.7, 0.08),
    "space": (40, 160, 0.7, 0.04),
    "meadow": (700, 4200, 0.35, 0.11),
}
"""Noise of each place: from and to which pitch (Hz), how loud, and how often it swells (Hz)."""


def bed(kind: Kind, rain: bool, seconds: float, seed: str) -> Samples:
    """The sound of one shot: two channels by samples, not yet levelled."""
    dice = seeded("sound", kind, seed)
    count = round(seconds * RATE)
    t = np.arange(count, dtype=np.float64) / RATE
    root, chord = _CHORDS[kind]
    root *= 2 ** (dice.choice((-2, 0, 0, 3)) / 12)
    out = np.zeros((2, count))
    for i, step in enumerate(chord):
        pitch = root * 2 ** (step / 12)
        for side in (0, 1):
            swell = 0.62 + 0.38 * np.sin(2 * math.pi * dice.uniform(0.07, 0.19) * t + dice.uniform(0, 6.3))
            tone = np.sin(2 * math.pi * pitch * (1 + (side - 0.5) * 0.0022) * t)
            tone += 0.22 * np.sin(4 * math.pi * pitch * t + 1)
            out[side] += tone * swell / (1.4 + 0.5 * i)
    low, high, loud, beat = _NOISE[kind]
    for side in (0, 1):
        swell = 0.55 + 0.45 * np.sin(2 * math.pi * beat * t + 0.5 * side + dice.uniform(0, 6.3))
        out[side] += 2.2 * loud * swell * _noise(count, low, high, dice.getrandbits(32))
        if rain:
            out[side] += 1.1 * _noise(count, 1800, 7000, dice.getrandbits(32))
    if kind in ("forest", "meadow", "sea"):
        _birds(out, dice.uniform(0.3, 1.2), seconds, 2600 if kind != "sea" else 1250)
    edge = min(count // 2, RATE // 8)
    ramp = np.sin(np.linspace(0, math.pi / 2, edge)) ** 2
    out[:, :edge] *= ramp
    out[:, -edge:] *= ramp[::-1]
    return out.astype(np.float32)


def joined(beds: Sequence[Samples]) -> Samples:
    """Put the shots' sound one after the other, a tick at every cut, levelled to ``PEAK``."""
    levelled = [b / (float(np.abs(b).max()) or 1.0) for b in beds]
    out = np.concatenate(levelled, axis=1)
    long = RATE // 20
    t = np.arange(long) / RATE
    tick = (0.5 * np.sin(2 * math.pi * 1480 * t) * np.exp(-t * 130)).astype(np.float32)
    cut = 0
    for before in beds[:-1]:
        cut += before.shape[1]
        place = out[:, cut : cut + long]
        place += tick[: place.shape[1]]
    bed: Samples = (out * (PEAK / (float(np.abs(out).max()) or 1.0))).astype(np.float32)
    return bed


def _noise(count: int, low: float, high: float, seed: int) -> npt.NDArray[np.float64]:
    """Noise between two pitches (Hz), about as loud as a sine."""
    size = 1 << max(1, count - 1).bit_length()
    pitch = np.fft.rfftfreq(size, 1 / RATE)
    shape = 1 / (1 + (low / np.maximum(pitch, 1)) ** 4) / (1 + (pitch / high) ** 4)
    white = np.random.default_rng(seed).standard_normal(size)
    noise = np.fft.irfft(np.fft.rfft(white) * shape, size)[:count]
    return np.asarray(noise / (float(np.abs(noise).max()) or 1.0))


def _birds(out: npt.NDArray[np.float64], first: float, seconds: float, pitch: float) -> None:
    """Calls now and then, far off."""
    dice = seeded("birds", first)
    at = first
    while at < seconds - 0.3:
        t = np.arange(int(0.16 * RATE)) / RATE
        glide = pitch * dice.uniform(0.85, 1.25) * (1 + 0.14 * np.sin(2 * math.pi * 11 * t))
        call = 0.3 * np.sin(2 * math.pi * np.cumsum(glide) / RATE) * np.sin(math.pi * t / 0.16) ** 2
        side, start = dice.randrange(2), int(at * RATE)
        out[side, start : start + call.size] += call
        out[1 - side, start : start + call.size] += 0.4 * call
        at += dice.choice((0.2, 0.24, 1.1, 1.9))
