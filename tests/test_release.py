"""A release says one version, exports what it promises, and bears no trace of the machine it came from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import kling_widget

ROOT = Path(__file__).resolve().parent.parent
KEPT = ("kling_widget", "tests", "tools", "bench", "docs", "notebooks", ".ci")

# The last one is assembled, so that this file does not hold what it looks for.
TRACES = (f"{ROOT}/", f"{Path.home()}/", "/ro" + "ot/")


def texts() -> Iterator[tuple[Path, str]]:
    """All text that the repository keeps, by its path."""
    folders = [path for name in KEPT for path in (ROOT / name).rglob("*")]
    for path in [*ROOT.glob("*"), *folders]:
        if path.is_file() and not {"__pycache__", "failures", "kling_library"} & set(path.parts):
            try:
                yield path.relative_to(ROOT), path.read_text("utf-8")
            except UnicodeDecodeError:
                continue  # a picture


def test_the_version_is_the_changelogs_newest() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    newest = re.search(r"^## \[?(\d+\.\d+\.\d+)", changelog, re.MULTILINE)
    assert newest is not None
    assert newest[1] == kling_widget.__version__


def test_all_that_is_promised_is_there() -> None:
    for name in kling_widget.__all__:
        assert getattr(kling_widget, name) is not None
    assert set(kling_widget.__all__) <= set(dir(kling_widget))


def test_nothing_kept_names_a_folder_of_the_machine() -> None:
    # A checkout at /app, or a home at /, is no trace of anybody.
    traces = [trace for trace in TRACES if len(trace) > len("/app/")]
    found = [str(path) for path, text in texts() if any(trace in text for trace in traces)]
    assert found == []
