"""The library: a folder with a database and the clips of all takes."""

from __future__ import annotations

import os
import threading
import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from ..display_hook import display
from ..errors import KlingError, LibraryError
from ..service.answers import is_id
from ..settings import library_folder
from ..store import Record
from ..store.record import now_ms
from .accounts import Accounts
from .adoption import adopt
from .budget import Cap, Caps, Spent, amount, caps, spent
from .exports import Exports
from .file_decisions import Accepting
from .readonly import ReadOnly
from .shared import Adopted, SharedLibrary

if TYPE_CHECKING:
    import pandas as pd

    from .rescue import Rescued
    from .take import Take  # a library gives takes, and a take knows its library

Clips = Literal["beside", "inside"]
"""Where an exported page has its clips: as files in a folder beside it, or in the page itself."""


class Library(Accepting, Accounts, ReadOnly):
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
        "budget": "library.cap(day=5.00) sets it",
        "folder": "Library('another folder') opens another",
    }
    _all_shared: ClassVar[dict[Path, SharedLibrary]] = {}
    _opening: ClassVar[threading.Lock] = threading.Lock()

    def __init__(self, folder: str | os.PathLike[str] | None = None, *, tend: bool = True) -> None:
        self._join(library_folder(folder))
        if tend and self._shared.store.has_open():
            self.start()

    @classmethod
    def page_first(cls, folder: str | os.PathLike[str] | None = None) -> Library:
        """Open a library for a panel: its database may be opened a moment later, when the page has what it needs.

        Raises what ``Library`` does.
        """
        library = cls.__new__(cls)
        library._join(library_folder(folder), page_first=True)
        if library._shared.is_open and library._shared.store.has_open():
            library.start()
        return library

    def _join(self, folder: Path, *, page_first: bool = False) -> None:
        with self._opening:
            if folder not in self._all_shared:
                self._all_shared[folder] = SharedLibrary(folder, page_first=page_first)
            self._shared = self._all_shared[folder]

    @property
    def exports(self) -> Exports:
        """Makes what a person takes away: animations, pictures, contact sheets, copies."""
        return Exports(self)

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
        with self._opening:
            if self._all_shared.get(self.folder) is self._shared:
                del self._all_shared[self.folder]
        self._shared.close()

    # Takes

    def take(self, take_id: str) -> Take:
        """The take of that id. Raises ``LibraryError`` where there is none."""
        from .take import Take

        return Take(self.record(take_id).id, self)

    def takes(self, *, search: str = "", limit: int | None = 200, **wanted: Any) -> list[Take]:
        """Return takes, newest first. The arguments are those of ``records``."""
        from .take import Take

        return [Take(record.id, self) for record in self.records(search=search, limit=limit, **wanted)]

    def history(self, *, search: str = "", limit: int | None = None) -> pd.DataFrame:
        """All takes as a table, newest first.

        Parameters
        ----------
        search
            Only takes whose prompt, tags or note hold this text, whatever its case and however its accents are written.
        limit
            At most so many; None for all.

        Returns
        -------
        pandas.DataFrame
            One row a take: ``poster``, ``prompt``, ``model``, ``seconds``, ``aspect_ratio``, ``sound``, ``status``,
            ``cost`` (US dollars; play money for practice), ``rating``, ``tags``, ``note``, ``confirmed`` (in ``zone``),
            ``took`` (seconds), ``file``, ``id``. Paths are relative to ``folder``.
        """
        from ..store.history import READ, history, readable

        found = self._shared.store.columns(READ, search=search, limit=limit)
        try:
            return history(found, self.zone)
        except Exception:
            whole, others = readable(found)
            if not others:
                raise
        self._shared.store.note_unreadable(others)
        warnings.warn(
            f"{len(others)} of the library's takes can't be read and are left out of its history: "
            f"{next(iter(others.values()))}",
            stacklevel=2,
        )
        return history(whole, self.zone)

    def adopt(self, path: str | os.PathLike[str]) -> Take:
        """Bring in a clip that carries its story (``Take.save_as`` saves such). Open panels show it, and its request.

        The file is copied as it is, unless it is here already; it costs this library nothing, and no service knows it.
        Raises ``LibraryError`` for what is no whole MP4 with a story and a request that a model of the catalogue takes.
        """
        return self.take(adopt(self, self._shared, path).id)

    def on_adopted(self, call: Adopted) -> Callable[[], None]:
        """Call ``call`` with the record of each take that is adopted in this process. Returns what stops it."""
        return self._shared.on_adopted(call)

    @property
    def is_open(self) -> bool:
        """Whether its database is open: `page_first` puts that off."""
        return self._shared.is_open

    def when_open(self, go_on: Callable[[], None], failed: Callable[[KlingError], None]) -> None:
        """Call ``go_on`` where the database is open; else one of the two in a moment, on another thread."""
        self._shared.when_open(go_on, failed)

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
        return spent(self.sums())

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
        return caps(self.caps())

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
        self._shared.store.ledger.set_budget(replace(self.caps(), **wanted))
        return self

    def decide(self, take_id: str, prediction: str | None) -> Record:
        """Say which task a take in doubt is, by its id, or None: it was not made.

        Raises ``LibraryError`` where it does not wait for that, or the id is none; ``AlreadyTaken`` where another take
        has that task.
        """
        prediction = prediction if prediction is None else prediction.strip()
        if prediction is not None and not is_id(prediction):
            raise LibraryError(
                "That is no id of a task. It is what the service's site shows beside the prediction, some 32 letters "
                "and digits. Nothing was changed."
            )
        if prediction is None:
            words = "You said that none of the service's tasks is this take, so it counts as not made and not charged."
            changes = {"state": "not_created", "trouble": words, "settled": True, "finished_at": now_ms()}
        else:
            changes = {"state": "accepted", "prediction": prediction, "accepted_at": now_ms(), "trouble": ""}
        before = self.record(take_id)
        if before.state == "needs_you":  # else it is refused, and claims nothing
            self.engine.accounts.claim(before, prediction)
        return self._shared.store.decide(before.id, {**changes, "candidates": ""})

    def __repr__(self) -> str:
        return f"<Library {str(self.folder)!r}, {self.sums().takes} takes>"
