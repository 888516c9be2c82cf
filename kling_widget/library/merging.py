"""Takes of another library brought into this one, with all that belongs to them: nothing lost, nothing twice."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .. import paths, permissions
from ..errors import BadFile, LibraryError, LibraryNotWritable, NoSuchTake
from ..request.states import FINAL
from ..store import Store, damage, merging
from ..store.layout import DATABASE
from ..store.merging import TakeHere
from ..store.record import KEPT_MS, now_ms
from ..store.snapshot import Row, Snapshot, snapshot
from . import wanted
from .foreign_files import ForeignFiles

_AT_ONCE = 50  # takes in one transaction: their clips are there before it
_SHOWN = 10  # takes and notes of which a merge tells in words
_OTHER_FILES: tuple[tuple[str, paths.Place], ...] = (("poster", "posters"), ("kept", "kept"))
_FETCHED = "its clip is not there. Opened with its key, that library fetches it again"


@dataclass(frozen=True)
class Merged:
    """What a merge did.

    Attributes
    ----------
    takes
        How many takes are new here, tools' runs that cost money left out.
    there
        How many were here already.
    left
        Takes that stay in the other library only: why, by their ids.
    notes
        What is here otherwise than it was there, a sentence each.
    """

    takes: int
    there: int
    left: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        counts = f"{self.takes:,} takes came, {self.there:,} were here already, {len(self.left):,} stay there."
        lines = [*(f"Take {take} stays there: {reason}." for take, reason in self.left.items()), *self.notes]
        rest = [f"And {len(lines) - _SHOWN:,} more, in left and notes."] if len(lines) > _SHOWN else []
        return "\n".join((counts, *lines[:_SHOWN], *rest))


def merge(home: Path, store: Store, other: Path, among: Any = None) -> Merged:
    """Bring takes of another library into the one of a folder and its database; see ``Library.merge``."""
    if other.resolve() == home.resolve():
        raise LibraryError(f"{str(other)!r} is this library itself. Nothing was merged.")
    with snapshot(other) as theirs:
        try:
            return _Merging(home, store, other, theirs, among).run()
        except OSError as error:
            raise LibraryError(
                f"The merge stopped ({error.strerror or type(error).__name__}: {error.filename or 'a file'}). Both "
                "libraries are whole, and nothing was spent. What has come is here; merge again to go on."
            ) from error


def copy(source: Path, target: Path, among: Any = None) -> Merged:
    """Bring takes of a library into that of another folder, made where it is missing; see ``Library.copy_to``."""
    try:
        permissions.make_library(target)
        if not paths.own(target, DATABASE).exists():
            with snapshot(source) as theirs, closing(Store.in_folder(target)) as store:
                merging.take_after(store, theirs.settings())
    except OSError as error:
        raise LibraryNotWritable(
            f"The folder {str(target)!r} can't be written to ({error.strerror or error}). Nothing was copied. Name "
            "another."
        ) from error
    with closing(Store.in_folder(target)) as store:
        return merge(target, store, source, among)


class _Merging:
    def __init__(self, home: Path, store: Store, other: Path, theirs: Snapshot, among: Any) -> None:
        self._home, self._store, self._theirs, self._files = home, store, theirs, ForeignFiles(home, other)
        self._whole = among is None
        every = theirs.take_ids()
        self._ids = every if among is None else list(dict.fromkeys(wanted.take_ids(among)))
        held = set(every)
        if missing := [one for one in self._ids if one not in held]:
            raise NoSuchTake(f"The library {str(other)!r} holds no take {missing[0]!r}. Nothing was merged.")
        self._takes, self._there = 0, 0
        self._left: dict[str, str] = {}
        self._notes: list[str] = []
        self._here: set[str] = set()
        self._texts: set[str] = set()  # of all inputs: an address or an element's id may be among them

    def run(self) -> Merged:
        """Files before the rows that name them, and takes before what speaks of them: killed anywhere, both are whole.

        What is here already is passed over, so that a second call goes on where the first one ended.
        """
        self._bring(self._ids)
        self._bring(self._elements())
        self._media()
        merging.join_accounts(self._store, self._theirs.settings())
        self._sweeps()
        self._votes()
        if self._whole:
            lost = self._theirs.takes_of_ledger().difference(self._ids)
            merging.add_entries(self._store, self._theirs.ledger(sorted(lost)))
            for name in self._files.copy_wildcards():
                self._notes.append(f"The wildcard file {name} stays there: another one is called so here.")
        return Merged(self._takes, self._there, self._left, tuple(self._notes))

    # Takes

    def _bring(self, ids: Sequence[str]) -> None:
        for at in range(0, len(ids), _AT_ONCE):
            some = ids[at : at + _AT_ONCE]
            found, entries = self._theirs.takes(some), self._theirs.ledger(some)
            mine, owners = merging.here(self._store, some), merging.owners(self._store, found.values())
            new: list[Row] = []
            for take in some:
                row = found[take]
                if reason := _reason_to_leave(row, mine.get(take), owners):
                    self._left[take] = reason
                    continue
                self._here.add(take)
                self._texts.update(_texts(json.loads(row["inputs"])))
                if take in mine:
                    self._there += row["kind"] == "clip"
                    self._complete(row, mine[take])
                elif (brought := self._with_files(row)) is not None:
                    new.append(brought)
            if new:
                merging.add_takes(self._store, [(row, entries.get(row["id"], ())) for row in new])
                self._takes += sum(row["kind"] == "clip" for row in new)

    def _complete(self, row: Row, mine: TakeHere) -> None:
        """Bring in what a take lacks here: its clip, and a person's words."""
        if mine.blank - merging.blank(row):  # each take that is written costs a sync
            merging.fill_in(self._store, row)
        # One that names no file was in the bin when it was emptied: nobody wants its clip.
        lacks_clip = mine.state == "completed" and mine.file and not paths.existing(self._home, mine.file, "takes")
        if lacks_clip and mine.sha256 == row["sha256"] and self._files.has_clip(row["file"]):
            try:
                self._files.copy_clip(row["file"], row["id"], row["sha256"], to=mine.file)
            except BadFile as error:
                self._notes.append(f"Take {row['id']} is here without its clip still: {error}")

    def _with_files(self, row: Row) -> Row | None:
        """Copy what a take's row names, and return the row as it is here; None where the take has to stay."""
        take, brought = row["id"], dict(row)
        if row["file"]:
            is_young = row["prediction"] and (row["finished_at"] or row["confirmed_at"]) > now_ms() - KEPT_MS
            if self._files.has_clip(row["file"]):
                try:
                    brought["file"] = self._files.copy_clip(row["file"], take, row["sha256"])
                except BadFile as error:
                    self._stays(take, str(error).rstrip("."))
                    return None
            elif is_young:
                self._stays(take, _FETCHED)
                return None
            else:
                self._notes.append(f"Take {take} came without its clip, which is not there.")
        for column, folder in _OTHER_FILES:
            if row[column]:
                brought[column] = self._files.copy_other(row[column], folder, f"{take}{Path(row[column]).suffix}")
        self._files.copy_other(f"strips/{take}.jpg", "strips", f"{take}.jpg")
        return brought

    def _stays(self, take: str, reason: str) -> None:
        self._left[take] = reason
        self._here.discard(take)

    # What belongs to takes

    def _elements(self) -> list[str]:
        """Bring in elements that inputs name; returns the tools' runs that made these."""
        found = []
        for row in self._theirs.elements():
            texts = (row["name"], row["service"], row["note"], row["picture"], row["take"], row["element_id"] or "")
            if all(map(damage.is_text, texts)) and (self._whole or row["element_id"] in self._texts):
                picture = self._files.copy_other(row["picture"], "media", Path(row["picture"]).name)
                found.append({**row, "picture": picture or ""})
        for name, new in merging.add_elements(self._store, found).items():
            self._notes.append(f"The element {name!r} is called {new!r} here, where that name is another one's.")
        held = {*self._here, *self._left}
        runs = [row["take"] for row in found if row["take"] and row["take"] not in held]
        return sorted(set(runs).intersection(self._theirs.take_ids()))

    def _media(self) -> None:
        def is_whole(row: Row) -> bool:
            numbers = (row["bytes"], row["uploaded_at"])
            texts = (row["sha256"], row["service"], row["url"], row["name"], row["type"])
            return all(map(damage.is_text, texts)) and all(map(damage.is_whole, numbers))

        uploads = [row for row in self._theirs.media() if is_whole(row) and (self._whole or row["url"] in self._texts)]
        hashes = {row["sha256"] for row in uploads}
        for name in self._files.media():
            if self._whole or Path(name).stem in hashes:
                try:
                    self._files.copy_medium(name)
                except BadFile as error:
                    self._notes.append(str(error))
        merging.add_media(self._store, uploads)

    def _votes(self) -> None:
        """Bring in votes: all of a whole library, else those on takes that came, as far as both are here."""
        votes = self._theirs.votes.among()
        if not self._whole:
            votes = [vote for vote in votes if self._here.intersection((vote.left, vote.right))]
            both = merging.here(self._store, sorted({take for vote in votes for take in (vote.left, vote.right)}))
            votes = [vote for vote in votes if vote.left in both and vote.right in both]
        self._store.votes.add(votes)

    def _sweeps(self) -> None:
        cells = self._theirs.cells(sorted(self._here))
        of_takes = {cell["sweep"] for cell in cells}
        found = [row for row in self._theirs.sweeps() if self._whole or row["id"] in of_takes]
        whole = list(filter(merging.is_sweep, found))
        for sweep in merging.add_sweeps(self._store, whole, cells):
            self._notes.append(f"Sweep {sweep} stays there: one that asks the same is here. Its takes came.")


def _reason_to_leave(row: Row, mine: TakeHere | None, owners: Mapping[tuple[str, str], str]) -> str:
    """Why a take stays in its library; empty where it comes, or is here."""
    if damage.odd({name: value for name, value in row.items() if name != "folded"}):
        return "its row can't be read. Library.rescue copies what can be read"
    if mine is not None:
        if row["state"] == "completed" and mine.state in FINAL and mine.state != "completed":
            return f"it is {mine.state} here and completed there, and what is here is left as it is"
        return ""
    if row["state"] not in FINAL:
        return f"it is {row['state']} there, and can come when it has ended"
    if not row["settled"]:
        return "its bill is still to come there. Opened with its key, that library asks for it"
    if taken := owners.get((row["service"], row["prediction"])):
        return f"its task at the service is that of take {taken} here"
    return ""


def _texts(value: Any) -> Iterator[str]:
    """Yield all texts of a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from (text for one in value.values() for text in _texts(one))
    elif isinstance(value, Collection):
        yield from (text for one in value for text in _texts(one))
