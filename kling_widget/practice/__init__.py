"""A server on this machine that speaks the service's API and makes real, visibly simulated clips at no cost.

It stands alone: it knows the wire and the catalogue, never the client. ``python -m kling_widget.practice`` runs it as a
program, ``PracticeServer`` in a thread. ``docs/practice.md`` says what it simulates and what not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .faults import Fault as Fault
    from .frame_code import read_frame_number as read_frame_number
    from .server import PracticeServer as PracticeServer

__all__ = ["Fault", "PracticeServer", "read_frame_number"]

_HOMES = {"Fault": "faults", "PracticeServer": "server", "read_frame_number": "pattern"}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used: the renderer and the server are not needed together."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f".{_HOMES[name]}", __name__), name)
