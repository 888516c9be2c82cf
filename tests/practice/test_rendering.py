"""A machine that can't draw clips says so in the take: nothing stays "processing" without a word."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kling_widget.practice import PracticeServer, clip_store, render
from kling_widget.practice.clip_plan import ClipPlan

from .conftest import Caller

A_TAKE = """
from kling_widget import generate
take = generate("A red fox in snow", duration=3, practice=True)
try:
    take.wait(timeout=120)
except Exception:
    pass
print(take.status)
print(take.problem)
"""


@pytest.mark.parametrize(
    ("package", "code", "says"),
    [
        ("av", "", "No module named 'av.audio'"),  # a PyAV without what we take from it, as old ones are
        ("av", "raise ImportError('libavcodec.so.61: cannot open shared object file')", "libavcodec.so.61"),
        ("PIL", "", "from 'PIL'"),
        ("numpy", "raise OSError('built for another machine')", "built for another machine"),
    ],
)
def test_a_take_says_why_there_is_no_clip(tmp_path: Path, package: str, code: str, says: str) -> None:
    (tmp_path / "broken" / package).mkdir(parents=True)
    (tmp_path / "broken" / package / "__init__.py").write_text(code)
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path / "broken"), str(Path(__file__).parents[2])])}
    ran = subprocess.run([sys.executable, "-c", A_TAKE], cwd=tmp_path, env=env, capture_output=True, text=True,
                         timeout=170, check=False)  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    status, _, trouble = ran.stdout.partition("\n")
    assert status == "failed"
    assert "could not be made" in trouble
    assert says in trouble
    assert "av>=17" in trouble


@pytest.mark.parametrize("codec", ["VIDEO_CODEC", "AUDIO_CODEC"])
def test_a_missing_encoder_fails_the_task_with_words_and_a_refund(
    call: Caller, server: PracticeServer, monkeypatch: pytest.MonkeyPatch, codec: str
) -> None:
    inputs = {"prompt": "A red fox in snow", "duration": 3, "sound": True}
    with monkeypatch.context() as broken:
        broken.setattr(render, codec, "no_such_encoder")
        task = call.finished(call.task(**inputs))
    assert (task["status"], task["code"], task["outputs"]) == ("failed", 5000, [])
    assert "no_such_encoder" in task["error"]
    assert "av>=17" in task["error"]
    assert server.view()["totals"]["spent"] == 0
    assert call.finished(call.task(**inputs))["status"] == "completed"


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (ImportError("no name Colorspace"), "av>=17"),
        (AttributeError("VideoFrame has no attribute from_numpy_buffer"), "av>=17"),
        (OSError(28, "No space left on device"), "disk is full"),
        (MemoryError("no memory"), "MemoryError"),
        (ZeroDivisionError("a fault of ours"), "ZeroDivisionError: a fault of ours"),
    ],
)
def test_whatever_goes_wrong_is_told_and_the_next_clip_is_made(
    call: Caller, monkeypatch: pytest.MonkeyPatch, error: Exception, says: str
) -> None:
    def broken(plan: ClipPlan, path: Path, going: object) -> None:
        raise error

    with monkeypatch.context() as change:
        change.setattr(render, "render", broken)
        task = call.finished(call.task())
    assert task["status"] == "failed"
    assert says in task["error"]
    assert says in clip_store.why_not(error)
    assert call.finished(call.task())["status"] == "completed"
