"""All takes of a library."""

from .history import History

__all__ = ["History"]
