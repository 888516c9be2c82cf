"""What benchmarks stand on: a practice server in a process of its own, and an environment without own settings."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import requests

LOOPBACK = "127.0.0.1,localhost"


def bare(**names: str) -> dict[str, str]:
    """The environment without keys and settings of the person who measures, and with these names."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("KLING_", "WAVESPEED_"))}
    return {**kept, "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring", "no_proxy": LOOPBACK, **names}


def account(url: str) -> dict[str, str]:
    """What makes a server on this machine the live service: its address, a key, and limits that are in nobody's way."""
    return {"WAVESPEED_BASE_URL": url, "WAVESPEED_API_KEY": "bench", "KLING_TIER": "gold"}


@contextmanager
def environment(names: Mapping[str, str]) -> Iterator[None]:
    """Run the block of this process in another environment."""
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(names)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@dataclass(frozen=True)
class Practice:
    """A practice server that runs: its address, and its owner's token."""

    url: str
    token: str


@contextmanager
def practice(median: float, sigma: float = 0.25, *options: str) -> Iterator[Practice]:
    """Run a practice server whose tasks take a log-normal time (seconds).

    It draws small pictures, and its account can't run out of play money.
    """
    command = [sys.executable, "-m", "kling_widget.practice", "--port", "0", "--exit-with-stdin", "--scale", "0.1"]
    command += ["--median", str(median), "--sigma", str(sigma), "--balance", "1000000", *options]
    server = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=bare()
    )
    assert server.stdin is not None
    assert server.stdout is not None
    try:
        yield Practice(**json.loads(server.stdout.readline()))
    finally:
        server.stdin.close()
        server.stdout.close()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def ledger(server: Practice) -> dict[str, Any]:
    """What a practice server says has happened."""
    with requests.Session() as session:
        session.trust_env = False
        owner = {"Authorization": f"Bearer {server.token}"}
        found: dict[str, Any] = session.get(f"{server.url}/practice/ledger", headers=owner, timeout=60).json()
    return found
