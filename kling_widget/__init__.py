"""Kling text-to-video in a notebook: a panel, a library of takes, and a practice server that costs nothing.

Names are looked up when first used, so that ``import kling_widget`` opens no network, no thread and no folder.
"""

from __future__ import annotations

import importlib
import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .errors import KlingError, RequestError, TakeFailed, TakeTimeout
    from .request import Element, Shot, VideoRequest
    from .screen import compare
    from .studio import Studio
    from .take import Library, Take, generate
    from .take.tools import enhance, make_element

__version__ = "0.1.0"

logging.getLogger(__name__).addHandler(logging.NullHandler())  # silent unless its user asks

_HOMES = {
    "Element": "request",
    "KlingError": "errors",
    "Library": "take",
    "RequestError": "errors",
    "Shot": "request",
    "Studio": "studio",
    "Take": "take",
    "TakeFailed": "errors",
    "TakeTimeout": "errors",
    "VideoRequest": "request",
    "compare": "screen",
    "enhance": "take.tools",
    "generate": "take",
    "make_element": "take.tools",
}

__all__ = [
    "Element",
    "KlingError",
    "Library",
    "RequestError",
    "Shot",
    "Studio",
    "Take",
    "TakeFailed",
    "TakeTimeout",
    "VideoRequest",
    "compare",
    "enhance",
    "generate",
    "make_element",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f".{_HOMES[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def load_ipython_extension(shell: object) -> None:
    """Make ``%%kling`` known: ``%load_ext kling_widget``."""
    from . import magic

    magic.register(shell)
