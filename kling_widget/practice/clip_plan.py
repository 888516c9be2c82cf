"""What a practice clip shows, read from a request: its size, its shots, its sound."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

FPS = 24
"""Frames a second (the service's own rate, as far as it is known)."""

SIZES: dict[str, tuple[int, int]] = {"16:9": (1920, 1080), "9:16": (1080, 1920), "1:1": (1440, 1440)}
"""Width and height in pixels for each aspect ratio."""

VIDEO_EDIT_SECONDS = 5
"""How long an edited clip is here: the server does not look into the clip it is given."""


@dataclass(frozen=True)
class PlannedShot:
    """One shot: its words and its length in seconds."""

    words: str
    seconds: int


@dataclass(frozen=True)
class ClipPlan:
    """A clip to be rendered. The same plan gives the same bytes.

    Attributes
    ----------
    shots
        In order; together they are the clip.
    aspect_ratio
        A key of ``SIZES``.
    sound
        Whether it has a sound track.
    elements
        Names shown as chips.
    given
        What was given besides words, for the caption, such as ``"from beach.png"``.
    seed
        The prediction's id: takes of the same words differ by it.
    scale
        1 for the full size; less for test suites that make many clips.
    """

    shots: tuple[PlannedShot, ...]
    aspect_ratio: str = "16:9"
    sound: bool = False
    elements: tuple[str, ...] = ()
    given: str = ""
    seed: str = ""
    scale: float = field(default=1.0)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels (divisible by four)."""
        width, height = SIZES[self.aspect_ratio]
        return round(width * self.scale / 4) * 4, round(height * self.scale / 4) * 4

    @property
    def seconds(self) -> int:
        """Length of the clip."""
        return sum(shot.seconds for shot in self.shots)

    @property
    def frames(self) -> int:
        """How many frames it has."""
        return self.seconds * FPS


def plan_clip(
    inputs: Mapping[str, Any], *, seconds: int, seed: str, names: Mapping[str, str] | None = None, scale: float = 1.0
) -> ClipPlan:
    """Read a plan from a request's inputs.

    Parameters
    ----------
    inputs
        Valid inputs of one of the video models.
    seconds
        Length of the clip.
    seed
        The prediction's id.
    names
        Names of elements by their id.
    scale
        Size of the picture, 1 for full.
    """
    names = names or {}
    board: Sequence[Mapping[str, Any]] = inputs.get("multi_prompt") or ()
    shots = tuple(PlannedShot(str(shot["prompt"]), int(shot["duration"])) for shot in board)
    listed: Sequence[Mapping[str, Any]] = inputs.get("element_list") or ()
    ids = [str(element["element_id"]) for element in listed]
    return ClipPlan(
        shots=shots or (PlannedShot(str(inputs.get("prompt", "")), seconds),),
        aspect_ratio=str(inputs.get("aspect_ratio", "16:9")),
        sound=inputs.get("sound") is True,
        elements=tuple(names.get(i) or f"element …{i[-4:]}" for i in ids),
        given=_given(inputs),
        seed=seed,
        scale=scale,
    )


def _given(inputs: Mapping[str, Any]) -> str:
    """Files that a request names, in words: ``from beach.png to dusk.png``."""
    phrases = []
    for key, word in (("image", "from"), ("end_image", "to"), ("video", "after")):
        if inputs.get(key):
            phrases.append(f"{word} {_file(str(inputs[key]))}")
    count = len(inputs.get("images") or ())
    if count:
        phrases.append(f"with {count} picture{'s' if count > 1 else ''}")
    return " ".join(phrases)


def _file(url: str) -> str:
    """The last part of a URL, shortened."""
    if url.startswith("data:"):
        return "a picture"
    name = url.split("?")[0].split("#")[0].rstrip("/").rsplit("/", 1)[-1] or "a file"
    return name if len(name) <= 24 else f"{name[:14]}…{name[-8:]}"
