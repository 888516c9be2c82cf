"""Pictures and remade files from a clip, made by a process of its own: this one decodes no file that came from outside.

``python -m kling_widget.extract KIND`` is that process; ``process`` starts it, bounds it and checks what it made.
"""

from __future__ import annotations

from .order import Kind, Order, Words
from .process import NotExtracted, extract, stills

__all__ = ["Kind", "NotExtracted", "Order", "Words", "extract", "stills"]
