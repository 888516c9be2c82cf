"""What helps in writing a prompt: templates with blanks, hints, and what a change changed."""

from .diff import Part, diff
from .hints import Hint, hints
from .own_templates import Own, own, remove, save
from .templates import KINDS, Blank, Template, blanks, builtin, fill, pieces

__all__ = [
    "KINDS",
    "Blank",
    "Hint",
    "Own",
    "Part",
    "Template",
    "blanks",
    "builtin",
    "diff",
    "fill",
    "hints",
    "own",
    "pieces",
    "remove",
    "save",
]
