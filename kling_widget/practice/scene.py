"""One shot as a moving picture: its words choose the place, the subject, the weather and the camera."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from typing import Literal

from .camera import Camera
from .canvas import Canvas
from .colour import tints_of
from .layers import Drift, Piece, Stage
from .scenery.coast import sea
from .scenery.countryside import desert, forest, snow
from .scenery.place import Setting
from .scenery.skies import meadow, space
from .scenery.subjects import cast, subject_of
from .scenery.town import night
from .seeded import seeded
from .shapes import specks

Kind = Literal["city", "sea", "snow", "forest", "desert", "space", "meadow"]

SETTINGS: dict[Kind, Setting] = {
    "city": night,
    "sea": sea,
    "snow": snow,
    "forest": forest,
    "desert": desert,
    "space": space,
    "meadow": meadow,
}

_WORDS: tuple[tuple[Kind, str], ...] = (
    ("space", "space stars? planets? galax cosm orbital astronaut rocket nebula asteroid spaceship mars lunar"),
    ("snow", "snow ice icy winter glacier arctic frozen alps blizzard ski"),
    ("desert", "desert dune sand sahara canyon cactus mesa camel oasis"),
    (
        "sea",
        "sea ocean beach coast wave harbou?r lighthouse island gull boat ship sail shore surf bay lake river",
    ),
    ("forest", "forest pines? woods? woodland jungle trees? deer moss redwood spruce"),
    (
        "city",
        (
            "city neon street alley market skyline tokyo paris london shop bar cafe café subway traffic car building"
            " rooftop tower town downtown urban asphalt bazaar apartment office train station night"
        ),
    ),
    (
        "meadow",
        "meadow field grass flower spring garden hill farm sunny picnic balloon park valley summer sky morning",
    ),
)
"""Words (as whole words, an ending allowed) that choose a place; the first rule that fits wins."""


def kind_of(words: str) -> Kind:
    """Choose the place for a shot's words; words that name none choose one by their hash."""
    text = words.lower()
    for kind, stems in _WORDS:
        if re.search(rf"\b({'|'.join(stems.split())})(s|es|y|ing)?\b", text):
            return kind
    kinds: tuple[Kind, ...] = tuple(SETTINGS)
    return kinds[zlib.crc32(text.encode()) % len(kinds)]


@dataclass(frozen=True)
class Scene:
    """A shot that is set up: pieces to draw from far to near.

    Attributes
    ----------
    kind
        The place.
    dark
        Whether it is night there.
    camera
        How it is seen.
    pieces
        What is drawn.
    """

    kind: Kind
    dark: bool
    camera: Camera
    pieces: list[Piece]

    def draw(self, canvas: Canvas, second: float) -> None:
        """Draw the moment ``second`` seconds into the shot."""
        view = self.camera.at(second)
        for piece in self.pieces:
            piece.draw(canvas, view, second)


def set_up(words: str, *, width: int, height: int, seconds: float, seed: str, named: bool = False) -> Scene:
    """Set up a shot.

    Parameters
    ----------
    words
        What the shot is about.
    width, height
        The picture (pixels).
    seconds
        Length of the shot.
    seed
        What varies between takes of the same words, such as the prediction's id.
    named
        Whether elements (people or things by name) are part of the request.
    """
    text = words.lower()
    rng = seeded(text, seed)
    number = rng.getrandbits(32)
    unit = min(width, height) / 1080
    fog = 0.85 if re.search(r"\b(fog|mist|haze|hazy)", text) else 0.35 if "dawn" in text else 0.0
    stage = Stage(
        width, height, unit, seconds, text, number, Camera.of(text, number, seconds, unit), *tints_of(text), fog, rng
    )
    kind = kind_of(text)
    place = SETTINGS[kind](stage)
    actors = cast(stage, subject_of(stage, place.habit, named), place.ground, place.dark)
    pieces = [*place.behind, *actors, *place.before, *_weather(stage, kind)]
    return Scene(kind, place.dark, stage.camera, pieces)


def _weather(stage: Stage, kind: Kind) -> list[Piece]:
    """Rain or falling snow, in three depths."""
    if stage.says("rain", "storm", "monsoon", "drizzle", "downpour"):
        return [
            Drift(
                specks(stage, count, (0.8, 1.3), (-4.5 * d, 24 * d), 210, soft=False),
                stage.unit,
                (-210 * d, 1120 * d),
                d,
            )
            for count, d in ((150, 0.6), (100, 1.0), (44, 1.6))
        ]
    if kind == "snow" or stage.says("snow", "blizzard"):
        return [
            Drift(specks(stage, count, size, None, 235, soft=True), stage.unit, (18 * d, 74 * d), d, 14 * d, phase=d)
            for count, size, d in ((260, (1.2, 2.2), 0.5), (150, (2.0, 3.6), 0.9), (46, (4.0, 7.0), 1.5))
        ]
    return []
