"""What is told of a clip's motion, from its frames as small grey pictures."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kling_widget.media.extraction.motion import GRID, Grey, Motion, measure

RATE = 24


def grey(level: float) -> Grey:
    return np.full((GRID, GRID), round(level), np.uint8)


def dot(column: int) -> Grey:
    """A bright spot that stands in a column."""
    picture = np.full((GRID, GRID), 60, np.uint8)
    picture[20:28, column % 40 : column % 40 + 8] = 220
    return picture


def told(pictures: list[Grey]) -> Motion:
    return measure(pictures, [n / RATE for n in range(len(pictures))], len(pictures) / RATE)


def test_a_cut_is_found_where_the_other_shot_begins() -> None:
    motion = told([dot(n) for n in range(24)] + [255 - dot(n) for n in range(24)])
    assert motion.cuts == (1.0,)
    assert motion.freezes == ()


def test_wild_motion_is_no_cut() -> None:
    dice = np.random.default_rng(5)
    assert told([dice.integers(0, 255, (GRID, GRID)).astype(np.uint8) for _ in range(60)]).cuts == ()


def test_what_is_drawn_on_threes_is_neither_cut_nor_frozen() -> None:
    motion = told([np.roll(dot(0), 8 * (n // 3), axis=1) for n in range(60)])
    assert (motion.cuts, motion.freezes) == ((), ())


def test_a_flash_is_no_cut() -> None:
    assert told([dot(n) for n in range(20)] + [grey(255)] * 2 + [dot(n) for n in range(22, 50)]).cuts == ()


def test_a_slow_fade_is_neither_cut_nor_frozen() -> None:
    motion = told([grey(255 - n) for n in range(240)])
    assert (motion.cuts, motion.freezes) == ((), ())


def test_a_standstill_is_told_from_its_first_frame_to_the_next_that_moves() -> None:
    motion = told([dot(n) for n in range(24)] + [dot(23)] * 12 + [dot(n) for n in range(24, 48)])
    assert motion.freezes == ((23 / RATE, 36 / RATE),)


@given(st.integers(1, 23), st.integers(0, 1))
def test_what_stands_still_is_marked_from_a_quarter_second_on(frames: int, noise: int) -> None:
    dice = np.random.default_rng(frames)
    still = [dot(0) + dice.integers(0, noise + 1, (GRID, GRID)).astype(np.uint8) for _ in range(frames)]
    motion = told([*(dot(40 - n) for n in range(12, 1, -1)), *still])
    assert bool(motion.freezes) == (frames >= 7)  # seven frames: the last begins a quarter second after the first


@pytest.mark.parametrize("frames", [0, 1, 2])
def test_hardly_any_frames_are_no_trouble(frames: int) -> None:
    motion = told([grey(90)] * frames)
    assert (motion.cuts, motion.freezes) == ((), ())
