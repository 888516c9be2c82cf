"""What this package itself asks of a library: its widgets, takes and tools. What a person asks, ``Library`` answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ..errors import KlingError, LibraryError
from ..service.answers import is_id
from ..store import Record
from ..store.record import now_ms
from .accounts import Accounts
from .exports import Exports
from .file_decisions import Accepting
from .shared import Adopted, SharedLibrary

if TYPE_CHECKING:  # it brings SQLAlchemy, which a page need not wait for
    from ..store.sweeps import SweepStore
    from ..store.votes import VoteStore


class Gateway(Accepting, Accounts):
    """An opened library as ``Library._gateway``: rows, pictures, drafts, the engine, and what a person decides.

    Parameters
    ----------
    shared
        The library's folder in this process.
    """

    def __init__(self, shared: SharedLibrary) -> None:
        self._shared = shared

    @property
    def exports(self) -> Exports:
        """Makes what a person takes away: animations, pictures, contact sheets, copies."""
        return Exports(self)

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

    @property
    def sweeps(self) -> SweepStore:
        """Its sweeps."""
        return self._shared.store.sweeps

    @property
    def votes(self) -> VoteStore:
        """Which of two takes people found better."""
        return self._shared.store.votes

    @property
    def is_open(self) -> bool:
        """Whether its database is open: `Library._page_first` puts that off."""
        return self._shared.is_open

    @property
    def tends(self) -> bool:
        """Whether its engine runs: it was asked for, and the library was not closed since."""
        return self._shared.tends

    def when_open(self, go_on: Callable[[], None], failed: Callable[[KlingError], None]) -> None:
        """Call ``go_on`` where the database is open; else one of the two in a moment, on another thread."""
        self._shared.when_open(go_on, failed)

    def on_adopted(self, call: Adopted) -> Callable[[], None]:
        """Call ``call`` with the record of each take that is adopted in this process. Returns what stops it."""
        return self._shared.on_adopted(call)
