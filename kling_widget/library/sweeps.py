"""A sweep: takes that are made of one template and the values of its axes."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from ..analysis import expansion as expanding
from ..analysis.cells import Cell
from ..analysis.frozen import from_json, to_json
from ..errors import BadValue, LibraryError
from ..request.money import Micros, dollars
from ..request.states import FINAL
from ..store.record import now_ms
from ..store.sweep_record import CellOrder, CellRecord
from .budget import amount
from .sweep_plan import orders, values_in_words
from .sweep_properties import SweepCell, SweepProperties
from .sweep_standing import is_open
from .take import Take
from .waiting import has_ended, wait_until

_GOES_ON = "the sweep goes on and stays in the library. Wait again with sweep.wait()."
_STOPPED = "The sweep was stopped. sweep.resume() goes on with what is confirmed."

CellName = SweepCell | Take | int
"""A cell, its take, or its index."""


class Sweep(SweepProperties):
    """Takes that are made of one template and the values of its axes.

    It holds no copy of anything: each property is read from the library when asked for. What it was frozen as stays,
    whatever becomes of wildcards and templates; what is confirmed is begun at the account's pace, each cell once,
    by whichever kernel has the library open.

    Examples
    --------
    >>> s = sweep("A {red|blue} fox, {dolly in|handheld}", duration=[5, 10])  # doctest: +SKIP
    >>> s.price, len(s)  # doctest: +SKIP
    (Decimal('6.72'), 8)
    >>> s.confirm().wait().history()  # doctest: +SKIP
    """

    def confirm(self) -> Sweep:
        """Confirm all its cells that are not confirmed yet: they are begun at the account's pace. This spends money.

        Raises
        ------
        OverBudget
            If they would pass a cap of the library's budget together. Nothing was confirmed.
        SettingsError, LibraryError
            If the service can't be used from here, or only by another account. Nothing was confirmed.
        """
        self._order(self._unconfirmed())
        return self

    def stop(self) -> Sweep:
        """Begin no more of its cells, until ``resume``. What is at the service goes on, and is charged."""
        self.library._gateway.sweeps.stop(self.id)
        return self

    def resume(self, *, more: Decimal | float | str = 0) -> Sweep:
        """Go on with the cells that are confirmed. Nothing new is confirmed, unless ``more`` is given.

        Parameters
        ----------
        more
            US dollars that its takes may cost beyond what was confirmed, where billing asked more than the estimate.

        Raises
        ------
        SettingsError
            If it is no amount of money. Nothing was changed.
        """
        self.library._gateway.sweeps.resume(self.id, more=amount(more))
        self.library._gateway.engine.feed_sweeps()
        return self

    def skip(self, *which: CellName) -> Sweep:
        """Leave cells out that are not sent yet; ``redo`` takes them in again.

        Raises
        ------
        BadValue
            If one was sent already, or is not confirmed yet. Nothing was changed.
        """
        chosen, confirmed = self._chosen(which), self._confirmed()
        for cell in chosen:
            found = confirmed.get(cell.key)
            if found is None:
                raise BadValue(f"{self._named(cell)} is not confirmed, so there is nothing to leave out.")
            if found.take is not None and found.state not in ("intent", "cancelled"):
                raise BadValue(f"{self._named(cell)} was sent already ({found.state}). Nothing was changed.")
        self.library._gateway.sweeps.skip(self.id, [confirmed[cell.key] for cell in chosen])
        return self

    def redo(self, *which: CellName, confirm: bool | None = None) -> Sweep:
        """Make cells again, or take in those that were left out. Each clip that is made again costs its price again.

        Parameters
        ----------
        which
            Cells, their takes or indices; unless given, all that ended without a clip. Not those that are
            ``"unverified"``: they are paid for, and ``take.fetch_again()`` costs nothing.
        confirm
            Whether the price of several clips on a live service is agreed to. One cell needs no confirmation beyond
            the call, and practice none at all.

        Raises
        ------
        BadValue
            If a cell is under way or not confirmed yet, or there are several and ``confirm`` is not True: the message
            names the price. Nothing was sent.
        OverBudget
            If they would pass a cap. Nothing was sent.
        """
        confirmed = self._confirmed()
        ended = [cell for cell in self.expansion.cells if _failed(confirmed.get(cell.key))]
        chosen = self._chosen(which) if which else ended
        for cell in chosen:
            found = confirmed.get(cell.key)
            if found is None:
                raise BadValue(f"{self._named(cell)} is not confirmed yet: sweep.confirm() begins it.")
            if found.waits or is_open(found):
                raise BadValue(f"{self._named(cell)} is still under way ({found.state or 'waiting'}).")
        by_key = {order.cell: order for order in self._orders}
        skipped = [confirmed[cell.key] for cell in chosen if confirmed[cell.key].skipped]
        again = [_again(by_key[cell.key], confirmed[cell.key]) for cell in chosen if not confirmed[cell.key].skipped]
        price = Micros(sum(order.estimate for order in again))
        if len(again) > 1 and not (confirm or self.practice):
            raise BadValue(
                f"{len(again)} clips would be made again, for {dollars(price)}. Nothing was sent. "
                "redo(…, confirm=True) makes them."
            )
        if skipped:
            self.library._gateway.sweeps.skip(self.id, skipped, skipped=False)
            self.library._gateway.engine.feed_sweeps()
        self._order(again)
        return self

    def extend(
        self,
        values: Mapping[str, Iterable[Any]] | None = None,
        *,
        repeats: int | None = None,
        limit: int | None = None,
        confirm: bool | None = None,
        **more: Iterable[Any],
    ) -> Sweep:
        """Add values to its axes, more repeats or a higher limit. Only what is new is made, and paid.

        Parameters
        ----------
        values, more
            The axis -> the values to add. In ``values`` where its name is no name of Python's: ``{"choice 1": […]}``.
        repeats, limit
            As ``sweep`` takes them; unless given, as before.
        confirm
            True: confirm the new cells. Unless given, that is so in practice; else ``confirm()`` does.

        Raises
        ------
        BadValue
            If there is no such axis, or a value is none. Nothing was changed.
        RequestError
            If a model would refuse a new cell. Nothing was changed.

        Examples
        --------
        >>> s.extend(duration=[15]).unconfirmed  # doctest: +SKIP
        Decimal('6.72')
        """
        store = self.library._gateway.sweeps
        text = store.expansion(self.id)
        wanted = {name: list(added) for name, added in {**(values or {}), **more}.items()}
        after = expanding.extend(from_json(text), wanted, repeats=repeats, limit=limit)
        orders(after, self.library.catalog)  # what would be refused is refused before it is frozen
        store.extend(self.id, text, to_json(after))
        return self.confirm() if (self.practice if confirm is None else confirm) else self

    def wait(self, timeout: float | None = None) -> Sweep:
        """Wait until all that is confirmed has ended, with a clip or without. Interrupting the wait touches nothing.

        Parameters
        ----------
        timeout
            Seconds to wait at most; None for as long as it takes.

        Raises
        ------
        TakeTimeout
            If the time ran out first. The sweep goes on.
        LibraryError
            If nothing is confirmed, or what is left waits for a person: the message says why.
        """
        self.library._gateway.start()
        wait_until(self._ended().__next__, timeout, lambda: _GOES_ON)
        return self

    def __await__(self) -> Generator[Any, None, Sweep]:
        return self._arrive().__await__()

    async def _arrive(self) -> Sweep:
        self.library._gateway.start()
        await has_ended(self._ended().__next__)
        return self

    def _ended(self) -> Iterator[bool]:
        """Say again and again whether it has ended; the library is read through only where it changed."""
        revision = None
        while True:
            newest = self.library._gateway.revision
            if newest == revision and self.record.is_fresh(now_ms()):
                yield False
                continue
            revision = newest
            now = self._standing(self._confirmed().values())
            if now.status == "unconfirmed":
                raise LibraryError("Nothing of this sweep is confirmed, so there is nothing to wait for.")
            if now.status in ("waiting", "stopped") and not now.under_way:
                raise LibraryError(now.problem or _STOPPED)
            yield now.status == "done"

    def _chosen(self, which: Iterable[CellName]) -> list[Cell]:
        expansion = self.expansion
        by_take: dict[str | None, str] = {found.take: key for key, found in self._confirmed().items()}
        by_key = {cell.key: cell for cell in expansion.cells}
        found = []
        for one in which:
            if isinstance(one, Take):
                if one.id not in by_take:
                    raise BadValue(f"Take {one.id} is none of this sweep's cells now. Nothing was changed.")
                found.append(by_key[by_take[one.id]])
                continue
            index = one.index if isinstance(one, SweepCell) else one
            if type(index) is not int or not 0 <= index < len(expansion.cells):
                raise BadValue(
                    f"A cell is needed, its take, or its index from 0 to {len(expansion.cells) - 1}; this is "
                    f"{one!r:.80}. Nothing was changed."
                )
            found.append(expansion.cells[index])
        return found

    def _named(self, cell: Cell) -> str:
        values = values_in_words(self.expansion, cell)
        return f"Cell {cell.index}{f' ({values})' if values else ''}"

    def _order(self, orders: Sequence[CellOrder]) -> None:
        """Confirm cells. Raises ``LibraryError`` where its takes can't be made from here."""
        if waits := self.library._gateway.engine.accounts.sweep_waits_for_key(self.record):
            raise LibraryError(f"{waits} Nothing was sent.")
        self.library._gateway.engine.order(self.id, orders)


def _failed(cell: CellRecord | None) -> bool:
    return cell is not None and cell.state in FINAL and cell.state not in ("completed", "unverified")


def _again(order: CellOrder, cell: CellRecord) -> CellOrder:
    return CellOrder(**{**vars(order), "attempt": cell.attempt + 1})
