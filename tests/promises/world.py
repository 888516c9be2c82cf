"""A service with a ledger, a library that uses it, and the judge who holds one against the other."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from kling_widget import Library, Take, VideoRequest
from kling_widget.practice import PracticeServer
from kling_widget.request.states import UNCERTAIN
from kling_widget.service import service
from kling_widget.settings import Key
from kling_widget.store import Record

from .tally import TALLY, Zeros

KEY = "wsk_live_canary_0123456789abcdef"
"""The key that is looked for everywhere it must not be."""


def a_service(folder: Path, **rules: Any) -> PracticeServer:
    """A service of our own, with small clips that are soon made."""
    return PracticeServer(ledger=folder, **{"median": 0.1, "scale": 0.1, "strict": True, "as_live": True, **rules})


def admit(origin: str) -> None:
    """Give this process the key for a service: as if a person had typed it, so that rows can run side by side."""
    service.typed_keys[origin] = Key(KEY)


def ask(library: Library, origin: str, prompt: str = "A fox", *, seconds: int = 3) -> Take:
    """Confirm a take."""
    request = VideoRequest(prompt, duration=seconds)
    return Take(library._gateway.engine.confirm(request, service=origin).id, library)


def settled(take: Take) -> bool:
    """Whether a take has ended and billing has said its word, or a person has to."""
    record = take.record
    return record.state == "needs_you" or (record.final and record.settled)


def owing(library: Library, server: PracticeServer, foreign: Iterable[str] = ()) -> int:
    """What the library says was spent, less what the server billed for the library's own prompts: nought by G10."""
    view, strange = server.view(), set(foreign)
    own = {task["id"] for task in view["tasks"] if task["inputs"].get("prompt", "") not in strange}
    billed = sum(c["amount"] for c in view["charges"] if c["task"] in own and c["state"] != "refunded")
    return int(library._gateway.sums().total) - int(billed)


def judge(
    server: PracticeServer,
    records: Iterable[Record],
    folder: Path,
    foreign: Iterable[str] = (),
    *,
    final: bool = True,
    count: bool = True,
) -> Zeros:
    """Hold a library's takes against the server's ledger, and count.

    Parameters
    ----------
    server
        The server, with its ledger.
    records, folder
        The library's takes, and where their files lie.
    foreign
        Prompts of tasks that are not the library's (made on a website, or by another library).
    final
        Whether all has come to rest: then a paid task must have its take.
    count
        Whether it is for the tally.
    """
    view, strange = server.view(), set(foreign)
    takes = list(records)
    zeros = Zeros(
        tuple(_twice(view, takes)),
        tuple(_lost(view, takes, strange, final)),
        tuple(_bad_files(server, takes, folder)),
    )
    if count:
        TALLY.add(zeros, takes=len(takes), tasks=len(view["tasks"]))
    return zeros


def _twice(view: dict[str, Any], takes: list[Record]) -> list[str]:
    """Submits that the server received beyond the one that each take may send. A 429 is a submit that it sent back."""
    may: dict[str, int] = {}
    for take in takes:
        body = hashlib.sha256(json.dumps(dict(take.inputs)).encode()).hexdigest()
        may[body] = may.get(body, 0) + 1
    received: dict[str, int] = {}
    for post in view["posts"]:
        if post["call"] == "submit" and post["status"] != 429:
            received[post["sha256"]] = received.get(post["sha256"], 0) + 1
    return [f"{body[:8]}: {count} of {may[body]}" for body, count in received.items() if count > may.get(body, count)]


def _lost(view: dict[str, Any], takes: list[Record], strange: set[str], final: bool) -> list[str]:
    """Tasks that the service made and charged for, and that no take has or asks a person about."""
    owned = {take.prediction for take in takes if take.prediction and take.state not in ("rejected", "not_created")}
    asked = {c["id"] for take in takes if take.candidates for c in json.loads(take.candidates)}
    doubtful = [take.words for take in takes if not final and take.state in UNCERTAIN | {"sending"}]
    lost = []
    for task in view["tasks"]:
        words = task["inputs"].get("prompt", "")
        if task["id"] in owned | asked or words in strange:
            continue
        if words in doubtful:
            doubtful.remove(words)
            continue
        lost.append(f"{task['id']} {words!r}: {[(take.state, take.trouble) for take in takes]}")
    return lost


def _bad_files(server: PracticeServer, takes: list[Record], folder: Path) -> list[str]:
    """Files at their final path that are not, byte for byte, the clip that the service made."""
    made = {p.stem: _clip(p) for p in server.service.clips.path("0" * 32).parent.glob("[0-9a-f]*.mp4")}
    bad = [p.name for p in (folder / "takes").glob("[!.]*") if _clip(p) not in made.values()]
    for take in takes:
        if take.state != "completed":
            continue
        path = folder / (take.file or "nothing")
        if not path.is_file():
            bad.append(f"{take.id} has no file")
        elif (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_size) != (take.sha256, take.bytes):
            bad.append(f"{path.name} is not what the library says")
        elif made.get(take.prediction or "") != _clip(path):
            bad.append(f"{path.name} is another clip")
    return bad


def _clip(path: Path) -> str:
    """The hash of a clip without zeros behind its last box: no player reads those, and a file with them is whole."""
    return hashlib.sha256(path.read_bytes().rstrip(b"\0")).hexdigest()
