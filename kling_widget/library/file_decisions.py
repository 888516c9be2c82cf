"""What a person decides about a file that came and is no clip that can be vouched for."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Any

from .. import paths, permissions
from ..errors import BadFile, LibraryError
from ..filenames import ascii_slug
from ..media.mp4 import validation
from ..media.mp4.file_kinds import recognise
from ..store import Record
from ..store.record import now_ms
from .exports import Exports
from .file_copies import copied, sha256
from .records import Records

_HEAD = 4096  # bytes by which it is told what a file is


class Accepting(Records):
    """The part of a library that knows what came of takes and is no clip that can be vouched for."""

    def kept(self, record: Record) -> Path | None:
        """Where what came of a take is kept as it is; None where nothing is."""
        return paths.existing(self._shared.folder, record.kept, "kept")

    def accept_as_is(self, take_id: str) -> Record:
        """Make what is kept of a take its clip; see ``Take.accept_as_is``. Raises ``LibraryError`` as that does."""
        record, folder = self._shared.store.get(take_id), self._shared.folder
        source = self.kept(record)
        if record.state != "unverified" or source is None:
            raise LibraryError(
                f"Of take {record.id} nothing is kept that could be accepted ({record.state}). Nothing was changed."
            )
        try:
            with source.open("rb") as file:
                foreign = recognise(file.read(_HEAD))
            if foreign and not foreign.a_clip:
                raise LibraryError(
                    f"What is kept of take {record.id} is no clip: it is {foreign.what}. Nothing was changed. "
                    "take.fetch_again() fetches it once more; if the same comes, ask the service for a refund."
                )
            named = "-".join(filter(None, (record.id, ascii_slug(record.words))))
            clip = paths.new(folder, "takes", f"{named}{source.suffix}")
            changes: dict[str, Any] = {"state": "completed", "file": paths.named(folder, clip), "kept": None}
            changes |= _brought(source, clip, record)
        except OSError as error:
            raise LibraryError(
                f"What is kept of take {record.id} could not be put beside the other clips "
                f"({error.strerror or error}). It is kept as it was. Make room in the library's folder and try again."
            ) from error
        accepted = self._shared.store.decide(record.id, changes, state="unverified")
        with contextlib.suppress(OSError):  # it is in its place; a second name of it does no harm
            source.unlink()
        Exports(self).draw_strip(accepted)
        return accepted

    def fetch_again(self, take_id: str) -> Record:
        """Fetch a take's file once more; see ``Take.fetch_again``."""
        changes: dict[str, Any] = {"state": "accepted", "trouble": "", "settled": False}
        found = self._shared.store.decide(self._shared.store.get(take_id).id, changes, state="unverified")
        self.start()
        return found


def _brought(source: Path, clip: Path, record: Record) -> dict[str, Any]:
    """Put a file beside the other clips, and say what the library is to know of it."""
    digest = _bring(source, clip, record)
    permissions.follow(clip)
    size: tuple[int | None, int | None] = (None, None)
    with contextlib.suppress(BadFile):
        header = validation.check(clip)
        size = header.width, header.height
    return {
        "bytes": clip.stat().st_size,
        "sha256": digest,
        "width": size[0],
        "height": size[1],
        "saved_at": now_ms(),
        "trouble": "",
    }


def _bring(source: Path, clip: Path, record: Record) -> str:
    """Give a file a second name in another folder, or copy it where a file has one name only; returns its SHA-256."""
    clip.unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        os.link(source, clip)
        as_it_came = record.sha256 and record.bytes == clip.stat().st_size  # else a person has mended it
        return record.sha256 if record.sha256 and as_it_came else sha256(clip)
    with copied(source, clip) as (_, digest):
        return digest
