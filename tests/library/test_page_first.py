"""A panel's page does not wait for the library's database; whoever runs the cell still hears what is wrong with it."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from kling_widget import Library
from kling_widget.store import Store, layout

_HEAVY = ("sqlalchemy", "requests", "urllib3", "jsonschema", "pandas", "av", "PIL", "tornado")

_OPENED = """
import json, sys, time
from kling_widget import KlingError, Studio
try:
    studio = Studio(sys.argv[1], practice=True)
except KlingError as error:
    print(json.dumps({"error": type(error).__name__, "words": str(error)}))
    sys.exit()
before = studio.library._gateway.is_open
if sys.argv[2]:
    studio.prompt = sys.argv[2]
while not studio._stops:  # it watches the library once that is open
    time.sleep(0.05)
print(json.dumps({"before": before, "after": studio.library._gateway.is_open, "prompt": studio.prompt}))
studio.close()
"""


def _python(program: str, *words: str) -> str:
    command = [sys.executable, "-c", program, *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=True).stdout


def _fresh(folder: Path, typed: str = "") -> dict[str, object]:
    found: dict[str, object] = json.loads(_python(_OPENED, str(folder), typed).splitlines()[-1])
    return found


def test_importing_the_panel_brings_neither_a_database_nor_a_network() -> None:
    said = _python(f"import sys; from kling_widget import Studio; print([n for n in {_HEAVY} if n in sys.modules])")
    assert said.strip() == "[]"


def test_the_layout_that_is_told_without_sqlalchemy_is_the_one_that_is_written(tmp_path: Path) -> None:
    Store.in_folder(tmp_path).close()
    with closing(sqlite3.connect(tmp_path / layout.DATABASE)) as base:
        assert layout.digest(base) == layout.DIGEST


def test_a_fresh_kernels_panel_is_there_before_its_library_and_has_what_was_written_last(tmp_path: Path) -> None:
    library = Library(tmp_path)
    draft = {"model": "kwaivgi/kling-video-o3-pro/text-to-video", "values": {"prompt": "A fox at dawn"}, "parent": ""}
    library._gateway.keep_draft(json.dumps(draft))
    library.close()
    assert _fresh(tmp_path) == {"before": False, "after": True, "prompt": "A fox at dawn"}


def test_what_a_person_wrote_before_the_library_was_open_is_not_lost_to_an_older_draft(tmp_path: Path) -> None:
    library = Library(tmp_path)
    draft = {"model": "kwaivgi/kling-video-o3-pro/text-to-video", "values": {"prompt": "A fox at dawn"}, "parent": ""}
    library._gateway.keep_draft(json.dumps(draft))
    library.close()
    assert _fresh(tmp_path, "A hare")["prompt"] == "A hare"


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ("UPDATE meta SET value = 99 WHERE name = 'schema'", "LibraryTooNew"),
        ("ALTER TABLE takes DROP COLUMN note", "LibraryDamaged"),
        ("DROP TABLE elements", "LibraryDamaged"),
    ],
)
def test_whoever_runs_the_cell_hears_that_the_library_can_not_be_used(tmp_path: Path, change: str, error: str) -> None:
    Library(tmp_path).close()
    with closing(sqlite3.connect(tmp_path / layout.DATABASE)) as base:
        if "note" in change:
            base.execute("DROP INDEX IF EXISTS takes_text")
        base.execute(change)
        base.commit()
    said = _fresh(tmp_path)
    assert said["error"] == error
    assert "nothing was sent" in str(said["words"])


def test_whoever_runs_the_cell_hears_that_the_folder_can_not_be_written_to(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    assert _fresh(tmp_path / "file" / "library")["error"] == "LibraryNotWritable"
