"""What an exported page says: its text, whole, from takes that were read already."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import Any
from urllib.parse import quote

from ...library.differences import Differences
from ...request.money import dollars
from ...store import Record
from ..base.page_code import built
from .clip import Clip, cost, settings

GENERATOR = '<meta name="generator" content="kling-widget">'
"""By this a page is known as an export, which another export may replace."""

_COLUMNS = ("Take", "Prompt", "Settings", "Rating", "Tags", "Cost")
_CHOOSING = (
    "<p>A picture puts its take on the screen, or takes it off.</p>"
    '<button type="button" class="kw-quiet" id="kw-none">Take all off</button>'
    '<button type="button" class="kw-quiet" id="kw-all">As at first</button>'
)
_INERT = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"})


@dataclass(frozen=True)
class Leaf:
    """A take as a page holds it.

    Attributes
    ----------
    record, clip
        What is known of it, and the same as the screen shows it.
    frames
        When its frames are shown, as ``FrameTimes.plain`` says it; None where there is no clip.
    poster, strip
        JPEGs; None where there are none.
    """

    record: Record
    clip: Clip
    frames: Mapping[str, Any] | None = None
    poster: bytes | None = None
    strip: bytes | None = None


@dataclass(frozen=True)
class Page:
    """A page before it is written.

    Attributes
    ----------
    title
        Its heading.
    made
        The day that it says it was made on.
    leaves
        Its takes, in their order.
    shown
        The ids of those that it opens with.
    differences
        What two of them differ in, by ``"ID OTHER"``.
    inside
        Whether the clips lie in the page.
    """

    title: str
    made: date
    leaves: Sequence[Leaf]
    shown: Sequence[str]
    differences: Mapping[str, Differences]
    inside: bool

    def head(self) -> str:
        """All before the clips."""
        theme = built("theme.js")
        return (
            '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">\n'
            f"{GENERATOR}\n{inert('kw-clips', self._files())}\n"
            f'<meta http-equiv="Content-Security-Policy" content="{escape(_policy(theme, _screen()))}">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"<title>{escape(self.title)}</title>\n<script>{theme}</script>\n"
            f'<style>{built("export_page.css")}</style></head>\n<body class="kw kw-page">\n'
            f'<header class="kw-page-head"><div dir="auto"><h1>{escape(self.title)}</h1></div>'
            f"{self._summary()}</header>\n"
            '<main><div id="kw-screen"><p>This page plays its clips by a script of its own, and scripts are off '
            f"here.</p></div>\n{self._table()}</main>\n"
            "<footer>Saved with kling-widget. It needs no network.</footer>\n"
        )

    def tail(self) -> str:
        """All after the clips."""
        return f'{inert("kw-leaves", self._leaves())}\n<script type="module">{_screen()}</script>\n</body></html>\n'

    def _files(self) -> dict[str, str]:
        """The clips beside the page, name by name, each with its hash."""
        if self.inside:
            return {}
        return {leaf.clip["name"]: leaf.clip["file"] for leaf in self.leaves if leaf.clip["beside"]}

    def _leaves(self) -> dict[str, Any]:
        strips = {leaf.record.id: _base64(leaf.strip) for leaf in self.leaves if leaf.strip}
        frames = {leaf.record.id: leaf.frames for leaf in self.leaves if leaf.frames}
        takes = [leaf.clip for leaf in self.leaves]
        return {
            "takes": takes,
            "frames": frames,
            "strips": strips,
            "differences": self.differences,
            "shown": self.shown,
            "inside": self.inside,
        }

    def _summary(self) -> str:
        made = f"{self.made.day} {self.made:%B %Y}"
        records = [leaf.record for leaf in self.leaves]
        clips = sum(bool(leaf.clip["file"]) for leaf in self.leaves)
        facts = [made, _count(len(records), "take")]
        if clips < len(records):
            facts.append(f"{_count(clips, 'clip')}")
        words = " · ".join([*facts, *_sums(records)])
        played = f'<p class="kw-page-played"><b>SIMULATED</b>{_played(records)}</p>'
        return f'<p class="kw-num">{words}</p>' + (played if any(r.practice for r in records) else "")

    def _table(self) -> str:
        rows = "\n".join(map(_line, self.leaves))
        heads = "".join(f'<th scope="col">{name}</th>' for name in _COLUMNS)
        return (
            f'<div class="kw-page-table-head"><h2>Takes</h2>{_CHOOSING if len(self.leaves) > 1 else ""}</div>\n'
            f'<div class="kw-card kw-page-table"><table><thead><tr>{heads}</tr></thead>\n'
            f"<tbody>\n{rows}\n</tbody></table></div>"
        )


def _line(leaf: Leaf) -> str:
    """A take in the table."""
    record, row, beside = leaf.record, leaf.clip["row"], leaf.clip["beside"]
    picture = "No clip" if row else ""
    if leaf.poster:
        picture = f'<img alt="" src="data:image/jpeg;base64,{_base64(leaf.poster)}">'
    button = (
        '<button type="button" class="kw-page-poster" aria-pressed="false" '
        f'aria-label="{escape(f"On the screen: {_short(record.words)}")}">{picture}<b></b></button>'
    )
    problem = f'<p class="kw-page-problem">{escape(row["status"])}</p><p>{escape(row["words"])}</p>' if row else ""
    link = f'<a href="{escape(beside)}" target="_blank" rel="noopener">the clip</a>' if beside else ""
    stars = f'<span role="img" aria-label="{record.rating} of 5 stars">{"★" * (record.rating or 0)}</span>'
    cells = (
        button,
        f'<p dir="auto">{escape(record.words)}</p>{problem}',
        escape(settings(record).removesuffix(f" · {cost(record)}")) + link,
        stars if record.rating else "",
        "".join(f'<span class="kw-tag" dir="auto">#{escape(tag)}</span>' for tag in record.tags),
        escape(cost(record)) if record.cost or record.may_cost else "",
    )
    return f'<tr data-take="{escape(record.id)}">{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>'


def inert(name: str, value: object) -> str:
    """JSON that a page holds and no browser runs: whatever stands in it, it neither ends the element nor begins one."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":")).translate(_INERT)
    return f'<script type="application/json" id="{name}">{text}</script>'


