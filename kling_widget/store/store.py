"""Takes on disk: written by one kernel at a time, read by all."""

from __future__ import annotations

import contextlib
import logging
import os
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, and_, or_, select

from .. import paths, permissions
from ..errors import DamagedRow, LibraryDamaged, LibraryError
from ..request.budget import Spend
from ..request.states import State
from . import accounts, elements, integrity, leases, ledger, limits, migrations, offered, rows, sweeps, votes
from .bin import Bin
from .claims import NEAR_MS
from .conditions import narrowed, sought
from .database import connect, everything, read_only, refuse_writes, writing
from .layout import DATABASE
from .learned_limit import Learned
from .library_settings import read as read_value
from .library_settings import write as write_value
from .library_settings import zone
from .media import MediaStore
from .record import Kind, Lease, Limits, Record, TakeId, Wait, now_ms
from .schema import OF_TOOLS, SHOWN, meta, takes
from .search_index import Candidates, SearchIndex
from .sorting import ordered
from .submit_turn import turn
from .take_filter import ALL, TakeFilter
from .take_order import NEWEST, TakeOrder

log = logging.getLogger(__name__)

_DAY_MS = 25 * 3600 * 1000  # a clock that is set to another time zone is off by less
_IN_DOUBT = ("sending", "unknown", "reconciling", "needs_you")
_CLIP = takes.c.kind == "clip"


