"""Sweeps on disk: what each was frozen as, the cells of it that a person confirmed, and the takes that these became."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import tzinfo

from sqlalchemy import Engine, and_, case, func, insert, select, update
from sqlalchemy.engine import Connection

from ..errors import LibraryError, OverBudget
from ..request.money import ZERO, Micros, dollars
from ..request.states import FINAL, State
from . import damage, ledger, rows, sweep_rows
from .database import everything, read_only, writing
from .record import PRACTICE, Record, cost, now_ms
from .schema import WAITS, cells, sweeps, takes
from .sweep_record import CellOrder, CellRecord, SweepId, SweepRecord, UnderWay

_UNSENT: tuple[State, ...] = ("intent", "sending")


class SweepStore:
    """A library's sweeps."""

    def __init__(self, engine: Engine, zone: tzinfo) -> None:
        self._engine, self._zone = engine, zone

    # What is known

    def get(self, sweep: str) -> SweepRecord:
        """One sweep. Raises ``NoSuchSweep`` where there is none of that id."""
        with read_only(self._engine) as connection:
            return sweep_rows.get(connection, sweep)

    def page(self, *, limit: int | None = None) -> list[SweepRecord]:
        """Sweeps, newest first; those whose rows can't be read are left out."""
        query = select(*sweep_rows.COLUMNS).order_by(sweeps.c.id.desc()).limit(limit)
        with read_only(self._engine) as connection:
            return [sweep_rows.to_record(row) for row in connection.execute(query).all() if sweep_rows.is_sweep(row)]

    def expansion(self, sweep: str) -> str:
        """What a sweep was frozen as, as JSON."""
        with read_only(self._engine) as connection:
            found = connection.scalar(select(sweeps.c.expansion).where(sweeps.c.id == sweep))
        if not isinstance(found, str):
            raise sweep_rows.no_such(sweep)
        return found

    def cells(self, sweep: str) -> list[CellRecord]:
        """The confirmed cells of a sweep, of each the attempt that was ordered last, and how their takes stand."""
        columns = (cells.c.cell, cells.c.attempt, cells.c.estimate, cells.c.skipped, cells.c.take)
        query = select(*columns, takes.c.state, takes.c.binned_at).select_from(
            cells.outerjoin(takes, takes.c.id == cells.c.take)
        )
        query = query.where(cells.c.sweep == sweep).order_by(cells.c.attempt)
        with read_only(self._engine) as connection:
            found = everything(connection, query)
        valid = (cell for row in found if (cell := sweep_rows.to_cell(row)) is not None)
        return list({cell.cell: cell for cell in valid}.values())

    def of_take(self, take: str) -> tuple[SweepId, str] | None:
        """The sweep and the cell that a take was made for; None where it was made for none."""
        query = select(cells.c.sweep, cells.c.cell).where(cells.c.take == take)
        with read_only(self._engine) as connection:
            found = connection.execute(query).first()
        return None if found is None else (SweepId(found.sweep), found.cell)

    def cost(self, sweep: str) -> Micros:
        """What all takes of a sweep cost, those of earlier attempts too."""
        with read_only(self._engine) as connection:
            return _cost(connection, sweep)

    def waiting(self) -> list[SweepRecord]:
        """Sweeps with cells that are to be begun now."""
        of = select(cells.c.sweep).where(WAITS).distinct()
        query = (
            select(*sweep_rows.COLUMNS).where(sweeps.c.id.in_(of), sweeps.c.stopped.is_(False)).order_by(sweeps.c.id)
        )
        now = now_ms()
        with read_only(self._engine) as connection:
            rows_found = connection.execute(query.order_by(sweeps.c.id)).all()
        found = [sweep_rows.to_record(row) for row in rows_found if sweep_rows.is_sweep(row)]
        return [sweep for sweep in found if sweep.is_fresh(now)]

    def under_way(self, sweep: SweepRecord) -> UnderWay:
        """What of a sweep is under way, and how the last takes since a person's word ended."""
        mine = takes.c.id.in_(select(cells.c.take).where(cells.c.sweep == sweep.id))
        unsent = func.sum(case((takes.c.state.in_(_UNSENT), 1), else_=0))
        count = select(unsent, func.count()).where(mine, takes.c.state.not_in(sorted(FINAL)))
        ended = select(takes.c.state, takes.c.trouble).where(mine, takes.c.state.in_(sorted(FINAL)))
        ended = ended.where(takes.c.confirmed_at >= (sweep.ordered_at or 0)).order_by(takes.c.finished_at.desc())
        refused: list[str] = []
        with read_only(self._engine) as connection:
            waiting, still_open = connection.execute(count).one()
            for state, words in connection.execute(ended.limit(_LOOKED_AT)).all():
                if state != "rejected":
                    break
                refused.append(str(words))
        return UnderWay(int(waiting or 0), still_open, tuple(refused))

    def next_cells(self, sweep: str, *, limit: int) -> list[CellOrder]:
        """The cells of a sweep that are begun next.

        Raises
        ------
        LibraryError
            If the row of one holds what was never written there.
        """
        query = select(*sweep_rows.ORDERED).where(cells.c.sweep == sweep, WAITS)
        query = query.order_by(cells.c.number, cells.c.attempt).limit(limit)
        with read_only(self._engine) as connection:
            # All rows first: a row that can't be read must not leave a reader behind, which would lock the database.
            found = connection.execute(query).all()
        return [sweep_rows.to_order(row) for row in found]

    # What is written

    def freeze(self, sweep: SweepRecord, expansion: str) -> SweepRecord:
        """Write a sweep down that nothing is sent of yet; where one of its digest is there, return that one."""
        with writing(self._engine) as connection:
            there = connection.execute(select(*sweep_rows.COLUMNS).where(sweeps.c.digest == sweep.digest)).first()
            if there is not None:
                return sweep_rows.get(connection, there.id)
            values = {column.name: getattr(sweep, column.name) for column in sweep_rows.COLUMNS}
            connection.execute(insert(sweeps).values(**values, expansion=expansion))
            rows.next_revision(connection)
            return sweep_rows.get(connection, sweep.id)

    def extend(self, sweep: str, before: str, after: str) -> None:
        """Put another expansion in the place of the one that a sweep has.

        Raises
        ------
        LibraryError
            If it is not that one any more: another kernel extended the sweep meanwhile.
        """
        here = and_(sweeps.c.id == sweep, sweeps.c.expansion == before)
        with writing(self._engine) as connection:
            if not connection.execute(update(sweeps).where(here).values(expansion=after)).rowcount:
                sweep_rows.get(connection, sweep)
                raise LibraryError(f"Sweep {sweep} was extended elsewhere meanwhile. Nothing was changed. Try again.")
            rows.next_revision(connection)

    def order(self, sweep: str, wanted: Sequence[CellOrder]) -> int:
        """Write down cells that a person confirmed; those that are there already stay as they are.

        Returns
        -------
        int
            How many are new.

        Raises
        ------
        OverBudget
            If they would pass a cap of the library's budget, together with what waits in it. None is written then.
        """
        with writing(self._engine) as connection:
            record = sweep_rows.get(connection, sweep)
            ordered = select(cells.c.cell, cells.c.attempt).where(cells.c.sweep == sweep)
            there = {tuple(row) for row in connection.execute(ordered).all()}
            new = [one for one in wanted if (one.cell, one.attempt) not in there]
            if not new:
                return 0
            prices = [one.estimate for one in new]
            waiting = _waiting_total(connection, practice=record.practice)
            ledger.allow_all(connection, prices, self._zone, waiting=waiting, practice=record.practice)
            connection.execute(insert(cells), [sweep_rows.to_row(sweep, one) for one in new])
            change = {"allowance": record.allowance + sum(prices), "ordered_at": now_ms(), "stopped": False}
            connection.execute(update(sweeps).where(sweeps.c.id == sweep).values(**change, trouble=""))
            rows.next_revision(connection)
            return len(new)

    def begin(self, sweep: str, cell: CellOrder, record: Record) -> Record | None:
        """Write down the take that a cell becomes; None where another kernel was quicker, or it is not wanted any more.

        Raises
        ------
        OverBudget
            If it would pass a cap of the library's budget, or what was confirmed for the whole sweep.
        """
        here = and_(cells.c.sweep == sweep, cells.c.cell == cell.cell, cells.c.attempt == cell.attempt, WAITS)
        with writing(self._engine) as connection:
            whole = sweep_rows.get(connection, sweep)
            if whole.stopped or not connection.execute(update(cells).where(here).values(take=record.id)).rowcount:
                return None
            _allow(connection, whole, record.estimate)
            ledger.allow(connection, record, self._zone)
            ledger.quote(connection, record)
            change = {"begun_at": record.confirmed_at, "trouble": ""}
            connection.execute(update(sweeps).where(sweeps.c.id == sweep).values(change))
            return rows.add(connection, record)

    def skip(self, sweep: str, wanted: Collection[CellRecord], *, skipped: bool = True) -> None:
        """Leave cells out, or take them in again. Their takes are taken back where they wait to be sent.

        Raises
        ------
        LibraryError
            If one was sent meanwhile. Nothing was changed.
        """
        with writing(self._engine) as connection:
            for cell in wanted:
                here = and_(cells.c.sweep == sweep, cells.c.cell == cell.cell, cells.c.attempt == cell.attempt)
                take = connection.scalar(select(cells.c.take).where(here))
                if take is not None and not (skipped and _take_back(connection, take)):
                    raise LibraryError("One of these cells was sent meanwhile. Nothing was changed.")
                connection.execute(update(cells).where(here).values(skipped=skipped))
            rows.next_revision(connection)

    def stop(self, sweep: str) -> None:
        """Begin nothing more of a sweep, and take back what waits to be sent, until a person says that it may go on."""
        waiting = select(takes.c.id).join(cells, cells.c.take == takes.c.id)
        waiting = waiting.where(cells.c.sweep == sweep, takes.c.state == "intent")
        with writing(self._engine) as connection:
            sweep_rows.get(connection, sweep)
            for take in list(connection.scalars(waiting)):
                _take_back(connection, take)
            values = {"trouble": "", "stopped": True}
            connection.execute(update(sweeps).where(sweeps.c.id == sweep).values(values))
            rows.next_revision(connection)

    def hold(self, sweep: str, words: str, *, stopped: bool) -> None:
        """Note why what waits of a sweep is not begun; where it is stopped, until a person says that it may go on."""
        values = {"trouble": words, "stopped": stopped}
        with writing(self._engine) as connection:
            connection.execute(update(sweeps).where(sweeps.c.id == sweep).values(values))
            rows.next_revision(connection)

    def try_again(self) -> None:
        """Forget why sweeps wait that are not stopped: a budget that they met may be another one now."""
        waiting = and_(sweeps.c.stopped.is_(False), sweeps.c.trouble != "")
        with writing(self._engine) as connection:
            if connection.execute(update(sweeps).where(waiting).values(trouble="")).rowcount:
                rows.next_revision(connection)

    def resume(self, sweep: str, *, more: Micros = ZERO) -> None:
        """Note that a person said that a sweep may go on, and may cost so much more than was confirmed."""
        with writing(self._engine) as connection:
            record = sweep_rows.get(connection, sweep)
            values = {"allowance": record.allowance + more, "ordered_at": now_ms(), "stopped": False, "trouble": ""}
            connection.execute(update(sweeps).where(sweeps.c.id == sweep).values(values))
            rows.next_revision(connection)


