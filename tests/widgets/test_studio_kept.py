"""What the panel offers for a take that was made and charged for, and whose file is no whole clip."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kling_widget import Library, Studio
from kling_widget.engine import step_context
from kling_widget.practice import PracticeServer, faults
from kling_widget.practice.faults import Effect

from .. import mp4s
from ..patience import until
from .page import FOX, Page, click, takes


@pytest.fixture(params=["a WebM", "HTML"])
def refused(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, library: Library
) -> Iterator[tuple[Studio, PracticeServer, str]]:
    """A panel, and a service whose clips are another file."""
    body = mp4s.broken()[request.param]
    change = Effect(lambda answer, fault: replace(answer, body=body), True, "another file")
    monkeypatch.setitem(faults.EFFECTS, "another_file", change)
    monkeypatch.setattr(step_context, "_BACK_OFF_S", (0.05, 0.2))
    with PracticeServer(ledger=tmp_path / "service", median=0.1, scale=0.25) as server:
        server.faults.add(call="file", effect="another_file", times=None)
        monkeypatch.setenv("WAVESPEED_BASE_URL", server.url)
        studio = Studio(library)
        yield studio, server, request.param
        studio.close()


def row_of(studio: Studio) -> dict[str, Any]:
    found: dict[str, Any] = next((row for row in studio._queue.rows if row["title"] == FOX), {})
    return found


def test_it_is_used_as_it_is_or_fetched_again_by_a_click(
    refused: tuple[Studio, PracticeServer, str], library: Library
) -> None:
    studio, server, name = refused
    studio.prompt, studio.duration = FOX, 3
    assert click(studio)["ok"]
    until(lambda: row_of(studio).get("tone") == "ask")
    row, page = row_of(studio), Page(studio._queue)
    (record,) = takes(library)
    assert row["status"].endswith("no whole clip came")
    assert "kept as it is" in row["words"]
    if name == "a WebM":
        assert row["actions"] == ["accept", "again", "dismiss"]
        assert page.tell("accept", take=record.id)["ok"]
        until(lambda: row_of(studio).get("tone") == "done")
        assert str(library._gateway.path(library._gateway.record(record.id))).endswith(".webm")
    else:
        assert row["actions"] == ["again", "dismiss"]
        assert "is no clip" in page.tell("accept", take=record.id)["error"]
        server.faults.clear()
        assert page.tell("again", take=record.id)["ok"]
        until(lambda: library._gateway.record(record.id).state == "completed")
