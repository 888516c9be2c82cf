"""What stays in a saved notebook: small, alive without a kernel, and never the clip's bytes.

A poster, a caption, and a ``<video>`` that points at the file beside the notebook.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from pathlib import Path

from ...media.extraction.job import SMALL_BYTES
from ...store import Record
from ..queue.take_row import outcome
from .clip import SIMULATED, beside, settings

POSTER_MOST = SMALL_BYTES
"""The largest poster that a still carries, in bytes."""

MOST = 8
"""How many takes a panel leaves in its notebook."""

BUDGET = 240_000
"""Characters that a panel's stills take in a notebook; past it, the older ones go without their posters."""

_PROMPT = 600  # characters of a caption
_WIDTH = {"9:16": 200, "1:1": 300}  # CSS pixels; 400 for all else

_FIGURE = "display:inline-block;vertical-align:top;margin:0 12px 12px 0;width:{width}px;max-width:100%"
_VIDEO = "display:block;width:100%;height:auto;background:#0b0c0f;border-radius:6px"
_WORDS = "font-size:13px;line-height:1.45;margin-top:6px"
_SMALL = "font-size:12px;opacity:0.7"


@dataclass(frozen=True)
class Shown:
    """A take with what a still of it needs: where its clip is (None where there is none), and its poster."""

    record: Record
    path: Path | None = None
    poster: bytes | None = None


def still(shown: Shown, base: Path) -> str:
    """The HTML of one take.

    Parameters
    ----------
    shown
        The take.
    base
        The notebook's folder, from which the clip is named.

    Returns
    -------
    str
        Under 60 KB: a poster of at most 40 KB in base64, and words.
    """
    record = shown.record
    facts = " · ".join(f"<bdi>{escape(fragment)}</bdi>" for fragment in _caption_pieces(record))
    width = _WIDTH.get(str(record.inputs.get("aspect_ratio")), 400)
    return (
        f'<figure style="{_FIGURE.format(width=width)}">{_picture(shown, base, width)}'
        f'<figcaption style="{_WORDS}"><div dir="auto">{escape(_short(record.words))}</div>'
        f'<span style="{_SMALL}">{facts}</span>'
        "</figcaption></figure>"
    )


def stills(takes: Iterable[Shown], base: Path, *, name: str = "", empty: str = "") -> str:
    """The HTML of several takes, at most ``MOST``, in the order given and within ``BUDGET``.

    Parameters
    ----------
    takes
        The takes.
    base
        The notebook's folder.
    name
        A class of the whole, by which a live view finds and hides it.
    empty
        What is said where there are none.
    """
    fragments: list[str] = []
    for shown, _ in zip(takes, range(MOST), strict=False):
        fragment = still(shown, base)
        if sum(map(len, fragments)) + len(fragment) > BUDGET:
            fragment = still(Shown(shown.record, shown.path), base)
        fragments.append(fragment)
    body = "".join(fragments) or f'<span style="{_SMALL}">{escape(empty)}</span>'
    return f'<div class="{escape(f"kw-still {name}".strip())}">{body}</div>'


def plain(takes: Iterable[Shown], base: Path, *, empty: str = "") -> str:
    """The same in text, for those who show nothing else: two lines a take."""
    lines = []
    for shown, _ in zip(takes, range(MOST), strict=False):
        record = shown.record
        lines.append(f"Kling take {record.id} · {_line(record)}")
        where = (beside(shown.path, base) or shown.path.as_posix()) if shown.path else ""
        lines.append(f"  {_short(record.words)}" + (f"  [{where}]" if where else ""))
    return "\n".join(lines) or empty


def _picture(shown: Shown, base: Path, width: int) -> str:
    image = ""
    if shown.poster and len(shown.poster) <= POSTER_MOST:
        image = "data:image/jpeg;base64," + base64.b64encode(shown.poster).decode("ascii")
    if shown.path and (source := beside(shown.path, base)):
        # A host draws stills behind its live views, too: a clip that has a poster is not fetched before it is played.
        before = f'preload="none" poster="{image}"' if image else 'preload="metadata"'
        return f'<video controls playsinline {before} width="{width}" style="{_VIDEO}" src="{escape(source)}"></video>'
    picture = f'<img width="{width}" style="{_VIDEO}" alt="" src="{image}">' if image else ""
    return picture + (f'<div style="{_SMALL}">The clip is at {escape(str(shown.path))}</div>' if shown.path else "")


def _line(record: Record) -> str:
    return " · ".join(_caption_pieces(record))


def _caption_pieces(record: Record) -> list[str]:
    """What is said of a take in one line, piece by piece: each may be read from another side."""
    pieces = [settings(record)]
    if record.state != "completed":
        pieces.insert(0, outcome(record) or "Under way when this was saved; the library has the rest")
    if record.rating:
        pieces.append("★" * record.rating)
    pieces.extend(f"#{tag}" for tag in record.tags)
    if record.practice:
        pieces.append(SIMULATED)
    if record.final and record.state != "completed" and record.trouble:
        pieces.append(record.trouble)
    return pieces


def _short(words: str) -> str:
    return words if len(words) <= _PROMPT else words[: _PROMPT - 1].rstrip() + "…"
