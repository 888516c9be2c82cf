"""Takes that are under way, one line each."""

from .queue import Queue

__all__ = ["Queue"]
