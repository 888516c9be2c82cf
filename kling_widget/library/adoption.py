"""A clip that carries its story is brought into a library, wherever it was made."""

from __future__ import annotations

import os
from pathlib import Path

from .. import paths, permissions
from ..errors import BadFile, LibraryError, RequestError
from ..filenames import as_path
from ..media.extraction import stills
from ..media.mp4 import story as carried
from ..media.mp4 import validation
from ..request.money import ZERO
from ..request.video_request import VideoRequest
from ..store import Record, TakeId
from ..store.record import fresh_id, now_ms
from .file_copies import copied, sha256
from .foreign_story import ForeignStory, read_story
from .records import Records
from .shared import SharedLibrary
from .story import adopted_story

NO_STORY = (
    "it carries no story. A clip that take.save_as(...) saved has one; tools that cut or convert clips throw it away"
)

_PICTURES: tuple[paths.Place, ...] = ("posters", "strips")


def adopt(library: Records, shared: SharedLibrary, path: str | os.PathLike[str]) -> Record:
    """Bring a clip in; see ``Library.adopt``."""
    source = as_path(path)
    try:
        if not source.is_file():
            raise LibraryError("it is a folder." if source.is_dir() else "there is no such file.")
        validation.check(source)  # what was cut off has lost its story: the error says what is wrong with it
        story = carried.read(source)
        if story is None:
            raise LibraryError(f"{NO_STORY}.")
        foreign = read_story(story)
        request = foreign.request(library.catalog)
        if request.kind != "clip":
            raise LibraryError(f"its story says that {request.model} made it, which makes no clips.")
        found = _held(library, shared, {sha256(source), foreign.sha256}, foreign.id)
        if found is None:
            found = _bring(library, shared, source, foreign, request)
        elif found.binned_at is not None:  # whoever brings it in wants it
            [found] = library.restore(found.id)
    except (LibraryError, RequestError, BadFile, OSError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise LibraryError(f"{str(source)!r} can't be brought in: {reason} The library is as it was.") from error
    shared.adopted(found)
    return found


def _held(library: Records, shared: SharedLibrary, hashes: set[str], name: str) -> Record | None:
    """The take that has this clip already, where its file is here; of several, the one of this name, and not binned."""
    came = [one for one in shared.store.adopted() if (tale := adopted_story(library, one)) and tale.sha256 in hashes]
    holders = sorted(
        [*shared.store.holding(hashes), *came], key=lambda record: (record.id != name, record.binned_at is not None)
    )
    return next((record for record in holders if (path := library.path(record)) and path.is_file()), None)


def _bring(
    library: Records, shared: SharedLibrary, source: Path, foreign: ForeignStory, request: VideoRequest
) -> Record:
    at = now_ms()
    name = fresh_id(at)
    clip = paths.new(library.folder, "takes", f"{name}.mp4")
    poster, strip = (paths.new(library.folder, place, f"{name}.jpg") for place in _PICTURES)
    try:
        with copied(source, clip) as (copy, digest):
            permissions.follow(copy)
            header = validation.check(copy)
            if read_story(carried.read(copy) or {}) != foreign:
                raise LibraryError("it changed while it was copied.")
            size = copy.stat().st_size
        drawn = stills(clip, poster, strip)
        # No prediction: nothing at any account is this take's. No moment of accepting or finishing: it teaches nothing
        # of how long takes need, and is never looked for where its file goes missing.
        return shared.store.adopt(
            Record(
                id=name,
                service=foreign.service,
                simulated=foreign.simulated or None,
                model=request.model,
                inputs=request.inputs,
                words=request.words,
                seconds=request.seconds,
                state="completed",
                confirmed_at=at,
                estimate=ZERO,
                charge=ZERO,
                settled=True,
                file=paths.named(library.folder, clip),
                bytes=size,
                sha256=digest,
                poster=paths.named(library.folder, poster) if drawn else None,
                width=header.width,
                height=header.height,
                rating=foreign.rating,
                tags=foreign.tags,
                note=foreign.note,
                parent=_parent(library, foreign),
            )
        )
    except BaseException:  # an interrupt too: what no row names stays with nobody
        for file in (clip, poster, strip):
            file.unlink(missing_ok=True)
        raise


def _parent(library: Records, foreign: ForeignStory) -> TakeId | None:
    """The take that it was made from, where this library holds it."""
    if not foreign.lineage:
        return None
    try:
        return library.record(foreign.lineage[0].id).id
    except LibraryError:
        return None
