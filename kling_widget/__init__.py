"""Kling text-to-video in a notebook: a panel, a library of takes, and a practice server that costs nothing.

Names are looked up when first used, so that ``import kling_widget`` opens no network, no thread and no folder.
"""

from __future__ import annotations

import importlib
import logging
from typing import TYPE_CHECKING

from . import display_hook

if TYPE_CHECKING:
    from .errors import (
        AlreadyTaken,
        BadFile,
        BadValue,
        DamagedRow,
        DownloadError,
        InputRefused,
        KeyRejected,
        KlingError,
        LeaseLost,
        LibraryDamaged,
        LibraryError,
        LibraryNotWritable,
        LibraryTooNew,
        MediumRefused,
        MissingPackage,
        NoAnswer,
        NoMoney,
        NoSuchSweep,
        NoSuchTake,
        NotAllowed,
        NotExtracted,
        NotFound,
        NotSent,
        OtherCurrency,
        OverBudget,
        PracticeError,
        Problem,
        RateLimited,
        RequestError,
        ServiceError,
        ServiceFailure,
        SettingsError,
        StaleAddress,
        TakeFailed,
        TakeTimeout,
        TemplateError,
        TransitionRefused,
        UnknownInput,
        Unreadable,
    )
    from .library import Library, Sweep, Take, generate, sweep
    from .library.arena import Arena
    from .library.tools import enhance, make_element
    from .library.voting import vote
    from .request.video_request import Element, Shot, VideoRequest
    from .widgets.arena import Duel
    from .widgets.builder import Builder
    from .widgets.history import History
    from .widgets.player import Player, compare
    from .widgets.queue import Queue
    from .widgets.storyboard import Storyboard
    from .widgets.studio import Studio
    from .widgets.sweep import SweepGrid

__version__ = "0.1.0"

display_hook.import_with(
    lambda: [importlib.import_module(f".widgets.{name}", __name__) for name in ("arena", "player", "sweep")]
)
logging.getLogger(__name__).addHandler(logging.NullHandler())  # silent unless its user asks

_HOMES = {
    "AlreadyTaken": "errors",
    "Arena": "library.arena",
    "BadFile": "errors",
    "BadValue": "errors",
    "Builder": "widgets.builder",
    "DamagedRow": "errors",
    "DownloadError": "errors",
    "Duel": "widgets.arena",
    "Element": "request.video_request",
    "History": "widgets.history",
    "InputRefused": "errors",
    "KeyRejected": "errors",
    "KlingError": "errors",
    "LeaseLost": "errors",
    "Library": "library",
    "LibraryDamaged": "errors",
    "LibraryError": "errors",
    "LibraryNotWritable": "errors",
    "LibraryTooNew": "errors",
    "MediumRefused": "errors",
    "MissingPackage": "errors",
    "NoAnswer": "errors",
    "NoMoney": "errors",
    "NoSuchSweep": "errors",
    "NoSuchTake": "errors",
    "NotAllowed": "errors",
    "NotExtracted": "errors",
    "NotFound": "errors",
    "NotSent": "errors",
    "OtherCurrency": "errors",
    "OverBudget": "errors",
    "Player": "widgets.player",
    "PracticeError": "errors",
    "Problem": "errors",
    "Queue": "widgets.queue",
    "RateLimited": "errors",
    "RequestError": "errors",
    "ServiceError": "errors",
    "ServiceFailure": "errors",
    "SettingsError": "errors",
    "Shot": "request.video_request",
    "StaleAddress": "errors",
    "Storyboard": "widgets.storyboard",
    "Studio": "widgets.studio",
    "Sweep": "library",
    "SweepGrid": "widgets.sweep",
    "Take": "library",
    "TakeFailed": "errors",
    "TakeTimeout": "errors",
    "TemplateError": "errors",
    "TransitionRefused": "errors",
    "UnknownInput": "errors",
    "Unreadable": "errors",
    "VideoRequest": "request.video_request",
    "compare": "widgets.player",
    "enhance": "library.tools",
    "generate": "library",
    "make_element": "library.tools",
    "sweep": "library",
    "vote": "library.voting",
}

__all__ = [
    "AlreadyTaken",
    "Arena",
    "BadFile",
    "BadValue",
    "Builder",
    "DamagedRow",
    "DownloadError",
    "Duel",
    "Element",
    "History",
    "InputRefused",
    "KeyRejected",
    "KlingError",
    "LeaseLost",
    "Library",
    "LibraryDamaged",
    "LibraryError",
    "LibraryNotWritable",
    "LibraryTooNew",
    "MediumRefused",
    "MissingPackage",
    "NoAnswer",
    "NoMoney",
    "NoSuchSweep",
    "NoSuchTake",
    "NotAllowed",
    "NotExtracted",
    "NotFound",
    "NotSent",
    "OtherCurrency",
    "OverBudget",
    "Player",
    "PracticeError",
    "Problem",
    "Queue",
    "RateLimited",
    "RequestError",
    "ServiceError",
    "ServiceFailure",
    "SettingsError",
    "Shot",
    "StaleAddress",
    "Storyboard",
    "Studio",
    "Sweep",
    "SweepGrid",
    "Take",
    "TakeFailed",
    "TakeTimeout",
    "TemplateError",
    "TransitionRefused",
    "UnknownInput",
    "Unreadable",
    "VideoRequest",
    "compare",
    "enhance",
    "generate",
    "make_element",
    "sweep",
    "vote",
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
