"""The player: plays takes and compares them.

A thin layer over ``clip.py`` (the words), ``clip_requests.py`` (how bytes get there), ``differences.py`` and
``file_requests.py``.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar

import traitlets as t

from ...errors import KlingError, LibraryError
from ...library import Library, Take
from ...library.differences import differences
from ...library.posters import choose_poster
from ...store import Record
from ..base.ids import MOST, Ids
from ..base.live_updates import Following, following
from ..base.widget import Answer, Buffers, Command, CommandWidget
from ..queue import decisions
from .clip import Clip, clip_of
from .clip_requests import ClipRequests
from .file_requests import FileRequests
from .saved_output import SavedOutput


class Player(CommandWidget):
    """Plays a take, or several as one: in step, frame by frame.

    A take that is under way says how it goes; one that failed says what happened. Every trait works both ways: set it
    and the page follows, and what a person does in the page can be observed and linked.

    Parameters
    ----------
    takes
        What to show: takes or their ids, at most 16. A single one needs no list.
    library
        The library that they are in; by default the takes' own, and for ids ``Library()``.
    **traits
        The traits below, by name.

    Attributes
    ----------
    takes : tuple of str
        The takes by their ids, in order; the first is the one that others are compared with. Takes can be assigned.
    time : float
        Where it is, in seconds. While it plays the page tells it at most four times a second; setting it seeks once.
    playing : bool
        Whether it plays. A browser may refuse to start a clip with sound before a person has clicked in the page; it is
        False again then.
    rate : float
        How fast, 1 being the clip's own speed; 0.1 to 4.
    range : tuple of float, or None
        The part that is played, from and to in seconds; None for all.
    loop : bool
        Whether it begins again at its end.
    arrangement : str
        How several are shown: ``one``, ``side``, ``wipe``, ``onion``, ``difference`` or ``grid``.
    selected : str
        The id of the take that is heard, rated and saved; empty for the first.

    Raises
    ------
    TraitError
        If a value is none that the trait can have.
    TypeError
        If a keyword names no trait.
    LibraryError
        If the library has no such take.

    Examples
    --------
    >>> player = Player(Library().takes()[:2], arrangement="wipe", loop=True)  # doctest: +SKIP
    >>> player.observe(lambda change: print(change.new), "time")  # doctest: +SKIP
    >>> player.time = 1.5  # doctest: +SKIP
    """

    followed_by: object = None  # whoever shows it and has to live as long

    _following: Following | None = None  # one that was refused is closed too, by Python, before it has any
    _records: tuple[Record, ...] = ()
    _showing = False
    _refusal = ""  # why what a person wanted last was not done, for those that act on the engine's thread

    page_name = "player"
    commands: ClassVar[Mapping[str, str]] = {
        "where": "_clip_requests.where",
        "chunk": "_clip_requests.chunk",
        "poster": "_clip_requests.poster",
        "rate": "_rate",
        "tag": "_tag",
        "act": "_act",
        "stop": "_stop",
        "decide": "_decide",
        "differ": "_differ",
        "strip": "_clip_requests.strip",
        "picture": "_picture",
        "make": "_file_requests.begin",
        "made": "_file_requests.made",
        "piece": "_file_requests.piece",
    }

    takes = Ids(help="What is shown, by id; the first is the one that others are compared with.").tag(sync=True)
    time = t.Float(0.0, help="Where it is, in seconds.").tag(sync=True, echo_update=False)
    playing = t.Bool(False, help="Whether it plays.").tag(sync=True, echo_update=False)
    rate = t.Float(1.0, min=0.1, max=4.0, help="How fast, 1 being the clip's own speed.").tag(sync=True)
    range: t.TraitType[Any, Any] = t.Tuple(
        t.Float(), t.Float(), default_value=None, allow_none=True, help="The part that is played, in seconds."
    ).tag(sync=True)
    loop = t.Bool(False, help="Whether it begins again at its end.").tag(sync=True)
    arrangement = t.Enum(
        ("one", "side", "wipe", "onion", "difference", "grid"),
        "grid",
        help="How several takes are shown. A single one is shown alone; two in a grid stand side by side.",
    ).tag(sync=True)
    selected = t.Unicode("", help="The take that is heard, rated and saved; empty for the first.").tag(sync=True)

    clips: t.List[Any] = t.List(
        t.Dict(), help="What the page shows, as `clip.Clip`. No paths of this machine, no bytes."
    ).tag(sync=True)
    invitation = t.Unicode("No clip yet.", help="Said while there is nothing to show.").tag(sync=True)
    compact = t.Bool(False, help="A line while it is under way, as in a cell's output.").tag(sync=True)
    actions: t.Dict[str, Any] = t.Dict(
        help="Buttons under a clip: take -> pairs of a name and what the button says."
    ).tag(sync=True)
    still = t.Unicode("", help="Class of the saved still that a live view hides.").tag(sync=True)

    def __init__(
        self,
        takes: Take | str | Iterable[Take | str] = (),
        *,
        library: Library | None = None,
        act: Callable[[str, str], None] | None = None,
        **traits: Any,
    ) -> None:
        wanted = [takes] if isinstance(takes, (Take, str)) else list(takes)
        held = [take for take in wanted if isinstance(take, Take)]
        self._library = library or (held[0].library if held else Library())
        if strange := [take for take in held if take.library.folder != self.library.folder]:
            raise TypeError(
                f"A player shows takes of one library; {strange[0]!r} is of another. Library.adopt brings a clip over."
            )
        self._act_on = act
        self._lock = threading.RLock()  # whoever shows takes is alone: the engine's thread, and whoever sets them
        self._kept: SavedOutput | None = None
        self._clip_requests = ClipRequests(self.library, lambda content: self.send(content))
        self._file_requests = FileRequests(self.library, lambda content: self.send(content))
        selected = traits.pop("selected", "")
        super().__init__(**traits)
        if wanted:
            self.takes = wanted
        self.selected = selected

    @property
    def library(self) -> Library:
        """The library that its takes are in."""
        return self._library

    def keep_up(self, kept: SavedOutput | None = None) -> None:
        """Show from now on what the library says of these takes, and let ``kept`` say it too."""
        self._kept = kept or self._kept
        self._following = following(self.library)
        self._following.add(self)
        with self._lock:
            self.show(
                *(self.library._gateway.record(record.id) for record in self._records)
            )  # it may have changed meanwhile

    def follow(self, changed: Mapping[str, Record]) -> None:
        """Show takes anew that changed, and how those go that are under way; on the engine's thread."""
        with self._lock:  # a person may choose others at the same moment
            if any(record.id in changed or not record.final for record in self._records):
                self.show(*(changed.get(record.id, record) for record in self._records))

    def close(self) -> None:
        """Take the player away."""
        if self._following is not None:
            self._following.leave(self)
        super().close()

    def show(self, *records: Record) -> None:
        """Show these takes. What did not change is left alone: a clip that plays goes on playing."""
        with self._lock:
            self._show(records)

    def _show(self, records: tuple[Record, ...]) -> None:
        was, before = self._records, {record.id: record.sha256 for record in self._records}
        self._records = records = tuple({record.id: record for record in records}.values())[:MOST]
        if self._kept is not None and [r for r in records if r.final] != [r for r in was if r.final]:
            self._kept.renew(records)  # what the notebook keeps follows what ends, not each step on the way
        clips = self._clips(records)
        if (ids := tuple(record.id for record in records)) != tuple(record.id for record in was):
            self._showing = True
            try:
                self.takes = ids
            finally:
                self._showing = False
        if self.selected not in self.takes:
            self.selected = ""
        if clips == self.clips:
            return
        self.clips = clips
        here = {shown["id"] for shown in clips if shown["file"]}
        for record in records:
            if record.id in here and before.get(record.id, "") != record.sha256:
                self._tell_where(record)

    def _clips(self, records: tuple[Record, ...]) -> list[Clip]:
        """Say what the page shows of these takes."""
        return [clip_of(self.library, record) for record in records]

    @t.observe("takes")
    def _takes_were_set(self, _change: object) -> None:
        with self._lock:
            if self._showing:
                return
            self.show(*map(self.library._gateway.record, self.takes))
        if self._following is None:
            self.keep_up()

    @t.validate("takes")
    def _takes_are_in_the_library(self, proposal: Any) -> tuple[str, ...]:
        takes: tuple[str, ...] = proposal["value"]
        with self._lock:
            for take in () if self._showing else takes:
                self.library._gateway.record(take)  # an unknown one is refused here, in words
        return takes

    @t.validate("time")
    def _possible_time(self, proposal: Any) -> float:
        seconds: float = proposal["value"]
        if not 0 <= seconds < math.inf:
            raise t.TraitError(f"A player's time is in seconds from its beginning, 0 or more; this is {seconds}.")
        return seconds

    @t.validate("range")
    def _possible_range(self, proposal: Any) -> tuple[float, float] | None:
        ends: tuple[float, float] | None = proposal["value"]
        if ends is not None and not 0 <= ends[0] < ends[1] < math.inf:
            raise t.TraitError(
                f"A player's range is two times in seconds, the later one last, or None for all of it; this is {ends}."
            )
        return ends

    @t.validate("selected")
    def _selected_is_shown(self, proposal: Any) -> str:
        selected = proposal["value"]
        selected = selected.id if isinstance(selected, Take) else selected
        if selected and selected not in self.takes:
            raise t.TraitError(f"{selected!r} is none of the takes that this player shows.")
        return str(selected)

    def _tell_where(self, record: Record) -> None:
        # Unasked, since this reaches a page also while the kernel is busy; a page that missed it asks.
        try:
            place = self._clip_requests.place(record)
        except KlingError:
            return  # the page will ask, and is told why
        self.send({"take": record.id, **place})

    # What the page asks. Each is a small read or write of the library, and names takes by id, never by path.

    def _picture(self, command: Command, buffers: Buffers) -> Answer:
        image = bytes(buffers[0]) if buffers else b""
        return self._changed(choose_poster(self.library._gateway, str(command.get("take")), image))

    def _differ(self, command: Command, _buffers: Buffers) -> Answer:
        one, other = (self.library._gateway.record(str(command.get(name))) for name in ("take", "other"))
        return {"differences": differences(one, other)}

    def _rate(self, command: Command, _buffers: Buffers) -> Answer:
        return self._annotate(command, rating=command.get("rating"))

    def _tag(self, command: Command, _buffers: Buffers) -> Answer:
        tags = command.get("tags")
        if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
            raise LibraryError("Tags are a list of words.")
        return self._annotate(command, tags=tuple(tags))

    def _annotate(self, command: Command, **words: Any) -> Answer:
        return self._changed(self.library._gateway.annotate(str(command.get("take")), **words))

    def _changed(self, changed: Record) -> Answer:
        with self._lock:
            self.show(*(changed if record.id == changed.id else record for record in self._records))
        return {}

    def _act(self, command: Command, _buffers: Buffers) -> Answer:
        take, action = str(command.get("take")), str(command.get("action"))
        if self._act_on is None or action not in [name for name, _ in self.actions.get(take, ())]:
            raise LibraryError(f"This player has no {action!r}.")
        self._act_on(take, action)
        return {}

    def _stop(self, command: Command, _buffers: Buffers) -> Answer:
        return self._changed(decisions.take_back(self.library, str(command.get("take"))))

    def _decide(self, command: Command, _buffers: Buffers) -> Answer:
        return self._changed(decisions.decide(self.library, str(command.get("take")), decisions.named(command)))

    def _soon(self, act: Callable[[], object], *, then: Callable[[], None]) -> Answer:
        """Act on the engine's thread, note in words what went wrong, and then show how things stand."""

        def run() -> None:
            try:
                act()
                self._refusal = ""
            except KlingError as error:
                self._refusal = str(error)
            then()

        self.library._gateway.engine.soon(run)
        return {}

    def _repr_mimebundle_(self, **_kwargs: Any) -> dict[str, Any]:  # type: ignore[override]  # IPython takes both
        """Return the player, its first poster, HTML and text: hosts other than IPython choose what they can show."""
        kept = self._kept or SavedOutput(self.library, empty=self.invitation)
        return kept.mimebundle(self, self._records)

    def _ipython_display_(self) -> None:
        # The live view, and for those who come after it what it showed.
        self._kept = self._kept or SavedOutput(self.library, empty=self.invitation)
        self.still = self._kept.name
        self._kept.show(self, self._records)
