"""Shots to test with, and what is asked of them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from kling_widget.request.storyboard import Shots, fit

ROOM = {"low": 3, "high": 15, "shortest": 3, "most": 5}
TURBO = {"low": 3, "high": 15, "shortest": 1, "most": 6}


def shot(prompt: str, duration: int) -> dict[str, Any]:
    return {"prompt": prompt, "duration": duration}


def lasting(shots: Shots) -> int:
    return sum(one["duration"] for one in shots)


def texts(shots: Shots) -> list[str]:
    return [one["prompt"] for one in shots]


def lengths(shots: Shots) -> list[int]:
    return [one["duration"] for one in shots]


WORDS = st.lists(
    st.sampled_from(["fox", "snow,", "low sun", "Gegenlicht", "日の出", "🦊", "a.b"]), min_size=1, max_size=4
)
TEXT = WORDS.map(" ".join)
LIMITS = st.sampled_from([ROOM, TURBO])


@st.composite
def boards(draw: st.DrawFn) -> tuple[Shots, dict[str, int]]:
    """A storyboard as a model takes it."""
    room = draw(LIMITS)
    count = draw(st.integers(1, room["most"]))
    total = draw(st.integers(max(room["low"], count * room["shortest"]), room["high"]))
    shots = [shot(draw(TEXT | st.just("")), draw(st.integers(1, 15))) for _ in range(count)]
    return fit(shots, total, shortest=room["shortest"]), room


ANY_SHOTS = st.lists(st.builds(shot, TEXT, st.integers(0, 40)), max_size=8)
CUTS = ["cut to:", " Cut To: ", "\n", "\r\n", "\u2028", "Shot 1:", "shot 2 (4 s): ", "SHOT 3 – ", "ſhot 1:"]
NUMBERS = ["1. ", " 2) ", "\n2. ", " 3. ", "[4s]", "(3 sec.) ", " [ 12 seconds ]", "(0 s)"]
OTHERS = ["- ", "\n• ", "\u00a0", ".", ", ", "fox", " it runs ", ""]
MARKS = st.sampled_from([*CUTS, *NUMBERS, *OTHERS])
PROMPTS = st.lists(MARKS | st.text(max_size=5), max_size=12).map("".join)
