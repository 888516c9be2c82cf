"""Run the extraction process: start it with a bare environment, watch it, end it, and check its output.

Nothing of its output is decoded here: each file must be a regular one, begin with its magic bytes, and be small enough.
"""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from ... import permissions
from ...errors import NotExtracted
from .job import ANIMATION_SECONDS, BOUNDS, Bounds, End, Form, Job

Going = Callable[[], bool]
"""Polled while the process runs; once it returns False, the process is ended."""

SAFE = "Nothing was spent, and the clip is untouched."
"""What every failure means for the money."""

_HOME = str(Path(__file__).resolve().parents[2])  # this package's folder, which may be on no default path of Python
_CHECK_S = 0.1  # seconds between checks on the process
_ON_THE_WALL = 3  # seconds by the clock for each second of CPU

_PASSED_ON = (
    *("PATH", "PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT", "HOME"),
    *("USERPROFILE", "APPDATA"),  # where Windows finds what a person installed for themselves
    *("PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX"),
)
_SET = {
    "PYTHONSAFEPATH": "1",
    # Threads would each want their share of the address space, and may not be made.
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
}


def extract(job: Job, target: Path, *, going: Going = lambda: True) -> Path:
    """Make one file from a clip. Takes seconds: don't call it in a handler.

    Parameters
    ----------
    job
        What to make; its ``outputs`` are set here.
    target
        The result's path; a file there is replaced once the new one is whole and checked.
    going
        Polled ten times a second; once it returns False the process is ended and nothing is left behind.

    Raises
    ------
    NotExtracted
        If it was not made. The message says why and what to do next.
    """
    bounds = BOUNDS[job.kind]
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with _folder(target) as folder:
            code = _run(job, folder, bounds, going)
            if code == End.DONE and _accept(Path(folder, "0"), target, bounds.forms[0]):
                return target
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise NotExtracted(
            f"{bounds.title} could not be written to {str(target.parent)!r} ({why}). {SAFE} "
            "Make room there, or see that the folder can be written to, and try again."
        ) from error
    raise NotExtracted(_words(bounds, code))


def stills(clip: Path, poster: Path, strip: Path, *, going: Going = lambda: True) -> bool:
    """Make a clip's poster and its strip, in one pass.

    Returns
    -------
    bool
        Whether the poster was made. A missing poster or strip is no error.
    """
    job, bounds = Job("poster+strip", (str(clip),)), BOUNDS["poster+strip"]
    try:
        for target in (poster, strip):
            target.parent.mkdir(parents=True, exist_ok=True)
        with _folder(poster) as folder:
            _run(job, folder, bounds, going)
            there = [
                _accept(Path(folder, str(n)), target, form)
                for n, (target, form) in enumerate(zip((poster, strip), bounds.forms, strict=True))
            ]
    except OSError:
        return False
    return there[0]


def bare(environment: dict[str, str]) -> dict[str, str]:
    """Return an environment with the places of Python and its libraries and nothing else, so without the key."""
    kept = {name: environment[name] for name in _PASSED_ON if name in environment}
    # The process starts in another folder, so relative paths become absolute.
    paths = [str(Path(one).absolute()) for one in kept.pop("PYTHONPATH", "").split(os.pathsep) if one]
    if _HOME not in (sysconfig.get_path("purelib"), sysconfig.get_path("platlib")):
        paths.append(_HOME)
    return {**kept, **({"PYTHONPATH": os.pathsep.join(paths)} if paths else {}), **_SET}


def _folder(target: Path) -> tempfile.TemporaryDirectory[str]:
    # Beside the target, so that the last step is one rename; a new folder, so that it holds nothing that Python could
    # import from the folder it starts in.
    return tempfile.TemporaryDirectory(dir=target.parent, prefix=".extract-", ignore_cleanup_errors=True)


def _run(job: Job, folder: str, bounds: Bounds, going: Going) -> int | None:
    """Run the process and return its exit code; None if it was ended because of its time or because of ``going``."""
    clips = tuple(str(Path(clip).absolute()) for clip in job.clips)
    outputs = tuple(str(n) for n in range(len(bounds.forms)))
    Path(folder, "job.json").write_text(replace(job, clips=clips, outputs=outputs).plain(), "utf-8")
    process = subprocess.Popen(
        [sys.executable, "-m", __package__, job.kind],
        cwd=folder,
        env=bare(dict(os.environ)),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # an interrupt in the cell must not reach it through the terminal
    )
    end = time.monotonic() + bounds.seconds * _ON_THE_WALL
    try:
        while going() and time.monotonic() < end:
            try:
                return process.wait(_CHECK_S)
            except subprocess.TimeoutExpired:
                continue
        return None
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def _accept(output: Path, target: Path, form: Form) -> bool:
    """Move an output to its target if it passes the checks, and return whether it does."""
    try:
        about = output.lstat()
    except FileNotFoundError:
        return False
    if not stat.S_ISREG(about.st_mode) or not 0 < about.st_size <= form.most:
        return False
    with output.open("rb") as file:
        head = file.read(form.offset + len(form.magic))
    if head[form.offset :] != form.magic:
        return False
    permissions.follow(output, target.parent)
    os.replace(output, target)
    return True


def _words(bounds: Bounds, code: int | None) -> str:
    if code == End.UNREADABLE:
        why = "the clip's file can't be read as a video"
        do = "See whether it plays; if not, move the file away and open the library again: it is fetched anew while "
        do += "the service keeps it, which is seven days."
    elif code == End.NOTHING:
        why = "no frame of the clip begins in that range"
        do = f"Choose a range within the clip, of at most {ANIMATION_SECONDS:g} s for an animation."
    elif code == End.SILENT:
        why, do = "the clip has no sound", "There is nothing to convert: it plays everywhere as it is."
    elif code == End.TOO_MUCH:
        why, do = "it would have become too large", "Choose a shorter range."
    else:
        why = "reading the clip took more time or memory than any clip should, or was ended"
        do = "Try again when the machine is less busy; if it comes again, the file is damaged."
    return f"{bounds.title} was not made: {why}. {SAFE} {do}"