def _take_back(connection: Connection, take: str) -> bool:
    """Take a take back that waits to be sent, so that its cell is without one again; whether it was not sent."""
    record = rows.withdraw(connection, take)
    unsent = record.state == "cancelled" and record.prediction is None
    if unsent:
        connection.execute(update(cells).where(cells.c.take == take).values(take=None))
    return unsent


_LOOKED_AT = 5  # of the takes that ended last


def _cost(connection: Connection, sweep: str) -> Micros:
    query = select(takes.c.state, takes.c.estimate, takes.c.charge, takes.c.refund)
    query = query.join(cells, cells.c.take == takes.c.id).where(cells.c.sweep == sweep)
    found = (dict(row._mapping) for row in connection.execute(query).all())
    return Micros(sum(cost(*row.values()) for row in found if not damage.odd(row)))


def _allow(connection: Connection, sweep: SweepRecord, price: Micros) -> None:
    """Refuse a take that would pass what was confirmed for the whole sweep."""
    so_far = _cost(connection, sweep.id)
    if so_far + price > sweep.allowance:
        over = Micros(so_far + price - sweep.allowance)
        raise OverBudget(
            f"The takes of this sweep cost {dollars(so_far)} so far; with the next one it would be "
            f"{dollars(Micros(so_far + price))}, and {dollars(sweep.allowance)} was confirmed. Nothing more is sent. "
            f"sweep.resume(more={dollars(over).lstrip('$')!r}) confirms the rest."
        )


def _waiting_total(connection: Connection, *, practice: bool) -> Micros:
    """What the cells that wait in all sweeps will cost, of play money or of real money."""
    query = select(sweeps.c.service, sweeps.c.simulated, cells.c.estimate)
    query = query.join(cells, cells.c.sweep == sweeps.c.id).where(WAITS, sweeps.c.stopped.is_(False))
    return Micros(
        sum(
            estimate
            for service, simulated, estimate in connection.execute(query).all()
            if (service == PRACTICE or simulated is True) is practice and damage.is_whole(estimate, 0)
        )
    )
