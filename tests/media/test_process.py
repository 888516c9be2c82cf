"""The process that reads clips: what it may use, what it is told, what becomes of what it made."""

from __future__ import annotations

import shlex
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import psutil  # type: ignore[import-untyped]  # its types are another package
import pytest

from kling_widget.errors import NotExtracted
from kling_widget.media.extraction import Job, extract, stills
from kling_widget.media.extraction import process as room
from kling_widget.media.extraction.job import SMALL_BYTES, Kind

from ..clips import mp4
from .clips import write

KEY = "wsk_live_canary_extract"

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no such limits; the time-out stands there")


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    path = tmp_path / "clip.mp4"
    path.write_bytes(mp4(2.0, 640, 360))
    return path


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@posix
def test_it_is_told_no_key_and_nothing_else_of_the_person(clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAVESPEED_API_KEY", KEY)
    monkeypatch.setenv("SOME_TOKEN", KEY)
    told = clip.parent / "told"
    taken_over(clip.parent, f"env > {shlex.quote(str(told))}", monkeypatch)  # it says itself what it was told
    with pytest.raises(NotExtracted):
        extract(Job("webp", (str(clip),)), clip.with_name("x.webp"))
    environment = told.read_text()
    assert "PYTHON" in environment
    assert KEY not in environment
    assert "SOME_TOKEN" not in environment


def test_the_notebooks_own_process_loads_no_decoder(clip: Path) -> None:
    ask = (
        "import sys; from pathlib import Path; from kling_widget.media.extraction import stills; "
        f"assert stills(Path({str(clip)!r}), Path('p.jpg'), Path('s.jpg')); "
        "print([name for name in ('av', 'PIL', 'numpy') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_module_that_lies_where_files_are_made_is_not_run(clip: Path) -> None:
    (clip.parent / "av.py").write_text(f"open({str(clip.parent / 'ran')!r}, 'w')")
    assert stills(clip, clip.parent / "p.jpg", clip.parent / "s.jpg")
    assert "ran" not in left(clip.parent)


@pytest.mark.parametrize(("kept", "unwanted"), [(True, ""), (False, "1")])
def test_libraries_that_were_installed_without_bytecode_are_compiled_once_and_not_for_every_clip(
    clip: Path, monkeypatch: pytest.MonkeyPatch, *, kept: bool, unwanted: str
) -> None:
    monkeypatch.setenv("PYTHONPYCACHEPREFIX", str(clip.parent / "bytecode"))  # as if there were none
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", unwanted)  # a person may forbid it
    assert stills(clip, clip.parent / "p.jpg", clip.parent / "s.jpg")
    compiled = {path.name.partition(".")[0] for path in clip.parent.glob("bytecode/**/numpy/_core/*.pyc")}
    assert ({"multiarray", "numeric"} <= compiled) is kept


@posix
@pytest.mark.parametrize(
    ("act", "said"),
    [
        pytest.param("while True: pass", None, id="time"),
        pytest.param("bytearray(8 << 30)", "MemoryError", id="memory"),
        pytest.param("open('large', 'wb').write(bytes(200_000))", "File too large", id="file"),
        pytest.param("[open('/dev/null') for _ in range(100)]", "Too many open files", id="files"),
    ],
)
def test_it_can_not_use_more_than_it_may(tmp_path: Path, act: str, said: str | None) -> None:
    code = (
        "from kling_widget.media.extraction.limits import limit\n"
        "from kling_widget.media.extraction.job import Bounds, Form\n"
        f"limit(Bounds('', 1, (Form(b'', 100_000),)))\n{act}"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert said is None or said in done.stderr


_GARBAGE = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isommp41" + b"\xde\xad\xbe\xef" * 5000


@pytest.mark.parametrize(
    ("kind", "what"),
    [
        *(pytest.param(kind, _GARBAGE, id=kind) for kind in ("gif", "webp", "sheet", "rows", "mp3")),
        pytest.param("frame", b"nothing of the kind", id="no MP4"),
        pytest.param("frame", b"", id="empty"),
        pytest.param("frame", b"#EXTM3U\n#EXTINF:1,\nhttp://192.0.2.1/a.ts\n", id="a playlist"),
        pytest.param("frame", b"ffconcat version 1.0\nfile '/etc/passwd'\n", id="a list of files"),
    ],
)
def test_what_is_no_clip_ends_in_words_and_leaves_nothing(tmp_path: Path, kind: Kind, what: bytes) -> None:
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(what)
    with pytest.raises(NotExtracted, match=r"can't be read as a video\. Nothing was spent, and the clip is untouched"):
        extract(Job(kind, (str(clip),)), tmp_path / "out" / "file")
    assert left(tmp_path / "out") == []
    assert clip.read_bytes() == what


def test_a_picture_larger_than_any_decoder_takes_is_refused_in_words(tmp_path: Path) -> None:
    clip = write(tmp_path / "clip.mp4", [np.zeros((4352, 8192, 3), np.uint8)])
    with pytest.raises(NotExtracted, match="can't be read as a video"):
        extract(Job("frame", (str(clip),)), tmp_path / "out" / "frame.png")
    assert not stills(clip, tmp_path / "p.jpg", tmp_path / "s.jpg")
    assert left(tmp_path / "out") == []


@pytest.mark.parametrize("box", ["tkhd", "mdhd", "stts", "stsz", "stsc", "stco", "avcC"])
def test_a_header_that_lies_ends_in_a_picture_or_in_words(clip: Path, box: str) -> None:
    whole = bytearray(clip.read_bytes())
    start = whole.index(box.encode()) + 8
    whole[start : start + 24] = struct.pack(">6I", *([0x7FFFFFFF] * 6))
    clip.write_bytes(whole)
    target = clip.parent / "out" / "frame.png"
    try:
        extract(Job("frame", (str(clip),)), target)
        said = ""
    except NotExtracted as error:
        said = str(error)
    assert left(target.parent) == ([] if said else ["frame.png"])
    assert said == "" or "Nothing was spent" in said


def test_who_no_longer_waits_ends_it_and_nothing_is_left(clip: Path) -> None:
    before = psutil.Process().children()  # another test's, on their way out
    with pytest.raises(NotExtracted, match="or was ended"):
        extract(Job("webp", (str(clip),)), clip.parent / "out" / "x.webp", going=lambda: False)
    assert left(clip.parent / "out") == []
    assert set(psutil.Process().children()) <= set(before)


def test_one_that_takes_too_long_is_ended(clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = psutil.Process().children()
    monkeypatch.setattr(room, "_ON_THE_WALL", 0)
    with pytest.raises(NotExtracted, match="more time or memory"):
        extract(Job("gif", (str(clip),)), clip.parent / "out" / "x.gif")
    assert set(psutil.Process().children()) <= set(before)


def taken_over(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let another program stand in the process's place, as a file that broke the decoder could."""
    program = folder / "taken-over"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))


@posix
@pytest.mark.parametrize(
    "script",
    [
        pytest.param("ln -s /etc/hosts 0", id="a link to another file"),
        pytest.param("mkdir 0", id="a folder"),
        pytest.param("mkfifo 0", id="a pipe"),
        pytest.param("printf '<html><script>' > 0", id="another kind of file"),
        pytest.param(f"printf '\\377\\330\\377' > 0; head -c {SMALL_BYTES} /dev/zero >> 0", id="too large"),
        pytest.param(": > 0", id="empty"),
        pytest.param("true", id="nothing"),
    ],
)
def test_what_a_process_that_was_taken_over_leaves_is_not_taken(
    clip: Path, script: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken_over(clip.parent, script, monkeypatch)
    out = clip.parent / "out"
    assert not stills(clip, out / "p.jpg", out / "s.jpg")
    assert left(out) == []


def test_a_place_that_is_no_folder_is_said_in_words(clip: Path) -> None:
    (clip.parent / "out").write_text("a file")
    with pytest.raises(NotExtracted, match=r"could not be written to .* Nothing was spent"):
        extract(Job("gif", (str(clip),)), clip.parent / "out" / "x.gif")
