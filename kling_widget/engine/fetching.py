"""Looking how a take stands at the service, and bringing its clip home."""

from __future__ import annotations

import json
from pathlib import Path
from typing import cast

from .. import paths
from ..errors import DownloadError, NotFound
from ..filenames import ascii_slug
from ..media.extraction import stills
from ..request.states import State
from ..service.answers import Prediction
from ..service.download import fetch
from ..service.refusals import task_failure
from ..service.refused_files import RefusedFile, Tries
from ..store import Lease, Record
from ..store.record import KEPT_MS, PRACTICE, now_ms
from .step_context import StepContext, StepMemory, back_off

GONE_AFTER_S, NO_CLIP_AFTER_S = 3600.0, 120.0
"""Seconds for which the service must go on saying that it does not know a task, or has no clip, to be believed.

As long as the first, where it gives something that holds no address of a clip that can be read.
"""

UNLISTED = "The service says at the moment that it does not know this take. It is asked again; nothing is given up."
NOT_THIS_KEY = (
    "The service does not know this take with the key found now, and this library does not say which key made it. "
    "It is asked again for seven days; with the key that made it, it goes on."
)
GONE = "The service no longer knows this take (it keeps them for seven days), so its clip can't be fetched any more."
_RUNNING = ("created", "processing", "pending", "queued", "starting", "running")
UNKNOWN_STATUS = "The service says that it is “{}”, which is no status that is known. It is asked again."
NO_CLIP = (
    "The service says that it is done, and gave no clip that can be fetched. take.fetch_again() asks again; it keeps "
    "clips for seven days. If it stays so, ask the service for a refund."
)
NO_ADDRESS = "The service says that it is done, and where its clip is can't be read. It is asked again."
NO_WORDS = "The service says that it is done, and gave nothing. Ask the service for a refund."

_PICTURES: tuple[paths.Place, ...] = ("posters", "strips")


def poll(context: StepContext, record: Record, lease: Lease, memory: StepMemory) -> float | None:
    """Ask the service how a take stands, and do what follows."""
    assert record.prediction is not None
    if record.state == "downloading" and memory.address:
        return _download(context, record, lease, memory)
    if not record.local and not memory.booked and (wait := context.limiter.book(record.service)) > 0:
        memory.booked = memory.waited = True
        return wait
    memory.booked = False
    client = context.client(record)
    try:
        found = client.result(record.prediction, record.address)
    except NotFound:
        return _missing(context, record, lease, memory)
    if record.account is None and client.account is not None:  # of an earlier version: whoever finds it made it
        record = context.store.change(lease, account=client.account)
    if found.status == "completed":
        return _made(context, record, lease, memory, found)
    memory.missing_since = None
    if found.final:
        return _ended(context, lease, found)
    state: State = "created" if found.status == "created" else "processing"
    changes: dict[str, object] = {}
    if record.state != state and not (record.state == "processing" and state == "created"):
        changes["state"] = state
    words = "" if found.status in _RUNNING else UNKNOWN_STATUS.format(found.word)
    if record.trouble != words:
        changes["trouble"] = words
    if state == "processing" and record.rendering_at is None:
        changes["rendering_at"] = now_ms()
    if changes:
        record = context.store.change(lease, **changes)
    return context.schedule.next_poll(record, now_ms())


def _missing(context: StepContext, record: Record, lease: Lease, memory: StepMemory) -> float | None:
    """The service says that it does not know the task. Gateways say so too, for a moment, of tasks that live."""
    old = record.accepted_at is not None and now_ms() - record.accepted_at > KEPT_MS
    # Where nobody knows which key made it, only its age proves that the service no longer keeps it.
    foreign = record.account is None and record.service != PRACTICE
    if old or (memory.missing_for() > GONE_AFTER_S and not foreign):
        context.store.change(lease, state="expired", trouble=GONE, finished_at=now_ms())
        return 0.0
    words = NOT_THIS_KEY if foreign else UNLISTED
    if record.trouble != words:
        context.store.change(lease, trouble=words)
    return max(context.schedule.next_poll(record, now_ms()), back_off(3))


