"""The library: a folder with a database and the clips of all takes."""

from __future__ import annotations

import os
import threading
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from pathlib import Path
from types import EllipsisType
from typing import TYPE_CHECKING, Any, ClassVar

from ..catalog import Catalog
from ..engine.uploader import Uploader
from ..engine.worker import Engine
from ..errors import Problem, RequestError, SettingsError
from ..money import Micros, micros
from ..settings import library_folder
from ..store import Budget, Record, Spend, Store, TakeId
from ..store.cast import Cast
from ..store.media import MediaStore
from ..store.record import now_ms
from . import models
from .folder import make_writable, reopen_missing, warn_of_networks

if TYPE_CHECKING:
    import pandas as pd

    from .take import Take


Cap = float | str | None | EllipsisType
"""An amount in US dollars; None for no cap; ``...`` for what it was."""

_MOST = 1_000_000_000  # dollars; beyond it a number is a slip of the hand


@dataclass
class _Room:
    """What all ``Library`` objects of one folder share in this process."""

    folder: Path
    store: Store
    lock: threading.Lock = field(default_factory=threading.Lock)
    engine: Engine | None = None


class Library:
    """A folder with a database and the MP4s of all takes.

    Opening one makes the folder where it is missing. Takes that an earlier kernel left open are looked after again.

    Parameters
    ----------
    folder
        Its folder; unless given, what ``KLING_LIBRARY`` names, else ``kling_library`` beside the notebook.

    Raises
    ------
    LibraryNotWritable
        If the folder can't be made or written to. Nothing is sent then: a paid clip could not be kept.
    LibraryTooNew
        If a newer version of this package wrote it.
    """

    _rooms: ClassVar[dict[Path, _Room]] = {}
    _opening: ClassVar[threading.Lock] = threading.Lock()

    def __init__(self, folder: str | os.PathLike[str] | None = None) -> None:
        path = library_folder(folder)
        with self._opening:
            if path not in self._rooms:
                make_writable(path)
                warn_of_networks(path)
                room = self._rooms[path] = _Room(path, Store.in_folder(path))
                reopen_missing(room.store, path)
            self._room = self._rooms[path]
        if self._room.store.has_open():
            self.start()

    @property
    def folder(self) -> Path:
        """Its folder, an absolute path."""
        return self._room.folder

    @property
    def cast(self) -> Cast:
        """Its elements: persons and things that the service knows by an id and prompts call by name."""
        return self._room.store.cast

    @property
    def uploader(self) -> Uploader:
        """Brings its pictures and videos to the service, each file once."""
        return self.engine.uploader

    @property
    def media(self) -> MediaStore:
        """Its pictures and videos."""
        return self.uploader.store

    @property
    def catalog(self) -> Catalog:
        """The models that it knows: the bundled ones, as the service said last."""
        return models.known(self.folder)

    @property
    def engine(self) -> Engine:
        """What tends this library's takes in this process; started when first asked for."""
        return self.start()

    def start(self) -> Engine:
        """Start tending open takes, where that is not under way."""
        with self._room.lock:
            if self._room.engine is None:
                self._room.engine = Engine(self._room.store, self.folder)
            return self._room.engine

    def close(self) -> None:
        """Stop tending and close the database; whoever opens the library next goes on."""
        with self._opening:
            if self._rooms.get(self.folder) is self._room:
                del self._rooms[self.folder]
        with self._room.lock:
            if self._room.engine is not None:
                self._room.engine.close()
                self._room.engine = None
        self._room.store.close()

    # Takes

    def take(self, take_id: str) -> Take:
        """The take of that id. Raises ``LibraryError`` where there is none."""
        from .take import Take

        return Take(self.record(take_id).id, self)

    def takes(self, *, search: str = "", limit: int | None = 200, **wanted: Any) -> list[Take]:
        """Takes, newest first. The arguments are those of ``records``."""
        from .take import Take

        return [Take(record.id, self) for record in self.records(search=search, limit=limit, **wanted)]

    def history(self, *, search: str = "", limit: int | None = None) -> pd.DataFrame:
        """All takes as a table, newest first.

        Parameters
        ----------
        search
            Only takes whose prompt, tags or note hold this text.
        limit
            At most so many; None for all.

        Returns
        -------
        pandas.DataFrame
            One row a take: ``poster``, ``prompt``, ``model``, ``seconds``, ``aspect_ratio``, ``sound``, ``status``,
            ``cost`` (US dollars; play money for practice), ``rating``, ``tags``, ``note``, ``confirmed`` (local time),
            ``took`` (seconds), ``file``, ``id``. Paths are relative to ``folder``.
        """
        from ..store.history import READ, history

        return history(self._room.store.columns(READ, search=search, limit=limit))

    def spent(self) -> Spend:
        """Money spent through this library: today and in all, live and practice apart, in micro-dollars."""
        return self._room.store.purse.spent()

    def spend(self) -> pd.DataFrame:
        """The ledger as a table, oldest first: what was quoted, charged and refunded.

        Returns
        -------
        pandas.DataFrame
            ``at`` (local time), ``kind`` (``quote``, ``charge`` or ``refund``), ``dollars``, ``service``, ``prompt``,
            ``take``. What was spent is the charges less the refunds.
        """
        from ..store.history import ledger

        return ledger(self._room.store.purse.entries())

    @property
    def budget(self) -> Budget:
        """The caps on what this library spends, for every kernel that uses it."""
        return self._room.store.purse.budget

    def cap(self, *, call: Cap = ..., day: Cap = ..., library: Cap = ...) -> Library:
        """Cap what this library spends, in US dollars. Play money is capped by the same numbers.

        Parameters
        ----------
        call
            For one take; None for no cap. Left as it is unless given, as are the others.
        day
            For one calendar day.
        library
            In all.

        Raises
        ------
        SettingsError
            If a cap is no amount of money. Nothing was changed.
        """
        given = {"call": call, "day": day, "library": library}
        wanted = {name: None if cap is None else _amount(cap) for name, cap in given.items() if cap is not ...}
        self._room.store.purse.set_budget(replace(self.budget, **wanted))
        return self

    # Records, for faces

    def record(self, take_id: str) -> Record:
        """What is known of one take now."""
        return self._room.store.get(take_id)

    def records(
        self,
        *,
        limit: int | None = 200,
        search: str = "",
        states: Collection[str] | None = None,
        rating: int | None = None,
        before: str | None = None,
    ) -> list[Record]:
        """What is known of takes, newest first.

        Parameters
        ----------
        limit
            At most so many; None for all.
        search
            Only takes whose prompt, tags or note hold this text.
        states
            Only takes in these states.
        rating
            Only takes with at least so many stars.
        before
            Only takes older than the one of this id.
        """
        return self._room.store.page(limit=limit, search=search, states=states, rating=rating, before=before)

    def runs(self, model: str, service: str, *, within_ms: int | None = None) -> list[Record]:
        """What is known of a tool's runs on a service, newest first: all, or those confirmed so lately."""
        since = 0 if within_ms is None else now_ms() - within_ms
        found = self._room.store.page(limit=200, kind="tool")
        return [r for r in found if (r.model, r.service) == (model, service) and r.confirmed_at >= since]

    def changed_since(self, revision: int) -> list[Record]:
        """Takes that changed after this revision, in the order of their last change."""
        return self._room.store.changed_since(revision)

    def withdraw(self, take_id: str) -> Record:
        """Take a take back that waits to be sent; unchanged where it was sent."""
        return self._room.store.withdraw(TakeId(take_id))

    def decide(self, take_id: str, prediction: str | None) -> Record:
        """Say which task a take in doubt is, by its id, or None: it was not made."""
        if prediction is None:
            words = "You said that none of the service's tasks is this take, so it counts as not made and not charged."
            changes = {"state": "not_created", "trouble": words, "settled": True, "finished_at": now_ms()}
        else:
            changes = {"state": "accepted", "prediction": prediction, "accepted_at": now_ms(), "trouble": ""}
        record = self._room.store.decide(TakeId(take_id), {**changes, "candidates": ""})
        self.start()
        return record

    def annotate(self, take_id: str, **words: Any) -> Record:
        """Write a person's words about a take: ``rating`` (1 to 5, or None), ``tags``, ``note``."""
        rating = words.get("rating")
        if rating is not None and (isinstance(rating, bool) or rating not in (1, 2, 3, 4, 5)):
            raise RequestError([Problem("rating", f"A rating is 1 to 5 stars, or None; this is {rating!r}.")])
        return self._room.store.annotate(take_id, **words)

    def path(self, record: Record) -> Path | None:
        """Where a take's clip lies; None while it is not here."""
        return self.folder / record.file if record.file else None

    def poster(self, record: Record) -> bytes | None:
        """A take's poster, a JPEG of at most 40 KB; None where there is none."""
        if not record.poster:
            return None
        try:
            return (self.folder / record.poster).read_bytes()
        except OSError:
            return None

    def __repr__(self) -> str:
        return f"<Library {str(self.folder)!r}, {self.spent().takes} takes>"


def _amount(cap: float | str | EllipsisType) -> Micros:
    try:
        found = Decimal(str(cap).strip().removeprefix("$"))
    except InvalidOperation:
        found = Decimal("nan")
    if isinstance(cap, bool) or not found.is_finite() or not 0 <= found <= _MOST:
        raise SettingsError(f"A cap is an amount of dollars, such as 5.00; this is {cap!r}. Nothing was changed.")
    return micros(found)
