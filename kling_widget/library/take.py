"""A take: one generation, from the moment a person confirmed it."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Optional

from ..display_hook import display
from ..errors import LibraryError, TakeFailed
from ..request.catalog import O3_PRO
from ..request.code import call
from ..request.model_names import no_clips
from ..request.money import dollars
from ..request.video_request import Element, Shot, VideoRequest
from ..service.service import Service, choose, ready
from ..store.media_types import input_kind
from ..store.record import PRACTICE
from .annotations import tidy_tag
from .differences import TakeDiff
from .file_copies import save
from .library import Library
from .take_exports import Keepsakes
from .waiting import has_ended, wait_until

if TYPE_CHECKING:
    from .sweeps import Sweep  # a sweep gives its takes, and a take knows its sweep


def generate(
    prompt: str | None = None,
    *,
    library: Library | str | os.PathLike[str] | None = None,
    practice: bool | None = None,
    model: str = O3_PRO,
    aspect_ratio: str | None = None,
    duration: int | None = None,
    sound: bool | None = None,
    shot_type: str | None = None,
    multi_prompt: Iterable[Shot | Mapping[str, Any]] | None = None,
    element_list: Iterable[Element | Mapping[str, Any]] | None = None,
    **inputs: Any,
) -> Take:
    """Make a clip. Returns at once; in a notebook the cell shows its progress, then the clip.

    Pictures and videos may be files: those that the service does not have yet are uploaded first, which is waited for.

    On a live service this costs money: what the request's estimate says, from the moment it is called.

    Parameters
    ----------
    prompt, model, aspect_ratio, duration, sound, shot_type, multi_prompt, element_list, **inputs
        What is asked for; see ``VideoRequest``.
    library
        Where the take is kept, or its folder; ``Library()`` unless given.
    practice
        True: practice, at no cost. False: live. None: live where a key is found, else practice.

    Raises
    ------
    RequestError
        If there is no such model, or it would not take the request. Nothing was sent.
    UnknownInput
        If the model has no input of a name that was given; a ``RequestError`` and a ``TypeError``. Nothing was sent.
    SettingsError
        If a live service is wanted and there is no key, or a setting can't be used. Nothing was sent.
    OverBudget, LibraryError
        If a cap of the library would be passed, or the library can't be used. Nothing was sent.
    MediumRefused, KlingError
        If a picture or video can't be used, or could not be uploaded. Nothing was sent or charged.
    """
    library = library if isinstance(library, Library) else Library(library)
    request = VideoRequest(
        prompt,
        model=model,
        catalog=library.catalog,
        aspect_ratio=aspect_ratio,
        duration=duration,
        sound=sound,
        shot_type=shot_type,
        multi_prompt=multi_prompt,
        element_list=element_list,
        **inputs,
    )
    return make(request, library=library, practice=practice)


def make(
    request: VideoRequest,
    *,
    library: Library | str | os.PathLike[str] | None = None,
    practice: bool | None = None,
    parent: str | None = None,
) -> Take:
    """Make a clip from a request that is already built. Raises what ``generate`` does (``RequestError``, …)."""
    if request.kind != "clip":
        raise no_clips(request.model)
    service = ready(choose(practice))
    library = library if isinstance(library, Library) else Library(library)
    if any(input_kind(name) for name in request.inputs):
        inputs = library._gateway.uploader.prepare(service.name, request.inputs)
        request = VideoRequest(model=request.model, catalog=library.catalog, **inputs)
    record = library._gateway.engine.confirm(request, service=service.name, parent=parent)
    return Take(record.id, library)


class Take(Keepsakes):
    """One generation: its request, how it stands, its clip, its cost, and what a person thought of it.

    It holds no copy of anything: each property is read from the library when asked for.

    Examples
    --------
    >>> take = Library().takes()[0]  # doctest: +SKIP
    >>> take.status, take.cost, take.rating  # doctest: +SKIP
    ('completed', Decimal('0.56'), 4)
    """

    @property
    def parent(self) -> Optional[Take]:  # noqa: UP045  jedi reads no `Take | None` before Python 3.14
        """The take that it was made from; None where there is none, or this library does not hold it."""
        parent = self.record.parent
        try:
            return None if parent is None else self.library.take(parent)
        except LibraryError:
            return None

    @property
    def children(self) -> list[Take]:
        """The takes that were made from it, oldest first."""
        return self.library.takes(parent=self, limit=None)[::-1]

    @property
    def family(self) -> list[Take]:
        """Itself, what it was made from, and what was made from any of these, at any distance, oldest first."""
        return self.library.takes(family=self, limit=None)[::-1]

    @property
    def sweep(self) -> Optional[Sweep]:  # noqa: UP045  as above
        """The sweep that it was made for; None where it was made for none."""
        found = self.library._gateway.sweeps.of_take(self.id)
        return None if found is None else self.library.sweep(found[0])

    def diff(self, other: Take) -> TakeDiff:
        """Compare its request with another take's.

        Examples
        --------
        >>> take.diff(take.remix(duration=10))  # doctest: +SKIP
        """
        return TakeDiff.of(self.record, other.record)

    def wait(self, timeout: float | None = None) -> Take:
        """Wait until it has ended. Interrupting the wait, or its time running out, does not touch the take.

        Parameters
        ----------
        timeout
            Seconds to wait at most; None for as long as it takes.

        Raises
        ------
        TakeTimeout
            If the time ran out first. The take goes on.
        TakeFailed
            If it ended without a clip, or a person has to decide; the message says what it means for the money.
        """
        self.library._gateway.start()
        wait_until(self._ended, timeout, self._goes_on)
        return self

    def __await__(self) -> Generator[Any, None, Take]:
        return self._arrive().__await__()

    async def _arrive(self) -> Take:
        self.library._gateway.start()
        await has_ended(self._ended)
        return self

    def _ended(self) -> bool:
        record = self.record
        if record.state == "completed":
            return True
        if record.final or record.state == "needs_you":
            raise TakeFailed(record.trouble or f"The take ended as {record.state}, without a clip.")
        return False

    def _goes_on(self) -> str:
        return (
            f"the take ({self.status}) goes on and stays in the library. Wait again with take.wait(); do not generate "
            "it anew, that would cost again."
        )

    def stop(self) -> Take:
        """Take it back while it waits to be sent: it is then cancelled and costs nothing.

        What was sent already goes on at the service and is charged; stopping changes nothing about it.
        """
        self.library._gateway.withdraw(self.id)
        return self

    def delete(self) -> Take:
        """Put it into the library's bin: it leaves the history, and ``restore`` brings it back.

        Its clip stays until ``Library.empty_bin``; what it cost stays counted, and votes on it and takes made from it
        stay as they are. At the service nothing changes.

        Raises
        ------
        LibraryError
            If it has not ended: it may still cost. The message says what to do first. Nothing was changed.

        Examples
        --------
        >>> take.delete()  # doctest: +SKIP
        <Take t1mahtp80v33hs7 completed, $0.56, in the bin: 'A fox', 5 s>
        """
        self.library._gateway.delete(self.id)
        return self

    def restore(self) -> Take:
        """Take it out of the library's bin, back into the history. One that is not there stays as it is.

        Raises
        ------
        LibraryError
            If the bin was emptied since: its files are gone for good. Nothing was changed.
        """
        self.library._gateway.restore(self.id)
        return self

    def delete_at_service(self) -> Take:
        """Delete it at the service. What is here stays here.

        It may not stop a clip that is being made, and what it costs stays spent; a take that was not finished can't be
        fetched afterwards.

        Raises
        ------
        LibraryError
            If the service does not have it yet; ``stop`` takes it back then.
        KlingError
            If the service could not be asked, or refused.
        """
        self.library._gateway.engine.delete(self.record)
        return self

    def decide(self, prediction: str | None) -> Take:
        """Say which of ``candidates`` it is, by its id, or None: none of them, so that it was not made.

        Raises
        ------
        LibraryError
            If it does not wait for a decision, or another take has that prediction.
        """
        self.library._gateway.decide(self.id, prediction)
        return self

    def accept_as_is(self) -> Take:
        """Make what came of it its clip, although it could not be vouched for: the file at ``kept``, as it is.

        For a take whose status is ``"unverified"``: the service made it and charged for it, and each time the same file
        came that is no whole MP4. Look first whether it plays. Costs nothing.

        Raises
        ------
        LibraryError
            If it is no such take, or what came is no clip at all (a web page, a picture). Nothing was changed.
        """
        self.library._gateway.accept_as_is(self.id)
        return self

    def fetch_again(self) -> Take:
        """Fetch the file of a take once more whose status is ``"unverified"``: the service keeps it for seven days.

        Costs nothing. What is kept of it stays until a whole clip has come.

        Raises
        ------
        LibraryError
            If it is no such take. Nothing was changed.
        """
        self.library._gateway.fetch_again(self.id)
        return self

    def remix(self, *, practice: bool | None = None, **changes: Any) -> Take:
        """Make it again with some inputs changed (None takes one away). A new take, at its own cost.

        Raises
        ------
        RequestError, SettingsError, LibraryError, KlingError
            As ``generate`` raises them. Nothing was sent.
        """
        record, request = self.record, self.request.but(**changes)
        if practice is None and record.practice:  # what was practice does not become real money by itself
            here = Service(PRACTICE) if record.service == PRACTICE else choose()
            practice = None if here.name == record.service != PRACTICE and ready(here).practice else True
        return make(request, library=self.library, practice=practice, parent=self.id)

    def rate(self, stars: int | None) -> Take:
        """Give it 1 to 5 stars, or None for none. Raises ``BadValue`` for any other number."""
        self.library._gateway.annotate(self.id, rating=stars)
        return self

    def tag(self, *words: str) -> Take:
        """Add tags to it. Raises ``TypeError`` for what is no words, ``BadValue`` for characters that are no text."""
        had = self.record.tags
        fresh = tuple(word for word in _tags(words) if word not in had)
        self.library._gateway.annotate(self.id, tags=had + fresh)
        return self

    def untag(self, *words: str) -> Take:
        """Take tags off it; those that it does not have are passed over. Raises ``TypeError`` for what is no words."""
        gone = _tags(words)
        self.library._gateway.annotate(self.id, tags=tuple(word for word in self.record.tags if word not in gone))
        return self

    def write_note(self, text: str) -> Take:
        """Write what you think of it, in place of the note that it had.

        Raises ``TypeError`` for what is no text, ``BadValue`` for characters that are none.
        """
        if not isinstance(text, str):
            raise TypeError(f"a note is text: take.write_note('the best so far'); this is {text!r}")
        self.library._gateway.annotate(self.id, note=text)
        return self

    def save_as(self, path: str | os.PathLike[str], *, story: bool = True) -> Path:
        """Save its clip as a file of yours. The library's own stays as it came.

        Parameters
        ----------
        path
            The file, or a folder, where it is named after its prompt.
        story
            Write into it what it is: the request, where it comes from, cost, rating, tags and note, which
            ``Library.adopt`` reads again. False: the file as the service gave it.

        Raises
        ------
        LibraryError
            If the clip is not here, the file can't be written, or another one has that name.
        """
        return save(self.library._gateway, self.record, path, story=story)

    def to_code(self) -> str:
        """The call that makes it again."""
        record = self.record
        return call("generate", record.model, record.inputs, extra={"practice": True} if record.practice else None)

    def _repr_mimebundle_(self, **_kwargs: Any) -> dict[str, Any]:
        return display().mimebundle(self)

    def _ipython_display_(self) -> None:
        display().show(self)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Take) and (self.id, self.library.folder) == (other.id, other.library.folder)

    def __hash__(self) -> int:
        return hash((self.id, self.library.folder))

    def __repr__(self) -> str:
        record = self.record
        words = record.words if len(record.words) <= 60 else record.words[:59] + "…"
        waits = self.library._gateway.waits_for_key(record)
        if record.final:
            stands = f"{record.state}, {dollars(record.cost)}{' of play money' if record.practice else ''}"
            if record.binned_at is not None:
                stands += ", in the bin" if record.emptied_at is None else ", in the bin, its files removed"
        else:
            stands = f"{record.state}, {self.library._gateway.engine.progress(record).fraction:.0%}"
        return f"<Take {self.id} {stands}: {words!r}, {record.seconds} s{f'. {waits}' if waits else ''}>"


def _tags(words: tuple[str, ...]) -> tuple[str, ...]:
    if not all(isinstance(word, str) for word in words):
        raise TypeError("tags are words: take.tag('hero', 'wide')")
    return tuple(dict.fromkeys(tag for word in words if (tag := tidy_tag(word))))
