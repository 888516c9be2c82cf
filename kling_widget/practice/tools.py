"""The tools of the platform: Kling Elements gives an id for a person or a thing, the prompt enhancer gives words."""

from __future__ import annotations

from .ledger import Task
from .seeded import seeded

ELEMENTS = "kwaivgi/kling-elements"

_LIGHT = {
    "default": ("soft morning light", "golden late light", "cool evening light", "light through haze"),
    "artistic": ("painted light in broad strokes", "a limited palette of two colours", "light like old glass"),
    "photographic": ("35 mm, f/2, natural light", "85 mm, shallow focus, a clean backdrop", "a long lens at dusk"),
    "technical": ("even light, every part in focus", "a neutral backdrop, slow and legible motion"),
    "anime": ("cel shading, wind in everything that can move", "a wide summer sky, crisp outlines"),
    "realistic": ("available light, true colours, small imperfections", "weather that shows on every surface"),
}
_MOTION = ("slow dolly in", "a calm pan to the right", "handheld, close", "the camera rises gently", "a slow orbit")
_END = (
    "the moment held for a breath",
    "small movements in the background",
    "quiet, unhurried",
    "depth in three layers",
)


def element_id(task: str) -> int:
    """The element's id that a task gives: larger than 2^53, as on some accounts."""
    return 2**53 + 1 + seeded("element", task).randrange(2**60)


def enhanced(text: str, style: str, mode: str, task: str) -> str:
    """A prompt, made richer in the manner of a style (a few stock phrases: no model is at work here)."""
    rng = seeded("enhance", task)
    words = [" ".join(text.split()).rstrip(" .,;"), rng.choice(_LIGHT.get(style, _LIGHT["default"]))]
    words += [rng.choice(_MOTION)] if mode == "video" else []
    return ", ".join([*words, rng.choice(_END)]) + "."


def tool_output(task: Task) -> object:
    """What a completed tool's ``outputs`` holds."""
    if task.model == ELEMENTS:
        return {
            "element_id": element_id(task.id),
            "name": task.inputs.get("name", ""),
            "description": task.inputs.get("description", ""),
        }
    return enhanced(
        str(task.inputs.get("text", "")),
        str(task.inputs.get("style", "default")),
        str(task.inputs.get("mode", "video")),
        task.id,
    )
