"""How a shot's camera moves: words such as "dolly in" or "orbit left" become a path of view points."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Literal

Move = Literal["truck", "orbit", "in", "out", "up", "down", "still"]

_WORDS: tuple[tuple[str, Move], ...] = (
    (r"\b(dolly|push|zoom|move|moves|fly|flies)(es|s|ing)?[ -]?(in|into|towards?|closer|forward)\b", "in"),
    (r"\b(dolly|pull|zoom)(s|ing)?[ -]?(out|back|away)\b", "out"),
    (r"\b(orbit|arc|circl)\w*\b", "orbit"),
    (r"\b(tilt|crane|pedestal|boom|ris)\w*[ -]?(down|lower)\b|\bdescend\w*\b", "down"),
    (r"\b(tilt|crane|pedestal|boom|rise|rises|rising|aerial|drone)\b", "up"),
    (r"\b(locked|static|tripod|fixed camera|still camera)\b", "still"),
    (r"\b(pan|truck|track|tracking|slide|follow)\w*\b", "truck"),
    (r"\b(dolly|push|zoom)\w*\b", "in"),
)

TRAVEL = 620.0
"""How far the camera goes sideways in one shot at most, in pixels of a 1080-line picture at depth 1."""

PACE = 95.0
"""How fast it goes sideways at most, in such pixels a second."""


@dataclass(frozen=True)
class View:
    """Where the camera stands at one moment.

    Attributes
    ----------
    pan, lift
        Sideways and upward way, in pixels at depth 1.
    spread
        How far it went into the scene, 0 to 1.
    """

    pan: float
    lift: float
    spread: float


@dataclass(frozen=True)
class Camera:
    """The camera of one shot.

    Attributes
    ----------
    move
        What it does.
    side
        1 to the right, -1 to the left.
    handheld
        Whether it shakes as if carried.
    seconds
        How long the shot is.
    unit
        Pixels of this picture per pixel of a 1080-line one.
    """

    move: Move
    side: int
    handheld: bool
    seconds: float
    unit: float

    @classmethod
    def of(cls, words: str, seed: int, seconds: float, unit: float) -> Camera:
        """Read the move from a shot's words; without any, a calm truck whose side follows from ``seed``."""
        text = words.lower()
        move: Move = next((move for pattern, move in _WORDS if re.search(pattern, text)), "truck")
        side = 1 if seed % 2 else -1
        if re.search(r"\bleft\b", text):
            side = -1
        elif re.search(r"\bright\b", text):
            side = 1
        return cls(move, side, bool(re.search(r"\bhand[ -]?held\b", text)), seconds, unit)

    @property
    def reach(self) -> float:
        """How far it goes sideways in all, in pixels at depth 1."""
        share = {"truck": 1.0, "orbit": 0.8, "still": 0.12}.get(self.move, 0.3)
        return min(TRAVEL, PACE * self.seconds) * share * self.unit

    def depth(self, depth: float) -> float:
        """How strongly a layer at ``depth`` (0 far, 1 where the action is) answers a sideways move.

        Around an orbit's middle the far layers go the other way.
        """
        return (depth - 0.45) * 1.5 if self.move == "orbit" else depth

    def at(self, second: float) -> View:
        """Where it stands ``second`` seconds into the shot."""
        share = min(1.0, second / self.seconds)
        eased = share + 0.06 * math.sin(2 * math.pi * share)
        spread = {"in": eased, "out": 1 - eased}.get(self.move, 0.0)
        lift = {"up": eased, "down": 1 - eased}.get(self.move, 0.0) * 90 * self.unit
        pan = (eased if self.side > 0 else 1 - eased) * self.reach
        if self.handheld:
            pan += self.unit * (4 * math.sin(second * 5.1) + 3 * math.sin(second * 8.3 + 1))
            lift += self.unit * (4 * math.sin(second * 6.3 + 2) + 2 * math.sin(second * 10.7))
        return View(pan, lift, spread)