def clip_inside(take: str, pieces: Iterable[bytes]) -> Iterator[str]:
    """A clip as the page holds it, in pieces; each but the last piece of bytes must be a multiple of three long."""
    yield f'<script type="text/plain" data-clip="{escape(take)}">'
    for piece in pieces:
        yield _base64(piece)
    yield "</script>\n"


def address(folder: str, name: str) -> str:
    """A clip's address from its page."""
    return f"{quote(folder)}/{quote(name)}"


def _screen() -> str:
    return built("export_page.js")


def _policy(*scripts: str) -> str:
    """What the page may do: run these scripts and no other, show what is in it and beside it, and call nobody."""
    hashes = " ".join(f"'sha256-{_base64(hashlib.sha256(text.encode()).digest())}'" for text in scripts)
    # A page that was opened from a file has no origin: its neighbours are named by their scheme.
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data: blob:; "
        "media-src 'self' file: blob:; base-uri 'none'; form-action 'none'"
    )


def _sums(records: Sequence[Record]) -> Iterator[str]:
    """What they cost: real money and play money apart."""
    for practice, after in ((False, ""), (True, " play money")):
        mine = [record for record in records if record.practice is practice]
        if mine and (not practice or any(record.cost for record in mine)):
            about = "about " if any(cost(record).startswith("about") for record in mine) else ""
            yield f"{about}{dollars(sum(record.cost for record in mine))}{after}"


def _played(records: Sequence[Record]) -> str:
    played = sum(record.practice for record in records)
    if played == len(records):
        return "Practice: these are no real generations, and cost nothing."
    return f"{_count(played, 'take')} of practice: no real generation, and at no cost."


def _count(many: int, thing: str) -> str:
    return f"{many:,} {thing}{'' if many == 1 else 's'}"


def _short(words: str) -> str:
    line = " ".join(words.split())
    return line if len(line) <= 80 else line[:79].rstrip() + "…"


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
