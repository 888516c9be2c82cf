"""A panel with a key: a practice server stands in for the live service, and keeps a ledger."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kling_widget import Library, Studio
from kling_widget.practice import PracticeServer

from .page import KEY


@pytest.fixture
def server(tmp_path: Path) -> Iterator[PracticeServer]:
    with PracticeServer(ledger=tmp_path / "service", median=0.3, strict=True, scale=0.25, as_live=True) as running:
        yield running


@pytest.fixture
def library(tmp_path: Path, server: PracticeServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Library]:
    monkeypatch.setenv("WAVESPEED_API_KEY", KEY)
    monkeypatch.setenv("WAVESPEED_BASE_URL", server.url)
    opened = Library(tmp_path / "library")
    yield opened
    opened.close()


@pytest.fixture
def studio(library: Library) -> Iterator[Studio]:
    panel = Studio(library)
    yield panel
    panel.close()
