"""A practice server for one library, in a process that ends with this one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

from .. import paths, permissions, settings
from ..errors import LibraryError, PracticeError
from ..settings import Key
from ..store.record import PRACTICE

_START_S = 120.0  # a practice server is up within a second; a machine under load may need many

PLAY_MONEY = 10_000
"""What a library's practice account begins with, in dollars of play money: a class does not run out of it."""


def ledger_folder(library: Path) -> Path:
    """Return the folder of a library's practice ledger. Raises ``PracticeError`` where files there lie elsewhere."""
    try:
        ledger = paths.folder(library, PRACTICE)
        links = [entry.name for entry in ledger.iterdir() if entry.is_symlink()]
    except (LibraryError, OSError) as error:
        raise PracticeError(f"The practice server can't keep its ledger in this library: {error}") from error
    if links:
        raise PracticeError(
            f"{str(ledger)!r} holds links ({', '.join(sorted(links))}) where the practice server keeps its own files. "
            "It was not started, and nothing was sent. Move them away."
        )
    return ledger


class PracticeProcess:
    """A practice server of our own, in a process of its own, which ends when this one does, however it ends.

    Parameters
    ----------
    ledger
        The folder of its ledger: what it promised outlives it there.

    Attributes
    ----------
    url, key
        Where it is, and the only key that it takes: its clips show their prompts, which are nobody else's.
    """

    def __init__(self, ledger: Path) -> None:
        command = [sys.executable, "-m", "kling_widget.practice", "--port", "0"]
        command += ["--ledger", str(ledger), "--balance", str(PLAY_MONEY), "--exit-with-stdin", "--private"]
        # Its standard input closes with this process, even a killed one; its words go nowhere, as no one reads a pipe.
        # A session of its own: Jupyter interrupts a cell by a signal to the kernel's whole group of processes.
        self._process = subprocess.Popen(
            command,
            env=_without_keys(os.environ),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
            umask=permissions.umask(ledger),
        )
        # Not ended by `atexit`: that would come before the engine's own end, which may still have takes to send.
        self.url, self.key = self._first_words()

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    def _first_words(self) -> tuple[str, Key]:
        assert self._process.stdout is not None
        timer = threading.Timer(_START_S, self._process.kill)
        timer.daemon = True
        timer.start()
        try:
            answer = json.loads(self._process.stdout.readline())
            return str(answer["url"]), Key(str(answer["token"]))
        except (ValueError, KeyError, TypeError) as error:
            self.close()
            raise PracticeError(
                "The practice server did not start; nothing was sent. `python -m kling_widget.practice` says why."
            ) from error
        finally:
            timer.cancel()

    def close(self) -> None:
        """End it."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                pipe.close()
        try:
            self._process.wait(3)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _without_keys(environment: Mapping[str, str]) -> dict[str, str]:
    """An environment without the key, by whichever name: a process that needs none is told none."""
    key = environment.get(settings.KEY_NAME, "").strip()
    return {
        name: value for name, value in environment.items() if name != settings.KEY_NAME and not (key and key in value)
    }
