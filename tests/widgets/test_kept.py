"""What a notebook that runs without a page keeps of a take."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from tests.made import a_take, complete

OPEN = "from kling_widget import Library\nfrom IPython.display import display\ntake = Library('lib').takes()[0]\n"


def run(folder: Path, *cells: str) -> dict[str, Any]:
    """Run a notebook in a folder, as a schedule or a check would."""
    notebook = nbformat.v4.new_notebook(  # type: ignore[no-untyped-call]  # nbformat types only part of itself
        cells=[nbformat.v4.new_code_cell(cell) for cell in cells],  # type: ignore[no-untyped-call]  # as above
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
    )
    done: dict[str, Any] = NotebookClient(notebook, timeout=90, resources={"metadata": {"path": str(folder)}}).execute()
    return done


def said(notebook: dict[str, Any], cell: int = 0) -> tuple[str, str]:
    """HTML and text that a cell keeps of a take: its second output, after the live view."""
    live, still = notebook["cells"][cell]["outputs"][:2]
    assert "application/vnd.jupyter.widget-view+json" in live["data"]
    return still["data"]["text/html"], still["data"]["text/plain"]


@pytest.mark.parametrize(
    "cells",
    [
        (OPEN + "take", "take.wait(60);"),  # the update lands in another cell than the one that it belongs to
        (OPEN + "display(take)\ntake.wait(60);",),  # ... or must not miss the end of the only one
    ],
    ids=["waited for in the next cell", "waited for in the same cell"],
)
def test_the_final_still_is_in_the_notebook(tmp_path: Path, cells: tuple[str, ...]) -> None:
    take = a_take(
        tmp_path / "lib",
        "A red fox in snow",
        at=int(time.time() * 1000),
        state="processing",
        service="https://service.invalid",
        charge=None,
        saved_at=None,
    )
    later = threading.Timer(6, complete, (tmp_path / "lib", take.id))
    later.start()
    try:
        html, text = said(run(tmp_path, *cells))
    finally:
        later.join()
    assert f'src="lib/takes/{take.id}.mp4"' in html
    assert 'poster="data:image/jpeg;base64,' in html
    assert "A red fox in snow" in text
    assert f"[lib/takes/{take.id}.mp4]" in text


def test_a_notebook_holds_no_path_of_this_machine_and_no_bytes_of_the_clip(tmp_path: Path) -> None:
    take = a_take(tmp_path / "lib", inputs={"sound": True})
    notebook = run(tmp_path, OPEN + "take")
    assert "<video" in said(notebook)[0]
    whole = json.dumps(notebook)
    assert str(tmp_path) not in whole
    assert int(take.bytes or 0) > 0
    assert len(whole) < 130_000  # with the widget's own code, which this way of running a notebook saves too
