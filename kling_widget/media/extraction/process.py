"""The process that reads clips, seen from outside: started bare, watched, ended, and what it made looked at.

Nothing that it made is decoded here: each file must be a plain one, begin as its kind does, and be small enough.
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
from ...errors import KlingError
from .job import ANIMATION_SECONDS, BOUNDS, Bounds, End, Form, Order

Going = Callable[[], bool]
"""Asked while the process runs; when it says no, the process is ended."""

SAFE = "Nothing was spent, and the clip is untouched."
"""What every failure here means for the money."""

_HOME = str(Path(__file__).resolve().parents[2])  # where this package lies: it may be in no place that Python knows
_LOOK_S = 0.1  # how often the process is looked after, in seconds
_ON_THE_WALL = 3  # seconds on the wall for each second of CPU

_PASSED_ON = (
    *("PATH", "PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT", "HOME"),
    *("USERPROFILE", "APPDATA"),  # where Windows finds what a person installed for themselves
)
_SET = {
    "PYTHONSAFEPATH": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    # Threads would each want their share of the address space, and may not be made.
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
}


class NotExtracted(KlingError):
    """A picture or a remade file could not be made of a clip. Nothing was spent; the clip is untouched."""


def extract(order: Order, target: Path, *, going: Going = lambda: True) -> Path:
    """Make one file of a clip. Takes seconds: not for a handler.

    Parameters
    ----------
    order
        What to make, but for its parts.
    target
        Where it goes; what lies there is replaced once the new file is whole and looked at.
    going
        Asked some times a second; when it says no, nothing is left behind.

    Raises
    ------
    NotExtracted
        If it was not made; the message says why and what to do next.
    """
    bounds = BOUNDS[order.kind]
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with _folder(target) as folder:
            code = _run(order, folder, bounds, going)
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
        Whether the poster is there now. A clip without one is no error, nor is one without a strip.
    """
    order, bounds = Order("poster+strip", (str(clip),)), BOUNDS["poster+strip"]
    try:
        for target in (poster, strip):
            target.parent.mkdir(parents=True, exist_ok=True)
        with _folder(poster) as folder:
            _run(order, folder, bounds, going)
            there = [
                _accept(Path(folder, str(n)), target, form)
                for n, (target, form) in enumerate(zip((poster, strip), bounds.forms, strict=True))
            ]
    except OSError:
        return False
    return there[0]


def bare(environment: dict[str, str]) -> dict[str, str]:
    """What the process is told of an environment: where Python and its libraries are, and nothing else (no key)."""
    told = {name: environment[name] for name in _PASSED_ON if name in environment}
    # The process starts in a folder of its own: what was found from here by a relative path is named in full.
    paths = [str(Path(one).absolute()) for one in told.pop("PYTHONPATH", "").split(os.pathsep) if one]
    if _HOME not in (sysconfig.get_path("purelib"), sysconfig.get_path("platlib")):
        paths.append(_HOME)
    return {**told, **({"PYTHONPATH": os.pathsep.join(paths)} if paths else {}), **_SET}


def _folder(target: Path) -> tempfile.TemporaryDirectory[str]:
    # Beside the target, so that the last step is one move; of its own, so that nothing there can be mistaken for a
    # module: Python looks for those in the folder that it is started in.
    return tempfile.TemporaryDirectory(dir=target.parent, prefix=".extract-", ignore_cleanup_errors=True)


def _run(order: Order, folder: str, bounds: Bounds, going: Going) -> int | None:
    """Run the process to its end; None where it was ended for its time, or because nobody waits any more."""
    clips = tuple(str(Path(clip).absolute()) for clip in order.clips)
    parts = tuple(str(n) for n in range(len(bounds.forms)))
    Path(folder, "order.json").write_text(replace(order, clips=clips, parts=parts).plain(), "utf-8")
    process = subprocess.Popen(
        [sys.executable, "-m", __package__, order.kind],
        cwd=folder,
        env=bare(dict(os.environ)),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # an interrupt in the cell is ours to pass on, not the terminal's
    )
    end = time.monotonic() + bounds.seconds * _ON_THE_WALL
    try:
        while going() and time.monotonic() < end:
            try:
                return process.wait(_LOOK_S)
            except subprocess.TimeoutExpired:
                continue
        return None
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def _accept(part: Path, target: Path, form: Form) -> bool:
    """Move a file to its place if it is what it should be, as far as can be told without decoding it."""
    try:
        about = part.lstat()
    except FileNotFoundError:
        return False
    if not stat.S_ISREG(about.st_mode) or not 0 < about.st_size <= form.most:
        return False
    with part.open("rb") as file:
        head = file.read(form.offset + len(form.magic))
    if head[form.offset :] != form.magic:
        return False
    permissions.follow(part, target.parent)
    os.replace(part, target)
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
