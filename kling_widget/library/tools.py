"""The service's tools, in code: a prompt enhanced, an element made. A run costs a little, and is kept as takes are."""

from __future__ import annotations

import contextlib
import json
import os
import threading
from collections.abc import Sequence

from ..errors import LibraryError, Problem, RequestError
from ..request import elements
from ..request.video_request import VideoRequest
from ..service.service import choose, ready
from ..store import Record, TakeId
from .library import Library
from .take import Take

ELEMENTS, ENHANCER = "kwaivgi/kling-elements", "wavespeed-ai/prompt-optimizer"
"""The tools' names on the service."""

KEPT = "kept"
"""The note of a run whose element is in the library, or was."""

SEEN = "taken"
"""The note of a run whose words a person has seen and settled."""

STYLES = ("default", "artistic", "photographic", "technical", "anime", "realistic")
"""What the prompt enhancer can be told to aim for."""


def enhance(
    prompt: str,
    *,
    style: str = "default",
    library: Library | str | os.PathLike[str] | None = None,
    practice: bool | None = None,
    timeout: float | None = None,
) -> str:
    """Have the service's prompt enhancer write a prompt anew. Waits for it; about $0.001 on a live service.

    Parameters
    ----------
    prompt
        The words.
    style
        One of ``STYLES``.
    library, practice
        As ``generate`` takes them.
    timeout
        Seconds to wait at most; None for as long as it takes.

    Raises
    ------
    RequestError
        If the service would not take it. Nothing was sent.
    SettingsError, LibraryError
        As ``generate`` raises them. Nothing was sent.
    TakeFailed, TakeTimeout
        As ``Take.wait`` raises them.
    """
    service = ready(choose(practice))
    home = library if isinstance(library, Library) else Library(library)
    record = home._gateway.engine.confirm(enhancing(home, prompt, style), service=service.name)
    words = words_of(Take(record.id, home).wait(timeout).record)
    home._gateway.annotate(record.id, note=SEEN)
    return words


def make_element(
    name: str,
    description: str,
    pictures: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
    *,
    library: Library | str | os.PathLike[str] | None = None,
    practice: bool | None = None,
    timeout: float | None = None,
) -> str:
    """Make an element from pictures; it is kept in the library. Waits for it; about $0.01 on a live service.

    Parameters
    ----------
    name
        What prompts call it, at most 20 characters.
    description
        What it is, at most 100 characters.
    pictures
        Its pictures, the main one first, at most four: addresses, or files, which are uploaded first.
    library, practice
        As ``generate`` takes them.
    timeout
        Seconds to wait at most; None for as long as it takes.

    Returns
    -------
    str
        Its id: ``element_list=[Element(id)]``.

    Raises
    ------
    RequestError
        If its name, description or pictures can't be taken, or the service made it and gave no id.
    SettingsError, LibraryError, MediumRefused, KlingError
        As ``generate`` raises them. Nothing was sent.
    TakeFailed, TakeTimeout
        As ``Take.wait`` raises them.
    """
    service = ready(choose(practice))
    home = library if isinstance(library, Library) else Library(library)
    conclude_elements(home, service.name)
    begun = home.elements.by_name(name, service.name)
    if begun and begun.take and not begun.element_id and home._gateway.record(begun.take).final:
        home.elements.remove(name, service.name)  # it failed: made anew
        begun = None
    if begun and begun.element_id:
        return begun.element_id
    if begun is None:
        given = [pictures] if isinstance(pictures, (str, os.PathLike)) else list(pictures)
        addresses = home._gateway.uploader.prepare(service.name, {"images": given})["images"]
        take = begin_element(home, service.name, making(home, name, description, addresses)).id
    else:
        take = TakeId(begun.take)
    Take(take, home).wait(timeout)
    conclude_elements(home, service.name)
    # By its run: another kernel may have been quicker with the name.
    found = next((member for member in home.elements.all(service.name) if member.take == take), None)
    if found is None or not found.element_id:
        raise RequestError([Problem("element_list", no_id(home._gateway.record(take)))])
    return found.element_id


def begin_element(library: Library, service: str, request: VideoRequest, picture: str = "") -> Record:
    """Confirm the making of an element: it costs money from here on. The library has it, without an id as yet.

    ``picture`` is the path of a picture of it, from the library's folder. Raises ``LibraryError`` where the
    library knows one of that name, or where a cap would be passed; nothing was sent then.
    """
    name, description = str(request.inputs["name"]), str(request.inputs["description"])
    with _making:
        if there := library.elements.by_name(name, service):
            raise LibraryError(
                f"This library knows an element {there.name!r} already. Nothing was sent. Choose another."
            )
        record = library._gateway.engine.confirm(request, service=service)
        with contextlib.suppress(LibraryError):  # another kernel was quicker with the name: it gets its own later
            library.elements.add(name, service=service, note=description, picture=picture, take=record.id)
    return record


_making = threading.Lock()  # two clicks at once are two threads' on some hosts


def conclude_elements(library: Library, service: str) -> None:
    """Give elements whose making has ended their ids, whoever began it and when. One that failed stays without."""
    for run in library._gateway.runs(ELEMENTS, service):
        if run.note or run.state != "completed" or (found := elements.id_of(run.outputs)) is None:
            continue
        with contextlib.suppress(LibraryError):  # it is known by this id already
            # A process that died between the two writes of `begin_element` left a run for which nobody waits.
            if library.elements.made(run.id, found) is None:
                note = str(run.inputs.get("description", ""))
                library.elements.add(_free(library, run), found, service=service, note=note, take=run.id)
        library._gateway.annotate(run.id, note=KEPT)


def _free(library: Library, run: Record) -> str:
    """A run's name, or one like it where another element has it."""
    name = str(run.inputs.get("name"))
    tries = (name, *(f"{name[: elements.NAME_LENGTH - 3]} {n}" for n in range(2, 100)))
    return next(one for one in tries if not library.elements.by_name(one, run.service))


def no_id(record: Record) -> str:
    """Why an element has no id, in words; empty while it may still get one."""
    if record.state == "completed":
        return f"The service made it and gave no id, only {record.outputs[:200]}. Ask the service for a refund."
    return record.trouble if record.final else ""


def enhancing(library: Library, prompt: str, style: str = "default") -> VideoRequest:
    """The request to the prompt enhancer."""
    return VideoRequest(model=ENHANCER, catalog=library.catalog, text=prompt, style=style, mode="video")


def making(library: Library, name: str, description: str, pictures: Sequence[str]) -> VideoRequest:
    """The request to Kling Elements."""
    request_inputs = elements.as_inputs(name, description, pictures)
    return VideoRequest(model=ELEMENTS, catalog=library.catalog, **request_inputs)


def words_of(record: Record) -> str:
    """The words that the prompt enhancer gave; empty where it gave none."""
    addresses = json.loads(record.outputs or "[]")
    first = addresses[0] if addresses else ""
    if isinstance(first, dict):  # nobody documents its shape
        first = next((first[key] for key in ("text", "prompt", "output") if isinstance(first.get(key), str)), "")
    return first.strip() if isinstance(first, str) else ""
