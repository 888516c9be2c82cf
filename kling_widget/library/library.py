"""The library: a folder with a database and the clips of all takes."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

from ..display_hook import display
from ..settings import library_folder
from ..store.record import TakeId
from .adoption import adopt
from .budget import Cap, Caps, Spent, amount, caps, spent
from .collection import TakeCollection
from .exchange import TakeExchange
from .gateway import Gateway
from .readonly import ReadOnly
from .shared import SharedLibrary

if TYPE_CHECKING:
    import pandas as pd

    from .rescue import Rescued
    from .sweeps import Sweep
    from .take import Take  # a library gives takes, and a take knows its library

Clips = Literal["beside", "inside"]
"""Where an exported page has its clips: as files in a folder beside it, or in the page itself."""


class Library(TakeCollection, TakeExchange, ReadOnly):
    """A folder with a database and the MP4s of all takes.

    Opening one makes the folder where it is missing. Takes that an earlier kernel left open are looked after again.

    Parameters
    ----------
    folder
        Its folder; unless given, what ``KLING_LIBRARY`` names, else ``kling_library`` beside the notebook.
    tend
        Whether to look after open takes at once. False: only when something asks for it, so that takes which wait to
        be sent can be taken back before they are.

    Raises
    ------
    LibraryNotWritable
        If the folder can't be made or written to. Nothing is sent then: a paid clip could not be kept.
    LibraryTooNew
        If a newer version of this package wrote it.
    """

    _changed_by: ClassVar[Mapping[str, str]] = {
        "bin": "take.delete() puts a take into it, take.restore() takes it out",
        "budget": "library.cap(day=5.00) sets it",
        "folder": "Library('another folder') opens another",
    }
    _all_shared: ClassVar[dict[Path, SharedLibrary]] = {}
    _open_lock: ClassVar[threading.Lock] = threading.Lock()

    def __init__(self, folder: str | os.PathLike[str] | None = None, *, tend: bool = True) -> None:
        self._join(library_folder(folder))
        if tend and self._shared.store.has_open():
            self._gateway.start()

    @classmethod
    def _page_first(cls, folder: str | os.PathLike[str] | None = None) -> Library:
        """Open a library for a panel: its database may be opened a moment later, when the page has what it needs.

        Raises what ``Library`` does.
        """
        library = cls.__new__(cls)
        library._join(library_folder(folder), page_first=True)
        if library._shared.is_open and library._shared.store.has_open():
            library._gateway.start()
        return library

    def _join(self, folder: Path, *, page_first: bool = False) -> None:
        with self._open_lock:
            if folder not in self._all_shared:
                self._all_shared[folder] = SharedLibrary(folder, page_first=page_first)
            self._shared = self._all_shared[folder]
            self._gateway = Gateway(self._shared)

    @staticmethod
    def rescue(folder: str | os.PathLike[str], to: str | os.PathLike[str]) -> Rescued:
        """Copy what can be read of a damaged library into a new one, which can then be opened.

        The old one is only read.

        Takes that waited to be sent are not sent from the copy: they are in it as cancelled.

        Parameters
        ----------
        folder
            The damaged library's folder.
        to
            The new library's folder: one that is not there, or is empty.

        Returns
        -------
        Rescued
            How many ``takes`` and ``files`` came over, and in ``lost`` what did not, a sentence each.

        Raises
        ------
        LibraryError
            If there is no library, or the copy can't be written.

        Examples
        --------
        >>> print(Library.rescue("kling_library", "rescued"))  # doctest: +SKIP
        """
        from .rescue import rescue

        return rescue(folder, to)

    def close(self) -> None:
        """Stop tending and close the database; whoever opens the library next goes on."""
        with self._open_lock:
            if self._all_shared.get(self.folder) is self._shared:
                del self._all_shared[self.folder]
        self._shared.close()

    def same_account(self, account: str) -> Library:
        """Say that the key found now belongs to the account that made some takes, as after a key was renewed.

        Each take belongs to the key that made it; with another key it is left as it is, since the service would show
        that key nothing of it. A new key of the same account sees the same tasks. Only you know that it is one: said of
        another account, its key would find nothing, and takes would be given up as not made or no longer kept.

        Parameters
        ----------
        account
            The account as the waiting take names it (`Take.account`), or the beginning of it.

        Raises
        ------
        LibraryError
            If no account of this library begins so, or several do. Nothing was changed.
        SettingsError
            If no key is found. Nothing was changed.
        """
        self._gateway.engine.accounts.same_account(account.strip())
        return self

    def _take(self, take_id: TakeId) -> Take:
        from .take import Take

        return Take(take_id, self)

    def sweep(self, sweep_id: str) -> Sweep:
        """The sweep of that id. Raises ``NoSuchSweep`` where there is none."""
        return self._sweep(self._gateway.sweeps.get(sweep_id).id)

    def sweeps(self, *, limit: int | None = None) -> list[Sweep]:
        """Return its sweeps, newest first, those that nothing is confirmed of too; at most ``limit``."""
        return [self._sweep(record.id) for record in self._gateway.sweeps.page(limit=limit)]

    def _sweep(self, sweep_id: str) -> Sweep:
        from .sweeps import Sweep

        return Sweep(sweep_id, self)

    def adopt(self, path: str | os.PathLike[str]) -> Take:
        """Bring in a clip that carries its story (``Take.save_as`` saves such). Open panels show it, and its request.

        The file is copied as it is, unless it is here already; it costs this library nothing, and no service knows it.
        Raises ``LibraryError`` for what is no whole MP4 with a story and a request that a model of the catalogue takes.
        """
        return self.take(adopt(self._gateway, self._shared, path).id)

    def export_html(
        self,
        path: str | os.PathLike[str],
        takes: Iterable[Take | str] | None = None,
        *,
        clips: Clips = "beside",
        title: str | None = None,
    ) -> Path:
        """Save one page with chosen takes, which plays and compares them: no kernel, no network is needed.

        Parameters
        ----------
        path
            The page; ``.html`` is added where it is missing, and a folder gets ``kling-takes.html``. An earlier page of
            that name is replaced, and its clips with it; any other file is left alone.
        takes
            Takes or their ids, in the order in which they are shown; unless given, the newest 16 finished ones. The
            screen opens with the first 16 that have a clip; one without says what became of it.
        clips
            ``"beside"``: copies in a folder ``NAME_clips`` beside the page, as they came. ``"inside"``: in the page,
            one file that is a third larger than they are; at most 300 MB of clips, and past 50 MB with a warning.
        title
            Its heading; "Kling takes" unless given.

        Returns
        -------
        pathlib.Path
            The page. It holds no key, no address of a service and no path of this machine; prompts, ratings, tags and
            costs it does hold.

        Raises
        ------
        LibraryError
            If there are no takes, or the page or a clip can't be written. What was there before is as it was.
        """
        return display().export_html(self, takes, path, clips=clips, title=title)

    def spent(self) -> Spent:
        """Money spent through this library, in dollars: today and in all, live and practice apart."""
        return spent(self._gateway.sums())

    def spend(self) -> pd.DataFrame:
        """The ledger as a table, oldest first: what was quoted, charged and refunded.

        Returns
        -------
        pandas.DataFrame
            ``at`` (in ``zone``), ``kind`` (``quote``, ``charge`` or ``refund``), ``dollars``, ``service``, ``prompt``,
            ``take``. What was spent is the charges less the refunds.
        """
        from ..store.history import ledger

        return ledger(self._shared.store.ledger.entries(), self.zone)

    def models(self) -> pd.DataFrame:
        """The models that clips can be asked of, as a table.

        Returns
        -------
        pandas.DataFrame
            One row a model, by the name that ``model=`` takes: ``model`` (its id on the service), ``kind``, ``price``
            (US dollars for a clip of ``seconds``, its usual length, without sound) and ``inputs`` (what it can be
            given, by the API's own names). ``%%kling --model NAME --help`` says what each input takes.

        Examples
        --------
        >>> Library().models().price["O3 Pro · text to video"]  # doctest: +SKIP
        0.56
        """
        from ..store.history import models as table

        return table(self.catalog)

    @property
    def budget(self) -> Caps:
        """The caps on what this library spends, in dollars, for every kernel that uses it. ``cap`` sets them."""
        return caps(self._gateway.caps())

    def cap(self, *, call: Cap = ..., day: Cap = ..., library: Cap = ...) -> Library:
        """Cap what this library spends, in US dollars. Play money is capped by the same numbers.

        Parameters
        ----------
        call
            For one take; None for no cap. Left as it is unless given, as are the others.
        day
            For one calendar day in the library's ``zone``.
        library
            In all.

        Raises
        ------
        SettingsError
            If a cap is no amount of money. Nothing was changed.
        """
        given = {"call": call, "day": day, "library": library}
        wanted = {name: None if cap is None else amount(cap) for name, cap in given.items() if cap is not ...}
        self._shared.store.ledger.set_budget(replace(self._gateway.caps(), **wanted))
        self._gateway.sweeps.try_again()
        if self._gateway.tends:
            self._gateway.engine.feed_sweeps()
        return self

    def __eq__(self, other: object) -> bool:
        """Whether both are the same folder, opened once or twice."""
        return isinstance(other, Library) and self.folder == other.folder

    def __hash__(self) -> int:
        return hash(self.folder)

    def __repr__(self) -> str:
        return f"<Library {str(self.folder)!r}, {len(self)} takes>"