def _made(context: StepContext, record: Record, lease: Lease, memory: StepMemory, found: Prediction) -> float | None:
    tool = record.kind == "tool"
    if not (found.outputs if tool else found.urls):
        unread = bool(found.outputs) and not tool
        if memory.missing_for() < (GONE_AFTER_S if unread else NO_CLIP_AFTER_S):
            if unread and record.trouble != NO_ADDRESS:
                context.store.change(lease, trouble=NO_ADDRESS)
            return max(context.schedule.next_poll(record, now_ms()), back_off(3))
        # A clip that the service calls done is paid for: it can be fetched again for as long as it is kept.
        ending: dict[str, object] = {"state": "failed", "trouble": NO_WORDS}
        if not tool:
            ending = {"state": "unverified", "trouble": NO_CLIP}
        context.store.change(lease, **ending, finished_at=now_ms())
        return 0.0
    memory.missing_since = None
    if tool:
        urls_json, now = json.dumps(found.outputs), now_ms()
        context.store.change(lease, state="completed", outputs=urls_json, finished_at=now, saved_at=now, trouble="")
        return 0.0
    memory.address = found.urls[0]
    urls_json = json.dumps(list(found.urls))  # where a page finds the clip should its file go missing
    if record.state != "downloading":
        changes = {"finished_at": now_ms(), "inference_ms": found.inference_ms, "outputs": urls_json, "trouble": ""}
        record = context.store.change(lease, state="downloading", **changes)
    elif record.outputs != urls_json:
        record = context.store.change(lease, outputs=urls_json)
    return _download(context, record, lease, memory)


def _ended(context: StepContext, lease: Lease, found: Prediction) -> float | None:
    words = task_failure(found)
    state = cast(State, found.status)  # `final` says that it is one of the service's own final words
    took = found.inference_ms
    context.store.change(lease, state=state, trouble=words, finished_at=now_ms(), inference_ms=took)
    return 0.0


def _download(context: StepContext, record: Record, lease: Lease, memory: StepMemory) -> float | None:
    assert memory.address is not None
    named = "-".join(filter(None, (record.id, ascii_slug(record.words))))
    clip_path = paths.new(context.folder, "takes", f"{named}.mp4")
    poster_path, strip_path = (paths.new(context.folder, place, f"{record.id}.jpg") for place in _PICTURES)

    def on_progress(done: int, total: int | None) -> None:
        memory.fetched = done / total if total else 0.0

    def on_refused(found: RefusedFile) -> Path | None:
        tries = memory.tries
        tries.add(found)
        if tries.over and found.whole:
            tries.kept = paths.new(context.folder, "kept", f"{record.id}{found.suffix}")
        return tries.kept

    try:
        clip = fetch(
            memory.address,
            clip_path,
            own_origin=context.client(record).origin,
            attempt=lease.token,
            on_progress=on_progress,
            require_lease=lambda: context.store.leases.require(lease),
            on_refused=on_refused,
        )
    except DownloadError:
        memory.address = None  # the service is asked again, and may give a better one
        if not memory.tries.over:
            raise
        tries, memory.tries = memory.tries, Tries()
        return _give_up(context, lease, tries)
    drawn = stills(clip_path, poster_path, strip_path)
    context.store.change(
        lease,
        state="completed",
        file=paths.named(context.folder, clip_path),
        poster=paths.named(context.folder, poster_path) if drawn else None,
        bytes=clip.bytes,
        sha256=clip.sha256,
        width=clip.mp4.width,
        height=clip.mp4.height,
        saved_at=now_ms(),
        trouble="",
        kept=None,
    )
    if aside := paths.existing(context.folder, record.kept, "kept"):  # of an earlier try, and of no use now
        aside.unlink()
    return 0.0


def _give_up(context: StepContext, lease: Lease, tries: Tries) -> float | None:
    """Fetch no more: what came is no clip, however often it comes. A person decides what becomes of it."""
    assert tries.last is not None
    name = paths.named(context.folder, tries.kept) if tries.kept else None
    context.store.change(
        lease,
        state="unverified",
        trouble=tries.words(name),
        kept=name,
        bytes=tries.last.size,
        sha256=tries.last.sha256,
    )
    return 0.0
