"""A practice server for each test, quick and small, and a client that knows nothing of ours."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import requests

from kling_widget.practice import PracticeServer

from ..patience import PATIENCE_S

O3 = "kwaivgi/kling-video-o3-pro/text-to-video"

Answer = Callable[..., requests.Response]


class Caller:
    """Speaks HTTP to a practice server as anyone could."""

    def __init__(self, server: PracticeServer, key: str = "anything") -> None:
        self.server, self.key = server, key

    def __call__(self, method: str, path: str, **how: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.key}", **how.pop("headers", {})}
        return requests.request(method, f"{self.server.url}/api/v3/{path}", headers=headers, timeout=PATIENCE_S, **how)

    def owner(self, method: str, name: str, **how: Any) -> requests.Response:
        """Ask what only the server's owner may ask: a name under ``/practice/``."""
        owner = {"Authorization": f"Bearer {self.server.token}"}
        return requests.request(method, f"{self.server.url}/practice/{name}", headers=owner, timeout=PATIENCE_S, **how)

    def submit(self, model: str = O3, **inputs: Any) -> requests.Response:
        """Submit; a fox of three seconds unless told otherwise."""
        return self("POST", model, json=inputs or {"prompt": "A red fox in snow", "duration": 3})

    def task(self, **inputs: Any) -> str:
        """Submit and give the id."""
        answer = self.submit(**inputs)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["data"]["id"])

    def result(self, task: str) -> Mapping[str, Any]:
        """How a task stands."""
        data: Mapping[str, Any] = self("GET", f"predictions/{task}/result").json()["data"]
        return data

    def finished(self, task: str) -> Mapping[str, Any]:
        """How a task ended."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            data = self.result(task)
            if data["status"] not in ("created", "processing"):
                return data
            time.sleep(0.02)
        raise AssertionError(f"{task} did not end")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[PracticeServer]:
    with PracticeServer(tmp_path / "ledger", median=0.05, scale=0.25) as running:
        yield running


@pytest.fixture
def call(server: PracticeServer) -> Caller:
    return Caller(server)
