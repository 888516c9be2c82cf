"""What a clip tells of its take, wherever it goes: the request, where it comes from, what a person thought of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone
from importlib import metadata
from pathlib import Path
from typing import Any

from ..errors import LibraryError
from ..media.mp4 import story as carried
from ..store import Record
from .foreign_story import (
    MOST_PARENTS,
    NOTE,
    PRODUCT,
    PROMPT,
    TAG,
    TAGS,
    Ancestor,
    ForeignStory,
    cut,
    public,
    read_story,
)
from .records import Records

SIMULATED = "Not a real generation: simulated."
"""What stands wherever a practice clip is shown."""

_TITLE = 120  # characters


def story(library: Records, record: Record) -> dict[str, Any]:
    """What a take's clip is given to tell: JSON values, no key, no path of this machine.

    A take that was adopted passes on what its clip said.
    """
    earlier = adopted_story(library, record)
    made = record.confirmed_at if earlier is None else earlier.confirmed_at
    words, version = record.words.strip(), _version()
    return {
        "product": PRODUCT,
        "version": version,
        carried.SHOWN: {
            "title": cut(" ".join(words.split()), _TITLE),
            "comment": f"{SIMULATED} {words}" if record.practice else words,
            "tool": f"{PRODUCT} {version}, {record.model}",
            "date": datetime.fromtimestamp(made / 1000, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        },
        "take": {
            "id": record.id if earlier is None else earlier.id,
            "model": record.model,
            "inputs": public(record.inputs),
            "seconds": record.seconds,
            "service": record.service,
            "practice": record.practice,
            "confirmed_at": made,
            "finished_at": record.finished_at if earlier is None else earlier.finished_at,
            "cost": record.cost if earlier is None else earlier.cost,
            "rating": record.rating,
            "tags": [cut(tag, TAG) for tag in record.tags[:TAGS]],
            "note": cut(record.note, NOTE),
        },
        "original": {
            "sha256": record.sha256 if earlier is None else earlier.sha256,
            "bytes": record.bytes if earlier is None else earlier.bytes,
        },
        "lineage": [
            {"id": one.id, "prompt": one.prompt, "changed": list(one.changed)} for one in _lineage(library, record)
        ],
    }


def adopted_story(library: Records, record: Record) -> ForeignStory | None:
    """Return the story that an adopted take's clip came with; None for a take that was made here."""
    path = library.path(record)
    if record.prediction is not None or path is None:
        return None
    try:
        found = carried.read(path)
        return None if found is None else read_story(found)
    except (LibraryError, OSError):
        return None


def write_to(library: Records, record: Record, target: Path) -> Path:
    """Write a take's clip with its story. The library's own file stays as it came.

    Raises
    ------
    LibraryError
        If the take's clip is not here, or its story can't be written.
    BadFile, OSError
        If the clip is damaged, or can't be read or written.
    """
    source = library.path(record)
    if source is None or not source.is_file():
        raise LibraryError(f"The clip of take {record.id} is not here ({record.state}). Nothing was written.")
    carried.write(source, target, story(library, record))
    return target


def _lineage(library: Records, record: Record) -> tuple[Ancestor, ...]:
    """Return a take's ancestors, its parent first; beyond what this library holds, those that an adopted clip names."""
    ancestors = list[Ancestor]()
    for child, parent in _parents(library, record):
        earlier = adopted_story(library, parent)
        before, after = ({**one.inputs, "model": one.model} for one in (parent, child))
        changed = sorted(name for name in {*before, *after} if before.get(name) != after.get(name))
        name = parent.id if earlier is None else earlier.id
        ancestors.append(Ancestor(name, cut(parent.words, PROMPT), tuple(changed)))
        record = parent
    earlier = adopted_story(library, record)
    return (*ancestors, *(earlier.lineage if earlier else ()))[:MOST_PARENTS]


def _parents(library: Records, record: Record) -> Iterator[tuple[Record, Record]]:
    seen = {record.id}
    while record.parent and record.parent not in seen and len(seen) <= MOST_PARENTS:
        try:
            parent = library.record(record.parent)
        except LibraryError:  # it lies in another library
            return
        yield record, parent
        record = parent
        seen.add(record.id)


def _version() -> str:
    """The package's version, as it was installed: the floor that says it stands above this one."""
    try:
        return metadata.version(PRODUCT)
    except metadata.PackageNotFoundError:  # run from its folder, never installed
        return ""
