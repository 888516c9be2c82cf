"""What a model lets a person choose, read off its schema. No widget is needed to ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from ...request.catalog import Model
from ...request.storyboard import Limits, limits

QUICK_SECONDS = (5, 10)
"""Lengths with a button of their own: those that the vendor's page prices, in seconds."""

FIELDS = ("prompt", "element_list", "multi_prompt", "aspect_ratio", "duration", "sound")
"""The inputs with a control of their own, from top to bottom, by the API's own names."""

_MEDIA: Mapping[str, str] = {
    "image": "First picture",
    "end_image": "Last picture",
    "images": "Pictures",
    "video": "Video",
}

_LABELS: Mapping[str, str] = {
    "negative_prompt": "Leave out",
    "cfg_scale": "Follow the prompt",
    "guidance_scale": "Follow the prompt",
    "keep_original_sound": "Keep the video's sound",
    "shot_type": "Cuts",
}

_WORDS: Mapping[str, str] = {"customize": "as written", "intelligent": "by the model"}

ExtraKind = Literal["switch", "choice", "number", "text", "json"]


@dataclass(frozen=True)
class Slot:
    """A place for pictures or for a video.

    Attributes
    ----------
    name, label, help
        The input, and what it is called and said of it.
    kind
        What goes there.
    most
        How many.
    required
        Whether the model does nothing without it.
    """

    name: str
    label: str
    kind: Literal["image", "video"]
    most: int
    required: bool
    help: str


@dataclass(frozen=True)
class Extra:
    """An input that a plain control is enough for.

    Attributes
    ----------
    name, label, help
        The input, and what it is called and said of it.
    kind
        The control: a switch, a choice of ``options``, a number from ``low`` to ``high``, words, or JSON.
    whole
        Whether a number is a whole one.
    required
        Whether the model does nothing without it.
    default
        What the service uses where nothing is set; what the control begins with.
    """

    name: str
    label: str
    kind: ExtraKind
    default: Any
    help: str = ""
    options: tuple[tuple[str, str], ...] = ()
    low: float | None = None
    high: float | None = None
    whole: bool = False
    required: bool = False


@dataclass(frozen=True)
class Offer:
    """What a model lets a person choose.

    Attributes
    ----------
    fields
        Its inputs, in its schema's order.
    controls
        Those that have a control of their own, from top to bottom.
    shapes
        Its aspect ratios, in its own order.
    seconds
        The shortest and the longest clip, in seconds.
    quick
        Lengths with a button of their own.
    letters
        How many characters of prompt it reads.
    board, elements
        What a storyboard may hold, and how many elements; None and 0 where it takes none.
    slots, extras
        Its pictures and videos, and what else it takes.
    """

    fields: tuple[str, ...]
    controls: tuple[str, ...]
    shapes: tuple[str, ...]
    seconds: tuple[int, int]
    quick: tuple[int, ...]
    letters: int
    board: Limits | None
    elements: int
    slots: tuple[Slot, ...]
    extras: tuple[Extra, ...]


@lru_cache(maxsize=64)
def offer(model: Model) -> Offer:
    """Read off the schema what a model lets a person choose."""
    duration = model.fields.get("duration", {})
    offered = duration.get("enum") or (duration.get("minimum", 3), duration.get("maximum", 15))
    low, high = min(offered), max(offered)
    needed = frozenset(model.schema.get("required", ()))
    slots = tuple(_slot(name, model.fields[name], name in needed) for name in model.fields if _is_media(model, name))
    plain = [name for name in model.fields if name not in FIELDS and not _is_media(model, name)]
    return Offer(
        fields=tuple(model.fields),
        controls=tuple(name for name in FIELDS if name in model.fields),
        shapes=tuple(model.fields.get("aspect_ratio", {}).get("enum", ("16:9", "9:16", "1:1"))),
        seconds=(low, high),
        quick=tuple(n for n in QUICK_SECONDS if low <= n <= high),
        letters=int(model.fields.get("prompt", {}).get("maxLength", 2500)),
        board=limits(model.schema),
        elements=int(model.fields["element_list"].get("maxItems", 3)) if "element_list" in model.fields else 0,
        slots=slots,
        extras=tuple(_extra(name, model.fields[name], name in needed) for name in plain),
    )


def _is_media(model: Model, name: str) -> bool:
    schema = model.fields[name]
    texts = schema.get("type") == "string" or schema.get("items", {}).get("type") == "string"
    return texts and not schema.get("enum") and (name in _MEDIA or name.endswith(("_image", "_images", "_video")))


def _slot(name: str, schema: Mapping[str, Any], required: bool) -> Slot:
    several = schema.get("type") == "array"
    return Slot(
        name=name,
        label=_MEDIA.get(name, _spoken(name)),
        kind="video" if "video" in name else "image",
        most=int(schema.get("maxItems", 7)) if several else 1,
        required=required,
        help=str(schema.get("description", "")),
    )


def _extra(name: str, schema: Mapping[str, Any], required: bool) -> Extra:
    kind: ExtraKind = "json"
    options: tuple[tuple[str, str], ...] = ()
    offered = schema.get("enum")
    typed = schema.get("type")
    if offered and all(isinstance(one, str) for one in offered):
        kind, options = "choice", tuple((one, _WORDS.get(one, one)) for one in offered)
    elif typed == "boolean":
        kind = "switch"
    elif typed in ("number", "integer"):
        kind = "number"
    elif typed == "string":
        kind = "text"
    default = schema.get("default")
    if default is None:
        default = {"switch": False, "choice": options[0][0] if options else "", "text": "", "json": ""}.get(kind)
    return Extra(
        name=name,
        label=_LABELS.get(name, _spoken(name)),
        kind=kind,
        default=default,
        help=str(schema.get("description", "")),
        options=options,
        low=schema.get("minimum"),
        high=schema.get("maximum"),
        whole=typed == "integer",
        required=required,
    )


def _spoken(name: str) -> str:
    return name.replace("_", " ").capitalize()
