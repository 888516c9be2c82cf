"""A library whose takes are made on a practice server that stands in for the live service."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from kling_widget import Library
from kling_widget.practice import PracticeServer


@pytest.fixture
def library(
    tmp_path: Path, server: PracticeServer, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[Library]:
    """A library for takes of the module's ``server``, with the module's ``KEY``."""
    monkeypatch.setenv("WAVESPEED_API_KEY", request.module.KEY)
    monkeypatch.setenv("WAVESPEED_BASE_URL", server.url)
    monkeypatch.setenv("KLING_TIER", "gold")
    with closing(Library(tmp_path / "library")) as opened:
        yield opened
