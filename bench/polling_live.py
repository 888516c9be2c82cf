"""The same takes, at the same time, by the engine and by the official client, against a real server."""

from __future__ import annotations

import math
import random
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from wavespeed import Client as Official

from kling_widget.engine.forecast import Observed
from kling_widget.engine.worker import Engine
from kling_widget.request.catalog import O3_PRO
from kling_widget.request.video_request import VideoRequest
from kling_widget.settings import ORIGIN
from kling_widget.store import Store

from . import stage
from .schedules import LiveSchedule

SPEED = 5.0
"""How many times as fast as on the live service everything goes."""

TAKES = 12
"""How many takes each way of waiting has, all at once."""

PATIENCE_S = 180.0
"""After so many seconds it is an error."""

_INPUTS: dict[str, Any] = {"prompt": "A red fox in snow", "duration": 3}


def side_by_side() -> dict[str, list[tuple[int, float]]]:
    """Looks, and delay in seconds of slow motion, of each take by each way of waiting."""
    rng = random.Random(120)
    known = [Observed(ORIGIN, O3_PRO, 3, False, 120 * math.exp(rng.gauss(0, 0.25))) for _ in range(20)]
    with stage.practice(120 / SPEED) as server, stage.environment(stage.bare(**stage.account(server.url))):
        url = server.url
        ways: dict[str, dict[str, float]] = {"ours": {}}
        polls = {"the official client": 1.0, "the official client, poll_interval=5": 5.0}
        threads = []
        for name, interval in polls.items():
            noticed = ways[name] = {}
            threads += [
                threading.Thread(target=_officially, args=(url, interval / SPEED, noticed), daemon=True)
                for _ in range(TAKES)
            ]
        ours = threading.Thread(target=_ourselves, args=(url, known, ways["ours"]), daemon=True)
        for thread in (ours, *threads):
            thread.start()
        end = time.monotonic() + PATIENCE_S
        for thread in (ours, *threads):
            thread.join(max(end - time.monotonic(), 0))
        if lost := [name for name, noticed in ways.items() if len(noticed) < TAKES]:
            raise RuntimeError(f"takes went lost: {', '.join(lost)}")
        ledger = stage.ledger(server)
    looks = ledger["looks"]
    done = {charge["task"]: charge["updated"] for charge in ledger["charges"]}  # a charge is paid when its task ends
    return {
        name: [(looks[task], (at - done[task]) * SPEED) for task, at in noticed.items()]
        for name, noticed in ways.items()
    }


def _task(address: str) -> str:
    return address.split("/predictions/")[1].split("/")[0]


def _officially(url: str, interval: float, noticed: dict[str, float]) -> None:
    outputs = Official(api_key="bench", base_url=url).run(O3_PRO, _INPUTS, poll_interval=interval)["outputs"]
    noticed[_task(outputs[0])] = time.time()


def _ourselves(url: str, known: Sequence[Observed], noticed: dict[str, float]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = Store.in_folder(Path(folder))
        engine = Engine(store, Path(folder), schedule=LiveSchedule(SPEED, known))
        try:
            ids = {engine.confirm(VideoRequest(**_INPUTS), service=url).id for _ in range(TAKES)}
            while not all(store.get(take).final for take in ids):
                time.sleep(0.2)
            for record in map(store.get, ids):
                assert record.prediction is not None
                assert record.finished_at is not None
                noticed[record.prediction] = record.finished_at / 1000
        finally:
            engine.close()
            store.close()
