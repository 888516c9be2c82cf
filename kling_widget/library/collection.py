"""A library as a collection of its takes: by id, one after another, by what is asked of them, as a table."""

from __future__ import annotations

import warnings
from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..errors import LibraryError, NoSuchTake
from ..store.record import TakeId
from . import history_table, wanted
from .base import LibraryBase
from .gateway import Gateway
from .history_table import HistoryTable
from .wanted import Moment, Range, Words

if TYPE_CHECKING:
    import pandas as pd

    from .sweeps import Sweep
    from .take import Take  # a library gives takes, and a take knows its library


class TakeCollection(LibraryBase):
    """The part of a library that finds its takes.

    Its length is how many takes there are; going through it gives all, newest first. What is in the bin is left out,
    but for a take that is asked for by its id.
    """

    _gateway: Gateway

    def take(self, take_id: str) -> Take:
        """The take of that id, as ``library[take_id]``, in the bin too. Raises ``NoSuchTake`` where there is none."""
        return self._take(self._gateway.record(take_id).id)

    def takes(
        self,
        among: Any = None,
        *,
        text: str = "",
        status: Words | None = None,
        rating: int | None = None,
        tags: Words = (),
        model: Words | None = None,
        since: Moment | None = None,
        until: Moment | None = None,
        parent: Take | str | None = None,
        family: Take | str | None = None,
        sweep: Sweep | str | None = None,
        cost: Range | None = None,
        limit: int | None = 200,
        before: Take | str | None = None,
        search: str = "",
    ) -> list[Take]:
        """Return takes: those that pass all that is asked, newest first, or those that are named.

        Parameters
        ----------
        among
            A history (a DataFrame of pandas or polars), a column of its ids, or takes or ids one by one: just these,
            in their order. Nothing else can be asked then.
        text
            Only takes whose prompt, tags or note hold this text, whatever its case and however its accents are written.
        status
            Only takes with this status (``"completed"``), or one of several.
        rating
            Only takes with at least so many stars, 1 to 5.
        tags
            Only takes with this tag, or with each of several, whatever their case.
        model
            Only takes of this model, or one of several: by id or by name (``"O3 Pro"``).
        since, until
            Only takes confirmed from this moment on, or before that one: a ``datetime``, a ``date``, or ISO 8601 text.
            A day is meant whole, its end included. Without a zone it is the library's (``zone``).
        parent
            Only takes made from this one.
        family
            Only this take, what it was made from, and what was made from any of these, at any distance.
        sweep
            Only takes made for this sweep, cells that were made again included.
        cost
            Only takes that cost at least and at most so much, in dollars: ``(0.5, 2)``, ``(None, 1)``.
        limit
            At most so many; None for all.
        before
            Only takes older than this one: the next page.
        search
            The name of ``text`` in version 0.1.0.

        Raises
        ------
        BadValue
            If a value is none that takes can have.
        NoSuchTake
            If ``among`` names a take that this library does not hold.

        Examples
        --------
        >>> library.takes(rating=4, tags="hero", since="2026-11-01")  # doctest: +SKIP
        >>> frame = library.history(text="fox")  # doctest: +SKIP
        >>> library.takes(frame[frame.cost < 1])  # doctest: +SKIP
        """
        text = text or _renamed(search)
        filters: dict[str, Any] = {
            "text": text, "status": status, "rating": rating, "tags": tags, "model": model, "since": since,
            "until": until, "parent": parent, "family": family, "sweep": sweep, "cost": cost,
        }  # fmt: skip
        if among is not None:
            wanted.refuse_narrowing(before=before, **filters)
            return [self.take(take) for take in wanted.take_ids(among)]
        chosen = wanted.take_filter(self.catalog, self.zone, **filters)
        older = None if before is None else wanted.take_id(before)
        return [self._take(record.id) for record in self._gateway.records(chosen, limit=limit, before=older)]

    def history(
        self,
        *,
        text: str = "",
        status: Words | None = None,
        rating: int | None = None,
        tags: Words = (),
        model: Words | None = None,
        since: Moment | None = None,
        until: Moment | None = None,
        parent: Take | str | None = None,
        family: Take | str | None = None,
        sweep: Sweep | str | None = None,
        cost: Range | None = None,
        columns: Sequence[str] | None = None,
        limit: int | None = None,
        search: str = "",
    ) -> pd.DataFrame:
        """Return takes as a table, newest first; ``takes(frame)`` leads from its rows back to the takes.

        Parameters
        ----------
        text, status, rating, tags, model, since, until, parent, family, sweep, cost
            Which takes, as ``takes`` describes it.
        columns
            The table's columns, in this order; unless given, those of the first paragraph below.
        limit
            At most so many rows; None for all.
        search
            The name of ``text`` in version 0.1.0.

        Returns
        -------
        pandas.DataFrame
            ``poster`` and ``file`` (paths relative to ``folder``), ``prompt``, ``model`` (category), ``seconds``
            (Int64; as asked for), ``aspect_ratio`` (category), ``sound`` (boolean), ``status`` (category), ``cost``
            (float64; US dollars, play money for practice), ``rating`` (Int64; stars, 1 to 5), ``tags`` (lists),
            ``note``, ``confirmed`` (datetime64 in ``zone``), ``took`` (Float64; seconds from confirmed to saved),
            ``id``.

            Where they are asked for, also ``parent`` (the id of the take that it was made from), ``practice`` (bool),
            ``service``, ``prediction`` (the service's id of its task), ``problem`` (what went wrong, in words),
            ``width``, ``height`` (Int64; pixels), ``bytes`` (Int64), ``sha256``.

        Raises
        ------
        BadValue
            If a value is none that takes can have, or there is no such column.

        Examples
        --------
        >>> frame = library.history(rating=4, columns=["prompt", "cost", "id"])  # doctest: +SKIP
        >>> frame.groupby("prompt").cost.sum()  # doctest: +SKIP
        """
        from ..store.history import history, readable, reads

        text = text or _renamed(search)
        wanted_columns = history_table.columns_wanted(columns)
        names = reads(wanted_columns)
        chosen = wanted.take_filter(
            self.catalog, self.zone, text=text, status=status, rating=rating, tags=tags, model=model, since=since,
            until=until, parent=parent, family=family, sweep=sweep, cost=cost,
        )  # fmt: skip
        found = self._shared.store.columns(names, chosen, limit=limit)
        try:
            return history(found, self.zone, wanted_columns)
        except Exception:  # whatever a damaged row makes of it; without one it is a fault of ours, and raised
            whole, others = readable(names, found)
            if not others:
                raise
        self._leave_out(others)
        return history(whole, self.zone, wanted_columns)

    def table(
        self,
        among: Any = None,
        *,
        text: str = "",
        status: Words | None = None,
        rating: int | None = None,
        tags: Words = (),
        model: Words | None = None,
        since: Moment | None = None,
        until: Moment | None = None,
        parent: Take | str | None = None,
        family: Take | str | None = None,
        sweep: Sweep | str | None = None,
        cost: Range | None = None,
        columns: Sequence[str] | None = None,
        limit: int | None = None,
    ) -> HistoryTable:
        """Return the history without pandas: to save as CSV, JSON or Parquet, or to hand to Arrow and polars.

        Parameters
        ----------
        among
            A history, a column of its ids, or takes or ids one by one: just these, in their order. Nothing else can be
            asked then. As ``takes`` has it.
        text, status, rating, tags, model, since, until, parent, family, sweep, cost
            Which takes, as ``takes`` describes it.
        columns
            Its columns, in this order, as ``history`` has them.
        limit
            At most so many rows, the newest; None for all.

        Raises
        ------
        BadValue
            If a value is none that takes can have, or there is no such column.
        NoSuchTake
            If ``among`` names a take that this library does not hold.

        Examples
        --------
        >>> library.table(rating=4).to_csv("best.csv")  # doctest: +SKIP
        >>> library.table(frame[frame.cost < 1]).to_json("cheap.json")  # doctest: +SKIP
        >>> polars.DataFrame(library.table())  # doctest: +SKIP
        """
        from ..store.history import readable, reads

        wanted_columns = history_table.columns_wanted(columns)
        names = reads(wanted_columns)
        filters: dict[str, Any] = {
            "text": text, "status": status, "rating": rating, "tags": tags, "model": model, "since": since,
            "until": until, "parent": parent, "family": family, "sweep": sweep, "cost": cost,
        }  # fmt: skip
        if among is not None:
            wanted.refuse_narrowing(limit=limit, **filters)
        chosen = wanted.take_filter(self.catalog, self.zone, **filters)
        whole, others = readable(names, self._shared.store.columns(names, chosen, limit=limit))
        if among is not None:
            by_id = {row[0]: row for row in whole}  # reads() puts the id first
            ids = wanted.take_ids(among)
            for missing in [one for one in ids if one not in by_id]:
                self._gateway.record(missing)  # says whether it can't be read, or is not there
                raise NoSuchTake(f"The library's history holds no take {missing!r}.")
            whole = [by_id[one] for one in ids]
        elif others:
            self._leave_out(others)
        return HistoryTable(whole, wanted_columns, self.zone)

    def _leave_out(self, unreadable: Mapping[str, str]) -> None:
        """Note takes that can't be read, and warn the caller's caller that they are left out."""
        self._shared.store.note_unreadable(unreadable)
        warnings.warn(
            f"{len(unreadable)} of the library's takes can't be read and are left out of its history: "
            f"{next(iter(unreadable.values()))}",
            stacklevel=3,
        )

    @property
    def bin(self) -> list[Take]:
        """The takes in its bin, the one that was deleted last first.

        ``take.delete()`` puts takes there, ``take.restore()`` takes them out.

        Examples
        --------
        >>> library.bin[0].restore()  # doctest: +SKIP
        """
        return [self._take(record.id) for record in self._gateway.in_bin()]

    def empty_bin(self) -> int:
        """Remove the files of the takes in the bin for good: clips, posters, strips, and what was exported of them.

        Their rows stay, so that what they cost, votes on them and what was made from them stay true; they can't be
        taken out of the bin any more, and nothing fetches their clips again. A file that another take has, too, stays.

        Returns
        -------
        int
            How many bytes were freed.

        Raises
        ------
        LibraryError
            If a file can't be removed. Called again it goes on, as does opening the library.

        Examples
        --------
        >>> library.empty_bin()  # doctest: +SKIP
        48211034
        """
        return self._gateway.empty_bin()

    def __getitem__(self, take_id: str) -> Take:
        """The take of that id. Raises ``NoSuchTake``, a ``KeyError``, where there is none."""
        if not isinstance(take_id, str):
            raise TypeError(f"A library's takes go by their ids, not by {take_id!r:.80}. The newest is takes()[0].")
        return self.take(take_id)

    def __contains__(self, take: object) -> bool:
        """Whether it holds this take, or the take of this id."""
        if not isinstance(take, str):
            return getattr(take, "library", None) == self and getattr(take, "id", None) in self
        try:
            self._gateway.record(take)
        except LibraryError:
            return False
        return True

    def __iter__(self) -> Iterator[Take]:
        """All takes, newest first, read page by page."""
        page = self.takes()
        while page:
            yield from page
            page = self.takes(before=page[-1])

    def __len__(self) -> int:
        """How many takes it holds."""
        return self._gateway.sums().takes

    def __bool__(self) -> bool:
        """True, also where it holds no takes yet."""
        return True

    @abstractmethod
    def _take(self, take_id: TakeId) -> Take: ...


def _renamed(search: str) -> str:
    """Return what is searched for by the earlier name of ``text``, and warn of it."""
    if search:
        warnings.warn("search= is text= now.", DeprecationWarning, stacklevel=3)
    return search
