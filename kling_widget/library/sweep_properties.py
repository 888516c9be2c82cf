"""What there is to know of a sweep: its cells, its price and how it stands, read from the library."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

from ..analysis.cells import Cell, Expansion
from ..analysis.frozen import from_json
from ..display_hook import view
from ..request.money import dollars, in_dollars
from ..store.record import TakeId, now_ms
from ..store.sweep_record import CellOrder, CellRecord, SweepRecord
from .library import Library
from .readonly import ReadOnly
from .sweep_plan import orders
from .sweep_standing import Standing, is_open, standing
from .sweep_time import expected_s
from .take import Take

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class SweepCell:
    """One cell of a sweep, as it stood when it was asked for.

    Attributes
    ----------
    index
        Its place in the sweep, from 0.
    values
        Its value on each axis, by the axis's name.
    repeat
        Which repeat of these values it is, from 0.
    inputs
        What is sent, by the API's names.
    price
        What it costs by the estimate, in US dollars.
    status
        ``"unconfirmed"``, ``"waiting"``, ``"skipped"``, else its take's status.
    take
        Its take; None while there is none.
    attempt
        0, and 1 more for each time it was made again.
    """

    index: int
    values: Mapping[str, Any] = field(hash=False)
    repeat: int
    inputs: Mapping[str, Any] = field(hash=False, repr=False)
    price: Decimal
    status: str
    take: Take | None = None
    attempt: int = 0


class SweepProperties(ReadOnly):
    """The part of a sweep that says what it is and how it stands.

    Attributes
    ----------
    id
        Its name in the library; sorts by the time it was frozen.
    library
        The library that holds it.
    """

    id: str
    library: Library

    _changed_by: ClassVar[Mapping[str, str]] = {
        "status": "sweep.confirm(), sweep.stop() and sweep.resume() change it",
        "cells": "sweep.extend(duration=[15]) adds some, sweep.skip(cell) leaves one out",
    }

    def __init__(self, sweep_id: str, library: Library) -> None:
        vars(self).update(id=sweep_id, library=library)
        self._parsed: tuple[str, Expansion] | None = None
        self._priced: tuple[Expansion, tuple[CellOrder, ...]] | None = None

    @property
    def record(self) -> SweepRecord:
        """Everything that the library knows of it now but its cells: money in whole micro-dollars."""
        return self.library._gateway.sweeps.get(self.id)

    @property
    def template(self) -> str:
        """Its template, as it was written."""
        return self.record.template

    @property
    def expansion(self) -> Expansion:
        """Its frozen axes and cells."""
        text = self.library._gateway.sweeps.expansion(self.id)
        if self._parsed is None or self._parsed[0] != text:
            self._parsed = text, from_json(text)
        return self._parsed[1]

    @property
    def axes(self) -> dict[str, list[Any]]:
        """The values of each axis, by its name."""
        return {axis.name: list(axis.values) for axis in self.expansion.axes}

    @property
    def practice(self) -> bool:
        """Whether its takes are made on a practice server, at no cost."""
        return self.record.practice

    @property
    def price(self) -> Decimal:
        """What all its cells cost by the estimate, in US dollars."""
        return in_dollars(sum(order.estimate for order in self._orders))

    @property
    def unconfirmed(self) -> Decimal:
        """What confirming it would add, in US dollars: the price of the cells that are not confirmed yet."""
        return in_dollars(sum(order.estimate for order in self._unconfirmed()))

    @property
    def expected(self) -> float:
        """Seconds that its cells which have not ended need from now, as takes like them did; 0 where none is left."""
        confirmed = self._confirmed()
        left = [order for order in self._orders if _is_left(confirmed.get(order.cell))]
        return expected_s(self.library._gateway.engine, self.record, left)

    @property
    def cost(self) -> Decimal:
        """What its takes cost so far, in US dollars (play money in practice)."""
        return in_dollars(self.library._gateway.sweeps.cost(self.id))

    @property
    def cells(self) -> list[SweepCell]:
        """All its cells, in order, as they stand now."""
        expansion, confirmed = self.expansion, self._confirmed()
        priced = zip(expansion.cells, self._orders_of(expansion), strict=True)
        return [self._cell(expansion, cell, confirmed, order) for cell, order in priced]

    @property
    def takes(self) -> list[Take]:
        """Its takes, in the order of its cells; of a cell that was made again, the last one."""
        confirmed = self._confirmed()
        found = (confirmed[cell.key].take for cell in self.expansion.cells if cell.key in confirmed)
        return [self._take(take) for take in found if take is not None]

    @property
    def status(self) -> str:
        """How it stands: ``"unconfirmed"``, ``"running"``, ``"waiting"``, ``"stopped"`` or ``"done"``.

        It waits where cells can't be begun at the moment, or takes need a person's decision; ``problem`` says why.
        """
        return self._standing(self._confirmed().values()).status

    @property
    def problem(self) -> str:
        """Empty, or why something of it waits, and what to do about it."""
        return self._standing(self._confirmed().values()).problem

    def __len__(self) -> int:
        """How many cells it has."""
        return len(self.expansion.cells)

    def __bool__(self) -> bool:
        return True

    def __iter__(self) -> Iterator[SweepCell]:
        return iter(self.cells)

    def __getitem__(self, index: int) -> SweepCell:
        """The cell of that index."""
        return self.cells[index]

    def history(self) -> pd.DataFrame:
        """Return its cells as a table, a row each, in order.

        Returns
        -------
        pandas.DataFrame
            A column for each axis (by its name), ``repeat`` (from 0), ``status`` (as `SweepCell` has it), then the
            columns of ``Library.history``, without those that an axis has the name of; missing where a cell has no
            take yet.
        """
        from ..store.history import sweep

        frame = self.library.history(sweep=self.id)
        rows = [
            {**cell.values, "repeat": cell.repeat, "status": cell.status, "id": cell.take.id if cell.take else None}
            for cell in self.cells
        ]
        return sweep(rows, [axis.name for axis in self.expansion.axes], frame)

    def _standing(self, cells: Collection[CellRecord]) -> Standing:
        record = self.record
        accounts = self.library._gateway.engine.accounts
        return standing(record, cells, now_ms(), lambda: accounts.sweep_waits_for_key(record))

    @property
    def _orders(self) -> tuple[CellOrder, ...]:
        return self._orders_of(self.expansion)

    def _orders_of(self, expansion: Expansion) -> tuple[CellOrder, ...]:
        if self._priced is None or self._priced[0] is not expansion:
            self._priced = expansion, orders(expansion, self.library.catalog)
        return self._priced[1]

    def _unconfirmed(self) -> list[CellOrder]:
        confirmed = self._confirmed()
        return [order for order in self._orders if order.cell not in confirmed]

    def _confirmed(self) -> dict[str, CellRecord]:
        """Return its confirmed cells, by their keys."""
        return {cell.cell: cell for cell in self.library._gateway.sweeps.cells(self.id)}

    def _cell(
        self, expansion: Expansion, cell: Cell, confirmed: Mapping[str, CellRecord], order: CellOrder
    ) -> SweepCell:
        found = confirmed.get(cell.key)
        return SweepCell(
            index=cell.index,
            values=expansion.values(cell),
            repeat=cell.repeat,
            inputs=order.inputs,
            price=in_dollars(order.estimate if found is None else found.estimate),
            status=_status(found),
            take=self._take(found.take) if found and found.take else None,
            attempt=found.attempt if found else 0,
        )

    def _take(self, take: TakeId) -> Take:
        return Take(take, self.library)

    def grid(self, **traits: Any) -> Any:
        """Return the widget that shows it: its price, the button that confirms it, and its cells, which play in step.

        Parameters
        ----------
        **traits
            The traits of ``kling_widget.SweepGrid``, such as ``loop=True``.
        """
        return view("sweep", self, **traits)

    def _repr_mimebundle_(self, **_kwargs: Any) -> dict[str, Any]:
        found: dict[str, Any] = self.grid()._repr_mimebundle_()
        return found

    def _ipython_display_(self) -> None:
        self.grid()._ipython_display_()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SweepProperties) and (self.id, self.library.folder) == (other.id, other.library.folder)

    def __hash__(self) -> int:
        return hash((self.id, self.library.folder))

    def __repr__(self) -> str:
        record = self.record
        words = " ".join(record.template.split())
        words = words if len(words) <= 60 else words[:59] + "…"
        play = " of play money" if record.practice else ""
        stands = self.status
        if stands == "unconfirmed":
            stands = "not confirmed, nothing is sent: .confirm() sends it"
        price = dollars(sum(order.estimate for order in self._orders))
        return f"<Sweep {self.id}: {len(self)} cells for {price}{play}, {stands}: {words!r}>"


def _status(cell: CellRecord | None) -> str:
    if cell is None:
        return "unconfirmed"
    if cell.skipped:
        return "skipped"
    return "waiting" if cell.take is None else cell.state or "unreadable"


def _is_left(cell: CellRecord | None) -> bool:
    """Whether a cell has yet to end."""
    return cell is None or cell.waits or is_open(cell)
