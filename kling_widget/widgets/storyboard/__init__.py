"""Shots on a time line."""

from .storyboard import Storyboard

__all__ = ["Storyboard"]
