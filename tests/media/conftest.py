"""Practice clips are rendered once for all tests of this folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from .clips import practice


@pytest.fixture(scope="session")
def reel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A practice clip of 3 s with sound, 72 frames at 24 a second, each with its number in it."""
    return practice(tmp_path_factory.mktemp("reel"), sound=True)
