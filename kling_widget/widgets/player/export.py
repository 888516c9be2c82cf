"""One page with chosen takes, which plays and compares them without a kernel and without a network."""

from __future__ import annotations

import hashlib
import json
import os
import re
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from ...atomic_write import READABLE, replacing
from ...errors import LibraryError
from ...filenames import as_path
from ...library import Library, Take
from ...library.differences import Differences, all_differences
from ...library.exported_names import file_name
from ...library.file_copies import copied, sha256
from ...library.library import Clips
from ...media.mp4.frame_times import frame_times
from ...paths import is_plain
from ...store import Record
from ...store.media_types import input_kind
from ...store.take_filter import TakeFilter
from ...text import flaw
from ..base.ids import MOST
from ..queue.rows import ENDED
from ..queue.take_row import Row, row
from .clip import clip
from .export_page import GENERATOR, Leaf, Page, address, clip_inside

INSIDE_MOST = 300_000_000
"""The most bytes of clips that a page holds itself; in base64 it is a third larger, and browsers hold it whole."""

INSIDE_LARGE = 50_000_000
"""Bytes of clips past which a page that holds them is slow to open and large to send."""

COMPARED = 24
"""How many takes have what they differ in written out, each with each; further ones are shown with their own words."""

_PIECE = 3 << 20  # bytes of a clip that are encoded at a time; a multiple of three
_HEAD = 4 << 20  # bytes of an earlier page that are read to know it, and its files
_CLIPS = re.compile(r'<script type="application/json" id="kw-clips">(.*?)</script>')
_ADDRESS = re.compile(r"https?://[^\s'\"<>]+")


def export_html(
    library: Library,
    takes: Iterable[Take | str] | None,
    path: str | os.PathLike[str],
    *,
    clips: Clips = "beside",
    title: str | None = None,
) -> Path:
    """Write the page; see ``Library.export_html``."""
    if clips not in ("beside", "inside"):
        raise LibraryError(f'Clips lie "beside" the page or "inside" it; this is {clips!r}. Nothing was written.')
    if fault := flaw(title or ""):
        raise LibraryError(f"The title can't be written. {fault} Nothing was written.")
    records = _chosen(library, takes)
    target = as_path(path)
    try:
        target = _target(target)
        return _Export(library, target, inside=clips == "inside").write(records, title or "Kling takes")
    except OSError as error:
        raise LibraryError(
            f"The page can't be written to {str(target)!r} ({error.strerror or type(error).__name__}). The library is "
            "as it was. Make room there, or name another place."
        ) from error


class _Export:
    """One page on its way to disk."""

    def __init__(self, library: Library, target: Path, *, inside: bool) -> None:
        self.library, self.target, self.inside = library, target, inside
        self.beside = target.with_name(f"{target.stem}_clips")
        self.earlier = _earlier(target)

    def write(self, records: list[Record], title: str) -> Path:
        leaves = [self._leaf(record) for record in records]
        held = [leaf for leaf in leaves if leaf.clip["file"]]
        if self.inside:
            self._weigh(held)
        first = [leaf.record.id for leaf in (held or leaves)][:MOST]
        page = Page(title, datetime.now(self.library.zone).date(), leaves, first, _differences(records), self.inside)
        fresh: list[Path] = []
        try:
            if not self.inside:
                for leaf in held:
                    self._copy(leaf, fresh)
            self._put(page, held)
        except BaseException:
            for file in fresh:
                file.unlink(missing_ok=True)
            self._tidy()
            raise
        self._sweep(set() if self.inside else {leaf.clip["name"] for leaf in held})
        return self.target

    def _leaf(self, record: Record) -> Leaf:
        path = self.library._gateway.path(record)
        if record.state != "completed" or path is None or not path.is_file():
            bare = replace(record, file=None)
            return Leaf(record, clip(bare, row=self._ended(record)), poster=self.library._gateway.poster(record))
        times = frame_times(path)
        shown = clip(record, row=None, beside="" if self.inside else address(self.beside.name, file_name(record)))
        shown["file"] = record.sha256 or sha256(path)
        frames = times.plain() if times else None
        return Leaf(record, shown, frames, self.library._gateway.poster(record), self.library._gateway.strip(record))

    def _ended(self, record: Record) -> Row:
        """What became of a take that has no clip here, without places that are nobody else's business."""
        shown = row(record, ENDED)
        status, words, tone = shown["status"], shown["words"], shown["tone"]
        if record.state == "completed":
            status, words, tone = "Its file is missing", "It was made, and was not in the library for this page.", "off"
        elif not status:
            status, words, tone = "Under way", "It was being made when this page was.", "off"
        words = _ADDRESS.sub("(an address)", words.replace(str(self.library.folder), "(the library)"))
        return {**shown, "tone": tone, "fraction": 0.0, "status": status, "words": words}

    def _weigh(self, held: list[Leaf]) -> None:
        heavy = sum(self._source(leaf).stat().st_size for leaf in held)
        if heavy > INSIDE_MOST:
            raise LibraryError(
                f"These clips are {heavy / 1e6:,.0f} MB; a page holds at most {INSIDE_MOST / 1e6:,.0f} MB, since "
                'browsers can\'t open larger ones. Nothing was written. Choose fewer takes, or clips="beside".'
            )
        if heavy > INSIDE_LARGE:
            warnings.warn(
                f"{self.target.name} holds {heavy / 1e6:,.0f} MB of clips, and is a third larger than that: slow to "
                'open and to send. clips="beside" puts them into a folder beside a small page.',
                stacklevel=5,
            )

    def _source(self, leaf: Leaf) -> Path:
        path = self.library._gateway.path(leaf.record)
        assert path is not None  # a leaf with a file has one
        return path

    def _copy(self, leaf: Leaf, fresh: list[Path]) -> None:
        target, wanted = self._place(leaf.clip["name"]), leaf.clip["file"]
        if target.exists():
            if target.is_file() and sha256(target) == wanted:
                return
            raise LibraryError(
                f"{str(target)!r} is there already, and is another file. It was left alone, and no page was written. "
                "Move it away, or name another page."
            )
        self.beside.mkdir(exist_ok=True)
        with copied(self._source(leaf), target) as (_copied, found):
            _check(leaf, found)
        fresh.append(target)

    def _place(self, name: str) -> Path:
        """Where a clip of the page lies."""
        if not is_plain(name) or self.beside.is_symlink():
            raise LibraryError(
                f"{name!r} can't be a clip beside the page: it would lie elsewhere than in {str(self.beside)!r}. "
                "No page was written."
            )
        return self.beside / name

    def _put(self, page: Page, held: list[Leaf]) -> None:
        with (
            replacing(self.target, mode=READABLE) as unfinished,
            unfinished.open("w", encoding="utf-8", errors="replace", newline="\n") as file,
        ):
            file.write(page.head())
            for leaf in held if self.inside else []:
                file.writelines(clip_inside(leaf.record.id, self._pieces(leaf)))
            file.write(page.tail())

    def _pieces(self, leaf: Leaf) -> Iterator[bytes]:
        digest = hashlib.sha256()
        with self._source(leaf).open("rb") as file:
            while piece := file.read(_PIECE):
                digest.update(piece)
                yield piece
        _check(leaf, digest.hexdigest())

    def _sweep(self, kept: set[str]) -> None:
        """Take away the clips of the page that was here before: those that are still as it put them there."""
        for name, digest in self.earlier.items():
            file = self._place(name)
            if name not in kept and not file.is_symlink() and file.is_file() and sha256(file) == digest:
                file.unlink()
        self._tidy()

    def _tidy(self) -> None:
        with suppress(OSError):  # there is something in it, or it is not there
            self.beside.rmdir()


