"""One process with many open takes, tended in one of several ways: ``python -m bench.crowd WAY ADDRESS COUNT SECONDS``.

Prints what it needed, as JSON, over so many seconds in which all takes are open.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from kling_widget.request.catalog import O3_PRO
from kling_widget.store.take_filter import TakeFilter

INPUTS: dict[str, Any] = {"prompt": "A fox; flag me", "duration": 3}
"""A prompt that moderation will refuse in the end: such a task draws no clip, which would be the server's load."""

PATIENCE_S = 480.0
"""After so many seconds without all takes being open it is an error."""

LOOP_STACK = 256 * 1024
"""Bytes of stack a looping thread gets; the usual 8 MB are only reserved, but count where memory is capped."""


@dataclass(frozen=True)
class Needed:
    """What a process needed.

    Attributes
    ----------
    cpu
        Seconds of CPU a second, all its threads together.
    threads
        Threads of Python at the end.
    memory
        Resident memory in MB (10^6 bytes): at the end on Linux, at its peak elsewhere.
    opening
        Seconds until all takes were open.
    """

    cpu: float
    threads: int
    memory: float
    opening: float


def _loops(interval: float) -> Callable[[str, int, ExitStack], None]:
    """One thread each: post, then look every ``interval`` seconds, as it is written in a notebook."""

    def begin(url: str, count: int, _stack: ExitStack) -> None:
        import requests

        head = {"Authorization": "Bearer bench"}
        opened = threading.Semaphore(0)

        def tend() -> None:
            answer = requests.post(f"{url}/api/v3/{O3_PRO}", json=INPUTS, headers=head, timeout=60)
            address = answer.json()["data"]["urls"]["get"]
            opened.release()
            while True:
                data = requests.get(address, headers=head, timeout=60).json()["data"]
                if data["status"] in ("completed", "failed"):
                    return
                time.sleep(interval)

        for _ in range(count):
            threading.Thread(target=tend, daemon=True).start()
        for _ in range(count):
            if not opened.acquire(timeout=PATIENCE_S):
                raise TimeoutError("the takes were not all opened")

    return begin


def _ours(fixed: float | None) -> Callable[[str, int, ExitStack], None]:
    """The engine, with its own schedule as on the live service, or looking every ``fixed`` seconds."""

    def begin(url: str, count: int, stack: ExitStack) -> None:
        from kling_widget.engine.worker import Engine
        from kling_widget.request.video_request import VideoRequest
        from kling_widget.store import Store

        from .schedules import FixedSchedule, LiveSchedule

        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        store = Store.in_folder(folder)
        engine = Engine(store, folder, schedule=LiveSchedule() if fixed is None else FixedSchedule(fixed))
        stack.callback(store.close)
        stack.callback(engine.close)
        for _ in range(count):
            engine.confirm(VideoRequest(**INPUTS), service=url)
        end = time.monotonic() + PATIENCE_S
        while len(store.page(TakeFilter(states=("accepted", "created", "processing")), limit=None)) < count:
            if time.monotonic() > end:
                raise TimeoutError("the takes were not all opened")
            time.sleep(1)

    return begin


WAYS = {"engine": _ours(None), "engine-5": _ours(5.0), "loops-1": _loops(1.0), "loops-5": _loops(5.0)}


def measure(way: str, url: str, count: int, seconds: float) -> Needed:
    """Open so many takes, then measure for so many seconds."""
    threading.stack_size(LOOP_STACK)
    with ExitStack() as stack:
        began = time.monotonic()
        WAYS[way](url, count, stack)
        opening, before = time.monotonic() - began, _cpu()
        time.sleep(seconds)
        return Needed((_cpu() - before) / seconds, threading.active_count(), _memory(), opening)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _memory() -> float:
    statm = Path("/proc/self/statm")
    if statm.exists():  # Linux hands a parent's peak down to its children, so that the peak says nothing there
        return int(statm.read_text().split()[1]) * resource.getpagesize() / 1e6
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6


if __name__ == "__main__":
    print(json.dumps(asdict(measure(sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4])))), flush=True)
