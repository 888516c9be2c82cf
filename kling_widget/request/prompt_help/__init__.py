"""Help with writing a prompt: templates with blanks, hints, and the difference that an edit makes."""

from .diff import Change, diff
from .hints import Hint, hints
from .own_templates import Own, own, remove, save
from .templates import KINDS, Blank, Template, blanks, builtin, fill, pieces

__all__ = [
    "KINDS",
    "Blank",
    "Change",
    "Hint",
    "Own",
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
