"""A server on this machine that speaks the service's API and makes real, visibly simulated clips at no cost.

It stands alone: it knows the API and the catalog, never the client. ``python -m kling_widget.practice`` runs it as a
program, ``PracticeServer`` in a thread. ``docs/practice.md`` says what it simulates and what not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .faults import Fault as Fault
    from .frame_code import read_frame_number as read_frame_number
    from .server import PracticeServer as PracticeServer

__all__ = ["Fault", "PracticeServer", "read_frame_number"]

_HOMES = {"Fault": "faults", "PracticeServer": "server", "read_frame_number": "frame_code"}


def __getattr__(name: str) -> Any:
    """Import a public name on first use: nobody needs the renderer and the server together."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f".{_HOMES[name]}", __name__), name)
