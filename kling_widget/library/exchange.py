"""What one library gives to another."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from ..settings import library_folder
from .base import LibraryBase

if TYPE_CHECKING:
    from .merging import Merged  # it brings SQLAlchemy, which a page need not wait for


class TakeExchange(LibraryBase):
    """The part of a library that brings takes in from another one, and gives them to it."""

    def merge(self, other: LibraryBase | str | os.PathLike[str], takes: Any = None) -> Merged:
        """Bring the takes of another library into this one, or some of them, with all that belongs to them.

        That is: clips, posters and strips, ratings, tags and notes, the pictures and elements that requests refer to,
        sweeps and votes. The other library is only read. Merged again, nothing changes but for what is new there; where
        a merge was stopped or killed, the next one goes on.

        Parameters
        ----------
        other
            The other library, or its folder.
        takes
            Which ones: takes, ids or a history of the other library. Unless given, all, and with them all that the
            library knows besides: tools' runs, elements, media, sweeps, wildcards.

        Returns
        -------
        Merged
            How many came (``takes``), were here already (``there``) and stay there (``left``: why, by id), and in
            ``notes`` what is here otherwise than it was there.

        Raises
        ------
        LibraryTooNew, LibraryDamaged
            If a newer version of this package wrote the other library, or it is damaged (``Library.rescue`` helps).
            One of an earlier version is read as it is, and not migrated.
        NoSuchTake
            If the other library holds no such take. Nothing was merged.
        LibraryError
            If there is no library in that folder, or this one can't be written to.

        Notes
        -----
        Money goes with its take: what it was charged, and refunded, is entered in this library's ledger once, on its
        own day, and counts in ``spent()`` and under this library's caps, which so let less through, never more. The
        other library spent it and keeps its own entries, so that the sum of both libraries counts such a take twice.

        A take that is under way, or whose bill is still to come, stays in its library, which alone tends it. Clips are
        checked by their hash as they are copied; one that differs stays. What a person wrote here about a take that was
        here already stays as it is, and is filled in where there is nothing.

        Of a sweep, its cells that became takes come: what waits in it is its own library's to begin. Fingerprints of
        keys are salted for each library: ``same_account`` says whose they are, where that matters.

        Examples
        --------
        >>> print(library.merge("a/colleagues/kling_library"))  # doctest: +SKIP
        >>> library.merge(other, other.takes(rating=4, limit=None))  # doctest: +SKIP
        """
        from .merging import merge

        folder = other.folder if isinstance(other, LibraryBase) else library_folder(other)
        return merge(self.folder, self._shared.store, folder, takes)

    def copy_to(self, folder: str | os.PathLike[str], takes: Any = None) -> Merged:
        """Copy this library, or some of its takes, into another folder's: what ``Library(folder).merge(self)`` does.

        A library that is new there counts its days in this one's zone.

        Parameters
        ----------
        folder
            Where to; made where it is missing. A library that is there already is added to.
        takes
            Which takes, as ``merge`` has it; all unless given.

        Raises
        ------
        LibraryError
            As ``merge`` does, and where the folder can't be written to.

        Examples
        --------
        >>> library.copy_to("best_of", library.takes(rating=5, limit=None))  # doctest: +SKIP
        """
        from .merging import copy

        return copy(self.folder, library_folder(folder), takes)
