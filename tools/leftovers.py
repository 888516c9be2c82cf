"""End what a run has started and left behind, however the run itself ends: done, interrupted, terminated or killed.

``none_left`` names the run in the environment, which every process below it inherits, and starts a watcher: a process
in a session of its own, which no signal to the run's group reaches. When the run is over, the watcher ends whatever
still carries the run's name: Jupyter servers, kernels, practice servers and browsers put themselves into sessions of
their own, so that neither a group nor a parent is what they share.
"""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psutil  # type: ignore[import-untyped]  # its types are another package

NAME = "TESTS_RUN"
"""The environment's variable: the names of all runs that a process is part of, the outermost first."""

GRACE_S = 5.0
"""How long a process may take to end when it is asked to, before it is killed."""


@contextmanager
def none_left() -> Iterator[None]:
    """Leave no process running that is started within the block, nor by what is started within it."""
    run, before = secrets.token_hex(8), os.environ.get(NAME)
    with subprocess.Popen(
        [sys.executable, __file__, run],
        env={name: value for name, value in os.environ.items() if name != NAME},  # no run ends another's watcher
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    ):  # closes the pipe at the block's end, which is the watcher's sign, and waits for it
        os.environ[NAME] = f"{before},{run}" if before else run
        try:
            yield
        finally:
            os.environ.pop(NAME)
            if before:
                os.environ[NAME] = before


def running(run: str) -> list[psutil.Process]:
    """Return the processes that were started within a run and have not ended."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if process.pid != os.getpid() and run in process.environ().get(NAME, "").split(","):
                found.append(process)
    return found


def _end(run: str) -> None:
    deadline = time.monotonic() + GRACE_S
    asked: set[psutil.Process] = set()
    while left := running(run):  # what ends may start something at the last moment
        for process in left:
            with suppress(psutil.Error):
                if time.monotonic() > deadline:
                    process.kill()
                elif process not in asked:
                    process.terminate()
        asked |= set(left)
        time.sleep(0.05)


def _watch(run: str) -> None:
    # The pipe closes when the run ends. A forked copy of the run holds it open, too: the parent tells as well.
    parent = os.getppid()
    pipe = threading.Thread(target=os.read, args=(sys.stdin.fileno(), 1), daemon=True)
    pipe.start()
    while pipe.is_alive() and os.getppid() == parent:
        pipe.join(0.5)
    _end(run)


if __name__ == "__main__":
    _watch(sys.argv[1])
