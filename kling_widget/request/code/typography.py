"""Undo the typographic characters that web pages and word processors put into code."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .posix_shell import BLANK

_SPACES = re.compile(f"[{BLANK}]")
_QUOTED = re.compile(r"""(["'])(?:(?!\1)[^\\]|\\.)*(?:\1|\\?\Z)""", re.DOTALL)  # to the end, where none closes it
_DOUBLE = re.compile("[\u201c-\u201f\u2033\u00ab\u00bb\uff02]")
_SINGLE = re.compile(r"(?<!\w)[\u2018-\u201b\u2032\uff07]|[\u2018-\u201b\u2032\uff07](?!\w)")
_DASH = re.compile(r"(?<=\s)[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]{1,2}([A-Za-z][\w-]*)")
_TOGETHER = re.compile(r"[A-Z]|[sSfLki]{2,}$")
"""Options of more than a letter that take a single dash: ``-XPOST``, ``-sSL``, ``-Uri``."""


def curly(text: str) -> bool:
    """Return whether a text has typographic quotes."""
    return _DOUBLE.search(text) is not None or _SINGLE.search(text) is not None


def variants(text: str) -> Iterator[str]:
    """Yield what a text may have been before a web page or a word processor changed it, the likeliest first."""
    seen = {text}
    for repaired in (_spaced(text), _straight(text), _straight(_dashed(text)), _straight(_dashed(_spaced(text)))):
        if repaired not in seen:
            seen.add(repaired)
            yield repaired


def _spaced(text: str) -> str:
    """Replace odd blanks by spaces, except within quotes."""
    pieces: list[str] = []
    at = 0
    for quoted in _QUOTED.finditer(text):
        pieces += [_SPACES.sub(" ", text[at : quoted.start()]), quoted[0]]
        at = quoted.end()
    return "".join([*pieces, _SPACES.sub(" ", text[at:])])


def _straight(text: str) -> str:
    """Replace typographic quotes by straight ones; an apostrophe within a word stays."""
    return _SINGLE.sub("'", _DOUBLE.sub('"', text))


def _dashed(text: str) -> str:
    """Restore the dashes of options: a word processor turns two into one."""
    return _DASH.sub(lambda m: f"{'-' if len(m[1]) == 1 or _TOGETHER.match(m[1]) else '--'}{m[1]}", text)
