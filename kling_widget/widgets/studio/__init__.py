"""The panel."""

from .studio import Studio

__all__ = ["Studio"]
