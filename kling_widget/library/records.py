"""What a library tells of its takes as plain values, and what a person writes about them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import paths
from ..request.budget import Budget, Spend
from ..store import Record, TakeId
from ..store.record import now_ms
from ..store.take_filter import ALL, TakeFilter
from ..store.take_order import NEWEST, TakeOrder
from . import emptying
from .annotations import checked
from .base import TendedLibrary

if TYPE_CHECKING:  # it brings SQLAlchemy, which a page need not wait for
    from ..store.offered import Offered

_PICTURE_MOST = 1_000_000  # bytes; what is larger is no poster and no strip of ours, and is not read for a page


class Records(TendedLibrary):
    """The part of a library that reads its takes without acting on them, and writes a person's words about them."""

    def record(self, take_id: str) -> Record:
        """What is known of one take now."""
        return self._shared.store.get(take_id)

    def records(
        self,
        wanted: TakeFilter = ALL,
        *,
        limit: int | None = 200,
        before: str | None = None,
        order: TakeOrder = NEWEST,
        skip: int = 0,
    ) -> list[Record]:
        """What is known of takes in an order: at most ``limit``, only those older than the one named ``before``."""
        return self._shared.store.page(wanted, limit=limit, before=before, order=order, skip=skip)

    def tally(self, wanted: TakeFilter) -> Spend:
        """How many takes pass a filter, and what they came to, in micro-dollars."""
        return self._shared.store.tally(wanted)

    def offered(self) -> Offered:
        """What there is to ask for among takes: their tags and models."""
        return self._shared.store.offered()

    def runs(self, model: str, service: str, *, within_ms: int | None = None) -> list[Record]:
        """What is known of a tool's runs on a service, newest first: all, or those confirmed so lately."""
        since = 0 if within_ms is None else now_ms() - within_ms
        found = self._shared.store.page(limit=200, kind="tool")
        return [r for r in found if (r.model, r.service) == (model, service) and r.confirmed_at >= since]

    @property
    def revision(self) -> int:
        """The number of the library's last change, by any kernel."""
        return self._shared.store.revision

    def changed_since(self, revision: int) -> list[Record]:
        """Takes that changed after this revision, in the order of their last change."""
        return self._shared.store.changed_since(revision)

    def withdraw(self, take_id: str) -> Record:
        """Take a take back that waits to be sent; unchanged where it was sent."""
        return self._shared.store.withdraw(TakeId(take_id))

    def annotate(self, take_id: str, **words: Any) -> Record:
        """Write a person's words about a take: ``rating`` (1 to 5, or None), ``tags``, ``note``.

        Raises ``BadValue`` for a rating of other than 1 to 5 stars, and for tags or a note that are no text.
        """
        return self._shared.store.annotate(take_id, **checked(words))

    def delete(self, *take_ids: str) -> list[Record]:
        """Put takes into the bin: all, or none where one of them has not ended; see ``Take.delete``."""
        return self._shared.store.bin.put(*take_ids)

    def restore(self, *take_ids: str) -> list[Record]:
        """Take takes out of the bin: all, or none where the files of one of them are gone; see ``Take.restore``."""
        return self._shared.store.bin.restore(*take_ids)

    def in_bin(self) -> list[Record]:
        """What is known of the takes in the bin, the one that was deleted last first."""
        return self._shared.store.bin.takes()

    def empty_bin(self) -> int:
        """Remove the files of what is in the bin; returns how many bytes were freed. See ``Library.empty_bin``."""
        return emptying.empty(self._shared.store, self._shared.folder)

    @property
    def draft(self) -> str:
        """The request that was being written in a panel last, as that panel keeps it; empty where none was."""
        return self._shared.store.value("draft") or ""

    def keep_draft(self, text: str) -> None:
        """Keep the request that is being written."""
        self._shared.store.keep("draft", text)

    def sums(self) -> Spend:
        """What was spent, in micro-dollars."""
        return self._shared.store.ledger.spent()

    def caps(self) -> Budget:
        """The caps in force, in micro-dollars."""
        return self._shared.store.ledger.budget

    def path(self, record: Record) -> Path | None:
        """Where a take's clip lies; None while it is not here, and where its row names no clip of this library."""
        return paths.found(self._shared.folder, record.file, "takes")

    def poster(self, record: Record) -> bytes | None:
        """A take's poster, a JPEG of at most 40 KB; None where there is none."""
        return self._picture(record.poster, "posters")

    def strip(self, record: Record) -> bytes | None:
        """A take's strip of frames (``extract/strip.py``), a JPEG of at most 40 KB; None where there is none."""
        return self._picture(f"strips/{record.id}.jpg", "strips")

    def _picture(self, name: str | None, place: paths.Place) -> bytes | None:
        path = paths.existing(self._shared.folder, name, place)
        try:
            return path.read_bytes() if path and path.stat().st_size <= _PICTURE_MOST else None
        except OSError:
            return None
