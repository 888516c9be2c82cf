"""Pictures and remade files from a clip, made by a process of its own: this one decodes no file that came from outside.

``python -m kling_widget.media.extraction KIND`` is that process. ``process`` starts it, limits it and checks its files.
"""

from __future__ import annotations

from .job import Kind, Order, Words
from .process import NotExtracted, extract, stills

__all__ = ["Kind", "NotExtracted", "Order", "Words", "extract", "stills"]
