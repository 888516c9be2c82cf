"""What there is to know of a take: properties that are read from the library, and can only be read."""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Optional

from ..request.money import in_dollars
from ..request.video_request import VideoRequest
from ..store import Record, TakeId
from ..store.record import SHOWN
from .library import Library
from .readonly import ReadOnly

# No property here is annotated with a ``Literal``: the completion of IPython (jedi 0.20) then offers nothing at all.


class Standing(ReadOnly):
    """The part of a take that says what it is and how it stands.

    Attributes
    ----------
    id
        Its name in the library; sorts by the time it was confirmed.
    library
        The library that holds it.
    """

    id: TakeId
    library: Library

    _changed_by: ClassVar[Mapping[str, str]] = {
        "rating": "take.rate(4) sets it",
        "tags": "take.tag('hero') and take.untag('hero') change them",
        "note": "take.write_note('the best so far') sets it",
        "prompt": "take.remix(prompt='…') makes another take",
        "model": "take.remix(model='…') makes another take",
        "duration": "take.remix(duration=10) makes another take",
        "request": "take.remix(duration=10) makes another take",
        "parent": "take.remix() makes a take whose parent this one is",
        "status": "take.stop() takes back what was not sent, take.wait() waits for the clip",
        "kept": "take.accept_as_is() makes it the clip, take.fetch_again() fetches it once more",
        "video": "take.save_as('fox.mp4') saves a copy of yours",
    }

    def __init__(self, take_id: TakeId, library: Library) -> None:
        vars(self).update(id=take_id, library=library)

    if not TYPE_CHECKING:  # a type checker is to refuse unknown names

        def __getattr__(self, name: str) -> str:
            """Answer to the name that ``problem`` had in version 0.1.0."""
            if name != "trouble":
                raise AttributeError(f"A Take has no {name!r}.")
            warnings.warn("take.trouble is take.problem now.", DeprecationWarning, stacklevel=2)
            return self.problem

    @property
    def record(self) -> Record:
        """Everything that the library knows of it now, as its database has it: money in whole micro-dollars."""
        return self.library._gateway.record(self.id)

    @property
    def request(self) -> VideoRequest:
        """What was asked for. Raises ``RequestError`` where its model no longer takes it."""
        record = self.record
        return VideoRequest(model=record.model, catalog=self.library.catalog, **record.inputs)

    @property
    def prompt(self) -> str:
        """What was to happen in the clip: the prompt, or the shots' prompts where a storyboard stands in its place."""
        return self.record.words

    @property
    def model(self) -> str:
        """The model that it was asked of, by its name on the service."""
        return self.record.model

    @property
    def duration(self) -> int:
        """The length that was asked for, in seconds."""
        return self.record.seconds

    @property
    def status(self) -> str:
        """How it stands, such as ``"processing"``, ``"completed"`` or ``"failed"``: one of ``states.STATES``."""
        return self.record.state

    @property
    def problem(self) -> str:
        """Empty, or what went wrong, what it means for the money, and what to do next."""
        return self.library._gateway.explained(self.record).trouble

    @property
    def account(self) -> Optional[str]:  # noqa: UP045  jedi reads no `str | None` before Python 3.14
        """The account that made it, as a short fingerprint of its key; None in practice, or where nobody knows.

        See ``Library.same_account`` for a key that was renewed.
        """
        account = self.record.account
        return account[:SHOWN] if account else None

    @property
    def video(self) -> Optional[Path]:  # noqa: UP045  jedi reads no `Path | None` before Python 3.14
        """The clip's file, whole and checked; None while it is not here."""
        return self.library._gateway.path(self.record)

    @property
    def kept(self) -> Optional[Path]:  # noqa: UP045  jedi reads no `Path | None` before Python 3.14
        """Where what came is kept as it is, if it is no clip that can be vouched for (status ``"unverified"``)."""
        return self.library._gateway.kept(self.record)

    @property
    def cost(self) -> Decimal:
        """What it costs in dollars (play money in practice): charged less refunded; the estimate until billing says."""
        return in_dollars(self.record.cost)

    @property
    def practice(self) -> bool:
        """Whether it was made on a practice server: its clip is simulated, and cost nothing."""
        return self.record.practice

    @property
    def confirmed(self) -> datetime:
        """When it was asked for, in local time."""
        return datetime.fromtimestamp(self.record.confirmed_at / 1000).astimezone()

    @property
    def rating(self) -> int | None:
        """Its stars, 1 to 5; None while nobody gave any. ``rate`` gives them."""
        return self.record.rating

    @property
    def tags(self) -> tuple[str, ...]:
        """Its tags. ``tag`` and ``untag`` change them."""
        return self.record.tags

    @property
    def note(self) -> str:
        """What a person wrote about it. ``write_note`` changes it."""
        return self.record.note

    @property
    def candidates(self) -> list[dict[str, Any]]:
        """Where the answer to its submit was lost and it waits for your word: the service's tasks that could be it."""
        found: list[dict[str, Any]] = json.loads(self.record.candidates or "[]")
        return found
