"""Where a clip is said to be: its file while it is as it was saved, and the service's address while that is good."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kling_widget.errors import LibraryError
from kling_widget.store import Record
from kling_widget.store.record import KEPT_MS
from kling_widget.widgets.player.delivery import HEAD, at_service, whereabouts
from tests.made import a_record

NOW = 1_790_000_010_000
LIVE = "https://api.wavespeed.ai"
CDN = "https://d1q70pf5vjeyhc.cloudfront.net/a/1.mp4"


def made(outputs: Any, service: str = LIVE, **given: Any) -> Record:
    return a_record(service=service, outputs=json.dumps(outputs), finished_at=NOW - 1000, **given)


@pytest.mark.parametrize(
    ("record", "url"),
    [
        (made([CDN]), CDN),
        (made([CDN, "https://x.example/2.mp4"]), CDN),
        (made(["http://cdn.example/1.mp4"]), ""),
        (made(["https://user:word@cdn.example/1.mp4"]), ""),
        (made(["https://localhost/1.mp4"]), ""),
        (made(["https://10.0.0.7/1.mp4"]), ""),
        (made(["http://127.0.0.1:8765/1.mp4"]), ""),
        (made(["file:///etc/passwd"]), ""),
        (made(["javascript:alert(1)"]), ""),
        (made(["http://127.0.0.1:8765/1.mp4"], service="http://127.0.0.1:8765"), "http://127.0.0.1:8765/1.mp4"),
        (made(["http://127.0.0.1:1/1.mp4"], service="http://127.0.0.1:8765"), ""),
        (made(["http://127.0.0.1:8765/1.mp4"], service="practice"), "http://127.0.0.1:8765/1.mp4"),
        (made([CDN], kind="tool"), ""),
        (made([]), ""),
        (made({"id": 1}), ""),
        (made([7]), ""),
        (a_record(outputs="{", finished_at=NOW), ""),
        (a_record(outputs=json.dumps([CDN])), ""),
    ],
)
def test_only_an_address_that_is_safe_is_given_to_a_page(record: Record, url: str) -> None:
    assert at_service(record, NOW) == url


@given(age=st.integers(-KEPT_MS, 3 * KEPT_MS))
def test_the_service_keeps_a_clip_for_seven_days(age: int) -> None:
    record = replace(made([CDN]), finished_at=NOW - age)
    assert at_service(record, NOW) == (CDN if age <= KEPT_MS else "")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A clip's file, written when its take was saved."""
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"a clip" * 20_000)
    os.utime(path, (NOW / 1000, NOW / 1000))
    return path


def take(path: Path, outputs: Any = ()) -> Record:
    data = path.read_bytes()
    return replace(made(outputs), bytes=len(data), sha256=hashlib.sha256(data).hexdigest(), saved_at=NOW)


def test_a_file_that_is_as_it_was_saved_is_shown(file: Path) -> None:
    said = whereabouts(take(file, [CDN]), file, NOW)
    head = hashlib.sha256(file.read_bytes()[:HEAD]).hexdigest()
    assert said == {"path": file.as_posix(), "bytes": 120_000, "head": head, "url": CDN}


def test_a_copied_library_is_known_by_its_content(file: Path) -> None:
    record = take(file)
    os.utime(file)  # as a copy has the time of its making
    assert whereabouts(record, file, NOW)["bytes"] == 120_000


def spoil(file: Path, fate: str) -> None:
    if fate == "gone":
        file.unlink()
    else:
        file.write_bytes(b"another" * 20_000 if fate == "longer" else b"A clip" * 20_000)


@pytest.mark.parametrize(
    ("fate", "words"),
    [("gone", "can't be read"), ("longer", "140,000 bytes, not 120,000"), ("other", "holds something else now")],
)
def test_a_changed_file_is_never_shown_as_the_take(file: Path, fate: str, words: str) -> None:
    here, both = take(file), take(file, [CDN])
    spoil(file, fate)
    with pytest.raises(LibraryError, match=words):
        whereabouts(here, file, NOW)
    said = whereabouts(both, file, NOW)
    assert (said["bytes"], said["head"], said["url"]) == (0, "", CDN)
    assert words in said["problem"]
