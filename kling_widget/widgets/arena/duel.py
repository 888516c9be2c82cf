"""Two clips of an arena side by side, without their names; a vote by key; what the votes say, once it is asked for."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, ClassVar, TypedDict

import traitlets as t

from ...library.arena import Arena
from ...library.voter import checked_voter
from ...store import Record
from ..base.widget import Answer, Buffers, Command
from ..player.clip import Clip
from ..player.player import Player
from ..player.saved_output import SavedOutput
from .results import results

_TOO_FEW = "Two clips that can be compared are needed; there are not so many yet."


class Ballot(TypedDict):
    """What stands under the two clips.

    ``number`` names the pair that is shown: a vote is of this pair, and counts once however often it arrives; empty
    where there is none. ``words`` is what the votes allow to say without a name; ``problem`` why what a person wanted
    last was not done.
    """

    number: str
    words: str
    voter: str
    undo: bool
    problem: str


class Duel(Player):
    """Two clips of an arena at a time, blind: which is better, or neither.

    Nothing on the page tells what is shown: no prompt, no settings, no price; and sides are drawn by lot.

    Parameters
    ----------
    arena
        The arena.
    **traits
        The traits of a ``Player``, and those below.

    Attributes
    ----------
    revealed : bool
        Whether what the votes say is shown, names included.
    by : str
        Which axis of the sweep the result is about; empty for the takes themselves.

    Examples
    --------
    >>> Duel(vote(sweep("A {red|blue} fox", repeats=2)))  # doctest: +SKIP
    """

    page_name = "duel"
    commands: ClassVar[Mapping[str, str]] = {
        # Of a player's only those that say nothing of what is shown.
        **{name: Player.commands[name] for name in ("where", "chunk", "poster", "strip")},
        "vote": "_vote",
        "undo": "_undo",
        "name": "_name",
    }

    revealed = t.Bool(False, help="Whether what the votes say is shown.").tag(sync=True)
    by = t.Unicode("", help="Which axis the result is about; empty for the takes themselves.").tag(sync=True)
    ballot: t.Dict[str, Any] = t.Dict(help="What stands under the clips, as `Ballot`.").tag(sync=True)
    results: t.Dict[str, Any] = t.Dict(help="What the votes say, as `results.Results`; empty until asked for.").tag(
        sync=True
    )
    axes: t.List[str] = t.List(t.Unicode(), help="The axes that a result can be about.").tag(sync=True)

    def __init__(self, arena: Arena, **traits: Any) -> None:
        self._arena = arena
        self._number = ""  # of the pair that is shown; its vote bears it as its id
        self._counted = (-1, -1)
        self._read_at = -1  # the library's revision
        shown = {
            "arrangement": "side",
            "loop": True,
            "by": arena.axis or "",
            "invitation": "A blind vote. Run this cell again to go on with it.",
        }
        super().__init__(library=arena.library, **{**shown, **traits})
        self._advance()
        self._say()
        self.keep_up()

    @property
    def arena(self) -> Arena:
        """The arena that it shows."""
        return self._arena

    def follow(self, changed: Mapping[str, Record]) -> None:
        """Show what others voted meanwhile, and a first pair once there are two clips; on the engine's thread."""
        with self._lock:
            if (newest := self.library._gateway.revision) == self._read_at:
                return
            self._read_at = newest
            if not self._number:
                self._advance()
            if self._count() != self._counted:
                self._say()

    def _advance(self) -> None:
        """Show the next pair."""
        with self._lock:
            pair = self._arena._next_pair(self._arena.voter)
            self._number = uuid.uuid4().hex if pair else ""
            self.show(*map(self.library._gateway.record, pair or ()))

    def _say(self) -> None:
        """Say how the vote stands."""
        with self._lock:
            self._counted = self._count()
            tally, candidates = self._arena._tally(), self._arena._candidates()
            votes, number = tally.standings.counted.votes, self._number
            ballot = Ballot(
                number=number,
                words=_unnamed(len(votes), tally.verdict.best, tally.verdict.more) if number else _TOO_FEW,
                voter=self._arena.voter,
                undo=any(vote.voter == self._arena.voter for vote in votes),
                problem=self._refusal,
            )
            if ballot != self.ballot:
                self.ballot = dict(ballot)
            axes = sorted({name for one in candidates for name in one.values})
            if axes != self.axes:
                self.axes = axes
            self._reveal()

    def _reveal(self) -> None:
        by = self.by or None
        arena = self._arena if by == self._arena.axis else self._arena.by(by)
        found = dict(results(arena._tally(), by or "Clips")) if self.revealed else {}
        if found != self.results:
            self.results = found

    def _count(self) -> tuple[int, int]:
        """How many votes and candidates there are: where neither changes, nothing is to be said."""
        return self.library._gateway.votes.count(), len(self._arena._candidates())

    def _clips(self, records: tuple[Record, ...]) -> list[Clip]:
        """Say nothing of the takes but how they are played."""
        nothing: dict[str, Any] = {
            "prompt": "", "settings": "", "note": "", "name": "", "rating": None, "tags": [], "row": None,
        }  # fmt: skip
        return [Clip(**{**clip, **nothing}) for clip in super()._clips(records)]  # type: ignore[typeddict-item]

    # What the page asks

    def _vote(self, command: Command, _buffers: Buffers) -> Answer:
        number, outcome = str(command.get("number")), command.get("outcome")
        with self._lock:
            if number != self._number or not number:
                return {"refused": "Another pair is shown by now. Nothing was noted."}
            left, right = self.takes
        voter = self._arena.voter

        def add() -> None:
            self._arena._add_vote(left, right, outcome, voter, number)  # type: ignore[arg-type]  # refused there in words
            self._advance()

        return self._soon(add, then=self._say)

    def _undo(self, _command: Command, _buffers: Buffers) -> Answer:
        return self._soon(self._arena.undo, then=self._say)

    def _name(self, command: Command, _buffers: Buffers) -> Answer:
        name = checked_voter(command.get("voter"))

        def rename() -> None:
            vars(self._arena)["voter"] = name

        return self._soon(rename, then=self._say)

    @t.observe("revealed", "by")
    def _show_results(self, _change: object) -> None:
        if self._counted[0] >= 0:
            self._reveal()

    @t.validate("by")
    def _by_an_axis(self, proposal: Any) -> str:
        by: str = proposal["value"]
        offered = {name for one in self._arena._candidates() for name in one.values}
        if by and offered and by not in offered:
            raise t.TraitError(f"These takes have no axis {by!r:.80}. There are: {', '.join(sorted(offered))}.")
        return by

    # A saved notebook tells nothing of a vote that is to be blind.

    def _repr_mimebundle_(self, **_kwargs: Any) -> dict[str, Any]:  # type: ignore[override]  # IPython takes both
        return SavedOutput(self.library, empty=self.invitation).mimebundle(self, ())

    def _ipython_display_(self) -> None:
        kept = SavedOutput(self.library, empty=self.invitation)
        self.still = kept.name
        kept.show(self, ())


def _unnamed(votes: int, best: str | None, more: int | None) -> str:
    """Say how the vote stands without a name."""
    number = f"{votes:,} vote{'' if votes == 1 else 's'} so far."
    if best is not None:
        return f"{number} It is known which is best: look at the result."
    if more:
        return f"{number} Not known yet: about {more} more would tell."
    return f"{number} Not known yet." if votes else "Which of the two is better?"