def _chosen(library: Library, takes: Iterable[Take | str] | None) -> list[Record]:
    """The takes as they are now, each once, in the order given; the newest finished ones where none are named."""
    if takes is None:
        records = library._gateway.records(TakeFilter(states={"completed"}), limit=MOST)
        none = "This library has no finished takes yet, so no page was written. Generate one first."
    else:
        named = [takes] if isinstance(takes, (Take, str)) else list(takes)
        records = [_record(library, take) for take in named]
        none = "No takes were chosen, so no page was written. Choose some, such as library.takes()[:4]."
    if not records:
        raise LibraryError(none)
    return list({record.id: record for record in records}.values())


def _record(library: Library, take: object) -> Record:
    if isinstance(take, Take) and take.library.folder != library.folder:
        raise LibraryError(f"Take {take.id} is in another library, so no page was written. Export it from that one.")
    if not isinstance(take, (Take, str)):
        raise TypeError(f"export_html takes takes or their ids, such as library.takes()[:4]; this is {take!r}")
    return library._gateway.record(take if isinstance(take, str) else take.id)


def _target(target: Path) -> Path:
    if target.is_dir():
        return target / "kling-takes.html"
    return target if target.suffix.lower() in (".html", ".htm") else target.with_name(f"{target.name}.html")


def _earlier(target: Path) -> Mapping[str, str]:
    """The clips of the page that is there already: names and hashes. A file that is no such page is not replaced."""
    if not target.exists():
        return {}
    with target.open("rb") as file:
        head = file.read(_HEAD).decode("utf-8", "replace")
    if GENERATOR not in head:
        raise LibraryError(f"{str(target)!r} is there already, and is another file. Nothing was written. Name another.")
    found = _CLIPS.search(head)
    try:
        clips = json.loads(found[1]) if found else {}
    except ValueError:
        clips = {}
    if not isinstance(clips, dict):
        return {}
    return {name: digest for name, digest in clips.items() if is_plain(name)}


def _check(leaf: Leaf, digest: str) -> None:
    if digest != leaf.clip["file"]:
        raise LibraryError(
            f"The clip of take {leaf.record.id} was changed after it was saved, so no page was written. Put the file "
            "back as it was, or leave the take out."
        )


def _differences(records: list[Record]) -> dict[str, Differences]:
    return all_differences([replace(record, inputs=_named(record.inputs)) for record in records[:COMPARED]])


def _named(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Inputs with pictures and videos by their names: where they lie is nobody's business."""

    def name(value: Any) -> Any:
        if isinstance(value, list):
            return [name(one) for one in value]
        return PurePosixPath(urlsplit(value.replace("\\", "/")).path).name if isinstance(value, str) else value

    return {key: name(value) if input_kind(key) else value for key, value in inputs.items()}
