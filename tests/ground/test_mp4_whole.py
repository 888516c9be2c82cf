from __future__ import annotations

import contextlib
import struct
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kling_widget.errors import BadFile
from kling_widget.mp4.whole import Mp4, check

from ..clips import mp4


def checked(tmp_path: Path, body: bytes) -> Mp4:
    path = tmp_path / "clip.mp4"
    path.write_bytes(body)
    return check(path)


@pytest.mark.parametrize("faststart", [True, False])
def test_a_whole_file_says_its_size_and_length(tmp_path: Path, faststart: bool) -> None:
    found = checked(tmp_path, mp4(2.0, 320, 180, faststart=faststart))
    assert (found.width, found.height) == (320, 180)
    assert found.seconds == pytest.approx(2.0, abs=0.05)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"<html>sorry</html>" * 40, id="HTML"),
        pytest.param(mp4()[:-1], id="a byte short"),
        pytest.param(mp4()[: len(mp4()) // 2], id="half"),
        pytest.param(mp4() + b"x", id="a byte more"),
        pytest.param(mp4() + b"\0" * 4096, id="zeros behind the end"),
        pytest.param(struct.pack(">I4s", 8, b"ftyp"), id="ftyp alone"),
        pytest.param(struct.pack(">I4sI4s", 8, b"ftyp", 8, b"moov"), id="no mdat"),
        pytest.param(struct.pack(">I4sI4sI4s", 8, b"ftyp", 8, b"moov", 8, b"mdat"), id="an empty header"),
        pytest.param(struct.pack(">I4sI4s", 8, b"ftyp", 7, b"moov"), id="a box shorter than its own head"),
        pytest.param(struct.pack(">I4sI4sQ", 8, b"ftyp", 1, b"moov", 2**63), id="a box of exabytes"),
    ],
)
def test_what_is_no_whole_mp4_is_refused(tmp_path: Path, body: bytes) -> None:
    with pytest.raises(BadFile):
        checked(tmp_path, body)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(st.integers(0, len(mp4()) - 1), st.binary(min_size=1, max_size=40))
def test_damage_anywhere_never_raises_anything_else(tmp_path: Path, at: int, junk: bytes) -> None:
    body = bytearray(mp4())
    body[at : at + len(junk)] = junk
    with contextlib.suppress(BadFile):
        assert checked(tmp_path, bytes(body)).width > 0
