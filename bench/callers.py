"""One call for a clip by one client: ``python -m bench.callers CLIENT ADDRESS`` prints what the caller is told.

Each is used as its own documentation shows, with the address of a server on this machine and one time-out for all;
what it does by itself, such as trying again, is left as it is.
"""

from __future__ import annotations

import importlib
import json
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from typing import Any
from unittest.mock import patch

TIMEOUT_S = 3.0
"""Seconds to wait for an answer, for all clients."""

WAIT_S = 100.0
"""Seconds until a client that goes on by itself in the background is asked how it stands."""

PROMPT = "A red fox in snow"
_MODEL = "kwaivgi/kling-video-o3-pro/text-to-video"


def ours(url: str) -> str:
    """``generate`` returns at once; what it is told is what the take says in the end."""
    from kling_widget import Library, generate
    from kling_widget.service import client

    with (
        tempfile.TemporaryDirectory() as folder,
        patch.object(client, "Client", partial(client.Client, read_s=TIMEOUT_S)),
    ):
        library = Library(folder)
        try:
            take = generate(PROMPT, duration=3, library=library)
            record, end = take.record, time.monotonic() + WAIT_S
            while record.prediction is None and not record.final and time.monotonic() < end:
                time.sleep(0.05)
                record = take.record
            if record.prediction is None:
                return f"{record.state}: {record.trouble}"
            found = "" if record.prediction in (record.answer or "") else ", found again by itself"
            return f"The task's id, {record.prediction}{found}"
        finally:
            library.close()


def wavespeed(url: str) -> str:
    """The service's official client."""
    config: Any = importlib.import_module("wavespeed.config")
    config.api.read_timeout_submit = TIMEOUT_S
    client = importlib.import_module("wavespeed").Client(api_key="bench", base_url=url)
    return f"The outputs, {client.run(_MODEL, {'prompt': PROMPT, 'duration': 3})['outputs']}"


def fal_client(url: str) -> str:
    """Fal's client: its queue."""
    client: Any = importlib.import_module("fal_client.client")
    client.QUEUE_URL_FORMAT = url + "/"  # its own setting names a host, and always speaks TLS to it
    handle = client.SyncClient(key="bench", default_timeout=TIMEOUT_S).submit(
        "fal-ai/kling-video/v2.1/master/text-to-video", {"prompt": PROMPT, "duration": "5"}
    )
    return f"The task's id, {handle.request_id}"


def replicate(url: str) -> str:
    """Replicate's client."""
    timeout = importlib.import_module("httpx").Timeout(TIMEOUT_S)
    client = importlib.import_module("replicate.client").Client(api_token="bench", base_url=url, timeout=timeout)
    made = client.models.predictions.create(model=("kwaivgi", "kling-v2.1"), input={"prompt": PROMPT})
    return f"The task's id, {made.id}"


def runwayml(url: str) -> str:
    """Runway's client."""
    client = importlib.import_module("runwayml").RunwayML(api_key="bench", base_url=url, timeout=TIMEOUT_S)
    made = client.text_to_video.create(model="veo3.1_fast", prompt_text=PROMPT, ratio="1280:720", duration=4)
    return f"The task's id, {made.id}"


CALLERS: dict[str, Callable[[str], str]] = {
    "kling-widget": ours,
    "wavespeed": wavespeed,
    "fal-client": fal_client,
    "replicate": replicate,
    "runwayml": runwayml,
}
"""By the name of their package."""


def told(client: str, url: str) -> str:
    """What the caller is told, be it an error."""
    try:
        return CALLERS[client](url)
    except Exception as error:  # noqa: BLE001  whatever a client raises is what its caller is told
        return f"{type(error).__name__}: {error}"


if __name__ == "__main__":
    print(json.dumps(told(sys.argv[1], sys.argv[2])), flush=True)
