"""Pictures and converted files from a clip, made in a process of its own: the kernel decodes no file from outside.

``python -m kling_widget.media.extraction KIND`` is that process; ``process`` starts it and checks its files.
"""

from __future__ import annotations

from .job import Job, Kind, Words
from .process import extract, stills

__all__ = ["Job", "Kind", "Words", "extract", "stills"]
