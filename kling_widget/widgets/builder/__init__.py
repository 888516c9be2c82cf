"""A request as a form."""

from .builder import Builder

__all__ = ["Builder"]
