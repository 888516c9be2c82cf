"""The service's tools, in code: a prompt enhanced, an element made. A run costs a little, and is kept as takes are."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Sequence

from .. import elements
from ..engine.service import choose
from ..errors import LibraryError, Problem, RequestError
from ..request import VideoRequest
from ..store import Record
from .library import Library
from .take import Take

ELEMENTS, ENHANCER = "kwaivgi/kling-elements", "wavespeed-ai/prompt-optimizer"
"""The tools' names on the service."""

KEPT = "kept"
"""The note of a run whose element is in the cast, or was."""

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
    TakeFailed, TakeTimeout
        As ``Take.wait`` raises them.
    """
    service = choose(practice)
    home = library if isinstance(library, Library) else Library(library)
    record = home.engine.confirm(enhancing(prompt, style), service=service.name)
    return words_of(Take(record.id, home).wait(timeout).record)


def make_element(
    name: str,
    description: str,
    pictures: Sequence[str],
    *,
    library: Library | str | os.PathLike[str] | None = None,
    practice: bool | None = None,
    timeout: float | None = None,
) -> str:
    """Make an element from pictures; it is kept in the library's cast. Waits for it; about $0.01 on a live service.

    Parameters
    ----------
    name
        What prompts call it, at most 20 characters.
    description
        What it is, at most 100 characters.
    pictures
        Addresses of its pictures, the main one first, at most four.
    library, practice
        As ``generate`` takes them.
    timeout
        Seconds to wait at most; None for as long as it takes.

    Returns
    -------
    str
        Its id, for ``element_list``.
    """
    service = choose(practice)
    home = library if isinstance(library, Library) else Library(library)
    record = begin_element(home, service.name, name, description, pictures)
    Take(record.id, home).wait(timeout)
    conclude_elements(home, service.name)
    found = home.cast.by_name(name)
    if found is None or not found.element_id:
        raise RequestError([Problem("element_list", no_id(home.record(record.id)))])
    return found.element_id


def begin_element(
    library: Library, service: str, name: str, description: str, pictures: Sequence[str], picture: str = ""
) -> Record:
    """Confirm the making of an element: it costs money from here on. It is in the cast, without an id as yet.

    ``picture`` is the path of a picture for the cast, from the library's folder. Raises as ``make_element`` does.
    """
    request = VideoRequest(model=ELEMENTS, **elements.as_inputs(name, description, pictures))
    if known := library.cast.by_name(name):
        raise LibraryError(
            f"This library knows an element {known.name!r} already. Nothing was sent. Choose another name."
        )
    record = library.engine.confirm(request, service=service)
    library.cast.add(name, service=service, note=description, picture=picture, take=record.id)
    return record


def conclude_elements(library: Library, service: str) -> None:
    """Give elements whose making has ended their ids, whoever began it and when. One that failed stays without."""
    for run in library.runs(ELEMENTS, service):
        if run.note or run.state != "completed" or (found := elements.id_of(run.outputs)) is None:
            continue
        name = str(run.inputs.get("name"))
        with contextlib.suppress(LibraryError):  # it is known by its id, or another has its name
            # A process that died between the two writes of `begin_element` left a run for which nobody waits.
            if library.cast.made(run.id, found) is None and not library.cast.by_name(name):
                note = str(run.inputs.get("description", ""))
                library.cast.add(name, found, service=service, note=note, take=run.id)
        library.annotate(run.id, note=KEPT)


def no_id(record: Record) -> str:
    """Why an element has no id, in words; empty while it may still get one."""
    if record.state == "completed":
        return f"The service made it and gave no id, only {record.outputs[:200]}. Ask the service for a refund."
    return record.trouble if record.final else ""


def enhancing(prompt: str, style: str = "default") -> VideoRequest:
    """The request to the prompt enhancer."""
    return VideoRequest(model=ENHANCER, text=prompt, style=style, mode="video")


def words_of(record: Record) -> str:
    """The words that the prompt enhancer gave; empty where it gave none."""
    said = json.loads(record.outputs or "[]")
    first = said[0] if said else ""
    if isinstance(first, dict):  # nobody documents its shape
        first = next((first[key] for key in ("text", "prompt", "output") if isinstance(first.get(key), str)), "")
    return first.strip() if isinstance(first, str) else ""