class Store:
    """The library's database.

    Parameters
    ----------
    url
        A SQLAlchemy address: ``sqlite:////folder/library.db`` or ``postgresql+…``.

    Attributes
    ----------
    unreadable
        Takes whose rows were met and could not be read, by their id as far as that can be: what is wrong with each.
    leases
        Which kernel tends which take.
    zone
        The time zone in which its days are counted, for every kernel that uses it.
    ledger
        Money spent, and the caps on it.
    elements
        The elements that prompts call by name.
    accounts
        Whose takes it holds.
    sweeps
        Its sweeps.
    votes
        What people said of two of its takes.
    bin
        The takes that people deleted.
    search_index
        What makes a search of many takes quick.
    """

    def __init__(self, url: str) -> None:
        self._engine: Engine = connect(url)
        self._unchecked: Path | None = None
        self._looking = threading.Lock()
        self.unreadable: Mapping[str, str] = {}
        migrations.migrate(self._engine)
        self.leases = leases.Leases(self._engine)
        self.zone = zone(self._engine)
        self.ledger = ledger.Ledger(self._engine, self.zone)
        self.elements = elements.ElementStore(self._engine)
        self.accounts = accounts.Accounts(self._engine)
        self.sweeps = sweeps.SweepStore(self._engine, self.zone)
        self.votes = votes.VoteStore(self._engine)
        self.bin = Bin(self._engine, self._records)
        self.search_index = SearchIndex(self._engine)

    @classmethod
    def in_folder(cls, folder: Path) -> Store:
        """The database of a library's folder.

        Raises
        ------
        LibraryError
            If the file there is no database, or is damaged. It is left as it is.
        """
        path = paths.own(folder, DATABASE)
        whole = integrity.check(path)
        try:
            if not path.exists():
                with contextlib.suppress(FileExistsError):  # another kernel may have been quicker
                    os.close(permissions.create(path))  # its journal takes after it
            store = cls(URL.create("sqlite", database=str(path)).render_as_string())
        except LibraryError as error:
            if error.__cause__ is None or isinstance(error, LibraryDamaged) or integrity.is_locked(error.__cause__):
                raise
            raise integrity.unusable(path, error.__cause__) from error
        store._unchecked = None if whole else path
        return store

    def media(self, folder: Path) -> MediaStore:
        """The pictures and videos that lie in a library's folder."""
        return MediaStore(self._engine, folder)

    def close(self) -> None:
        """Give the connections back."""
        self.search_index.close()
        self._engine.dispose()

    # What is known

    def get(self, take: str) -> Record:
        """One take. Raises ``LibraryError`` where there is none of that id."""
        try:
            with read_only(self._engine) as connection:
                return rows.get(connection, take)
        except DamagedRow as error:
            self.note_unreadable({take: str(error)})
            raise

    def page(
        self,
        wanted: TakeFilter = ALL,
        *,
        limit: int | None = 200,
        before: str | None = None,
        kind: Kind = "clip",
        order: TakeOrder = NEWEST,
        skip: int = 0,
    ) -> list[Record]:
        """Takes, newest first unless they are ordered otherwise.

        Parameters
        ----------
        wanted
            Only takes that pass this filter.
        limit
            At most so many; None for all.
        before
            Only takes older than the one of this id (for the next page).
        kind
            Tools' runs instead, where it says so.
        order
            What they are ordered by.
        skip
            How many of the first are left out (for a further page of another order).
        """
        dialect = self._engine.dialect.name
        # Ids alone are sorted where no index has the order: whole rows are wide.
        query: Any = select(takes if order == NEWEST else takes.c.id).where(SHOWN if kind == "clip" else OF_TOOLS)
        query = ordered(self._narrowed(query, wanted), order, dialect)
        if before is not None:
            query = query.where(takes.c.id < before)
        query = query.offset(skip) if skip else query
        query = query if limit is None else query.limit(limit)
        if order != NEWEST:
            query = ordered(select(takes).where(takes.c.id.in_(query)), order, dialect)
        return self._records(query)

    def tally(self, wanted: TakeFilter = ALL) -> Spend:
        """How many takes pass a filter, and what they came to."""
        candidates = self._candidates(wanted)
        with read_only(self._engine) as connection:
            return offered.tally(connection, wanted, SHOWN, self._engine.dialect.name, candidates)

    def offered(self) -> offered.Offered:
        """What there is to ask for among takes: their tags and models."""
        with read_only(self._engine) as connection:
            return offered.offered(connection, SHOWN, self._engine.dialect.name)

    def columns(
        self, names: Sequence[str], wanted: TakeFilter = ALL, *, limit: int | None = None
    ) -> Sequence[Sequence[Any]]:
        """Some columns of takes as the database holds them, newest first."""
        query = select(*(takes.c[name] for name in names)).where(SHOWN).order_by(takes.c.id.desc())
        query = self._narrowed(query, wanted)
        with read_only(self._engine) as connection:
            return everything(connection, query if limit is None else query.limit(limit))

    def count(self) -> int:
        """How many takes there are, tools' runs and the bin left out."""
        with read_only(self._engine) as connection:
            return rows.count(connection)

    def changed_since(self, revision: int) -> list[Record]:
        """Takes that changed after this revision, in the order of their last change."""
        return self._records(select(takes).where(takes.c.revision > revision).order_by(takes.c.revision))

    def ended(self, before: int, *, since: int = 0, limit: int | None = 300) -> list[Record]:
        """Takes that the service made or gave up on between two moments (ms since the epoch), newest first."""
        query = select(takes).where(_CLIP, takes.c.state.in_(("completed", "failed", "timeout")))
        query = query.where(takes.c.finished_at >= since, takes.c.finished_at < before)
        return self._records(query.order_by(takes.c.finished_at.desc()).limit(limit))

    def settled(self, since: int) -> list[Record]:
        """Takes and tools' runs that ended since a moment (ms since the epoch) and wait for no word of billing."""
        query = select(takes).where(takes.c.finished_at >= since, takes.c.settled, takes.c.prediction.is_not(None))
        return self._records(query.order_by(takes.c.finished_at))

    def holding(self, hashes: Collection[str]) -> list[Record]:
        """Takes whose clip has one of these hashes (SHA-256, in hex), newest first."""
        query = select(takes).where(_CLIP, takes.c.state == "completed", takes.c.sha256.in_(hashes))
        return self._records(query.order_by(takes.c.id.desc()))

    def adopted(self) -> list[Record]:
        """Takes with a clip that no service is known to have made, newest first."""
        query = select(takes).where(_CLIP, takes.c.state == "completed", takes.c.prediction.is_(None))
        return self._records(query.order_by(takes.c.id.desc()))

    def value(self, name: str) -> str | None:
        """What belongs to the library as a whole, by its name; None where nothing was kept."""
        with read_only(self._engine) as connection:
            return read_value(connection, name)

    def keep(self, name: str, value: str) -> None:
        """Keep a text that belongs to the library as a whole."""
        with writing(self._engine) as connection:
            write_value(connection, name, value)

    def has_open(self) -> bool:
        """Whether anything is still to come: of a take, or of a sweep."""
        with read_only(self._engine) as connection:
            found = connection.scalar(select(takes.c.id).where(leases.OPEN).limit(1))
        return found is not None or bool(self.sweeps.waiting())

    @property
    def revision(self) -> int:
        """The number of the library's last change."""
        with read_only(self._engine) as connection:
            return connection.scalar(select(meta.c.value).where(meta.c.name == "revision")) or 0

    def taken(self, service: str, predictions: Collection[str]) -> set[str]:
        """Which of these tasks of a service belong to takes."""
        query = select(takes.c.prediction).where(takes.c.service == service, takes.c.prediction.in_(predictions))
        with read_only(self._engine) as connection:
            return set(connection.scalars(query))

    def answers(self, service: str, *, limit: int = 5) -> list[tuple[int, str]]:
        """When the latest takes of a service were accepted (ms since the epoch, our clock), and what it answered."""
        query = select(takes.c.accepted_at, takes.c.answer).where(takes.c.service == service)
        query = query.where(takes.c.accepted_at.is_not(None), takes.c.answer.is_not(None))
        with read_only(self._engine) as connection:
            found = connection.execute(query.order_by(takes.c.accepted_at.desc()).limit(limit))
            return [(at, text) for at, text in found if isinstance(at, int) and isinstance(text, str)]

    def rivals(self, record: Record) -> int:
        """How many other takes of the same model, but with other inputs, are in doubt like this one.

        At whichever price: a task may have been made at a discount. Sent within a day, for clocks may differ by that;
        those of other keys, which may be the same account's, at the same time.
        """
        same = and_(takes.c.service == record.service, takes.c.model == record.model)
        others = and_(takes.c.id != record.id, takes.c.state.in_(_IN_DOUBT))
        at = record.submitted_at or record.confirmed_at
        with read_only(self._engine) as connection:
            mine = accounts.of_account(connection, record.account)
        when = or_(and_(mine, _sent_within(at, _DAY_MS)), _sent_within(at, NEAR_MS))
        return sum(other.inputs != record.inputs for other in self._records(select(takes).where(same, others, when)))

    # What is written

    def add(self, record: Record) -> Record:
        """Write down a take that a person has confirmed. It is on disk when this returns.

        Raises
        ------
        OverBudget
            If it would pass a cap of the library's budget.
        """
        with writing(self._engine) as connection:
            ledger.allow(connection, record, self.zone)
            ledger.quote(connection, record)
            return rows.add(connection, record)

    def adopt(self, record: Record) -> Record:
        """Write down a take that was made elsewhere, whose clip is here: it costs nothing here, and is in no ledger."""
        with writing(self._engine) as connection:
            return rows.add(connection, record)

    def change(self, lease: Lease, **changes: Any) -> Record:
        """Write what became of a take. Columns are those of ``Record``.

        A charge and a refund are booked once; where they differ from what was booked, the difference is.

        Raises
        ------
        LeaseLost
            If another kernel has the take now. Nothing was written.
        AlreadyTaken
            If another take has this prediction. Nothing was written.
        TransitionRefused
            If the new state may not follow the one that the take is in (``states.NEXT``). Nothing was written.
        """
        with writing(self._engine) as connection:
            leases.check(connection, lease)
            ledger.book(connection, lease.take, changes, self.zone)
            return rows.write(connection, lease.take, changes)

    def correct(self, take: TakeId, changes: Callable[[Record], Mapping[str, Any]]) -> Record:
        """Write what billing says otherwise of a take that is settled. Needs no lease: nobody tends it.

        ``changes`` gives the columns to write from what is known of the take in the same transaction, so that two
        kernels book a difference once.
        """
        with writing(self._engine) as connection:
            record = rows.get(connection, take)
            different = dict(changes(record)) if record.settled else {}
            if not different:
                return record
            ledger.book(connection, take, different, self.zone)
            return rows.write(connection, take, different)

    def begin_sending(self, lease: Lease, limits: Limits, account: str | None = None) -> Record | Wait:
        """Note that a take is about to be sent, if it is its turn: one at a time for an account, within its limits.

        One at a time over all kernels, so that a lost answer can be told from another take's by the time it was made.
        ``account`` is written where the take has none yet.
        """
        self._check_rest()
        with read_only(self._engine) as connection:  # who waits for a turn takes no lock from those who work
            if wait := turn(connection, rows.get(connection, lease.take), limits):
                return wait
        with writing(self._engine) as connection:
            leases.check(connection, lease)
            record = rows.get(connection, lease.take)
            if wait := turn(connection, record, limits):
                return wait
            changes = {"state": "sending", "submitted_at": now_ms(), "trouble": ""}
            if record.account is None and account is not None:
                changes["account"] = account
            return rows.write(connection, lease.take, changes)

    def sent_back(self, record: Record, most: Limits, wait: float) -> Learned:
        """Note that the service sent a take's submit back and asks to wait (seconds); gives what is tried from now on.

        ``most`` are the limits of the account's level.
        """
        with writing(self._engine) as connection:
            return limits.sent_back(connection, record, most, wait)

    @property
    def learned_limits(self) -> Mapping[tuple[str, str | None], Learned]:
        """What accounts were found to take, by their service and their fingerprint."""
        with read_only(self._engine) as connection:
            return limits.all_learned(connection)

    def withdraw(self, take: TakeId) -> Record:
        """Take a take back that waits to be sent; unchanged where it was sent. Needs no lease: nothing is lost."""
        with writing(self._engine) as connection:
            return rows.withdraw(connection, take)

    def reopen(self, take: TakeId) -> Record:
        """Note that a finished take's file is not here any more, so that it is fetched again."""
        with writing(self._engine) as connection:
            record = rows.get(connection, take)
            if record.state != "completed" or record.prediction is None:  # what was adopted is known by no service
                return record
            if record.binned_at is not None:  # nobody wants it at the moment, or ever again
                return record
            leases.revoke(connection, take)
            return rows.write(connection, take, {"state": "accepted", "file": None, "saved_at": None, "settled": False})

    def decide(self, take: TakeId, changes: dict[str, Any], *, state: State = "needs_you") -> Record:
        """Write what a person said of a take that waits for their word; refused where it waits for none."""
        with writing(self._engine) as connection:
            record = rows.get(connection, take)
            if record.state != state:
                raise LibraryError(
                    f"Take {take} does not wait for a decision: it is {record.state}. Nothing was changed."
                )
            if record.binned_at is not None:
                raise LibraryError(
                    f"Take {take} is in the bin. Nothing was changed. take.restore() takes it out first."
                )
            leases.revoke(connection, take)  # billing may be asked about it: its answer would settle what goes on now
            return rows.write(connection, take, changes)

    def annotate(self, take: str, **changes: Any) -> Record:
        """Write a person's words about a take (rating, tags, note, poster). Needs no lease: no step writes those."""
        if extra := set(changes) - {"rating", "tags", "note", "poster"}:
            raise LibraryError(f"Only rating, tags, note and poster can be set, not {', '.join(sorted(extra))}.")
        with writing(self._engine) as connection:
            return rows.write(connection, take, changes)

    def _narrowed(self, query: Any, wanted: TakeFilter) -> Any:
        """The query, reading only takes that pass a filter."""
        return narrowed(query, wanted, self._engine.dialect.name, self._candidates(wanted))

    def _candidates(self, wanted: TakeFilter) -> Candidates | None:
        return self.search_index.candidates(sought(wanted)) if wanted.text or wanted.tags else None

    def _check_rest(self) -> None:
        """Look the rest of a large database through, once, before anything is sent."""
        with self._looking:
            if self._unchecked is None:
                return
            try:
                integrity.check_all(self._unchecked)
            except LibraryDamaged as error:
                refuse_writes(self._engine, str(error))
                raise
            self._unchecked = None

    def _records(self, query: Any) -> list[Record]:
        """The records of rows that can be read; of the others `unreadable` says why they can't."""
        found = []
        with read_only(self._engine) as connection:
            newest = connection.scalar(select(meta.c.value).where(meta.c.name == "revision")) or 0
            for row in connection.execute(query).all():
                try:
                    found.append(rows.to_record(row, newest))
                except DamagedRow as error:
                    self.note_unreadable({str(row.id): str(error)})
        return found

    def note_unreadable(self, found: Mapping[str, str]) -> None:
        """Note takes whose rows can't be read, by their ids, and what is wrong with each."""
        for take, words in found.items():
            if take not in self.unreadable:
                log.warning("%s", words)
        self.unreadable = {**self.unreadable, **found}


def _sent_within(at: int, apart: int) -> Any:
    """Return the condition that a take was sent so close to a moment, or that nobody knows when (milliseconds)."""
    return or_(takes.c.submitted_at.is_(None), takes.c.submitted_at.between(at - apart, at + apart))
