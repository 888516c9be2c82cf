"""The story in a clip from elsewhere: anybody may have written it, so it is checked and never trusted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from .. import urls
from ..errors import LibraryError, Problem, RequestError
from ..request.catalog import Catalog
from ..request.money import Micros
from ..request.video_request import VideoRequest
from ..settings import is_vendor
from ..store.media_types import input_kind
from ..store.record import PRACTICE

PRODUCT = "kling-widget"
"""Who wrote the story."""

MOST_PARENTS = 20
"""How many ancestors of a take a story names."""

PROMPT, NOTE, TAG, TAGS = 1000, 4000, 100, 100
"""What a story holds at most: characters of an ancestor's prompt, of a note, of a tag (and any other name); tags."""

_SHA256 = re.compile(r"[0-9a-f]{64}")
_FARTHEST = 1 << 47  # a moment or a sum beyond it is none that was ever written

_T = TypeVar("_T")


@dataclass(frozen=True)
class Ancestor:
    """A take that another one was made from.

    Attributes
    ----------
    id
        Its name in the library that made it.
    prompt
        The beginning of its words.
    changed
        The inputs that the take made from it has otherwise.
    """

    id: str
    prompt: str
    changed: tuple[str, ...]


@dataclass(frozen=True)
class ForeignStory:
    """What the story in a clip from elsewhere says. Types and bounds are checked; whether it is true nobody knows.

    Attributes
    ----------
    id
        The take's name in the library that made it.
    version
        Of the package that wrote it.
    model, inputs
        What was asked for; ``request`` checks it.
    service
        ``"practice"``, or the origin of the live service.
    confirmed_at, finished_at
        In milliseconds since the epoch, UTC.
    cost
        What it cost whoever made it, in micro-dollars; play money in practice.
    sha256, bytes
        Of the file as the service gave it.
    lineage
        The takes that it came from, its parent first.
    simulated
        Whether a server that the writer's settings named said that it is practice; the vendor's never is.
    """

    id: str
    version: str
    model: str
    inputs: Mapping[str, Any] = field(hash=False)
    service: str
    confirmed_at: int
    finished_at: int | None
    cost: Micros
    rating: int | None
    tags: tuple[str, ...]
    note: str
    sha256: str
    bytes: int
    lineage: tuple[Ancestor, ...]
    simulated: bool = False

    @property
    def practice(self) -> bool:
        """Whether it was made on a practice server."""
        return self.service == PRACTICE or self.simulated

    def request(self, catalog: Catalog | None = None) -> VideoRequest:
        """The request. Raises ``RequestError`` where the catalogue's model would not take it."""
        try:
            return VideoRequest(model=self.model, catalog=catalog, **self.inputs)
        except TypeError as error:  # an input that the model has not, or none that could be one
            raise RequestError([Problem("inputs", str(error))]) from error


def read_story(found: Mapping[str, Any]) -> ForeignStory:
    """Read a story. Raises ``LibraryError`` where it is none that this package writes."""
    take, original = _of(found, "take", dict), _of(found, "original", dict)
    inputs, service = _of(take, "inputs", dict), _of(take, "service", str)
    finished, rating = take.get("finished_at"), take.get("rating")
    sha256 = _of(original, "sha256", str)
    if not _SHA256.fullmatch(sha256):
        raise _unread("original")
    if service != PRACTICE and not _origin(service):
        raise _unread("service")
    if rating is not None and (type(rating) is not int or not 1 <= rating <= 5):
        raise _unread("rating")
    return ForeignStory(
        id=cut(_of(take, "id", str), TAG),
        version=cut(_of(found, "version", str), TAG),
        model=_of(take, "model", str),
        inputs=public(inputs),  # a path in it would be a file of this machine, which a stranger asked for
        service=service,
        confirmed_at=_number(take, "confirmed_at"),
        finished_at=None if finished is None else _number(take, "finished_at"),
        cost=Micros(_number(take, "cost")),
        rating=rating,
        tags=tuple(cut(tag, TAG) for tag in _of(take, "tags", list)[:TAGS] if isinstance(tag, str) and tag),
        note=cut(_of(take, "note", str), NOTE),
        sha256=sha256,
        bytes=_number(original, "bytes"),
        simulated=take.get("practice") is True and service != PRACTICE and not is_vendor(service),
        lineage=tuple(map(_ancestor, _of(found, "lineage", list)[:MOST_PARENTS])),
    )


def _origin(text: str) -> bool:
    """Whether a text is the origin of a service: ``https``, or this machine; no name, path or question behind it."""
    return len(text) <= 200 and urls.origin(text) == text and urls.may_see_key(text)


def _ancestor(found: Any) -> Ancestor:
    if not isinstance(found, dict):
        raise _unread("lineage")
    changed = tuple(cut(name, TAG) for name in _of(found, "changed", list)[:TAGS] if isinstance(name, str))
    return Ancestor(cut(_of(found, "id", str), TAG), cut(_of(found, "prompt", str), PROMPT), changed)


def _of(found: Mapping[str, Any], name: str, kind: type[_T]) -> _T:
    value = found.get(name)
    if not isinstance(value, kind):
        raise _unread(name)
    return value


def _number(found: Mapping[str, Any], name: str) -> int:
    value = found.get(name)
    if type(value) is not int or not 0 <= value < _FARTHEST:
        raise _unread(name)
    return value


def _unread(name: str) -> LibraryError:
    return LibraryError(f"The clip's story is not one that {PRODUCT} writes (its {name!r}). Nothing was taken over.")


def cut(text: str, most: int) -> str:
    """A text, or its beginning where it is longer than so many characters."""
    return text if len(text) <= most else text[: most - 1] + "…"


def public(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Inputs without files of this machine: pictures and videos by their addresses only, and none with a password."""
    public: dict[str, Any] = {}
    for name, value in inputs.items():
        if input_kind(name) is None:
            public[name] = value
        elif isinstance(value, list):
            public[name] = [one for one in value if urls.is_input(one)]
        elif urls.is_input(value):
            public[name] = value
    return public
